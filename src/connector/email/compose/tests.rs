//! What letters say, and what they do not.

use super::*;
use crate::connector::email::testing::{CASE, letter, now, reminder};
use entity::enums::{SubjectKeyKind, TaskAction};
use secrecy::SecretString;

const ACTIONS: [TaskAction; 6] = [
    TaskAction::Erase,
    TaskAction::Anonymize,
    TaskAction::Rectify,
    TaskAction::Export,
    TaskAction::Restrict,
    TaskAction::Verify,
];

fn from() -> Mailbox {
    "Exempelbolaget AB <privacy@company.example>".parse().unwrap()
}

fn composed(letter: &Letter) -> String {
    String::from_utf8(compose(letter, &from(), now()).unwrap().bytes).unwrap()
}

/// The headers as they are sent, with lines that were folded made whole.
fn headers(letter: &Letter) -> Vec<String> {
    let mail = composed(letter).replace("\r\n ", " ");
    mail.split_once("\r\n\r\n").unwrap().0.split("\r\n").map(str::to_owned).collect()
}

fn header(letter: &Letter, name: &str) -> Option<String> {
    let mut headers = headers(letter).into_iter();
    headers.find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned))
}

fn read(letter: &Letter) -> String {
    let (subject, text) = match letter.locale {
        Locale::Sv => (swedish::subject(letter), swedish::text(letter)),
        Locale::En => (english::subject(letter), english::text(letter)),
    };
    format!("{subject}\n\n{text}")
}

/// For people to read: all actions, a reminder, and the ways of answering.
fn all(locale: Locale) -> String {
    let categories = match locale {
        Locale::Sv => letter().categories,
        Locale::En => vec!["Telephone number".to_owned(), "Postal address".to_owned()],
    };
    let in_language = |letter: Letter| Letter { locale, ..letter };
    let mut letters = ACTIONS
        .map(|action| in_language(Letter { action, categories: categories.clone(), ..letter() }))
        .to_vec();
    let known_by = (SubjectKeyKind::ExternalReference, vec![SecretString::from("K-4711".to_owned())]);
    letters.push(in_language(Letter { known_by, answer_url: None, categories: Vec::new(), ..reminder(2) }));
    letters.iter().map(read).collect::<Vec<_>>().join("\n----------------------------------------\n\n")
}

macro_rules! golden {
    ($name:literal, $text:expr) => {
        insta::with_settings!(
            {
                snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/src/connector/email/snapshots"),
                prepend_module_to_snapshot => false,
                omit_expression => true,
            },
            { insta::assert_snapshot!($name, $text) }
        )
    };
}

#[test]
fn letters_read_well_in_swedish() {
    golden!("swedish", all(Locale::Sv));
}

#[test]
fn letters_read_well_in_english() {
    golden!("english", all(Locale::En));
}

#[test]
fn every_letter_says_all_that_an_answer_needs() {
    for locale in [Locale::Sv, Locale::En] {
        for action in ACTIONS {
            for letter in [letter(), reminder(3)] {
                let letter = Letter { locale, action, ..letter };
                let text = read(&letter);
                for part in [
                    "K-4711",
                    "Telefonnummer",
                    "Postadress",
                    "5 january 2026",
                    "https://kartotek.example/answers/one-time",
                    "8CA2-0F3A-91BC",
                    "Exempelbolaget AB",
                    "28",
                ] {
                    let text = text.replace("januari", "january").replace("January", "january");
                    assert!(text.contains(part), "{action:?} {locale:?} lacks {part}: {text}");
                }
            }
        }
    }
}

#[test]
fn headers_say_nothing_of_the_person() {
    for locale in [Locale::Sv, Locale::En] {
        for action in ACTIONS {
            for letter in [letter(), reminder(3)] {
                let letter = Letter { locale, action, ..letter };
                let headers = headers(&letter).join("\n");
                let subject = read(&letter).lines().next().unwrap().to_owned();
                for hidden in ["4711", "Telefon", "one-time"] {
                    assert!(!headers.contains(hidden) && !subject.contains(hidden), "{headers} {subject}");
                }
            }
        }
    }
}

#[test]
fn a_letter_is_the_same_each_time_and_a_reminder_follows_it() {
    let english = Letter { locale: Locale::En, ..letter() };
    assert_eq!(composed(&english), composed(&english));
    assert_eq!(
        headers(&english),
        [
            "From: \"Exempelbolaget AB\" <privacy@company.example>",
            "To: privacy@party.example",
            "Subject: Exempelbolaget AB: request for erasure, case 8CA2-0F3A-91BC",
            "Date: Wed, 03 Dec 2025 09:30:00 +0000",
            "Message-ID: <019365d2-7a10-7c31-9d44-8ca20f3a91bc@company.example>",
            "Auto-Submitted: auto-generated",
            "Content-Language: en",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
        ]
    );
    let first = header(&english, "Message-ID");
    let (one, two) = (reminder(1), reminder(2));
    assert_eq!(header(&one, "Message-ID"), Some(format!("<{CASE}.1@company.example>")));
    assert_eq!(header(&two, "Message-ID"), Some(format!("<{CASE}.2@company.example>")));
    for later in [one, two] {
        assert_eq!(header(&later, "In-Reply-To"), first);
        assert_eq!(header(&later, "References"), first);
    }
    assert_eq!(header(&english, "In-Reply-To"), None);
}

/// Whatever somebody writes into a name, it begins no header and no mail of its own.
#[test]
fn no_field_can_put_anything_into_the_headers() {
    let evil = "X\r\nBcc: victim@evil.example\r\n\r\n.\r\nMAIL FROM:<a@evil.example>\r\n\u{b}\u{c}\u{7f}\0";
    for kind in [letter().kind, reminder(1).kind] {
        let mut letter =
            Letter { kind, controller: evil.to_owned(), categories: vec![evil.to_owned()], ..letter() };
        letter.known_by.1 = vec![SecretString::from(evil.to_owned())];
        let names = headers(&letter).into_iter().map(|line| line.split_once(':').unwrap().0.to_owned());
        let expected = headers(&Letter { kind, ..super::super::testing::letter() });
        let expected = expected.iter().map(|line| line.split_once(':').unwrap().0.to_owned());
        assert_eq!(names.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        let mail = composed(&letter);
        assert!(mail.is_ascii() && !mail.contains("\r\n.") && !mail.contains("\r\nMAIL"), "{mail}");
        assert!(!mail.contains(['\u{b}', '\u{c}', '\u{7f}', '\0']), "{mail}");
    }
}

#[test]
fn what_is_no_address_is_written_to_by_nobody() {
    for to in [
        "",
        "party.example",
        "a@b.example, c@d.example",
        "Privacy <privacy@party.example>",
        "privacy@party.example\r\nBcc: victim@evil.example",
        "privacy@party.example>\r\nRCPT TO:<victim@evil.example",
        "\"a\r\nb\"@party.example",
        "privacy@party.example ",
    ] {
        let letter = Letter { to: to.to_owned(), ..letter() };
        let failure = compose(&letter, &from(), now()).err();
        let Some(Failure::Lasting { message }) = failure else { panic!("{to}: {failure:?}") };
        assert!(!message.contains("example"), "{message}");
    }
}

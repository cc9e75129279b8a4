//! Letters that arrive.

use super::sink::{Instead, Sink, Tls, mailer, send, send_to};
use crate::connector::{
    Failure,
    email::{
        letter::Letter,
        testing::{CASE, letter, reminder},
    },
};
use base64::{Engine, prelude::BASE64_STANDARD};
use entity::enums::Locale;
use std::fmt::Write;

/// The text of a mail, taken out of its encoding (RFC 2045, section 6.7).
fn text(mail: &str) -> String {
    let (_, body) = mail.split_once("\r\n\r\n").unwrap();
    let body = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let hex = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}

/// The subject of a mail, taken out of its encoding (RFC 2047).
fn subject(mail: &str) -> String {
    let mail = mail.replace("\r\n ", " ");
    let subject = mail.split("\r\n").find_map(|line| line.strip_prefix("Subject: ")).unwrap();
    let mut said = String::new();
    for (at, word) in subject.split(' ').enumerate() {
        let space = if at == 0 { "" } else { " " };
        match word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?=")) {
            None => write!(said, "{space}{word}").unwrap(),
            Some(word) => {
                let bytes = BASE64_STANDARD.decode(word).unwrap();
                write!(said, "{space}{}", String::from_utf8(bytes).unwrap()).unwrap();
            }
        }
    }
    said
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written_in_both_languages() {
    let sink = Sink::kind().await;
    let mailer = sink.mailer("smtp", false, "");
    let swedish = Letter { controller: "Räksmörgås & Co AB".to_owned(), ..letter() };
    let english = Letter { locale: Locale::En, ..reminder(2) };
    for letter in [&swedish, &english] {
        send(&mailer, letter).await.unwrap();
    }
    let [first, second] = sink.mails().try_into().unwrap();
    assert_eq!(text(&first), crate::connector::email::swedish::text(&swedish));
    assert_eq!(text(&second), crate::connector::email::english::text(&english));
    assert_eq!(subject(&first), "Räksmörgås & Co AB: begäran om radering, ärende 8CA2-0F3A-91BC");
    assert_eq!(subject(&second), "Exempelbolaget AB: reminder 2, request for erasure, case 8CA2-0F3A-91BC");
    assert!(second.contains(&format!("\r\nMessage-ID: <{CASE}.2@company.example>\r\n")), "{second}");
    for mail in [first, second] {
        assert!(mail.is_ascii() && mail.lines().all(|line| line.len() <= 78), "{mail}");
        assert_eq!(mail.matches("K-4711").count(), 1, "{mail}");
    }
    assert_eq!(
        sink.commands()[..5],
        [
            "EHLO company.example",
            "MAIL FROM:<privacy@company.example>",
            "RCPT TO:<privacy@party.example>",
            "DATA",
            "QUIT"
        ]
    );
}

#[tokio::test]
async fn letters_go_out_over_tls_and_by_whom_they_are_said_to_be() {
    for (tls, scheme, query) in
        [(Tls::AtOnce, "smtps", ""), (Tls::WhenAsked, "smtp", "?tls=required"), (Tls::Never, "smtp", "")]
    {
        let sink = Sink::with(tls, |_| None).await;
        let mailer = sink.mailer(scheme, true, query);
        assert_eq!(mailer.check().await, Ok(()), "{tls:?}");
        assert_eq!(sink.mails().len(), 0);
        send(&mailer, &letter()).await.unwrap();
        assert_eq!(sink.mails().len(), 1, "{tls:?}");
        let commands = sink.commands();
        let before_tls = ["EHLO company.example", "STARTTLS"];
        let spoken_before = usize::from(tls == Tls::WhenAsked) * before_tls.len();
        assert_eq!(commands[..spoken_before], before_tls[..spoken_before]);
        let asked = ["EHLO", "AUTH", "NOOP", "QUIT"];
        for (command, verb) in commands[spoken_before..].iter().zip(asked) {
            assert!(command.starts_with(verb), "{commands:?}");
        }
    }
}

#[tokio::test]
async fn a_letter_that_was_taken_was_sent_whatever_happens_then() {
    let sent = send_to(|command| (command == "QUIT").then_some(Instead::HangUp)).await;
    assert_eq!(sent, Ok(()));
    let sent = send_to(|command| (command == "QUIT").then_some(Instead::Hang)).await;
    assert_eq!(sent, Ok(()));
}

/// A line with nothing but a dot would end the mail.
#[tokio::test]
async fn dots_arrive_as_dots() {
    let sink = Sink::kind().await;
    let letter =
        Letter { categories: vec![".".to_owned(), "..x".to_owned()], controller: ".".to_owned(), ..letter() };
    send(&sink.mailer("smtp", false, ""), &letter).await.unwrap();
    assert_eq!(text(&sink.mails()[0]), crate::connector::email::swedish::text(&letter));
}

#[tokio::test]
async fn an_address_beyond_ascii_needs_a_server_that_takes_it() {
    let letter = Letter { to: "dataskydd@räka.example".to_owned(), ..letter() };
    let sink = Sink::kind().await;
    let failure =
        mailer(&format!("smtp://{}", sink.address)).send(&letter, super::super::super::testing::now()).await;
    assert!(
        matches!(&failure, Err(Failure::Lasting { message }) if message.contains("ASCII")),
        "{failure:?}"
    );

    let sink = Sink::with(Tls::Never, |command| {
        command
            .starts_with("EHLO")
            .then_some(Instead::Say("250-sink.example\r\n250-8BITMIME\r\n250 SMTPUTF8"))
    })
    .await;
    send(&sink.mailer("smtp", false, ""), &letter).await.unwrap();
    let commands = sink.commands();
    assert_eq!(commands[1], "MAIL FROM:<privacy@company.example> SMTPUTF8 BODY=8BITMIME");
    assert_eq!(commands[2], "RCPT TO:<dataskydd@räka.example>");
}

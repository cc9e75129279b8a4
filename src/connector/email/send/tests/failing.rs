//! Servers that refuse, are busy, down, slow or broken, and what is said of them.

use super::sink::{Instead, PASSWORD, Sink, Tls, mailer, send, send_to};
use crate::connector::{
    Failure,
    email::{
        send::{CannotMail, Mailer},
        testing::letter,
    },
};
use secrecy::SecretString;
use std::time::{Duration, Instant};

fn lasting(message: &str) -> Result<(), Failure> {
    Err(Failure::Lasting { message: message.to_owned() })
}

fn passing(message: &str) -> Result<(), Failure> {
    Err(Failure::Passing { message: message.to_owned(), retry_after: None })
}

#[tokio::test]
async fn what_is_refused_for_good_needs_a_person() {
    let recipient = |command: &str| {
        command
            .starts_with("RCPT")
            .then_some(Instead::Say("550 5.1.1 <privacy@party.example> K-4711: no such person, says s3cret"))
    };
    assert_eq!(send_to(recipient).await, lasting("the mail server refused the recipient (550)"));
    let sender = |command: &str| {
        command.starts_with("MAIL").then_some(Instead::Say("530-party.example\r\n530 sign in first"))
    };
    assert_eq!(send_to(sender).await, lasting("the mail server refused the sender (530)"));
    let letter = |command: &str| (command == ".").then_some(Instead::Say("554 no, K-4711"));
    assert_eq!(send_to(letter).await, lasting("the mail server refused the letter (554)"));
    let anybody = |command: &str| (command == "CONNECT").then_some(Instead::Say("554 not you"));
    assert_eq!(send_to(anybody).await, lasting("the mail server refused the connection (554)"));
}

#[tokio::test]
async fn what_is_put_off_is_tried_again() {
    let recipient = |command: &str| {
        command.starts_with("RCPT").then_some(Instead::Say("451 4.7.1 <privacy@party.example> greylisted"))
    };
    assert_eq!(send_to(recipient).await, passing("the mail server refused the recipient for now (451)"));
    let anybody = |command: &str| (command == "CONNECT").then_some(Instead::Say("421 too busy"));
    assert_eq!(send_to(anybody).await, passing("the mail server refused the connection for now (421)"));
    let letter = |command: &str| (command == ".").then_some(Instead::Say("452 no room"));
    assert_eq!(send_to(letter).await, passing("the mail server refused the letter for now (452)"));
}

#[tokio::test]
async fn who_hangs_up_is_tried_again() {
    let broken = passing("the mail server broke off, or does not speak SMTP");
    let manners: [super::sink::Manner; 4] = [
        |command| (command == "CONNECT").then_some(Instead::HangUp),
        |command| command.starts_with("RCPT").then_some(Instead::HangUp),
        |command| (command == "DATA").then_some(Instead::HangUp),
        |command| (command == ".").then_some(Instead::HangUp),
    ];
    for manner in manners {
        assert_eq!(send_to(manner).await, broken);
    }
    let answers_that_belong_to_something_else: [super::sink::Manner; 2] = [
        |command| (command == "DATA").then_some(Instead::Say("250 Fine")),
        |command| (command == ".").then_some(Instead::Say("354 Go on")),
    ];
    for manner in answers_that_belong_to_something_else {
        assert_eq!(send_to(manner).await, broken);
    }
    let noise = |command: &str| (command == "CONNECT").then_some(Instead::Say("HTTP/1.1 200 party.example"));
    assert_eq!(send_to(noise).await, broken);
}

#[tokio::test]
async fn who_is_down_or_silent_is_tried_again() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let failure = send(&mailer(&format!("smtp://kartotek:{PASSWORD}@{free}")), &letter()).await;
    assert!(
        matches!(&failure, Err(Failure::Passing { message, .. }) if message.contains("not reached") && message.contains("refused")),
        "{failure:?}"
    );

    let manners: [super::sink::Manner; 4] = [
        |command| (command == "CONNECT").then_some(Instead::Hang),
        |command| command.starts_with("EHLO").then_some(Instead::Hang),
        |command| command.starts_with("RCPT").then_some(Instead::Hang),
        |command| (command == ".").then_some(Instead::Hang),
    ];
    for manner in manners {
        let sink = Sink::with(Tls::Never, manner).await;
        let mut mailer = sink.mailer("smtp", false, "");
        mailer.timeout = Duration::from_millis(200);
        let begun = Instant::now();
        assert_eq!(send(&mailer, &letter()).await, passing("the mail server did not answer in time"));
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn who_does_not_let_the_company_in_needs_a_person() {
    let sink = Sink::kind().await;
    let wrong = mailer(&format!("smtp://kartotek:{PASSWORD}-2@{}", sink.address));
    let refused = lasting("the mail server refused the user name or the password (535)");
    assert_eq!(send(&wrong, &letter()).await, refused);
    assert_eq!(wrong.check().await, refused);

    let none = |command: &str| command.starts_with("EHLO").then_some(Instead::Say("250 sink.example"));
    let sink = Sink::with(Tls::Never, none).await;
    let failure = send(&sink.mailer("smtp", true, ""), &letter()).await;
    assert_eq!(failure, lasting("the mail server offers no way to sign in with a password"));

    let later = |command: &str| command.starts_with("AUTH").then_some(Instead::Say("454 not now"));
    let sink = Sink::with(Tls::Never, later).await;
    let failure = sink.mailer("smtp", true, "").check().await;
    assert_eq!(failure, passing("the mail server refused the user name or the password for now (454)"));
}

/// Not even the name of the recipient is said in the clear, be it that somebody in between takes the offer of TLS away.
#[tokio::test]
async fn without_tls_nothing_is_said() {
    let sink = Sink::kind().await;
    let failure = send(&sink.mailer("smtp", true, "?tls=required"), &letter()).await;
    assert_eq!(failure, lasting("the mail server does not offer STARTTLS, without which nothing is sent"));
    assert_eq!(sink.commands().first().map(String::as_str), Some("EHLO company.example"));
    assert!(sink.commands().iter().all(|command| !command.starts_with("AUTH")));

    // Nobody vouches for this certificate.
    let sink = Sink::with(Tls::AtOnce, |_| None).await;
    let url = SecretString::from(format!("smtps://kartotek:{PASSWORD}@{}", sink.address));
    let stranger = Mailer::new(&url, "privacy@company.example", Mailer::TIMEOUT).unwrap();
    let failure = send(&stranger, &letter()).await;
    assert!(
        matches!(&failure, Err(Failure::Passing { message, .. }) if message.contains("certificate")),
        "{failure:?}"
    );
    assert_eq!(sink.commands(), [""; 0]);
}

#[test]
fn settings_that_cannot_be_used_are_not_shown() {
    let refused = |url: &str, from: &str| {
        let refused = Mailer::new(&SecretString::from(url.to_owned()), from, Mailer::TIMEOUT).unwrap_err();
        let shown = format!("{refused} {refused:?}");
        assert!(!shown.contains("s3") && !shown.contains("private"), "{shown}");
        refused
    };
    assert!(matches!(refused("smtps://u:s3/cret@mail.example", "a@b.example"), CannotMail::Url(_)));
    assert!(matches!(refused("smtps://u:s3cret@mail.example", "private"), CannotMail::Sender(_)));
}

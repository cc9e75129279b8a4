//! Third parties without an API are written to, and reminded; they answer by a link, once, or a person records the answer.

use crate::support::{TestApp, mailbox::Mailbox};
use chrono::TimeDelta;
use serde_json::{Value, json};

const HOST: &str = "Fjällripan webbservrar";

/// A customer whose data at the host is to be erased, and a host that is written to.
async fn written_to(reference: &str) -> (TestApp, Mailbox, String) {
    let (app, mailbox) = TestApp::with_mail().await;
    let connector = json!({ "email": { "to": "dataskydd@fjallripan.example", "locale": "SV", "subjectKey": "REFERENCE" } });
    assert_eq!(app.connect(HOST, connector).await.user_errors(), []);
    let (customer, subscription) = app.hosted(reference).await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    app.advance(TimeDelta::days(400));
    app.sweep().await;
    (app, mailbox, customer)
}

async fn task(app: &TestApp, customer: &str) -> (Value, Value) {
    let task = app.task_at(customer, HOST).await;
    (task["state"].clone(), task["outcome"].clone())
}

/// The link in a letter.
pub fn link(letter: &str) -> String {
    let (_, rest) = letter.split_once("/answers/").unwrap();
    let base = letter[..letter.len() - rest.len()].rsplit_once("http").unwrap().1;
    let token = rest.split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c))).next().unwrap();
    format!("http{base}{token}")
}

async fn look(link: &str) -> (u16, String) {
    let page = reqwest::get(link).await.unwrap();
    (page.status().as_u16(), page.text().await.unwrap())
}

pub async fn answer(link: &str, outcome: &str) -> u16 {
    let form = reqwest::Client::new().post(link).header("content-type", "application/x-www-form-urlencoded");
    form.body(format!("outcome={outcome}")).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_letter_is_answered_by_its_link_and_once() {
    let (app, mailbox, customer) = written_to("K-5501").await;
    assert_eq!(app.try_to_work().await.waiting, 1);
    assert_eq!(task(&app, &customer).await.0, "AWAITING_THIRD_PARTY");
    let letter = mailbox.letters().remove(0);
    let case = "query ($id: ID!) { task(id: $id) { via caseNumber sentAt } }";
    let id = app.task_at(&customer, HOST).await["id"].clone();
    let shown = app.compliance().ask(case, json!({ "id": id })).await;
    let shown = &shown.data()["task"];
    assert_eq!(shown["via"], "EMAIL");
    let case = shown["caseNumber"].as_str().unwrap();
    assert!(letter.contains(case) && letter.contains("dataskydd@fjallripan.example"), "{letter}");
    let (headers, text) = letter.split_once("\r\n\r\n").unwrap();
    assert!(!headers.contains("K-5501") && text.contains("K-5501"), "{letter}");

    let link = link(&letter);
    // Programs that look through mail follow links: that uses nothing up, and shows nobody who the person is.
    for _ in 0..2 {
        let (status, page) = look(&link).await;
        assert_eq!(status, 200);
        assert!(page.contains(case) && page.contains("lang=\"sv\"") && !page.contains("K-5501"), "{page}");
    }
    assert_eq!(answer(&link, "nonsense").await, 400);
    // Two at once: one is heard.
    let (one, two) = tokio::join!(answer(&link, "done"), answer(&link, "obligation"));
    let mut both = [one, two];
    both.sort_unstable();
    assert_eq!(both, [200, 404]);
    assert_eq!(look(&link).await.0, 404);
    let outcome = if one == 200 { "DONE" } else { "KEPT" };
    let ended = app.task_at(&customer, HOST).await;
    assert_eq!((&ended["outcome"], &ended["evidence"]["kind"]), (&json!(outcome), &json!("CONFIRMED")));
    assert_eq!(look(&format!("{link}x")).await.0, 404);
    // Each of those whose link led nowhere was turned away.
    app.turned_away_by_others(3);
    app.finish().await;
}

#[tokio::test]
async fn who_does_not_answer_is_reminded_and_then_a_person_is_asked() {
    let (app, mailbox, customer) = written_to("K-5502").await;
    for day in 0..22 {
        app.try_to_work().await;
        assert_eq!(mailbox.letters().len(), 1 + day / 8, "on day {day}");
        app.advance(TimeDelta::days(1));
    }
    let letters = mailbox.letters();
    assert!(letters[1].contains("In-Reply-To") && !letters[0].contains("In-Reply-To"), "{letters:?}");
    app.work().await;
    assert_eq!(task(&app, &customer).await.0, "NEEDS_HUMAN");
    assert_eq!(mailbox.letters().len(), 3);
    // Late, and by the first letter's link.
    assert_eq!(answer(&link(&letters[0]), "done").await, 200);
    assert_eq!(task(&app, &customer).await, (json!("SUCCEEDED"), json!("DONE")));
    assert_eq!(answer(&link(&letters[2]), "done").await, 404);
    app.turned_away_by_others(1);
    app.finish().await;
}

#[tokio::test]
async fn what_they_keep_and_what_they_do_not_find_is_on_record() {
    let (app, mailbox, customer) = written_to("K-5503").await;
    app.try_to_work().await;
    assert_eq!(answer(&link(&mailbox.letters()[0]), "nothing").await, 200);
    assert_eq!(task(&app, &customer).await.0, "NEEDS_HUMAN");
    assert_eq!(app.findings(json!({ "kinds": ["NOTHING_FOUND"] })).await.len(), 1);
    // A person has it asked anew, which is another case.
    assert_eq!(app.retry(&app.task_at(&customer, HOST).await).await.user_errors(), []);
    app.try_to_work().await;
    let letters = mailbox.letters();
    let id =
        |letter: &str| letter.split("Message-ID: ").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
    assert_ne!(id(&letters[0]), id(&letters[1]));
    assert_eq!(answer(&link(&letters[1]), "obligation").await, 200);
    assert_eq!(task(&app, &customer).await, (json!("CANCELLED"), json!("KEPT")));
    assert!(app.at(&customer, HOST).await.iter().all(|(_, state)| state == "DISPOSAL_PENDING"));
    app.finish().await;
}

/// A link that is too old, and a mail server that is down for a while, or does not know the address.
#[tokio::test]
async fn letters_that_do_not_go_out_are_tried_again_or_left_to_a_person() {
    let (app, mailbox, customer) = written_to("K-5504").await;
    mailbox.refuse(Some("451 later"));
    assert_eq!(app.try_to_work().await.failed, 1);
    assert_eq!(task(&app, &customer).await.0, "RETRYING");
    mailbox.refuse(Some("550 no such mailbox: dataskydd@fjallripan.example"));
    app.advance(TimeDelta::hours(1));
    app.try_to_work().await;
    assert_eq!(task(&app, &customer).await.0, "NEEDS_HUMAN");
    let error = "query ($id: ID!) { task(id: $id) { lastError } }";
    let id = app.task_at(&customer, HOST).await["id"].clone();
    let error = app.compliance().ask(error, json!({ "id": id })).await;
    let error = error.data()["task"]["lastError"].as_str().unwrap().to_owned();
    assert!(error.contains("550") && !error.contains('@'), "{error}");
    mailbox.refuse(None);
    assert_eq!(app.retry(&app.task_at(&customer, HOST).await).await.user_errors(), []);
    app.try_to_work().await;
    let letter = mailbox.letters().remove(0);
    app.advance(TimeDelta::days(60));
    assert_eq!(look(&link(&letter)).await.0, 404);
    app.turned_away_by_others(1);
    app.finish().await;
}

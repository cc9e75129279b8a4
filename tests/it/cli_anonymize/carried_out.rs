//! It is done, to its end or to where somebody else has to say something.

use crate::support::{TestApp, job::APPROVE, process::pause};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::time::Duration;

const REASON: &str = "Gallring 2026";

#[tokio::test]
async fn a_line_of_json_tells_of_each_thing_that_happens() {
    let app = TestApp::reachable().await;
    let references = app.registered(8100..8103).await;
    let list = app.file("list", format!("{}\nK-NOBODY\n", references.join("\n")));
    let by_key = ["--references", &list, "--reason", REASON, "--yes", "--json", "--idempotency-key", "nov"];
    let officer = app.compliance();
    let ran = app.ran(officer.anonymize(&by_key)).await;
    let lines = ran.ended(3, "could not be done with 1").lines();
    let (first, last) = (&lines[0], lines.last().unwrap());
    assert_eq!((&first["event"], &first["job"]["state"]), (&json!("accepted"), &json!("QUEUED")));
    assert_eq!((&last["event"], &last["exitCode"]), (&json!("result"), &json!(3)));
    assert_eq!((&last["job"]["done"], &last["job"]["failed"]), (&json!(3), &json!(1)));
    let failures = lines.iter().filter(|line| line["event"] == "failure").collect::<Vec<_>>();
    assert_eq!(failures.len(), 1);
    assert_eq!((&failures[0]["reference"], &failures[0]["code"]), (&json!("K-NOBODY"), &json!("NOT_FOUND")));
    assert_eq!(failures[0]["jobId"], last["job"]["id"]);
    let known = ["accepted", "progress", "failure", "result"];
    assert!(lines.iter().all(|line| known.contains(&line["event"].as_str().unwrap())));
    assert!(!ran.err.contains('\r'), "no bar where there is no terminal: {ran:?}");

    // The same again is the same, and other work by the same name is refused.
    let again = app.ran(officer.anonymize(&by_key)).await;
    assert_eq!(again.ended(3, "").lines().last().unwrap()["job"]["id"], last["job"]["id"]);
    let other = ["--references", &list, "--reason", "Annat", "--yes", "--idempotency-key", "nov"];
    app.ran(officer.anonymize(&other)).await.ended(1, "IDEMPOTENCY_KEY_REUSED (idempotencyKey)");
    app.finish().await;
}

/// A long list is brought in parts, and the same one by the same name is the same work, from wherever it comes.
#[tokio::test]
async fn more_than_one_call_takes_are_brought_in_parts() {
    let app = TestApp::reachable().await;
    let mut references = app.registered(8110..8113).await;
    references.extend((0..10_247).map(|n| format!("NOBODY-{n:05}")));
    let list = app.file("list", references.join("\n"));
    let officer = app.compliance();
    let args = ["--references", &list, "--reason", REASON, "--yes", "--idempotency-key", "long"];
    let ran = app.ran(officer.anonymize(&args)).await;
    let done = ran.ended(3, "could not be done with 10247 customers").json();
    assert_eq!((&done["job"]["total"], &done["job"]["done"]), (&json!(10_250), &json!(3)));
    let failures = ran.failures();
    assert_eq!(failures.len(), 10_247);
    assert!(failures.iter().all(|(reference, code)| reference.starts_with("NOBODY-") && code == "NOT_FOUND"));
    let again = app.ran(officer.anonymize(&args)).await;
    assert_eq!(again.ended(3, "").json()["job"]["id"], done["job"]["id"]);
    references.reverse();
    references.push("NOBODY-00007".to_owned());
    let turned = app.file("turned", references.join("\r\n"));
    let piped = ["--references", "-", "--reason", REASON, "--yes", "--idempotency-key", "long"];
    let mut piped = officer.anonymize(&piped);
    piped.stdin(std::fs::File::open(turned).unwrap());
    assert_eq!(app.ran(piped).await.ended(3, "").json()["job"]["id"], done["job"]["id"]);
    let other = ["--references", &list, "--reason", "Annat", "--yes", "--idempotency-key", "long"];
    app.ran(officer.anonymize(&other)).await.ended(1, "IDEMPOTENCY_KEY_REUSED");
    references[3] = "NOBODY-OTHER".to_owned();
    let longer = app.file("other", references.join("\n"));
    let other = ["--references", &longer, "--reason", REASON, "--yes", "--idempotency-key", "long"];
    app.ran(officer.anonymize(&other)).await.ended(1, "IDEMPOTENCY_KEY_REUSED");
    // Standard input, which is not known to end.
    app.registered(8113..8114).await;
    let mut piped = officer.anonymize(&["--references", "-", "--reason", REASON, "--yes"]);
    piped.stdin(std::fs::File::open(app.file("list", "K-8113\n")).unwrap());
    assert_eq!(app.ran(piped).await.ended(0, "--idempotency-key").json()["job"]["done"], 1);
    app.finish().await;
}

/// Large work waits, and the one who waits learns who has to do what.
#[tokio::test]
async fn large_work_ends_with_4_until_somebody_else_has_approved_it() {
    let app = TestApp::reachable().await;
    let references = app.registered(8120..8131).await;
    let list = app.file("list", references.join("\n"));
    let (officer, second) = (app.compliance(), app.second_officer());
    let args = ["--references", &list, "--reason", REASON, "--yes"];
    let ran = app.ran(officer.anonymize(&args)).await;
    let waits = ran.ended(4, "somebody else").json();
    let (id, hash) = (&waits["job"]["id"], &waits["plan"]["planHash"]);
    assert_eq!((&waits["job"]["state"], &waits["exitCode"]), (&json!("AWAITING_APPROVAL"), &json!(4)));
    for told in ["COMPLIANCE", "approveJob", id.as_str().unwrap(), hash.as_str().unwrap()] {
        ran.ended(4, told);
    }
    // What is to be run next goes to the same server, as it was asked here.
    let url = format!("{}/graphql/", app.url.get().unwrap());
    let there =
        ["--job", id.as_str().unwrap(), "--endpoint", &url, "--purpose", "RIGHTS_REQUEST", "--insecure-http"];
    let told = format!("kartotek anonymize --endpoint {url} --purpose RIGHTS_REQUEST --insecure-http --job ");
    app.ran(officer.anonymize(&there)).await.ended(4, &told);
    let follow = ["--job", id.as_str().unwrap()];
    app.ran(officer.anonymize(&follow)).await.ended(4, "");
    let approved = second.ask(APPROVE, json!({ "input": { "jobId": id, "planHash": hash } })).await;
    assert_eq!(approved.user_errors(), []);
    let done = app.ran(officer.anonymize(&follow)).await;
    assert_eq!(done.ended(0, "").json()["job"]["done"], 11);
    app.finish().await;
}

/// Whoever is meant by a condition; and work at systems is not waited for unless that is asked.
#[tokio::test]
async fn by_what_is_true_of_them() {
    let app = TestApp::reachable().await;
    app.hosted("K-8140").await;
    let officer = app.compliance();
    let args = ["--service", "web-hosting", "--status", "active", "--reason", REASON, "--dry-run"];
    let ran = app.ran(officer.anonymize(&args)).await;
    assert!(ran.ended(0, "").json()["plan"]["customerCount"].as_u64().unwrap() >= 1);
    let nobody = ["--dormant-since", "1999-12-31", "--reason", REASON, "--yes"];
    let ran = app.ran(officer.anonymize(&nobody)).await;
    assert_eq!(ran.ended(0, "").json()["job"]["total"], 0);
    let ahead = ["--dormant-since", "2099-12-31", "--reason", REASON, "--yes"];
    app.ran(officer.anonymize(&ahead))
        .await
        .ended(1, "(filter.dormantSince)")
        .ended(1, "see --dormant-since");
    let unknown = ["--service", "nothing", "--reason", REASON, "--dry-run"];
    app.ran(officer.anonymize(&unknown)).await.ended(2, "no service of that key");

    let list = app.file("list", "K-8140");
    let args = ["--references", &list, "--reason", REASON, "--yes"];
    let ran = app.ran(officer.anonymize(&args)).await;
    let done = ran.ended(0, "--wait-for-tasks").json();
    assert_eq!((&done["job"]["state"], &done["job"]["done"]), (&json!("AWAITING_TASKS"), &json!(1)));
    assert!(done["tasksOpen"].as_u64().unwrap() > 0);

    // Whoever waits for it sees its end, and that one of them keeps something.
    app.advance(TimeDelta::days(200));
    app.work().await;
    let officer = app.compliance();
    let tasks = officer.job(&done["job"]["id"]).await["tasks"]["nodes"].as_array().unwrap().clone();
    let open = tasks.iter().filter(|task| task["state"] != "SUCCEEDED").collect::<Vec<_>>();
    let waits = ["--job", done["job"]["id"].as_str().unwrap(), "--wait-for-tasks", "--json"];
    let ends = async {
        pause(Duration::from_secs(2)).await;
        for (at, task) in open.iter().enumerate() {
            let outcome = if at == 0 { "KEPT" } else { "DONE" };
            assert_eq!(app.complete(task, json!({ "outcome": outcome })).await.user_errors(), []);
        }
    };
    let (ran, ()) = tokio::join!(app.ran(officer.anonymize(&waits)), ends);
    let lines = ran.ended(3, "is kept there").lines();
    assert_eq!(
        (&lines[0]["job"]["state"], lines[0]["event"].as_str()),
        (&json!("AWAITING_TASKS"), Some("progress"))
    );
    let last = lines.last().unwrap();
    assert_eq!((&last["job"]["state"], &last["tasksOpen"]), (&json!("SUCCEEDED_WITH_FAILURES"), &json!(0)));
    app.finish().await;
}

#[tokio::test]
async fn it_is_called_off_by_its_id() {
    let app = TestApp::reachable().await;
    let list = app.file("list", app.registered(8150..8151).await.join("\n"));
    let officer = app.compliance();
    let args = ["--references", &list, "--reason", REASON, "--yes", "--no-wait"];
    let accepted = app.ran_alone(officer.anonymize(&args)).await.ended(0, "").json();
    assert_eq!(accepted["job"]["state"], "QUEUED");
    let id = accepted["job"]["id"].as_str().unwrap();
    let cancel = ["--cancel", id, "--reason", "Fel lista"];
    let cancelled = app.ran_alone(officer.anonymize(&cancel)).await.ended(0, "").json();
    assert_eq!(
        (&cancelled["job"]["state"], &cancelled["job"]["cancelReason"]),
        (&json!("CANCELLED"), &json!("Fel lista"))
    );
    app.ran_alone(officer.anonymize(&cancel)).await.ended(1, "JOB_FINISHED");
    app.ran(officer.anonymize(&["--job", id])).await.ended(1, "the job was called off");
    assert_eq!(app.standing(&app.customer_id("K-8150").await).await["status"], Value::from("DORMANT"));
    app.finish().await;
}

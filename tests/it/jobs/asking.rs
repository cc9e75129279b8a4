//! What is asked for, by whom, and what is not taken.

use crate::support::job::{APPROVE, CANCEL, UPLOAD};
use crate::support::{
    TestApp,
    actors::claims,
    ask::{codes, refused},
};
use kartotek::auth::TokenRequest;
use serde_json::json;

#[tokio::test]
async fn the_same_asked_for_again_is_the_same_work() {
    let app = TestApp::new().await;
    app.register("K-7001").await;
    let officer = app.compliance();
    let first = officer.asked_for("gallring-1", json!({ "references": ["K-7001"], "dryRun": true })).await;
    assert_eq!(
        (&first["state"], &first["total"], &first["plan"]),
        (&json!("QUEUED"), &json!(1), &json!(null))
    );
    let again = officer.asked_for("gallring-1", json!({ "references": ["K-7001"], "dryRun": true })).await;
    assert_eq!(again["id"], first["id"]);
    // In whatever order, and however often somebody is named.
    let twice = json!({ "references": ["K-7001", " K-7001 "], "dryRun": true });
    assert_eq!(officer.asked_for("gallring-1", twice).await["id"], first["id"]);
    let other = officer.bulk("gallring-1", json!({ "references": ["K-7001"] })).await;
    assert_eq!(codes(&other), refused("IDEMPOTENCY_KEY_REUSED", "idempotencyKey"));
    // What somebody else calls so is theirs.
    let theirs = app.second_officer().asked_for("gallring-1", json!({ "references": ["K-7001"] })).await;
    assert_ne!(theirs["id"], first["id"]);
    let by_key =
        officer.get("{ jobs(filter: { idempotencyKey: \"gallring-1\" }) { nodes { id } totalCount } }").await;
    assert_eq!(by_key.data()["jobs"], json!({ "nodes": [{ "id": first["id"] }], "totalCount": 1 }));
    // Two at the same moment are one.
    let wanted = json!({ "references": ["K-7001"], "dryRun": true });
    let (one, two) = tokio::join!(
        officer.asked_for("gallring-2", wanted.clone()),
        officer.asked_for("gallring-2", wanted)
    );
    assert_eq!(one["id"], two["id"]);
    app.finish().await;
}

#[tokio::test]
async fn what_says_nobody_or_says_it_twice_is_refused() {
    let app = TestApp::new().await;
    app.register("K-7002").await;
    let officer = app.compliance();
    // More than one call may bring are turned away before anybody looks at them.
    let many = (0..10_001).map(|n| format!("K-{n}")).collect::<Vec<_>>();
    assert_eq!(officer.bulk("wrong", json!({ "references": many })).await.code(), Some("QUERY_TOO_COMPLEX"));
    for (input, code, field) in [
        (json!({}), "CHOOSE_ONE", ""),
        (json!({ "references": ["K-7002"], "filter": { "statuses": ["DORMANT"] } }), "CHOOSE_ONE", ""),
        (json!({ "references": [] }), "REQUIRED", "references"),
        (json!({ "references": ["K-7002", " "] }), "REQUIRED", "references.1"),
        (json!({ "references": ["K-NOBODY"] }), "NOTHING_SELECTED", "references"),
        (json!({ "customerIds": ["nobody"] }), "NOTHING_SELECTED", "customerIds"),
        (json!({ "selectionId": "nothing" }), "NOT_FOUND", "selectionId"),
        (json!({ "filter": {} }), "REQUIRED", "filter"),
        // Everybody, in other words.
        (json!({ "filter": { "referencePrefix": "" } }), "REQUIRED", "filter.referencePrefix"),
        (
            json!({ "filter": { "referencePrefix": " ", "statuses": ["DORMANT"] } }),
            "REQUIRED",
            "filter.referencePrefix",
        ),
        (json!({ "filter": { "kinds": ["PERSON", "ORGANIZATION"] } }), "REQUIRED", "filter"),
        (
            json!({ "filter": { "statuses": ["ACTIVE", "DORMANT", "RESTRICTED", "ERASED"] } }),
            "REQUIRED",
            "filter",
        ),
        (json!({ "filter": { "onHold": false, "unjustified": false } }), "REQUIRED", "filter"),
        (json!({ "filter": { "dormantSince": "2099-01-01" } }), "OUT_OF_RANGE", "filter.dormantSince"),
        (json!({ "planHash": "abc" }), "INVALID_FORMAT", "planHash"),
        (json!({ "planHash": "0".repeat(64) }), "PLAN_CHANGED", "planHash"),
        (json!({ "planHash": "0".repeat(64), "dryRun": true }), "CHOOSE_ONE", "planHash"),
    ] {
        let said = codes(&officer.bulk("wrong", input.clone()).await);
        let shown = input.to_string().chars().take(80).collect::<String>();
        assert_eq!(said, refused(code, field), "{shown}");
    }
    let jobs = officer.get("{ jobs { totalCount } }").await;
    assert_eq!(jobs.data()["jobs"]["totalCount"], 0);
    app.finish().await;
}

/// Large work waits for somebody else, who has looked at its plan.
#[tokio::test]
async fn large_work_waits_for_a_second_person() {
    let app = TestApp::new().await;
    let mut references = Vec::new();
    for n in 7100..7112 {
        app.register(&format!("K-{n}")).await;
        references.push(format!("K-{n}"));
    }
    let (officer, second) = (app.compliance(), app.second_officer());
    let job = officer.asked_for("large", json!({ "references": references })).await;
    assert_eq!(app.run_jobs().await, 1);
    let job = officer.job(&job["id"]).await;
    assert_eq!(
        (&job["state"], &job["total"], &job["done"]),
        (&json!("AWAITING_APPROVAL"), &json!(12), &json!(0))
    );
    assert_eq!(job["plan"]["customerCount"], 12);
    let hash = job["plan"]["planHash"].clone();
    let approve = |hash: &serde_json::Value| json!({ "input": { "jobId": job["id"], "planHash": hash } });
    // Four eyes are those of people.
    for machine in [
        app.script(&["approveJob"]),
        app.bearer(&TokenRequest {
            scopes: vec!["approveJob".to_owned()],
            ..claims(&["COMPLIANCE", "SERVICE"])
        }),
    ] {
        let denied = machine.ask(APPROVE, approve(&hash)).await;
        assert_eq!(denied.code(), Some("FORBIDDEN"));
        assert!(denied.json.to_string().contains("no token with the role SERVICE may do it"));
    }
    let own = officer.ask(APPROVE, approve(&hash)).await;
    assert_eq!(codes(&own), refused("OWN_JOB", "jobId"));
    let other = second.ask(APPROVE, approve(&json!("1".repeat(64)))).await;
    assert_eq!(codes(&other), refused("PLAN_CHANGED", "planHash"));
    assert_eq!(app.run_jobs().await, 0, "nothing is done without");
    let approved = second.ask(APPROVE, approve(&hash)).await;
    assert_eq!(codes(&approved), []);
    assert_eq!(approved.data()["approveJob"]["job"], json!({ "state": "QUEUED", "approvedBy": "Second" }));
    let again = second.ask(APPROVE, approve(&hash)).await;
    assert_eq!(codes(&again), refused("NOT_AWAITING_APPROVAL", "jobId"));
    assert_eq!(app.run_jobs().await, 1);
    let job = officer.job(&job["id"]).await;
    assert_eq!((&job["done"], &job["failed"]), (&json!(12), &json!(0)), "{job:#}");
    app.finish().await;
}

#[tokio::test]
async fn a_plan_that_nobody_approved_in_time_is_over() {
    let app = TestApp::new().await;
    let mut references = Vec::new();
    for n in 7200..7211 {
        app.register(&format!("K-{n}")).await;
        references.push(format!("K-{n}"));
    }
    let job = app.compliance().asked_for("late", json!({ "references": references })).await;
    app.run_jobs().await;
    let job = app.compliance().job(&job["id"]).await;
    let hash = &job["plan"]["planHash"];
    app.advance(chrono::TimeDelta::hours(25));
    let second = app.second_officer();
    let approve = json!({ "input": { "jobId": job["id"], "planHash": hash } });
    assert_eq!(codes(&second.ask(APPROVE, approve.clone()).await), refused("PLAN_EXPIRED", "planHash"));
    // Also once it was forgotten.
    app.sweep().await;
    assert_eq!(codes(&second.ask(APPROVE, approve).await), refused("PLAN_EXPIRED", "planHash"));
    let cancelled =
        second.ask(CANCEL, json!({ "input": { "jobId": job["id"], "reason": "för sent" } })).await;
    let said = json!({ "state": "CANCELLED", "cancelReason": "för sent", "done": 0 });
    assert_eq!(cancelled.data()["cancelJob"]["job"], said);
    let again = second.ask(CANCEL, json!({ "input": { "jobId": job["id"] } })).await;
    assert_eq!(codes(&again), refused("JOB_FINISHED", "jobId"));
    app.finish().await;
}

/// What nobody approves in time ends by itself, and whom it was about is forgotten as with any other.
#[tokio::test]
async fn what_nobody_approved_in_time_is_called_off() {
    let app = TestApp::new().await;
    let references = (7240..7251).map(|n| format!("K-{n}")).collect::<Vec<_>>();
    for reference in &references {
        app.register(reference).await;
    }
    let job = app.compliance().asked_for("late", json!({ "references": references })).await;
    app.run_jobs().await;
    app.advance(chrono::TimeDelta::hours(25));
    app.sweep().await;
    app.run_jobs().await;
    let job = app.compliance().job(&job["id"]).await;
    assert_eq!((&job["state"], &job["done"], &job["failed"]), (&json!("CANCELLED"), &json!(0), &json!(0)));
    app.advance(chrono::TimeDelta::days(31));
    app.run_jobs().await;
    assert_eq!(app.database.rows("SELECT 1 FROM job_customer").await.len(), 0);
    app.finish().await;
}

/// A number that nobody has may be somebody's all the same: it does not wait for what the law keeps of the others.
#[tokio::test]
async fn numbers_that_nobody_has_go_a_month_after_the_others_were_done_here() {
    let app = TestApp::new().await;
    app.hosted("K-7260").await;
    let officer = app.compliance();
    let job = officer.asked_for("kept", json!({ "references": ["K-7260", "K-NOBODY"] })).await;
    app.run_jobs().await;
    for (days, left) in [(29, 1), (2, 0)] {
        app.advance(chrono::TimeDelta::days(days));
        app.run_jobs().await;
        assert_eq!(app.database.rows("SELECT 1 FROM job_failure").await.len(), left, "{days}");
    }
    let job = app.compliance().job(&job["id"]).await;
    assert_eq!((&job["state"], &job["failed"]), (&json!("AWAITING_TASKS"), &json!(1)));
    app.finish().await;
}

/// A longer list is brought in parts, by one person, and is gone when it was used.
#[tokio::test]
async fn a_longer_list_is_brought_in_parts() {
    let app = TestApp::new().await;
    for n in 7300..7304 {
        app.register(&format!("K-{n}")).await;
    }
    let officer = app.compliance();
    let upload = async |selection: Option<&serde_json::Value>, references: &[&str]| {
        let input = json!({ "input": { "selectionId": selection, "references": references } });
        let answer = officer.ask(UPLOAD, input).await;
        assert_eq!(codes(&answer), []);
        answer.data()["uploadSelection"]["selection"].clone()
    };
    let list = upload(None, &["K-7300", "K-7301", "K-7300"]).await;
    assert_eq!(list["size"], 2);
    let list = upload(Some(&list["id"]), &["K-7301", "K-7302", "K-NOBODY", " K-7303 "]).await;
    assert_eq!(list["size"], 5);
    let foreign = json!({ "input": { "selectionId": list["id"], "references": ["K-7300"] } });
    let foreign = app.second_officer().ask(UPLOAD, foreign).await;
    assert_eq!(codes(&foreign), refused("NOT_FOUND", "selectionId"));
    let foreign = app.second_officer().bulk("theirs", json!({ "selectionId": list["id"] })).await;
    assert_eq!(codes(&foreign), refused("NOT_FOUND", "selectionId"));

    let job = officer.asked_for("list", json!({ "selectionId": list["id"], "dryRun": true })).await;
    assert_eq!(job["total"], 0, "it is not read yet");
    // It is that work's from now on, however long that waits.
    let more = json!({ "input": { "selectionId": list["id"], "references": ["K-7300"] } });
    assert_eq!(codes(&officer.ask(UPLOAD, more).await), refused("NOT_FOUND", "selectionId"));
    let other = officer.bulk("other", json!({ "selectionId": list["id"] })).await;
    assert_eq!(codes(&other), refused("NOT_FOUND", "selectionId"));
    app.advance(chrono::TimeDelta::hours(20));
    app.run_jobs().await;
    let job = officer.job(&job["id"]).await;
    assert_eq!((&job["state"], &job["total"], &job["failed"]), (&json!("PREVIEW"), &json!(5), &json!(1)));
    assert_eq!(job["plan"]["customerCount"], 4);
    let unknown = &job["failures"]["nodes"][0];
    assert_eq!((&unknown["reference"], &unknown["code"]), (&json!("K-NOBODY"), &json!("NOT_FOUND")));
    let used = officer.bulk("again", json!({ "selectionId": list["id"] })).await;
    assert_eq!(codes(&used), refused("NOT_FOUND", "selectionId"));
    // Asked for again by the same name, with that list or with another that says the same, it is that work.
    let again = officer.asked_for("list", json!({ "selectionId": list["id"], "dryRun": true })).await;
    assert_eq!(again["id"], job["id"]);
    let all = upload(None, &["K-7303", "K-NOBODY", "K-7302", "K-7301", "K-7300"]).await;
    let again = officer.asked_for("list", json!({ "selectionId": all["id"], "dryRun": true })).await;
    assert_eq!(again["id"], job["id"]);
    let fewer = upload(None, &["K-7303", "K-NOBODY", "K-7302", "K-7301"]).await;
    let other = officer.bulk("list", json!({ "selectionId": fewer["id"], "dryRun": true })).await;
    assert_eq!(codes(&other), refused("IDEMPOTENCY_KEY_REUSED", "idempotencyKey"));
    // What nobody uses is not kept.
    upload(None, &["K-7300"]).await;
    app.advance(chrono::TimeDelta::hours(25));
    app.run_jobs().await;
    // Nor whom the work was about, a month after it was over.
    app.advance(chrono::TimeDelta::days(31));
    app.run_jobs().await;
    let job = app.compliance().job(&job["id"]).await;
    assert_eq!((&job["total"], &job["failed"]), (&json!(5), &json!(1)));
    for table in ["customer_selection", "customer_selection_reference", "job_customer", "job_failure"] {
        assert_eq!(app.database.rows(&format!("SELECT 1 FROM {table}")).await.len(), 0, "{table}");
    }
    app.finish().await;
}

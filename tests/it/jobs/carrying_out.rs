//! What is planned is what is done, with everybody of whom it is still true; and each is done once, whoever dies meanwhile.

use crate::support::{TestApp, audit};
use kartotek::domain::job::{AnonymizeNext, EndPlan, LeaseJob, PlanNext, Portion, PutBack, SelectNext};
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn registered(app: &TestApp, numbers: std::ops::Range<u32>) -> Vec<String> {
    let mut references = Vec::new();
    for n in numbers {
        app.hosted(&format!("K-{n}")).await;
        references.push(format!("K-{n}"));
    }
    references
}

async fn statuses(app: &TestApp, ids: &[String]) -> Vec<Value> {
    let mut all = Vec::new();
    for id in ids {
        all.push(app.standing(id).await["status"].clone());
    }
    all
}

/// First what it would be, then exactly that, then what is left at the systems.
#[tokio::test]
async fn a_plan_is_looked_at_and_then_carried_out() {
    let app = TestApp::new().await;
    let references = registered(&app, 7400..7404).await;
    let mut ids = Vec::new();
    for reference in &references {
        ids.push(app.customer_id(reference).await);
    }
    let officer = app.compliance();
    let all = [&references[..], &["K-NOBODY".to_owned()]].concat();
    let preview = officer.asked_for("preview", json!({ "references": all, "dryRun": true })).await;
    assert_eq!(app.run_jobs().await, 1);
    let preview = officer.job(&preview["id"]).await;
    assert_eq!(preview["state"], "PREVIEW", "{preview:#}");
    assert_eq!((&preview["total"], &preview["failed"], &preview["done"]), (&json!(5), &json!(1), &json!(0)));
    let plan = &preview["plan"];
    assert_eq!((&plan["customerCount"], &plan["executedAt"]), (&json!(4), &json!(null)));
    assert!(plan["locationCount"].as_i64().unwrap() > 0);
    assert!(statuses(&app, &ids).await.iter().all(|status| status == "ACTIVE"), "nothing has changed");

    // Meanwhile one of them is no longer as planned, and one is gone.
    app.hold(&ids[0], None).await;
    app.erased(&ids[1]).await;
    let job = officer.asked_for("do it", json!({ "planHash": plan["planHash"] })).await;
    assert_eq!(job["total"], 4);
    app.run_jobs().await;
    let job = officer.job(&job["id"]).await;
    assert_eq!((&job["done"], &job["failed"]), (&json!(2), &json!(2)), "{job:#}");
    let failures = job["failures"]["nodes"].as_array().unwrap();
    let mut failures = failures.iter().map(|one| one["code"].as_str().unwrap()).collect::<Vec<_>>();
    failures.sort_unstable();
    assert_eq!(failures, ["CUSTOMER_GONE", "PLAN_CHANGED"]);
    assert!(job["plan"]["executedAt"].is_string());
    assert_eq!(statuses(&app, &ids[..1]).await, ["ACTIVE"]);
    let left = statuses(&app, &ids[2..]).await;
    assert!(left.iter().all(|status| status != "ACTIVE"), "{left:?}");
    // A plan is carried out once.
    let again = officer.bulk("again", json!({ "planHash": plan["planHash"] })).await;
    assert_eq!(again.user_errors()[0].0, "PLAN_CHANGED");

    // What is left at the systems is the job's until it has ended.
    assert_eq!(job["state"], "AWAITING_TASKS");
    let tasks = job["tasks"]["nodes"].as_array().unwrap();
    assert!(
        !tasks.is_empty()
            && tasks.iter().all(|task| task["cause"] == "BULK_JOB" && task["job"]["id"] == job["id"])
    );
    app.advance(chrono::TimeDelta::days(200));
    app.work().await;
    for task in tasks {
        app.complete(task, json!({})).await;
    }
    app.run_jobs().await;
    assert_eq!(app.compliance().job(&job["id"]).await["state"], "SUCCEEDED_WITH_FAILURES");
    app.finish().await;
}

/// The transaction of somebody who died is done again by the next, and nobody is done twice.
#[tokio::test]
async fn what_a_worker_left_is_taken_up_and_nobody_is_done_twice() {
    let app = TestApp::new().await;
    let references = registered(&app, 7500..7506).await;
    let officer = app.compliance();
    let job = officer.asked_for("left", json!({ "references": references })).await;
    let (door, worker) = (&app.server.door, app.worker());
    let catalog = app.server.catalogs.refresh().await.unwrap();
    let leased = door.program("jobs", "leaseJob").write(LeaseJob).await.unwrap().unwrap();
    // One plans all, and anonymizes two before it dies.
    for _ in 0..2 {
        let next = PlanNext { catalog: catalog.clone(), leased, portion: Portion::of(door) };
        door.program("jobs", "planAnonymization").write(next).await.unwrap();
    }
    let end = EndPlan { leased, small_groups: None };
    door.program("jobs", "planAnonymization").write(end).await.unwrap();
    let two = || {
        AnonymizeNext::new(
            catalog.clone(),
            worker.erasures.ledger(),
            leased,
            (10, Portion { most: 2, ..Portion::of(door) }),
        )
    };
    worker.erasures.carry_out(&door.program("jobs", "anonymizeCustomers"), two()).await.unwrap();
    let half = officer.job(&job["id"]).await;
    assert_eq!((&half["state"], &half["done"]), (&json!("RUNNING"), &json!(2)));
    // While it may still be at work, nobody takes it away.
    assert_eq!(app.run_jobs().await, 0);
    app.advance(chrono::TimeDelta::minutes(2));
    assert_eq!(app.run_jobs().await, 1);
    let done = officer.job(&job["id"]).await;
    assert_eq!((&done["done"], &done["failed"]), (&json!(6), &json!(0)), "{done:#}");
    // What the dead one says now does not count.
    worker.erasures.carry_out(&door.program("jobs", "anonymizeCustomers"), two()).await.unwrap();
    assert_eq!(officer.job(&job["id"]).await["done"], 6);
    // Each stands in one event that says so.
    let all = audit::all(&app.database).await;
    let gone = all.iter().filter(|event| event.operation == "anonymizeCustomers" && event.kind == "DISPOSE");
    let subjects = gone.flat_map(|event| event.changed.keys()).collect::<Vec<_>>();
    assert_eq!((subjects.len(), subjects.iter().collect::<BTreeSet<_>>().len()), (6, 6));
    app.finish().await;
}

/// Called off, it stops where it is; and what could not be done is named.
#[tokio::test]
async fn by_a_filter_and_called_off_before_its_end() {
    let app = TestApp::new().await;
    let references = registered(&app, 7600..7603).await;
    let officer = app.compliance();
    let filter = json!({ "filter": { "referencePrefix": "K-760" }, "dryRun": true });
    let preview = officer.asked_for("filter", filter).await;
    app.run_jobs().await;
    let preview = officer.job(&preview["id"]).await;
    assert_eq!((&preview["total"], &preview["plan"]["customerCount"]), (&json!(3), &json!(3)), "{preview:#}");
    let job = officer.asked_for("stop", json!({ "references": references })).await;
    let cancel =
        "mutation ($id: ID!) { cancelJob(input: { jobId: $id }) { job { state done } userErrors { code } } }";
    let cancelled = officer.ask(cancel, json!({ "id": job["id"] })).await;
    assert_eq!(cancelled.data()["cancelJob"]["job"], json!({ "state": "CANCELLED", "done": 0 }));
    assert_eq!(app.run_jobs().await, 0);
    let listed = officer
        .get("{ jobs(filter: { states: [CANCELLED] }) { totalCount nodes { state finishedAt } } }")
        .await;
    assert_eq!(listed.data()["jobs"]["totalCount"], 1);
    let jobs: &Value = &listed.data()["jobs"]["nodes"][0];
    assert!(jobs["finishedAt"].is_string());
    app.finish().await;
}

/// Whoever comes back between the plan and its end stays, and who comes later was never meant.
#[tokio::test]
async fn whoever_comes_back_meanwhile_is_left_as_they_are() {
    let app = TestApp::new().await;
    let references = registered(&app, 7700..7702).await;
    let back = app.customer_id(&references[0]).await;
    let officer = app.compliance();
    let job = officer.asked_for("back", json!({ "filter": { "referencePrefix": "K-770" } })).await;
    app.advance(chrono::TimeDelta::seconds(1));
    let later = app.register("K-7709").await;
    let door = &app.server.door;
    let catalog = app.server.catalogs.refresh().await.unwrap();
    let leased = door.program("jobs", "leaseJob").write(LeaseJob).await.unwrap().unwrap();
    for _ in 0..2 {
        let next = SelectNext { catalog: catalog.clone(), leased };
        door.program("jobs", "selectCustomers").write(next).await.unwrap();
    }
    for _ in 0..2 {
        let next = PlanNext { catalog: catalog.clone(), leased, portion: Portion::of(door) };
        door.program("jobs", "planAnonymization").write(next).await.unwrap();
    }
    let end = EndPlan { leased, small_groups: None };
    door.program("jobs", "planAnonymization").write(end).await.unwrap();
    app.start(&back, "ssl-certificate").await;
    app.advance(chrono::TimeDelta::minutes(2));
    app.run_jobs().await;
    let job = officer.job(&job["id"]).await;
    assert_eq!((&job["total"], &job["done"], &job["failed"]), (&json!(2), &json!(1), &json!(1)), "{job:#}");
    assert_eq!(job["failures"]["nodes"][0]["code"], "PLAN_CHANGED");
    assert_eq!(job["failures"]["nodes"][0]["customer"]["reference"], "K-7700");
    assert_eq!(statuses(&app, &[back, later]).await, ["ACTIVE", "DORMANT"]);
    app.finish().await;
}

/// What was on its way already is waited for as well.
#[tokio::test]
async fn work_is_not_over_while_what_was_asked_for_before_is_open() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-7800").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    let before = app.tasks(&customer).await;
    assert!(before.iter().any(|task| task["state"] == "PENDING"), "{before:#?}");
    let officer = app.compliance();
    let job = officer.asked_for("open", json!({ "customerIds": [customer] })).await;
    app.run_jobs().await;
    let job = officer.job(&job["id"]).await;
    assert_eq!((&job["state"], &job["done"]), (&json!("AWAITING_TASKS"), &json!(1)), "{job:#}");
    assert!(job["tasks"]["totalCount"].as_i64().unwrap() > 0);
    app.finish().await;
}

/// What is sealed about one of them cannot be opened: they are left out, and keep nobody else from being done.
#[tokio::test]
async fn whoever_the_program_fails_with_is_left_out() {
    let app = TestApp::new().await;
    let references = registered(&app, 7900..7903).await;
    let damaged =
        format!("UPDATE customer SET profile = {} WHERE reference = 'K-7900'", app.database.zeros("profile"));
    app.database.run(&damaged).await;
    let officer = app.compliance();
    let job = officer.asked_for("damaged", json!({ "references": references })).await;
    assert_eq!(app.run_jobs().await, 1);
    let job = officer.job(&job["id"]).await;
    assert_eq!((&job["done"], &job["failed"]), (&json!(2), &json!(1)), "{job:#}");
    let failure = &job["failures"]["nodes"][0];
    assert_eq!(
        (&failure["code"], &failure["customer"]["reference"]),
        (&json!("PROGRAM_FAILED"), &json!("K-7900"))
    );
    app.finish().await;
}

/// Where it can be done with nobody, something is wrong with the program: nobody is used up, and nobody else's work waits for it.
#[tokio::test]
async fn what_can_be_done_with_nobody_is_tried_again_later() {
    let app = TestApp::new().await;
    let references = registered(&app, 7910..7916).await;
    let officer = app.compliance();
    let job = officer.asked_for("damaged", json!({ "references": references })).await;
    let zeros = app.database.zeros("profile");
    let kept = "CREATE TABLE kept_aside AS SELECT id, profile FROM customer";
    app.database.run(kept).await;
    app.database.run(&format!("UPDATE customer SET profile = {zeros} WHERE reference LIKE 'K-791%'")).await;
    for _ in 0..3 {
        assert_eq!(app.run_jobs().await, 0);
        app.advance(chrono::TimeDelta::minutes(2));
    }
    let stuck = officer.job(&job["id"]).await;
    assert_eq!(
        (&stuck["state"], &stuck["done"], &stuck["failed"]),
        (&json!("RUNNING"), &json!(0), &json!(0))
    );
    app.register("K-7920").await;
    let other = officer.asked_for("other", json!({ "references": ["K-7920"] })).await;
    assert_eq!(app.run_jobs().await, 1);
    assert_eq!(officer.job(&other["id"]).await["done"], 1);
    app.database
        .run(
            "UPDATE customer SET profile = (SELECT k.profile FROM kept_aside k WHERE k.id = customer.id) \
             WHERE reference LIKE 'K-791%'",
        )
        .await;
    app.database.run("DROP TABLE kept_aside").await;
    app.advance(chrono::TimeDelta::minutes(2));
    assert_eq!(app.run_jobs().await, 1);
    let job = officer.job(&job["id"]).await;
    assert_eq!((&job["done"], &job["failed"]), (&json!(6), &json!(0)), "{job:#}");
    app.finish().await;
}

/// Large work gives way to what was asked for later, after some chunks.
#[tokio::test]
async fn one_work_after_another_has_its_turn() {
    let app = TestApp::new().await;
    app.register("K-7930").await;
    let officer = app.compliance();
    for key in ["large", "small"] {
        officer.asked_for(key, json!({ "references": ["K-7930"], "dryRun": true })).await;
        app.advance(chrono::TimeDelta::seconds(1));
    }
    let access = |operation| app.server.door.program("jobs", operation);
    let mut taken = Vec::new();
    for _ in 0..3 {
        let leased = access("leaseJob").write(LeaseJob).await.unwrap().unwrap();
        taken.push(leased.id);
        app.advance(chrono::TimeDelta::seconds(1));
        access("putBackJob").write(PutBack { leased, later: chrono::TimeDelta::zero() }).await.unwrap();
    }
    assert!(taken[0] != taken[1] && taken[2] == taken[0], "{taken:?}");
    app.finish().await;
}

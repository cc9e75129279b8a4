//! P8: a breach is put on record with where and when, the program says whose data was there then, and counts down the 72 hours.

use crate::support::{
    TestApp,
    ask::{codes, refused},
    incident::{AFFECTED, CLOSE, NOTIFY, REPORT, UPDATE},
    snapshot::golden,
};
use chrono::TimeDelta;
use serde_json::json;

const HOST: &str = "Fjällripan webbservrar";

#[tokio::test]
async fn whose_data_was_there_in_the_window_is_told_and_nobody_elses() {
    let app = TestApp::new().await;
    let (_, before) = app.hosted("K-8001").await;
    assert_eq!(app.end(&before, json!({})).await.user_errors(), []);
    app.advance(TimeDelta::days(400));
    app.sweep().await;
    app.review_all().await;
    let there = app.now();
    app.hosted("K-8002").await;
    app.advance(TimeDelta::days(1));
    let over = app.now();
    app.advance(TimeDelta::days(1));
    app.hosted("K-8003").await;
    let mut breach = app.breach_at(HOST).await;
    breach["windowStart"] = json!(there.to_rfc3339());
    breach["windowEnd"] = json!(over.to_rfc3339());
    let incident = app.report(breach).await;
    let affected = app.affected(&incident, None).await;
    let of =
        |reference: &str| affected.iter().find(|(whose, _)| whose == reference).map(|(_, keys)| keys.clone());
    assert_eq!(of("K-8002"), Some(vec!["user.contact.email".to_owned(), "user.name".to_owned()]));
    assert_eq!(of("K-8003"), None);
    // A person has to remove what lies there, and has not done so yet.
    assert!(of("K-8001").is_some());
    let only = app.affected(&incident, Some(&["user.name"])).await;
    assert!(only.contains(&("K-8002".to_owned(), vec!["user.name".to_owned()])), "{only:?}");
    let keys = app.incident(&incident).await["affectedCategories"].to_string();
    assert!(keys.contains("user.contact.email"), "{keys}");
    // More is known: it went on until now, and whose data was there is counted anew.
    assert_eq!(app.about(UPDATE, &incident, json!({ "windowEnd": null })).await.user_errors(), []);
    assert!(app.affected(&incident, None).await.iter().any(|(whose, _)| whose == "K-8003"));
    app.finish().await;
}

/// What has been erased since was there then, and what came after it was closed was not.
#[tokio::test]
async fn tombstones_count_for_the_time_before_and_nothing_counts_after_it_was_closed() {
    let app = TestApp::new().await;
    app.hosted("K-8001").await;
    let incident = app.report(app.breach_at(HOST).await).await;
    app.advance(TimeDelta::hours(1));
    let gone = format!(
        "UPDATE data_location SET state = 'ERASED', held_to = '{}', external_reference = NULL WHERE customer_id = \
         (SELECT id FROM customer WHERE reference = 'K-8001')",
        app.now().to_rfc3339()
    );
    app.database.run(&gone).await;
    let concerned = async |incident: &str| {
        let affected = app.affected(incident, None).await;
        affected
            .into_iter()
            .map(|(whose, _)| whose)
            .filter(|whose| whose.starts_with("K-80"))
            .collect::<Vec<_>>()
    };
    assert_eq!(concerned(&incident).await, ["K-8001"]);
    app.advance(TimeDelta::hours(2));
    let mut later = app.breach_at(HOST).await;
    later["windowStart"] = later["awareAt"].clone();
    let later = app.report(later).await;
    assert_eq!(concerned(&later).await, Vec::<String>::new());

    assert_eq!(app.about(UPDATE, &incident, json!({ "risk": "UNLIKELY" })).await.user_errors(), []);
    let conclusion = json!({ "conclusion": "Nobody came in." });
    assert_eq!(app.about(CLOSE, &incident, conclusion).await.user_errors(), []);
    app.advance(TimeDelta::hours(1));
    app.hosted("K-8002").await;
    assert_eq!(concerned(&incident).await, ["K-8001"]);
    assert_eq!(concerned(&later).await, ["K-8002"]);
    app.finish().await;
}

/// More turns out to be concerned, and what was put down wrong is put right.
#[tokio::test]
async fn what_turns_out_later_is_added() {
    let app = TestApp::new().await;
    let incident = app.report(app.breach_at("Kundregister").await).await;
    let before = app.affected(&incident, Some(&["user.content.private"])).await;
    let earlier = app.now() - TimeDelta::minutes(30);
    let more = json!({ "addSystemIds": [app.system_id(HOST).await, app.system_id("Kundregister").await],
        "awareAt": earlier.to_rfc3339() });
    assert_eq!(app.about(UPDATE, &incident, more).await.user_errors(), []);
    let now = app.incident(&incident).await;
    assert_eq!(now["systems"].as_array().unwrap().len(), 2);
    assert_eq!(now["thirdParty"], json!(null));
    assert_eq!(now["awareAt"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap(), earlier);
    assert!(app.affected(&incident, None).await.len() >= before.len());
    let nothing = app.about(UPDATE, &incident, json!({ "addSystemIds": ["bm9ib2R5"] })).await;
    assert_eq!(codes(&nothing), refused("NOT_FOUND", "addSystemIds.0"));
    app.finish().await;
}

#[tokio::test]
async fn at_a_third_party_all_of_its_systems_are_meant_and_pages_go_through_everybody_once() {
    let app = TestApp::new().await;
    for number in 0..5 {
        app.hosted(&format!("K-80{number:02}")).await;
    }
    let third_party = app.third_party_id("Fjällripan Hosting AB").await;
    let mut breach = app.breach_at(HOST).await;
    breach["place"] = json!({ "thirdPartyId": third_party });
    let incident = app.report(breach).await;
    let all = app.affected(&incident, None).await;
    assert_eq!(app.incident(&incident).await["thirdParty"]["name"], "Fjällripan Hosting AB");
    let (mut after, mut found) = (json!(null), Vec::new());
    loop {
        let asked = json!({ "id": incident, "first": 3, "after": after });
        let answer = app.compliance().ask(AFFECTED, asked).await;
        let page = answer.data()["incident"]["affectedCustomers"].clone();
        let edges = page["edges"].as_array().unwrap();
        found.extend(edges.iter().map(|edge| edge["node"]["reference"].as_str().unwrap().to_owned()));
        // Whoever was shown is on record.
        assert!(edges.is_empty() || !app.event(&answer).await.subjects.is_empty());
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert!(found.len() >= 5);
    assert_eq!(found, all.into_iter().map(|(reference, _)| reference).collect::<Vec<_>>());
    app.finish().await;
}

#[tokio::test]
async fn the_hours_are_counted_and_what_is_late_is_told() {
    let app = TestApp::new().await;
    let kinds = json!({ "kinds": ["INCIDENT_NOTIFICATION_DUE", "CUSTOMERS_NOT_TOLD_OF_INCIDENT"] });
    let incident = app.report(app.breach_at(HOST).await).await;
    let due = async || {
        let findings = app.findings(kinds.clone()).await;
        let short = findings
            .iter()
            .map(|one| (one["kind"].clone(), one["severity"].clone(), one["subject"]["id"].clone()));
        short.collect::<Vec<_>>()
    };
    let told = |severity: &str| (json!("INCIDENT_NOTIFICATION_DUE"), json!(severity), json!(incident));
    assert_eq!(due().await, [told("HIGH")]);
    app.advance(TimeDelta::hours(71));
    assert_eq!(app.incident(&incident).await["overdue"], false);
    app.advance(TimeDelta::hours(2));
    assert_eq!(
        (app.incident(&incident).await["overdue"].clone(), due().await),
        (json!(true), vec![told("CRITICAL")])
    );

    let late = json!({ "recipient": "SUPERVISORY_AUTHORITY", "notifiedAt": app.now().to_rfc3339(), "reference": "IMY-2026-1" });
    assert_eq!(codes(&app.about(NOTIFY, &incident, late.clone()).await), refused("REQUIRED", "delayReason"));
    let mut explained = late;
    explained["delayReason"] = json!("The extent was not known.");
    assert_eq!(app.about(NOTIFY, &incident, explained).await.user_errors(), []);
    assert_eq!((app.incident(&incident).await["overdue"].clone(), due().await), (json!(false), vec![]));

    // What turns out worse has to be told to those whom it is about.
    assert_eq!(app.about(UPDATE, &incident, json!({ "risk": "HIGH" })).await.user_errors(), []);
    let customers = (json!("CUSTOMERS_NOT_TOLD_OF_INCIDENT"), json!("HIGH"), json!(incident));
    assert_eq!(due().await, [customers]);
    let closed = json!({ "conclusion": "The backup is closed." });
    let refusal = refused("NOTIFICATION_MISSING", "incidentId");
    assert_eq!(codes(&app.about(CLOSE, &incident, closed.clone()).await), refusal);
    let letters =
        json!({ "recipient": "CUSTOMERS", "notifiedAt": app.now().to_rfc3339(), "method": "Letter to each" });
    assert_eq!(app.about(NOTIFY, &incident, letters).await.user_errors(), []);
    assert_eq!(due().await, []);
    assert_eq!(app.about(CLOSE, &incident, closed.clone()).await.user_errors(), []);
    let kept = app.incident(&incident).await;
    assert_eq!(
        (&kept["conclusion"], kept["notifications"].as_array().unwrap().len()),
        (&closed["conclusion"], 2)
    );
    for (document, more) in [(CLOSE, closed), (UPDATE, json!({ "risk": "LIKELY" }))] {
        let answer = app.about(document, &incident, more).await;
        assert_eq!(codes(&answer), refused("INCIDENT_CLOSED", "incidentId"));
    }
    app.finish().await;
}

/// As the authority's own form asks for it, in either language.
#[tokio::test]
async fn what_the_authority_is_told_is_filled_in_from_what_is_on_record() {
    let app = TestApp::new().await;
    app.hosted("K-8001").await;
    let mut breach = app.breach_at(HOST).await;
    breach["measures"] = json!("Access was closed.");
    let incident = app.report(breach).await;
    let told =
        json!({ "recipient": "CUSTOMERS", "notifiedAt": app.now().to_rfc3339(), "method": "E-mail to each" });
    assert_eq!(app.about(NOTIFY, &incident, told).await.user_errors(), []);
    let form = "query ($id: ID!) { incident(id: $id) { swedish: notificationForm(locale: SV) english: notificationForm(locale: EN) } }";
    let answer = app.auditor().ask(form, json!({ "id": incident })).await;
    let text = |language: &str| answer.data()["incident"][language].as_str().unwrap().to_owned();
    golden!("breach_form_sv", text("swedish"));
    golden!("breach_form_en", text("english"));
    app.finish().await;
}

#[tokio::test]
async fn nobody_need_be_told_where_a_risk_is_unlikely_and_the_register_says_why() {
    let app = TestApp::new().await;
    let incident = app.report(app.breach_at(HOST).await).await;
    let conclusion = json!({ "conclusion": "Encrypted, and the key was not there." });
    let missing = refused("NOTIFICATION_MISSING", "incidentId");
    assert_eq!(codes(&app.about(CLOSE, &incident, conclusion.clone()).await), missing);
    assert_eq!(app.about(UPDATE, &incident, json!({ "risk": "LIKELY" })).await.user_errors(), []);
    assert_eq!(codes(&app.about(CLOSE, &incident, conclusion.clone()).await), missing);
    let answer = app.about(UPDATE, &incident, json!({ "risk": "UNLIKELY", "expectedVersion": 1 })).await;
    assert_eq!(codes(&answer), refused("VERSION_CONFLICT", "expectedVersion"));
    assert_eq!(
        app.about(UPDATE, &incident, json!({ "risk": "UNLIKELY", "expectedVersion": 2 })).await.user_errors(),
        []
    );
    assert_eq!(app.about(CLOSE, &incident, conclusion).await.user_errors(), []);
    let register =
        "{ open: incidents(filter: { open: true }) { totalCount } incidents { nodes { id conclusion } } }";
    let register = app.auditor().get(register).await;
    assert_eq!(register.data()["open"]["totalCount"], 0);
    assert_eq!(register.data()["incidents"]["nodes"][0]["id"], incident);
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_so_is_refused_field_by_field_and_nothing_is_on_record() {
    let app = TestApp::new().await;
    let later = json!((app.now() + TimeDelta::hours(1)).to_rfc3339());
    let earlier = json!((app.now() - TimeDelta::days(9)).to_rfc3339());
    for (field, wrong, code, at) in [
        ("summary", json!(" "), "REQUIRED", "summary"),
        ("kinds", json!([]), "REQUIRED", "kinds"),
        ("awareAt", later.clone(), "OUT_OF_RANGE", "awareAt"),
        ("awareAt", earlier.clone(), "OUT_OF_RANGE", "windowStart"),
        ("windowEnd", later, "OUT_OF_RANGE", "windowEnd"),
        ("windowEnd", earlier, "OUT_OF_RANGE", "windowEnd"),
        ("place", json!({ "systemIds": [] }), "REQUIRED", "place.systemIds"),
        ("place", json!({ "systemIds": ["bm9ib2R5"] }), "NOT_FOUND", "place.systemIds.0"),
        ("place", json!({ "thirdPartyId": "bm9ib2R5" }), "NOT_FOUND", "place.thirdPartyId"),
    ] {
        let mut breach = app.breach_at(HOST).await;
        breach[field] = wrong;
        let answer = app.compliance().ask(REPORT, json!({ "input": breach })).await;
        assert_eq!(codes(&answer), refused(code, at), "{field}");
    }
    let register = app.auditor().get("{ incidents { totalCount } }").await;
    assert_eq!(register.data()["incidents"]["totalCount"], 0);
    app.finish().await;
}

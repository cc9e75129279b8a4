//! P18: reports as files, each saying who made it, when and of what, made on behalf of whoever asked, who is on record as having
//! seen everybody in it.

use crate::support::{
    Client, TestApp,
    ask::{codes, refused},
    report::{REPORTS, REQUEST},
};
use axum::http::StatusCode;
use chrono::TimeDelta;
use kartotek::domain::report::LeaseReport;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

impl TestApp {
    /// The customers whom the events of a report are about, and as whom those say it was made.
    async fn seen_by(&self, report: &str) -> (BTreeSet<String>, BTreeSet<String>) {
        const EVENTS: &str =
            "query ($filter: AuditFilter) { auditEvents(first: 60, filter: $filter) { nodes {
            actor purpose reason requestId subjects(first: 60) { nodes { customer { reference } } } } } }";
        let filter = json!({ "filter": { "operations": ["requestReport"], "kinds": ["READ"] } });
        let found = self.auditor().ask(EVENTS, filter).await;
        let events = found.data()["auditEvents"]["nodes"].as_array().unwrap().clone();
        let id = uuid_of(report);
        let of_it = events.iter().filter(|event| event["requestId"] == id.as_str());
        let mut all = (BTreeSet::new(), BTreeSet::new());
        for event in of_it {
            let subjects = event["subjects"]["nodes"].as_array().unwrap().iter();
            all.0.extend(subjects.map(|one| one["customer"]["reference"].as_str().unwrap().to_owned()));
            let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            all.1.insert(format!("{} {} {}", text("actor"), text("purpose"), text("reason")));
        }
        all
    }
}

/// As the log calls a report.
fn uuid_of(id: &str) -> String {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(id).unwrap()).unwrap();
    uuid::Uuid::try_parse(text.strip_prefix("Report:").unwrap()).unwrap().to_string()
}

fn texts(rows: &Value, column: &str) -> Vec<String> {
    let rows = rows.as_array().unwrap_or_else(|| panic!("no rows: {rows}")).iter();
    rows.map(|row| row[column].as_str().unwrap_or_default().to_owned()).collect()
}

/// The hash of what a JSON file says, worked out as the schema describes it, from its own lines.
fn content_of(file: &str) -> String {
    let (mut digest, mut key) = (Sha256::new(), None);
    for line in file.lines() {
        let line = line.trim_end_matches(',');
        if let Some(table) = line.strip_suffix(": [").or_else(|| line.strip_suffix(":[")) {
            key = serde_json::from_str::<String>(table.trim()).ok();
            digest.update(key.as_deref().unwrap());
            digest.update("\n");
        } else if line.starts_with('{') && line.len() > 1 && key.is_some() {
            digest.update(line);
            digest.update("\n");
        } else if line.starts_with(']') {
            key = None;
        }
    }
    hex::encode(digest.finalize())
}

#[tokio::test]
async fn a_customers_report_tells_where_their_data_is_and_why_and_who_looked_and_shows_no_profile() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-6001").await;
    let auditor = app.auditor().because("Granskning 7");
    let input = json!({ "kind": "CUSTOMER", "format": "JSON", "customerId": customer, "locale": "EN" });
    let (report, file) = auditor.made(input).await;
    let said = file.json();
    assert_eq!((&said["kind"], &said["madeBy"]), (&json!("CUSTOMER"), &json!("Test auditor")));
    assert_eq!(said["filter"], json!([{ "name": "Customer", "value": "K-6001" }]));
    let lines = &said["data-locations"];
    assert!(texts(lines, "system").contains(&"Fjällripan webbservrar".to_owned()), "{lines:#}");
    assert!(lines.to_string().contains("Subscription: Web hosting"), "{lines:#}");
    assert_eq!(texts(&said["subscriptions"], "service"), ["web-hosting"]);
    assert!(texts(&said["recipients"], "thirdParty").contains(&"Fjällripan Hosting AB".to_owned()));
    assert!(!said["consents"].as_array().unwrap().is_empty());
    assert!(texts(&said["accessLog"], "operation").contains(&"registerCustomer".to_owned()));
    for value in ["Test Testsson", "K-6001@example.com"] {
        assert!(!file.text().contains(value), "{value} is in {}", file.text());
    }
    assert_eq!((&report["customer"]["reference"], &report["limits"]), (&json!("K-6001"), &json!([])));
    // What it is, and that it is that.
    assert_eq!(report["sha256"], hex::encode(Sha256::digest(&file.bytes)));
    assert_eq!(report["contentSha256"], said["contentSha256"]);
    assert_eq!(report["contentSha256"], content_of(file.text()), "{}", file.text());
    let (seen, by) = app.seen_by(report["id"].as_str().unwrap()).await;
    assert_eq!(seen, BTreeSet::from(["K-6001".to_owned()]));
    assert_eq!(by, BTreeSet::from(["kartotek-local test-auditor OVERSIGHT Granskning 7".to_owned()]));
    app.finish().await;
}

#[tokio::test]
async fn the_record_the_inventory_and_what_is_wrong_are_files_with_everybody_in_them_on_record() {
    let app = TestApp::new().await;
    app.hosted("K-6001").await;
    let officer = app.compliance();
    let (_, file) = officer.made(json!({ "kind": "ROPA", "format": "JSON", "locale": "EN" })).await;
    let said = file.json();
    let hosting = said["activities"].as_array().unwrap().iter();
    let hosting = hosting.filter(|one| one["key"] == "web-hosting/DELIVER_SERVICE").collect::<Vec<_>>();
    assert_eq!(hosting[0]["legalBasis"], "CONTRACT");
    assert!(hosting[0]["timeLimits"].to_string().contains("For 30 days after the service ends"));
    assert!(texts(&said["controller"], "what").contains(&"Data protection officer".to_owned()));

    let by = json!({ "groupBy": ["THIRD_PARTY"], "filter": { "inHouse": false } });
    let (report, file) =
        officer.made(json!({ "kind": "INVENTORY", "format": "JSON", "inventory": by })).await;
    let said = file.json();
    let groups = said["groups"].as_array().unwrap();
    let host = groups.iter().find(|one| one["thirdParty"] == "Fjällripan Hosting AB").unwrap();
    let counted = officer
        .get(
            "{ inventory(groupBy: [THIRD_PARTY], filter: { inHouse: false }) {
        key { label } locations customers unjustified } }",
        )
        .await;
    let counted = counted.data()["inventory"].as_array().unwrap().clone();
    let same = counted.iter().find(|row| row["key"][0]["label"] == "Fjällripan Hosting AB").unwrap();
    for number in ["locations", "customers", "unjustified"] {
        assert_eq!(host[number], same[number], "{number}");
    }
    assert_eq!(report["limits"][1], json!({ "name": "Plats", "value": "hos tredje part" }));
    assert_eq!(said["filter"], report["limits"]);
    assert!(texts(&said["systems"], "name").contains(&"Kundregister".to_owned()));
    // So few are somebody in particular.
    assert!(!app.seen_by(report["id"].as_str().unwrap()).await.0.is_empty());

    app.breach_at("Faktureringssystem").await;
    let (report, file) = officer.made(json!({ "kind": "FINDINGS", "format": "JSON", "locale": "SV" })).await;
    let (wrong, found) = (file.json()["findings"].clone(), app.findings(json!({})).await);
    let messages = found.iter().map(|one| one["swedish"].as_str().unwrap().to_owned());
    assert_eq!(texts(&wrong, "message").into_iter().collect::<BTreeSet<_>>(), messages.collect());
    let whom = found.iter().filter_map(|one| one["customer"]["reference"].as_str().map(str::to_owned));
    assert_eq!(app.seen_by(report["id"].as_str().unwrap()).await.0, whom.collect());
    app.finish().await;
}

#[tokio::test]
async fn a_breachs_report_names_all_whose_data_was_there_page_by_page() {
    let app = TestApp::new().await;
    app.hosted("K-6001").await;
    let incident = app.report(app.breach_at("Fjällripan webbservrar").await).await;
    let affected = app.affected(&incident, None).await;
    assert!(affected.len() > 1);
    let input = json!({ "kind": "INCIDENT", "format": "JSON", "incidentId": incident, "locale": "EN" });
    let (report, file) = app.compliance().made(input).await;
    let said = file.json();
    let names = texts(&said["affectedCustomers"], "customer");
    assert_eq!(names, affected.iter().map(|(reference, _)| reference.clone()).collect::<Vec<_>>());
    assert_eq!(app.seen_by(report["id"].as_str().unwrap()).await.0, names.into_iter().collect());
    assert!(said["notificationForm"].as_str().unwrap().contains("A backup lay open."), "{said:#}");
    app.finish().await;
}

#[tokio::test]
async fn the_log_is_a_report_without_those_whom_it_is_about() {
    let app = TestApp::new().await;
    app.hosted("K-6001").await;
    let filter = json!({ "operations": ["startSubscription"] });
    let (report, file) =
        app.auditor().made(json!({ "kind": "AUDIT", "format": "CSV", "audit": filter })).await;
    assert!(file.text().starts_with("occurredAt,actor,actorKind,roles,kind,operation,"), "{}", file.text());
    let lines = file.text().lines().skip(1).collect::<Vec<_>>();
    assert!(!lines.is_empty() && lines.iter().all(|line| line.contains("startSubscription")), "{lines:?}");
    assert_eq!(report["rows"], lines.len());
    assert!(!file.text().contains("K-6001"));
    // Reading the log is on it, as whoever asked.
    let id = uuid_of(report["id"].as_str().unwrap());
    let read =
        format!("SELECT operation || ' ' || kind || ' ' || actor FROM audit_event WHERE request_id = '{id}'");
    assert_eq!(app.database.texts(&read).await, ["requestReport READ kartotek-local test-auditor"]);
    app.finish().await;
}

#[tokio::test]
async fn a_csv_file_is_one_table_whose_columns_are_told_beside_it_and_holds_no_formula() {
    let app = TestApp::new().await;
    let create = "mutation ($input: CreateSystemInput!) { createSystem(input: $input) { userErrors { code message field } } }";
    let input = json!({ "name": "=HYPERLINK(\"http://evil\")", "country": "SE" });
    assert_eq!(app.admin().ask(create, json!({ "input": input })).await.user_errors(), []);
    let input = json!({ "kind": "INVENTORY", "format": "CSV", "table": "systems" });
    let (report, file) = app.compliance().made(input).await;
    let mut lines = file.text().split("\r\n");
    assert_eq!(lines.next(), Some("name,thirdParty,country,owner,measures,reviewDue"));
    assert!(file.text().contains("\r\n\"'=HYPERLINK(\"\"http://evil\"\")\",,SE,"), "{}", file.text());
    let columns = &report["metadata"]["tableSchema"]["columns"];
    assert_eq!(texts(columns, "name"), ["name", "thirdParty", "country", "owner", "measures", "reviewDue"]);
    assert_eq!(report["metadata"]["dc:creator"], "Test compliance");
    app.finish().await;
}

#[tokio::test]
async fn the_same_is_said_in_every_format() {
    let app = TestApp::new().await;
    app.hosted("K-6001").await;
    let mut hashes = BTreeSet::new();
    for format in ["XLSX", "JSON", "HTML"] {
        let (report, file) = app.compliance().made(json!({ "kind": "ROPA", "format": format })).await;
        hashes.insert(report["contentSha256"].as_str().unwrap().to_owned());
        if format == "XLSX" {
            assert!(file.bytes.starts_with(b"PK"));
        } else {
            let made = file.text();
            assert!(made.contains("Test compliance") && made.contains(hashes.first().unwrap()), "{made}");
        }
    }
    assert_eq!(hashes.len(), 1, "{hashes:?}");
    app.finish().await;
}

#[tokio::test]
async fn a_link_is_for_whoever_asked_works_for_minutes_and_each_use_is_on_record() {
    let app = TestApp::new().await;
    let customer = app.register("K-6001").await;
    let officer = app.compliance();
    let input = json!({ "kind": "CUSTOMER", "format": "HTML", "customerId": customer });
    let (report, file) = officer.made(input).await;
    let (id, path) = (report["id"].as_str().unwrap(), report["downloadUrl"].as_str().unwrap());
    let header = |name: &str| file.headers[name].to_str().unwrap();
    assert_eq!(header("content-disposition"), "attachment; filename=\"customer-2026-03-02.html\"");
    assert_eq!((header("cache-control"), header("content-type")), ("no-store", "text/html; charset=utf-8"));
    assert!(header("content-security-policy").starts_with("sandbox; default-src 'none'"));
    assert_eq!(header("content-length"), file.bytes.len().to_string());
    assert!(!path.contains("K-6001"));
    // Nobody else is told where it is, whatever they may see by themselves.
    for other in [app.auditor(), app.second_officer()] {
        assert_eq!(other.report(id).await["downloadUrl"], json!(null));
    }
    let fetches = app.database.count("SELECT downloads FROM report").await;
    assert_eq!(fetches, 1);
    let whose = "SELECT count(*) FROM audit_event e JOIN audit_subject s ON s.event_id = e.event_id \
        WHERE e.operation = 'requestReport' AND e.kind = 'READ' AND e.actor = 'kartotek-local test-compliance'";
    let before = app.database.count(whose).await;
    assert_eq!(app.fetch(path).await.status, StatusCode::OK);
    assert_eq!(
        (app.database.count("SELECT downloads FROM report").await, app.database.count(whose).await),
        (2, before + 1)
    );

    let other = officer.request_report(json!({ "kind": "ROPA" })).await;
    app.make_reports().await;
    let other = officer.report(&other).await["downloadUrl"].as_str().unwrap().to_owned();
    let proof = |path: &str| path.split_once('?').unwrap().1.to_owned();
    let last = if path.ends_with('0') { "1" } else { "0" };
    for wrong in [
        path.split_once('?').unwrap().0.to_owned(),
        format!("{}{last}", &path[..path.len() - 1]),
        path.replace("until=", "until=1"),
        path.replace(&proof(path), &proof(&other)),
        path.replace("/reports/0", "/reports/1"),
        "/reports/x/y?until=99999999999&signature=00".to_owned(),
    ] {
        assert_eq!(app.fetch(&wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    app.advance(TimeDelta::minutes(5));
    assert_eq!(app.fetch(path).await.status, StatusCode::NOT_FOUND);
    let again = officer.report(id).await["downloadUrl"].as_str().unwrap().to_owned();
    assert_eq!(app.fetch(&again).await.bytes, file.bytes);

    // What is in it goes after an hour. That it was made stays.
    app.advance(TimeDelta::minutes(56));
    app.make_reports().await;
    assert_eq!(app.database.count("SELECT count(*) FROM report_part").await, 0);
    let over = officer.report(id).await;
    assert_eq!((&over["state"], &over["downloadUrl"]), (&json!("EXPIRED"), &json!(null)));
    let known = json!({ "filter": { "sha256": report["sha256"] } });
    let known = app.auditor().ask(REPORTS, known).await;
    assert_eq!(texts(&known.data()["reports"]["nodes"], "id"), [id]);
    app.finish().await;
}

#[tokio::test]
async fn whoever_is_erased_is_in_no_report_about_them_any_more() {
    let app = TestApp::new().await;
    let customer = app.register("K-6001").await;
    let officer = app.compliance();
    let input = json!({ "kind": "CUSTOMER", "format": "CSV", "customerId": customer });
    let (report, file) = officer.made(input.clone()).await;
    assert!(file.text().contains("K-6001") && report["metadata"].to_string().contains("K-6001"));
    let waiting = officer.request_report(input).await;
    app.erased(&customer).await;
    let path = report["downloadUrl"].as_str().unwrap();
    assert_eq!(app.fetch(path).await.status, StatusCode::NOT_FOUND);
    let after = officer.report(report["id"].as_str().unwrap()).await;
    assert_eq!((&after["state"], &after["metadata"]), (&json!("EXPIRED"), &json!(null)));
    assert_eq!(app.database.count("SELECT count(*) FROM report_part").await, 0);
    assert_eq!(app.make_reports().await, 1);
    let path = officer.report(&waiting).await["downloadUrl"].as_str().unwrap().to_owned();
    assert!(!app.fetch(&path).await.text().contains("K-6001"));
    app.finish().await;
}

#[tokio::test]
async fn what_a_worker_leaves_unfinished_another_makes_and_what_cannot_be_made_says_so() {
    let app = TestApp::new().await;
    let officer = app.compliance();
    let id = officer.request_report(json!({ "kind": "ROPA", "format": "JSON" })).await;
    let door = &app.server.door;
    assert!(door.program("reports", "leaseReport").write(LeaseReport).await.unwrap().is_some());
    assert_eq!(app.make_reports().await, 0, "somebody has it in hand");
    app.advance(TimeDelta::minutes(6));
    assert_eq!(app.make_reports().await, 1);
    assert_eq!(officer.report(&id).await["state"], "READY");

    // What another version has put there keeps nobody waiting.
    let unknown = officer.request_report(json!({ "kind": "ROPA" })).await;
    app.database.run("UPDATE report SET wanted = '{\"ropa2\": null}' WHERE state = 'QUEUED'").await;
    app.advance(TimeDelta::seconds(1));
    let id = officer.request_report(json!({ "kind": "ROPA", "format": "JSON" })).await;
    assert_eq!(app.make_reports().await + app.make_reports().await, 1);
    assert_eq!(officer.report(&unknown).await["state"], "FAILED");
    assert_eq!(officer.report(&id).await["state"], "READY");

    // One that ends its worker each time is given up.
    let id = officer.request_report(json!({ "kind": "ROPA", "format": "JSON" })).await;
    for _ in 0..10 {
        assert!(door.program("reports", "leaseReport").write(LeaseReport).await.unwrap().is_some());
        app.advance(TimeDelta::minutes(6));
    }
    assert_eq!(app.make_reports().await, 0);
    let failed = officer.report(&id).await;
    assert_eq!(failed["state"], "FAILED");
    assert!(failed["failure"].as_str().unwrap().starts_with("It could not be made"), "{failed:#}");
    app.finish().await;
}

#[tokio::test]
async fn who_may_not_see_it_gets_none_and_what_makes_no_sense_is_refused() {
    let app = TestApp::new().await;
    let customer = app.register("K-6001").await;
    let ropa = json!({ "input": { "kind": "ROPA" } });
    for other in [app.agent(), app.admin().for_purpose("SECURITY"), app.customer_user("K-6001")] {
        assert_eq!(other.ask(REQUEST, ropa.clone()).await.code(), Some("FORBIDDEN"));
    }
    let script = |scopes: &[&str]| app.script(scopes).for_purpose("ACCOUNTING");
    assert_eq!(script(&["requestReport"]).ask(REQUEST, ropa.clone()).await.code(), Some("FORBIDDEN"));
    let allowed = script(&["requestReport", "requestReport.ropa", "report"]);
    allowed.made(json!({ "kind": "ROPA" })).await;
    let audit = json!({ "input": { "kind": "AUDIT" } });
    assert_eq!(allowed.ask(REQUEST, audit).await.code(), Some("FORBIDDEN"));

    let officer = app.compliance();
    let refusal = async |officer: &Client<'_>, input: Value| {
        codes(&officer.ask(REQUEST, json!({ "input": input })).await)
    };
    for (input, code, field) in [
        (json!({ "kind": "CUSTOMER" }), "REQUIRED", "customerId"),
        (json!({ "kind": "CUSTOMER", "customerId": "nobody" }), "NOT_FOUND", "customerId"),
        (json!({ "kind": "INCIDENT", "incidentId": customer }), "NOT_FOUND", "incidentId"),
        (json!({ "kind": "ROPA", "customerId": customer }), "OUT_OF_RANGE", "customerId"),
        (json!({ "kind": "ROPA", "format": "CSV", "table": "nosuch" }), "NOT_FOUND", "table"),
        (json!({ "kind": "ROPA", "format": "HTML", "table": "gaps" }), "OUT_OF_RANGE", "table"),
        (json!({ "kind": "INVENTORY", "inventory": { "groupBy": [] } }), "OUT_OF_RANGE", "inventory.groupBy"),
        (
            json!({ "kind": "INVENTORY", "inventory": { "groupBy": ["STATE"], "asOf": "2026-01-01T00:00:00Z" } }),
            "OUT_OF_RANGE",
            "inventory.groupBy",
        ),
    ] {
        assert_eq!(refusal(&officer, input.clone()).await, refused(code, field), "{input}");
    }
    for _ in 0..9 {
        officer.request_report(json!({ "kind": "ROPA" })).await;
    }
    officer.request_report(json!({ "kind": "CUSTOMER", "customerId": customer })).await;
    // Who asks for another is not somebody who looked at them.
    let asked = officer.ask(REQUEST, ropa).await;
    assert!(app.event(&asked).await.subjects.is_empty());
    assert_eq!(refusal(&officer, json!({ "kind": "ROPA" })).await, refused("TOO_MANY_REPORTS", ""));
    app.make_reports().await;
    officer.request_report(json!({ "kind": "ROPA" })).await;
    app.finish().await;
}

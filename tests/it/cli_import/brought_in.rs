//! What is in the files is in Kartotek afterwards, once.

use crate::support::{Database, TestApp, audit, process::kartotek};
use serde_json::{Value, json};

/// As a Swedish spreadsheet writes it.
const CUSTOMERS: &str = "Kundnummer;Namn;E-post;Telefon;Kundtyp\r\n\
    V-1;Åsa Ek;asa.ek@kund.example;070-174 06 05;privatperson\r\n\
    V-2;\"Ek; Ask & Söner AB\";;;företag\r\n";
const SUBSCRIPTIONS: &str = "kund;tjänst;startdatum;slutdatum;orsak\nV-1;web-hosting;2024-03-01;;\n\
    V-2;consulting;2023-01-01;2023-06-30;uppsagd\n";
const LOCATIONS: &str = "{\"customer\":\"V-1\",\"system\":\"Faktureringssystem\",\"category\":\"user.contact.email\",\
    \"collectedAt\":\"2024-03-01\",\"externalReference\":\"4711\"}\n";

/// The text as Windows-1252.
fn windows_1252(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

const MAP: &str = "query ($reference: String!) { customer(reference: $reference) { status kind
    profile { name phone }
    serviceSubscriptions { nodes { service { key } startedAt endedAt endReason } }
    dataLocations(filter: { categories: [\"user.contact.email\"] }) { nodes { system { name } externalReference } }
    accessLog(first: 20) { nodes { operation actor purpose } } } }";

#[tokio::test]
async fn files_of_a_spreadsheet_by_way_of_a_server() {
    let app = TestApp::reachable().await;
    let officer = app.compliance();
    let customers = app.file("kunder.csv", windows_1252(CUSTOMERS));
    let subscriptions = app.file("abonnemang.csv", SUBSCRIPTIONS);
    let locations = app.file("platser.jsonl", LOCATIONS);
    // In whatever order they are named.
    let files = [&*locations, &subscriptions, &customers];
    let ran = app.ran_alone(officer.command("import", &files)).await;
    ran.ended(0, "kunder.csv is not UTF-8, and is read as Windows-1252");
    let told = |line: &Value| (line["kind"].clone(), line["created"].clone(), line["rejected"].clone());
    assert_eq!(
        ran.lines().iter().map(told).collect::<Vec<_>>(),
        [
            (json!("customers"), json!(2), json!(0)),
            (json!("subscriptions"), json!(2), json!(0)),
            (json!("data-locations"), json!(1), json!(0)),
        ]
    );

    let answer = officer.ask(MAP, json!({ "reference": "V-1" })).await;
    let found = &answer.data()["customer"];
    assert_eq!(
        (&found["status"], &found["profile"]["name"], &found["profile"]["phone"]),
        (&json!("ACTIVE"), &json!("Åsa Ek"), &json!("+46*****05"))
    );
    let subscription = &found["serviceSubscriptions"]["nodes"][0];
    assert_eq!(subscription["service"]["key"], "web-hosting");
    assert_eq!(
        subscription["startedAt"], "2024-02-29T23:00:00.000000Z",
        "the beginning of the day, in Sweden"
    );
    let places = found["dataLocations"]["nodes"].as_array().unwrap();
    let place = json!({ "system": { "name": "Faktureringssystem" }, "externalReference": "4711" });
    assert!(places.contains(&place), "{places:?}");
    let log = found["accessLog"]["nodes"].as_array().unwrap();
    let operations = log.iter().map(|event| event["operation"].as_str().unwrap()).collect::<Vec<_>>();
    for operation in ["importCustomers", "importSubscriptions", "importDataLocations"] {
        assert_eq!(
            operations.iter().filter(|it| **it == operation).count(),
            1,
            "{operation}: {operations:?}"
        );
    }
    let other = officer.ask(MAP, json!({ "reference": "V-2" })).await;
    let other = &other.data()["customer"];
    assert_eq!((&other["status"], &other["kind"]), (&json!("DORMANT"), &json!("ORGANIZATION")));

    // The same files again are known, and gone through again they say nothing new.
    let again = app.ran_alone(officer.command("import", &files)).await;
    again.ended(0, "was brought in before");
    assert!(again.lines().iter().all(|line| line["before"] == true), "{again:?}");
    let again = app.ran_alone(officer.command("import", &[&["--again"], &files[..]].concat())).await;
    let unchanged =
        again.ended(0, "").lines().iter().map(|line| line["unchanged"].clone()).collect::<Vec<_>>();
    assert_eq!(unchanged, [2, 2, 1]);
    app.finish().await;
}

/// What has ended long ago is not to be kept, and somebody wants to know of it before an import has it disposed of.
#[tokio::test]
async fn what_only_ended_services_needed_is_told_beforehand_and_goes() {
    let app = TestApp::reachable().await;
    let officer = app.compliance();
    let customers = app.file("kunder.csv", CUSTOMERS);
    let subscriptions = app.file("abonnemang.csv", SUBSCRIPTIONS);
    app.ran_alone(officer.command("import", &[&customers, &subscriptions])).await.ended(0, "");
    let places = "kund;system;kategori;insamlad\nV-2;Projektdatabas;user.job_title;2023-02-01\n\
                  V-1;Projektdatabas;user.job_title;2024-04-01\n";
    let places = app.file("platser.csv", places);
    let pending = "SELECT count(*) FROM data_location WHERE state = 'DISPOSAL_PENDING'";
    let before = app.database.count(pending).await;
    let dry = app.ran_alone(officer.command("import", &["--dry-run", &places])).await;
    let told = |line: &Value| (line["created"].clone(), line["disposalPending"].clone());
    assert_eq!(told(&dry.ended(0, "").json()), (json!(2), json!(1)));
    assert_eq!(app.database.count(pending).await, before);
    let table = app.ran_alone(officer.command("import", &["--output", "table", &places])).await;
    assert!(
        table.ended(0, "").out.contains("on their way out in a week, as what needed them has ended: 1\n"),
        "{table:?}"
    );
    assert_eq!(app.database.count(pending).await, before + 1);
    // Nothing ever needed the other one: that is for a person to look at.
    let known = app.ran_alone(officer.command("import", &[&places])).await;
    assert_eq!(told(&known.ended(0, "").json()), (json!(2), json!(1)));
    app.finish().await;
}

#[tokio::test]
async fn the_operator_needs_no_server_and_no_token_and_is_on_record() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::demo().await);
    let folder = folder.path();
    std::fs::write(folder.join("master.keys"), format!("{}=", "A".repeat(43))).unwrap();
    std::fs::write(folder.join("kunder.csv"), CUSTOMERS).unwrap();
    std::fs::write(folder.join("platser.jsonl"), LOCATIONS).unwrap();
    let import = |args: &[&str]| {
        let mut command = kartotek(folder, &database);
        command.env("KARTOTEK_MASTER_KEY_FILE", folder.join("master.keys"));
        command.arg("import").args(args);
        command.output().unwrap()
    };
    let dry = import(&["--dry-run", "kunder.csv"]);
    let line = serde_json::from_slice::<Value>(&dry.stdout).unwrap();
    assert_eq!((dry.status.code(), &line["created"], &line["dryRun"]), (Some(0), &json!(2), &json!(true)));
    assert_eq!(database.count("SELECT count(*) FROM customer WHERE reference LIKE 'V-%'").await, 0);

    let done = import(&["kunder.csv", "platser.jsonl"]);
    let err = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(0), "{err}");
    assert_eq!(database.count("SELECT count(*) FROM customer WHERE reference LIKE 'V-%'").await, 2);
    let log = audit::all(&database).await;
    let event = log.iter().rfind(|event| event.operation == "importCustomers").unwrap();
    assert_eq!((&*event.ending(), event.subjects.len()), ("ALLOWED", 2));
    database.discard().await;
}

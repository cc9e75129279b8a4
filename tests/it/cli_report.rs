//! `kartotek report`, as a process, with a server that makes what it asks for.

use crate::support::TestApp;
use chrono::TimeDelta;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{fs, os::unix::fs::PermissionsExt};

#[tokio::test]
async fn a_report_is_saved_whole_for_nobody_else_to_read_and_is_what_the_server_made() {
    let app = TestApp::reachable().await;
    app.hosted("K-6001").await;
    let officer = app.compliance();
    let (path, name) = app.new_file("customer.xlsx");
    fs::write(&path, "something else").unwrap();
    let ran = app
        .ran(officer.report_command(&["customer", "K-6001", "-o", &name, "--reason", "Granskning 7"]))
        .await;
    let bytes = fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"PK"));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let hash = hex::encode(Sha256::digest(&bytes));
    ran.ended(0, &format!("{} bytes, SHA-256 {hash}", bytes.len()));
    assert_eq!(ran.out, "");
    let known = format!(
        "{{ reports(filter: {{ sha256: \"{hash}\" }}) {{ nodes {{ kind requestedBy downloads }} }} }}"
    );
    let known = app.auditor().get(&known).await;
    let made = json!([{ "kind": "CUSTOMER", "requestedBy": "Test compliance", "downloads": 1 }]);
    assert_eq!(known.data()["reports"]["nodes"], made);
    app.finish().await;
}

#[tokio::test]
async fn a_table_goes_to_standard_output_or_with_what_it_is_beside_it_and_can_be_brought_in_again() {
    let app = TestApp::reachable().await;
    app.hosted("K-6001").await;
    let officer = app.compliance();
    let ran = app.ran(officer.report_command(&["customer", "K-6001", "--format", "csv"])).await;
    ran.ended(0, " rows, ");
    let header =
        "customer,system,category,#state,#justifiedBy,#thirdParty,#country,#sourceChannel,collectedAt";
    assert!(ran.out.starts_with(header), "{}", ran.out);
    let lines = ran.out.lines().filter(|line| line.starts_with("K-6001,")).count();
    assert!(lines > 3, "{}", ran.out);

    let (path, name) = app.new_file("systems.csv");
    app.ran(officer.report_command(&["inventory", "--table", "systems", "-o", &name])).await.ended(0, "");
    let metadata = fs::read(path.with_file_name("systems.csv-metadata.json")).unwrap();
    let metadata = serde_json::from_slice::<Value>(&metadata).unwrap();
    assert_eq!(metadata["url"], "systems.csv");
    // As it is, nothing is changed by bringing it in; with an owner, that is.
    let import = |name: &str| officer.command("import", &["--yes", name]);
    app.ran(import(&name)).await.ended(0, "");
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(reader.headers().unwrap()).unwrap();
    for row in reader.records().map(Result::unwrap) {
        let is_own = &row[0] == "Kundregister";
        let cells = row.iter().enumerate();
        writer
            .write_record(cells.map(|(at, cell)| if is_own && at == 3 { "Ny Ansvarig" } else { cell }))
            .unwrap();
    }
    fs::write(&path, writer.into_inner().unwrap()).unwrap();
    app.ran(import(&name)).await.ended(0, "");
    let owner = app.admin().get("{ systems(first: 50) { nodes { name owner } } }").await;
    let owner = owner.data()["systems"]["nodes"].as_array().unwrap().clone();
    let owner = owner.iter().find(|one| one["name"] == "Kundregister").unwrap().clone();
    assert_eq!(owner["owner"], "Ny Ansvarig");
    app.finish().await;
}

#[tokio::test]
async fn a_workbook_is_brought_in_again_and_says_nothing_new() {
    let app = TestApp::reachable().await;
    app.hosted("K-6001").await;
    let officer = app.compliance();
    // What was there once is not said to be there.
    app.database.run("UPDATE data_location SET state = 'LOST_TRACK' WHERE external_reference = 'K-6001-1' AND category = 'user.payment'").await;
    let (path, name) = app.new_file("customer.xlsx");
    app.ran(officer.report_command(&["customer", "K-6001", "-o", &name])).await.ended(0, "");
    let before = app
        .database
        .texts("SELECT category || state || coalesce(external_reference, '') FROM data_location ORDER BY 1")
        .await;
    let ran = app.ran(officer.command("import", &[&name])).await;
    ran.ended(0, "passed over are the sheets Om, Var uppgifter har funnits, Tjänster, ");
    let summary = ran.json();
    assert_eq!((&summary["kind"], &summary["rejected"]), (&json!("data-locations"), &json!(0)));
    assert_eq!((&summary["created"], &summary["unchanged"]), (&json!(0), &json!(6)), "{summary:#}");
    let after = app
        .database
        .texts("SELECT category || state || coalesce(external_reference, '') FROM data_location ORDER BY 1")
        .await;
    assert_eq!(after, before);
    assert!(!path.with_file_name("customer.data-locations.csv").exists(), "nothing is left beside it");

    let (path, name) = app.new_file("inventory.xlsx");
    app.ran(officer.report_command(&["inventory", "-o", &name])).await.ended(0, "");
    app.ran(officer.command("import", &["--yes", &name]))
        .await
        .ended(0, "passed over are the sheets Om, Förekomster");
    fs::write(&path, "no workbook").unwrap();
    app.ran(officer.command("import", &[&name])).await.ended(2, "no workbook that can be read");
    app.finish().await;
}

#[tokio::test]
async fn what_makes_no_sense_or_is_not_allowed_is_told_and_leaves_no_file() {
    let app = TestApp::reachable().await;
    let officer = app.compliance();
    let (path, name) = app.new_file("report.html");
    for (args, told) in [
        (vec!["customer", "-o", &name], "whom or what is it about?"),
        (vec!["ropa", "K-1", "-o", &name], "not about one customer"),
        (vec!["ropa"], "as what is it to be made?"),
        (vec!["ropa", "--severity", "HIGH", "-o", &name], "--severity is for findings"),
        (vec!["ropa", "--table", "gaps", "-o", &name], "--table is for CSV files"),
    ] {
        app.ran(officer.report_command(&args)).await.ended(2, told);
    }
    let nobody = app.ran(officer.report_command(&["customer", "K-0000", "-o", &name])).await;
    nobody.ended(1, "no customer has this number");
    let table = app.ran(officer.report_command(&["ropa", "--format", "csv", "--table", "nosuch"])).await;
    table.ended(1, "This report has no such table, but activities, processorActivities, gaps, controller.");
    let agent = app.agent();
    app.ran(agent.report_command(&["ropa", "-o", &name])).await.ended(1, "FORBIDDEN");
    // What is over by the time that it is fetched is told as such: nothing is written.
    let id = officer.request_report(json!({ "kind": "ROPA", "format": "HTML" })).await;
    app.make_reports().await;
    let url = officer.report(&id).await["downloadUrl"].as_str().unwrap().to_owned();
    app.advance(TimeDelta::hours(2));
    assert_eq!(app.fetch(&url).await.status.as_u16(), 404);
    let nowhere = path.with_file_name("nosuch").join("report.html").to_str().unwrap().to_owned();
    let asked = "SELECT count(*) FROM report";
    let before = app.database.count(asked).await;
    app.ran(officer.report_command(&["ropa", "-o", &nowhere])).await.ended(1, "cannot be written");
    assert_eq!(app.database.count(asked).await, before, "nothing was asked for");
    assert!(!path.exists());
    app.finish().await;
}

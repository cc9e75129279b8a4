//! Reference data from tables and from YAML: all of it is one document, shown and agreed on.

use crate::support::{Database, TestApp, process::kartotek};

const PARTIES: &str = "Leverantör;Slag;Roll;Land\nLådbolaget AB;HOSTING;processor;SE\n";
const SYSTEMS: &str = "System;Leverantör;Land;Ägare\nLåda;Lådbolaget AB;SE;Otto\n";
const SERVICES: &str = "services:\n- key: boxes\n  name: Lådor\n";
const NEEDS: &str =
    "service,category,purpose,system,onEnd,grace\nboxes,user.name,DELIVER_SERVICE,Låda,erase,P30D\n";

#[tokio::test]
async fn a_catalogue_in_parts_goes_in_as_a_whole_and_comes_out_again() {
    let app = TestApp::reachable().await;
    let both = app.roles(&["ADMIN", "COMPLIANCE"]);
    let files = [
        app.file("behov.csv", NEEDS),
        app.file("system.csv", SYSTEMS),
        app.file("tjanster.yaml", SERVICES),
        app.file("leverantorer.csv", PARTIES),
    ];
    let files = files.iter().map(String::as_str).collect::<Vec<_>>();
    let import = |args: &[&str]| both.command("import", &[args, &files].concat());
    let dry = app.ran_alone(import(&["--dry-run"])).await;
    dry.ended(0, "+ third party Lådbolaget AB").ended(0, "+ system Låda").ended(0, "+ service boxes");
    assert_eq!((&dry.json()["changed"], &dry.json()["dryRun"]), (&4.into(), &true.into()));
    app.ran_alone(import(&[])).await.ended(2, "nobody is at the terminal to agree").ended(2, "--yes");
    let nothing = "SELECT count(*) FROM system WHERE name = 'Låda'";
    assert_eq!(app.database.count(nothing).await, 0);

    let done = app.ran_alone(import(&["--yes"])).await;
    assert_eq!(done.ended(0, "4 entries were changed").json()["changed"], 4);
    let again = app.ran_alone(import(&["--yes"])).await;
    assert_eq!((&again.ended(0, "").json()["changed"], &again.json()["unchanged"]), (&0.into(), &4.into()));

    // What a server exports, another takes: so the database at hand says of itself that it is so already.
    let exported = app.ran_alone(both.command("export", &[])).await;
    assert!(exported.ended(0, "").out.contains("\n- name: Lådbolaget AB\n"), "{exported:?}");
    let whole = app.file("whole.yaml", &exported.out);
    let same = app.ran_alone(both.command("import", &["--yes", &whole])).await;
    assert_eq!(same.ended(0, "").json()["changed"], 0);
    app.finish().await;
}

#[tokio::test]
async fn what_is_wrong_is_named_by_file_line_and_column_and_keeps_everything_out() {
    let app = TestApp::reachable().await;
    let admin = app.roles(&["ADMIN", "COMPLIANCE"]);
    let systems = app.file("system.csv", "namn;land;ägare\nHylla;SE;Otto\nSkåp;Sverige;Otto\n");
    let needs = app.file(
        "behov.csv",
        "tjänst;kategori;ändamål;system;vid slut\nweb-hosting;user.name;DELIVER_SERVICE;Hylla;ERASE\n\
         web-hosting;user.shoe_size;DELIVER_SERVICE;Hylla;ERASE\n",
    );
    let ran = app.ran_alone(admin.command("import", &["--yes", &systems, &needs])).await;
    ran.ended(1, "nothing was changed").ended(1, "system.csv line 3, column country: ");
    let formula = app.file("formel.csv", "namn;land;ägare\nHylla;SE;=1+1\nSkåp;SE;\n;SE;\n");
    let ran = app.ran_alone(admin.command("import", &["--yes", &formula])).await;
    ran.ended(2, "formel.csv line 2, column owner: this is a formula")
        .ended(2, "formel.csv line 4, column name: ");
    let right = app.file("system.csv", "namn;land;ägare\nHylla;SE;Otto\nSkåp;SE;Otto\n");
    let ran = app.ran_alone(admin.command("import", &["--yes", &right, &needs])).await;
    ran.ended(1, "behov.csv line 3");
    assert_eq!(app.database.count("SELECT count(*) FROM system WHERE name IN ('Hylla', 'Skåp')").await, 0);
    app.ran_alone(app.agent().command("import", &["--yes", &right]))
        .await
        .ended(1, "role ADMIN or COMPLIANCE");
    app.finish().await;
}

#[tokio::test]
async fn a_new_installation_gets_its_catalogue_and_customers_in_one_go() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::empty().await);
    let folder = folder.path();
    std::fs::write(folder.join("master.keys"), format!("{}=", "A".repeat(43))).unwrap();
    for (name, text) in [
        ("l.csv", PARTIES),
        ("s.csv", SYSTEMS),
        ("t.yaml", SERVICES),
        ("b.csv", NEEDS),
        ("k.csv", "kundnummer;namn\nN-1;Nils\n"),
        ("a.csv", "kund;tjänst;start\nN-1;boxes;2024-01-01\n"),
        ("p.csv", "kund;system;kategori;insamlad\nN-1;Låda;user.name;2024-01-01\n"),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let mut migrate = kartotek(folder, &database);
    assert!(migrate.arg("migrate").output().unwrap().status.success());
    let mut command = kartotek(folder, &database);
    command.env("KARTOTEK_MASTER_KEY_FILE", folder.join("master.keys"));
    command.args(["import", "--yes", "p.csv", "a.csv", "k.csv", "b.csv", "t.yaml", "s.csv", "l.csv"]);
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert_eq!(out.lines().count(), 4, "{out}");
    let justified = "SELECT count(*) FROM data_location l JOIN system s ON s.id = l.system_id \
                     WHERE s.name = 'Låda' AND l.state = 'HELD'";
    assert_eq!(database.count(justified).await, 1);
    database.discard().await;
}

//! The operator on the server: a file is written, and imported without a token, on record as the program's.

use crate::support::{
    Database, TestApp, audit,
    connect::connectors,
    process::{kartotek, run},
};
use kartotek::cli::{Direct, ImportOptions, from_yaml, import_catalog};
use std::{path::Path, sync::Arc};

fn export(folder: &Path, database: &Database) -> String {
    let output = kartotek(folder, database).arg("export").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn what_one_installation_exports_makes_another_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (demo, empty) = (Database::demo().await, TestApp::on(Database::empty().await).await);
    let text = export(folder.path(), &demo);
    assert!(text.starts_with("# Kartotek's reference data, as `kartotek export` of version "), "{text}");
    assert!(text.contains("\n\nthirdParties:\n- name: "), "{text}");
    let mut to_file = kartotek(folder.path(), &demo);
    to_file.args(["export", "-o", "catalogue.yaml"]);
    assert_eq!(run(to_file).0, Some(0));
    assert_eq!(std::fs::read_to_string(folder.path().join("catalogue.yaml")).unwrap(), text);

    let direct = Direct::over(empty.server.door.clone(), Arc::new(connectors(None, None)));
    let document = from_yaml(&text).unwrap();
    let only_shown = ImportOptions { dry_run: true, yes: false };
    let shown = import_catalog(&direct, &document, only_shown, |_| None).await.unwrap().unwrap();
    assert_ne!(export(folder.path(), &empty.database), text);
    let agreed = ImportOptions { dry_run: false, yes: true };
    let done = import_catalog(&direct, &document, agreed, |_| None).await.unwrap().unwrap();
    assert_eq!((&shown, done.changes.len() > 100), (&done, true));
    assert_eq!(export(folder.path(), &empty.database), text);
    let again = import_catalog(&direct, &document, agreed, |_| None).await.unwrap().unwrap();
    assert_eq!(again.changes, []);

    let log = audit::all(&empty.database).await;
    let imports = log.iter().filter(|event| event.operation == "importCatalog").collect::<Vec<_>>();
    assert_eq!(imports.len(), 4);
    assert!(imports.iter().all(|event| event.ending() == "ALLOWED" && event.kind == "ADMINISTER"));
    demo.discard().await;
    empty.finish().await;
}

#[tokio::test]
async fn what_cannot_be_done_is_told_by_the_place_in_the_file() {
    let app = TestApp::new().await;
    let direct = Direct::over(app.server.door.clone(), Arc::new(connectors(None, None)));
    let document =
        from_yaml("systems:\n- name: Nytt system\n- name: Nytt register\n  country: Sverige\n").unwrap();
    let place = |field: &[String]| (field[2] == "Nytt register").then(|| "row 3, column country".to_owned());
    let agreed = ImportOptions { dry_run: false, yes: true };
    let failure = import_catalog(&direct, &document, agreed, place).await.unwrap_err();
    let mut told = Vec::new();
    failure.report(&mut told).unwrap();
    assert_eq!(
        String::from_utf8(told).unwrap(),
        "error: the document cannot be imported, and nothing was changed\n  \
         systems.Nytt system.country: This is new, and cannot be without it. [REQUIRED]\n  \
         row 3, column country: Give a country as two capital letters, such as SE. [INVALID_FORMAT]\n"
    );
    app.finish().await;
}

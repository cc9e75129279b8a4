//! Files that are wrong as a whole, and callers who may not: a clear word, and nothing is changed.

use crate::support::{Database, TestApp, command::Ran, process::kartotek};
use std::{fs::File, io::Write, os::unix::ffi::OsStrExt};

#[tokio::test]
async fn files_that_cannot_be_read() {
    let app = TestApp::reachable().await;
    let officer = app.compliance();
    let before = app.database.count("SELECT count(*) FROM customer").await;
    let (row, quote) = ("F-1;A\n".repeat(3), "kundnummer;namn\nF-1;\"A\nF-2;B\nF-3;C\n");
    // The next quote ends it, in the middle of another customer's row.
    let swallowing = "kundnummer;namn;adress\nF-1;A;\"Storgatan 1\nF-2;B;\nF-3;C;\"Kungsgatan 4\n";
    let many = format!("kundnummer;namn\nF-1;A\nF-2;\"{}", "x;y\n".repeat(400_000));
    let files: [(&str, Vec<u8>, i32, &str); 15] = [
        ("empty.csv", vec![], 2, "the file is empty"),
        ("utf16.csv", b"\xff\xfek\0u\0".to_vec(), 2, "the file is UTF-16: save it as UTF-8"),
        ("headless.csv", row.into(), 2, "say it with --as"),
        ("missing.csv", b"kundnummer;e-post\nF-1;f@kund.example\n".to_vec(), 2, "say it with --as"),
        ("unknown.csv", b"kundnummer;namn;skostorlek\nF-1;A;43\n".to_vec(), 2, "say it with --as"),
        ("twice.csv", b"kundnummer;namn;name\nF-1;A;A\n".to_vec(), 2, "`name` is there twice"),
        ("quote.csv", quote.into(), 1, "line 2: a quote that is opened here is never closed"),
        ("swallowing.csv", swallowing.into(), 1, "line 2: a quote that is opened here is never closed"),
        ("long.csv", many.into(), 1, "line 3: the row that begins here is longer than a megabyte"),
        ("bad.yaml", b"systems:\n- nam: A\n".to_vec(), 2, "line 2, column 3: unknown field `nam`"),
        ("bad.jsonl", b"{\"reference\":\"F-1\"\n".to_vec(), 2, "the first line is no list of columns"),
        ("latin.yaml", b"systems:\n- name: \xe5\n".to_vec(), 2, "save it as UTF-8"),
        ("mixed.csv", b"kundnummer;namn\nF-1;\xc3\x85sa\nF-2;\xc5sa\n".to_vec(), 2, "line 3 is not UTF-8"),
        ("mac.csv", b"kundnummer;namn\rF-1;A\r".to_vec(), 2, "its lines end in carriage returns alone"),
        ("directory", vec![], 2, "this is no regular file"),
    ];
    for (name, content, code, told) in files {
        let path = app.file(name, content);
        if name == "directory" {
            std::fs::remove_file(&path).unwrap();
            std::fs::create_dir(&path).unwrap();
        }
        let ran = app.ran_alone(officer.command("import", &[&path])).await;
        ran.ended(code, told).ended(code, name);
        assert_eq!(ran.out, "", "{ran:?}");
    }
    // With what the rows are, the columns are named.
    let ran = |args: &'static [&'static str]| {
        let command = officer.command("import", args);
        let app = &app;
        async move { app.ran_alone(command).await }
    };
    let missing: Ran = ran(&["--as", "customers", "missing.csv"]).await;
    missing.ended(2, "the column `name` is missing, which customers need");
    let unknown = ran(&["--as", "customers", "unknown.csv"]).await;
    unknown.ended(2, "there is no column `skostorlek` for customers").ended(2, "--ignore");
    ran(&["--encoding", "utf-8", "latin.yaml", "--as", "nobody"]).await.ended(2, "possible values");
    ran(&["nowhere.csv"]).await.ended(2, "nowhere.csv");
    ran(&["-"]).await.ended(2, "give a regular file");
    let mut strange = officer.command("import", &[]);
    strange.arg(std::ffi::OsStr::from_bytes(b"kund\xe5.csv"));
    app.ran_alone(strange).await.ended(2, "is not UTF-8").ended(2, "rename it");
    ran(&["--as", "customers", "headless.csv"]).await.ended(2, "the first line is no list of columns");
    assert_eq!(app.database.count("SELECT count(*) FROM customer").await, before);
    app.finish().await;
}

/// A line that never ends is not held in memory.
#[tokio::test]
async fn a_gigabyte_on_one_line() {
    let app = TestApp::reachable().await;
    let path = app.file("huge.csv", "reference,name\nF-1,A\nF-2,");
    // Zeros that take no room on the disk.
    File::options().append(true).open(&path).unwrap().set_len(1 << 30).unwrap();
    let mut end = File::options().append(true).open(&path).unwrap();
    writeln!(end).unwrap();
    let mut command = app.compliance().command("import", &[&path]);
    // Half a gigabyte of address space for all of the program.
    let program = command.get_program().to_str().unwrap().to_owned();
    let mut limited = std::process::Command::new("prlimit");
    limited.args(["--as=1073741824", &program, "import", &path]).env_clear();
    limited.env("PATH", "/usr/bin:/bin");
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command = limited;
    let ran = app.ran_alone(command).await;
    ran.ended(1, "line 3: the row that begins here is longer than a megabyte");
    app.finish().await;
}

#[tokio::test]
async fn whoever_may_not() {
    let app = TestApp::reachable().await;
    let file = app.file("kunder.csv", "reference,name\nF-1,A\n");
    let import = |client: &crate::support::Client<'_>| client.command("import", &[&file]);
    let stranger = app.ran_alone(import(&app.stranger())).await;
    stranger.ended(2, "there is no token");
    let mut wrong = import(&app.compliance());
    wrong.env("KARTOTEK_TOKEN", "ey.no.token");
    app.ran_alone(wrong).await.ended(1, "UNAUTHENTICATED").ended(1, "KARTOTEK_TOKEN");
    app.ran_alone(import(&app.agent())).await.ended(1, "FORBIDDEN").ended(1, "role COMPLIANCE");
    assert_eq!(app.database.count("SELECT count(*) FROM customer WHERE reference = 'F-1'").await, 0);
    // A script says what for, and which of these it may.
    let script = app.script(&["beginImport", "importCustomers", "finishImport"]);
    app.ran_alone(import(&script)).await.ended(1, "PURPOSE_REQUIRED").ended(1, "--purpose");
    let script = script.command("import", &["--purpose", "DELIVER_SERVICE", &file]);
    app.ran_alone(script).await.ended(0, "");
    assert_eq!(app.database.count("SELECT count(*) FROM customer WHERE reference = 'F-1'").await, 1);
    app.finish().await;
}

/// Another program is writing to it. That says nothing of keys.
#[tokio::test]
async fn a_database_that_is_busy() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::demo().await);
    let folder = folder.path();
    std::fs::write(folder.join("master.keys"), format!("{}=", "A".repeat(43))).unwrap();
    std::fs::write(folder.join("kunder.csv"), "reference,name\nF-1,A\n").unwrap();
    let held = database.log_held().await;
    let mut command = kartotek(folder, &database);
    command.env("KARTOTEK_MASTER_KEY_FILE", folder.join("master.keys")).args(["import", "kunder.csv"]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(75), "{err}");
    assert!(err.contains("the database is busy") && !err.contains("not this database's"), "{err}");
    held.close().await.unwrap();
    database.discard().await;
}

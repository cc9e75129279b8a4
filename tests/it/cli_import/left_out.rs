//! Rows that are wrong are left out, named, and can be put right and fed back. The others are brought in.

use crate::support::TestApp;
use std::fs;

const WRONG: &str = "Kundnummer;Namn;E-post;Personnummer\n\
    R-1;Rut Rätt;rut@kund.example;\n\
    R-2;Adam Adress;adam-at-kund.example;\n\
    ;Utan Nummer;;\n\
    R-4;\"=HYPERLINK(\"\"http://x.example\"\")\";;\n\
    R-5;Pia Person;;19900101-0000\n\
    R-6;Tom Tvilling;;;\n\
    R-1;Rut Rätt;rut@kund.example;\n";

#[tokio::test]
async fn each_is_named_and_comes_back_to_be_put_right() {
    let app = TestApp::reachable().await;
    let officer = app.compliance();
    let file = app.file("kunder.csv", WRONG);
    let ran = app.ran_alone(officer.command("import", &[&file])).await;
    ran.ended(3, "rows were left out: 5");
    for told in [
        "line 3, column E-post: ",
        "line 4, column Kundnummer: this is empty, and needed",
        "line 5, column Namn: this is a formula of a spreadsheet",
        "line 6, column Personnummer: ",
        "line 7: the row has 5 columns, and the first line names 4",
    ] {
        ran.ended(3, told);
    }
    // Nobody's values are in what is told.
    for value in ["adam-at", "HYPERLINK", "19900101", "Rut", "Tom"] {
        assert!(!ran.err.contains(value) && !ran.out.contains(value), "{value}: {ran:?}");
    }
    let summary = ran.json();
    assert_eq!((&summary["created"], &summary["rejected"]), (&1.into(), &5.into()));
    assert_eq!(summary["unchanged"], 1, "the same row twice is one customer");

    let rejects = app.new_file("kunder.rejects.csv").0;
    assert_eq!(summary["rejects"], rejects.to_str().unwrap());
    let text = fs::read_to_string(&rejects).unwrap();
    assert!(
        text.starts_with("\u{feff}#line;#column;#reason;Kundnummer;Namn;E-post;Personnummer\n3;E-post;"),
        "{text}"
    );
    assert!(text.contains(";R-4;\"'=HYPERLINK("), "{text}");
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&rejects).unwrap().permissions().mode() & 0o777, 0o600);
    }

    // As it is, it is as wrong as it was; its own rejects lie beside it.
    let same = app.ran_alone(officer.command("import", &[rejects.to_str().unwrap()])).await;
    assert_eq!(same.ended(3, "line 2, column E-post").json()["rejected"], 5);

    let right = text
        .replace("adam-at-kund", "adam@kund")
        .replace(";;Utan Nummer", ";R-3;Utan Nummer")
        .replace("\"'=HYPERLINK(\"\"http://x.example\"\")\"", "Karl Kalkyl")
        .replace("19900101-0000", "")
        .replace(";Tom Tvilling;;;", ";Tom Tvilling;;");
    fs::write(&rejects, right).unwrap();
    let ran = app.ran_alone(officer.command("import", &[rejects.to_str().unwrap()])).await;
    assert_eq!(ran.ended(0, "").json()["created"], 5);
    assert_eq!(app.database.count("SELECT count(*) FROM customer WHERE reference LIKE 'R-_'").await, 6);
    app.finish().await;
}

#[tokio::test]
async fn what_somebody_else_has_is_nobody_s_to_be_told() {
    let app = TestApp::reachable().await;
    // The demo's K-1001 has this number, which is no secret to whoever made the file, and whose it is would be.
    let file = app.file("kunder.csv", "reference,name,nationalId\nR-7,Anna Annan,19850312-0001\n");
    let ran = app.ran_alone(app.compliance().command("import", &[&file])).await;
    ran.ended(3, "line 2, column nationalId");
    assert!(!ran.err.contains("K-1001") && !ran.err.contains("Almgren"), "{ran:?}");
    app.finish().await;
}

#[tokio::test]
async fn strict_is_all_or_nothing_for_the_rows_around() {
    let app = TestApp::reachable().await;
    let officer = app.compliance();
    let file = app.file("kunder.csv", WRONG);
    let ran = app.ran_alone(officer.command("import", &["--strict", &file])).await;
    ran.ended(3, "none of the rows around these was brought in").ended(3, "line 3, column E-post");
    assert_eq!(app.database.count("SELECT count(*) FROM customer WHERE reference LIKE 'R-_'").await, 0);
    let dry = app.ran_alone(officer.command("import", &["--dry-run", &file])).await;
    assert_eq!(dry.ended(3, "rows were left out: 5").json()["created"], 1);
    assert_eq!(app.database.count("SELECT count(*) FROM customer WHERE reference LIKE 'R-_'").await, 0);
    assert!(!app.new_file("kunder.rejects.csv").0.exists());
    let few = app.ran_alone(officer.command("import", &["--max-rejects", "2", &file])).await;
    few.ended(1, "rows were left out, so far: 5");
    app.finish().await;
}

/// Each engine would say something else about it, or nothing.
#[tokio::test]
async fn what_not_every_database_can_store_is_left_out_row_by_row() {
    let app = TestApp::reachable().await;
    let officer = app.compliance();
    let file = app.file(
        "kunder.csv",
        "reference;name;dormantSince\nS-1;A\0B;\nS-2;B;0001-01-01\nS-3;C;2016-12-31T23:59:60Z\n\
         S-4;D;2020-01-01T00:00:00.1234567Z\nS-5;@Home AB;\nS-6;-1+cmd|'x'!A0;\n",
    );
    let ran = app.ran_alone(officer.command("import", &[&file])).await;
    for told in [
        "line 2, column name: there is a character in it",
        "line 3, column dormantSince: give a day after 0001-01-01",
        "line 4, column dormantSince: there is no second 60",
        "line 7, column name: this is a formula",
    ] {
        ran.ended(3, told);
    }
    assert_eq!((&ran.json()["created"], &ran.json()["rejected"]), (&2.into(), &4.into()));
    // The same moment is the same, however many digits it is written with.
    let ended =
        "kund;tjänst;start;slut;orsak\nS-4;web-hosting;2020-01-01T00:00:00.1234567Z;2020-02-01;slut\n";
    let file = app.file("abonnemang.csv", format!("{ended}{}", ended.split_once('\n').unwrap().1));
    let ran = app.ran_alone(officer.command("import", &[&file])).await;
    assert_eq!((&ran.ended(0, "").json()["created"], &ran.json()["unchanged"]), (&1.into(), &1.into()));
    app.finish().await;
}

/// A list of short words is longer in a request than in the file, and a server takes only so many.
#[tokio::test]
async fn no_request_is_larger_than_a_server_takes() {
    let app = TestApp::reachable().await;
    let mut text = "customer;service;thirdParty;purpose;categories;grantedAt;noticeText\n".to_owned();
    for (rows, categories, notice) in [(12, 900, 80_000), (30, 900, 10), (1, 1_001, 10), (1, 25_000, 10)] {
        let row = format!(
            "K-1001;web-hosting;Nobody AB;MARKETING;{};2024-01-01;{}\n",
            "a ".repeat(categories),
            "x".repeat(notice)
        );
        text += &row.repeat(rows);
    }
    let file = app.file("samtycken.csv", text);
    let ran = app.ran_alone(app.compliance().command("import", &[&file])).await;
    assert_eq!(ran.ended(3, "rows were left out: 44").json()["rejected"], 44);
    let rejects = fs::read_to_string(app.new_file("samtycken.rejects.csv").0).unwrap();
    assert_eq!(rejects.matches("categories;these are more than there can be").count(), 1);
    assert_eq!(rejects.matches("the row is longer than any that can be right").count(), 1);
    app.finish().await;
}

#[tokio::test]
async fn lines_that_are_no_objects_come_back_to_be_put_right() {
    let app = TestApp::reachable().await;
    let officer = app.compliance();
    let file = app.file(
        "kunder.jsonl",
        "{\"reference\":\"S-1\",\"name\":\"A\"}\n{\"reference\":\"S-2\"\n\
         {\"reference\":\"S-3\",\"name\":\"C\",\"name\":\"D\"}\n{\"reference\":\"S-4\",\"name\":0.5}\n",
    );
    let ran = app.ran_alone(officer.command("import", &[&file])).await;
    ran.ended(3, "line 2: this is no object of JSON").ended(3, "line 3: the column `name` is there twice");
    ran.ended(3, "line 4, column name: give it as a text");
    let rejects = app.new_file("kunder.rejects.jsonl").1;
    let text = fs::read_to_string(&rejects).unwrap();
    assert!(text.contains("\"name\":\"C\",\"name\":\"D\"}\n") && text.contains("\"name\":0.5}\n"), "{text}");
    let same = app.ran_alone(officer.command("import", &[&rejects])).await;
    same.ended(3, "line 1: put right what `#text` holds, and put it in this line's place");
    assert_eq!(same.json()["rejected"], 3);
    let again = fs::read_to_string(app.new_file("kunder.rejects.rejects.jsonl").0).unwrap();
    assert!(again.contains("\"#text\":\"{\\\"reference\\\":\\\"S-2\\\"\"}\n"), "{again}");
    app.finish().await;
}

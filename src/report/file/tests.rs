use super::{
    File, Part,
    samples::{ODD, about, of_table, picture, row, table, text, whole},
};
use crate::domain::report::{Cell, Sink};
use entity::enums::{
    Locale,
    ReportFormat::{self, Csv, Html, Json, Xlsx},
};
use serde_json::{Value, from_slice};
use sha2::{Digest, Sha256};
use std::io::ErrorKind;

const ALL: [ReportFormat; 4] = [Csv, Xlsx, Json, Html];

#[test]
fn the_hash_is_that_of_one_spelling_in_every_format() {
    let odd = serde_json::to_string(ODD).unwrap();
    let spelled = format!(
        "first\n{{\"day\":\"2026-02-28\",\"flag\":true,\"list\":[\"a\",\"b\"],\"moment\":\"2026-03-29T00:30:07.250Z\",\
         \"number\":-12,\"text\":{odd},\"word\":\"CONSENT\",\"words\":[\"CONSENT\"]}}\n{{}}\n"
    );
    let table = table("first", false);
    let rows = [row(), vec![Cell::Nothing; table.columns.len()]];
    for format in ALL {
        let (_, finished) = of_table(format, &table, &rows).unwrap();
        assert_eq!(finished.content_sha256, hex::encode(Sha256::digest(&spelled)), "{format:?}");
        assert_eq!(finished.rows, 2);
        assert_eq!(finished.metadata.is_some(), format == Csv);
    }
    let body = serde_json::to_string(&text().body).unwrap();
    let spelled = hex::encode(Sha256::digest(format!("{spelled}summary\n{body}\nsecond\n")));
    for format in [Xlsx, Json, Html] {
        for locale in [Locale::Sv, Locale::En] {
            assert_eq!(whole(format, locale).unwrap().1.content_sha256, spelled, "{format:?}");
        }
    }
}

#[test]
fn json_has_each_row_as_the_hash_has_it() {
    let (bytes, finished) = whole(Json, Locale::Sv).unwrap();
    let mut hash = Sha256::new();
    let file = std::str::from_utf8(&bytes).unwrap();
    for line in file.lines().skip_while(|line| !line.starts_with("\"filter\"")).skip(1) {
        match line.split_once(':') {
            Some(("\"rows\"", _)) => break,
            _ if line.starts_with('{') => hash.update(format!("{}\n", line.trim_end_matches(','))),
            Some((key, "[")) => hash.update(format!("{}\n", key.trim_matches('"'))),
            Some((key, text)) => {
                hash.update(format!("{}\n{}\n", key.trim_matches('"'), text.trim_end_matches(',')));
            }
            None => assert!(line.starts_with(']'), "{line}"),
        }
    }
    assert_eq!(hex::encode(hash.finalize()), finished.content_sha256);
    let read = from_slice::<Value>(&bytes).unwrap();
    assert_eq!(read["contentSha256"], finished.content_sha256);
    assert_eq!(read["first"][0]["text"], ODD);
    assert_eq!((&read["second"], &read["rows"]), (&serde_json::json!([]), &serde_json::json!(2)));
    assert_eq!(read["@context"]["first"]["@context"]["word"]["@context"]["CONSENT"], "eu-gdpr:A6-1-a");
}

#[test]
fn csv_says_to_programs_what_comes_back() {
    let (bytes, finished) = of_table(Csv, &table("first", true), &[row()]).unwrap();
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    assert_eq!(
        reader.headers().unwrap(),
        vec!["text", "#word", "list", "words", "number", "moment", "day", "flag"]
    );
    let read = reader.records().next().unwrap().unwrap();
    let odd = format!("'{ODD}");
    assert_eq!(
        read,
        vec![&odd, "CONSENT", "a; b", "CONSENT", "-12", "2026-03-29T00:30:07.250Z", "2026-02-28", "yes"]
    );
    assert!(bytes.ends_with(b"yes\r\n"));
    let told = finished.metadata.unwrap();
    assert_eq!(told["tableSchema"]["columns"][1]["titles"]["und"], "#word");
    assert_eq!(told["tableSchema"]["columns"][1]["propertyUrl"], "https://w3id.org/dpv#hasLegalBasis");
}

#[test]
fn a_page_shows_what_is_written_and_runs_none_of_it() {
    let (bytes, finished) = whole(Html, Locale::Sv).unwrap();
    let page = String::from_utf8(bytes).unwrap();
    assert!(
        !page.contains("<script")
            && page.contains("&lt;script&gt;")
            && !page.contains(['\0', '\u{1b}', '\u{fffe}'])
    );
    for once in [
        "id=\"title-1\"",
        "id=\"title-2\"",
        "lang=\"sv\"",
        "Inget att visa.",
        ">2026-03-29 01:30<",
        &finished.content_sha256,
    ] {
        assert!(page.contains(once), "{once}");
    }
    for (at, id) in page.match_indices(" id=\"") {
        let name = page[at + id.len()..].split('"').next().unwrap();
        assert_eq!(page.matches(&format!(" id=\"{name}\"")).count(), 1, "{name}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let (one, two) = (table("first", false), table("second", false));
    let long = "å".repeat(32_768);
    for format in ALL {
        let refused =
            |told: std::io::Result<()>| assert_eq!(told.unwrap_err().kind(), ErrorKind::InvalidInput);
        let mut file = File::begin(format, &about(Locale::En), &[Part::Table(&one)]).unwrap();
        refused(file.row(&row()));
        refused(file.table(&two));
        file.table(&one).unwrap();
        refused(file.table(&one));
        refused(file.row(&row()[1..]));
        let mut wrong = row();
        wrong.swap(0, 4);
        refused(file.row(&wrong));
        wrong = row();
        wrong[4] = Cell::Number(1 << 53);
        refused(file.row(&wrong));
        wrong = row();
        wrong[0] = Cell::Text(long.clone());
        assert_eq!(file.row(&wrong).is_err(), format == Xlsx);

        let begin = |parts: &[Part<'_>]| File::begin(format, &about(Locale::En), parts);
        refused(begin(&[Part::Table(&one)]).unwrap().finish().map(|_| ()));
        refused(begin(&[Part::Table(&one), Part::Table(&one)]).map(|_| ()));
        for key in ["madeAt", "dpv", "value"] {
            refused(begin(&[Part::Table(&table(key, false))]).map(|_| ()));
        }
        assert_eq!(begin(&[Part::Table(&one), Part::Table(&two)]).is_err(), format == Csv);
        // A picture has come to an end when a row follows.
        let drawn = picture("Karta");
        let mut file = begin(&[Part::Table(&one), Part::Picture(&drawn)]).unwrap();
        file.table(&one).unwrap();
        file.picture(&drawn).unwrap();
        refused(file.row(&row()));
    }
}

#[test]
fn a_file_can_go_from_thread_to_thread() {
    const fn is_send<T: Send>() {}
    is_send::<File>();
}

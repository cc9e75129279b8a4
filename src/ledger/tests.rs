//! What stands in the file, after whatever has happened to it.

use super::{Intent, Ledger, Malformed};
use chrono::{DateTime, Utc};
use entity::{
    enums::{CustomerStatus, LookupKind},
    ids::CustomerId,
};
use std::{
    fs::{OpenOptions, read_to_string},
    io::Write,
    os::unix::fs::PermissionsExt,
    sync::Arc,
};
use tempfile::TempDir;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn intent(number: u128) -> Intent {
    Intent {
        entry: Uuid::from_u128(number),
        at: now(),
        customer: CustomerId(Uuid::from_u128(number + 1_000)),
        becomes: CustomerStatus::Erased,
        plan: Some("ab".repeat(32)),
        lookups: [(LookupKind::Email, "cd".repeat(32))].into(),
    }
}

fn ledger() -> (TempDir, Ledger) {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(folder.path().join("ledger.jsonl"));
    (folder, ledger)
}

fn add_raw(ledger: &Ledger, text: &str) {
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(ledger.path())
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
}

/// Those done, those left open, and the lines that broke off.
fn all(ledger: &Ledger) -> (Vec<u128>, Vec<u128>, Vec<u64>) {
    let mut entries = ledger.entries().unwrap().unwrap();
    let mut done = Vec::new();
    loop {
        let some = entries.done(2).unwrap();
        if some.is_empty() {
            break;
        }
        assert!(some.len() <= 2);
        done.extend(some.iter().map(|one| one.entry.as_u128()));
    }
    let left = entries.left();
    (done, left.open.iter().map(|one| one.entry.as_u128()).collect(), left.torn)
}

#[test]
fn what_is_intended_waits_until_it_is_done() {
    let (_folder, ledger) = ledger();
    assert!(ledger.entries().unwrap().is_none());
    assert_eq!(ledger.unfinished().unwrap(), []);
    ledger.intend(&[intent(1), intent(2), intent(3), intent(4)], now()).unwrap();
    let mode = ledger.path().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(ledger.unfinished().unwrap().len(), 4);
    ledger.done(&[1, 3, 4].map(Uuid::from_u128), now()).unwrap();
    // Said twice, and of nobody: no harm.
    ledger.done(&[3, 9].map(Uuid::from_u128), now()).unwrap();
    assert_eq!(all(&ledger), (vec![1, 3, 4], vec![2], vec![]));
    assert_eq!(ledger.unfinished().unwrap(), [intent(2)]);
    let text = read_to_string(ledger.path()).unwrap();
    let first = format!(
        r#"{{"format":1,"step":"INTENT","entry":"{}","at":"2026-03-02T09:00:00Z","customer":"{}","as":"ERASED","plan":"{}","lookups":{{"EMAIL":"{}"}}}}"#,
        Uuid::from_u128(1),
        Uuid::from_u128(1_001),
        "ab".repeat(32),
        "cd".repeat(32)
    );
    assert_eq!(text.lines().next().unwrap(), first);
    assert!(text.lines().all(|line| line.len() < 1_024));
}

#[test]
fn a_line_that_broke_off_is_told_and_harms_nothing() {
    let (_folder, ledger) = ledger();
    ledger.intend(&[intent(1)], now()).unwrap();
    add_raw(&ledger, r#"{"format":1,"step":"INT"#);
    assert_eq!(all(&ledger), (vec![], vec![1], vec![2]));
    assert_eq!(ledger.unfinished().unwrap().len(), 1);
    ledger.done(&[Uuid::from_u128(1)], now()).unwrap();
    assert_eq!(all(&ledger), (vec![1], vec![], vec![2]));
    assert_eq!(ledger.unfinished().unwrap(), []);
    // One that only lacks its end says what it says.
    add_raw(
        &ledger,
        &String::from_utf8(super::line::written(super::line::Said::Intent(intent(5))).unwrap()).unwrap(),
    );
    let length = ledger.path().metadata().unwrap().len();
    OpenOptions::new().write(true).open(ledger.path()).unwrap().set_len(length - 1).unwrap();
    assert_eq!(all(&ledger), (vec![1], vec![5], vec![2]));
    ledger.done(&[Uuid::from_u128(5)], now()).unwrap();
    assert_eq!(all(&ledger), (vec![1, 5], vec![], vec![2]));
}

#[test]
fn any_other_line_that_cannot_be_read_stops_with_its_number() {
    for wrong in ["nonsense\n", "{\"format\":2,\"step\":\"DONE\"}\n", "\n"] {
        let (_folder, ledger) = ledger();
        ledger.intend(&[intent(1)], now()).unwrap();
        add_raw(&ledger, wrong);
        let stopped = |ledger: &Ledger| {
            let error = ledger.entries().unwrap().unwrap().done(9).unwrap_err();
            error.into_inner().unwrap().downcast::<Malformed>().unwrap()
        };
        assert_eq!(*stopped(&ledger), Malformed(2), "{wrong}");
        ledger.done(&[Uuid::from_u128(1)], now()).unwrap();
        assert_eq!(*stopped(&ledger), Malformed(2), "{wrong}");
        assert!(ledger.unfinished().is_err());
    }
}

#[test]
fn many_who_add_at_once_add_whole_lines() {
    let (_folder, ledger) = ledger();
    let ledger = Arc::new(ledger);
    let add = |begin: u128| {
        let own = Ledger::new(ledger.path().to_owned());
        move || {
            for number in begin..begin + 25 {
                own.intend(&[intent(number)], now()).unwrap();
                own.done(&[Uuid::from_u128(number)], now()).unwrap();
            }
        }
    };
    let threads = (0..4).map(|at| std::thread::spawn(add(at * 25))).collect::<Vec<_>>();
    for thread in threads {
        thread.join().unwrap();
    }
    let (done, open, torn) = all(&ledger);
    assert_eq!((done.len(), open.len(), torn.len()), (100, 0, 0));
}

#[test]
fn where_nothing_can_be_written_that_is_an_error() {
    let (folder, _) = ledger();
    for path in [folder.path().to_owned(), folder.path().join("none/ledger.jsonl")] {
        Ledger::new(path).intend(&[intent(1)], now()).unwrap_err();
    }
}

#[test]
fn another_file_in_its_place_is_read_from_its_beginning() {
    let (_folder, ledger) = ledger();
    ledger.intend(&[intent(1), intent(2)], now()).unwrap();
    assert_eq!(ledger.unfinished().unwrap().len(), 2);
    std::fs::remove_file(ledger.path()).unwrap();
    ledger.intend(&[intent(7)], now()).unwrap();
    assert_eq!(ledger.unfinished().unwrap(), [intent(7)]);
}

//! The file outlasts whoever is broken off while adding to it.

use super::{Checkpoints, Line, Signed};
use std::{fs, io::Write};

fn signed(size: u64) -> Signed {
    Signed {
        origin: "log.example".to_owned(),
        size,
        note: format!("log.example\n{size}\nroot\n\n— log.example signature\n"),
    }
}

#[test]
fn lines_are_added_once_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = Checkpoints::new(folder.path().join("checkpoints.jsonl"));
    assert_eq!(file.newest("log.example").unwrap(), None);
    file.add(&[signed(3), signed(7)]).unwrap();
    file.add(&[signed(3), signed(7), signed(9)]).unwrap();
    assert_eq!(file.newest("log.example").unwrap(), Some(signed(9)));
    // Another log begins anew.
    let other = Signed { origin: "other.example".to_owned(), ..signed(4) };
    assert_eq!(file.newest("other.example").unwrap(), None);
    file.add(std::slice::from_ref(&other)).unwrap();
    assert_eq!(file.newest("other.example").unwrap(), Some(other));
    assert_eq!(file.all().unwrap()[..3], [3, 7, 9].map(|size| Line::Whole(signed(size))));
    // And the first is found behind all that another has written.
    let others = (5..1_000).map(|size| Signed { origin: "other.example".to_owned(), ..signed(size) });
    file.add(&others.collect::<Vec<_>>()).unwrap();
    assert!(fs::metadata(file.path()).unwrap().len() > 70_000);
    assert_eq!(file.newest("log.example").unwrap(), Some(signed(9)));
    assert_eq!(file.newest("third.example").unwrap(), None);
}

#[test]
fn a_torn_line_is_none_and_the_next_stands_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let file = Checkpoints::new(folder.path().join("checkpoints.jsonl"));
    file.add(&[signed(3)]).unwrap();
    let mut torn = fs::OpenOptions::new().append(true).open(file.path()).unwrap();
    torn.write_all(b"{\"size\":4,\"no").unwrap();
    assert_eq!(file.newest("log.example").unwrap(), Some(signed(3)));
    // Who reads on begins with the torn one again.
    let from = |from| {
        let mut lines = Vec::new();
        let end = file.each(from, |line| lines.push(line)).unwrap();
        (lines, end)
    };
    let (lines, end) = from(0);
    assert_eq!(lines, [Line::Whole(signed(3)), Line::BrokenOff]);
    file.add(&[signed(4)]).unwrap();
    let all = [Line::Whole(signed(3)), Line::BrokenOff, Line::Whole(signed(4))];
    assert_eq!(file.all().unwrap(), all);
    let (lines, end) = from(end);
    assert_eq!((&lines[..], end), (&all[1..], fs::metadata(file.path()).unwrap().len()));
    // One that somebody has changed is no part of one.
    let text = fs::read_to_string(file.path()).unwrap();
    fs::write(file.path(), text.replace("\"size\":3", "\"size\":x")).unwrap();
    assert_eq!(file.all().unwrap()[0], Line::Damaged);
    assert_eq!(from(end), (Vec::new(), end));
}

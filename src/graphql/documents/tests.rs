use std::time::{Duration, Instant};

use super::*;

fn why(text: &str) -> &'static str {
    Documents::new().get_or_parse(text).unwrap_err().code()
}

#[test]
fn the_same_text_is_parsed_once() {
    let documents = Documents::new();
    let first = documents.get_or_parse("{ a }").unwrap();
    assert!(Arc::ptr_eq(&first, &documents.get_or_parse("{ a }").unwrap()));
    assert!(!Arc::ptr_eq(&first, &documents.get_or_parse("{ a  }").unwrap()));
    assert_eq!(documents.len(), 2);
}

#[test]
fn what_is_used_stays_and_the_rest_goes() {
    let documents = Documents::new();
    let kept = documents.get_or_parse("{ kept }").unwrap();
    for n in 0..3 * MAX_REMEMBERED {
        documents.get_or_parse(&format!("{{ a{n} }}")).unwrap();
        if n % 100 == 0 {
            assert!(Arc::ptr_eq(&kept, &documents.get_or_parse("{ kept }").unwrap()));
        }
        assert!(documents.len() <= MAX_REMEMBERED);
    }
}

#[test]
fn memory_is_bounded_by_text_as_well_as_by_number() {
    let documents = Documents::new();
    for n in 0..400 {
        documents.get_or_parse(&format!("{{ a{n} }} #{}", "x".repeat(15_000))).unwrap();
    }
    assert!(documents.len() <= MAX_REMEMBERED_TEXT / 15_000, "{}", documents.len());
}

#[test]
fn failures_and_long_documents_are_not_remembered() {
    let documents = Documents::new();
    assert_eq!(documents.get_or_parse("{").unwrap_err().code(), "GRAPHQL_PARSE_FAILED");
    documents.get_or_parse(&format!("{{ a }} #{}", "x".repeat(MAX_REMEMBERED_BYTES))).unwrap();
    assert!(documents.is_empty());
}

#[test]
fn long_documents_are_not_parsed() {
    assert_eq!(why(&format!("{{ a }} #{}", "x".repeat(MAX_BYTES))), "QUERY_TOO_COMPLEX");
}

/// G8: nesting of every sort, as much of it as fits, on a thread with the stack of a worker.
#[test]
fn g8_nesting_never_overflows_the_stack() {
    let nests = [
        "{a",
        "{...",
        "{a(b:[",
        "{a(b:{c:",
        "query($v:[",
        "{a(b:[\"x\"{c:[",
        "{a(b:\"\"\"\" \"\"\"[[",
        "[",
        "(",
        "{a@b(c:[",
    ];
    for nest in nests {
        let whole = nest.repeat(MAX_BYTES / nest.len());
        let inner = nest.chars().last().unwrap().to_string().repeat(MAX_BYTES - nest.len());
        for text in [whole, format!("{nest}{inner}")] {
            let code = std::thread::Builder::new()
                .stack_size(2 * 1024 * 1024)
                .spawn(move || {
                    let start = Instant::now();
                    let code = why(&text);
                    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
                    code
                })
                .unwrap()
                .join()
                .unwrap();
            assert!(["QUERY_TOO_COMPLEX", "GRAPHQL_PARSE_FAILED"].contains(&code), "{nest}: {code}");
        }
    }
}

/// As deep as the scan allows, the parser still has stack to spare.
#[test]
fn the_deepest_allowed_nesting_parses() {
    let list = |n: usize| format!("{{ a(b: {}{}) }}", "[".repeat(n), "]".repeat(n));
    let parsed = std::thread::Builder::new()
        .stack_size(512 * 1024)
        .spawn(move || Documents::new().get_or_parse(&list(MAX_BRACKETS - 2)).map(|_| ()));
    parsed.unwrap().join().unwrap().unwrap();
    assert_eq!(why(&format!("{{ a(b: {}{}) }}", "[".repeat(99), "]".repeat(99))), "QUERY_TOO_COMPLEX");
}

#[test]
fn brackets_in_strings_and_comments_do_not_nest() {
    let many = "[".repeat(200);
    for text in [
        format!("{{ a(b: \"{many}\\\"{many}\") }}"),
        format!("{{ a(b: \"\"\"{many}\\\"\"\"{many}\"\"\") }}"),
        format!("{{ a # {many}\n }}"),
        format!("{{ a(b: \"\", c: \"#\", d: \"{many}\") }}"),
    ] {
        assert!(Documents::new().get_or_parse(&text).is_ok(), "{text}");
    }
}

/// The parser would read `"""` without an end as an empty string followed by another, and what follows as brackets.
#[test]
fn an_open_block_string_hides_nothing() {
    let text = format!("{{ a(b: [\"\"\" \"{}", "[".repeat(20_000));
    assert_eq!(why(&text), "GRAPHQL_PARSE_FAILED");
    assert!(matches!(check_brackets(&text), Err(ParseFailed::OpenString)));
}

#[test]
fn an_open_string_ends_with_its_line() {
    let text = format!("{{ a(b: \"x\n{}", "[".repeat(200));
    assert!(matches!(check_brackets(&text), Err(ParseFailed::TooComplex(TooComplex::Brackets))));
}

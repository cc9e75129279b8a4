//! `schema.graphql` is what the program answers by: whoever reviews a change sees what it does to the API.

use std::path::Path;

#[test]
fn the_schema_file_is_the_schema() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    // Not `assert_eq`: its message would be two whole schemas. The file ends its last line.
    assert!(
        written == kartotek::graphql::sdl(),
        "schema.graphql is not the schema: run `cargo run -- schema > schema.graphql` and look at the difference"
    );
}

/// What is planned is no part of what is described: a client would look for it.
#[test]
fn the_schema_speaks_of_nothing_that_is_not_there() {
    let schema = kartotek::graphql::sdl().to_lowercase();
    let words = schema
        .split(|c: char| !c.is_ascii_alphabetic() && c != '_')
        .collect::<std::collections::BTreeSet<_>>();
    for word in ["reports", "worker"] {
        assert!(!words.contains(word), "the schema speaks of {word}");
    }
}

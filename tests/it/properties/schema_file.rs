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

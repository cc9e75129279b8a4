//! The schema as text.

/// What is committed is what clients get: `kartotek schema > schema.graphql` after a change.
#[test]
fn the_committed_schema_is_the_programs_own() {
    assert!(
        include_str!("../../../schema.graphql") == crate::graphql::sdl(),
        "run kartotek schema > schema.graphql"
    );
}

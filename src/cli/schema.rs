//! `kartotek schema`: prints the GraphQL schema.

use super::{failure::Failure, output};

pub(super) fn run() -> Result<(), Failure> {
    Ok(output::data(&crate::graphql::sdl())?)
}

//! `kartotek report`: a report as a file, made by a server.

mod asked;
mod questions;
mod run;
mod save;

pub(super) use run::run;

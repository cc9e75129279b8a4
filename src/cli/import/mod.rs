//! `kartotek import`: brings in what a company already has.

mod args;
mod direct;
mod file;
mod run;
mod sink;
mod summary;

pub use args::ImportArgs;
pub(super) use run::run;

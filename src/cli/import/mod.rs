//! `kartotek import`: brings in what a company already has.

mod direct;
mod file;
mod run;
mod sink;
mod summary;

pub(super) use run::run;

//! `kartotek import`: brings in what a company already has.

mod direct;
mod file;
mod left_out;
mod reference_data;
mod remote;
mod run;
mod sink;
mod summary;
mod survey;

pub(super) use run::run;

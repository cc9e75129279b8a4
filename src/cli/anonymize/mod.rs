//! `kartotek anonymize`: many customers, by way of a server that runs. It asks, follows, and says what came of it; all that is
//! decided is decided there.

mod ask;
mod follow;
mod job;
mod plan_file;
mod references;
mod run;
mod show;
mod tell;

pub(super) use run::run;

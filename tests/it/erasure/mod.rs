//! Customers go: at once here, by tasks everywhere else, and not before the ledger says so.

mod canary;
mod crash_points;
mod forgotten;
mod kept;
mod known_by;
mod replay;
mod returning;
mod rules;

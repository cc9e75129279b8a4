//! `kartotek audit`: what keeps the audit log provable, hands it over, and looks whether it is what was signed.

mod detach;
mod export;
mod key;
mod saved;
mod verify;

pub(super) use detach::detach;
pub(super) use export::{export, prove};
pub(super) use key::key;
pub(super) use verify::verify;

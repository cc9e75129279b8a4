//! Whom the demo's program can reach: two in-house databases and a third party with a privacy API, so that what is to go can
//! be seen to go. Nothing here is part of a server that is no demo.

mod file;
mod in_house;
mod peers;
mod record;
mod request;
mod third_party;

pub use peers::{NoPeers, Peers};

//! The API as clients meet it: what they may send, and what they get.

mod acknowledged;
mod another_server;
mod at_once;
mod bad_input;
mod describe;
mod disposal;
mod documents;
mod edges;
mod findings;
mod lists;
mod masks;

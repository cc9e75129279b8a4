//! The API as clients meet it: what they may send, and what they get.

mod bad_input;
mod edges;
mod lists;

//! Mail servers on real sockets: what they get, and how they fail.

mod failing;
mod sending;
mod sink;

//! Third parties on real sockets, and the ways in which they fail, cheat, or turn out to be somewhere else.

mod asked;
mod bounds;
mod failing;
mod proven;
mod server;

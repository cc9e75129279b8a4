//! The schema history: up, down, and by several at once; and a database that there is not.

mod at_once;
mod round_trip;
mod unreachable;

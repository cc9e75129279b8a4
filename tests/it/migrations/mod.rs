//! The schema history: up, down, and by several at once.

mod at_once;
mod round_trip;

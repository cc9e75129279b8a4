//! The schema history: up, down, and by several at once; and a database that there is not, or that does not fit.

mod at_once;
mod round_trip;
mod unfit;
mod unreachable;

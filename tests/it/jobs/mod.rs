//! P17: bulk work is planned, looked at, and carried out some customers at a time.

mod asking;
mod carrying_out;
mod followed;
mod small_groups;

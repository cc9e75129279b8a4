//! The map is compared with what systems themselves hold.

mod broken_off;
mod compared;
mod known_by;
mod many;
mod random;
pub mod target;
mod who_may;

//! What workers do side by side, and when they die.

mod callbacks;
mod crash_points;
mod killed;
mod known_by;
mod leases;
mod letters;

//! `kartotek import` as a process: by way of a server, and into the database at hand.

mod broken_off;
mod brought_in;
mod documented;
mod in_pieces;
mod left_out;
mod reference_data;
mod refused;
mod rejects;
mod terminal;

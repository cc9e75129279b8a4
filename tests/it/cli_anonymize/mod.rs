//! `kartotek anonymize`, as those use it who write scripts.

mod broken_off;
mod carried_out;
mod planned;
mod refused;
mod terminal;

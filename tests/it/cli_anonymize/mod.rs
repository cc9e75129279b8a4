//! `kartotek anonymize`, as those use it who write scripts.

mod broken_off;
mod carried_out;
mod killed;
mod planned;
mod refused;
mod terminal;

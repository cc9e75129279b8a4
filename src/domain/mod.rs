//! What the company promised: a folder for each noun, a file for each verb.

pub mod catalog;
pub mod change;
pub mod checks;
pub mod period;

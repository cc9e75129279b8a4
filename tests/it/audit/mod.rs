//! P16: the audit log can be proven. What is signed about it, and what that shows.

mod detaching;
mod exporting;
mod killed;
mod months;
mod outage;
mod pushing;
mod sealing;
mod tampering;
mod verifying;
mod watching;

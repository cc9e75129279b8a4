//! The program itself is killed at each step of its work, and started again.

mod check;
mod company;
mod kill;
mod rounds;

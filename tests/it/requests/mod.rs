//! P6: ask us, and we remove your data. What is asked for, by when it is answered, and what is done.

mod access;
mod clock;
mod erase;
mod lists;
mod object;
mod rectify;
mod reply;
mod restrict;
mod shared;

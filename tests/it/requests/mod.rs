//! P6: ask us, and we remove your data. What is asked for, by when it is answered, and what is done.

mod clock;
mod erase;
mod lists;
mod reply;

//! The connector to a company's own databases, on the engines that are here.

mod anonymize;
mod check;
mod erase;
mod in_the_way;
mod read;
mod world;

//! How things look on paper and on screen. What is to be shown comes from the domain; nothing here reads anything.

mod file;
mod mermaid;
mod svg;

pub use file::File;
pub use mermaid::mermaid;
pub use svg::svg;

//! Where a report's content goes.

use super::content::{Cell, Table, Text};
use crate::domain::picture::Picture;
use std::io;

/// A file in the making: whatever it is to look like.
///
/// Its parts come in the order in which they were told of when it was begun.
pub trait Sink: Sized + Send + Sync {
    /// Begins a table, and ends the one before it.
    ///
    /// # Errors
    /// What the format cannot hold, as `InvalidInput` and in words for whoever asked; so for every verb.
    fn table(&mut self, table: &Table) -> io::Result<()>;

    /// A row of the table that was begun last, with a cell for each of its columns.
    fn row(&mut self, cells: &[Cell]) -> io::Result<()>;

    /// A text that stands by itself.
    fn text(&mut self, text: &Text) -> io::Result<()>;

    /// A picture, where the format has any.
    fn picture(&mut self, picture: &Picture) -> io::Result<()>;

    /// What is written so far and was not taken yet.
    fn take(&mut self) -> Vec<u8>;

    /// Ends it.
    fn finish(self) -> io::Result<Finished>;
}

/// The end of a file, and what it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// What was not taken yet.
    pub rest: Vec<u8>,
    /// Of what it says, whatever the format, in hex.
    pub content_sha256: String,
    /// Of all its tables.
    pub rows: u64,
    /// What its columns are, where the format itself cannot say that.
    pub metadata: Option<serde_json::Value>,
}

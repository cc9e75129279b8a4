//! Rows of reference data: all of a file at once, as they become one document.

use super::{
    columns::Kind,
    rejects::Rejected,
    source::{Source, Unreadable},
    table::{Record, Table},
};
use crate::domain::catalog_document::{Row, RowKind};

/// The most rows of a file.
const MOST: usize = 20_000;

/// Reads all rows of a file, and says of which of them something cannot be taken as it is.
///
/// # Errors
/// When the file cannot be read, or has more rows than any company has.
pub fn reference_data(source: &Source, kind: RowKind) -> Result<(Vec<Row>, Vec<Rejected>), Unreadable> {
    let mut table = Table::open(source)?;
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    while let Some(Record { line, cells, .. }) = table.next()? {
        if rows.len() == MOST {
            return Err(Unreadable::TooMany { most: MOST });
        }
        match cells {
            Ok(mut cells) => {
                let columns = Kind::ReferenceData(kind).columns().iter();
                let fields = columns.filter_map(|it| Some((it.name.to_owned(), cells.take(it.name)?)));
                rows.push(Row { number: line, fields: fields.collect() });
            }
            Err(one) => {
                let column = one.column.map(str::to_owned);
                wrong.push(Rejected { line, column, reason: one.reason });
            }
        }
    }
    Ok((rows, wrong))
}

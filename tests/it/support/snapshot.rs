//! Golden files. Those that say what somebody may do are accepted by hand, after reading them.

/// Compares a text with the golden file of this name.
macro_rules! golden {
    ($name:literal, $text:expr) => {
        insta::with_settings!(
            {
                snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots"),
                prepend_module_to_snapshot => false,
                omit_expression => true,
            },
            { insta::assert_snapshot!($name, $text) }
        )
    };
}
pub(crate) use golden;

/// A table for people to read: columns as wide as their widest cell.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let all =
        || std::iter::once(head.iter().map(|cell| (*cell).to_owned()).collect()).chain(rows.iter().cloned());
    let width = |column: usize| all().map(|row: Vec<String>| row[column].chars().count()).max().unwrap();
    let widths = (0..head.len()).map(width).collect::<Vec<_>>();
    let line = |row: Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join(" | ").trim_end().to_owned()
    };
    all().map(line).collect::<Vec<_>>().join("\n")
}

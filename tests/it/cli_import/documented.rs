//! The manual lists the columns that there are.

use kartotek::rows::Kind;
use std::fmt::Write;

/// The tables of the manual.
fn tables() -> String {
    let mut text = String::new();
    for kind in Kind::ALL {
        let _ =
            write!(text, "**`{}`**\n\n| Column | Also called | What it says |\n|---|---|---|\n", kind.word());
        for column in kind.columns() {
            let needed = if column.required { " (needed)" } else { "" };
            let also = column.aliases.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
            let help = column.help.trim_end_matches('.');
            let _ = writeln!(text, "| `{}`{needed} | {also} | {help} |", column.name);
        }
        text.push('\n');
    }
    text
}

#[test]
fn the_manual_s_columns_are_those_that_there_are() {
    let manual = std::fs::read_to_string("docs/operations.md").unwrap();
    let (_, rest) = manual.split_once("<!-- columns -->\n\n").unwrap();
    let (listed, _) = rest.split_once("### ").unwrap();
    assert_eq!(listed, tables());
}

//! A picture as text in the language of Mermaid, to be drawn and changed elsewhere.

use crate::domain::picture::{Node, Picture};
use std::fmt::Write;

/// A flowchart from left to right. What is wrong has a dotted line, a box with two edges, and its words.
#[must_use]
pub fn mermaid(picture: &Picture) -> String {
    let mut text = format!("---\ntitle: {}\n---\nflowchart LR\n", quoted(&picture.title));
    for (at, one) in picture.nodes.iter().enumerate() {
        let (open, close) = if one.warnings.is_empty() { ("[", "]") } else { ("[[", "]]") };
        let _ = writeln!(text, "    b{at}{open}{}{close}", quoted(&label(one)));
    }
    for line in &picture.lines {
        let arrow = if line.is_wrong { "-.->" } else { "-->" };
        let _ = writeln!(text, "    b{} {arrow}|{}| b{}", line.from, line.weight, line.to);
    }
    text
}

fn label(one: &Node) -> String {
    let warnings = one.warnings.iter().map(|warning| format!("⚠ {warning}"));
    let parts = std::iter::once(one.name.clone()).chain(one.detail.clone()).chain(warnings);
    parts.collect::<Vec<_>>().join("\n")
}

/// Between quotation marks nothing has a meaning, once those and the marks of HTML are written as entities, as Mermaid reads them.
fn quoted(text: &str) -> String {
    let mut said = String::from("\"");
    for letter in text.chars() {
        match letter {
            '\n' => said.push_str("<br>"),
            '"' | '<' | '>' | '&' | '#' | '`' | '\\' => {
                let _ = write!(said, "#{};", u32::from(letter));
            }
            letter if letter.is_control() => said.push(' '),
            letter => said.push(letter),
        }
    }
    said.push('"');
    said
}

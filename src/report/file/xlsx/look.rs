//! How sheets look, and what they are called.

use crate::domain::report::ColumnKind;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};
use std::collections::HashSet;

/// Of a sheet's name.
const LONGEST: usize = 31;

pub(super) struct Look {
    pub title: Format,
    pub name: Format,
    pub header: Format,
    pub text: Format,
    number: Format,
    /// A number among texts.
    pub counted: Format,
    pub moment: Format,
    day: Format,
    flag: Format,
}

impl Default for Look {
    fn default() -> Self {
        let top = Format::new().set_align(FormatAlign::Top);
        let left = top.clone().set_align(FormatAlign::Left);
        let header = left.clone().set_bold().set_text_wrap().set_border_bottom(FormatBorder::Thin);
        Self {
            title: left.clone().set_bold().set_font_size(14).set_text_wrap(),
            name: left.clone().set_bold().set_text_wrap(),
            header: header.set_background_color(Color::RGB(0x00E4_EBF2)),
            text: top.clone().set_text_wrap(),
            number: top.clone().set_num_format("0"),
            counted: left.clone().set_num_format("0"),
            moment: left.clone().set_num_format("yyyy-mm-dd hh:mm:ss"),
            day: left.clone().set_num_format("yyyy-mm-dd"),
            flag: left,
        }
    }
}

impl Look {
    /// How a column of this kind looks below its header.
    pub(super) const fn of(&self, kind: ColumnKind) -> &Format {
        match kind {
            ColumnKind::Text | ColumnKind::List => &self.text,
            ColumnKind::Number => &self.number,
            ColumnKind::Moment => &self.moment,
            ColumnKind::Day => &self.day,
            ColumnKind::Flag => &self.flag,
        }
    }
}

/// What the sheets of a workbook are called so far, in small letters: they differ in more than those.
#[derive(Default)]
pub(super) struct SheetNames(HashSet<String>);

impl SheetNames {
    /// A name that spreadsheets take, as near to the title as can be.
    pub(super) fn new_name(&mut self, title: &str) -> String {
        let replaced = title.chars().map(|letter| match letter {
            '[' | ']' | ':' | '*' | '?' | '/' | '\\' => '-',
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => ' ',
            letter => letter,
        });
        let replaced = replaced.collect::<String>();
        let plain = replaced.trim_matches(|letter: char| letter == '\'' || letter.is_whitespace());
        // This one is the spreadsheets' own.
        let plain = if plain.is_empty() || plain.eq_ignore_ascii_case("history") { "-" } else { plain };
        for number in 1_usize.. {
            let end = if number == 1 { String::new() } else { format!(" ({number})") };
            let name = format!("{}{end}", shortened(plain, LONGEST - end.len()));
            if self.0.insert(name.to_lowercase()) {
                return name;
            }
        }
        plain.to_owned()
    }
}

/// As much of it as fits, where letters count as in UTF-16.
fn shortened(text: &str, most: usize) -> &str {
    let mut length = 0;
    let end = text.char_indices().find(|(_, letter)| {
        length += letter.len_utf16();
        length > most
    });
    let fits = end.and_then(|(at, _)| text.get(..at)).unwrap_or(text);
    fits.trim_end_matches(['\'', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_xlsxwriter::Workbook;

    proptest! {
        #[test]
        fn spreadsheets_take_every_name(titles in prop::collection::vec("['a-cA-C:/ 😀\u{1}]{0,34}|history", 1..6)) {
            let (mut names, mut workbook) = (SheetNames::default(), Workbook::new());
            for title in &titles {
                workbook.add_worksheet().set_name(names.new_name(title)).unwrap();
            }
            workbook.save_to_buffer().unwrap();
        }
    }
}

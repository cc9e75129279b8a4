//! A report as a page that needs nothing else to be read and printed: no script, no style, no font and no picture from elsewhere.

use super::{
    Form, Part, Totals,
    content::moment,
    words::{self, Words, readable},
};
use crate::{
    domain::{
        period::time_of,
        picture::Picture,
        report::{About, Cell, Column, ColumnKind, Table, Text},
    },
    report::svg,
};
use chrono::{DateTime, Utc};
use entity::enums::Locale;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;
use std::{fmt::Write, io};

const STYLE: &str = include_str!("html.css");

/// Nothing of it runs and nothing is asked for, whatever is in it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// In letters.
const LONGEST_WORD: usize = 20;

/// A table of more columns than these may break every word on paper, rather than lose a column.
const MANY: usize = 10;

pub(super) struct Html {
    text: String,
    about: About,
    words: &'static Words,
    /// How many parts, tables and pictures there are so far.
    parts: usize,
    tables: usize,
    pictures: usize,
    /// The columns and rows of the table in hand.
    table: Option<(usize, u64)>,
}

impl Html {
    pub(super) fn begin(about: &About, parts: &[Part<'_>]) -> Self {
        let words = Words::of(about.locale);
        let about = about.clone();
        let mut html =
            Self { text: String::new(), about, words, parts: 0, tables: 0, pictures: 0, table: None };
        html.write_head(parts);
        html
    }

    fn push(&mut self, markup: Markup) {
        self.text.push_str(&markup.into_string());
    }

    fn write_head(&mut self, parts: &[Part<'_>]) {
        let (about, words) = (&self.about, self.words);
        let head = html! {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="author" content=(readable(&about.made_by));
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (readable(&about.title)) @if let Some(company) = &about.company { " – " (readable(company)) } }
                style { (PreEscaped(STYLE)) (PreEscaped(on_every_page(about))) }
            }
        };
        let header = html! {
            header {
                @if let Some(company) = &about.company { p.company { (readable(company)) } }
                h1 { (readable(&about.title)) }
                dl.about { (self.about_lines()) }
            }
            @if parts.len() > 1 {
                nav aria-labelledby="contents" {
                    h2 #contents { (words.contents) }
                    ol { @for (at, part) in (1..).zip(parts) {
                        li { a href=(format!("#part-{at}")) { (readable(title(part, about.locale))) } }
                    } }
                }
            }
        };
        let start = format!("{}\n<html lang=\"{}\">\n", DOCTYPE.into_string(), words.language);
        self.text.push_str(&start);
        self.push(head);
        self.text.push_str("\n<body>\n");
        self.push(header);
        self.text.push_str("\n<main>\n");
    }

    fn about_lines(&self) -> Markup {
        let (about, words) = (&self.about, self.words);
        html! {
            (line(words.made_by, &html! { (readable(&about.made_by)) }))
            (line(words.made_at, &html! { (time(about.made_at, about)) " (" (zone(about)) ")" }))
            @if let Some(purpose) = &about.purpose { (line(words.purpose, &html! { (readable(purpose)) })) }
            @if about.filter.is_empty() {
                (line(words.filter, &html! { (words.everything) }))
            } @else {
                (line(words.filter, &html! {
                    ul { @for (name, value) in &about.filter { li { (readable(name)) ": " (readable(value)) } } }
                }))
            }
        }
    }

    /// Begins a section, which is where the contents lead to.
    fn begin_part(&mut self, title: &str) {
        self.end_table();
        self.parts += 1;
        let heading = html! { h2 id=(format!("part-{}", self.parts)) { (readable(title)) } };
        self.text.push_str("<section>\n");
        self.push(heading);
    }

    fn end_part(&mut self) {
        self.text.push_str("\n</section>\n");
    }

    fn end_table(&mut self) {
        let Some((columns, rows)) = self.table.take() else { return };
        if rows == 0 {
            self.push(html! { tr { td.none colspan=(columns) { (self.words.nothing) } } });
        }
        self.text.push_str("</tbody>\n</table>\n</div>\n");
        if rows > 0 {
            self.push(html! { p.rows { (self.count(rows)) } });
        }
        self.end_part();
    }

    fn count(&self, rows: u64) -> String {
        let rows_of_it =
            if rows == 1 { self.words.one_row.to_owned() } else { self.words.rows.to_lowercase() };
        format!("{rows} {rows_of_it}")
    }

    fn cell(&self, cell: &Cell) -> Markup {
        html! {
            @match cell {
                Cell::Nothing => td {},
                Cell::Text(text) => td { (wrapped(text)) },
                Cell::Word(word) => td { (wrapped(&word.label)) },
                Cell::Texts(_) | Cell::Words(_) => td.list {
                    @let texts = words::list(cell, words::label).unwrap_or_default();
                    @if !texts.is_empty() { ul { @for text in texts { li { (wrapped(text)) } } } }
                },
                Cell::Number(number) => td.number { (number) },
                Cell::Moment(at) => td.time { (time(*at, &self.about)) },
                Cell::Day(day) => td.time { time datetime=(words::day(*day)) { (words::day(*day)) } },
                Cell::Flag(is) => td.flag { (self.words.flag(*is)) },
            }
        }
    }
}

impl Form for Html {
    fn table(&mut self, table: &Table) -> io::Result<()> {
        let locale = self.about.locale;
        self.begin_part(table.title(locale));
        self.tables += 1;
        let caption = format!("table-{}", self.tables);
        let head = html! {
            caption id=(caption) { (self.words.table) " " (self.tables) span.unseen { ". " (table.title(locale)) } }
            thead { tr { @for column in &table.columns { (column_head(column, locale)) } } }
        };
        let start = format!(
            "\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{caption}\">\n<table{}>",
            if table.columns.len() > MANY { " class=\"many\"" } else { "" }
        );
        self.text.push_str(&start);
        self.push(head);
        self.text.push_str("\n<tbody>\n");
        self.table = Some((table.columns.len(), 0));
        Ok(())
    }

    fn row(&mut self, cells: &[Cell], _: &str) -> io::Result<()> {
        if let Some((_, rows)) = &mut self.table {
            *rows += 1;
        }
        let row = html! { tr { @for cell in cells { (self.cell(cell)) } } "\n" };
        self.push(row);
        Ok(())
    }

    fn text(&mut self, text: &Text, _: &str) -> io::Result<()> {
        self.begin_part(text.title(self.about.locale));
        self.push(html! { div.text { (readable(&text.body)) } });
        self.end_part();
        Ok(())
    }

    fn picture(&mut self, picture: &Picture) -> io::Result<()> {
        self.begin_part(&picture.title);
        self.pictures += 1;
        let (number, heading) = (self.pictures, format!("part-{}", self.parts));
        let figure = html! {
            figure {
                div.wide tabindex="0" role="region" aria-labelledby=(heading) {
                    (PreEscaped(drawn(picture, number)))
                }
                figcaption { (self.words.picture) " " (number) ". " (self.words.picture_is) }
            }
        };
        self.push(figure);
        self.end_part();
        Ok(())
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.text).into_bytes()
    }

    fn finish(mut self: Box<Self>, totals: &Totals) -> io::Result<(Vec<u8>, Option<Value>)> {
        self.end_table();
        let (about, words) = (&self.about, self.words);
        let end = html! {
            footer {
                dl {
                    (line(words.made_by, &html! { (readable(&about.made_by)) ", " (time(about.made_at, about)) " (" (zone(about)) ")" }))
                    (line(words.rows, &html! { (totals.rows) }))
                    (line(words.id, &html! { code { (readable(&about.id)) } }))
                    (line(words.hash, &html! { code #content-sha256 { (totals.content_sha256) } }))
                }
                p { (words.hash_is) }
            }
        };
        self.text.push_str("</main>\n");
        self.push(end);
        self.text.push_str("\n</body>\n</html>\n");
        Ok((self.text.into_bytes(), None))
    }
}

fn title<'a>(part: &Part<'a>, locale: Locale) -> &'a str {
    match part {
        Part::Table(table) => table.title(locale),
        Part::Text(text) => text.title(locale),
        Part::Picture(picture) => &picture.title,
    }
}

fn line(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

fn column_head(column: &Column, locale: Locale) -> Markup {
    let is_number = column.kind == ColumnKind::Number;
    html! { th class=[is_number.then_some("number")] scope="col" { (column.title(locale)) } }
}

/// For people as a clock shows it where the company is, for programs exactly.
fn time(at: DateTime<Utc>, about: &About) -> Markup {
    html! { time datetime=(moment(at)) { (time_of(at, &about.zone)) } }
}

fn zone(about: &About) -> &str {
    about.zone.iana_name().unwrap_or_default()
}

/// Of two pictures on a page, neither has a name of the other's parts. The drawing begins with these, before any text of others.
fn drawn(picture: &Picture, number: usize) -> String {
    let mut drawn = svg(picture);
    for (one, own) in [
        ("aria-labelledby=\"title desc\"", format!("aria-labelledby=\"title-{number} desc-{number}\"")),
        ("id=\"title\"", format!("id=\"title-{number}\"")),
        ("id=\"desc\"", format!("id=\"desc-{number}\"")),
    ] {
        drawn = drawn.replacen(one, &own, 1);
    }
    drawn
}

/// What stands at the foot of each page on paper.
fn on_every_page(about: &About) -> String {
    let company = about.company.iter().map(String::as_str);
    let told = std::iter::once(about.title.as_str()).chain(company).collect::<Vec<_>>().join(" – ");
    let told = format!("{told} – {}", time_of(about.made_at, &about.zone));
    let mut escaped = String::new();
    for letter in readable(&told).chars() {
        // What may have a meaning in a style or in HTML is given by its number.
        if letter.is_ascii() && !letter.is_ascii_alphanumeric() {
            let _ = write!(escaped, "\\{:x} ", u32::from(letter));
        } else {
            escaped.push(letter);
        }
    }
    format!("@page{{@bottom-left{{content:\"{escaped}\"}}}}")
}

/// A text in a cell. Words that are longer than most may be broken, so that no column is as wide as they are.
fn wrapped(text: &str) -> Markup {
    let (mut parts, mut start, mut length) = (Vec::new(), 0, 0);
    let text = readable(text);
    for (at, letter) in text.char_indices() {
        length = if letter.is_whitespace() { 0 } else { length + 1 };
        if length > LONGEST_WORD {
            parts.extend(text.get(start..at));
            (start, length) = (at, 1);
        }
    }
    html! { @for part in parts { (part) wbr; } (text.get(start..).unwrap_or_default()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_words_may_be_broken() {
        let long = "å".repeat(LONGEST_WORD);
        assert_eq!(wrapped(&format!("{long} a {long}")).into_string(), format!("{long} a {long}"));
        assert_eq!(wrapped(&format!("{long}{long}<")).into_string(), format!("{long}<wbr>{long}<wbr>&lt;"));
    }

    #[test]
    fn no_title_ends_the_style_of_pages() {
        let about = super::super::samples::about(Locale::Sv);
        let style = on_every_page(&about);
        assert!(!style.contains(['<', '\n']) && style.matches('"').count() == 2, "{style}");
    }
}

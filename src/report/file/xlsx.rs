//! A report as a workbook: what it is on the first sheet, then a sheet for each table and text. Rows go through a temporary file.

mod look;

use self::look::{Look, SheetNames};
use super::{
    Form, Part, Totals,
    csv::{SEPARATOR, name},
    words::{self, Words, readable},
    wrong,
};
use crate::domain::{
    picture::Picture,
    report::{About, Cell, Table, Text},
};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use jiff::{Timestamp, tz::TimeZone};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, IgnoreError, Workbook, Worksheet, XlsxError};
use serde_json::Value;
use std::{borrow::Cow, io};

/// Of a sheet, below its header.
const MOST_ROWS: u32 = 1_048_575;

/// Of a cell, in units of UTF-16.
const LONGEST: usize = 32_767;

/// Of a column, in letters.
const WIDTHS: (usize, usize) = (10, 60);

pub(super) struct Xlsx {
    workbook: Workbook,
    about: About,
    look: Look,
    names: SheetNames,
    sheet: Option<Sheet>,
    /// The tables that are written, each with how many rows it has.
    tables: Vec<(String, u32)>,
}

/// The table in hand.
struct Sheet {
    name: String,
    at: usize,
    /// The row that is written last, where the header is 0.
    row: u32,
    /// How wide each column has to be.
    widths: Vec<usize>,
    comes_back: bool,
}

impl Xlsx {
    pub(super) fn begin(about: &About, parts: &[Part<'_>]) -> io::Result<Self> {
        let columns =
            parts.iter().map(|part| if let Part::Table(table) = part { table.columns.len() } else { 0 });
        if columns.max() > Some(16_384) {
            return Err(wrong("A sheet holds at most 16384 columns: choose CSV or JSON."));
        }
        let mut properties = DocProperties::new().set_title(&about.title).set_author(&about.made_by);
        if let Some(company) = &about.company {
            properties = properties.set_company(company);
        }
        if let Some(made_at) = clock(about.made_at, &TimeZone::UTC) {
            properties = properties.set_creation_datetime(&made_at);
        }
        let mut workbook = Workbook::new();
        workbook.set_properties(&properties);
        // It is written at the end: nobody knows the hash before.
        let mut names = SheetNames::default();
        workbook.add_worksheet().set_name(names.new_name(Words::of(about.locale).about)).map_err(broken)?;
        let (look, sheet, tables) = (Look::default(), None, Vec::new());
        Ok(Self { workbook, about: about.clone(), look, names, sheet, tables })
    }

    /// A sheet whose rows do not stay in memory, with its place.
    fn add_sheet(&mut self, title: &str) -> Result<(usize, String), XlsxError> {
        let name = self.names.new_name(title);
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(&name)?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        sheet.set_footer("&L&A&R&P / &N");
        Ok((self.workbook.worksheets().len() - 1, name))
    }

    fn begin_table(&mut self, table: &Table) -> Result<(), XlsxError> {
        let title = if table.comes_back { table.key } else { table.title(self.about.locale) };
        let (at, sheet_name) = self.add_sheet(title)?;
        let sheet = self.workbook.worksheet_from_index(at)?;
        let mut widths = Vec::new();
        for (at, column) in (0..).zip(&table.columns) {
            let title =
                if table.comes_back { name(table, column) } else { column.title(self.about.locale).into() };
            // For all of it at once: to look up the format of each cell takes a third longer.
            sheet.set_column_format(at, self.look.of(column.kind))?;
            sheet.write_string_with_format(0, at, readable(&title), &self.look.header)?;
            // Beside it there is the button of the filter.
            widths.push(width(&title) + 3);
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_repeat_rows(0, 0)?;
        self.sheet = Some(Sheet { name: sheet_name, at, row: 0, widths, comes_back: table.comes_back });
        Ok(())
    }

    fn end_table(&mut self) -> Result<(), XlsxError> {
        let Some(table) = self.sheet.take() else { return Ok(()) };
        let sheet = self.workbook.worksheet_from_index(table.at)?;
        let mut last = None;
        for (at, width) in (0..).zip(&table.widths) {
            let width = u32::try_from((*width).clamp(WIDTHS.0, WIDTHS.1)).unwrap_or_default();
            sheet.set_column_width(at, width)?;
            last = Some(at);
        }
        if let Some(last) = last {
            sheet.autofilter(0, 0, table.row, last)?;
            // A telephone number is a text, and nothing to be warned of.
            sheet.ignore_error_range(0, 0, table.row, last, IgnoreError::NumberStoredAsText)?;
        }
        self.tables.push((table.name, table.row));
        Ok(())
    }

    fn write_text(&mut self, text: &Text) -> io::Result<()> {
        let title = text.title(self.about.locale);
        let (at, _) = self.add_sheet(title).map_err(broken)?;
        let sheet = self.workbook.worksheet_from_index(at).map_err(broken)?;
        sheet.set_column_width(0, 100).map_err(broken)?;
        sheet.set_freeze_panes(1, 0).map_err(broken)?;
        write_string(sheet, 0, 0, title, &self.look.header)?;
        for (row, line) in (1..).zip(text.body.lines()) {
            must_fit(row)?;
            write_string(sheet, row, 0, line, &self.look.text)?;
        }
        Ok(())
    }

    /// The first sheet.
    fn write_about(&mut self, totals: &Totals) -> io::Result<()> {
        let (about, words) = (&self.about, Words::of(self.about.locale));
        let zone = about.zone.iana_name().unwrap_or_default();
        let mut lines = vec![(words.title.to_owned(), about.title.clone())];
        lines.extend(about.company.iter().map(|company| (words.company.to_owned(), company.clone())));
        lines.push((words.made_by.to_owned(), about.made_by.clone()));
        let made_at = lines.len();
        lines.push((words.made_at.to_owned(), String::new()));
        lines.push((words.zone.to_owned(), zone.to_owned()));
        lines.extend(about.purpose.iter().map(|purpose| (words.purpose.to_owned(), purpose.clone())));
        if about.filter.is_empty() {
            lines.push((words.filter.to_owned(), words.everything.to_owned()));
        }
        lines.extend(
            about.filter.iter().map(|(name, value)| (format!("{}: {name}", words.filter), value.clone())),
        );
        lines.push((words.id.to_owned(), about.id.clone()));
        lines.push((words.hash.to_owned(), totals.content_sha256.clone()));
        let sheet = self.workbook.worksheet_from_index(0).map_err(broken)?;
        sheet.set_column_width(0, 32).map_err(broken)?.set_column_width(1, 80).map_err(broken)?;
        sheet.set_paper_size(9).set_print_fit_to_pages(1, 0).set_footer("&L&A&R&P / &N");
        let mut next = 0;
        for (at, (name, value)) in lines.iter().enumerate() {
            write_string(sheet, next, 0, name, &self.look.name)?;
            if at == made_at {
                if let Some(clock) = clock(about.made_at, &about.zone) {
                    sheet.write_datetime_with_format(next, 1, &clock, &self.look.moment).map_err(broken)?;
                }
            } else {
                write_string(
                    sheet,
                    next,
                    1,
                    value,
                    if at == 0 { &self.look.title } else { &self.look.text },
                )?;
            }
            next += 1;
        }
        for (name, rows) in &self.tables {
            write_string(sheet, next, 0, &format!("{}: {name}", words.rows), &self.look.name)?;
            sheet.write_number_with_format(next, 1, *rows, &self.look.counted).map_err(broken)?;
            next += 1;
        }
        write_string(sheet, next + 1, 1, words.hash_is, &self.look.text)
    }
}

impl Form for Xlsx {
    fn table(&mut self, table: &Table) -> io::Result<()> {
        self.end_table().and_then(|()| self.begin_table(table)).map_err(broken)
    }

    fn row(&mut self, cells: &[Cell], _: &str) -> io::Result<()> {
        let Some(table) = &mut self.sheet else { return Err(wrong("There is no table for this row.")) };
        must_fit(table.row + 1)?;
        table.row += 1;
        let sheet = self.workbook.worksheet_from_index(table.at).map_err(broken)?;
        for ((at, cell), widest) in (0..).zip(cells).zip(&mut table.widths) {
            let wide = write_cell(sheet, (table.row, at), cell, table.comes_back, &self.about.zone)?;
            *widest = wide.max(*widest);
        }
        Ok(())
    }

    fn text(&mut self, text: &Text, _: &str) -> io::Result<()> {
        self.end_table().map_err(broken)?;
        self.write_text(text)
    }

    /// A sheet can show no SVG; what a picture shows is in tables as well.
    fn picture(&mut self, _: &Picture) -> io::Result<()> {
        self.end_table().map_err(broken)
    }

    fn take(&mut self) -> Vec<u8> {
        Vec::new()
    }

    fn finish(mut self: Box<Self>, totals: &Totals) -> io::Result<(Vec<u8>, Option<Value>)> {
        self.end_table().map_err(broken)?;
        self.write_about(totals)?;
        Ok((self.workbook.save_to_buffer().map_err(broken)?, None))
    }
}

/// Writes a cell as what it is, and tells how wide it is. It looks as its column does.
fn write_cell(
    sheet: &mut Worksheet,
    (row, at): (u32, u16),
    cell: &Cell,
    comes_back: bool,
    zone: &TimeZone,
) -> io::Result<usize> {
    let part = if comes_back { words::word } else { words::label };
    let text = match cell {
        Cell::Nothing => return Ok(0),
        Cell::Text(text) => Cow::from(text),
        Cell::Word(word) => part(word).into(),
        Cell::Texts(_) | Cell::Words(_) => {
            let separator = if comes_back { SEPARATOR } else { "\n" };
            words::list(cell, part).unwrap_or_default().join(separator).into()
        }
        Cell::Number(number) => {
            #[expect(clippy::cast_precision_loss, reason = "what is too large is refused before")]
            sheet.write_number(row, at, *number as f64).map_err(broken)?;
            return Ok(number.to_string().len());
        }
        // Where spreadsheets have no such year, as text.
        Cell::Moment(moment) => match clock(*moment, zone) {
            Some(clock) => {
                sheet.write_datetime(row, at, &clock).map_err(broken)?;
                return Ok(20);
            }
            None => super::content::moment(*moment).into(),
        },
        Cell::Day(day) => match date(*day) {
            Some(date) => {
                sheet.write_datetime(row, at, &date).map_err(broken)?;
                return Ok(11);
            }
            None => words::day(*day).into(),
        },
        Cell::Flag(is) => {
            sheet.write_boolean(row, at, *is).map_err(broken)?;
            return Ok(6);
        }
    };
    sheet.write_string(row, at, fitting(&text)?).map_err(broken)?;
    Ok(width(&text))
}

/// A text that a cell can hold.
fn fitting(text: &str) -> io::Result<Cow<'_, str>> {
    if text.len() > LONGEST && text.encode_utf16().count() > LONGEST {
        return Err(wrong(format!("A cell holds at most {LONGEST} characters: choose CSV or JSON.")));
    }
    Ok(readable(text))
}

fn write_string(sheet: &mut Worksheet, row: u32, at: u16, text: &str, format: &Format) -> io::Result<()> {
    sheet.write_string_with_format(row, at, fitting(text)?, format).map(|_| ()).map_err(broken)
}

fn must_fit(row: u32) -> io::Result<()> {
    if row > MOST_ROWS {
        return Err(wrong(format!("A sheet holds at most {MOST_ROWS} rows: choose CSV or JSON.")));
    }
    Ok(())
}

/// The longest line, in letters.
fn width(text: &str) -> usize {
    text.lines().map(|line| line.chars().count() + 1).max().unwrap_or_default()
}

/// To the second: that is what a sheet shows, and it would round.
fn clock(moment: DateTime<Utc>, zone: &TimeZone) -> Option<ExcelDateTime> {
    let at = Timestamp::from_second(moment.timestamp()).ok()?.to_zoned(zone.clone()).datetime();
    let year = u16::try_from(at.year()).ok()?;
    let day = ExcelDateTime::from_ymd(year, at.month().unsigned_abs(), at.day().unsigned_abs()).ok()?;
    day.and_hms(at.hour().unsigned_abs().into(), at.minute().unsigned_abs(), at.second()).ok()
}

fn date(day: NaiveDate) -> Option<ExcelDateTime> {
    let (month, date) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
    ExcelDateTime::from_ymd(u16::try_from(day.year()).ok()?, month, date).ok()
}

fn broken(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_has_an_end() {
        must_fit(MOST_ROWS).unwrap();
        let told = must_fit(MOST_ROWS + 1).unwrap_err();
        assert_eq!(told.to_string(), "A sheet holds at most 1048575 rows: choose CSV or JSON.");
    }

    #[test]
    fn clocks_show_what_they_show_where_the_company_is() {
        let zone = TimeZone::get("Europe/Stockholm").unwrap();
        let shown = |moment: &str| clock(moment.parse().unwrap(), &zone).map(|clock| clock.to_excel());
        // Days since the end of 1899, and so much of the next one: an hour and a half, before and after clocks are changed.
        assert_eq!(shown("2026-03-29T00:30:00.999Z"), Some(46110.0625));
        assert_eq!(shown("2026-03-29T01:30:00Z"), Some(46110.0 + 3.5 / 24.0));
        assert_eq!(shown("1850-01-01T00:00:00Z"), None);
    }
}

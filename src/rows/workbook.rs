//! Spreadsheets that people bring: those sheets whose columns say what the rows are, each as a file of its own in a folder that is gone
//! when this is. So what is wrong is told, left out and gone on with as with any other file.

use super::columns::{Kind, is_passed_over};
use calamine::{Data, ExcelDateTime, Reader, Xlsx, open_workbook};
use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// Columns that a sheet may have: no kind has nearly as many.
const MOST_COLUMNS: u32 = 1_000;

/// Bytes of one sheet as a file.
const LARGEST: u64 = 4 << 30;

/// Why a workbook cannot be brought in.
#[derive(Debug, thiserror::Error)]
pub enum BadWorkbook {
    #[error("this is no workbook that can be read: save it as .xlsx, without a password")]
    Unreadable(#[from] calamine::XlsxError),
    #[error("no sheet has columns that say what its rows are; its sheets are {0}")]
    NoTable(String),
    #[error("the sheet {sheet}, row {row}: a cell of it could not be calculated")]
    Uncalculated { sheet: String, row: u32 },
    #[error("the sheet {sheet}, row {row}: there is something beyond the column {MOST_COLUMNS}")]
    TooWide { sheet: String, row: u32 },
    #[error("a sheet of it is larger than any list of rows")]
    TooLarge,
    #[error("its sheets cannot be taken apart")]
    NotWritten(#[from] io::Error),
}

/// A sheet as a file.
#[derive(Debug)]
pub struct Unpacked {
    pub path: PathBuf,
    /// The workbook's path with the sheet's name in it.
    pub name: PathBuf,
    pub kind: Kind,
}

/// What there is in a workbook, as long as this is there.
#[derive(Debug)]
pub struct Workbook {
    pub tables: Vec<Unpacked>,
    /// Sheets that are no table of any kind.
    pub passed_over: Vec<String>,
    /// That nobody else can look into.
    _folder: TempDir,
}

/// Whether a file is a workbook, by its name.
#[must_use]
pub fn is_workbook(path: &Path) -> bool {
    path.extension().is_some_and(|it| it.eq_ignore_ascii_case("xlsx"))
}

impl Workbook {
    /// Looks through the sheets; those of one kind alone, if it is told.
    ///
    /// # Errors
    /// When it is no workbook, has no such sheet, or a sheet is none that could be brought in.
    pub fn unpack(path: &Path, kind: Option<Kind>, ignored: &[String]) -> Result<Self, BadWorkbook> {
        let mut book: Xlsx<BufReader<File>> = open_workbook(path)?;
        let folder = tempfile::tempdir()?;
        let (mut tables, mut passed_over) = (Vec::new(), Vec::new());
        for (at, sheet) in book.sheet_names().into_iter().enumerate() {
            let file = folder.path().join(format!("{at}.csv"));
            let names = unpack(&mut book, &sheet, &file)?;
            let of = kind_of(&sheet, &names, ignored).filter(|is| kind.is_none_or(|only| only == *is));
            match of {
                Some(kind) => tables.push(Unpacked { path: file, name: called(path, &sheet), kind }),
                None => passed_over.push(sheet),
            }
        }
        if tables.is_empty() {
            return Err(BadWorkbook::NoTable(passed_over.join(", ")));
        }
        Ok(Self { tables, passed_over, _folder: folder })
    }
}

/// `kunder.xlsx` with the sheet `Nya` as `kunder.Nya.csv`.
fn called(path: &Path, sheet: &str) -> PathBuf {
    let sheet = sheet.replace(|letter: char| letter.is_control() || matches!(letter, '/' | '\\'), "_");
    path.with_file_name(format!("{}.{sheet}.csv", path.file_stem().unwrap_or_default().to_string_lossy()))
}

/// What the rows of a sheet are: as its columns say, or else its name.
fn kind_of(sheet: &str, names: &[String], ignored: &[String]) -> Option<Kind> {
    let names = names.iter().map(|name| name.trim().to_owned());
    let names = names.filter(|name| !name.is_empty() && !is_passed_over(name, ignored)).collect::<Vec<_>>();
    if names.is_empty() {
        return None;
    }
    Kind::of_columns(&names).ok().or_else(|| Kind::of(sheet))
}

/// Writes a sheet as a file of rows, whose lines are the sheet's rows as far as no cell has several, and gives its first row. Cell by cell: what
/// a sheet says of its own size is not believed.
fn unpack(book: &mut Xlsx<BufReader<File>>, sheet: &str, file: &Path) -> Result<Vec<String>, BadWorkbook> {
    let mut rows = Rows { out: BufWriter::new(File::create(file)?), next: 0, written: 0, first: Vec::new() };
    let mut cells = book.worksheet_cells_reader(sheet)?;
    let (mut row, mut at) = (Vec::new(), 0);
    while let Some(cell) = cells.next_cell()? {
        let (of, column) = cell.get_position();
        let place = || (sheet.to_owned(), of + 1);
        let value = Data::from(cell.get_value().clone());
        if value == Data::Empty {
            continue;
        }
        if column >= MOST_COLUMNS {
            let (sheet, row) = place();
            return Err(BadWorkbook::TooWide { sheet, row });
        }
        if of != at {
            rows.write(at, &mut row)?;
            at = of;
        }
        row.resize(usize::try_from(column).unwrap_or_default(), String::new());
        row.push(shown(&value).ok_or_else(|| {
            let (sheet, row) = place();
            BadWorkbook::Uncalculated { sheet, row }
        })?);
    }
    rows.write(at, &mut row)?;
    rows.out.flush()?;
    Ok(rows.first)
}

/// A file of rows in the making.
struct Rows {
    out: BufWriter<File>,
    /// The row that comes next; those before it that have nothing are empty lines.
    next: u32,
    written: u64,
    /// The first that has anything.
    first: Vec<String>,
}

impl Rows {
    fn write(&mut self, at: u32, row: &mut Vec<String>) -> Result<(), BadWorkbook> {
        if row.is_empty() {
            return Ok(());
        }
        for _ in self.next..at {
            self.out.write_all(b"\n")?;
        }
        self.next = at + 1;
        // What is empty at a row's end is not in the sheet at all.
        if row.len() < self.first.len() {
            row.resize(self.first.len(), String::new());
        }
        let mut line = csv::Writer::from_writer(Vec::new());
        line.write_record(&*row).map_err(io::Error::from)?;
        let line = line.into_inner().map_err(csv::IntoInnerError::into_error)?;
        self.written += line.len() as u64;
        if self.written > LARGEST {
            return Err(BadWorkbook::TooLarge);
        }
        self.out.write_all(&line)?;
        let row = std::mem::take(row);
        if self.first.is_empty() {
            self.first = row;
        }
        Ok(())
    }
}

/// A cell as a file of rows has it; `None` where there is an error in it.
fn shown(cell: &Data) -> Option<String> {
    Some(match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        // A whole one has no digits behind the point then.
        Data::Float(number) => number.to_string(),
        Data::Bool(is) => if *is { "yes" } else { "no" }.to_owned(),
        Data::DateTime(at) => moment(at),
        Data::Error(_) => return None,
    })
}

/// A day, or a moment by the clock.
fn moment(at: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    if at.as_f64().fract() == 0.0 { date } else { format!("{date} {hour:02}:{minute:02}:{second:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::enums::ImportKind;
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula};
    use std::fs;

    #[test]
    fn sheets_are_known_by_their_columns_and_cells_are_what_they_show() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kunder.xlsx");
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet().set_name("Notes").unwrap().write(0, 0, "Whatever").unwrap();
        // It begins further down, and has a column that nobody knows but whoever wrote it.
        let sheet = book.add_worksheet().set_name("Blad 2").unwrap();
        for (at, name) in ["Kundnummer", "Namn", "#mark", "VilandeSedan", "Telefon"].iter().enumerate() {
            sheet.write(2, u16::try_from(at).unwrap(), *name).unwrap();
        }
        let day = ExcelDateTime::from_ymd(2024, 3, 31).unwrap();
        sheet.write(3, 0, 1001).unwrap().write(3, 1, "=1+1").unwrap().write(3, 2, true).unwrap();
        sheet.write_with_format(3, 3, &day, &Format::new().set_num_format("yyyy-mm-dd")).unwrap();
        sheet.write_formula(3, 4, Formula::new("=\"070\"").set_result("070-1740605")).unwrap();
        let late = day.clone().and_hms(23, 59, 59).unwrap();
        // People leave rows empty.
        sheet.write(6, 0, 10.5).unwrap().write(6, 1, "A\nB").unwrap();
        sheet.write_with_format(6, 3, &late, &Format::new().set_num_format("yyyy-mm-dd hh:mm")).unwrap();
        book.save(&path).unwrap();

        let there = Workbook::unpack(&path, None, &[]).unwrap();
        assert_eq!(there.passed_over, ["Notes"]);
        let [table] = &there.tables[..] else { panic!("{:?}", there.tables) };
        assert_eq!(table.kind, Kind::Rows(ImportKind::Customers));
        let text = fs::read_to_string(&table.path).unwrap();
        let told = "\n\nKundnummer,Namn,#mark,VilandeSedan,Telefon\n1001,=1+1,yes,2024-03-31,070-1740605\n\
            \n\n10.5,\"A\nB\",,2024-03-31 23:59:59,\n";
        assert_eq!(text, told);
        assert_eq!(table.name, folder.path().join("kunder.Blad 2.csv"));
        let beside = table.path.clone();
        drop(there);
        assert!(!beside.exists() && fs::read_dir(folder.path()).unwrap().count() == 1);
        let none = Workbook::unpack(&path, Some(Kind::Rows(ImportKind::Consents)), &[]).unwrap_err();
        assert_eq!(
            none.to_string(),
            "no sheet has columns that say what its rows are; its sheets are Notes, Blad 2"
        );
        fs::write(&path, "PK no").unwrap();
        assert!(matches!(Workbook::unpack(&path, None, &[]), Err(BadWorkbook::Unreadable(_))));
    }

    #[test]
    fn a_sheet_that_says_it_is_vast_takes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kunder.xlsx");
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "reference").unwrap().write(0, 1, "name").unwrap();
        sheet.write(1_048_575, 0, "K-1").unwrap();
        book.save(&path).unwrap();
        let there = Workbook::unpack(&path, None, &[]).unwrap();
        assert_eq!(fs::metadata(&there.tables[0].path).unwrap().len(), 15 + 1_048_574 + 5);
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet().write(1_048_575, 16_383, "far").unwrap();
        book.save(&path).unwrap();
        let told = Workbook::unpack(&path, None, &[]).unwrap_err().to_string();
        assert_eq!(told, "the sheet Sheet1, row 1048576: there is something beyond the column 1000");
    }
}

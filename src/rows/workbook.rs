//! Spreadsheets that people bring: those sheets whose columns say what the rows are, each as a file of its own beside the workbook for as
//! long as it is brought in. So what is wrong is told, left out and gone on with as with any other file.

use super::columns::{Kind, is_passed_over};
use calamine::{Data, ExcelDateTime, Range, Reader, Xlsx, open_workbook};
use std::{
    fs::{self, File},
    io::{self, BufReader, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// Why a workbook cannot be brought in.
#[derive(Debug, thiserror::Error)]
pub enum BadWorkbook {
    #[error("this is no workbook that can be read: save it as .xlsx, without a password")]
    Unreadable(#[from] calamine::XlsxError),
    #[error("no sheet has columns that say what its rows are; its sheets are {0}")]
    NoTable(String),
    #[error("the sheet {sheet}, row {row}: a cell of it could not be calculated")]
    Uncalculated { sheet: String, row: usize },
    #[error("{} is there already, and something else: it is where a sheet of this workbook would go meanwhile", .0.display())]
    There(PathBuf),
    #[error("{} cannot be written, where a sheet of this workbook goes meanwhile", path.display())]
    NotWritten {
        path: PathBuf,
        #[source]
        error: io::Error,
    },
}

/// A sheet of a workbook as a file, which is gone when this is.
#[derive(Debug)]
pub struct Unpacked {
    pub path: PathBuf,
    pub kind: Kind,
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        // Others can do nothing with it, and the next run knows it again.
        let _ = fs::remove_file(&self.path);
    }
}

/// What there is in a workbook.
#[derive(Debug)]
pub struct Workbook {
    pub tables: Vec<Unpacked>,
    /// Sheets that are no table of any kind.
    pub passed_over: Vec<String>,
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
    /// When it is no workbook, has no such sheet, or a sheet cannot be put beside it.
    pub fn unpack(path: &Path, kind: Option<Kind>, ignored: &[String]) -> Result<Self, BadWorkbook> {
        let mut book: Xlsx<BufReader<File>> = open_workbook(path)?;
        let (mut tables, mut passed_over) = (Vec::new(), Vec::new());
        for name in book.sheet_names() {
            let sheet = book.worksheet_range(&name)?;
            let kind = kind_of(&name, &sheet, ignored).filter(|is| kind.is_none_or(|only| only == *is));
            let Some(kind) = kind else {
                passed_over.push(name);
                continue;
            };
            tables.push(Unpacked { path: put_beside(path, kind, &text(&name, &sheet)?)?, kind });
        }
        if tables.is_empty() {
            return Err(BadWorkbook::NoTable(passed_over.join(", ")));
        }
        Ok(Self { tables, passed_over })
    }
}

/// What the rows of a sheet are: as its columns say, or else its name.
fn kind_of(name: &str, sheet: &Range<Data>, ignored: &[String]) -> Option<Kind> {
    let first = sheet.rows().find(|row| row.iter().any(|cell| *cell != Data::Empty))?;
    let names = first.iter().map(|cell| cell.to_string().trim().to_owned());
    let names = names.filter(|name| !name.is_empty() && !is_passed_over(name, ignored)).collect::<Vec<_>>();
    Kind::of_columns(&names).ok().or_else(|| Kind::of(name))
}

/// A sheet as a file of rows. Lines are the rows of the sheet, as far as no cell has several.
fn text(name: &str, sheet: &Range<Data>) -> Result<Vec<u8>, BadWorkbook> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let before = sheet.start().map_or(0, |(row, _)| row);
    let write =
        |error: csv::Error| BadWorkbook::NotWritten { path: PathBuf::from(name), error: error.into() };
    for (at, row) in (1_usize..).zip(sheet.rows()) {
        let cells = row.iter().map(shown).collect::<Option<Vec<_>>>();
        let uncalculated = || BadWorkbook::Uncalculated {
            sheet: name.to_owned(),
            row: at + usize::try_from(before).unwrap_or_default(),
        };
        writer.write_record(cells.ok_or_else(uncalculated)?).map_err(write)?;
    }
    let text = writer.into_inner().map_err(|error| write(error.into_error().into()))?;
    Ok([vec![b'\n'; usize::try_from(before).unwrap_or_default()], text].concat())
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

/// For nobody else to read. One that an earlier run has left, and says the same, is that.
fn put_beside(path: &Path, kind: Kind, text: &[u8]) -> Result<PathBuf, BadWorkbook> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let path = path.with_file_name(format!("{name}.{}.csv", kind.word()));
    let written = File::options().write(true).create_new(true).mode(0o600).open(&path);
    match written.and_then(|mut file| file.write_all(text)) {
        Ok(()) => Ok(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let same = fs::read(&path).is_ok_and(|there| there == text);
            if same { Ok(path) } else { Err(BadWorkbook::There(path)) }
        }
        Err(error) => Err(BadWorkbook::NotWritten { path, error }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::enums::ImportKind;
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula};

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
        sheet.write(4, 0, 10.5).unwrap().write(4, 1, "A\nB").unwrap();
        sheet.write_with_format(4, 3, &late, &Format::new().set_num_format("yyyy-mm-dd hh:mm")).unwrap();
        book.save(&path).unwrap();

        let there = Workbook::unpack(&path, None, &[]).unwrap();
        assert_eq!(there.passed_over, ["Notes"]);
        let [table] = &there.tables[..] else { panic!("{:?}", there.tables) };
        assert_eq!(table.kind, Kind::Rows(ImportKind::Customers));
        let text = fs::read_to_string(&table.path).unwrap();
        let told = "\n\nKundnummer,Namn,#mark,VilandeSedan,Telefon\n1001,=1+1,yes,2024-03-31,070-1740605\n\
            10.5,\"A\nB\",,2024-03-31 23:59:59,\n";
        assert_eq!(text, told);
        let beside = table.path.clone();
        // An earlier run has left the same; something else is nobody's to overwrite.
        Workbook::unpack(&path, None, &[]).unwrap();
        fs::write(&beside, "mine").unwrap();
        assert!(matches!(Workbook::unpack(&path, None, &[]), Err(BadWorkbook::There(_))));
        drop(there);
        assert!(!beside.exists());
        let none = Workbook::unpack(&path, Some(Kind::Rows(ImportKind::Consents)), &[]).unwrap_err();
        assert_eq!(
            none.to_string(),
            "no sheet has columns that say what its rows are; its sheets are Notes, Blad 2"
        );
        fs::write(&path, "PK no").unwrap();
        assert!(matches!(Workbook::unpack(&path, None, &[]), Err(BadWorkbook::Unreadable(_))));
    }
}

//! All files, looked at before anything of any is brought in.

use super::run::unreadable;
use crate::{
    cli::{args::ImportArgs, catalog::from_yaml, failure::Failure, output},
    domain::catalog_document::{Document, RowKind},
    rows::{BadWorkbook, Encoding, Kind, Source, Workbook, is_workbook},
};
use entity::enums::ImportKind;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What there is to bring in.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub documents: Vec<(PathBuf, Document)>,
    pub tables: Vec<(Source, RowKind)>,
    /// In the order in which they need each other.
    pub rows: Vec<(Source, ImportKind)>,
    /// Workbooks whose sheets are files until this is over.
    unpacked: Vec<Workbook>,
}

impl Survey {
    /// Reads each file through once.
    pub(super) fn of(args: &ImportArgs) -> Result<Self, Failure> {
        // A summary names them.
        if let Some(path) = args.files.iter().chain(&args.rejects).find(|path| path.to_str().is_none()) {
            return Err(Failure::usage(format!("the name {} is not UTF-8", path.display())).hint("rename it"));
        }
        let mut survey = Self::default();
        for path in &args.files {
            if is_yaml(path) {
                let document = document(path)?;
                survey.documents.push((path.clone(), document));
                continue;
            }
            if is_workbook(path) {
                survey.unpack(path, args)?;
            } else {
                survey.look_at(path, path, (args.kind, args))?;
            }
        }
        if args.rejects.is_some() && survey.documents.len() + survey.tables.len() + survey.rows.len() > 1 {
            return Err(Failure::usage(
                "--rejects is for one file or sheet: bring in several without it, or one by one",
            ));
        }
        survey.rows.sort_by_key(|(_, kind)| Kind::ALL.iter().position(|it| *it == Kind::Rows(*kind)));
        Ok(survey)
    }
}

impl Survey {
    /// A file, called this to people.
    fn look_at(
        &mut self,
        path: &Path,
        name: &Path,
        (kind, args): (Option<Kind>, &ImportArgs),
    ) -> Result<(), Failure> {
        let source = Source::survey(path, kind, args.encoding.map(Into::into), &args.ignore);
        let source = source.map_err(|error| unreadable(&name.display().to_string(), error))?;
        if source.guessed && source.encoding == Encoding::Windows1252 {
            output::note(&format!("{} is not UTF-8, and is read as Windows-1252", name.display()));
        }
        let source = source.called(name.to_owned());
        match source.kind {
            Kind::ReferenceData(kind) => self.tables.push((source, kind)),
            Kind::Rows(kind) => self.rows.push((source, kind)),
        }
        Ok(())
    }

    fn unpack(&mut self, path: &Path, args: &ImportArgs) -> Result<(), Failure> {
        let name = path.display();
        let book = Workbook::unpack(path, args.kind, &args.ignore).map_err(|error| {
            let hint = match error {
                BadWorkbook::NoTable(_) => {
                    "name the columns in the first row, or the sheet as --as calls its rows"
                }
                BadWorkbook::Uncalculated { .. } => "put it right, and save the workbook",
                BadWorkbook::TooWide { .. } | BadWorkbook::TooLarge => {
                    "leave out what is no row, or save the sheet as CSV"
                }
                BadWorkbook::Unreadable(_) | BadWorkbook::NotWritten(_) => {
                    "is it there, and is there room for temporary files?"
                }
            };
            Failure::usage(format!("{name}: {error}")).hint(hint)
        })?;
        if !book.passed_over.is_empty() {
            output::note(&format!("{name}: passed over are the sheets {}", book.passed_over.join(", ")));
        }
        for table in &book.tables {
            self.look_at(&table.path, &table.name, (Some(table.kind), args))?;
        }
        self.unpacked.push(book);
        Ok(())
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|it| it.eq_ignore_ascii_case("yaml") || it.eq_ignore_ascii_case("yml"))
}

fn document(path: &Path) -> Result<Document, Failure> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| {
        let hint =
            if error.kind() == std::io::ErrorKind::InvalidData { "save it as UTF-8" } else { "is it there?" };
        Failure::usage(format!("{name} cannot be read: {error}")).hint(hint)
    })?;
    from_yaml(&text).map_err(|wrong| Failure::usage(format!("{name}: {wrong}")))
}

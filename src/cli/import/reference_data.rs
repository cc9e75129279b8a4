//! Files of reference data: all of them are one document, of which everything is done, or nothing.

use super::{run::unreadable, sink::Sink, survey::Survey};
use crate::{
    cli::{
        args::{ImportArgs, SummaryForm},
        catalog::ImportOptions,
        failure::Failure,
        output,
    },
    domain::catalog_document::{Document, Place, Rows},
    rows::{Rejected, reference_data},
};
use serde_json::json;
use std::path::{Path, PathBuf};

/// How many things that are wrong with a file are told.
const TOLD: usize = 50;

/// A table's part of the document.
struct Table {
    path: PathBuf,
    rows: Rows,
    /// How many lines of what services need stand before its own.
    before: usize,
}

/// Brings in what the files have; whether somebody who was asked said no.
pub(super) async fn bring_in(sink: &Sink, survey: &Survey, args: &ImportArgs) -> Result<bool, Failure> {
    let (document, tables) = one(survey)?;
    let options = ImportOptions { dry_run: args.dry_run, yes: args.yes };
    let place = |field: &[String]| tables.iter().find_map(|table| table.place(field));
    let Some(done) = sink.reference_data(&document, options, place).await? else { return Ok(true) };
    if SummaryForm::of(args.output) == SummaryForm::Table {
        // It was shown.
        return Ok(false);
    }
    let documents = survey.documents.iter().map(|(path, _)| path.as_path());
    let files = documents.chain(tables.iter().map(|table| table.path.as_path())).collect::<Vec<&Path>>();
    let summary = json!({ "files": files, "kind": "reference-data", "changed": done.changes.len(),
        "unchanged": done.unchanged, "dryRun": args.dry_run });
    output::data(&format!("{summary}\n"))?;
    Ok(false)
}

/// All of them as one.
fn one(survey: &Survey) -> Result<(Document, Vec<Table>), Failure> {
    let (mut whole, mut tables) = (Document::default(), Vec::new());
    for (path, document) in &survey.documents {
        if document.controller.is_some() && whole.controller.is_some() {
            let message = format!("{}: another of the files names the company, too", path.display());
            return Err(Failure::usage(message));
        }
        add(&mut whole, document.clone());
    }
    for (source, kind) in &survey.tables {
        let path = source.name.display();
        let (rows, mut wrong) =
            reference_data(source, *kind).map_err(|error| unreadable(&path.to_string(), error))?;
        let read = Rows::read(*kind, &rows);
        if let Err(more) = &read {
            let more = more.iter().map(|one| Rejected {
                line: one.place.row,
                column: one.place.column.clone(),
                reason: one.message.clone(),
            });
            wrong.extend(more);
        }
        wrong.sort_by_key(|one| one.line);
        let rows = match read {
            Ok(rows) if wrong.is_empty() => rows,
            _ => return Err(refused(&source.name, &wrong)),
        };
        let before = whole.requirements.len();
        add(&mut whole, rows.document.clone());
        tables.push(Table { path: source.name.clone(), rows, before });
    }
    Ok((whole, tables))
}

fn add(whole: &mut Document, part: Document) {
    whole.controller = whole.controller.take().or(part.controller);
    whole.data_categories.extend(part.data_categories);
    whole.purposes.extend(part.purposes);
    whole.retention_rules.extend(part.retention_rules);
    whole.third_parties.extend(part.third_parties);
    whole.systems.extend(part.systems);
    whole.services.extend(part.services);
    whole.requirements.extend(part.requirements);
}

fn refused(path: &Path, wrong: &[Rejected]) -> Failure {
    let line = |one: &Rejected| format!("\n  {}: {}", at(path, one.line, one.column.as_deref()), one.reason);
    let more = wrong.len().saturating_sub(TOLD);
    let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    let all = wrong.iter().take(TOLD).map(line).collect::<String>();
    Failure::usage(format!("{} cannot be brought in, and nothing was changed{all}{more}", path.display()))
}

fn at(path: &Path, line: u64, column: Option<&str>) -> String {
    let column = column.map_or_else(String::new, |column| format!(", column {column}"));
    format!("{} line {line}{column}", path.display())
}

impl Table {
    /// Where in the file something is that the import names by this path, if it is there.
    fn place(&self, field: &[String]) -> Option<String> {
        let mut field = field.to_vec();
        if let [_, section, number, ..] = &mut field[..]
            && section == "requirements"
        {
            *number = number.parse::<usize>().ok()?.checked_sub(self.before)?.to_string();
        }
        let Place { row, column } = self.rows.place(&field)?;
        Some(at(&self.path, row, column.as_deref()))
    }
}

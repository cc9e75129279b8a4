//! What came of a file, for people and for programs.

use super::sink::Counts;
use crate::{cli::args::SummaryForm, rows::Kind};
use entity::enums::ImportKind;
use serde::Serialize;
use std::{fmt::Write as _, path::Path};

/// What came of a file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary<'a> {
    pub file: &'a Path,
    pub kind: &'static str,
    /// The import's id.
    pub import: String,
    pub created: i64,
    pub unchanged: i64,
    pub rejected: i64,
    /// Data locations that are on their way out by it.
    pub disposal_pending: i64,
    /// Where those are that were left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejects: Option<&'a Path>,
    pub dry_run: bool,
    /// Whether all of it was brought in before.
    pub before: bool,
}

impl<'a> Summary<'a> {
    pub(super) fn new(file: &'a Path, kind: ImportKind, import: String, counts: Counts) -> Self {
        let Counts { created, unchanged, rejected, disposal_pending } = counts;
        let kind = Kind::Rows(kind).word();
        Self {
            file,
            kind,
            import,
            created,
            unchanged,
            rejected,
            disposal_pending,
            rejects: None,
            dry_run: false,
            before: false,
        }
    }

    /// It, in a form; the form of standard output unless told.
    pub(super) fn text(&self, form: Option<SummaryForm>) -> Result<String, serde_json::Error> {
        if SummaryForm::of(form) == SummaryForm::Json {
            return Ok(serde_json::to_string(self)? + "\n");
        }
        let Self { created, unchanged, rejected, kind, .. } = self;
        let would = if self.dry_run { " (nothing was changed)" } else { "" };
        let mut text = format!(
            "{}: {kind}{would}\n  created    {created:>12}\n  unchanged  {unchanged:>12}\n  rejected   {rejected:>12}",
            self.file.display()
        );
        if let Some(rejects) = self.rejects {
            let _ = write!(text, "  in {}", rejects.display());
        }
        if self.disposal_pending > 0 {
            let _ = write!(
                text,
                "\n  data locations on their way out in a week, as what needed them has ended: {}",
                self.disposal_pending
            );
        }
        Ok(text + "\n")
    }
}

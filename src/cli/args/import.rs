//! `kartotek import`

use super::client::ClientArgs;
use crate::rows::{Encoding, Kind};
use clap::{
    Args, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use secrecy::SecretString;
use std::{
    io::{self, IsTerminal},
    path::PathBuf,
};

const HELP: &str = "\
Examples:
  kartotek import catalogue.yaml
  kartotek import --dry-run kunder.csv
  kartotek import system.csv kunder.csv abonnemang.csv platser.jsonl
  kartotek import --as data-locations --ignore comment export.csv
  KARTOTEK_TOKEN_FILE=token kartotek import --endpoint https://kartotek.example kunder.csv

Without --endpoint (or KARTOTEK_ENDPOINT) it works on the database of the settings, on the machine of the server: on record as the \
program's own doing. With it, it asks that server, with the token in KARTOTEK_TOKEN or in the file that KARTOTEK_TOKEN_FILE names, \
which needs the role COMPLIANCE.

Files are CSV (comma, semicolon or tab, with a first line that names the columns, in Swedish or English), XLSX with the same in \
the first row of a sheet, JSONL, or for reference data YAML as `kartotek export` writes it; UTF-8 or Windows-1252. They are brought in by what is in them: third parties, systems, \
services and what those need first, then customers, subscriptions, consents and data locations.

Of reference data it is shown what would change, and somebody has to agree or say --yes; then all of it is done, or nothing.

Rows of customers that are wrong are left out, and written with line, column and reason into a file beside theirs, \
FILE.rejects.csv: put them right there, and bring that file in. All else is brought in some hundred rows at a time, each once, \
whatever happens in between: run the same command again to go on. What is there already, and says the same, stays as it is.

Standard output has a summary of each file, as JSON unless it is a terminal.

Exit codes: 0 all is brought in; 1 failed; 2 a mistake in the command line, the settings or the file as a whole; 3 done, and some \
rows were left out; 75 the database or the server is busy or could not be reached, or another run is at it: try again; 130 \
interrupted: run it again to go on.";

/// `kartotek import`
#[derive(Debug, Args)]
#[command(after_help = HELP)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub struct ImportArgs {
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What the rows are, where the columns do not say it.
    #[arg(long = "as", value_name = "KIND", value_parser = kinds())]
    pub kind: Option<Kind>,
    /// How the characters are written, where that is not to be found out.
    #[arg(long, value_name = "ENCODING")]
    pub encoding: Option<EncodingArg>,
    /// Pass this column over. Repeatable.
    #[arg(long, value_name = "COLUMN")]
    pub ignore: Vec<String>,
    /// Where rows go that are left out: a file that is not there yet.
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Say what would come of it, and change nothing. What another of the files brings is not there yet for rows of customers.
    #[arg(long)]
    pub dry_run: bool,
    /// Stop at the first rows of which one is wrong, and bring in none of them.
    #[arg(long)]
    pub strict: bool,
    /// Stop once more rows than these were left out: the file is most likely another one than was meant.
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000)]
    pub max_rejects: u64,
    /// Change reference data without asking. Needed where nobody can be asked.
    #[arg(long, conflicts_with = "dry_run")]
    pub yes: bool,
    /// Go through a file once more that was brought in.
    #[arg(long)]
    pub again: bool,
    /// How the summary is written; on a terminal as a table, else as JSON.
    #[arg(long, value_name = "FORM")]
    pub output: Option<SummaryForm>,
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL", conflicts_with = "endpoint")]
    pub database_url: Option<SecretString>,
    #[command(flatten)]
    pub client: ClientArgs,
}

fn kinds() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.map(Kind::word)).try_map(|word| Kind::of(&word).ok_or("no such rows"))
}

/// How characters are written, as on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum EncodingArg {
    #[value(name = "utf-8")]
    Utf8,
    #[value(name = "windows-1252")]
    Windows1252,
}

impl From<EncodingArg> for Encoding {
    fn from(encoding: EncodingArg) -> Self {
        match encoding {
            EncodingArg::Utf8 => Self::Utf8,
            EncodingArg::Windows1252 => Self::Windows1252,
        }
    }
}

/// How a summary is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SummaryForm {
    /// An object on a line for each file.
    Json,
    Table,
}

impl SummaryForm {
    /// The one that was asked for, or else what goes with whoever reads standard output.
    pub(in crate::cli) fn of(asked: Option<Self>) -> Self {
        asked.unwrap_or_else(|| if io::stdout().is_terminal() { Self::Table } else { Self::Json })
    }
}

//! `kartotek import`

use crate::rows::{Encoding, Kind};
use clap::{Args, ValueEnum};
use secrecy::SecretString;
use std::path::PathBuf;

/// `kartotek import`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  kartotek import --dry-run kunder.csv\n  \
    kartotek import kunder.csv abonnemang.csv platser.jsonl\n  \
    kartotek import --as data-locations --ignore comment export.csv\n\n\
    CSV (comma, semicolon or tab, with a first line that names the columns, in Swedish or English) or JSONL; UTF-8 or Windows-1252. \
    Files are brought in by what is in them: customers first, then subscriptions, consents and data locations.\n\n\
    Rows that are wrong are left out, and written with line, column and reason into a file beside theirs, FILE.rejects.csv: put \
    them right there, and bring that file in. All else is brought in some hundred rows at a time, each once, whatever happens in \
    between: run the same command again to go on. What is there already, and says the same, stays as it is.\n\n\
    Standard output has a summary of each file, as JSON unless it is a terminal.\n\n\
    Exit codes: 0 all is brought in; 1 failed; 2 a mistake in the command line or the settings; 3 done, and some rows were left out; \
    75 the database or the server could not be reached: try again; 130 interrupted: run it again to go on.")]
pub struct ImportArgs {
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What the rows are, where the columns do not say it.
    #[arg(long = "as", value_name = "KIND")]
    pub kind: Option<KindArg>,
    /// How the characters are written, where that is not to be found out.
    #[arg(long, value_name = "ENCODING")]
    pub encoding: Option<EncodingArg>,
    /// Pass this column over. Repeatable.
    #[arg(long, value_name = "COLUMN")]
    pub ignore: Vec<String>,
    /// Where rows go that are left out.
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Say what would come of it, and change nothing. Customers that another of the files brings are not there yet.
    #[arg(long)]
    pub dry_run: bool,
    /// Stop at the first rows of which one is wrong, and bring in none of them.
    #[arg(long)]
    pub strict: bool,
    /// Stop once more rows than these were left out: the file is most likely another one than was meant.
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000)]
    pub max_rejects: u64,
    /// Go through a file once more that was brought in.
    #[arg(long)]
    pub again: bool,
    /// How the summary is written; on a terminal as a table, else as JSON.
    #[arg(long, value_name = "FORM")]
    pub output: Option<SummaryForm>,
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
}

/// What rows are, as on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum KindArg {
    Customers,
    Subscriptions,
    Consents,
    DataLocations,
}

impl From<KindArg> for Kind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Customers => Self::Customers,
            KindArg::Subscriptions => Self::Subscriptions,
            KindArg::Consents => Self::Consents,
            KindArg::DataLocations => Self::DataLocations,
        }
    }
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

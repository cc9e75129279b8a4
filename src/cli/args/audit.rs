//! `kartotek audit` and what is below it.

use crate::transparency::Month;
use clap::{Args, Subcommand, builder::NonEmptyStringValueParser};
use secrecy::SecretString;
use std::path::PathBuf;

/// `kartotek audit`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  kartotek audit key --origin audit.company.example /etc/kartotek/audit.key"
)]
pub struct AuditArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// What can be done about the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Make a key that checkpoints of the log are signed with.
    Key(AuditKeyArgs),
    /// Look whether the log is what was signed, and if not, what was done to it and where.
    Verify(AuditVerifyArgs),
    /// Write the log to a file that anybody can look through who has the key to check with.
    Export(AuditExportArgs),
    /// Write one event with what proves that it is in the log.
    Prove(AuditProveArgs),
    /// Take months out of the database that were exported (PostgreSQL).
    Detach(AuditDetachArgs),
}

impl AuditCommand {
    pub(super) fn database_url(&self) -> Option<SecretString> {
        match self {
            Self::Key(_) => None,
            Self::Verify(args) => args.database_url.clone(),
            Self::Export(args) => args.database_url.clone(),
            Self::Prove(args) => args.database_url.clone(),
            Self::Detach(args) => args.database_url.clone(),
        }
    }
}

/// `kartotek audit key`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kartotek audit key --origin audit.company.example /etc/kartotek/audit.key\n  \
    KARTOTEK_AUDIT_KEY_FILE=/etc/kartotek/audit.key kartotek serve\n\n\
    Standard output is the key to check with, which is for everybody: give it to your auditor. The file is for the server \
    alone. To replace a key, make another one for the same log, put its line before the old one in one file, and take \
    the old line out once everybody knows the new key: meanwhile both sign."
)]
pub struct AuditKeyArgs {
    /// The log's name: an address of the company's, such as audit.company.example. It is part of all that is signed.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub origin: String,
    /// The file to make. One that is there is left as it is.
    pub file: PathBuf,
}

/// `kartotek audit verify`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  kartotek audit verify\n  \
    kartotek audit verify --key audit.company.example+1a2b3c4d+AR... --checkpoint saved.jsonl --checkpoint note.txt\n  \
    kartotek audit verify --from log.jsonl --key audit.company.example+1a2b3c4d+AR... --checkpoint saved.jsonl\n\n\
    Nothing is changed, and no master key is needed. Without --checkpoint the log is compared with the file that the \
    server writes (KARTOTEK_AUDIT_CHECKPOINT_FILE); an auditor names what they saved themselves. Without --key the keys are \
    those of KARTOTEK_AUDIT_KEY_FILE. A role that may read the tables is enough.\n\n\
    Exit codes: 0 sound; 1 failed, such as by a file that is not there; 2 tampered with, each finding on a line of standard \
    output that begins with TAMPERED, or a mistake in the command line or the settings; 3 sound as far as it was looked at, and \
    events of months that were detached were not: name their files with --exported.")]
pub struct AuditVerifyArgs {
    /// What was signed about the log and saved: a signed note, or a file with many as the server writes it. Repeatable.
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Vec<PathBuf>,
    /// A key to check signatures with, as `kartotek audit key` printed it. Repeatable.
    #[arg(long, value_name = "KEY")]
    pub key: Vec<String>,
    /// Look through this file, as `kartotek audit export` or `prove` wrote it, and not through the database.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["database_url", "state"])]
    pub from: Option<PathBuf>,
    /// Events that were detached are looked at in this file, as `kartotek audit export` wrote it. Repeatable.
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub exported: Vec<PathBuf>,
    /// Go on where the log was sound before, by what this file says, and write into it how far it is now. Keep it where nobody
    /// else can write.
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
}

/// `kartotek audit export`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  kartotek audit export --output log.jsonl\n  \
    kartotek audit export --since 2026-01-01T00:00:00Z > this-year.jsonl\n  \
    kartotek audit export --customer K-1001 > k-1001.jsonl\n\n\
    A line of JSON for each event that has a place in what was signed last, and for what was signed. All of the log is looked \
    through as a whole, and each event of a part by itself: `kartotek audit verify --from`. An --output that is there already \
    is gone on with. Handing the log over is on it.")]
pub struct AuditExportArgs {
    /// The file. Without, all goes to standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Only events from this moment on, as RFC 3339.
    #[arg(long, value_name = "TIME")]
    pub since: Option<chrono::DateTime<chrono::Utc>>,
    /// Only events that saw or changed the data of the customer of this number, each with what says that of them alone.
    #[arg(long, value_name = "REF", value_parser = NonEmptyStringValueParser::new())]
    pub customer: Option<String>,
    /// With whom each event was about, and from where and why somebody came. Without, the file names nobody but who acted.
    #[arg(long)]
    pub whole: bool,
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
}

/// `kartotek audit prove`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kartotek audit prove 01a2b3c4-0000-7000-8000-000000000000 > proof.jsonl\n  \
    kartotek audit verify --from proof.jsonl --key audit.company.example+1a2b3c4d+AR...\n\n\
    Two lines of JSON: what was signed, and the event with its hashes (RFC 9162, 2.1.3)."
)]
pub struct AuditProveArgs {
    /// The event's id, as the API or `kartotek audit verify` tells it.
    #[arg(value_name = "EVENT", value_parser = NonEmptyStringValueParser::new())]
    pub event: String,
    /// In the tree of this size, which something was signed about. Without, what was signed last.
    #[arg(long, value_name = "SIZE")]
    pub tree_size: Option<u64>,
    /// With whom the event was about, and from where and why somebody came.
    #[arg(long)]
    pub whole: bool,
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
}

/// `kartotek audit detach`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kartotek audit export --whole --output log.jsonl\n  \
    kartotek audit detach --before 2026-01 --exported log.jsonl\n\n\
    On PostgreSQL the log is in parts by month. The whole log is looked through first, with the events of these months as the \
    files have them; if all is as it was signed, it goes on the log what leaves, signed by KARTOTEK_AUDIT_KEY_FILE, and the parts \
    become tables of their own, which are yours to drop: each is named. A worker has to be running. The tree keeps their hashes, so that the files are proven as before: keep these, as nothing else \
    holds the events then. The API shows them no more.\n\n\
    Exit codes: 0 done; 1 failed; 2 the log is not what was signed or the files lack events, each finding on a line of standard \
    output, or a mistake in the command line or the settings.")]
pub struct AuditDetachArgs {
    /// Those that ended before this month began, as 2026-01.
    #[arg(long, value_name = "MONTH")]
    pub before: Month,
    /// Files that hold all of their events, as `kartotek audit export --whole` wrote them. Repeatable.
    #[arg(long, value_name = "FILE", required = true)]
    pub exported: Vec<PathBuf>,
    /// What was signed about the log and saved. Without, the file that the server writes. Repeatable.
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Vec<PathBuf>,
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
}

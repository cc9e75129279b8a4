//! What can be written on the command line.

use super::import::ImportArgs;
use crate::{
    config::{Overrides, parse_duration},
    policy::Role,
    transparency::Month,
};
use clap::{Args, Parser, Subcommand, builder::NonEmptyStringValueParser};
use secrecy::SecretString;
use std::{path::PathBuf, time::Duration};

const LONGEST: Duration = Duration::from_hours(24);

/// Knows where each customer's personal data lives, why it may be there, and records every access.
#[derive(Debug, Parser)]
#[command(name = "kartotek", version, arg_required_else_help = true)]
#[command(after_help = "Example:\n  kartotek serve --demo")]
pub struct Cli {
    /// Read settings from this file instead of ./kartotek.toml.
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// What the command line says about settings.
    #[must_use]
    pub fn overrides(&self) -> Overrides {
        let (database_url, listen) = match &self.command {
            Command::Serve(args) => (args.database_url.clone(), args.listen.clone()),
            Command::Worker(args) => (args.database_url.clone(), None),
            Command::Migrate(args) => (args.database_url.clone(), None),
            Command::Export(args) => (args.database_url.clone(), None),
            Command::Ledger(LedgerArgs { command: LedgerCommand::Replay(args) }) => {
                (args.database_url.clone(), None)
            }
            Command::Audit(AuditArgs { command }) => (command.database_url(), None),
            Command::Import(args) => (args.database_url.clone(), None),
            Command::Token(_) | Command::Schema => (None, None),
        };
        Overrides { config_file: self.config.clone(), database_url, listen }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring the database up to date, then serve.
    Serve(ServeArgs),
    /// Do only what a server does besides answering: carry out tasks, and keep the data maps up to date.
    Worker(WorkerArgs),
    /// Bring the database up to date and exit.
    Migrate(MigrateArgs),
    /// Write the reference data as a file that can be changed and imported.
    Export(ExportArgs),
    /// Erase again whom a restored backup has brought back.
    Ledger(LedgerArgs),
    /// Bring in what a company already has: customers, what they ordered and allowed, and where their data lies.
    Import(ImportArgs),
    /// Keep the audit log provable.
    Audit(AuditArgs),
    /// Print a token signed with the local development key.
    Token(TokenArgs),
    /// Print the GraphQL schema.
    #[command(after_help = "Example:\n  kartotek schema > schema.graphql")]
    Schema,
}

/// `kartotek serve`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  kartotek serve --demo\n  \
    KARTOTEK_DATABASE_URL=postgres://kartotek@db/kartotek kartotek serve --listen 0.0.0.0:8080\n  \
    kartotek serve --print-config")]
pub struct ServeArgs {
    /// Load the demo company once, and print an address and a token for every role.
    #[arg(long)]
    pub demo: bool,
    /// Only answer: tasks and the upkeep of data maps are left to `kartotek worker`.
    #[arg(long)]
    pub no_worker: bool,
    /// Print the settings that would be used, passwords masked, and exit.
    #[arg(long)]
    pub print_config: bool,
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
}

/// `kartotek worker`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    KARTOTEK_DATABASE_URL=postgres://kartotek@db/kartotek KARTOTEK_MASTER_KEY_FILE=/etc/kartotek/master.keys \
    kartotek worker\n\n\
    It takes the settings of `kartotek serve`, and a database that is up to date: it migrates nothing. Run as many as \
    you like, beside servers or beside `kartotek serve --no-worker`.")]
pub struct WorkerArgs {
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
}

/// `kartotek migrate`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  kartotek migrate\n  kartotek migrate --status")]
pub struct MigrateArgs {
    /// List the migrations and whether they are applied, and change nothing.
    #[arg(long)]
    pub status: bool,
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
}

/// `kartotek export`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  kartotek export -o catalogue.yaml\n  \
    KARTOTEK_DATABASE_URL=postgres://kartotek@db/kartotek kartotek export > catalogue.yaml\n\n\
    The file has the company, data categories of its own, purposes, retention rules, third parties with their assessments, \
    systems, and services with what they need: all that is in use, named by keys and names. Two exports of the same are the \
    same file, so keep it in version control. `kartotek import catalogue.yaml` makes it so again, there or elsewhere. No \
    customer is in it, and no secret: connectors name theirs.")]
pub struct ExportArgs {
    /// Write it here and not to standard output. What is there is replaced.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
}

/// `kartotek ledger`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kartotek ledger replay --dry-run")]
pub struct LedgerArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: LedgerCommand,
}

/// What can be done with the erasure ledger.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Go through the erasure ledger, and erase again whoever was erased and is in the database.
    Replay(ReplayArgs),
}

/// `kartotek ledger replay`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  kartotek ledger replay --dry-run\n  \
    KARTOTEK_DATABASE_URL=postgres://kartotek@db/kartotek kartotek ledger replay\n\n\
    Run it after a backup of the database was restored, before or while it is served. What Kartotek itself keeps of those \
    customers is destroyed at once; workers do the rest. Standard output has a line for each customer who was here again \
    and for each erasure that was intended and is not said to be done, and a summary.\n\n\
    Exit codes: 0 done, and nothing is left; 1 failed, or somebody could not be erased; 2 a mistake in the command line or \
    the settings; 3 done, and something is left to a person: an intended erasure of which nobody knows whether it was \
    carried out, or a line that broke off.")]
pub struct ReplayArgs {
    /// Say who would be erased again, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
}

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
    fn database_url(&self) -> Option<SecretString> {
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

/// `kartotek token`
#[derive(Clone, Args)]
#[command(after_help = "Examples:\n  kartotek token --role AGENT\n  \
    kartotek token --role CUSTOMER --customer K-1001 --expires 15m\n  \
    kartotek token --role SERVICE --scope customers systems")]
pub struct TokenArgs {
    /// What the bearer may do: CUSTOMER, AGENT, COMPLIANCE, AUDITOR, SERVICE, ADMIN. Several add up.
    #[arg(long = "role", value_name = "ROLE", required = true, num_args = 1.., value_delimiter = ',', value_parser = role)]
    pub roles: Vec<Role>,
    /// Who bears it, as the audit log will name them. Default: local- and the first role.
    #[arg(long, value_name = "S", value_parser = NonEmptyStringValueParser::new())]
    pub subject: Option<String>,
    /// Their name for people to read.
    #[arg(long, value_name = "N", value_parser = NonEmptyStringValueParser::new())]
    pub name: Option<String>,
    /// The company's reference of the customer who bears it. Goes with the role CUSTOMER, and only with it.
    #[arg(long, value_name = "REF", value_parser = NonEmptyStringValueParser::new())]
    pub customer: Option<String>,
    /// The root fields that a SERVICE may call.
    #[arg(long = "scope", value_name = "SCOPE", num_args = 1.., value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    pub scopes: Vec<String>,
    /// How long it lives, such as 90s, 15m, 1h or 1d; a day at most.
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = lifetime)]
    pub expires: Duration,
}

impl std::fmt::Debug for TokenArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenArgs")
            .field("roles", &self.roles)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(&word.to_ascii_uppercase())
        .ok_or_else(|| format!("the roles are {}", Role::ALL.map(Role::word).join(", ")))
}

fn lifetime(text: &str) -> Result<Duration, String> {
    parse_duration(text)
        .filter(|duration| (Duration::from_secs(1)..=LONGEST).contains(duration))
        .ok_or_else(|| "a duration from 1s to 24h, such as 90s, 15m, 1h or 1d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use secrecy::ExposeSecret;

    fn refusal(line: &str) -> String {
        Cli::try_parse_from(line.split(' ')).unwrap_err().to_string()
    }

    #[test]
    fn every_command_has_an_example() {
        let mut cli = Cli::command();
        cli.clone().debug_assert();
        for command in cli.get_subcommands_mut() {
            let help = command.render_help().to_string();
            assert!(
                help.contains("Example") && help.contains(&format!("kartotek {}", command.get_name())),
                "{help}"
            );
        }
    }

    #[test]
    fn settings_on_the_command_line() {
        let line =
            "kartotek serve --listen 1.2.3.4:5 --database-url postgres://k:hunter2@h/d --config k.toml";
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        let overrides = cli.overrides();
        assert_eq!(overrides.listen.as_deref(), Some("1.2.3.4:5"));
        assert_eq!(overrides.config_file.as_deref(), Some(std::path::Path::new("k.toml")));
        assert!(overrides.database_url.as_ref().unwrap().expose_secret().contains("hunter2"));
        assert!(!format!("{cli:?}{overrides:?}").contains("hunter2"));
    }

    #[test]
    fn mistakes_are_told_with_what_is_possible() {
        let unknown = refusal("kartotek token --role BOSS");
        assert!(unknown.contains("CUSTOMER, AGENT, COMPLIANCE, AUDITOR, SERVICE, ADMIN"), "{unknown}");
        for expires in ["25h", "0s", "soon", "90"] {
            let refused = refusal(&format!("kartotek token --role AGENT --expires {expires}"));
            assert!(refused.contains("from 1s to 24h"), "{refused}");
        }
        assert!(refusal("kartotek token").contains("--role"));
        assert!(refusal("kartotek token --role").contains("--role"));
    }
}

//! `kartotek anonymize`

use super::client::ClientArgs;
use chrono::NaiveDate;
use clap::{ArgGroup, Args, ValueEnum, builder::NonEmptyStringValueParser};
use std::path::PathBuf;

/// The form of what goes to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// One object, at the end.
    Json,
    /// A line of JSON for each thing that happens, when it happens.
    Ndjson,
    /// For people, at the end.
    Table,
}

/// The statuses of customers who can be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// With a live subscription.
    Active,
    /// Without.
    Dormant,
}

impl Status {
    /// The word in the API.
    pub(in crate::cli) const fn word(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Dormant => "DORMANT",
        }
    }
}

const HELP: &str = "\
Examples:
  kartotek anonymize --references leavers.txt --reason 'Retention 2026' --dry-run --plan-out plan.json
  kartotek anonymize --plan plan.json --yes
  kartotek anonymize --dormant-since 2023-12-31 --reason 'Retention 2026' --yes --json
  kartotek anonymize --job ID
  kartotek anonymize --cancel ID --reason 'Wrong list'

Without --yes it plans first, shows what would happen, and asks on the terminal; what was shown is then what is done. A server \
does the work, also when this command has ended: Ctrl-C only stops following it. Whoever is not as planned by then is left as they \
are, and is named.

It ends when everybody is anonymized in Kartotek. Work at systems and third parties may still be open (AWAITING_TASKS), for as long \
as the law keeps something: --wait-for-tasks waits for that, too.

The same --idempotency-key and the same command give the same job. The key is told on standard error before anything is sent; that of a \
plan is always the same, as it is carried out once.

The token is read from KARTOTEK_TOKEN, or from the file that KARTOTEK_TOKEN_FILE names. It needs the role COMPLIANCE.

Standard output has data alone. --json is one line for each event: {\"event\": \"accepted\" | \"progress\" | \"failure\" | \"result\" | \
\"interrupted\", ...}.

Exit codes: 0 done (with --dry-run: planned; with --no-wait: accepted); 1 failed, and nothing more was done; 2 a mistake in the command \
line or in a file; 3 done, but not with everybody: each is named; 4 it waits for somebody else's approval; 75 the server was away or \
could not answer for --retry-for: try again; 130 interrupted (SIGINT, SIGTERM): the job goes on, and standard error says how to \
follow it.";

/// `kartotek anonymize`
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP)]
#[command(group(ArgGroup::new("what").required(true).multiple(true).args(
    ["references", "dormant_since", "service", "third_party", "status", "plan", "job", "cancel"]
)))]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub struct AnonymizeArgs {
    /// Those whose numbers stand in this file, one a line, in UTF-8; `-` is standard input.
    #[arg(long, value_name = "FILE", help_heading = "Whom",
        conflicts_with_all = ["dormant_since", "service", "third_party", "status", "plan", "job", "cancel"])]
    pub references: Option<PathBuf>,
    /// Those who have been without a service since then at the latest, such as 2023-12-31.
    #[arg(long, value_name = "DATE", help_heading = "Whom", conflicts_with_all = ["plan", "job", "cancel"])]
    pub dormant_since: Option<NaiveDate>,
    /// ... and, or those, who have this service now, by its key.
    #[arg(long, value_name = "KEY", help_heading = "Whom", conflicts_with_all = ["plan", "job", "cancel"])]
    pub service: Option<String>,
    /// ... and, or those, who have data at this third party now, by its id.
    #[arg(long, value_name = "ID", help_heading = "Whom", conflicts_with_all = ["plan", "job", "cancel"])]
    pub third_party: Option<String>,
    /// ... and, or those, of this status. Repeatable.
    #[arg(long, value_name = "STATUS", ignore_case = true, help_heading = "Whom", conflicts_with_all = ["plan", "job", "cancel"])]
    pub status: Vec<Status>,
    /// Exactly the plan in this file, as --plan-out wrote it.
    #[arg(long, value_name = "FILE", help_heading = "Whom",
        conflicts_with_all = ["job", "cancel", "dry_run", "plan_out"])]
    pub plan: Option<PathBuf>,
    /// Follow a job that there is, and change nothing.
    #[arg(long, value_name = "ID", conflicts_with_all = ["cancel", "dry_run", "idempotency_key", "yes"],
        value_parser = NonEmptyStringValueParser::new())]
    pub job: Option<String>,
    /// Stop a job between two of its chunks. What is done stays done.
    #[arg(long, value_name = "ID", conflicts_with_all = ["dry_run", "plan_out", "idempotency_key", "yes", "no_wait", "wait_for_tasks"],
        value_parser = NonEmptyStringValueParser::new())]
    pub cancel: Option<String>,
    /// Why. It stays on record: no personal values. With --plan, that of the plan unless told.
    #[arg(long, value_name = "TEXT", required_unless_present_any = ["plan", "job"], value_parser = NonEmptyStringValueParser::new())]
    pub reason: Option<String>,
    /// Plan and count only; change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Write the plan to this file, which must not be there yet.
    #[arg(long, value_name = "FILE")]
    pub plan_out: Option<PathBuf>,
    /// Do it without asking. Needed where nobody can be asked.
    #[arg(long, conflicts_with = "dry_run")]
    pub yes: bool,
    /// Ask nothing, also on a terminal.
    #[arg(long)]
    pub no_input: bool,
    /// Your own name for this piece of work. Default: a new one, or the plan's.
    #[arg(long, value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    pub idempotency_key: Option<String>,
    /// End once the server has accepted it.
    #[arg(long, conflicts_with_all = ["wait_for_tasks", "plan_out"])]
    pub no_wait: bool,
    /// End only when all work at systems and third parties has ended as well, which may take very long.
    #[arg(long)]
    pub wait_for_tasks: bool,
    /// Default: table on a terminal, json otherwise.
    #[arg(long, value_name = "FORM")]
    pub output: Option<Output>,
    /// The same as --output ndjson.
    #[arg(long, conflicts_with = "output")]
    pub json: bool,
    #[command(flatten)]
    pub client: ClientArgs,
}

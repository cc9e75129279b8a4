//! `kartotek report`

use super::client::ClientArgs;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Which report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportWhat {
    /// The record of processing activities, as it is now (Art. 30).
    Ropa,
    /// How many data locations there are where; systems, third parties and services.
    Inventory,
    /// All that is wrong right now.
    Findings,
    /// One customer, by their number.
    Customer,
    /// A breach, by its id, and whose data was there.
    Incident,
    /// Events of the audit log.
    Audit,
}

impl ReportWhat {
    /// The word in the API.
    pub(in crate::cli) const fn word(self) -> &'static str {
        match self {
            Self::Ropa => "ROPA",
            Self::Inventory => "INVENTORY",
            Self::Findings => "FINDINGS",
            Self::Customer => "CUSTOMER",
            Self::Incident => "INCIDENT",
            Self::Audit => "AUDIT",
        }
    }
}

/// What it is as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportForm {
    /// One table: see --table.
    Csv,
    /// A sheet for each table.
    Xlsx,
    /// All tables, which is JSON-LD as well.
    Json,
    /// A page to read and to print.
    Html,
}

impl ReportForm {
    /// The word in the API.
    pub(in crate::cli) const fn word(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Xlsx => "XLSX",
            Self::Json => "JSON",
            Self::Html => "HTML",
        }
    }
}

/// The language of titles and names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportLanguage {
    Sv,
    En,
}

const HELP: &str = "\
Examples:
  kartotek report ropa -o ropa.html
  kartotek report inventory --group-by THIRD_PARTY,COUNTRY -o inventory.xlsx
  kartotek report findings --severity CRITICAL,HIGH --format csv
  kartotek report customer K-1001 --locale en -o customer.xlsx
  kartotek report customer K-1001 --table accessLog --format csv
  kartotek report incident ID -o incident.html
  kartotek report audit --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z -o january.xlsx

A server makes it, on behalf of whoever the token names, who is on record as having seen everybody in it; so is that it was fetched. \
What is in it is on the server for an hour. Its hash is told on standard error, and the server knows which report a file was by that \
(`reports(filter: {sha256: …})`).

A CSV file is one table, the first unless --table says another: ropa has activities, processorActivities, gaps and controller; \
inventory groups, systems, third-parties and services; customer data-locations, formerLocations, subscriptions, consents, recipients, disclosures, \
dataRequests and accessLog; incident affectedCustomers, incident, systems and notifications. With -o, what it is and what its columns \
are is written beside it, to FILE-metadata.json (W3C CSVW). Tables called as `kartotek import` calls them can be brought in again.

The token is read from KARTOTEK_TOKEN, or from the file that KARTOTEK_TOKEN_FILE names. It needs the role COMPLIANCE or AUDITOR.

Exit codes: 0 done; 1 failed; 2 a mistake in the command line; 75 the server was away or could not answer for --retry-for: try again.";

/// `kartotek report`
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP)]
pub struct ReportArgs {
    /// Which report.
    pub what: ReportWhat,
    /// Of `customer`: their number. Of `incident`: its id.
    #[arg(value_name = "REF | ID")]
    pub of: Option<String>,
    /// What it is as a file. Default: what the name of --output says.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<ReportForm>,
    /// Write it here and not to standard output. What is there is replaced.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The language of titles and names; the company's own unless told.
    #[arg(long)]
    pub locale: Option<ReportLanguage>,
    /// Of CSV: which table.
    #[arg(long, value_name = "TABLE")]
    pub table: Option<String>,
    /// Why, such as a ticket's number. It stands in the audit log: no personal values.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Of `inventory`: what to count by, one to four of SYSTEM, `THIRD_PARTY`, CATEGORY, PURPOSE, SERVICE, COUNTRY, SENSITIVITY, STATE and
    /// `LEGAL_BASIS`. Default: SYSTEM,CATEGORY.
    #[arg(long, value_name = "DIMENSION", value_delimiter = ',', help_heading = "What is in it")]
    pub group_by: Vec<String>,
    /// Of `inventory`: as it was then, such as 2026-01-01T00:00:00Z.
    #[arg(long, value_name = "TIME", help_heading = "What is in it")]
    pub as_of: Option<String>,
    /// Of `findings`: only these, of CRITICAL, HIGH, MEDIUM and LOW.
    #[arg(long, value_name = "SEVERITY", value_delimiter = ',', help_heading = "What is in it")]
    pub severity: Vec<String>,
    /// Of `findings`: only these kinds, such as `TASK_OVERDUE`.
    #[arg(long, value_name = "KIND", value_delimiter = ',', help_heading = "What is in it")]
    pub kind: Vec<String>,
    /// Of `findings` and `audit`: only what is about this customer.
    #[arg(long, value_name = "REF", help_heading = "What is in it")]
    pub customer: Option<String>,
    /// Of `audit`: from then on, such as 2026-01-01T00:00:00Z.
    #[arg(long, value_name = "TIME", help_heading = "What is in it")]
    pub from: Option<String>,
    /// Of `audit`: until then.
    #[arg(long, value_name = "TIME", help_heading = "What is in it")]
    pub to: Option<String>,
    #[command(flatten)]
    pub client: ClientArgs,
}

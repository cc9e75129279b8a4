//! What reports there are, as what, and how far one has come.

use async_graphql::Enum;

/// What a report tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::ReportKind")]
pub enum ReportKind {
    /// The record of processing activities, as it is now (Art. 30). Tables: activities, processorActivities, gaps, controller.
    Ropa,
    /// How many data locations there are where, and the systems, third parties and services. Tables: groups, systems, third-parties,
    /// services.
    Inventory,
    /// All that is wrong right now. Table: findings.
    Findings,
    /// One customer: where their data is and why, and what there was between them and the company. It shows no profile. Tables:
    /// data-locations, formerLocations, subscriptions, consents, recipients, disclosures, dataRequests, accessLog.
    Customer,
    /// A breach, the text of its notification, and whose data was there. Tables: affectedCustomers, incident, systems, notifications.
    Incident,
    /// Events of the audit log, newest first. Table: events.
    Audit,
}

/// What a report is as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::ReportFormat")]
pub enum ReportFormat {
    /// One table, as RFC 4180 has it. A value that begins as a formula of spreadsheets does is preceded by
    /// an apostrophe; it is to be opened with the comma as what is between values.
    Csv,
    /// A spreadsheet with a sheet for each table.
    Xlsx,
    /// All tables, which is JSON-LD with the terms of the Data Privacy Vocabulary as well.
    Json,
    /// A page to read and to print, with a picture of the data map.
    Html,
}

/// How far a report has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::ReportState")]
pub enum ReportState {
    Queued,
    Running,
    /// It can be downloaded.
    Ready,
    /// See `failure`.
    Failed,
    /// It was there, and its time is over. It can be asked for again.
    Expired,
}

//! A report.

use super::enums::{ReportFormat, ReportKind, ReportState};
use crate::{
    domain::report::{LinkTo, limits_of},
    graphql::{
        connection::connection,
        context::{access, catalog, loaders},
        customer::Customer,
        enums::Locale,
        error::OrError,
        node,
        scalars::{DateTime, Json, SafeInt},
    },
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use entity::report::Model;

/// Something that a report is limited to, for a person to read.
#[derive(SimpleObject)]
pub struct ReportLimit {
    name: String,
    value: String,
}

#[derive(Clone)]
pub struct Report(pub Model);

connection!(ReportConnection, ReportEdge, Report);

/// A report as a file: made on behalf of whoever asked for it, everybody who is in it being on record as seen by them. What
/// is in it goes an hour after it was made; that it was made, and what its hash was, stays.
#[Object]
impl Report {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn kind(&self) -> ReportKind {
        self.0.kind.into()
    }

    async fn format(&self) -> ReportFormat {
        self.0.format.into()
    }

    async fn locale(&self) -> Locale {
        self.0.locale.into()
    }

    /// The one table of a CSV file.
    async fn table(&self) -> Option<&str> {
        self.0.only_table.as_deref()
    }

    async fn state(&self) -> ReportState {
        self.0.state.into()
    }

    /// Whom all of it is about.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        let Some(id) = self.0.customer_id else { return Ok(None) };
        Ok(loaders(ctx).batch.load_one(id).await.or_error()?.map(Customer))
    }

    /// What it is limited to, in its own language; nothing: all there is.
    async fn limits(&self, ctx: &Context<'_>) -> Vec<ReportLimit> {
        let limits = limits_of(&catalog(ctx), &self.0);
        limits.into_iter().map(|(name, value)| ReportLimit { name, value }).collect()
    }

    /// The actor's name.
    async fn requested_by(&self) -> &str {
        &self.0.requested_by_name
    }

    async fn requested_at(&self) -> DateTime {
        DateTime(self.0.requested_at)
    }

    /// When it was ready, or could not be made.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }

    /// When what is in it goes.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// Why it could not be made, for a person to read.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    /// Of all its tables; so far, while it is being made.
    async fn rows(&self) -> SafeInt {
        self.0.rows.unsigned_abs().into()
    }

    /// Bytes; so far, while it is being made.
    async fn size(&self) -> SafeInt {
        self.0.size.unsigned_abs().into()
    }

    /// Of the file, in hex.
    async fn sha256(&self) -> Option<&str> {
        self.0.sha256.as_deref()
    }

    /// Of what it says, whatever the format, in hex: over each table its key and each row as RFC 8785 has it, and over each text its
    /// key and itself as JSON, all with a line feed behind. It stands in the file, but for CSV.
    async fn content_sha256(&self) -> Option<&str> {
        self.0.content_sha256.as_deref()
    }

    /// Of a CSV file, as long as that is there: what it is and what its columns are, as W3C's "Metadata Vocabulary for Tabular Data" says it.
    async fn metadata(&self) -> Option<Json> {
        self.0.metadata.clone().map(Json)
    }

    /// How often somebody began to fetch it.
    async fn downloads(&self) -> SafeInt {
        self.0.downloads.unsigned_abs().into()
    }

    /// Where it can be fetched by GET and without a token, on this server: a path that works for five minutes. Only whoever asked for the
    /// report has it, once it is ready. Each time that it is fetched is on record.
    async fn download_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        access(ctx).read(LinkTo(self.0.clone())).await.or_error()
    }
}

//! A report as a file, and who asked for it.

use crate::{
    enums::{Locale, ReportFormat, ReportKind, ReportState},
    ids::{CustomerId, ReportId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A report as a file. The row stays when what is in it is gone: it tells who made which file.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReportId,
    pub kind: ReportKind,
    pub format: ReportFormat,
    pub locale: Locale,
    /// What it is limited to.
    pub wanted: Json,
    /// The one table of a CSV file.
    pub only_table: Option<String>,
    /// Whom all of it is about.
    pub customer_id: Option<CustomerId>,
    /// Issuer and subject.
    pub requested_by: String,
    /// The actor's name.
    pub requested_by_name: String,
    /// On whose behalf it is made: roles and scopes, as their token said.
    pub actor: Json,
    /// A purpose's key.
    pub purpose: Option<String>,
    /// Such as a ticket's number.
    pub reason: Option<String>,
    pub state: ReportState,
    pub failure_code: Option<String>,
    /// For a person to read, without personal values.
    pub failure: Option<String>,
    /// How often a worker has taken it in hand: what it says counts for as long as nobody else has done so since.
    pub lease: i64,
    /// Until when the last one has it.
    pub taken_until: Option<DateTimeUtc>,
    pub requested_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
    /// When what is in it goes.
    pub expires_at: Option<DateTimeUtc>,
    /// Of all its tables.
    pub rows: i64,
    /// Bytes.
    pub size: i64,
    /// Of the file, in hex.
    pub sha256: Option<String>,
    /// Of what it says, whatever the format, in hex.
    pub content_sha256: Option<String>,
    /// What the columns of a CSV file are, as long as that is there.
    pub metadata: Option<Json>,
    /// How often somebody began to fetch it.
    pub downloads: i64,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Recorded for Entity {
    fn touch(row: &Model) -> Touch {
        row.customer_id.map_or_else(Touch::nobody, Touch::of)
    }
}

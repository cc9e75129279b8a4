//! A record that somebody has approved, and what has changed since another.

use crate::{
    domain::processing_record::{self as domain, SnapshotByNumber},
    graphql::{
        connection::connection,
        context::{access, charge_for},
        error::{OrError, bad_input},
        scalars::{DateTime, Json},
    },
};
use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use entity::processing_record::Model;

#[derive(Clone)]
pub struct ProcessingRecordSnapshot(pub Model);

connection!(ProcessingRecordSnapshotConnection, ProcessingRecordSnapshotEdge, ProcessingRecordSnapshot);

/// The record as somebody has approved it. It never changes.
#[Object]
impl ProcessingRecordSnapshot {
    /// From 1 on.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// SHA-256, in hex, of the document as RFC 8785 spells it.
    async fn hash(&self) -> String {
        hex::encode(&self.0.hash)
    }

    /// The record by names, in the language that was the controller's, so that it stands by itself. Whom the company is a
    /// processor for is not in it: they are customers, and may want to be forgotten.
    async fn document(&self, ctx: &Context<'_>) -> Result<Json> {
        charge_for(ctx, &self.0.document)?;
        Ok(Json(self.0.document.clone()))
    }

    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// The actor's name.
    async fn approved_by(&self) -> &str {
        &self.0.approved_by
    }

    async fn approved_at(&self) -> DateTime {
        DateTime(self.0.approved_at)
    }

    /// What is different in it from the one of this number, by keys.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The number of another.")] since: i32,
    ) -> Result<Vec<ProcessingRecordChange>> {
        let other = access(ctx).read(SnapshotByNumber(since)).await.or_error()?;
        let other = other.ok_or_else(|| bad_input("since", "There is no record of this number."))?;
        let changes = domain::changes(&other.document, &self.0.document);
        for field in changes.iter().flat_map(|change| &change.fields) {
            charge_for(ctx, &field.from)?;
            charge_for(ctx, &field.to)?;
        }
        Ok(changes.into_iter().map(Into::into).collect())
    }
}

/// What has become of a part of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::RecordChange")]
pub enum ProcessingRecordChangeKind {
    Added,
    Changed,
    Removed,
}

/// What one part of the record differs in.
#[derive(SimpleObject)]
pub struct ProcessingRecordChange {
    /// An activity's key, or what part it is.
    key: String,
    kind: ProcessingRecordChangeKind,
    /// By name. All that a new one has; none of one that is gone.
    fields: Vec<ProcessingRecordFieldChange>,
}

/// What a field was, and what it has become; null where there is nothing.
#[derive(SimpleObject)]
pub struct ProcessingRecordFieldChange {
    /// As the document has it.
    field: String,
    from: Option<Json>,
    to: Option<Json>,
}

impl From<domain::RecordChanged> for ProcessingRecordChange {
    fn from(changed: domain::RecordChanged) -> Self {
        let some = |value: serde_json::Value| (!value.is_null()).then_some(Json(value));
        let field = |one: domain::FieldChanged| ProcessingRecordFieldChange {
            field: one.field,
            from: some(one.from),
            to: some(one.to),
        };
        Self {
            key: changed.key,
            kind: changed.change.into(),
            fields: changed.fields.into_iter().map(field).collect(),
        }
    }
}

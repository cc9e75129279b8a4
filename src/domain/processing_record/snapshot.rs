//! Records that somebody has approved: numbered, and never changed.

use super::draw_up::draw_up;
use crate::{
    access::{Code, Command, Inquiry, Reader, Refusal, Stop, Writer},
    domain::{
        canonical,
        catalog::{self, Catalog},
        checks::{BLOCK, Checks},
        each_customer::foreign_cursor,
        page::{Page, PageRequest},
    },
    policy::{Action, Target},
};
use entity::processing_record;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::sync::Arc;

/// Freezes the record as it is, if it is what its approver has seen.
#[derive(Clone, Debug)]
pub struct ApproveRecord {
    pub catalog: Arc<Catalog>,
    /// Of what was seen, in hex.
    pub expected_hash: String,
    pub comment: Option<String>,
}

impl Command for ApproveRecord {
    const ACTION: Action = Action::ApproveProcessingRecord;
    type Output = processing_record::Model;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<processing_record::Model, Stop> {
        // One after the other, so that each has its own number.
        catalog::hold(w).await?;
        let catalog = catalog::held(w, &self.catalog).await?;
        let mut checks = Checks::new();
        let comment = self.comment.map(|text| checks.block("comment", &text, BLOCK));
        let record = draw_up(w, &catalog).await?;
        if record.hash() != self.expected_hash {
            let message = "The record is not what this hash is of, or no more: read it again.";
            checks.add(Refusal::new(Code::RecordChanged, message).at("expectedHash"));
        }
        checks.finish()?;
        let last = processing_record::Entity::find().order_by_desc(processing_record::Column::Number);
        let number = w.one(last).await?.map_or(1, |last| last.number + 1);
        w.about(Target::thing(number));
        w.insert::<processing_record::Entity>(processing_record::Model {
            number,
            hash: canonical::sha256(&record.document).to_vec(),
            document: record.document,
            comment,
            approved_by: w.actor_name(),
            approved_at: w.now(),
        })
        .await
    }
}

/// The one of this number.
#[derive(Clone, Copy, Debug)]
pub struct SnapshotByNumber(pub i32);

impl Inquiry for SnapshotByNumber {
    const ACTION: Action = Action::SeeProcessingRecord;
    type Output = Option<processing_record::Model>;

    fn target(&self) -> Target {
        Target::thing(self.0)
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        r.one(processing_record::Entity::find_by_id(self.0)).await
    }
}

/// A page of them, newest first.
#[derive(Clone, Debug)]
pub struct ListSnapshots(pub PageRequest);

impl Inquiry for ListSnapshots {
    const ACTION: Action = Action::SeeProcessingRecord;
    const SNAPSHOT: bool = true;
    type Output = Page<processing_record::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        use processing_record::Column::Number;
        let Self(page) = self;
        let number = |argument: &str, keys: &[String]| match keys {
            [number] => number.parse::<i32>().map_err(|_| foreign_cursor(argument)),
            _ => Err(foreign_cursor(argument)),
        };
        let mut query = processing_record::Entity::find();
        if let Some(keys) = &page.after {
            query = query.filter(Number.lt(number("after", keys)?));
        }
        if let Some(keys) = &page.before {
            query = query.filter(Number.gt(number("before", keys)?));
        }
        query = if page.backward { query.order_by_asc(Number) } else { query.order_by_desc(Number) };
        let (rows, more) = r.page(query, page.limit).await?;
        // They are numbered from 1 on, and none ever goes.
        let last = processing_record::Entity::find().order_by_desc(Number);
        let total = if page.count {
            r.one(last).await?.map_or(Some(0), |last| u64::try_from(last.number).ok())
        } else {
            None
        };
        Ok(Page::fetched(&page, rows, more, |row| vec![row.number.to_string()], total))
    }
}

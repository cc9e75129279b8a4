//! Takes a report in hand, keeps it there while it is made, and says what came of it.

use super::{request::OnBehalf, sink::Finished, wanted::Wanted};
use crate::{
    access::{Apart, Broken, Caller, Code, Command, Inquiry, Reader, Sql, Stop, Writer},
    policy::{Action, Target},
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    enums::ReportState,
    ids::{CustomerId, ReportId},
    report, report_part,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{LockBehavior, LockType},
};

/// How long it stays in hand after each page.
const IN_HAND: TimeDelta = TimeDelta::minutes(5);

/// How often it is begun anew, whatever it was that ended it.
const MOST_LEASES: i64 = 10;

/// How long what is in it is there.
const LASTS: TimeDelta = TimeDelta::hours(1);

fn due(now: DateTime<Utc>) -> Condition {
    let abandoned = report::Column::State.eq(ReportState::Running).and(report::Column::TakenUntil.lte(now));
    let open = report::Column::State.is_in([ReportState::Queued, ReportState::Running]);
    Condition::all()
        .add(open)
        .add(Condition::any().add(report::Column::State.eq(ReportState::Queued)).add(abandoned))
}

/// Whether there is a report that nobody makes.
#[derive(Clone, Copy, Debug)]
pub struct ReportsDue;

impl Inquiry for ReportsDue {
    const ACTION: Action = Action::MakeReport;
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<bool, Stop> {
        r.exists(report::Entity::find().filter(due(r.now()))).await
    }
}

/// A report in hand.
#[derive(Clone, Debug)]
pub struct Taken {
    pub row: report::Model,
    pub wanted: Wanted,
    /// On whose behalf it is made.
    pub caller: Caller,
}

/// Takes the report in hand that waits longest. What was made of it before is gone.
#[derive(Clone, Copy, Debug)]
pub struct LeaseReport;

impl Command for LeaseReport {
    const ACTION: Action = Action::MakeReport;
    type Output = Option<Taken>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Option<Taken>, Stop> {
        let next = report::Entity::find()
            .filter(due(w.now()))
            .order_by_asc(report::Column::RequestedAt)
            .order_by_asc(report::Column::Id)
            .limit(1)
            .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked);
        let Some(row) = w.one(next).await? else { return Ok(None) };
        w.about(Target::thing(row.id));
        forget_parts(w, row.id).await?;
        if row.lease >= MOST_LEASES {
            let message = "It could not be made, however often it was tried. Ask whoever runs this program.";
            let row = report::Model { lease: row.lease + 1, ..row };
            fail(w, row, Code::ProgramFailed, message).await?;
            return Ok(None);
        }
        let row = report::Model {
            state: ReportState::Running,
            lease: row.lease + 1,
            rows: 0,
            size: 0,
            taken_until: Some(w.now() + IN_HAND),
            ..row
        };
        let row = w.update::<report::Entity>(row).await?;
        if let (Ok(wanted), Ok(caller)) = (wanted(&row), on_behalf(&row)) {
            return Ok(Some(Taken { row, wanted, caller }));
        }
        // Another version has put it there: others do not wait for that.
        let message = "It was asked for in a way that this version does not know: ask for it again.";
        fail(w, row, Code::ProgramFailed, message).await?;
        Ok(None)
    }
}

/// What a report is about.
///
/// # Errors
/// When the row does not say.
pub(super) fn wanted(row: &report::Model) -> Result<Wanted, Stop> {
    let read = serde_json::from_value(row.wanted.clone());
    read.map_err(|_| Broken::Stored("what a report is about is of an unknown form").into())
}

/// Whoever asked for a report, as whom it is made and fetched. The log tells all that is done for it by its id.
///
/// # Errors
/// When the row does not say.
pub(super) fn on_behalf(row: &report::Model) -> Result<Caller, Stop> {
    let unknown = |_| Broken::Stored("on whose behalf a report is made is of an unknown form");
    let actor: OnBehalf = serde_json::from_value(row.actor.clone()).map_err(unknown)?;
    Ok(Caller {
        actor: actor.into(),
        purpose: row.purpose.clone(),
        reason: row.reason.clone(),
        request_id: row.id.to_string(),
        client: None,
    })
}

/// The report, locked, as long as nobody else has taken it since.
async fn in_hand(w: &Writer, taken: &report::Model) -> Result<Option<report::Model>, Stop> {
    let found = w.lock(report::Entity::find_by_id(taken.id)).await?;
    Ok(found.filter(|row| row.lease == taken.lease && row.state == ReportState::Running))
}

/// Keeps what was made of a report so far, sealed, and the report in hand; whether it still was.
#[derive(Clone, Debug)]
pub(super) struct KeepPart {
    pub taken: report::Model,
    pub number: i64,
    /// Nothing: it is only to stay in hand.
    pub bytes: Vec<u8>,
    pub rows: i64,
}

impl Command for KeepPart {
    const ACTION: Action = Action::MakeReport;
    type Output = bool;

    fn target(&self) -> Target {
        Target::thing(self.taken.id)
    }

    async fn run(self, w: &mut Writer) -> Result<bool, Stop> {
        let Some(row) = in_hand(w, &self.taken).await? else { return Ok(false) };
        store(w, row.id, self.number, &self.bytes).await?;
        let size = row.size + i64::try_from(self.bytes.len()).unwrap_or(i64::MAX);
        let taken_until = Some(w.now() + IN_HAND);
        w.update::<report::Entity>(report::Model { rows: self.rows, size, taken_until, ..row }).await?;
        Ok(true)
    }
}

/// Says that a report is made; whether it still was in hand.
#[derive(Clone, Debug)]
pub(super) struct FinishReport {
    pub taken: report::Model,
    /// All of it is kept already.
    pub finished: Finished,
    /// Of the whole file, in hex.
    pub sha256: String,
}

impl Command for FinishReport {
    const ACTION: Action = Action::MakeReport;
    type Output = bool;

    fn target(&self) -> Target {
        Target::thing(self.taken.id)
    }

    async fn run(self, w: &mut Writer) -> Result<bool, Stop> {
        let Some(row) = in_hand(w, &self.taken).await? else { return Ok(false) };
        let Finished { content_sha256, rows, metadata, .. } = self.finished;
        let row = report::Model {
            state: ReportState::Ready,
            taken_until: None,
            finished_at: Some(w.now()),
            expires_at: Some(w.now() + LASTS),
            rows: i64::try_from(rows).unwrap_or(i64::MAX),
            sha256: Some(self.sha256),
            content_sha256: Some(content_sha256),
            metadata,
            ..row
        };
        w.update::<report::Entity>(row).await?;
        Ok(true)
    }
}

/// What a part is sealed as.
pub(super) fn what(number: i64) -> String {
    format!("part {number} of a report")
}

/// A part is bound to its report as other things are to a customer.
pub(super) const fn bound_to(id: ReportId) -> CustomerId {
    CustomerId(id.0)
}

async fn store(w: &Writer, id: ReportId, number: i64, bytes: &[u8]) -> Result<(), Stop> {
    if bytes.is_empty() {
        return Ok(());
    }
    let Apart { master_key_id, wrapped, sealed } = w.seal_apart(bound_to(id), &what(number), bytes)?;
    let row = report_part::Model { report_id: id, number, master_key_id, wrapped, sealed };
    w.insert::<report_part::Entity>(row).await.map(drop)
}

/// Says why a report cannot be made.
#[derive(Clone, Debug)]
pub struct FailReport {
    pub taken: report::Model,
    pub code: Code,
    /// For whoever asked, without personal values.
    pub message: String,
}

impl Command for FailReport {
    const ACTION: Action = Action::MakeReport;
    type Output = ();

    fn target(&self) -> Target {
        Target::thing(self.taken.id)
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        let Some(row) = in_hand(w, &self.taken).await? else { return Ok(()) };
        forget_parts(w, row.id).await?;
        fail(w, row, self.code, &self.message).await
    }
}

async fn fail(w: &Writer, row: report::Model, code: Code, message: &str) -> Result<(), Stop> {
    let row = report::Model {
        state: ReportState::Failed,
        failure_code: Some(code.word().to_owned()),
        failure: Some(message.to_owned()),
        taken_until: None,
        finished_at: Some(w.now()),
        rows: 0,
        size: 0,
        ..row
    };
    w.update::<report::Entity>(row).await.map(drop)
}

pub(super) async fn forget_parts(w: &Writer, id: ReportId) -> Result<(), Stop> {
    let mut sql = Sql::new("DELETE FROM report_part WHERE report_id = ");
    sql.bind(id.0);
    w.execute(sql).await.map(drop)
}

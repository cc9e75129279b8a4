//! How far the log goes, in steps that no statement takes too long for, however large it is.

use crate::{
    access::{Door, Inquiry, Reader, Sql, Stop},
    policy::{Action, Target},
};
use entity::ids::AuditEventId;
use sea_orm::FromQueryResult;
use std::{ops::Range, sync::Arc};
use uuid::Uuid;

/// Rows that are counted together.
pub(super) const STEP: i64 = 200_000;

/// Events that are named of those that were left out.
const NAMED: usize = 100;

/// How far the log goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Extent {
    /// How many places there are to look at.
    pub(super) size: u64,
    /// The size that was signed last.
    pub(super) newest: i64,
    /// How many events have no place.
    pub(super) unsealed: u64,
    /// Some of those that came before others which have one.
    pub(super) left_out: Vec<AuditEventId>,
    /// Some of the events that are not there, and of whom somebody is said to be a subject.
    pub(super) gone: Vec<AuditEventId>,
}

/// Finds it out.
pub(super) async fn extent(door: &Arc<Door>) -> Result<Extent, Stop> {
    let access = || door.program("audit", "verify");
    let mut extent = Extent::default();
    let Ends { last_place, newest } = access().read(LogEnds).await?;
    extent.newest = newest;
    let (mut places, mut from) = (0, -1);
    while let Some(step) = access().read(PlacesAfter(from)).await? {
        (places, from) = (places + step.count, step.last);
    }
    // A place far beyond all others is not looked for by going there.
    let size = last_place.saturating_add(1).min(places.saturating_add(1));
    extent.size = u64::try_from(size).unwrap_or_default();
    let (mut from, below) = (None, None);
    while let Some(upto) = access().read(EventsAfter { from, below, step: STEP }).await? {
        let Tally { events, sealed } = access().read(Count { from, upto }).await?;
        extent.unsealed += events - sealed;
        if sealed < events && extent.left_out.len() < NAMED {
            extent.left_out.extend(access().read(LeftOut { from, upto }).await?);
        }
        if extent.gone.len() < NAMED {
            extent.gone.extend(access().read(SubjectsOfNothing { from, upto: Some(upto) }).await?);
        }
        from = Some(upto);
    }
    extent.gone.extend(access().read(SubjectsOfNothing { from, upto: None }).await?);
    extent.gone.truncate(NAMED);
    extent.left_out.truncate(NAMED);
    Ok(extent)
}

/// How many events have ids in this range.
pub(super) async fn tally(door: &Arc<Door>, ids: Range<Uuid>) -> Result<Tally, Stop> {
    let access = || door.program("audit", "verify");
    let mut all = Tally::default();
    let (mut from, below) = (ids.start.as_u128().checked_sub(1).map(Uuid::from_u128), Some(ids.end));
    while let Some(upto) = access().read(EventsAfter { from, below, step: STEP }).await? {
        let Tally { events, sealed } = access().read(Count { from, upto }).await?;
        all = Tally { events: all.events + events, sealed: all.sealed + sealed };
        from = Some(upto);
    }
    Ok(all)
}

#[derive(Clone, Copy, Debug)]
struct LogEnds;

#[derive(FromQueryResult)]
struct Ends {
    last_place: i64,
    newest: i64,
}

impl Inquiry for LogEnds {
    const ACTION: Action = Action::SeeCheckpoint;
    type Output = Ends;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Ends, Stop> {
        let sql = Sql::new(
            "SELECT (SELECT coalesce(max(leaf_index), -1) FROM audit_leaf) AS last_place, \
             (SELECT coalesce(max(tree_size), 0) FROM audit_checkpoint) AS newest",
        );
        Ok(r.numbers::<Ends>(sql).await?.pop().unwrap_or(Ends { last_place: -1, newest: 0 }))
    }
}

/// The next places after one.
#[derive(Clone, Copy, Debug)]
struct PlacesAfter(i64);

#[derive(FromQueryResult)]
struct Step {
    count: i64,
    last: i64,
}

impl Inquiry for PlacesAfter {
    const ACTION: Action = Action::SeeCheckpoint;
    type Output = Option<Step>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new(
            "SELECT count(*) AS count, coalesce(max(leaf_index), 0) AS last FROM \
             (SELECT leaf_index FROM audit_leaf WHERE leaf_index > ",
        );
        sql.bind(self.0).push(" ORDER BY leaf_index LIMIT ").bind(STEP).push(") step");
        Ok(r.numbers::<Step>(sql).await?.pop().filter(|step| step.count > 0))
    }
}

/// The last one of the next events after one, by their ids.
#[derive(Clone, Copy, Debug)]
pub(super) struct EventsAfter {
    pub(super) from: Option<Uuid>,
    /// Only such as are below this one.
    pub(super) below: Option<Uuid>,
    pub(super) step: i64,
}

#[derive(FromQueryResult)]
struct Id {
    event_id: AuditEventId,
}

impl Inquiry for EventsAfter {
    const ACTION: Action = Action::SeeCheckpoint;
    type Output = Option<Uuid>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new("SELECT event_id FROM (SELECT event_id FROM audit_event WHERE true");
        if let Some(from) = self.from {
            sql.push(" AND event_id > ").bind(from);
        }
        if let Some(below) = self.below {
            sql.push(" AND event_id < ").bind(below);
        }
        sql.push(" ORDER BY event_id LIMIT ").bind(self.step);
        sql.push(") step ORDER BY event_id DESC LIMIT 1");
        Ok(r.numbers::<Id>(sql).await?.pop().map(|row| row.event_id.0))
    }
}

/// How many events there are, and how many of them have a place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) events: u64,
    pub(super) sealed: u64,
}

/// Counts the events after one, up to another, that one included.
#[derive(Clone, Copy, Debug)]
struct Count {
    from: Option<Uuid>,
    upto: Uuid,
}

#[derive(FromQueryResult)]
struct Counts {
    events: i64,
    sealed: i64,
}

impl Inquiry for Count {
    const ACTION: Action = Action::SeeCheckpoint;
    type Output = Tally;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Tally, Stop> {
        let mut sql = Sql::new(
            "SELECT count(*) AS events, count(l.event_id) AS sealed FROM audit_event a \
             LEFT JOIN audit_leaf l ON l.event_id = a.event_id AND l.leaf_index >= 0 AND ",
        );
        between(&mut sql, "l", self.from, self.upto);
        sql.push(" WHERE ");
        between(&mut sql, "a", self.from, self.upto);
        let found = r.numbers::<Counts>(sql).await?.pop();
        let number = |count: i64| u64::try_from(count).unwrap_or_default();
        let tally = |Counts { events, sealed }| Tally { events: number(events), sealed: number(sealed) };
        Ok(found.map(tally).unwrap_or_default())
    }
}

/// Some of these that have no place, and came before others which have one.
#[derive(Clone, Copy, Debug)]
struct LeftOut {
    from: Option<Uuid>,
    upto: Uuid,
}

impl Inquiry for LeftOut {
    const ACTION: Action = Action::SeeCheckpoint;
    type Output = Vec<AuditEventId>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new("SELECT a.event_id FROM audit_arrival a WHERE ");
        between(&mut sql, "a", self.from, self.upto);
        // One outside the tree is none, whatever the database lets in.
        sql.push(" AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.event_id = a.event_id AND l.leaf_index >= 0 AND ");
        between(&mut sql, "l", self.from, self.upto);
        sql.push(")");
        // After a restored dump places are counted anew, until something is sealed.
        sql.push(
            " AND a.place < (SELECT s.sealed_below FROM audit_sealer s) \
             AND (SELECT s.sealed_below FROM audit_sealer s) <= (SELECT t.below FROM audit_settled t) \
             ORDER BY a.place, a.event_id LIMIT ",
        );
        sql.bind(i64::try_from(NAMED).unwrap_or(i64::MAX));
        Ok(r.numbers::<Id>(sql).await?.into_iter().map(|row| row.event_id).collect())
    }
}

/// Some of the events after one, up to another or without end, that have subjects and are not there.
#[derive(Clone, Copy, Debug)]
struct SubjectsOfNothing {
    from: Option<Uuid>,
    upto: Option<Uuid>,
}

impl Inquiry for SubjectsOfNothing {
    const ACTION: Action = Action::SeeCheckpoint;
    type Output = Vec<AuditEventId>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let last = self.upto.unwrap_or(Uuid::max());
        let mut sql = Sql::new("SELECT DISTINCT s.event_id FROM audit_subject s WHERE ");
        between(&mut sql, "s", self.from, last);
        sql.push(" AND NOT EXISTS (SELECT 1 FROM audit_event a WHERE a.event_id = s.event_id AND ");
        between(&mut sql, "a", self.from, last);
        sql.push(") ORDER BY s.event_id LIMIT ").bind(i64::try_from(NAMED).unwrap_or(i64::MAX));
        Ok(r.numbers::<Id>(sql).await?.into_iter().map(|row| row.event_id).collect())
    }
}

/// Rows `of` events after one, up to another, that one included. Said of both sides of a join, so that neither is read as a whole.
pub(super) fn between<'a>(sql: &'a mut Sql, of: &str, from: Option<Uuid>, upto: Uuid) -> &'a mut Sql {
    if let Some(from) = from {
        sql.push(of).push(".event_id > ").bind(from).push(" AND ");
    }
    sql.push(of).push(".event_id <= ").bind(upto)
}

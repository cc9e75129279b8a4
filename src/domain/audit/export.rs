//! The log, or some of it, for whoever looks through it without the database.

use super::{
    checkpoint::{CheckpointAt, NewestCheckpoint, TileAt},
    prove::inclusions,
    seal::number,
};
use crate::{
    access::{Broken, Command, Door, Inquiry, Reader, Sql, Stop, Writer},
    clock::first_id,
    policy::{Action, Target},
    transparency::{
        Part, Withheld,
        export::{EventLine, Line, SignedLine, encode},
        leaf,
        tree::{self, WIDTH},
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use entity::{
    audit_checkpoint,
    ids::{AuditEventId, CustomerId},
    touch::Touch,
};
use sea_orm::FromQueryResult;
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// Events that are read together.
const AT_ONCE: u64 = 2_000;

/// Places that are looked through together for those that are wanted.
const WINDOW: u64 = 50_000;

/// Which events.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// From this moment on.
    pub since: Option<DateTime<Utc>>,
    /// Those that saw or changed this customer's data.
    pub customer: Option<CustomerId>,
    /// This one.
    pub event: Option<Uuid>,
}

impl Wanted {
    /// Whether that is all of them.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.since.is_none() && self.customer.is_none() && self.event.is_none()
    }

    /// Whether these are few, and found without looking through the places.
    const fn is_found_by_index(&self) -> bool {
        self.customer.is_some() || self.event.is_some()
    }
}

/// Why a log does not leave.
#[derive(Debug, thiserror::Error)]
pub enum NotExported {
    #[error(transparent)]
    Stopped(#[from] Stop),
    #[error("nothing was signed about the log yet")]
    NothingSigned,
    #[error("nothing was signed about the log when it had {0} events")]
    NotSigned(u64),
    #[error(
        "the file is of another log, or this one was cut off or changed since: `kartotek audit verify` says which"
    )]
    AnotherLog,
    #[error(
        "the event of place {0} is not there. If its month was detached, go on with the file that it was exported to; else \
         `kartotek audit verify` says what was done to the log"
    )]
    Damaged(u64),
    #[error("it could not be written")]
    NotWritten(#[from] std::io::Error),
}

/// How far somebody has a log already.
#[derive(Clone, Debug, Default)]
pub struct Had {
    /// The place after the last event.
    pub next: u64,
    /// The last event's entry, as it is written.
    pub last: Option<String>,
    /// Whether what was signed about it comes after it.
    pub signed: bool,
}

/// Hands over the lines of a file. All events go without proofs, as the tree follows from them, but for those that somebody `had`;
/// some of them each with its own, in the tree of the size `size`, or the one that was signed last. `whole` is with all that is withheld;
/// without, a customer's own events go with what says that they are about them, and nothing else of that. `progress` is told how
/// many places of how many were looked at. Back comes how many events there were.
///
/// # Errors
/// When the database fails, nothing was signed, an event is missing, or a line cannot be written.
pub async fn export(
    door: &Arc<Door>,
    wanted: Wanted,
    (had, size): (Had, Option<u64>),
    whole: bool,
    mut line: impl FnMut(&Line) -> std::io::Result<()>,
    progress: impl Fn(u64, u64),
) -> Result<u64, NotExported> {
    let access = || door.program("audit", "exportLog");
    let signed = match size {
        Some(size) => access().read(CheckpointAt(size)).await?.ok_or(NotExported::NotSigned(size))?,
        None => access().read(NewestCheckpoint).await?.ok_or(NotExported::NothingSigned)?,
    };
    let size = u64::try_from(signed.tree_size).unwrap_or_default();
    let next = async |from| access().read(Next { wanted, from, signed: signed.clone(), whole }).await;
    if let Some(last) = &had.last
        && (had.next > size || !is_at(door, had.next - 1, last).await?)
    {
        return Err(NotExported::AnotherLog);
    }
    access().write(ExportLog).await?;
    let note = Line::Signed(SignedLine { checkpoint: signed.note.clone() });
    if !wanted.is_all() {
        line(&note)?;
    }
    let (mut at, mut count) = (had.next, 0);
    while at < size {
        let Page { events, upto } = next(at).await?;
        let upto = upto.min(size);
        if wanted.is_all() {
            let there = events.iter().zip(at..).take_while(|(event, place)| event.leaf_index == *place);
            let there = at + there.count() as u64;
            if there < upto {
                return Err(NotExported::Damaged(there));
            }
        }
        count += events.len() as u64;
        for event in events {
            line(&Line::Event(Box::new(event)))?;
        }
        at = upto;
        progress(at, size);
    }
    progress(size, size);
    if wanted.is_all() && (count > 0 || (had.next > 0 && !had.signed)) {
        line(&note)?;
    }
    Ok(count)
}

/// Whether the tree has this entry at a place: the event itself may have been detached.
async fn is_at(door: &Arc<Door>, at: u64, entry: &str) -> Result<bool, Stop> {
    let place = tree::Place { level: 0, index: at / WIDTH };
    let tile = door.program("audit", "exportLog").read(TileAt(place)).await?.unwrap_or_default();
    let hash = usize::try_from(at % WIDTH).ok().and_then(|nth| tile.chunks(32).nth(nth));
    Ok(STANDARD.decode(entry).is_ok_and(|bytes| hash == Some(&leaf(&bytes)[..])))
}

/// Puts on record that the log was handed over.
#[derive(Clone, Copy, Debug)]
struct ExportLog;

impl Command for ExportLog {
    const ACTION: Action = Action::ExportAuditLog;
    type Output = ();

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, _: &mut Writer) -> Result<(), Stop> {
        Ok(())
    }
}

/// The next events from a place on, some at a time.
#[derive(Clone, Debug)]
struct Next {
    wanted: Wanted,
    from: u64,
    signed: audit_checkpoint::Model,
    whole: bool,
}

/// The events among some places, and the place after those.
struct Page {
    events: Vec<EventLine>,
    upto: u64,
}

#[derive(FromQueryResult)]
struct Place {
    leaf_index: i64,
    event_id: AuditEventId,
}

#[derive(FromQueryResult)]
struct Row {
    event_id: AuditEventId,
    occurred_at: DateTime<Utc>,
    body: Vec<u8>,
    withheld: Option<Vec<u8>>,
}

impl Inquiry for Next {
    const ACTION: Action = Action::ExportAuditLog;
    const SNAPSHOT: bool = true;
    type Output = Page;

    fn target(&self) -> Target {
        self.wanted.customer.map_or_else(Target::none, Target::customer)
    }

    async fn run(self, r: &Reader) -> Result<Page, Stop> {
        let (places, upto) = self.places(r).await?;
        let rows = self.rows(r, places).await?;
        let places = rows.iter().map(|(_, place)| *place).collect::<Vec<_>>();
        let size = u64::try_from(self.signed.tree_size).unwrap_or_default();
        let proofs = if self.wanted.is_all() { None } else { Some(inclusions(r, &places, size).await?.1) };
        let mut proofs = proofs.map(Vec::into_iter);
        let line = |(row, leaf_index): (Row, u64)| {
            // What goes nowhere need not be readable.
            let shown = row.withheld.as_deref().filter(|_| self.whole || self.wanted.customer.is_some());
            let withheld = shown.map(|bytes| Withheld::parse(bytes).ok_or(UNREADABLE)).transpose()?;
            let own = |part: Part<'_>| matches!(part, Part::Subject(one) if Some(one.customer) == self.wanted.customer);
            let parts = withheld.as_ref().filter(|_| !self.whole).map(|all| all.show(own)).transpose();
            let parts = parts.map_err(|_| UNREADABLE)?.unwrap_or_default();
            Ok(EventLine {
                leaf_index,
                entry: STANDARD.encode(&row.body),
                hashes: proofs.as_mut().and_then(Iterator::next).map(|hashes| encode(&hashes)),
                parts: parts.into_iter().map(Into::into).collect(),
                withheld: withheld.filter(|_| self.whole),
            })
        };
        Ok(Page { events: rows.into_iter().map(line).collect::<Result<_, Broken>>()?, upto })
    }
}

const UNREADABLE: Broken = Broken::Stored("what an audit event withholds is of an unknown form");

impl Next {
    /// The next places, and the one after all that were looked at.
    async fn places(&self, r: &Reader) -> Result<(Vec<Place>, u64), Stop> {
        let Wanted { since, customer, event } = self.wanted;
        let size = u64::try_from(self.signed.tree_size).unwrap_or_default();
        let upto = match (self.wanted.is_all(), self.wanted.is_found_by_index()) {
            (true, _) => self.from + AT_ONCE,
            (_, true) => size,
            _ => self.from + WINDOW,
        };
        let upto = upto.min(size);
        let mut sql = Sql::new("SELECT l.leaf_index, l.event_id FROM audit_leaf l ");
        if let Some(customer) = customer {
            r.tells(customer, &[]);
            sql.push("JOIN audit_subject s ON s.event_id = l.event_id AND s.customer_id = ").bind(customer.0);
        }
        sql.push(" WHERE l.leaf_index >= ").bind(number(self.from)?);
        sql.push(" AND l.leaf_index < ").bind(number(upto)?);
        if let Some(event) = event {
            sql.push(" AND l.event_id = ").bind(event);
        }
        if let Some(since) = since {
            sql.push(" AND l.event_id >= ").bind(first_id(since));
        }
        sql.push(" ORDER BY l.leaf_index");
        let (places, more) = r.some(sql, AT_ONCE, |_: &Place| Touch::nobody()).await?;
        let last = places.last().filter(|_| more).map(|place| place.leaf_index + 1);
        let reached = last.map_or(upto, |last| u64::try_from(last).unwrap_or(upto));
        Ok((places, reached))
    }

    /// The events that have these places, as far as they are there.
    async fn rows(&self, r: &Reader, places: Vec<Place>) -> Result<Vec<(Row, u64)>, Stop> {
        let mut sql = Sql::new(
            "SELECT e.event_id, e.occurred_at, e.body, e.withheld FROM audit_event e WHERE e.event_id IN ",
        );
        sql.list(places.iter().map(|place| place.event_id.0));
        let (events, _) = r.some(sql, AT_ONCE, |_: &Row| Touch::nobody()).await?;
        let mut events = events.into_iter().map(|row| (row.event_id, row)).collect::<HashMap<_, _>>();
        let row = |place: Place| {
            let row = events.remove(&place.event_id)?;
            let wanted = self.wanted.since.is_none_or(|since| row.occurred_at >= since);
            wanted.then_some((row, u64::try_from(place.leaf_index).ok()?))
        };
        Ok(places.into_iter().filter_map(row).collect())
    }
}

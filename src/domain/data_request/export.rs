//! What was gathered for a customer, put together: for them to read, and for a program.

use super::{
    reply::{Asked, Reply, replies},
    request::CLOSED,
    words::Words,
};
use crate::{
    access::{Command, Inquiry, Reader, Sql, Stop, Writer},
    connector::Gathered,
    domain::{catalog::Catalog, task::unseal},
    policy::{Action, Target},
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    enums::{Locale, TaskOutcome},
    ids::{DataRequestId, TaskId},
    sealed,
    touch::Recorded,
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// How long what was gathered is there after the customer had the reply.
const AFTER_REPLY: TimeDelta = TimeDelta::days(30);

/// What was gathered for these requests, of those for which something was. It is not there for a purpose for which a profile
/// is not shown in full.
#[derive(Clone, Debug)]
pub struct ExportsFor {
    pub catalog: Arc<Catalog>,
    pub requests: Vec<DataRequestId>,
}

/// What was gathered for one request.
#[derive(Clone, Debug)]
pub struct Export {
    pub(super) reply: Reply,
    pub(super) gathered: HashMap<TaskId, Gathered>,
}

impl Inquiry for ExportsFor {
    const ACTION: Action = Action::SeeExports;
    const SNAPSHOT: bool = true;
    type Output = HashMap<DataRequestId, Export>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        if !r.sees_in_full() {
            return Ok(HashMap::new());
        }
        let mut sql = Sql::new("SELECT s.* FROM sealed s WHERE s.kind = 'EXPORT' AND s.data_request_id IN ");
        sql.list(self.requests.iter().map(|id| id.0));
        let mut gathered = HashMap::<DataRequestId, HashMap<TaskId, Gathered>>::new();
        for row in r.rows(sql, sealed::Entity::touch).await? {
            let (Some(request), Some(task)) = (row.data_request_id, row.task_id) else { continue };
            gathered.entry(request).or_default().insert(task, unseal(r, &row)?);
        }
        let ids = gathered.keys().copied().collect::<Vec<_>>();
        let mut replies = replies(r, &self.catalog, &ids).await?;
        let export = |(id, gathered)| Some((id, Export { reply: replies.remove(&id)?, gathered }));
        Ok(gathered.into_iter().filter_map(export).collect())
    }
}

impl Export {
    /// What was gathered from one system; `None` while nothing was.
    pub(super) fn of(&self, asked: &Asked) -> Option<&Gathered> {
        self.gathered.get(&asked.task.id)
    }

    /// The language of the customer.
    #[must_use]
    pub const fn locale(&self) -> Locale {
        self.reply.locale
    }

    /// Every system, with what its data is and the data as it was gathered. One that has not answered is named, too.
    #[must_use]
    pub fn json(&self, catalog: &Catalog) -> Value {
        let words = Words { catalog, locale: self.reply.locale };
        let system = |asked: &Asked| {
            let row = catalog.systems.get(&asked.task.system_id);
            let holder = row.and_then(|row| catalog.third_parties.get(&row.third_party_id?));
            let country = holder.map(|holder| &holder.country).or(row.map(|row| &row.country));
            let names = asked.categories.iter().map(|key| (key.as_str(), words.name(key)));
            json!({
                "system": row.map(|row| &row.name),
                "holder": holder.map(|holder| &holder.name),
                "country": country,
                "categories": names.collect::<BTreeMap<_, _>>(),
                "state": state(asked),
                "gatheredAt": self.of(asked).and(asked.task.finished_at),
                "data": self.of(asked),
            })
        };
        json!({
            "format": "kartotek-export-1",
            "request": self.reply.request.row.id.to_string(),
            "type": self.reply.request.row.kind,
            "controller": catalog.controller.as_ref().map(|company| &company.name),
            "systems": self.reply.asked.iter().map(system).collect::<Vec<_>>(),
        })
    }
}

/// Whether all of it is here.
const fn state(asked: &Asked) -> &'static str {
    match asked.task.outcome {
        Some(TaskOutcome::Done) => "GATHERED",
        Some(TaskOutcome::NothingFound) => "NOTHING_FOUND",
        Some(TaskOutcome::Kept | TaskOutcome::Impossible | TaskOutcome::Superseded) => "NOT_GIVEN",
        None => "AWAITED",
    }
}

/// Destroys what was gathered for customers who have had it for a while, or whose request came to nothing, and what they asked
/// to have corrected.
#[derive(Clone, Copy, Debug)]
pub struct ForgetExports;

impl Command for ForgetExports {
    const ACTION: Action = Action::SweepDataMap;
    /// How many.
    type Output = u64;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<u64, Stop> {
        let mut sql = Sql::new("DELETE FROM sealed WHERE ");
        over(&mut sql, w.now());
        w.execute(sql).await
    }
}

/// Whether there is any such.
#[derive(Clone, Copy, Debug)]
pub struct ExpiredExports;

impl Inquiry for ExpiredExports {
    const ACTION: Action = Action::SweepDataMap;
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<bool, Stop> {
        let mut sql = Sql::new("SELECT count(*) AS many FROM sealed WHERE ");
        over(&mut sql, r.now());
        Ok(r.numbers::<Many>(sql).await?.iter().any(|row| row.many > 0))
    }
}

#[derive(sea_orm::FromQueryResult)]
struct Many {
    many: i64,
}

/// A copy that came after a reply is one that the customer has not had: the days count from the reply to all of it.
fn over(sql: &mut Sql, now: DateTime<Utc>) {
    sql.push(&format!(
        "kind <> 'CORRECTION' AND data_request_id IN (SELECT t.id FROM data_request t WHERE t.withdrawn_at IS NOT NULL \
         OR t.rejected_at IS NOT NULL OR ({CLOSED} <= t.reply_delivered_at AND t.reply_delivered_at <= "
    ));
    sql.bind(now - AFTER_REPLY);
    // Whoever is gone may not have had a reply, and nothing is kept for that forever.
    sql.push(") OR t.customer_id IN (SELECT c.id FROM customer c WHERE c.disposed_as IS NOT NULL AND c.status_since <= ");
    sql.bind(now - AFTER_REPLY).push("))");
}

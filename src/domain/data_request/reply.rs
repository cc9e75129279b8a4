//! What the answer to a customer rests on: what was done for their request, where, and what stays.

use super::{
    parts::categories,
    request::{Request, by_ids},
};
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        catalog::Catalog,
        disclosure::{Recipient, recipients},
        justification::{Justification, in_scope, justify, meets},
    },
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    data_location,
    enums::{DataRequestType, Locale},
    ids::{CategoryKey, DataLocationId, DataRequestId, TaskId},
    restriction, task,
    touch::{Recorded, Touch},
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// What the answers to these requests rest on, as it is now.
#[derive(Clone, Debug)]
pub struct RepliesTo {
    pub catalog: Arc<Catalog>,
    pub requests: Vec<DataRequestId>,
}

/// What the answer to one request rests on.
#[derive(Clone, Debug)]
pub struct Reply {
    pub request: Request,
    /// What it is limited to; empty: everything.
    pub scope: Vec<CategoryKey>,
    /// The language of the customer.
    pub locale: Locale,
    pub(super) asked: Vec<Asked>,
    pub(super) stays: Vec<Stays>,
    /// Since when nothing is used for its sake, and until when, where that was asked for.
    pub(super) restricted: Option<(DateTime<Utc>, Option<DateTime<Utc>>)>,
    /// Who received what, where that was asked for.
    pub(super) recipients: Vec<Recipient>,
}

/// What was asked of one system for the request.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub task: task::Model,
    pub categories: BTreeSet<CategoryKey>,
    /// Whether another request that stands asks for it as well.
    pub shared: bool,
    /// Why its holder keeps it, in one of the words that they may choose, or as a person wrote it down.
    pub ground: Option<String>,
}

/// A line that the request is about and that is not on its way out; or is, where it was asked what there is.
#[derive(Clone, Debug)]
pub(super) struct Stays {
    pub line: data_location::Model,
    pub registered_at: DateTime<Utc>,
    pub why: Vec<Justification>,
}

impl Inquiry for RepliesTo {
    const ACTION: Action = Action::SeeDataRequests;
    const SNAPSHOT: bool = true;
    type Output = HashMap<DataRequestId, Reply>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        replies(r, &self.catalog, &self.requests).await
    }
}

pub(super) async fn replies(
    r: &Reader,
    catalog: &Catalog,
    ids: &[DataRequestId],
) -> Result<HashMap<DataRequestId, Reply>, Stop> {
    let mut scopes = categories(r, ids).await?;
    let mut asked = asked(r, ids).await?;
    let locales = locales(r, ids).await?;
    let requests = by_ids(r, ids).await?;
    let restricted = restricted(r, ids).await?;
    let mut stays = staying(r, catalog, &requests).await?;
    let asks_for_all = |one: &Request| one.row.kind == DataRequestType::Access && one.has_something_to_tell();
    let whose = requests.iter().filter(|one| asks_for_all(one)).map(|one| one.row.customer_id);
    let whose = whose.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    let received = if whose.is_empty() { HashMap::new() } else { recipients(r, &whose).await? };
    let received = |one: &Request| received.get(&one.row.customer_id).filter(|_| asks_for_all(one)).cloned();
    let reply = |request: Request| {
        let id = request.row.id;
        let reply = Reply {
            scope: scopes.remove(&id).unwrap_or_default(),
            locale: locales.get(&id).copied().unwrap_or_else(|| catalog.locale()),
            asked: asked.remove(&id).unwrap_or_default(),
            stays: stays.remove(&id).unwrap_or_default(),
            restricted: restricted.get(&id).copied(),
            recipients: received(&request).unwrap_or_default(),
            request,
        };
        (id, reply)
    };
    Ok(requests.into_iter().map(reply).collect())
}

/// A task, the request that it is done for, and one of the categories that it is about.
struct Part {
    request: DataRequestId,
    task: task::Model,
    shared: bool,
    category: Option<CategoryKey>,
    document: Option<serde_json::Value>,
    statement: Option<String>,
}

impl FromQueryResult for Part {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            request: row.try_get(prefix, "request_id")?,
            task: task::Model::from_query_result(row, prefix)?,
            shared: row.try_get(prefix, "shared")?,
            category: row.try_get(prefix, "category")?,
            document: row.try_get(prefix, "document")?,
            statement: row.try_get(prefix, "statement")?,
        })
    }
}

impl Part {
    fn touch(&self) -> Touch {
        let touch = task::Entity::touch(&self.task);
        self.category.iter().fold(touch, |touch, category| touch.category(category.clone()))
    }

    fn ground(&self) -> Option<String> {
        let named = self.document.as_ref().and_then(|document| document.get("ground")?.as_str());
        named.or(self.statement.as_deref()).map(str::to_owned)
    }
}

/// What was asked of systems for these requests, in the order of that.
async fn asked(r: &Reader, requests: &[DataRequestId]) -> Result<HashMap<DataRequestId, Vec<Asked>>, Stop> {
    let mut sql = Sql::new(
        "SELECT t.*, y.data_request_id AS request_id, EXISTS (SELECT 1 FROM task_request z JOIN data_request o \
         ON o.id = z.data_request_id AND o.rejected_at IS NULL AND o.withdrawn_at IS NULL WHERE z.task_id = t.id \
         AND o.id <> y.data_request_id) AS shared, l.category, e.document, e.statement FROM task_request y \
         JOIN task t ON t.id = y.task_id LEFT JOIN task_location x ON x.task_id = t.id \
         LEFT JOIN data_location l ON l.id = x.data_location_id LEFT JOIN task_evidence e ON e.task_id = t.id \
         WHERE (t.outcome IS NULL OR t.outcome <> 'SUPERSEDED') AND y.data_request_id IN ",
    );
    sql.list(requests.iter().map(|id| id.0)).push(" ORDER BY t.id");
    let mut at = HashMap::<(DataRequestId, TaskId), Asked>::new();
    let mut order = Vec::new();
    for part in r.rows(sql, Part::touch).await? {
        let ground = part.ground();
        let id = (part.request, part.task.id);
        let one = at.entry(id).or_insert_with(|| {
            order.push(id);
            Asked { task: part.task, categories: BTreeSet::new(), shared: part.shared, ground }
        });
        one.categories.extend(part.category);
    }
    let mut of = HashMap::<_, Vec<_>>::new();
    for id in order {
        of.entry(id.0).or_default().extend(at.remove(&id));
    }
    Ok(of)
}

/// Since when nothing of the customer's is used for the sake of these requests, and until when.
async fn restricted(
    r: &Reader,
    requests: &[DataRequestId],
) -> Result<HashMap<DataRequestId, (DateTime<Utc>, Option<DateTime<Utc>>)>, Stop> {
    let theirs = restriction::Column::DataRequestId.is_in(requests.iter().map(|id| id.0));
    let rows = r.all(restriction::Entity::find().filter(theirs)).await?;
    let one = |row: restriction::Model| Some((row.data_request_id?, (row.placed_at, row.lifted_at)));
    Ok(rows.into_iter().filter_map(one).collect())
}

#[derive(FromQueryResult)]
struct Speaks {
    id: DataRequestId,
    locale: Locale,
}

async fn locales(r: &Reader, requests: &[DataRequestId]) -> Result<HashMap<DataRequestId, Locale>, Stop> {
    let mut sql = Sql::new(
        "SELECT q.id, c.locale FROM data_request q JOIN customer c ON c.id = q.customer_id WHERE q.id IN ",
    );
    sql.list(requests.iter().map(|id| id.0));
    Ok(r.numbers::<Speaks>(sql).await?.into_iter().map(|row| (row.id, row.locale)).collect())
}

/// A line that a request is about.
struct Held {
    request: DataRequestId,
    registered_at: DateTime<Utc>,
    line: data_location::Model,
}

impl FromQueryResult for Held {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            request: row.try_get(prefix, "request_id")?,
            registered_at: row.try_get(prefix, "registered_at")?,
            line: data_location::Model::from_query_result(row, prefix)?,
        })
    }
}

/// What stays of what these requests are about, and why.
async fn staying(
    r: &Reader,
    catalog: &Catalog,
    requests: &[Request],
) -> Result<HashMap<DataRequestId, Vec<Stays>>, Stop> {
    let tells = |request: &&Request| {
        let tells = matches!(
            request.row.kind,
            DataRequestType::Erasure
                | DataRequestType::Access
                | DataRequestType::Objection
                | DataRequestType::Rectification
        );
        tells && request.has_something_to_tell()
    };
    let ids = requests.iter().filter(tells).map(|request| request.row.id.0).collect::<Vec<_>>();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = Sql::new(
        "SELECT l.*, q.id AS request_id, c.created_at AS registered_at FROM data_request q \
         JOIN customer c ON c.id = q.customer_id JOIN data_location l ON l.customer_id = q.customer_id \
         WHERE l.held_to IS NULL AND l.held_from <= q.verified_at \
         AND (q.kind = 'ACCESS' OR l.state IN ('HELD', 'RESTRICTED', 'LOST_TRACK')) AND (q.kind <> 'RECTIFICATION' OR ",
    );
    // What is kept as it was, wrong as it may be. Here it is right, and elsewhere wherever it was asked for.
    sql.push(
        "(l.state = 'RESTRICTED' AND NOT EXISTS (SELECT 1 FROM system y WHERE y.id = l.system_id AND y.built_in) \
         AND NOT EXISTS (SELECT 1 FROM task w JOIN task_location x ON x.task_id = w.id WHERE w.id IN \
         (SELECT y.task_id FROM task_request y WHERE y.data_request_id = q.id) AND x.data_location_id = l.id))) AND ",
    );
    sql.push("(").push(&in_scope("l")).push(" OR q.kind = 'RECTIFICATION' AND ").push(&meets("l"));
    sql.push(") AND q.id IN ").list(ids).push(" ORDER BY l.system_id, l.category, l.id");
    let lines = r.rows(sql, |row: &Held| data_location::Entity::touch(&row.line)).await?;
    let mut why = HashMap::<DataLocationId, Vec<Justification>>::new();
    let all = lines.iter().map(|one| one.line.id).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    for some in all.chunks(1_000) {
        for fact in justify(r, catalog, some).await? {
            why.entry(fact.location_id).or_default().push(fact);
        }
    }
    let mut of = HashMap::<_, Vec<_>>::new();
    for Held { request, registered_at, line } in lines {
        let why = why.get(&line.id).cloned().unwrap_or_default();
        of.entry(request).or_default().push(Stays { line, registered_at, why });
    }
    Ok(of)
}

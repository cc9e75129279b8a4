//! Somebody has seen what is wrong, and says why it stays so for now.

use super::{
    branch::Asked,
    kind::FindingKind,
    list::{FindingFilter, branches, union},
    open_work,
    row::{Finding, Subject},
};
use crate::{
    access::{Code, Command, Inquiry, Reader, Sql, Stop, Writer},
    domain::{
        catalog::Catalog,
        checks::{BLOCK, Checks, not_found},
        period::day_of,
    },
    policy::{Action, Target},
};
use chrono::{Months, NaiveDate};
use entity::{customer, finding_acknowledgement, ids::CustomerId, touch::Recorded};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// How many months ahead it may hold, at most: whoever has seen it looks again.
const MOST_MONTHS: Months = Months::new(12);

/// Acknowledges a finding until a day, in place of what was said of it before. It stays a finding.
#[derive(Clone, Debug)]
pub struct AcknowledgeFinding {
    pub catalog: Arc<Catalog>,
    pub kind: FindingKind,
    /// What it is about.
    pub subject: Uuid,
    pub reason: String,
    /// The last day on which it holds.
    pub until: NaiveDate,
}

impl Command for AcknowledgeFinding {
    const ACTION: Action = Action::AcknowledgeFinding;
    type Output = Finding;

    fn target(&self) -> Target {
        Target::thing(self.subject)
    }

    async fn run(self, w: &mut Writer) -> Result<Finding, Stop> {
        let mut checks = Checks::new();
        let reason = checks.block("reason", &self.reason, BLOCK);
        let today = day_of(w.now(), &self.catalog.zone());
        if self.until < today {
            checks.refuse("until", Code::OutOfRange, "This lies in the past.");
        } else if today.checked_add_months(MOST_MONTHS).is_some_and(|last| self.until > last) {
            checks.refuse(
                "until",
                Code::OutOfRange,
                "At most a year ahead: then somebody should look again.",
            );
        }
        checks.finish()?;
        let found = self.find(w).await?.ok_or_else(|| not_found("key", "finding, or no more"))?;
        let whose = match found.customer {
            Some(id) => w.lock(customer::Entity::find_by_id(id)).await?,
            None => None,
        };
        // Of somebody who is gone nothing is written down any more.
        let is_gone = whose.is_some_and(|row| row.disposed_as.is_some());
        let reason = if is_gone { String::new() } else { reason };
        let before = finding_acknowledgement::Entity::delete_many()
            .filter(finding_acknowledgement::Column::Kind.eq(self.kind.word()))
            .filter(finding_acknowledgement::Column::SubjectId.eq(self.subject));
        w.delete(before).await?;
        w.insert::<finding_acknowledgement::Entity>(finding_acknowledgement::Model {
            kind: self.kind.word().to_owned(),
            subject_id: self.subject,
            since: found.since,
            urgency: found.severity.urgency(),
            customer_id: found.customer,
            reason,
            until: self.until,
            acknowledged_by: w.actor_name(),
            acknowledged_at: w.now(),
        })
        .await?;
        Ok(found)
    }
}

#[derive(FromQueryResult)]
struct Whose {
    customer_id: Option<CustomerId>,
}

impl AcknowledgeFinding {
    /// The finding, if it still is one. That of a customer's is looked for among theirs alone.
    async fn find(&self, r: &Reader) -> Result<Option<Finding>, Stop> {
        let table = match Subject::new(self.kind, self.subject) {
            Subject::DataLocation(_) => Some("data_location"),
            Subject::LegalHold(_) => Some("legal_hold"),
            Subject::Task(_) => Some("task"),
            Subject::DataRequest(_) => Some("data_request"),
            _ => None,
        };
        let mut filter = FindingFilter { kinds: Some(vec![self.kind]), ..FindingFilter::default() };
        if let Some(table) = table {
            let mut sql = Sql::new(&format!("SELECT customer_id FROM {table} WHERE id = "));
            sql.bind(self.subject);
            let Some(whose) = r.numbers::<Whose>(sql).await?.pop() else { return Ok(None) };
            filter.customer = whose.customer_id;
        }
        let asked = Asked::new(&self.catalog, &filter, r.now());
        let days = open_work::days(r, &asked).await?;
        let branches = branches(&asked, &days);
        if branches.is_empty() {
            return Ok(None);
        }
        let mut sql = Sql::new("SELECT f.* ");
        union(&mut sql, &branches);
        sql.push(" WHERE f.subject_id = ").bind(self.subject);
        Ok(r.rows(sql, Finding::touch).await?.pop())
    }
}

/// What was said last of each of these, whether or not it still holds.
#[derive(Clone, Debug)]
pub struct AcknowledgementsOf(pub Vec<(FindingKind, Uuid)>);

impl Inquiry for AcknowledgementsOf {
    const ACTION: Action = Action::ListFindings;
    type Output = HashMap<(FindingKind, Uuid), finding_acknowledgement::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new("SELECT * FROM finding_acknowledgement WHERE subject_id IN ");
        sql.list(self.0.iter().map(|(_, subject)| *subject));
        let found = r.rows(sql, finding_acknowledgement::Entity::touch).await?;
        let mut of =
            found.into_iter().map(|row| ((row.kind.clone(), row.subject_id), row)).collect::<HashMap<_, _>>();
        let one = |key: (FindingKind, Uuid)| Some((key, of.remove(&(key.0.word().to_owned(), key.1))?));
        Ok(self.0.into_iter().filter_map(one).collect())
    }
}

/// Whether what was said of a finding holds of it as it is today.
#[must_use]
pub fn holds(of: &Finding, said: &finding_acknowledgement::Model, today: NaiveDate) -> bool {
    said.until >= today && said.since == of.since && said.urgency <= of.severity.urgency()
}

/// Adds the same, as a join of the findings `f` with what was said of them, `a`.
pub(super) fn join(sql: &mut Sql, asked: &Asked<'_>) {
    sql.push(" LEFT JOIN finding_acknowledgement a ON a.subject_id = f.subject_id AND a.kind = CASE f.kind");
    for kind in FindingKind::ALL.iter().filter(|kind| asked.lets(**kind)) {
        sql.push(&format!(" WHEN {} THEN '{}'", kind.number(), kind.word()));
    }
    sql.push(" END AND a.since = f.since AND a.urgency <= f.urgency AND a.until >= ").bind(asked.today);
}

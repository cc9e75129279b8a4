//! What every part of the one statement goes by, and the columns that each of them gives.

use super::{kind::FindingKind, list::FindingFilter};
use crate::{
    access::Sql,
    domain::{
        catalog::Catalog,
        period::{day_of, start_of},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use jiff::tz::TimeZone;
use uuid::Uuid;

/// A part of the statement: a query of `kind, urgency, since, subject_id, customer_id, category, system_id`.
pub(super) type Branch<'a> = Box<dyn Fn(&mut Sql) + Send + Sync + 'a>;

/// What is asked, and when.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) filter: &'a FindingFilter,
    pub(super) now: DateTime<Utc>,
    pub(super) zone: TimeZone,
    /// Where the company is.
    pub(super) today: NaiveDate,
}

impl<'a> Asked<'a> {
    pub(super) fn new(catalog: &'a Catalog, filter: &'a FindingFilter, now: DateTime<Utc>) -> Self {
        let zone = catalog.zone();
        let today = day_of(now, &zone);
        Self { catalog, filter, now, zone, today }
    }

    /// Whether the filter lets any of this kind through.
    pub(super) fn lets(&self, kind: FindingKind) -> bool {
        let FindingFilter { kinds, severities, .. } = self.filter;
        kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
            && severities.as_ref().is_none_or(|all| kind.severities().iter().any(|one| all.contains(one)))
    }

    /// Whether only what is at some places is asked for.
    pub(super) fn is_somewhere(&self) -> bool {
        self.filter.systems.is_some() || self.filter.third_parties.is_some()
    }

    /// When a day is over that was the last one: its next midnight where the company is.
    pub(super) fn after(&self, last: NaiveDate) -> DateTime<Utc> {
        last.succ_opt().and_then(|day| start_of(day, &self.zone)).unwrap_or(self.now)
    }

    /// Adds the conditions on the columns that say whom a row is about, and where, each beginning with ` AND `.
    pub(super) fn conditions(&self, sql: &mut Sql, table: &str) {
        if let Some(customer) = self.filter.customer {
            sql.push(&format!(" AND {table}.customer_id = ")).bind(customer.0);
        }
        let of_third_parties = self.filter.third_parties.as_ref().map(|third_parties| {
            let systems = self.catalog.systems.values();
            let theirs = systems.filter(|system| {
                system.third_party_id.is_some_and(|third_party| third_parties.contains(&third_party))
            });
            theirs.map(|system| system.id).collect::<Vec<_>>()
        });
        for systems in [&self.filter.systems, &of_third_parties].into_iter().flatten() {
            sql.push(&format!(" AND {table}.system_id IN ")).list(systems.iter().map(|id| id.0));
        }
    }
}

/// Adds the first two columns.
pub(super) fn select(sql: &mut Sql, kind: FindingKind) {
    sql.push(&format!("SELECT {} AS kind, {} AS urgency, ", kind.number(), kind.severity().urgency()));
}

/// Adds the beginning of a query of lines `l` of the map.
pub(super) fn select_lines(sql: &mut Sql, kind: FindingKind) {
    select(sql, kind);
    sql.push(
        "l.held_from AS since, l.id AS subject_id, l.customer_id AS customer_id, l.category AS category, \
         l.system_id AS system_id FROM data_location l ",
    );
}

/// When something was put on record: its id says so.
pub(super) fn made(id: Uuid) -> DateTime<Utc> {
    let (seconds, nanos) = id.get_timestamp().map(|at| at.to_unix()).unwrap_or_default();
    DateTime::from_timestamp(i64::try_from(seconds).unwrap_or_default(), nanos).unwrap_or_default()
}

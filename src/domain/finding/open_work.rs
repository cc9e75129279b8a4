//! What somebody should have seen to by now: tasks, and the review of legal holds.

use super::{
    branch::{Asked, Branch, select},
    kind::{FindingKind, Severity},
};
use crate::access::{Reader, Sql, Stop};
use chrono::{NaiveDate, TimeDelta};
use sea_orm::FromQueryResult;

/// How many days past its date a task becomes critical.
const PATIENCE: TimeDelta = TimeDelta::days(30);

/// So many days on which reviews were due have a moment of their own in the statement; what was due before them counts
/// from the earliest.
const DAYS: i64 = 1_000;

#[derive(FromQueryResult)]
struct Day {
    review_due: NaiveDate,
}

/// The days on which the review of holds was due that are in force: they become moments before SQL sees them, as only
/// the calendar knows when a day ends where the company is. Newest first.
///
/// # Errors
/// When the database fails.
pub(super) async fn days(r: &Reader, asked: &Asked<'_>) -> Result<Vec<NaiveDate>, Stop> {
    if !lets_holds(asked) {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(
        "SELECT DISTINCT h.review_due FROM legal_hold h WHERE h.lifted_at IS NULL AND h.review_due < ",
    );
    sql.bind(asked.today).push(" ORDER BY h.review_due DESC LIMIT ").bind(DAYS);
    Ok(r.numbers::<Day>(sql).await?.into_iter().map(|row| row.review_due).collect())
}

/// A hold is in no place in particular.
fn lets_holds(asked: &Asked<'_>) -> bool {
    asked.lets(FindingKind::HoldReviewOverdue) && !asked.is_somewhere()
}

/// The parts that the filter lets through.
pub(super) fn branches<'a>(asked: &'a Asked<'a>, days: &'a [NaiveDate]) -> Vec<Branch<'a>> {
    let mut all = Vec::<Branch<'a>>::new();
    if asked.lets(FindingKind::TaskOverdue) {
        all.push(Box::new(|sql| tasks(sql, asked)));
    }
    if asked.lets(FindingKind::TaskNeedsHuman) {
        all.push(Box::new(|sql| waiting(sql, asked, FindingKind::TaskNeedsHuman)));
    }
    if asked.lets(FindingKind::NothingFound) {
        all.push(Box::new(|sql| waiting(sql, asked, FindingKind::NothingFound)));
    }
    // It is about nobody in particular.
    if asked.lets(FindingKind::ConnectorFailing) && asked.filter.customer.is_none() {
        all.push(Box::new(|sql| failing(sql, asked)));
    }
    if asked.lets(FindingKind::RetentionWithoutEnd) && !asked.is_somewhere() {
        all.push(Box::new(|sql| endless(sql, asked)));
    }
    if let (Some(earliest), true) = (days.last(), lets_holds(asked)) {
        all.push(Box::new(|sql| holds(sql, asked, days, *earliest)));
    }
    all
}

fn tasks(sql: &mut Sql, asked: &Asked<'_>) {
    let (kind, late, very) = (
        FindingKind::TaskOverdue.number(),
        FindingKind::TaskOverdue.severity().urgency(),
        Severity::Critical.urgency(),
    );
    sql.push(&format!("SELECT {kind} AS kind, CASE WHEN t.due_at < ")).bind(asked.now - PATIENCE);
    sql.push(&format!(
        " THEN {very} ELSE {late} END AS urgency, t.due_at AS since, t.id AS subject_id, \
         t.customer_id AS customer_id, "
    ));
    sql.bind(None::<String>).push(" AS category, t.system_id AS system_id FROM task t WHERE t.due_at < ");
    sql.bind(asked.now).push(" AND t.finished_at IS NULL");
    asked.conditions(sql, "t");
}

/// Since its time came.
fn waiting(sql: &mut Sql, asked: &Asked<'_>, kind: FindingKind) {
    select(sql, kind);
    sql.push("t.not_before AS since, t.id AS subject_id, t.customer_id AS customer_id, ");
    sql.bind(None::<String>).push(
        " AS category, t.system_id AS system_id FROM task t WHERE t.state = 'NEEDS_HUMAN' \
         AND t.finished_at IS NULL AND ",
    );
    sql.push(if kind == FindingKind::NothingFound { "t.found_nothing" } else { "NOT t.found_nothing" });
    asked.conditions(sql, "t");
}

/// How long calls to a system may fail before somebody should hurry.
const LONG: TimeDelta = TimeDelta::days(1);

fn failing(sql: &mut Sql, asked: &Asked<'_>) {
    let kind = FindingKind::ConnectorFailing;
    sql.push(&format!("SELECT {} AS kind, CASE WHEN k.failing_since < ", kind.number()))
        .bind(asked.now - LONG);
    sql.push(&format!(" THEN {} ELSE {} END", Severity::High.urgency(), kind.severity().urgency()));
    sql.push(" AS urgency, k.failing_since AS since, k.system_id AS subject_id, ").bind(None::<uuid::Uuid>);
    sql.push(" AS customer_id, ").bind(None::<String>);
    sql.push(
        " AS category, k.system_id AS system_id FROM connector_state k JOIN system y ON y.id = k.system_id \
         AND y.connector IS NOT NULL AND y.retired_at IS NULL WHERE k.failing_since IS NOT NULL",
    );
    asked.conditions(sql, "k");
}

/// A rule of retention always ends. A hold ends when somebody lifts it, and nobody is asked to without a day for its review.
fn endless(sql: &mut Sql, asked: &Asked<'_>) {
    select(sql, FindingKind::RetentionWithoutEnd);
    sql.push("h.placed_at AS since, h.id AS subject_id, h.customer_id AS customer_id, ").bind(None::<String>);
    sql.push(" AS category, ").bind(None::<uuid::Uuid>);
    sql.push(" AS system_id FROM legal_hold h WHERE h.lifted_at IS NULL AND h.review_due IS NULL");
    if let Some(customer) = asked.filter.customer {
        sql.push(" AND h.customer_id = ").bind(customer.0);
    }
}

fn holds(sql: &mut Sql, asked: &Asked<'_>, days: &[NaiveDate], earliest: NaiveDate) {
    select(sql, FindingKind::HoldReviewOverdue);
    sql.push("CASE h.review_due");
    for day in days {
        sql.push(" WHEN ").bind(*day).push(" THEN ").bind(asked.after(*day));
    }
    sql.push(" ELSE ").bind(asked.after(earliest));
    sql.push(" END AS since, h.id AS subject_id, h.customer_id AS customer_id, ").bind(None::<String>);
    sql.push(" AS category, ").bind(None::<uuid::Uuid>);
    sql.push(" AS system_id FROM legal_hold h WHERE h.lifted_at IS NULL AND h.review_due < ");
    sql.bind(asked.today);
    if let Some(customer) = asked.filter.customer {
        sql.push(" AND h.customer_id = ").bind(customer.0);
    }
}

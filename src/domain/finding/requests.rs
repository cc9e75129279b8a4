//! Customers who must have an answer soon, or should have had one by now.

use super::{
    branch::{Asked, Branch, select},
    kind::FindingKind,
};
use crate::{
    access::Sql,
    domain::{
        data_request::{RUNNING, unanswered},
        period::start_of,
    },
};
use chrono::{DateTime, Days, Utc};

/// So many days before the end of the last one, a request is due soon.
pub(super) const SOON: u64 = 7;

/// The parts that the filter lets through. A request is in no place in particular.
pub(super) fn branches<'a>(asked: &'a Asked<'a>) -> Vec<Branch<'a>> {
    let mut all = Vec::<Branch<'a>>::new();
    if asked.is_somewhere() {
        return all;
    }
    if asked.lets(FindingKind::RequestOverdue) {
        all.push(Box::new(|sql| overdue(sql, asked)));
    }
    if asked.lets(FindingKind::RequestDueSoon) {
        all.push(Box::new(|sql| soon(sql, asked)));
    }
    all
}

fn overdue(sql: &mut Sql, asked: &Asked<'_>) {
    select(sql, FindingKind::RequestOverdue);
    sql.push("t.due_at AS since");
    waiting(sql, asked);
    sql.push(" AND t.due_at <= ").bind(asked.now);
}

/// Of each midnight that ends a last day within the week, the one a week before: only the calendar knows that.
fn soon(sql: &mut Sql, asked: &Asked<'_>) {
    let midnights = (0..SOON).filter_map(|days| {
        let last = asked.today.checked_add_days(Days::new(days))?;
        let week = last.checked_sub_days(Days::new(SOON - 1))?;
        Some((asked.after(last), start_of(week, &asked.zone)?))
    });
    let midnights = midnights.collect::<Vec<(DateTime<Utc>, DateTime<Utc>)>>();
    select(sql, FindingKind::RequestDueSoon);
    sql.push("CASE t.due_at");
    for (due, before) in &midnights {
        sql.push(" WHEN ").bind(*due).push(" THEN ").bind(*before);
    }
    sql.push(" ELSE t.received_at END AS since");
    waiting(sql, asked);
    let until = midnights.last().map_or(asked.now, |(due, _)| *due);
    sql.push(" AND t.due_at > ").bind(asked.now).push(" AND t.due_at <= ").bind(until);
}

/// Adds the rest of a query of requests `t` to which nobody has an answer yet, and whose clocks run.
fn waiting(sql: &mut Sql, asked: &Asked<'_>) {
    sql.push(", t.id AS subject_id, t.customer_id AS customer_id, ").bind(None::<String>);
    sql.push(" AS category, ").bind(None::<uuid::Uuid>);
    sql.push(&format!(" AS system_id FROM data_request t WHERE {} AND {RUNNING}", unanswered()));
    if let Some(customer) = asked.filter.customer {
        sql.push(" AND t.customer_id = ").bind(customer.0);
    }
}

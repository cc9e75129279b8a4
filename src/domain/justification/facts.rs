//! The facts that justify data, as a set: one row for each fact and line of the map.

use super::asked::{NOT_OBJECTED, erasure_asked};
use crate::{
    access::{JOIN_IN_ORDER, Sql},
    domain::{
        catalog::Catalog,
        period::{Period, start_of},
    },
    policy::ProfileField,
};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use entity::{enums::RetentionStart, retention_rule};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// How long somebody who has ordered nothing yet is kept on record: steps before a contract (Art. 6(1)(b)).
pub const PROSPECT: &str = "P90D";

/// That the customer has not taken back the permission on which the requirement `r` rests, or has given it anew: one that
/// then lapsed with its service was not taken back.
const NOT_WITHDRAWN: &str = " AND NOT EXISTS (SELECT 1 FROM consent x \
    JOIN consent_category g ON g.consent_id = x.id AND g.category = r.category \
    JOIN system t ON t.id = r.system_id AND t.third_party_id = x.third_party_id \
    JOIN purpose p ON p.key = r.purpose AND p.sharing_needs_consent \
    WHERE x.ended_as = 'WITHDRAWN' AND x.customer_id = s.customer_id AND x.purpose = r.purpose \
    AND NOT EXISTS (SELECT 1 FROM consent n JOIN consent_category h ON h.consent_id = n.id AND h.category = g.category \
    WHERE n.customer_id = x.customer_id AND n.third_party_id = x.third_party_id AND n.purpose = x.purpose \
    AND (n.ended_at IS NULL OR (n.ended_as = 'LAPSED' AND n.granted_at > x.ended_at))))";

/// What can be asked about by itself, of all that justifies data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::domain) enum Ground {
    /// A subscription that is live.
    Live,
    /// A subscription that is live, or after which the grace runs.
    Covered,
    Rule,
    Hold,
    Prospect,
    /// A request of the customer's for what lies there.
    Request,
}

/// What time has made of the catalog's periods: the moments that divide what still runs from what is over.
///
/// Periods become moments here, by the calendar and the company's time zone, so that SQL only compares.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Of each grace that a requirement has, the latest end of a subscription that it no longer covers.
    graces: Vec<(String, DateTime<Utc>)>,
    rules: Vec<Rule>,
    prospects_since: DateTime<Utc>,
}

/// A retention rule, with the moments that its period comes down to.
#[derive(Clone, Debug)]
struct Rule {
    row: retention_rule::Model,
    /// The rule keeps a line that is beyond any of these.
    over: Vec<Over>,
}

/// What is over by now, of what a rule counts from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Over {
    /// Whatever was collected by then.
    Collected(DateTime<Utc>),
    /// Whatever belonged to subscriptions that ended by then.
    Ended(DateTime<Utc>),
    /// Documents of before that day.
    Dated(NaiveDate),
    /// Without a document, whatever belonged to subscriptions that ended before then.
    Undated(DateTime<Utc>),
}

impl Facts {
    /// The facts as of `now`.
    #[must_use]
    pub fn new(catalog: &Catalog, now: DateTime<Utc>) -> Self {
        let zone = catalog.zone();
        let graces = catalog.requirements.values().map(|need| need.grace.as_str()).collect::<BTreeSet<_>>();
        let began_by = |text: &str| Period::parse(text).map_or(now, |period| period.began_by(now, &zone));
        let rules = catalog.retention_rules.values().filter(|rule| rule.retired_at.is_none());
        Self {
            graces: graces.into_iter().map(|grace| (grace.to_owned(), began_by(grace))).collect(),
            rules: rules.map(|rule| Rule::new(rule, catalog, now, &zone)).collect(),
            prospects_since: began_by(PROSPECT),
        }
    }

    /// Adds a query of `location_id, customer_id, category, kind, purpose, subscription_id,
    /// requirement_id, rule_id, hold_id, ended_at, request_id`: a
    /// row for each fact that justifies a line of the map. `among` limits the lines by a condition on `l`.
    ///
    /// `ended_at` is the end of the latest subscription behind the fact, and null while one is live. The lines are named
    /// once, whatever the number of rules: a statement takes only so many values.
    pub fn query(&self, sql: &mut Sql, among: &dyn Fn(&mut Sql)) {
        sql.push("WITH among AS MATERIALIZED (SELECT l.* FROM data_location l WHERE ");
        among(sql);
        sql.push(") ");
        self.subscriptions(sql);
        for rule in &self.rules {
            sql.push(" UNION ALL ");
            rule.query(sql);
        }
        sql.push(" UNION ALL ");
        holds(sql);
        sql.push(" UNION ALL ");
        self.prospects(sql);
        sql.push(" UNION ALL ");
        requests(sql);
    }

    /// Adds the condition that something justifies `l`, a row of `data_location`, or that nothing does. A tombstone
    /// holds nothing that could need a reason, and is neither.
    pub fn decide(&self, sql: &mut Sql, l: &str, justified: bool) {
        sql.push(&format!("({l}.held_to IS NULL AND "));
        self.any(
            sql,
            l,
            &[Ground::Covered, Ground::Rule, Ground::Hold, Ground::Prospect, Ground::Request],
            justified,
        );
        sql.push(")");
    }

    /// Adds the condition that one of these grounds justifies `l`, or that none does. One `EXISTS` for each fact, which
    /// the database can turn into a join of its own, where one over all of them would be run anew for every line.
    pub(in crate::domain) fn any(&self, sql: &mut Sql, l: &str, grounds: &[Ground], justified: bool) {
        let (mut begin, next) = if justified { ("(", " OR ") } else { ("(NOT ", " AND NOT ") };
        let mut another = |sql: &mut Sql| {
            sql.push(std::mem::replace(&mut begin, next));
        };
        for ground in grounds {
            match ground {
                Ground::Live | Ground::Covered => {
                    another(sql);
                    sql.push(&format!(
                        "EXISTS (SELECT 1 FROM data_requirement r JOIN subscription s ON s.service_id = r.service_id \
                         WHERE r.category = {l}.category AND r.system_id = {l}.system_id AND r.retired_at IS NULL \
                         AND s.customer_id = {l}.customer_id AND "
                    ));
                    if *ground == Ground::Live {
                        sql.push("s.ended_at IS NULL").push(NOT_WITHDRAWN).push(NOT_OBJECTED);
                    } else {
                        self.covered(sql, l);
                    }
                    sql.push(")");
                }
                Ground::Rule => {
                    for ((purpose, over), categories) in self.alike() {
                        another(sql);
                        keeps(sql, l, purpose, over, &categories);
                    }
                }
                Ground::Hold => {
                    another(sql);
                    sql.push(&format!("EXISTS (SELECT 1 FROM legal_hold h WHERE {})", held(l)));
                }
                Ground::Request => {
                    another(sql);
                    sql.push(&format!("{l}.id IN (SELECT x.data_location_id {TO_GATHER})"));
                }
                Ground::Prospect => {
                    another(sql);
                    sql.push(&format!(
                        "EXISTS (SELECT 1 FROM customer c JOIN system y ON y.built_in \
                         WHERE c.id = {l}.customer_id AND y.id = {l}.system_id AND "
                    ));
                    self.prospective(sql, l);
                    sql.push(")");
                }
            }
        }
        if begin != next {
            // There are no rules, and nothing else was asked about.
            sql.push(begin).push("false");
        }
        sql.push(")");
    }

    /// The rules by what they count from and for: those that do so alike are asked about together.
    fn alike(&self) -> BTreeMap<(&str, &Over), Vec<&str>> {
        let mut alike = BTreeMap::<_, Vec<_>>::new();
        for rule in &self.rules {
            for over in &rule.over {
                let of = (rule.row.purpose.as_str(), over);
                alike.entry(of).or_default().push(rule.row.category.as_str());
            }
        }
        alike
    }

    fn subscriptions(&self, sql: &mut Sql) {
        sql.push(
            "SELECT l.id AS location_id, l.customer_id, l.category, 'SUBSCRIPTION' AS kind, r.purpose, \
             s.id AS subscription_id, r.id AS requirement_id, ",
        )
        .bind(None::<uuid::Uuid>)
        .push(" AS rule_id, ")
        .bind(None::<uuid::Uuid>)
        .push(" AS hold_id, s.ended_at, ")
        .bind(None::<uuid::Uuid>)
        .push(
            &format!(" AS request_id FROM among l \
             {JOIN_IN_ORDER} data_requirement r ON r.category = l.category AND r.system_id = l.system_id \
             AND r.retired_at IS NULL \
             {JOIN_IN_ORDER} subscription s ON s.customer_id = l.customer_id AND s.service_id = r.service_id WHERE "),
        );
        self.covered(sql, "l");
    }

    /// That the subscription `s` is live, or the grace of the requirement `r` after it runs, and that nothing that the
    /// customer said since forbids it, of the line `l`.
    fn covered(&self, sql: &mut Sql, l: &str) {
        sql.push("(s.ended_at IS NULL");
        if !self.graces.is_empty() {
            sql.push(" OR (s.ended_at > CASE r.grace");
            for (grace, over) in &self.graces {
                sql.push(" WHEN ").bind(grace.clone()).push(" THEN ").bind(*over);
            }
            sql.push(&format!(" END AND NOT {})", erasure_asked(l, Some("s.started_at"))));
        }
        sql.push(")").push(NOT_WITHDRAWN).push(NOT_OBJECTED);
    }

    fn prospects(&self, sql: &mut Sql) {
        sql.push("SELECT l.id, l.customer_id, l.category, 'PROSPECT', ").bind(None::<String>).push(", ");
        for _ in 0..4 {
            sql.bind(None::<uuid::Uuid>).push(", ");
        }
        sql.bind(None::<DateTime<Utc>>).push(", ").bind(None::<uuid::Uuid>).push(&format!(
            " FROM among l {JOIN_IN_ORDER} customer c ON c.id = l.customer_id \
             {JOIN_IN_ORDER} system y ON y.id = l.system_id AND y.built_in WHERE "
        ));
        self.prospective(sql, "l");
    }

    /// That the customer `c` was registered a while ago and has ordered nothing yet, and `l` is part of a profile.
    fn prospective(&self, sql: &mut Sql, l: &str) {
        sql.push(&format!("{l}.category IN "))
            .list(ProfileField::ALL.map(|field| field.category().to_owned()))
            .push(" AND c.created_at > ")
            .bind(self.prospects_since)
            .push(" AND NOT EXISTS (SELECT 1 FROM subscription p WHERE p.customer_id = c.id)")
            .push(&format!(" AND NOT {}", erasure_asked(l, Some("c.created_at"))));
    }
}

/// That the hold `h` is in force and about the line `l`. A category stands for everything below it.
fn held(l: &str) -> String {
    format!(
        "h.customer_id = {l}.customer_id AND h.lifted_at IS NULL \
         AND (NOT EXISTS (SELECT 1 FROM legal_hold_category g WHERE g.legal_hold_id = h.id) \
         OR EXISTS (SELECT 1 FROM legal_hold_category g WHERE g.legal_hold_id = h.id AND (g.category = {l}.category \
         OR g.category || '.' = substr({l}.category, 1, length(g.category) + 1))))"
    )
}

fn holds(sql: &mut Sql) {
    sql.push("SELECT l.id, l.customer_id, l.category, 'LEGAL_HOLD', ").bind(None::<String>).push(", ");
    for _ in 0..3 {
        sql.bind(None::<uuid::Uuid>).push(", ");
    }
    sql.push("h.id, ")
        .bind(None::<DateTime<Utc>>)
        .push(", ")
        .bind(None::<uuid::Uuid>)
        .push(&format!(" FROM among l {JOIN_IN_ORDER} legal_hold h ON {}", held("l")));
}

/// What is still to be gathered for customers who asked what there is about them, or to take it along.
const TO_GATHER: &str = "FROM task t JOIN task_location x ON x.task_id = t.id \
    WHERE t.action = 'EXPORT' AND t.finished_at IS NULL";

fn requests(sql: &mut Sql) {
    sql.push("SELECT l.id, l.customer_id, l.category, 'DATA_REQUEST', ").bind(None::<String>).push(", ");
    for _ in 0..4 {
        sql.bind(None::<uuid::Uuid>).push(", ");
    }
    sql.bind(None::<DateTime<Utc>>)
        .push(", g.data_request_id FROM among l JOIN (SELECT x.data_location_id, ");
    sql.push("t.data_request_id ").push(TO_GATHER).push(") g ON g.data_location_id = l.id");
}

impl Rule {
    fn new(row: &retention_rule::Model, catalog: &Catalog, now: DateTime<Utc>, zone: &TimeZone) -> Self {
        let began_by = || Period::parse(&row.keep_for).map_or(now, |period| period.began_by(now, zone));
        let over = match row.counted_from {
            RetentionStart::Collected => vec![Over::Collected(began_by())],
            RetentionStart::SubscriptionEnded => vec![Over::Ended(began_by())],
            RetentionStart::FiscalYearEnded => {
                let month = catalog.controller.as_ref().map_or(12, |company| company.fiscal_year_end_month);
                let day = first_day_still_kept(&row.keep_for, now, zone, month);
                vec![Over::Dated(day), Over::Undated(start_of(day, zone).unwrap_or(now))]
            }
        };
        Self { row: row.clone(), over }
    }

    /// Data lies where some service's requirement, live or not, put it for the rule's purpose, and what the rule
    /// counts from is not over yet.
    fn query(&self, sql: &mut Sql) {
        sql.push("SELECT l.id, l.customer_id, l.category, 'RETENTION_RULE', ")
            .bind(self.row.purpose.0.clone())
            .push(", ")
            .bind(None::<uuid::Uuid>)
            .push(", ")
            .bind(None::<uuid::Uuid>)
            .push(", ")
            .bind(self.row.id.0)
            .push(", ")
            .bind(None::<uuid::Uuid>)
            // Null while one is live; else the latest end.
            .push(
                ", (SELECT CASE WHEN count(*) = count(s.ended_at) THEN max(s.ended_at) END FROM subscription s \
                 JOIN data_requirement r ON r.service_id = s.service_id WHERE s.customer_id = l.customer_id AND ",
            );
        self.placed(sql, "l");
        sql.push("), ").bind(None::<uuid::Uuid>).push(" FROM among l WHERE ");
        let category = [self.row.category.as_str()];
        for (at, over) in self.over.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { " OR " });
            keeps(sql, "l", self.row.purpose.as_str(), over, &category);
        }
        sql.push(")");
    }

    /// That the requirement `r` puts the line `l` where it lies for the rule's purpose.
    fn placed(&self, sql: &mut Sql, l: &str) {
        sql.push(&format!("r.category = {l}.category AND r.system_id = {l}.system_id AND r.purpose = "))
            .bind(self.row.purpose.0.clone());
    }
}

/// Adds the condition that rules of this purpose and these categories keep the line `l`, as it is beyond what is over. It
/// is never null.
///
/// Most lines lie where no rule can keep anything. So the places where one can are looked up first: they do not depend on
/// the line, and the database finds them once.
fn keeps(sql: &mut Sql, l: &str, purpose: &str, over: &Over, categories: &[&str]) {
    let needed = |sql: &mut Sql| {
        sql.push("r.purpose = ").bind(purpose.to_owned()).push(" AND (");
        for (at, category) in categories.iter().enumerate() {
            // It, or something below it. Not a list of those: there may be many, for each of many rules.
            let below = format!("{category}.");
            let length = i32::try_from(below.chars().count()).unwrap_or(i32::MAX);
            sql.push(if at == 0 { "r.category = " } else { " OR r.category = " })
                .bind((*category).to_owned());
            sql.push(" OR substr(r.category, 1, ").bind(length).push(") = ").bind(below);
        }
        sql.push(")");
    };
    let of_customer = |sql: &mut Sql| {
        sql.push(&format!(
            "EXISTS (SELECT 1 FROM data_requirement r JOIN subscription s ON s.service_id = r.service_id \
             WHERE r.category = {l}.category AND r.system_id = {l}.system_id \
             AND s.customer_id = {l}.customer_id AND "
        ));
        needed(sql);
        sql.push(" AND (s.ended_at IS NULL OR s.ended_at ");
    };
    sql.push(&format!(
        "(({l}.category, {l}.system_id) IN (SELECT r.category, r.system_id FROM data_requirement r WHERE "
    ));
    needed(sql);
    sql.push(") AND ");
    match over {
        Over::Collected(by) => sql.push(&format!("{l}.collected_at > ")).bind(*by),
        Over::Dated(day) => {
            sql.push(&format!("{l}.document_date IS NOT NULL AND {l}.document_date >= ")).bind(*day)
        }
        Over::Ended(by) => {
            of_customer(sql);
            sql.push("> ").bind(*by).push("))")
        }
        Over::Undated(from) => {
            sql.push(&format!("{l}.document_date IS NULL AND "));
            of_customer(sql);
            sql.push(">= ").bind(*from).push("))")
        }
    };
    sql.push(")");
}

/// When a period that counts from the fiscal year of `day` ends: bookkeeping material is kept for so long after the
/// end of the calendar year in which the fiscal year ended (bokföringslagen 7 kap. 2 §).
#[must_use]
pub fn kept_until(keep_for: &str, day: NaiveDate, zone: &TimeZone, end_month: i32) -> Option<DateTime<Utc>> {
    let year = year_of_fiscal_end(day, end_month);
    Period::parse(keep_for).ok()?.after_day(NaiveDate::from_ymd_opt(year, 12, 31)?, zone)
}

fn year_of_fiscal_end(day: NaiveDate, end_month: i32) -> i32 {
    if i32::try_from(day.month()).unwrap_or(12) <= end_month { day.year() } else { day.year() + 1 }
}

/// The first day whose documents are still to be kept.
fn first_day_still_kept(keep_for: &str, now: DateTime<Utc>, zone: &TimeZone, end_month: i32) -> NaiveDate {
    let kept = |day: NaiveDate| kept_until(keep_for, day, zone, end_month).is_some_and(|until| until > now);
    // Fiscal years begin on the day after their end month; the first that is still kept begins within a century.
    let first_of = |year: i32| {
        let (year, month) = if end_month >= 12 { (year, 1) } else { (year - 1, end_month + 1) };
        NaiveDate::from_ymd_opt(year, u32::try_from(month).unwrap_or(1), 1)
    };
    let this_year = now.year() + 1;
    (this_year - 102..=this_year).filter_map(first_of).find(|day| kept(*day)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn bookkeeping_counts_from_the_calendar_year_in_which_the_fiscal_year_ended() {
        let zone = TimeZone::get("Europe/Stockholm").unwrap();
        let until = |date, month| kept_until("P7Y", day(date), &zone, month).unwrap().to_rfc3339();
        // Calendar year 2018: to the end of 2025 in Sweden.
        assert_eq!(until("2018-03-05", 12), "2025-12-31T23:00:00+00:00");
        // Fiscal year to the end of April: May 2018 belongs to the one that ended in 2019.
        assert_eq!(until("2018-05-01", 4), "2026-12-31T23:00:00+00:00");
        assert_eq!(until("2018-04-30", 4), "2025-12-31T23:00:00+00:00");
    }

    #[test]
    fn what_is_kept_for_hours_or_not_at_all_is_kept_through_the_last_day_of_the_year() {
        let zone = TimeZone::get("Europe/Stockholm").unwrap();
        let until = |keep| kept_until(keep, day("2025-03-05"), &zone, 12).unwrap().to_rfc3339();
        assert_eq!(until("P0D"), "2025-12-31T23:00:00+00:00");
        assert_eq!(until("PT12H"), "2026-01-01T11:00:00+00:00");
        assert_eq!(until("P1D"), "2026-01-01T23:00:00+00:00");
        assert_eq!(until("P1DT12H"), "2026-01-02T11:00:00+00:00");
        assert_eq!(until("P2M"), "2026-02-28T23:00:00+00:00");
        assert_eq!(until("P7Y"), "2032-12-31T23:00:00+00:00");
    }

    #[test]
    fn the_first_day_still_kept_is_the_first_of_its_fiscal_year() {
        let zone = TimeZone::get("Europe/Stockholm").unwrap();
        let first = |now: &str, month| first_day_still_kept("P7Y", now.parse().unwrap(), &zone, month);
        assert_eq!(first("2025-12-31T22:59:59Z", 12), day("2018-01-01"));
        assert_eq!(first("2025-12-31T23:00:00Z", 12), day("2019-01-01"));
        assert_eq!(first("2026-06-01T00:00:00Z", 4), day("2018-05-01"));
        let first = |keep, now: &str| first_day_still_kept(keep, now.parse().unwrap(), &zone, 12);
        assert_eq!(first("P0D", "2025-12-31T22:59:59.999999Z"), day("2025-01-01"));
        assert_eq!(first("P0D", "2025-12-31T23:00:00Z"), day("2026-01-01"));
        assert_eq!(first("PT12H", "2026-01-01T10:59:59.999999Z"), day("2025-01-01"));
        assert_eq!(first("PT12H", "2026-01-01T11:00:00Z"), day("2026-01-01"));
    }
}

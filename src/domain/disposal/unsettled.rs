//! Of all customers, those with something on their map that is not as it should be: what time alone has changed, and
//! what a change of the reference data has.

use super::{lapse::unneeded_by_now, open::UNSETTLED};
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        catalog::Catalog,
        justification::{Facts, Ground, erasure_asked},
    },
    policy::{Action, ProfileField, Target},
};
use chrono::{DateTime, Utc};
use entity::ids::CustomerId;
use sea_orm::FromQueryResult;
use std::sync::Arc;

/// Whether a service of the customer's ever needed the line `l` where it is.
const NEEDED_ONCE: &str = "EXISTS (SELECT 1 FROM data_requirement r JOIN subscription s ON s.service_id = r.service_id \
    WHERE r.category = l.category AND r.system_id = l.system_id AND s.customer_id = l.customer_id)";

/// Those of them whose ids lie after the one and up to the other, in order.
#[derive(Clone, Debug)]
pub struct UnsettledCustomers {
    pub catalog: Arc<Catalog>,
    pub after: Option<CustomerId>,
    pub upto: CustomerId,
}

/// The last of the next `count` customers after a given one; `None` when there is none.
#[derive(Clone, Copy, Debug)]
pub struct NextCustomers {
    pub after: Option<CustomerId>,
    pub count: i64,
}

#[derive(FromQueryResult)]
struct Last {
    id: CustomerId,
}

impl Inquiry for NextCustomers {
    const ACTION: Action = Action::SweepDataMap;
    type Output = Option<CustomerId>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Option<CustomerId>, Stop> {
        let mut sql = Sql::new("SELECT n.id FROM (SELECT c.id FROM customer c WHERE true");
        if let Some(after) = self.after {
            sql.push(" AND c.id > ").bind(after.0);
        }
        sql.push(" ORDER BY c.id LIMIT ").bind(self.count).push(") n ORDER BY n.id DESC LIMIT 1");
        Ok(r.numbers::<Last>(sql).await?.pop().map(|row| row.id))
    }
}

/// One of them.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Unsettled {
    pub customer_id: CustomerId,
    /// How many lines their map has.
    pub lines: i64,
}

impl Inquiry for UnsettledCustomers {
    const ACTION: Action = Action::SweepDataMap;
    type Output = Vec<Unsettled>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<Unsettled>, Stop> {
        let facts = Facts::new(&self.catalog, r.now());
        let mut sql = Sql::new(
            "SELECT u.customer_id, (SELECT count(*) FROM data_location n WHERE n.customer_id = u.customer_id) AS lines \
             FROM (",
        );
        let parts: [&dyn Fn(&mut Sql); 5] = [
            &|sql| self.held(sql, &facts),
            &|sql| self.lost(sql, &facts),
            &|sql| self.restricted(sql, &facts),
            &|sql| self.pending(sql, r.now(), &facts),
            &|sql| self.consents(sql, r.now()),
        ];
        for (at, part) in parts.into_iter().enumerate() {
            sql.push(if at == 0 { "" } else { " UNION " });
            part(&mut sql);
        }
        // While somebody's data is only kept, on their own request (Art. 18), nothing is done with it.
        sql.push(
            ") u JOIN customer c ON c.id = u.customer_id AND (c.status <> 'RESTRICTED' OR c.disposed_as IS NOT NULL) \
             ORDER BY u.customer_id",
        );
        r.numbers(sql).await
    }
}

impl UnsettledCustomers {
    fn within(&self, sql: &mut Sql, table: &str) {
        if let Some(after) = self.after {
            sql.push(&format!(" AND {table}.customer_id > ")).bind(after.0);
        }
        sql.push(&format!(" AND {table}.customer_id <= ")).bind(self.upto.0);
    }

    /// In use, and no live service needs it; something did once, or the law keeps it, or the customer
    /// asked for its erasure.
    fn held(&self, sql: &mut Sql, facts: &Facts) {
        // Nearly everything is in use: the few that are not are set apart before more is asked about them.
        sql.push(
            "SELECT l.customer_id FROM (WITH loose AS MATERIALIZED (SELECT l.* FROM data_location l \
             WHERE l.held_to IS NULL AND l.state = 'HELD'",
        );
        self.within(sql, "l");
        sql.push(" AND ");
        facts.any(sql, "l", &[Ground::Live], false);
        sql.push(") SELECT l.customer_id FROM loose l WHERE ");
        facts.any(sql, "l", &[Ground::Prospect], false);
        sql.push(&format!(" AND ({NEEDED_ONCE} OR "));
        facts.any(sql, "l", &[Ground::Rule], true);
        sql.push(&format!(" OR {}", erasure_asked("l", None)));
        sql.push(" OR (l.category IN ").list(ProfileField::ALL.map(|field| field.category().to_owned()));
        sql.push(" AND EXISTS (SELECT 1 FROM system y WHERE y.id = l.system_id AND y.built_in)))) l");
    }

    /// Not found where it should be, and nothing needs it any more.
    fn lost(&self, sql: &mut Sql, facts: &Facts) {
        sql.push(
            "SELECT l.customer_id FROM data_location l WHERE l.held_to IS NULL AND l.state = 'LOST_TRACK'",
        );
        self.within(sql, "l");
        sql.push(" AND ");
        facts.any(sql, "l", &[Ground::Live, Ground::Prospect, Ground::Rule, Ground::Hold], false);
        sql.push(&format!(" AND ({NEEDED_ONCE} OR {})", erasure_asked("l", None)));
    }

    /// Kept for the law alone, and needed again, or not kept by it any more.
    fn restricted(&self, sql: &mut Sql, facts: &Facts) {
        sql.push(
            "SELECT l.customer_id FROM data_location l WHERE l.held_to IS NULL AND l.state = 'RESTRICTED'",
        );
        self.within(sql, "l");
        sql.push(" AND (");
        facts.any(sql, "l", &[Ground::Live, Ground::Prospect], true);
        sql.push(" OR ");
        facts.any(sql, "l", &[Ground::Rule, Ground::Hold], false);
        sql.push(")");
    }

    /// On its way out, and needed again or kept by the law; or at another time than the grace after its services says by
    /// now; or nobody has been told to do it.
    fn pending(&self, sql: &mut Sql, now: DateTime<Utc>, facts: &Facts) {
        sql.push(
            "SELECT l.customer_id FROM data_location l LEFT JOIN (SELECT x.data_location_id, t.not_before, \
             t.finished_at, t.cause FROM task t JOIN task_location x ON x.task_id = t.id WHERE ",
        );
        sql.push(UNSETTLED);
        self.within(sql, "t");
        sql.push(") o ON o.data_location_id = l.id WHERE l.held_to IS NULL AND l.state = 'DISPOSAL_PENDING'");
        self.within(sql, "l");
        sql.push(" AND (o.data_location_id IS NULL OR ");
        facts.any(sql, "l", &[Ground::Live, Ground::Prospect, Ground::Rule, Ground::Hold], true);
        // What an import opened waits, covered or not.
        sql.push(" OR (o.finished_at IS NULL AND (o.cause <> 'IMPORT' OR o.not_before <= ").bind(now);
        sql.push(") AND (o.not_before > ").bind(now);
        sql.push(") <> ");
        facts.any(sql, "l", &[Ground::Covered], true);
        sql.push("))");
    }

    fn consents(&self, sql: &mut Sql, now: DateTime<Utc>) {
        sql.push("SELECT x.customer_id FROM consent x WHERE ");
        unneeded_by_now(sql, now);
        self.within(sql, "x");
    }
}

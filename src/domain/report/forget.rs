//! What is in a report goes after a short while. That it was made stays on record.

use crate::{
    access::{Command, Inquiry, Reader, Sql, Stop, Writer},
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{enums::ReportState, ids::CustomerId, report};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};

fn expired(now: DateTime<Utc>) -> Select<report::Entity> {
    report::Entity::find()
        .filter(report::Column::State.eq(ReportState::Ready))
        .filter(report::Column::ExpiresAt.lte(now))
}

/// Whether there are reports whose time is over.
#[derive(Clone, Copy, Debug)]
pub struct ExpiredReports;

impl Inquiry for ExpiredReports {
    const ACTION: Action = Action::MakeReport;
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<bool, Stop> {
        r.exists(expired(r.now())).await
    }
}

/// Destroys what is in those.
#[derive(Clone, Copy, Debug)]
pub struct ForgetReports;

impl Command for ForgetReports {
    const ACTION: Action = Action::MakeReport;
    /// How many.
    type Output = u64;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<u64, Stop> {
        let over = |sql: &mut Sql, now: DateTime<Utc>| {
            sql.push("state = 'READY' AND expires_at <= ").bind(now);
        };
        let mut sql = Sql::new("DELETE FROM report_part WHERE report_id IN (SELECT id FROM report WHERE ");
        over(&mut sql, w.now());
        sql.push(")");
        w.execute(sql).await?;
        let mut sql = Sql::new("UPDATE report SET state = 'EXPIRED' WHERE ");
        over(&mut sql, w.now());
        w.execute(sql).await
    }
}

/// Destroys what is in reports about these customers, who are gone. One that is being made is begun anew.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn forget_reports_of(w: &Writer, customers: &[CustomerId]) -> Result<(), Stop> {
    let of = |sql: &mut Sql| {
        sql.push("state IN ('READY', 'RUNNING') AND customer_id IN ").list(customers.iter().map(|id| id.0));
    };
    let mut sql = Sql::new("DELETE FROM report_part WHERE report_id IN (SELECT id FROM report WHERE ");
    of(&mut sql);
    sql.push(")");
    w.execute(sql).await?;
    let mut sql =
        Sql::new("UPDATE report SET state = CASE state WHEN 'READY' THEN 'EXPIRED' ELSE 'QUEUED' END WHERE ");
    of(&mut sql);
    w.execute(sql).await.map(drop)
}

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
        let mut sql = Sql::new(
            "UPDATE report SET state = 'EXPIRED', metadata = NULL WHERE state = 'READY' AND expires_at <= ",
        );
        sql.bind(w.now());
        let over = w.execute(sql).await?;
        forget_ownerless(w).await?;
        Ok(over)
    }
}

/// Destroys parts of what is neither made nor being made. Reports go before their parts: whoever makes one waits for that, and then has it in
/// hand no more, so that no part comes after.
async fn forget_ownerless(w: &Writer) -> Result<(), Stop> {
    let sql = Sql::new(
        "DELETE FROM report_part WHERE NOT EXISTS (SELECT 1 FROM report r WHERE r.id = report_part.report_id \
         AND r.state IN ('READY', 'RUNNING'))",
    );
    w.execute(sql).await.map(drop)
}

/// Destroys what is in reports about these customers, who are gone. One that is being made is begun anew.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn forget_reports_of(w: &Writer, customers: &[CustomerId]) -> Result<(), Stop> {
    let mut sql = Sql::new(
        "UPDATE report SET metadata = NULL, state = CASE state WHEN 'READY' THEN 'EXPIRED' ELSE 'QUEUED' END \
         WHERE state IN ('READY', 'RUNNING') AND customer_id IN ",
    );
    sql.list(customers.iter().map(|id| id.0));
    if w.execute(sql).await? > 0 { forget_ownerless(w).await } else { Ok(()) }
}

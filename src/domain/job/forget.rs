//! Whom bulk work was about is not kept once it has been over for a while; its numbers are.

use crate::{
    access::{Command, Inquiry, Reader, Sql, Stop, Writer},
    policy::{Action, Target},
};
use chrono::TimeDelta;
use sea_orm::FromQueryResult;

/// How long that can be looked up.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Rows that are forgotten in one transaction.
const ROWS: i64 = 10_000;

/// Whether there is such.
#[derive(Clone, Copy, Debug)]
pub struct JobsToForget;

#[derive(FromQueryResult)]
struct Any {
    any: i64,
}

impl Inquiry for JobsToForget {
    const ACTION: Action = Action::RunJob;
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<bool, Stop> {
        let mut sql = Sql::new("SELECT count(*) AS any FROM job j WHERE (j.finished_at <= ");
        sql.bind(r.now() - KEPT).push(
            " AND (EXISTS (SELECT 1 FROM job_customer c WHERE c.job_id = j.id) \
             OR EXISTS (SELECT 1 FROM customer_selection s WHERE s.job_id = j.id) \
             OR EXISTS (SELECT 1 FROM job_failure f WHERE f.job_id = j.id AND f.reference IS NOT NULL) \
             OR EXISTS (SELECT 1 FROM disposal_plan p WHERE p.id = j.disposal_plan_id AND p.small_groups IS NOT NULL))) \
             OR (EXISTS (SELECT 1 FROM job_failure f WHERE f.job_id = j.id AND f.reference IS NOT NULL) AND ",
        );
        done_here(&mut sql, r);
        sql.push(")");
        Ok(r.numbers::<Any>(sql).await?.iter().any(|row| row.any > 0))
    }
}

/// That everybody was done here so long ago with the work `j`, which still waits for what the law keeps elsewhere: maybe for years.
fn done_here(sql: &mut Sql, r: &Reader) {
    sql.push(
        "(j.state = 'AWAITING_TASKS' AND NOT EXISTS (SELECT 1 FROM job_failure g WHERE g.job_id = j.id AND g.occurred_at > ",
    );
    sql.bind(r.now() - KEPT).push(
        ") AND EXISTS (SELECT 1 FROM disposal_plan q WHERE q.id = j.disposal_plan_id AND q.executed_at <= ",
    );
    sql.bind(r.now() - KEPT).push("))");
}

/// Forgets some of them, and the numbers that nobody had.
#[derive(Clone, Copy, Debug)]
pub struct ForgetWhom;

impl Command for ForgetWhom {
    const ACTION: Action = Action::RunJob;
    /// How many.
    type Output = u64;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<u64, Stop> {
        let mut gone = 0;
        for (table, key, which) in [
            ("job_customer", "job_id, customer_id", "true"),
            ("customer_selection", "id, job_id", "true"),
            ("job_failure", "id, job_id", "x.reference IS NOT NULL"),
        ] {
            let keys = key.split(", ").map(|column| format!("x.{column}")).collect::<Vec<_>>().join(", ");
            let mut sql = Sql::new(&format!(
                "DELETE FROM {table} WHERE ({key}) IN (SELECT {keys} FROM {table} x JOIN job j ON j.id = x.job_id \
                 WHERE {which} AND (j.finished_at <= "
            ));
            sql.bind(w.now() - KEPT);
            if table == "job_failure" {
                sql.push(" OR ");
                done_here(&mut sql, w);
            }
            sql.push(") LIMIT ").bind(ROWS).push(")");
            gone += w.execute(sql).await?;
        }
        // A dry run and what was done by its plan have one: whoever ends first forgets it.
        let mut sql = Sql::new(
            "UPDATE disposal_plan SET small_groups = NULL WHERE small_groups IS NOT NULL AND id IN \
             (SELECT j.disposal_plan_id FROM job j WHERE j.finished_at <= ",
        );
        sql.bind(w.now() - KEPT).push(")");
        gone += w.execute(sql).await?;
        Ok(gone)
    }
}

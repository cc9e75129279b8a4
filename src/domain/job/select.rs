//! Whom bulk work is about is found out, some at a time.

use super::{
    lease::{Leased, Step, in_hand},
    request::{ToFind, not_found},
    selection::forget_numbers,
};
use crate::{
    access::{Broken, Command, Sql, Stop, Writer},
    domain::catalog::Catalog,
    policy::{Action, Target},
};
use entity::{customer_selection, enums::JobStep, ids::CustomerId, job};
use sea_orm::{EntityTrait, FromQueryResult};
use std::sync::Arc;

/// Customers, or numbers on a list, that are looked at in one transaction.
const WINDOW: i64 = 10_000;

/// Finds the next ones.
#[derive(Clone, Debug)]
pub struct SelectNext {
    pub catalog: Arc<Catalog>,
    pub leased: Leased,
}

#[derive(FromQueryResult)]
struct Last {
    last: Option<String>,
}

#[derive(FromQueryResult)]
struct LastId {
    id: CustomerId,
}

#[derive(FromQueryResult)]
struct Unknown {
    reference: String,
}

impl Command for SelectNext {
    const ACTION: Action = Action::RunJob;
    type Output = Step;

    fn target(&self) -> Target {
        Target::thing(self.leased.id)
    }

    async fn run(self, w: &mut Writer) -> Result<Step, Stop> {
        let Some(row) = in_hand(w, self.leased).await? else { return Ok(Step::Over) };
        let whom = row.selection.clone().and_then(|whom| serde_json::from_value(whom).ok());
        let found = match whom.ok_or(Broken::Stored("a job that does not say whom it is about"))? {
            ToFind::Selection(list) => self.on_list(w, row, list).await?,
            ToFind::Filter(filter) => {
                self.filtered(w, row, |sql, w| filter.conditions(sql, &self.catalog, w.now())).await?
            }
        };
        let step = found.step;
        w.update::<job::Entity>(found).await?;
        Ok(Step::Next(step))
    }
}

impl SelectNext {
    async fn on_list(
        &self,
        w: &Writer,
        row: job::Model,
        list: entity::ids::CustomerSelectionId,
    ) -> Result<job::Model, Stop> {
        if w.one(customer_selection::Entity::find_by_id(list)).await?.is_none() {
            return Err(Broken::Stored("a job whose list is gone").into());
        }
        let after = row.selected_to.clone().unwrap_or_default();
        let mut sql = Sql::new(
            "SELECT max(n.reference) AS last FROM (SELECT reference FROM customer_selection_reference WHERE selection_id = ",
        );
        sql.bind(list.0).push(" AND reference > ").bind(after.clone());
        sql.push(" ORDER BY reference LIMIT ").bind(WINDOW).push(") n");
        let last = w.numbers::<Last>(sql).await?.pop().and_then(|row| row.last);
        let Some(upto) = last else {
            forget_numbers(w, row.id).await?;
            return Ok(all_found(row));
        };
        let window = |sql: &mut Sql| {
            sql.push(" WHERE r.selection_id = ").bind(list.0).push(" AND r.reference > ").bind(after.clone());
            sql.push(" AND r.reference <= ").bind(upto.clone());
        };
        let mut sql = Sql::new("INSERT INTO job_customer (job_id, customer_id, state) SELECT ");
        sql.bind(row.id.0).push(", c.id, 'SELECTED' FROM customer_selection_reference r ");
        sql.push("JOIN customer c ON c.reference = r.reference");
        window(&mut sql);
        sql.push(" ON CONFLICT DO NOTHING");
        let found = w.execute(sql).await?;
        let mut sql = Sql::new("SELECT r.reference FROM customer_selection_reference r");
        window(&mut sql);
        sql.push(" AND NOT EXISTS (SELECT 1 FROM customer c WHERE c.reference = r.reference)");
        let unknown = w.numbers::<Unknown>(sql).await?.into_iter().map(|row| row.reference).collect();
        let unknown = not_found(w, &row, unknown).await?;
        Ok(job::Model {
            total: row.total + i64::try_from(found).unwrap_or_default() + unknown,
            failed: row.failed + unknown,
            selected_to: Some(upto),
            ..row
        })
    }

    /// Those of the next customers that a condition on `c` is true of, and that are not gone.
    async fn filtered(
        &self,
        w: &Writer,
        row: job::Model,
        condition: impl Fn(&mut Sql, &Writer) + Send,
    ) -> Result<job::Model, Stop> {
        let after = row.selected_to.as_deref().and_then(|id| id.parse::<uuid::Uuid>().ok());
        let after = after.unwrap_or_default();
        let mut sql = Sql::new("SELECT n.id FROM (SELECT c.id FROM customer c WHERE c.id > ");
        sql.bind(after).push(" ORDER BY c.id LIMIT ").bind(WINDOW).push(") n ORDER BY n.id DESC LIMIT 1");
        let Some(upto) = w.numbers::<LastId>(sql).await?.pop().map(|last| last.id) else {
            return Ok(all_found(row));
        };
        let mut sql = Sql::new("INSERT INTO job_customer (job_id, customer_id, state) SELECT ");
        sql.bind(row.id.0).push(", c.id, 'SELECTED' FROM customer c ");
        condition(&mut sql, w);
        // Whoever came later was not meant.
        sql.push(" AND c.created_at <= ").bind(row.created_at);
        sql.push(" AND c.disposed_as IS NULL AND c.id > ").bind(after).push(" AND c.id <= ").bind(upto.0);
        sql.push(" ON CONFLICT DO NOTHING");
        let found = w.execute(sql).await?;
        Ok(job::Model {
            total: row.total + i64::try_from(found).unwrap_or_default(),
            selected_to: Some(upto.to_string()),
            ..row
        })
    }
}

fn all_found(row: job::Model) -> job::Model {
    job::Model { step: JobStep::Plan, selection: None, selected_to: None, ..row }
}

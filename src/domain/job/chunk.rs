//! Some of the customers whom bulk work is about, for one transaction.

use crate::{
    access::{Code, Door, Sql, Stop, Writer},
    domain::{customer::is_restricted, disposal::lines_at_once},
};
use entity::{
    customer,
    enums::JobCustomerState,
    ids::{CustomerId, JobFailureId, SubscriptionId},
    job, job_failure,
};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};
use std::collections::HashMap;

/// Most have as many lines or more. No more of them are looked at than have what one transaction may be about.
const LINES_EACH: i64 = 8;

/// Which of the customers who have come so far are next.
#[derive(Clone, Copy, Debug)]
pub struct Portion {
    /// At most so many, and at least one.
    pub most: i64,
    /// And no more than have so many lines on their maps together.
    pub lines: i64,
    /// So many before them are left as they are: they have just failed.
    pub after: i64,
}

impl Portion {
    /// As many as one transaction should have. Others may have to wait for it.
    #[must_use]
    pub fn of(door: &Door) -> Self {
        let lines = lines_at_once(door);
        Self { most: lines / LINES_EACH, lines, after: 0 }
    }

    /// One alone, after so many who have failed.
    #[must_use]
    pub const fn one(after: i64) -> Self {
        Self { most: 1, lines: 0, after }
    }
}

/// The customers of a chunk, locked.
pub(super) struct Chunk {
    pub customers: Vec<customer::Model>,
    /// Those with whom it cannot be done, and why.
    pub refused: Vec<(CustomerId, Code)>,
}

#[derive(FromQueryResult)]
struct Next {
    customer_id: CustomerId,
    lines: i64,
}

impl Chunk {
    /// The next ones that have come so far; `None` when there are no more.
    pub(super) async fn next(
        w: &Writer,
        job: &job::Model,
        state: JobCustomerState,
        Portion { most, lines: most_lines, after }: Portion,
    ) -> Result<Option<Self>, Stop> {
        let mut sql = Sql::new(
            "SELECT j.customer_id, (SELECT count(*) FROM data_location l WHERE l.customer_id = j.customer_id \
             AND l.held_to IS NULL) AS lines FROM job_customer j WHERE j.job_id = ",
        );
        sql.bind(job.id.0).push(" AND j.state = ").bind(state);
        sql.push(" ORDER BY j.customer_id LIMIT ").bind(most).push(" OFFSET ").bind(after);
        let mut lines = 0;
        let few_enough = |next: &Next| {
            let is_first = lines == 0;
            lines += next.lines.max(1);
            is_first || lines <= most_lines
        };
        let next = w.numbers::<Next>(sql).await?.into_iter().take_while(few_enough);
        let ids = next.map(|next| next.customer_id).collect::<Vec<_>>();
        if ids.is_empty() {
            return Ok(None);
        }
        let found = customer::Entity::find()
            .filter(customer::Column::Id.is_in(ids))
            .order_by_asc(customer::Column::Id);
        let mut chunk = Self { customers: Vec::new(), refused: Vec::new() };
        for row in w.lock_all(found).await? {
            if row.disposed_as.is_some() {
                chunk.refused.push((row.id, Code::CustomerGone));
            } else if is_restricted(&row) {
                chunk.refused.push((row.id, Code::CustomerRestricted));
            } else {
                chunk.customers.push(row);
            }
        }
        Ok(Some(chunk))
    }
}

#[derive(FromQueryResult)]
struct Live {
    customer_id: CustomerId,
    id: SubscriptionId,
}

impl Chunk {
    /// What each of them has with the company now: their status, and the services that they have.
    pub(super) async fn before(&self, w: &Writer) -> Result<HashMap<CustomerId, String>, Stop> {
        let mut before = HashMap::new();
        for row in &self.customers {
            before.insert(row.id, format!("{:?} {:?}", row.status, row.kind));
        }
        let mut sql =
            Sql::new("SELECT customer_id, id FROM subscription WHERE ended_at IS NULL AND customer_id IN ");
        sql.list(self.customers.iter().map(|row| row.id.0)).push(" ORDER BY customer_id, id");
        for Live { customer_id, id } in w.numbers::<Live>(sql).await? {
            let has = before.entry(customer_id).or_default();
            has.push(' ');
            has.push_str(&id.to_string());
        }
        Ok(before)
    }
}

/// Puts on record with whom it could not be done; how many they are.
pub(super) async fn refuse(
    w: &Writer,
    job: &job::Model,
    refused: &[(CustomerId, Code)],
) -> Result<i64, Stop> {
    let failure = |(customer, code): &(CustomerId, Code)| job_failure::Model {
        id: JobFailureId(w.id()),
        job_id: job.id,
        customer_id: Some(*customer),
        reference: None,
        code: code.word().to_owned(),
        occurred_at: w.now(),
    };
    w.insert_all::<job_failure::Entity>(&refused.iter().map(failure).collect::<Vec<_>>()).await?;
    let ids = refused.iter().map(|(customer, _)| *customer).collect::<Vec<_>>();
    becomes(w, job, &ids, JobCustomerState::Failed).await?;
    Ok(i64::try_from(refused.len()).unwrap_or(i64::MAX))
}

/// That these have come so far.
pub(super) async fn becomes(
    w: &Writer,
    job: &job::Model,
    customers: &[CustomerId],
    state: JobCustomerState,
) -> Result<(), Stop> {
    if customers.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("UPDATE job_customer SET state = ");
    sql.bind(state).push(" WHERE job_id = ").bind(job.id.0).push(" AND customer_id IN ");
    sql.list(customers.iter().map(|id| id.0));
    w.execute(sql).await.map(drop)
}

//! Whoever asked to have everything erased, and of whose profile nothing is left, is erased altogether: their number and
//! what else names them goes as well.

use super::{intents::Intents, keeper::Destroys, leave::Leaving};
use crate::{
    access::{Command, Inquiry, Reader, Sql, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        disposal::carry_out,
    },
    ledger::Ledger,
    policy::{Action, Target},
};
use entity::{
    customer,
    enums::{CustomerStatus, TaskCause},
    ids::CustomerId,
};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};
use std::sync::Arc;

/// Customers who are looked at in one transaction.
const AT_ONCE: i64 = 100;

/// That the customer `c` asked for the erasure of everything, has nothing with the company since, and nothing is left of
/// their profile here.
const FORGOTTEN: &str = "c.status = 'DORMANT' AND EXISTS (SELECT 1 FROM data_request q WHERE q.customer_id = c.id \
    AND q.kind = 'ERASURE' AND q.verified_at IS NOT NULL AND q.rejected_at IS NULL AND q.withdrawn_at IS NULL \
    AND NOT EXISTS (SELECT 1 FROM data_request_category g WHERE g.data_request_id = q.id) \
    AND NOT EXISTS (SELECT 1 FROM subscription s WHERE s.customer_id = c.id \
    AND (s.ended_at IS NULL OR s.started_at > q.verified_at))) \
    AND NOT EXISTS (SELECT 1 FROM data_location l JOIN system y ON y.id = l.system_id AND y.built_in \
    WHERE l.customer_id = c.id AND l.held_to IS NULL)";

#[derive(FromQueryResult)]
struct Id {
    id: CustomerId,
}

/// The first of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forgotten;

impl Inquiry for Forgotten {
    const ACTION: Action = Action::KeepErasures;
    type Output = Vec<CustomerId>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<CustomerId>, Stop> {
        find(r, None).await
    }
}

async fn find(r: &Reader, among: Option<&[CustomerId]>) -> Result<Vec<CustomerId>, Stop> {
    // From the requests, which are few, and not from all customers.
    let mut sql = Sql::new(
        "SELECT c.id FROM customer c WHERE c.id IN (SELECT r.customer_id FROM data_request r \
         WHERE r.kind = 'ERASURE' AND r.verified_at IS NOT NULL AND r.rejected_at IS NULL AND r.withdrawn_at IS NULL) AND ",
    );
    sql.push(FORGOTTEN);
    if let Some(among) = among {
        sql.push(" AND c.id IN ").list(among.iter().map(|id| id.0));
    }
    sql.push(" ORDER BY c.id LIMIT ").bind(AT_ONCE);
    Ok(r.numbers::<Id>(sql).await?.into_iter().map(|row| row.id).collect())
}

/// Erases them.
#[derive(Clone, Debug)]
pub(super) struct EraseForgotten {
    catalog: Arc<Catalog>,
    customers: Vec<CustomerId>,
    intents: Intents,
}

impl EraseForgotten {
    pub(super) fn new(catalog: Arc<Catalog>, ledger: Arc<Ledger>, customers: Vec<CustomerId>) -> Self {
        Self { catalog, customers, intents: Intents::new(ledger) }
    }
}

impl Destroys for EraseForgotten {
    fn intents(&self) -> &Intents {
        &self.intents
    }
}

impl Command for EraseForgotten {
    const ACTION: Action = Action::KeepErasures;
    /// How many.
    type Output = usize;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<usize, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let query = customer::Entity::find()
            .filter(customer::Column::Id.is_in(self.customers))
            .order_by_asc(customer::Column::Id);
        let locked = w.lock_all(query).await?;
        // Whatever became of them meanwhile.
        let ids = locked.iter().map(|row| row.id).collect::<Vec<_>>();
        let still = find(w, Some(&ids)).await?;
        let customers = locked.into_iter().filter(|row| still.contains(&row.id)).collect::<Vec<_>>();
        if customers.is_empty() {
            return Ok(0);
        }
        let number = customers.len();
        let leaving = Leaving::begin(w, customers, CustomerStatus::Erased).await?;
        let lines = leaving.judged(w, &catalog).await?;
        carry_out(w, &catalog, &lines, |_| TaskCause::Erasure).await?;
        let leavers = leaving.destroy(w, &catalog, &lines).await?;
        self.intents.write(w, &leavers, CustomerStatus::Erased, None).await?;
        Ok(number)
    }
}

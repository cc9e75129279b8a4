//! A comparison ends. What was put aside for it goes first.

use super::lease::in_hand;
use crate::{
    access::{Command, Sql, Stop, Writer},
    connector::Failure,
    domain::task::note_state,
    policy::{Action, Target},
};
use entity::{enums::ReconciliationState, ids::ReconciliationId, reconciliation};

/// The longest error that is kept.
const LONGEST_ERROR: usize = 500;

/// So many rows go together.
const ROWS: i64 = 5_000;

/// Forgets some of what was found.
#[derive(Clone, Copy, Debug)]
pub struct ForgetFound {
    pub id: ReconciliationId,
    pub lease: i64,
}

impl Command for ForgetFound {
    const ACTION: Action = Action::CompareMap;
    /// Whether there may be more.
    type Output = bool;

    fn target(&self) -> Target {
        Target::thing(self.id)
    }

    async fn run(self, w: &mut Writer) -> Result<bool, Stop> {
        let row = in_hand(w, self.id, self.lease).await?;
        let of = "(reading, known_by, key, category)";
        let mut sql = Sql::new("DELETE FROM reconciliation_found WHERE reconciliation_id = ");
        sql.bind(self.id.0).push(&format!(
            " AND {of} IN (SELECT reading, known_by, key, category FROM reconciliation_found WHERE reconciliation_id = "
        ));
        sql.bind(self.id.0).push(" LIMIT ").bind(ROWS).push(")");
        let gone = w.execute(sql).await?;
        w.update::<reconciliation::Entity>(row).await?;
        Ok(gone > 0)
    }
}

/// Ends a comparison whose every part was made.
#[derive(Clone, Copy, Debug)]
pub struct FinishReconciliation {
    pub id: ReconciliationId,
    pub lease: i64,
}

impl Command for FinishReconciliation {
    const ACTION: Action = Action::CompareMap;
    type Output = ();

    fn target(&self) -> Target {
        Target::thing(self.id)
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        let row = in_hand(w, self.id, self.lease).await?;
        // What earlier ones found is told by this one, or is there no longer: its references are not kept.
        let mut sql = Sql::new(
            "UPDATE reconciliation_difference SET external_reference = NULL WHERE external_reference IS NOT NULL \
             AND reconciliation_id IN (SELECT id FROM reconciliation WHERE id <> ",
        );
        sql.bind(row.id.0).push(" AND system_id = ").bind(row.system_id.0).push(")");
        if let Some(customer) = row.customer_id {
            sql.push(" AND customer_id = ").bind(customer.0);
        }
        w.execute(sql).await?;
        let row = reconciliation::Model {
            state: ReconciliationState::Succeeded,
            finished_at: Some(w.now()),
            taken_until: None,
            ..row
        };
        w.update::<reconciliation::Entity>(row).await.map(drop)
    }
}

/// Ends a comparison whose system could not be read to the end. Nothing of the map was changed by then.
#[derive(Clone, Debug)]
pub struct FailReconciliation {
    pub id: ReconciliationId,
    pub lease: i64,
    /// What the system said, or why it was not asked.
    pub why: Result<Failure, &'static str>,
}

impl Command for FailReconciliation {
    const ACTION: Action = Action::CompareMap;
    type Output = ();

    fn target(&self) -> Target {
        Target::thing(self.id)
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        let row = in_hand(w, self.id, self.lease).await?;
        let why = match &self.why {
            Ok(failure) => {
                note_state(w, row.system_id, Some(failure)).await?;
                failure.to_string()
            }
            Err(why) => (*why).to_owned(),
        };
        let row = reconciliation::Model {
            state: ReconciliationState::Failed,
            error: Some(why.chars().take(LONGEST_ERROR).collect()),
            finished_at: Some(w.now()),
            taken_until: None,
            ..row
        };
        w.update::<reconciliation::Entity>(row).await.map(drop)
    }
}

//! Whom the rows of a file are about: customers by the company's own number, locked.

use super::rectify::{gone, only_kept};
use crate::{
    access::{Code, Refusal, Stop, Writer},
    domain::import::Tally,
};
use entity::{customer, enums::CustomerStatus, ids::CustomerId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::{BTreeSet, HashMap};

/// The customers of rows, until the commit nobody else's to change.
#[derive(Debug)]
pub(in crate::domain) struct Whose(HashMap<String, customer::Model>);

impl Whose {
    /// Those of these numbers.
    pub(in crate::domain) async fn lock<'a>(
        w: &Writer,
        references: impl Iterator<Item = &'a str>,
    ) -> Result<Self, Stop> {
        let references = references.map(str::trim).collect::<BTreeSet<_>>();
        let query = customer::Entity::find()
            .filter(customer::Column::Reference.is_in(references))
            .order_by_asc(customer::Column::Id);
        let found = w.lock_all(query).await?;
        Ok(Self(found.into_iter().map(|row| (row.reference.clone(), row)).collect()))
    }

    /// The customer of a row, unless nothing new may be put on record of them.
    pub(in crate::domain) fn of(
        &self,
        at: usize,
        reference: &str,
        tally: &mut Tally,
    ) -> Option<&customer::Model> {
        const COLUMN: &str = "customer";
        let Some(row) = self.0.get(reference.trim()) else {
            let message = "No customer has this reference: bring in the customers first.";
            tally.reject(at, Refusal::new(Code::NotFound, message).at(COLUMN));
            return None;
        };
        let refusal = match row.status {
            CustomerStatus::Anonymized | CustomerStatus::Erased => Some(gone(COLUMN)),
            _ if row.disposed_as.is_some() => Some(gone(COLUMN)),
            CustomerStatus::Restricted => Some(only_kept(COLUMN)),
            CustomerStatus::Active | CustomerStatus::Dormant => None,
        };
        match refusal {
            Some(refusal) => {
                tally.reject(at, refusal);
                None
            }
            None => Some(row),
        }
    }

    /// Those among these.
    pub(in crate::domain) fn among(&self, ids: &BTreeSet<CustomerId>) -> Vec<customer::Model> {
        let mut rows = self.0.values().filter(|row| ids.contains(&row.id)).cloned().collect::<Vec<_>>();
        rows.sort_by_key(|row| row.id);
        rows
    }
}

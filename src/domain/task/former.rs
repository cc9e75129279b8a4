//! The customer number of somebody who is gone, for whoever has to find them by it where a task is open.

use super::known_by::unseal;
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    policy::{Action, Target},
};
use entity::{
    enums::SubjectKeyKind,
    envelope,
    ids::{CustomerId, SystemId},
    touch::Recorded,
};

/// A customer, and where they are to be found.
pub type Place = (CustomerId, SystemId);

/// The number that each of these customers had, of those who are gone and have something there.
#[derive(Clone, Debug)]
pub struct FormerReferences(pub Vec<Place>);

impl Inquiry for FormerReferences {
    const ACTION: Action = Action::SeeFormerReferences;
    type Output = Vec<(Place, String)>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new("SELECT * FROM envelope WHERE (customer_id, system_id) IN (VALUES ");
        for (at, (customer, system)) in self.0.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind(customer.0).push(", ").bind(system.0).push(")");
        }
        sql.push(")");
        let found = r.rows(sql, envelope::Entity::touch).await?;
        // One that does not open says nothing.
        let number = |row: &envelope::Model| {
            let known = unseal(r, row).ok()?.remove(&SubjectKeyKind::Reference)?;
            Some(((row.customer_id, row.system_id), known.into_iter().next_back()?))
        };
        Ok(found.iter().filter_map(number).collect())
    }
}

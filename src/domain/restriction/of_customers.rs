//! The restriction of each of several customers.

use crate::{
    access::{Inquiry, Reader, Stop},
    policy::{Action, Target},
};
use entity::{ids::CustomerId, restriction};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// The restriction in force of each of these customers, of those who have one.
#[derive(Clone, Debug)]
pub struct RestrictionsOfCustomers(pub Vec<CustomerId>);

impl Inquiry for RestrictionsOfCustomers {
    const ACTION: Action = Action::SeeCustomer;
    type Output = Vec<restriction::Model>;

    fn target(&self) -> Target {
        Target::customers(&self.0)
    }

    async fn run(self, r: &Reader) -> Result<Vec<restriction::Model>, Stop> {
        let in_force = restriction::Entity::find()
            .filter(restriction::Column::CustomerId.is_in(self.0))
            .filter(restriction::Column::LiftedAt.is_null());
        r.all(in_force).await
    }
}

//! Whose own record a customer's token is about. Nothing of the record is read.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    policy::{Action, Target},
};
use entity::ids::CustomerId;
use sea_orm::FromQueryResult;

/// The id of the customer of this number.
#[derive(Clone, Debug)]
pub struct IdOfReference(pub String);

#[derive(FromQueryResult)]
struct Id {
    id: CustomerId,
}

impl Inquiry for IdOfReference {
    const ACTION: Action = Action::SeeCustomer;
    type Output = Option<CustomerId>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Option<CustomerId>, Stop> {
        let mut sql = Sql::new("SELECT id FROM customer WHERE reference = ");
        sql.bind(self.0);
        Ok(r.numbers::<Id>(sql).await?.pop().map(|row| row.id))
    }
}

//! Customers by id, each with the wrapped key that their profile opens with.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    policy::{Action, Target},
};
use entity::{customer, ids::CustomerId, subject_key, touch::Touch};
use sea_orm::{DbErr, FromQueryResult, QueryResult};

/// A customer's row and key; the key is gone once the customer is.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyed {
    pub row: customer::Model,
    pub key: Option<subject_key::Model>,
}

impl FromQueryResult for Keyed {
    fn from_query_result(result: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let row = customer::Model::from_query_result(result, prefix)?;
        let key = match result.try_get::<Option<Vec<u8>>>(prefix, "wrapped")? {
            Some(wrapped) => {
                let master_key_id = result.try_get(prefix, "master_key_id")?;
                Some(subject_key::Model { customer_id: row.id, master_key_id, wrapped })
            }
            None => None,
        };
        Ok(Self { row, key })
    }
}

impl Keyed {
    /// Whom the row is about.
    pub fn touch(&self) -> Touch {
        Touch::of(self.row.id)
    }

    /// Begins a statement that selects customers with their keys; conditions on `c` follow.
    pub fn select() -> Sql {
        Sql::new(
            "SELECT c.*, k.master_key_id, k.wrapped FROM customer c LEFT JOIN subject_key k ON k.customer_id = c.id ",
        )
    }
}

/// Those of these customers that there are.
#[derive(Clone, Debug)]
pub struct CustomersByIds(pub Vec<CustomerId>);

impl Inquiry for CustomersByIds {
    const ACTION: Action = Action::SeeCustomer;
    type Output = Vec<Keyed>;

    fn target(&self) -> Target {
        match self.0[..] {
            [one] => Target::customer(one),
            _ => Target::customers(&self.0),
        }
    }

    async fn run(self, r: &Reader) -> Result<Vec<Keyed>, Stop> {
        let mut sql = Keyed::select();
        sql.push("WHERE c.id IN ").list(self.0.iter().map(|id| id.0));
        r.rows(sql, Keyed::touch).await
    }
}

/// The customer of this number.
#[derive(Clone, Debug)]
pub struct CustomerByReference(pub String);

impl Inquiry for CustomerByReference {
    const ACTION: Action = Action::SeeCustomer;
    type Output = Option<Keyed>;

    // Whose number it is shows only in the answer, which the door looks at once more.
    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Option<Keyed>, Stop> {
        let mut sql = Keyed::select();
        sql.push("WHERE c.reference = ").bind(self.0);
        Ok(r.rows(sql, Keyed::touch).await?.pop())
    }
}

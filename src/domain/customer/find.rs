//! A customer by what the world calls them: never stored or searched in the open, only as a keyed hash.

use super::{by_ids::Keyed, profile::field};
use crate::{
    access::{Code, Inquiry, Reader, Refusal, Stop},
    policy::{Action, Target},
};
use entity::{enums::LookupKind, ids::CategoryKey};
use sea_orm::ActiveEnum;

/// The one customer with this e-mail address, phone number or national id, in normal form.
#[derive(Clone)]
pub struct FindCustomer {
    pub kind: LookupKind,
    pub normalized: String,
}

impl std::fmt::Debug for FindCustomer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FindCustomer").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Inquiry for FindCustomer {
    const ACTION: Action = Action::FindCustomer;
    type Output = Option<Keyed>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Option<Keyed>, Stop> {
        let mut sql = Keyed::select();
        sql.push("JOIN customer_lookup f ON f.customer_id = c.id WHERE f.hash = ")
            .bind(r.lookup(self.kind, &self.normalized))
            .push(" AND f.kind = ")
            .bind(self.kind.to_value())
            .push(" LIMIT 2");
        // Whoever is found has what was looked for.
        let category = field(self.kind).map(|field| CategoryKey::from(field.category()));
        let touch = |row: &Keyed| category.iter().fold(row.touch(), |touch, key| touch.category(key.clone()));
        let mut found = r.rows(sql, touch).await?;
        if found.len() > 1 {
            let message = "More than one customer has it: look for the national id or the reference.";
            return Err(Refusal::new(Code::OutOfRange, message).into());
        }
        Ok(found.pop())
    }
}

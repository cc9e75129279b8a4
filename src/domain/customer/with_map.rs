//! One customer with the first page of their data map, in one statement: the question that is asked most.

use super::by_ids::Keyed;
use crate::{
    access::{Access, Inquiry, Reader, Sql, Stop},
    domain::page::{Page, PageRequest},
    policy::{Action, Role, Target},
};
use entity::{data_location, ids::CustomerId, touch::Recorded};

/// Which customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    Id(CustomerId),
    Reference(String),
}

impl Which {
    /// The customer of this number, as far as the caller may know of them. To whoever sees only themselves everybody
    /// else is nobody, and is not looked up: neither the time that it takes nor the log tells who is there.
    #[must_use]
    pub fn of_reference(access: &Access, reference: String) -> Self {
        let actor = &access.caller().actor;
        if actor.is(Role::Customer) && access.sees_only_themselves(Action::SeeCustomer) {
            return Self::Id(actor.own(&reference).unwrap_or(CustomerId(uuid::Uuid::nil())));
        }
        Self::Reference(reference)
    }
}

/// The customer and the first `limit` lines of their map, newest first.
#[derive(Clone, Debug)]
pub struct CustomerWithMap {
    pub which: Which,
    pub limit: u64,
}

const COLUMNS: &str = "SELECT c.*, k.master_key_id, k.wrapped, l.id AS l_id, l.customer_id AS l_customer_id, \
    l.category AS l_category, l.system_id AS l_system_id, l.external_reference AS l_external_reference, \
    l.source_channel AS l_source_channel, l.collected_at AS l_collected_at, l.document_date AS l_document_date, \
    l.recorded_by AS l_recorded_by, l.state AS l_state, l.held_from AS l_held_from, l.held_to AS l_held_to, \
    l.last_verified_at AS l_last_verified_at FROM customer c LEFT JOIN subject_key k ON k.customer_id = c.id \
    LEFT JOIN data_location l ON l.customer_id = c.id WHERE ";

impl Inquiry for CustomerWithMap {
    const ACTION: Action = Action::SeeCustomer;
    type Output = Option<(Keyed, Page<data_location::Model>)>;

    fn target(&self) -> Target {
        match self.which {
            Which::Id(id) => Target::customer(id),
            // Whose number it is shows only in the answer, which the door looks at once more.
            Which::Reference(_) => Target::none(),
        }
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let request = PageRequest { limit: self.limit, ..PageRequest::default() };
        let mut sql = Sql::new(COLUMNS);
        match self.which {
            Which::Id(id) => sql.push("c.id = ").bind(id.0),
            Which::Reference(reference) => sql.push("c.reference = ").bind(reference),
        };
        sql.push(" ORDER BY l.id DESC");
        let found = r.joined(sql, "l_", request.limit, Keyed::touch, data_location::Entity::touch).await?;
        let Some((customer, lines, more)) = found else { return Ok(None) };
        let page = Page::fetched(&request, lines, more, |line| vec![line.id.to_string()], None);
        Ok(Some((customer, page)))
    }
}

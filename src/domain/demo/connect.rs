//! The systems of the demo that are there for real: what lies in them, and how they are reached.

use crate::{
    access::{Command, Inquiry, Reader, Sql, Stop, Writer},
    domain::catalog::{begin_change, hold},
    policy::{Action, Target},
};
use entity::{
    connector::Connector,
    ids::{CategoryKey, CustomerId},
    system,
    touch::Touch,
};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use std::{collections::BTreeMap, path::Path};

/// The in-house register of customers.
pub const CRM: &str = "Kundregister";

/// The in-house system for invoices.
pub const INVOICING: &str = "Faktureringssystem";

/// A third party's system.
pub const VAULT: &str = "Old Mill valv";

/// The version of a system that was loaded, and never changed.
const LOADED: i32 = 1;

/// The version of one that was connected by this since, and never changed otherwise. A later one may be somebody's choice.
const CONNECTED: i32 = LOADED + 1;

/// Something that lies at a system, by the map.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Held {
    customer_id: CustomerId,
    /// The company's number for the customer.
    pub reference: String,
    /// What the system knows the record by.
    pub external_reference: String,
    pub category: CategoryKey,
}

/// What lies at the system of this name.
#[derive(Clone, Copy, Debug)]
pub struct HeldAt(pub &'static str);

impl Inquiry for HeldAt {
    const ACTION: Action = Action::SeeCustomer;
    type Output = Vec<Held>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<Held>, Stop> {
        let mut sql = Sql::new(
            "SELECT l.customer_id, c.reference, l.external_reference, l.category FROM data_location l \
             JOIN customer c ON c.id = l.customer_id JOIN system s ON s.id = l.system_id \
             WHERE l.held_to IS NULL AND l.external_reference IS NOT NULL AND s.name = ",
        );
        sql.bind(self.0).push(" ORDER BY c.reference, l.category");
        r.rows(sql, |row: &Held| Touch::of(row.customer_id).category(row.category.clone())).await
    }
}

/// Says how the demo's systems are reached, by their names. What somebody has changed meanwhile stays as it is, but for the
/// address: a folder may have been moved, and a port been taken. What an older program said, and nobody has changed, is said
/// anew.
#[derive(Clone, Debug)]
pub struct ConnectDemo(pub BTreeMap<&'static str, Connector>);

impl Command for ConnectDemo {
    const ACTION: Action = Action::LoadDemo;
    type Output = ();

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        hold(w).await?;
        let named = system::Entity::find().filter(system::Column::Name.is_in(self.0.keys().copied()));
        let mut changed = Vec::new();
        for row in w.all(named).await? {
            let Some(wanted) = self.0.get(row.name.as_str()) else { continue };
            let connector = match &row.connector {
                None if row.version == LOADED => Some(wanted.clone()),
                None => None,
                Some(there) if row.version == CONNECTED && is_own(there, wanted) => {
                    (there != wanted).then(|| wanted.clone())
                }
                Some(there) => moved(there, wanted),
            };
            if connector.is_some() {
                changed.push(system::Model { version: row.version + 1, connector, ..row });
            }
        }
        if changed.is_empty() {
            return Ok(());
        }
        begin_change(w).await?;
        for row in changed {
            w.update::<system::Entity>(row).await?;
        }
        Ok(())
    }
}

/// Whether it leads to the demo's own, wherever that is now.
fn is_own(there: &Connector, wanted: &Connector) -> bool {
    match (there, wanted) {
        (Connector::Sql(there), Connector::Sql(wanted)) => {
            Path::new(&there.url).file_name() == Path::new(&wanted.url).file_name()
        }
        (Connector::Http(there), Connector::Http(wanted)) => there.signing_secret == wanted.signing_secret,
        _ => false,
    }
}

/// The connector that is there with the wanted one's address, if it is the demo's own and has another.
fn moved(there: &Connector, wanted: &Connector) -> Option<Connector> {
    if !is_own(there, wanted) {
        return None;
    }
    let mut moved = there.clone();
    match (&mut moved, wanted) {
        (Connector::Sql(sql), Connector::Sql(wanted)) => sql.url.clone_from(&wanted.url),
        (Connector::Http(http), Connector::Http(wanted)) => http.url.clone_from(&wanted.url),
        _ => return None,
    }
    (moved != *there).then_some(moved)
}

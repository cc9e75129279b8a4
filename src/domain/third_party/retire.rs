//! A relationship with a third party ends.

use super::assess::record;
use crate::{
    access::{Command, Stop, Writer},
    domain::{
        catalog::{begin_change, held_data, in_use, live},
        checks::{BLOCK, Checks},
    },
    policy::{Action, Target},
};
use entity::{assessment, data_location, enums::TrustStatus, ids::ThirdPartyId, system, third_party};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// Ends a relationship for good. Data comes back or goes first (Art. 28(3)(g)).
#[derive(Clone, Debug)]
pub struct RetireThirdParty {
    pub third_party: ThirdPartyId,
    pub reason: String,
}

impl Command for RetireThirdParty {
    const ACTION: Action = Action::RetireThirdParty;
    type Output = third_party::Model;

    fn target(&self) -> Target {
        Target::thing(self.third_party)
    }

    async fn run(self, w: &mut Writer) -> Result<third_party::Model, Stop> {
        begin_change(w).await?;
        let row = w.lock(third_party::Entity::find_by_id(self.third_party)).await?;
        let row = live(row, |row| row.status == TrustStatus::Retired, "thirdPartyId", "third party")?;
        let mut checks = Checks::new();
        let grounds = checks.block("reason", &self.reason, BLOCK);
        // Retired systems as well: data may have stayed behind. Locked, so that none arrives meanwhile.
        let places = system::Entity::find()
            .filter(system::Column::ThirdPartyId.eq(row.id))
            .order_by_asc(system::Column::Id)
            .lock_exclusive();
        let places = w.all(places).await?.into_iter().map(|system| system.id);
        if w.exists(held_data().filter(data_location::Column::SystemId.is_in(places))).await? {
            checks.add(in_use("thirdPartyId", "It still holds data: have it erased or handed back first."));
        }
        checks.finish()?;

        let (version, status) = (row.version + 1, TrustStatus::Retired);
        let row = w.update::<third_party::Entity>(third_party::Model { version, status, ..row }).await?;
        // The last entry of its vetting says who ended it, when and why.
        w.insert::<assessment::Entity>(record(&row, grounds, w)).await?;
        Ok(row)
    }
}

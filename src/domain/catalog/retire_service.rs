//! Something can no longer be ordered.

use super::{begin_change, in_use, live};
use crate::{
    access::{Command, Stop, Writer},
    policy::{Action, Target},
};
use entity::{ids::ServiceId, service, subscription};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Takes a service off the list. What it needed stays on record, with its grace: former customers' data is still
/// justified by it until that has run out.
#[derive(Clone, Debug)]
pub struct RetireService {
    pub service: ServiceId,
}

impl Command for RetireService {
    const ACTION: Action = Action::RetireService;
    type Output = service::Model;

    fn target(&self) -> Target {
        Target::thing(self.service)
    }

    async fn run(self, w: &mut Writer) -> Result<service::Model, Stop> {
        begin_change(w).await?;
        let row = w.lock(service::Entity::find_by_id(self.service)).await?;
        let row = live(row, |row| row.retired_at.is_some(), "serviceId", "service")?;
        let ordered = subscription::Entity::find()
            .filter(subscription::Column::ServiceId.eq(row.id))
            .filter(subscription::Column::EndedAt.is_null());
        if w.exists(ordered).await? {
            return Err(
                in_use("serviceId", "A customer has it: end or switch their subscriptions first.").into()
            );
        }
        let (version, retired_at) = (row.version + 1, Some(w.now()));
        w.update::<service::Entity>(service::Model { version, retired_at, ..row }).await
    }
}

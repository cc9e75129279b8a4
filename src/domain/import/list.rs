//! Imports, each to whoever brings it in.

use super::begin::{Begun, so_far};
use crate::{
    access::{Inquiry, Reader, Stop},
    policy::{Action, Target},
};
use entity::{ids::ImportId, import};
use sea_orm::EntityTrait;

/// An import of the actor's own, and how far it has come.
#[derive(Clone, Copy, Debug)]
pub struct ImportById(pub ImportId);

impl Inquiry for ImportById {
    const ACTION: Action = Action::SeeImports;
    type Output = Option<Begun>;

    fn target(&self) -> Target {
        Target::thing(self.0)
    }

    async fn run(self, r: &Reader) -> Result<Option<Begun>, Stop> {
        let found = r.one(import::Entity::find_by_id(self.0)).await?;
        match found.filter(|row| row.requested_by == r.caller().actor.id()) {
            Some(row) => Ok(Some(so_far(r, row).await?)),
            None => Ok(None),
        }
    }
}

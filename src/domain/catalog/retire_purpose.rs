//! Something is no longer what data is used for.

use super::{begin_change, in_use, live, needs};
use crate::{
    access::{Command, Stop, Writer},
    policy::{Action, Target, purpose::BUILT_IN},
};
use entity::{data_requirement, ids::PurposeKey, purpose, retention_rule};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Takes a purpose out of use.
#[derive(Clone, Debug)]
pub struct RetirePurpose {
    pub purpose: PurposeKey,
}

impl Command for RetirePurpose {
    const ACTION: Action = Action::RetirePurpose;
    type Output = purpose::Model;

    fn target(&self) -> Target {
        Target::thing(&self.purpose)
    }

    async fn run(self, w: &mut Writer) -> Result<purpose::Model, Stop> {
        begin_change(w).await?;
        let row = w.lock(purpose::Entity::find_by_id(self.purpose)).await?;
        let row = live(row, |row| row.retired_at.is_some(), "purposeId", "purpose")?;
        if let Some(why) = user(&row.key, w).await? {
            return Err(in_use("purposeId", why).into());
        }
        let (version, retired_at) = (row.version + 1, Some(w.now()));
        w.update::<purpose::Entity>(purpose::Model { version, retired_at, ..row }).await
    }
}

/// What still uses the purpose, in words that say what to do about it.
async fn user(key: &PurposeKey, w: &Writer) -> Result<Option<&'static str>, Stop> {
    if BUILT_IN.contains(&key.as_str()) {
        return Ok(Some("The program itself goes by it: it decides who may see what."));
    }
    if w.exists(needs().filter(data_requirement::Column::Purpose.eq(key.clone()))).await? {
        return Ok(Some("A service needs data for it: change what the service needs first."));
    }
    let ruled = retention_rule::Entity::find()
        .filter(retention_rule::Column::Purpose.eq(key.clone()))
        .filter(retention_rule::Column::RetiredAt.is_null());
    if w.exists(ruled).await? {
        return Ok(Some("A retention rule is about it: retire the rule first."));
    }
    Ok(None)
}

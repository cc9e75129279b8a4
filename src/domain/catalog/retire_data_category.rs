//! A kind of personal data goes out of use.

use super::{begin_change, held_data, in_use, live, needs};
use crate::{
    access::{Command, Stop, Writer},
    policy::{Action, ProfileField, Target},
};
use entity::{data_category, data_location, data_requirement, ids::CategoryKey, retention_rule};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Takes a category out of use.
#[derive(Clone, Debug)]
pub struct RetireDataCategory {
    pub category: CategoryKey,
}

impl Command for RetireDataCategory {
    const ACTION: Action = Action::RetireDataCategory;
    type Output = data_category::Model;

    fn target(&self) -> Target {
        Target::thing(&self.category)
    }

    async fn run(self, w: &mut Writer) -> Result<data_category::Model, Stop> {
        begin_change(w).await?;
        let row = w.lock(data_category::Entity::find_by_id(self.category)).await?;
        let row = live(row, |row| row.retired_at.is_some(), "dataCategoryId", "category")?;
        if let Some(why) = user(&row.key, w).await? {
            return Err(in_use("dataCategoryId", why).into());
        }
        let (version, retired_at) = (row.version + 1, Some(w.now()));
        w.update::<data_category::Entity>(data_category::Model { version, retired_at, ..row }).await
    }
}

/// What still uses the category, in words that say what to do about it.
async fn user(key: &CategoryKey, w: &Writer) -> Result<Option<&'static str>, Stop> {
    if ProfileField::ALL.iter().any(|field| field.category() == key.as_str()) {
        return Ok(Some("It is a part of every customer's profile, which the program itself keeps."));
    }
    let below = data_category::Entity::find()
        .filter(data_category::Column::Parent.eq(key.clone()))
        .filter(data_category::Column::RetiredAt.is_null());
    if w.exists(below).await? {
        return Ok(Some("There are categories below it: retire them first."));
    }
    if w.exists(needs().filter(data_requirement::Column::Category.eq(key.clone()))).await? {
        return Ok(Some("A service needs it: change what the service needs first."));
    }
    let ruled = retention_rule::Entity::find()
        .filter(retention_rule::Column::Category.eq(key.clone()))
        .filter(retention_rule::Column::RetiredAt.is_null());
    if w.exists(ruled).await? {
        return Ok(Some("A retention rule is about it: retire the rule first."));
    }
    if w.exists(held_data().filter(data_location::Column::Category.eq(key.clone()))).await? {
        return Ok(Some("Data of this kind is still held: it has to be disposed of first."));
    }
    Ok(None)
}

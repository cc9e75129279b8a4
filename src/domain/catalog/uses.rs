//! What keeps a thing from being retired.

use entity::{data_location, data_requirement, service};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};

/// What services need now. A retired service needs nothing: its rows stay as they were only to say what for
/// the data came to be where it is.
#[must_use]
pub fn needs() -> Select<data_requirement::Entity> {
    let in_use = service::Entity::find().select_only().column(service::Column::Id);
    let in_use = in_use.filter(service::Column::RetiredAt.is_null()).into_query();
    data_requirement::Entity::find()
        .filter(data_requirement::Column::RetiredAt.is_null())
        .filter(data_requirement::Column::ServiceId.in_subquery(in_use))
}

/// Data that is still somewhere, whether or not anything needs it any more.
#[must_use]
pub fn held_data() -> Select<data_location::Entity> {
    data_location::Entity::find().filter(data_location::Column::HeldTo.is_null())
}

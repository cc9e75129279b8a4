//! Which day it is where the company is.

use crate::{
    access::{Reader, Stop},
    domain::period::day_of,
};
use chrono::NaiveDate;
use entity::controller;
use jiff::tz::TimeZone;
use sea_orm::EntityTrait;

/// The time zone that the company's days begin and end in.
///
/// # Errors
/// When the database fails.
pub async fn zone(r: &Reader) -> Result<TimeZone, Stop> {
    let controller = r.one(controller::Entity::find()).await?;
    let zone = controller.and_then(|controller| TimeZone::get(&controller.time_zone).ok());
    Ok(zone.unwrap_or(TimeZone::UTC))
}

/// Today, by the company's calendar.
///
/// # Errors
/// When the database fails.
pub async fn today(r: &Reader) -> Result<NaiveDate, Stop> {
    Ok(day_of(r.now(), &zone(r).await?))
}

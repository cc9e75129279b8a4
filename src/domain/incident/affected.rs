//! What was there while it happened.

use super::on_record::OnRecord;
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::people,
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::ids::CategoryKey;
use sea_orm::FromQueryResult;

/// The categories of all that was there in an incident's window, sorted.
#[derive(Clone, Debug)]
pub struct AffectedCategories(pub OnRecord);

#[derive(FromQueryResult)]
struct Key {
    category: CategoryKey,
}

impl Inquiry for AffectedCategories {
    const ACTION: Action = Action::SeeIncidents;
    const SEARCH: bool = true;
    type Output = Vec<CategoryKey>;

    fn target(&self) -> Target {
        Target::thing(self.0.row.id)
    }

    async fn run(self, r: &Reader) -> Result<Vec<CategoryKey>, Stop> {
        let mut sql = Sql::new("SELECT DISTINCT l.category FROM data_location l WHERE ");
        there(&mut sql, &self.0, r.now());
        sql.push(" ORDER BY l.category");
        let found = r.numbers::<Key>(sql).await?.into_iter().map(|row| row.category).collect::<Vec<_>>();
        // What a few had there is known of each of them.
        let now = r.now();
        people::few(r, &|sql: &mut Sql| who(sql, &self.0, now), &found).await?;
        Ok(found)
    }
}

/// Adds that the line `l` was there at any time of the window.
pub(super) fn there(sql: &mut Sql, incident: &OnRecord, now: DateTime<Utc>) {
    sql.push("l.system_id IN ").list(incident.systems.iter().map(|id| id.0));
    sql.push(" AND l.held_from <= ").bind(incident.until().unwrap_or(now));
    sql.push(" AND (l.held_to IS NULL OR l.held_to > ").bind(incident.row.window_start).push(")");
}

/// Adds a query of each one's `customer_id` whose data was there.
pub(super) fn who(sql: &mut Sql, incident: &OnRecord, now: DateTime<Utc>) {
    sql.push("SELECT DISTINCT l.customer_id FROM data_location l WHERE ");
    there(sql, incident, now);
}

//! Whether somebody would stand out in what is left: groups that agree in all of it and are smaller than they should be (k-anonymity).

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    policy::{Action, Target},
};
use entity::{
    enums::{Channel, CustomerKind, Locale},
    ids::JobId,
    json::{SmallGroup, SmallGroups},
};
use sea_orm::FromQueryResult;

/// So many of the smallest are told.
pub const MOST_SMALL_GROUPS: i64 = 20;

/// The small groups that those in the plan would be in, with everybody who was anonymized before: by what Kartotek keeps of them, the
/// year they came and the services they had among it.
#[derive(Clone, Copy, Debug)]
pub struct SmallGroupsOf {
    pub job: JobId,
    /// A group is small if it has fewer; above 1.
    pub below: u32,
}

#[derive(FromQueryResult)]
struct Row {
    kind: CustomerKind,
    locale: Locale,
    channel: Channel,
    year: String,
    /// Their keys, with a space between them.
    services: String,
    size: i64,
    groups: i64,
    customers: i64,
}

/// All who are anonymized, or are to be. Whoever is gone already is not in a plan any more.
const PEOPLE: &str = "WITH person AS (\
     SELECT c.id, c.kind, c.locale, c.channel, substr(CAST(c.created_at AS text), 1, 4) AS year, 0 AS planned \
     FROM customer c WHERE c.disposed_as = 'ANONYMIZED' \
     UNION ALL SELECT c.id, c.kind, c.locale, c.channel, substr(CAST(c.created_at AS text), 1, 4), 1 \
     FROM job_customer j JOIN customer c ON c.id = j.customer_id \
     WHERE c.disposed_as IS NULL AND j.state = 'PLANNED' AND j.job_id = ";

const GROUPS: &str = "), had AS (SELECT d.customer_id, string_agg(d.key, ' ' ORDER BY d.key) AS services FROM \
     (SELECT DISTINCT s.customer_id, v.key FROM subscription s JOIN person p ON p.id = s.customer_id \
     JOIN service v ON v.id = s.service_id) d GROUP BY d.customer_id), \
     small AS (SELECT p.kind, p.locale, p.channel, p.year, COALESCE(had.services, '') AS services, count(*) AS size, \
     CAST(sum(p.planned) AS bigint) AS planned FROM person p LEFT JOIN had ON had.customer_id = p.id \
     GROUP BY 1, 2, 3, 4, 5 HAVING sum(p.planned) > 0 AND count(*) < ";

const TOLD: &str = ") SELECT kind, locale, channel, year, services, size, count(*) OVER () AS groups, \
     CAST(sum(planned) OVER () AS bigint) AS customers FROM small \
     ORDER BY size, year, kind, locale, channel, services LIMIT ";

impl Inquiry for SmallGroupsOf {
    const ACTION: Action = Action::RunJob;
    type Output = SmallGroups;

    fn target(&self) -> Target {
        Target::thing(self.job)
    }

    async fn run(self, r: &Reader) -> Result<SmallGroups, Stop> {
        let mut sql = Sql::new(PEOPLE);
        sql.bind(self.job.0).push(GROUPS).bind(i64::from(self.below));
        sql.push(TOLD).bind(MOST_SMALL_GROUPS);
        let rows = r.numbers::<Row>(sql).await?;
        let (groups, customers) = rows.first().map_or((0, 0), |row| (row.groups, row.customers));
        let group = |row: Row| SmallGroup {
            size: row.size,
            kind: row.kind,
            locale: row.locale,
            channel: row.channel,
            year: row.year.parse().unwrap_or_default(),
            services: row.services.split_whitespace().map(str::to_owned).collect(),
        };
        let smallest = rows.into_iter().map(group).collect();
        Ok(SmallGroups { below: self.below, groups, customers, smallest })
    }
}

//! The register: by id, and filtered.

use super::on_record::{NOTIFY_WITHIN, OnRecord, whole};
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        by_id::ById,
        page::{Page, PageRequest},
    },
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    ids::{IncidentId, SystemId, ThirdPartyId},
    incident,
    touch::{Recorded, Touch},
};

/// Those of these that there are.
#[derive(Clone, Debug)]
pub struct IncidentsByIds(pub Vec<IncidentId>);

impl Inquiry for IncidentsByIds {
    const ACTION: Action = Action::SeeIncidents;
    const SNAPSHOT: bool = true;
    type Output = Vec<OnRecord>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<OnRecord>, Stop> {
        let mut sql = Sql::new("SELECT * FROM incident WHERE id IN ");
        sql.list(self.0.iter().map(|id| id.0));
        let rows = r.rows(sql, incident::Entity::touch).await?;
        whole(r, rows).await
    }
}

/// Which incidents: every condition given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IncidentFilter {
    pub open: Option<bool>,
    pub overdue: Option<bool>,
    pub system: Option<SystemId>,
    pub third_party: Option<ThirdPartyId>,
}

impl IncidentFilter {
    fn conditions(&self, sql: &mut Sql, now: DateTime<Utc>) {
        if let Some(open) = self.open {
            sql.push(if open { " AND i.closed_at IS NULL" } else { " AND i.closed_at IS NOT NULL" });
        }
        if let Some(overdue) = self.overdue {
            sql.push(if overdue { " AND (" } else { " AND NOT (" });
            unsaid(sql);
            sql.push(" AND i.aware_at < ").bind(now - NOTIFY_WITHIN).push(")");
        }
        if let Some(system) = self.system {
            sql.push(
                " AND EXISTS (SELECT 1 FROM incident_system x WHERE x.incident_id = i.id AND x.system_id = ",
            );
            sql.bind(system.0).push(")");
        }
        if let Some(third_party) = self.third_party {
            sql.push(
                " AND EXISTS (SELECT 1 FROM incident_system x JOIN system y ON y.id = x.system_id \
                 WHERE x.incident_id = i.id AND y.third_party_id = ",
            );
            sql.bind(third_party.0).push(")");
        }
    }
}

/// Adds that the authority was not told of the incident `i`, and has to be unless somebody finds that it need not.
pub(in crate::domain) fn unsaid(sql: &mut Sql) {
    sql.push(
        "coalesce(i.risk, 'LIKELY') <> 'UNLIKELY' AND NOT EXISTS (SELECT 1 FROM incident_notification n \
         WHERE n.incident_id = i.id AND n.recipient = 'SUPERVISORY_AUTHORITY')",
    );
}

/// A page of the register, newest first.
#[derive(Clone, Debug)]
pub struct ListIncidents {
    pub filter: IncidentFilter,
    pub page: PageRequest,
}

impl Inquiry for ListIncidents {
    const ACTION: Action = Action::SeeIncidents;
    const SNAPSHOT: bool = true;
    type Output = Page<OnRecord>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Page<OnRecord>, Stop> {
        let now = r.now();
        let list = ById {
            table: "incident",
            called: "i",
            newest_first: true,
            condition: &|sql: &mut Sql| self.filter.conditions(sql, now),
            page: &self.page,
        };
        let (rows, more, total) = list.fetch(r, |_: &incident::Model| Touch::nobody()).await?;
        let rows = whole(r, rows).await?;
        Ok(Page::fetched(&self.page, rows, more, |one| vec![one.row.id.to_string()], total))
    }
}

//! Reports that were asked for, newest first; and some by id.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        by_id::ById,
        page::{Page, PageRequest},
    },
    policy::{Action, Target},
};
use entity::{
    enums::{ReportKind, ReportState},
    ids::ReportId,
    report,
    touch::Recorded,
};
use sea_orm::ActiveEnum;

/// Which reports: every condition given must hold, and a list means any of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportFilter {
    pub kinds: Option<Vec<ReportKind>>,
    pub states: Option<Vec<ReportState>>,
    /// Those that the caller asked for.
    pub own: bool,
    /// The one that this file was, by its SHA-256 in hex, or by that of what it says.
    pub sha256: Option<String>,
}

/// Those of these reports that there are.
#[derive(Clone, Debug)]
pub struct ReportsByIds(pub Vec<ReportId>);

impl Inquiry for ReportsByIds {
    const ACTION: Action = Action::SeeReports;
    type Output = Vec<report::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<report::Model>, Stop> {
        let mut sql = Sql::new("SELECT * FROM report WHERE id IN ");
        sql.list(self.0.iter().map(|id| id.0));
        r.rows(sql, report::Entity::touch).await
    }
}

/// A page of the reports that were asked for.
#[derive(Clone, Debug)]
pub struct ListReports {
    pub filter: ReportFilter,
    pub page: PageRequest,
}

impl Inquiry for ListReports {
    const ACTION: Action = Action::SeeReports;
    const SNAPSHOT: bool = true;
    type Output = Page<report::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Page<report::Model>, Stop> {
        let actor = r.caller().actor.id();
        let list = ById {
            table: "report",
            called: "t",
            newest_first: true,
            condition: &|sql: &mut Sql| self.filter.conditions(sql, &actor),
            page: &self.page,
        };
        let (rows, more, total) = list.fetch(r, report::Entity::touch).await?;
        Ok(Page::fetched(&self.page, rows, more, |row| vec![row.id.to_string()], total))
    }
}

impl ReportFilter {
    fn conditions(&self, sql: &mut Sql, actor: &str) {
        if let Some(kinds) = &self.kinds {
            sql.push(" AND kind IN ").list(kinds.iter().map(ActiveEnum::to_value));
        }
        if let Some(states) = &self.states {
            sql.push(" AND state IN ").list(states.iter().map(ActiveEnum::to_value));
        }
        if self.own {
            sql.push(" AND requested_by = ").bind(actor.to_owned());
        }
        if let Some(hash) = &self.sha256 {
            let hash = hash.to_lowercase();
            sql.push(" AND (sha256 = ").bind(hash.clone()).push(" OR content_sha256 = ").bind(hash).push(")");
        }
    }
}

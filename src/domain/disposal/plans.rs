//! Plans as they are shown: by id, with the items of one page and the counts of each system.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        each_customer::foreign_cursor,
        page::{Page, PageRequest, cursor_id},
    },
    policy::{Action, Target},
};
use entity::{
    disposal_plan, disposal_plan_item,
    enums::DisposalDecision,
    ids::{CustomerId, DisposalPlanId, SystemId},
    touch::{Recorded, Touch},
};
use sea_orm::{ActiveEnum, FromQueryResult};
use std::collections::HashMap;

/// Those of these plans that there are.
#[derive(Clone, Debug)]
pub struct PlansByIds(pub Vec<DisposalPlanId>);

impl Inquiry for PlansByIds {
    const ACTION: Action = Action::SeePlans;
    type Output = Vec<disposal_plan::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<disposal_plan::Model>, Stop> {
        let mut sql = Sql::new("SELECT * FROM disposal_plan WHERE id IN ");
        sql.list(self.0.iter().map(|id| id.0));
        r.rows(sql, disposal_plan::Entity::touch).await
    }
}

/// Which items of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlanItems {
    pub decisions: Option<Vec<DisposalDecision>>,
    pub customer: Option<CustomerId>,
    pub page: PageRequest,
}

/// A page of a plan's items, by the id of the location.
#[derive(Clone, Debug)]
pub struct ItemsOfPlan {
    pub plan: DisposalPlanId,
    pub of: PlanItems,
}

#[derive(FromQueryResult)]
struct Total {
    total: i64,
}

impl Inquiry for ItemsOfPlan {
    const ACTION: Action = Action::SeeDataMap;
    const SNAPSHOT: bool = true;
    type Output = Page<disposal_plan_item::Model>;

    fn target(&self) -> Target {
        self.of.customer.map_or_else(Target::none, Target::customer)
    }

    async fn run(self, r: &Reader) -> Result<Page<disposal_plan_item::Model>, Stop> {
        let page = &self.of.page;
        let mut sql = Sql::new("SELECT i.* FROM disposal_plan_item i WHERE ");
        self.conditions(&mut sql);
        for (argument, keys, comparison) in [
            ("after", &page.after, " AND i.data_location_id > "),
            ("before", &page.before, " AND i.data_location_id < "),
        ] {
            if let Some(keys) = keys {
                sql.push(comparison).bind(cursor_id(keys).ok_or_else(|| foreign_cursor(argument))?);
            }
        }
        sql.push(" ORDER BY i.data_location_id").push(if page.backward { " DESC" } else { "" });
        let (rows, more) = r.some(sql, page.limit, disposal_plan_item::Entity::touch).await?;
        let total = if page.count {
            let mut sql = Sql::new("SELECT count(*) AS total FROM disposal_plan_item i WHERE ");
            self.conditions(&mut sql);
            let total = r.numbers::<Total>(sql).await?.pop().map_or(0, |row| row.total);
            if let Some(customer) = self.of.customer {
                r.tells(customer, &[]);
            }
            Some(u64::try_from(total).unwrap_or_default())
        } else {
            None
        };
        Ok(Page::fetched(page, rows, more, |row| vec![row.data_location_id.to_string()], total))
    }
}

impl ItemsOfPlan {
    fn conditions(&self, sql: &mut Sql) {
        sql.push("i.disposal_plan_id = ").bind(self.plan.0);
        if let Some(decisions) = &self.of.decisions {
            sql.push(" AND i.decision IN ").list(decisions.iter().map(ActiveEnum::to_value));
        }
        if let Some(customer) = self.of.customer {
            sql.push(" AND i.customer_id = ").bind(customer.0);
        }
    }
}

/// A plan's counts for one system.
#[derive(Clone, Debug, FromQueryResult)]
pub struct SystemCount {
    pub disposal_plan_id: DisposalPlanId,
    pub system_id: SystemId,
    pub locations: i64,
    pub kept: i64,
}

/// The counts of each of these plans, by system.
#[derive(Clone, Debug)]
pub struct SystemsOfPlans(pub Vec<DisposalPlanId>);

impl Inquiry for SystemsOfPlans {
    const ACTION: Action = Action::SeePlanCounts;
    type Output = HashMap<DisposalPlanId, Vec<SystemCount>>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new(
            "SELECT i.disposal_plan_id, i.system_id, \
             sum(CASE WHEN i.decision IN ('ERASE', 'ANONYMIZE') THEN 1 ELSE 0 END) AS locations, \
             sum(CASE WHEN i.decision IN ('ERASE', 'ANONYMIZE') THEN 0 ELSE 1 END) AS kept \
             FROM disposal_plan_item i WHERE i.disposal_plan_id IN ",
        );
        sql.list(self.0.iter().map(|id| id.0)).push(" GROUP BY 1, 2 ORDER BY 1, 2");
        let mut of = self.0.iter().map(|id| (*id, Vec::new())).collect::<HashMap<_, _>>();
        for row in r.rows(sql, |_: &SystemCount| Touch::nobody()).await? {
            of.entry(row.disposal_plan_id).or_default().push(row);
        }
        Ok(of)
    }
}

//! What a change of the reference data would take away from whom: which lines of which maps, among all there are.

use super::{Asked, Draft, Planned, Subject, judged_at, open::sooner};
use crate::{
    access::{Code, Refusal, Sql, Stop, Writer},
    domain::{
        catalog::Catalog,
        justification::{Facts, Ground},
    },
};
use entity::{
    customer, disposal_plan,
    enums::TaskCause,
    ids::{CategoryKey, CustomerId, ServiceId, SystemId},
};
use sea_orm::FromQueryResult;
use std::collections::BTreeSet;

/// Customers who are looked at together.
const AT_ONCE: i64 = 1_000;

/// What a change is about.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Reach {
    /// Lines of these categories at these systems.
    pub places: BTreeSet<(CategoryKey, SystemId)>,
    /// Of customers who have or had this service; of all, if there is none.
    pub service: Option<ServiceId>,
}

impl Reach {
    fn condition(&self, sql: &mut Sql) {
        if self.places.is_empty() {
            sql.push("false");
            return;
        }
        let mut begin = "(l.system_id, l.category) IN (VALUES (";
        for (category, system) in &self.places {
            sql.push(std::mem::replace(&mut begin, "), ("))
                .bind(system.0)
                .push(", ")
                .bind(category.0.clone());
        }
        sql.push("))");
    }
}

/// Ends a change of the reference data that was begun as `planned`: `catalog` is what it has made of it. Back comes the
/// plan, if one was asked for or anything is lost.
///
/// A dry run keeps nobody else out: what it says is true of a moment, and carrying out looks again.
///
/// # Errors
/// `REQUIRED` when something is lost and no plan was named; `PLAN_CHANGED`, `PLAN_EXPIRED`.
pub(in crate::domain) async fn plan_losses(
    w: &Writer,
    catalog: &Catalog,
    reach: &Reach,
    subject: &Subject,
    asked: &Asked,
    planned: Planned,
) -> Result<Option<disposal_plan::Model>, Stop> {
    let draft = draft(w, catalog, reach).await?;
    let (lines, customers) = draft.losses();
    if !asked.dry_run && asked.plan_hash.is_none() {
        if lines > 0 {
            draft.tells(w);
            let message = format!(
                "Data would lose its last reason and be disposed of (locations: {lines}, customers: {customers}): \
                 ask with `dryRun` first, and name the plan's `planHash`."
            );
            return Err(Refusal::new(Code::Required, message).at("planHash").into());
        }
        return Ok(None);
    }
    Ok(Some(planned.record(w, subject, draft).await?))
}

#[derive(FromQueryResult)]
struct Id {
    customer_id: CustomerId,
}

async fn draft(w: &Writer, catalog: &Catalog, reach: &Reach) -> Result<Draft, Stop> {
    let (mut draft, mut after) = (Draft::default(), None);
    if reach.places.is_empty() {
        return Ok(draft);
    }
    loop {
        let ids = customers(w, catalog, reach, after).await?;
        let Some(last) = ids.last().copied() else { return Ok(draft) };
        let mut sql = Sql::new("SELECT * FROM customer WHERE id IN ");
        sql.list(ids.iter().map(|id| id.0));
        let customers = w.numbers::<customer::Model>(sql).await?;
        let lines = judged_at(w, catalog, &customers, Some(&|sql: &mut Sql| reach.condition(sql))).await?;
        // What was on its way out before, or kept for the law alone, is not lost by this; unless it goes sooner.
        let sooner = sooner(w, &lines, TaskCause::RequirementsChanged).await?;
        draft.add(
            catalog,
            &customers,
            lines.iter().filter(|one| one.changes() || sooner.contains(&one.line.id)),
        );
        if i64::try_from(ids.len()).is_ok_and(|found| found < AT_ONCE) {
            return Ok(draft);
        }
        after = Some(last);
    }
}

/// The next customers with something there that no live service needs after the change.
async fn customers(
    w: &Writer,
    catalog: &Catalog,
    reach: &Reach,
    after: Option<CustomerId>,
) -> Result<Vec<CustomerId>, Stop> {
    let mut sql = Sql::new("SELECT DISTINCT l.customer_id FROM data_location l WHERE l.held_to IS NULL AND ");
    reach.condition(&mut sql);
    if let Some(service) = reach.service {
        sql.push(" AND EXISTS (SELECT 1 FROM subscription s WHERE s.customer_id = l.customer_id AND s.service_id = ");
        sql.bind(service.0).push(")");
    }
    if let Some(after) = after {
        sql.push(" AND l.customer_id > ").bind(after.0);
    }
    sql.push(" AND ");
    Facts::new(catalog, w.now()).any(&mut sql, "l", &[Ground::Live, Ground::Prospect], false);
    sql.push(" ORDER BY l.customer_id LIMIT ").bind(AT_ONCE);
    Ok(w.numbers::<Id>(sql).await?.into_iter().map(|row| row.customer_id).collect())
}

//! Disposal of a customer's data is forbidden.

use crate::{
    access::{Code, Command, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks, LINE},
        customer::living,
        disposal::settle,
        period::day_of,
    },
    policy::{Action, Target},
};
use chrono::NaiveDate;
use entity::{
    ids::{CategoryKey, CustomerId, LegalHoldId},
    legal_hold, legal_hold_category,
};
use std::{collections::BTreeSet, sync::Arc};

/// The most categories that one hold names.
const MOST: usize = 200;

/// Places a hold. What was on its way out stays, for the claim alone.
#[derive(Clone, Debug)]
pub struct PlaceLegalHold {
    pub catalog: Arc<Catalog>,
    pub customer: CustomerId,
    /// With everything below them; all unless told.
    pub categories: Option<Vec<CategoryKey>>,
    pub reason: String,
    /// Such as a case number.
    pub reference: Option<String>,
    pub review_due: Option<NaiveDate>,
}

impl Command for PlaceLegalHold {
    const ACTION: Action = Action::PlaceLegalHold;
    type Output = legal_hold::Model;

    fn target(&self) -> Target {
        Target::customer(self.customer)
    }

    async fn run(self, w: &mut Writer) -> Result<legal_hold::Model, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let row = self.check(w, &catalog)?;
        let customer = living(w, self.customer, "customerId").await?;
        let keys = self.categories.into_iter().flatten().collect::<BTreeSet<_>>();
        let category = |category: CategoryKey| legal_hold_category::Model {
            legal_hold_id: row.id,
            customer_id: row.customer_id,
            category,
        };
        let categories = keys.into_iter().map(category).collect::<Vec<_>>();
        let row = w.insert::<legal_hold::Entity>(row).await?;
        w.insert_all::<legal_hold_category::Entity>(&categories).await?;
        w.changed(row.customer_id, &["legalHolds"]);
        settle(w, &catalog, &customer).await?;
        Ok(row)
    }
}

impl PlaceLegalHold {
    fn check(&self, w: &Writer, catalog: &Catalog) -> Result<legal_hold::Model, Stop> {
        let mut checks = Checks::new();
        let categories = self.categories.as_deref().unwrap_or_default();
        if self.categories.as_ref().is_some_and(Vec::is_empty) {
            checks.refuse("categories", Code::Required, "Name at least one, or leave it out for all.");
        }
        checks.at_most("categories", categories, MOST);
        for (at, _) in
            categories.iter().enumerate().take(MOST).filter(|(_, key)| !catalog.categories.contains_key(*key))
        {
            checks.refuse(&format!("categories.{at}"), Code::NotFound, "There is no such category.");
        }
        let today = day_of(w.now(), &catalog.zone());
        if self.review_due.is_some_and(|day| day < today) {
            checks.refuse("reviewDue", Code::OutOfRange, "This lies in the past.");
        }
        let row = legal_hold::Model {
            id: LegalHoldId(w.id()),
            customer_id: self.customer,
            reason: checks.block("reason", &self.reason, BLOCK),
            reference: self.reference.as_ref().map(|text| checks.line("reference", text, LINE)),
            review_due: self.review_due,
            placed_by: w.actor_name(),
            placed_at: w.now(),
            lifted_by: None,
            lifted_at: None,
            lift_reason: None,
        };
        checks.finish()?;
        Ok(row)
    }
}

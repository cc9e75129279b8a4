//! A third party is given something: only through the gate, and with a record of it.

use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks},
        customer::living,
        data_location::{NewLine, put_on_map},
        gate::{Blocker, Proposed, RulesOf, standings},
        period::day_of,
    },
    policy::{Action, Target},
};
use entity::{
    data_location, disclosure, disclosure_category,
    enums::Channel,
    ids::{CategoryKey, CustomerId, DisclosureId, PurposeKey, SystemId},
};
use std::{collections::BTreeSet, sync::Arc};

/// The most categories that one call takes.
const MOST: usize = 200;

/// Gives these categories of a customer's to a third party's system, for one purpose.
#[derive(Clone, Debug)]
pub struct ShareData {
    pub catalog: Arc<Catalog>,
    pub customer: CustomerId,
    pub system: SystemId,
    pub categories: Vec<CategoryKey>,
    pub purpose: PurposeKey,
    /// The record's key in that system.
    pub external_reference: Option<String>,
    pub channel: Channel,
}

/// What came of it: either it was given, or something stood in the way and nothing was changed.
#[derive(Clone, Debug)]
pub struct Given {
    pub disclosure: disclosure::Model,
    pub categories: BTreeSet<CategoryKey>,
    pub lines: Vec<data_location::Model>,
}

impl Command for ShareData {
    const ACTION: Action = Action::ShareData;
    type Output = Given;

    fn target(&self) -> Target {
        Target::customer(self.customer)
    }

    async fn run(self, w: &mut Writer) -> Result<Given, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let (proposed, external_reference) = self.check(&catalog)?;
        // Locked: neither a consent nor a service of theirs ends before this commits.
        living(w, self.customer, "customerId").await?;
        let all = standings(w, &BTreeSet::from([self.customer])).await?;
        let standing = all.get(&self.customer).cloned().unwrap_or_default();
        let rules = RulesOf { catalog: &catalog, today: day_of(w.now(), &catalog.zone()) };
        let blockers = standing.blockers(std::slice::from_ref(&proposed), &rules);
        if !blockers.is_empty() {
            return Err(Stop::Refused(blockers.iter().map(refusal).collect()));
        }
        let row = disclosure::Model {
            id: DisclosureId(w.id()),
            customer_id: self.customer,
            third_party_id: proposed.third_party,
            system_id: self.system,
            purpose: self.purpose,
            consent_id: standing.consent(&proposed),
            channel: self.channel,
            disclosed_at: w.now(),
            disclosed_by: w.actor_name(),
        };
        let category = |category: &CategoryKey| disclosure_category::Model {
            disclosure_id: row.id,
            customer_id: self.customer,
            category: category.clone(),
        };
        let rows = proposed.categories.iter().map(category).collect::<Vec<_>>();
        let line = |category: &CategoryKey| NewLine {
            customer_id: self.customer,
            category: category.clone(),
            system_id: self.system,
            external_reference: external_reference.clone(),
            source_channel: self.channel,
            collected_at: w.now(),
            document_date: None,
        };
        let lines = put_on_map(w, proposed.categories.iter().map(line).collect()).await?;
        let row = w.insert::<disclosure::Entity>(row).await?;
        w.insert_all::<disclosure_category::Entity>(&rows).await?;
        w.changed(self.customer, &["disclosures"]);
        Ok(Given { disclosure: row, categories: proposed.categories, lines })
    }
}

impl ShareData {
    /// What is asked for, if the input makes sense.
    fn check(&self, catalog: &Catalog) -> Result<(Proposed, Option<String>), Stop> {
        let mut checks = Checks::new();
        if self.categories.is_empty() {
            checks.refuse("categories", Code::Required, "Give at least one.");
        }
        checks.at_most("categories", &self.categories, MOST);
        for (at, key) in self.categories.iter().enumerate() {
            let path = format!("categories.{at}");
            match catalog.categories.get(key) {
                None => checks.refuse(&path, Code::NotFound, "There is no such category."),
                Some(row) if row.retired_at.is_some() => {
                    checks.refuse(&path, Code::Retired, "This category is retired.");
                }
                Some(_) => {}
            }
        }
        match catalog.purposes.get(&self.purpose) {
            None => checks.refuse("purpose", Code::NotFound, "There is no such purpose."),
            Some(row) if row.retired_at.is_some() => {
                checks.refuse("purpose", Code::Retired, "This purpose is retired.");
            }
            Some(_) => {}
        }
        let system = catalog.systems.get(&self.system);
        match system {
            None => checks.refuse("systemId", Code::NotFound, "There is no such system."),
            Some(row) if row.retired_at.is_some() => {
                checks.refuse("systemId", Code::Retired, "This system is retired.");
            }
            Some(row) if row.third_party_id.is_none() => {
                let message = "This system is the company's own: record the location instead.";
                checks.refuse("systemId", Code::NotAThirdParty, message);
            }
            Some(_) => {}
        }
        let reference =
            self.external_reference.as_ref().map(|text| checks.line("externalReference", text, BLOCK / 10));
        checks.finish()?;
        let missing = || Refusal::new(Code::NotFound, "There is no such system.").at("systemId");
        let proposed = Proposed {
            third_party: system.and_then(|row| row.third_party_id).ok_or_else(missing)?,
            system: self.system,
            purpose: self.purpose.clone(),
            categories: self.categories.iter().cloned().collect(),
        };
        Ok((proposed, reference))
    }
}

fn refusal(blocker: &Blocker) -> Refusal {
    Refusal::new(blocker.code.into(), blocker.message)
}

//! A customer allows one third party some of their data, for one purpose.

use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks, not_found},
        customer::{living, only_kept},
        disposal::settle,
        gate::{Proposed, standings},
    },
    policy::{Action, Target},
};
use entity::{
    consent, consent_category, consent_event,
    enums::{Channel, ConsentEventKind, CustomerStatus},
    ids::{CategoryKey, ConsentEventId, ConsentId, CustomerId, NoticeId, PurposeKey, SystemId, ThirdPartyId},
    notice, notice_line,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::{collections::BTreeSet, sync::Arc};

/// The most categories that one consent is for.
const MOST: usize = 200;

/// Records the customer's permission. It rests on what they were told, and on nothing that reads differently by now.
#[derive(Clone, Debug)]
pub struct GrantConsent {
    pub catalog: Arc<Catalog>,
    pub customer: CustomerId,
    pub notice: NoticeId,
    pub third_party: ThirdPartyId,
    pub purpose: PurposeKey,
    pub categories: Vec<CategoryKey>,
    pub channel: Channel,
    /// Such as a call's or a letter's reference.
    pub evidence: Option<String>,
}

impl Command for GrantConsent {
    const ACTION: Action = Action::GrantConsent;
    type Output = consent::Model;

    fn target(&self) -> Target {
        Target::customer(self.customer)
    }

    async fn run(self, w: &mut Writer) -> Result<consent::Model, Stop> {
        // Held: what the notice said stays true until this commits.
        let catalog = catalog::held(w, &self.catalog).await?;
        let evidence = self.check(&catalog)?;
        let customer = living(w, self.customer, "customerId").await?;
        if customer.status == CustomerStatus::Restricted {
            return Err(only_kept("customerId").into());
        }
        self.refuse_untold(w).await?;
        let row = consent::Model {
            id: ConsentId(w.id()),
            customer_id: self.customer,
            third_party_id: self.third_party,
            purpose: self.purpose.clone(),
            notice_id: self.notice,
            granted_at: w.now(),
            ended_at: None,
            ended_as: None,
        };
        let event = consent_event::Model {
            id: ConsentEventId(w.id()),
            consent_id: row.id,
            customer_id: self.customer,
            kind: ConsentEventKind::Granted,
            occurred_at: w.now(),
            channel: self.channel,
            evidence,
            recorded_by: w.actor_name(),
        };
        let categories = self.categories.iter().cloned().collect::<BTreeSet<_>>();
        let category = |category: CategoryKey| consent_category::Model {
            consent_id: row.id,
            customer_id: self.customer,
            category,
        };
        let categories = categories.into_iter().map(category).collect::<Vec<_>>();
        let row = w.insert::<consent::Entity>(row).await?;
        w.insert_all::<consent_category::Entity>(&categories).await?;
        w.insert::<consent_event::Entity>(event).await?;
        w.changed(self.customer, &["consents"]);
        // What was on its way out because permission was taken back may be needed again.
        settle(w, &catalog, &customer).await?;
        Ok(row)
    }
}

impl GrantConsent {
    /// The evidence, if the input makes sense.
    fn check(&self, catalog: &Catalog) -> Result<Option<String>, Stop> {
        let mut checks = Checks::new();
        if self.categories.is_empty() {
            checks.refuse("categories", Code::Required, "Give at least one.");
        }
        checks.at_most("categories", &self.categories, MOST);
        for (at, key) in self.categories.iter().enumerate().take(MOST) {
            if !catalog.categories.contains_key(key) {
                checks.refuse(&format!("categories.{at}"), Code::NotFound, "There is no such category.");
            }
        }
        if !catalog.purposes.contains_key(&self.purpose) {
            checks.refuse("purpose", Code::NotFound, "There is no such purpose.");
        }
        if !catalog.third_parties.contains_key(&self.third_party) {
            checks.refuse("thirdPartyId", Code::NotFound, "There is no such third party.");
        }
        let evidence = self.evidence.as_ref().map(|text| checks.line("evidence", text, BLOCK / 10));
        checks.finish()?;
        Ok(evidence)
    }

    /// The notice is this customer's, says all of it, and still reads so; and no consent in force covers all of it.
    async fn refuse_untold(&self, w: &Writer) -> Result<(), Stop> {
        // Somebody else's is not even looked at: it would stand in their log, and be answered unlike one that is not there.
        let theirs =
            notice::Entity::find_by_id(self.notice).filter(notice::Column::CustomerId.eq(self.customer));
        let Some(notice) = w.one(theirs).await? else {
            return Err(not_found("noticeId", "notice"));
        };
        let lines = notice_line::Entity::find()
            .filter(notice_line::Column::NoticeId.eq(notice.id))
            .filter(notice_line::Column::ThirdPartyId.eq(self.third_party))
            .filter(notice_line::Column::Purpose.eq(self.purpose.clone()));
        let said = w.all(lines).await?.into_iter().map(|line| line.category).collect::<BTreeSet<_>>();
        let mut checks = Checks::new();
        for (at, _) in self.categories.iter().enumerate().filter(|(_, key)| !said.contains(*key)) {
            let message = "The notice does not say that this goes to this third party for this purpose.";
            checks.refuse(&format!("categories.{at}"), Code::NoticeMismatch, message);
        }
        checks.finish()?;

        let all = standings(w, &BTreeSet::from([self.customer])).await?;
        let standing = all.get(&self.customer).cloned().unwrap_or_default();
        let mut checks = Checks::new();
        let told = |key: &CategoryKey| {
            standing.told.contains(&(self.third_party, self.purpose.clone(), key.clone()))
        };
        for (at, _) in self.categories.iter().enumerate().filter(|(_, key)| !told(key)) {
            let message = "The notice reads differently by now: deliver it again, and ask again.";
            checks.refuse(&format!("categories.{at}"), Code::NoticeChanged, message);
        }
        checks.finish()?;
        let wanted = Proposed {
            third_party: self.third_party,
            system: SystemId(uuid::Uuid::nil()),
            purpose: self.purpose.clone(),
            categories: self.categories.iter().cloned().collect(),
        };
        if standing.consent(&wanted).is_some() {
            let message = "A consent in force covers all of it already.";
            return Err(Refusal::new(Code::AlreadyExists, message).into());
        }
        Ok(())
    }
}

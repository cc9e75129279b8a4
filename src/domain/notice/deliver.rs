//! A customer is told which data goes where, and what for.

use super::{said::said, text, tilt::Tilt};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        catalog::{self, Catalog, live},
        customer::{living, only_kept},
        gate::{Proposed, Rules, RulesOf, proposed},
        period::day_of,
    },
    policy::{Action, Target},
};
use entity::{
    enums::{Channel, CustomerStatus, Locale},
    ids::{CategoryKey, CustomerId, NoticeId, ServiceId},
    notice, notice_line,
};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Records that the customer was told.
#[derive(Clone, Debug)]
pub struct DeliverNotice {
    pub catalog: Arc<Catalog>,
    pub customer: CustomerId,
    pub service: ServiceId,
    pub channel: Channel,
    /// The customer's own unless told.
    pub locale: Option<Locale>,
    /// Of the text that was shown, in hex; refused if it would read differently now.
    pub sha256: Option<String>,
}

impl Command for DeliverNotice {
    const ACTION: Action = Action::DeliverNotice;
    type Output = notice::Model;

    fn target(&self) -> Target {
        Target::customer(self.customer)
    }

    async fn run(self, w: &mut Writer) -> Result<notice::Model, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let customer = living(w, self.customer, "customerId").await?;
        if customer.status == CustomerStatus::Restricted {
            return Err(only_kept("customerId").into());
        }
        let service = catalog.services.get(&self.service).cloned();
        let service = live(service, |row| row.retired_at.is_some(), "serviceId", "service")?;
        let rules = RulesOf { catalog: &catalog, today: day_of(w.now(), &catalog.zone()) };
        let wished = proposed(&catalog, service.id);
        let locale = self.locale.unwrap_or(customer.locale);
        let text = text(&rules, &service, &wished, locale);
        let sha256: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        if self.sha256.is_some_and(|shown| shown != hex::encode(sha256)) {
            let message =
                "The notice reads differently by now: show the customer what `disclosureCheck` says.";
            return Err(Refusal::new(Code::NoticeChanged, message).at("noticeSha256").into());
        }
        let (id, delivered_at) = (NoticeId(w.id()), w.now());
        let tilt =
            Tilt { rules: &rules, service: &service, proposed: &wished, locale, notice: id, delivered_at };
        let row = notice::Model {
            id,
            customer_id: customer.id,
            service_id: service.id,
            locale,
            text,
            sha256: sha256.to_vec(),
            tilt: tilt.document(),
            said: said(&rules, &service, &wished, locale),
            channel: self.channel,
            delivered_at,
            delivered_by: w.actor_name(),
        };
        let lines = wished.iter().flat_map(|one| lines(&row, one, &rules)).collect::<Vec<_>>();
        let row = w.insert::<notice::Entity>(row).await?;
        w.insert_all::<notice_line::Entity>(&lines).await?;
        w.changed(customer.id, &["notices"]);
        Ok(row)
    }
}

fn lines(notice: &notice::Model, one: &Proposed, rules: &RulesOf<'_>) -> Vec<notice_line::Model> {
    let Some(party) = rules.third_party(one.third_party) else { return Vec::new() };
    let line = |category: &CategoryKey| notice_line::Model {
        notice_id: notice.id,
        customer_id: notice.customer_id,
        system_id: one.system,
        third_party_id: one.third_party,
        purpose: one.purpose.clone(),
        category: category.clone(),
        country: party.country.clone(),
        safeguard: party.safeguard,
        consent_needed: rules.needs_consent(&one.purpose),
    };
    one.categories.iter().map(line).collect()
}

//! A customer takes their permission back (Art. 7(3)).

use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks, not_found},
        customer::living,
        disposal::{Asked, Draft, Judged, Planned, Subject, judged},
    },
    policy::{Action, Target},
};
use entity::{
    consent, consent_category, consent_event, disposal_plan,
    enums::{Channel, ConsentEventKind, TaskCause},
    ids::{CategoryKey, ConsentEventId, ConsentId, ThirdPartyId},
    task,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::{collections::BTreeSet, sync::Arc};

/// Ends a consent. From here on nothing goes to that third party for it, and what is there and has no other reason goes;
/// or says what that would be.
#[derive(Clone, Debug)]
pub struct WithdrawConsent {
    pub catalog: Arc<Catalog>,
    pub consent: ConsentId,
    pub channel: Channel,
    /// Such as a call's or a letter's reference.
    pub evidence: Option<String>,
    pub asked: Asked,
}

/// What was taken back, or would be, and what follows.
#[derive(Clone, Debug)]
pub struct Withdrawn {
    /// As it was, where only a plan was asked for.
    pub consent: consent::Model,
    pub plan: disposal_plan::Model,
    pub tasks: Vec<task::Model>,
}

impl Command for WithdrawConsent {
    const ACTION: Action = Action::WithdrawConsent;
    type Output = Withdrawn;

    fn target(&self) -> Target {
        // Whose it is, the consent says.
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Withdrawn, Stop> {
        let mut checks = Checks::new();
        let evidence = self.evidence.as_ref().map(|text| checks.line("evidence", text, BLOCK / 10));
        checks.finish()?;
        let nothing = || not_found("consentId", "consent");
        let catalog = catalog::held(w, &self.catalog).await?;
        let found = w.one(consent::Entity::find_by_id(self.consent)).await?.ok_or_else(nothing)?;
        // The customer first, as whoever shares does: one of the two sees what the other has done.
        let customers = [living(w, found.customer_id, "consentId").await?];
        let row = w.lock(consent::Entity::find_by_id(self.consent)).await?.ok_or_else(nothing)?;
        w.about(Target::customer(row.customer_id));
        if row.ended_at.is_some() {
            let message = "This consent has ended already.";
            return Err(Refusal::new(Code::ConsentWithdrawn, message).at("consentId").into());
        }
        let categories =
            consent_category::Entity::find().filter(consent_category::Column::ConsentId.eq(row.id));
        let categories = w.all(categories).await?.into_iter().map(|one| one.category).collect();
        let planned = Planned::begin(w, &self.asked).await?;
        let ended = self.end(w, &row, evidence).await?;

        let lines = judged(w, &catalog, &customers).await?;
        let mut draft = Draft::default();
        draft.add(&catalog, &customers, concerned(&catalog, row.third_party_id, &categories, &lines));
        let subject = Subject {
            cause: TaskCause::ConsentWithdrawn,
            id: row.id.0,
            wish: String::new(),
            customer: Some(row.customer_id),
        };
        let consent = if planned.is_dry_run() { row } else { ended };
        let (plan, tasks) = planned.carry_out(w, &catalog, &subject, &lines, draft).await?;
        Ok(Withdrawn { consent, plan, tasks })
    }
}

impl WithdrawConsent {
    async fn end(
        &self,
        w: &Writer,
        row: &consent::Model,
        evidence: Option<String>,
    ) -> Result<consent::Model, Stop> {
        let ended = consent::Model {
            ended_at: Some(w.now()),
            ended_as: Some(ConsentEventKind::Withdrawn),
            ..row.clone()
        };
        let event = consent_event::Model {
            id: ConsentEventId(w.id()),
            consent_id: row.id,
            customer_id: row.customer_id,
            kind: ConsentEventKind::Withdrawn,
            occurred_at: w.now(),
            channel: self.channel,
            evidence,
            recorded_by: w.actor_name(),
        };
        let ended = w.update::<consent::Entity>(ended).await?;
        w.insert::<consent_event::Entity>(event).await?;
        w.changed(row.customer_id, &["consents"]);
        Ok(ended)
    }
}

/// Of a customer's lines, those that a plan speaks of: what the consent let go there, and whatever changes.
fn concerned<'a>(
    catalog: &Catalog,
    third_party: ThirdPartyId,
    categories: &BTreeSet<CategoryKey>,
    lines: &'a [Judged],
) -> impl Iterator<Item = &'a Judged> + use<'a> {
    let there = |one: &&Judged| {
        let system = catalog.systems.get(&one.line.system_id);
        system.and_then(|system| system.third_party_id) == Some(third_party)
            && categories.contains(&one.line.category)
    };
    let lines = lines.iter().filter(|one| one.changes() || there(one)).collect::<Vec<_>>();
    lines.into_iter()
}

//! A customer takes their permission back (Art. 7(3)).

use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        checks::{BLOCK, Checks, not_found},
        customer::living,
    },
    policy::{Action, Target},
};
use entity::{
    consent, consent_event,
    enums::{Channel, ConsentEventKind},
    ids::{ConsentEventId, ConsentId},
};
use sea_orm::EntityTrait;

/// Ends a consent. From here on nothing goes to that third party for it, and what is there needs another reason.
#[derive(Clone, Debug)]
pub struct WithdrawConsent {
    pub consent: ConsentId,
    pub channel: Channel,
    /// Such as a call's or a letter's reference.
    pub evidence: Option<String>,
}

impl Command for WithdrawConsent {
    const ACTION: Action = Action::WithdrawConsent;
    type Output = consent::Model;

    fn target(&self) -> Target {
        // Whose it is, the consent says.
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<consent::Model, Stop> {
        let mut checks = Checks::new();
        let evidence = self.evidence.as_ref().map(|text| checks.line("evidence", text, BLOCK / 10));
        checks.finish()?;
        let nothing = || not_found("consentId", "consent");
        let found = w.one(consent::Entity::find_by_id(self.consent)).await?.ok_or_else(nothing)?;
        // The customer first, as whoever shares does: one of the two sees what the other has done.
        living(w, found.customer_id, "consentId").await?;
        let row = w.lock(consent::Entity::find_by_id(self.consent)).await?.ok_or_else(nothing)?;
        w.about(Target::customer(row.customer_id));
        if row.ended_at.is_some() {
            let message = "This consent has ended already.";
            return Err(Refusal::new(Code::ConsentWithdrawn, message).at("consentId").into());
        }
        let row =
            consent::Model { ended_at: Some(w.now()), ended_as: Some(ConsentEventKind::Withdrawn), ..row };
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
        let row = w.update::<consent::Entity>(row).await?;
        w.insert::<consent_event::Entity>(event).await?;
        w.changed(row.customer_id, &["consents"]);
        Ok(row)
    }
}

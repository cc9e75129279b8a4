//! The gate's answer beforehand.

use crate::{
    domain::{
        disclosure::{Attempt, BlockersOf, Check, CheckDisclosure},
        gate,
    },
    graphql::{
        catalog::{DataCategory, Purpose, categories},
        consent::Consent,
        context::{access, catalog, charge_beyond_few, loaders},
        enums::{DisclosureBlockerCode, Locale},
        error::{OrError, missing},
        loaders::One,
        node::id_or_nobody,
        system::System,
        third_party::ThirdParty,
        user_error::UserError,
    },
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use entity::ids::ConsentId;

#[derive(Default)]
pub struct DisclosureQuery;

#[Object]
impl DisclosureQuery {
    /// What would go to third parties if this customer had this service, and what is missing.
    ///
    /// Requires: AGENT, COMPLIANCE; CUSTOMER (themselves).
    async fn disclosure_check(
        &self,
        ctx: &Context<'_>,
        customer_id: ID,
        service_id: ID,
        #[graphql(desc = "The language of the notice; the customer's own unless told.")] locale: Option<
            Locale,
        >,
    ) -> Result<DisclosureCheck> {
        let check = CheckDisclosure {
            catalog: catalog(ctx),
            customer: id_or_nobody(&customer_id),
            service: id_or_nobody(&service_id),
            locale: locale.map(Into::into),
        };
        let check = access(ctx).read(check).await.or_error()?;
        Ok(check.into())
    }
}

impl From<Check> for DisclosureCheck {
    fn from(check: Check) -> Self {
        let proposed =
            |(proposed, consent_needed, consent)| ProposedDisclosure { proposed, consent_needed, consent };
        Self {
            allowed: check.blockers.is_empty(),
            disclosures: check.proposed.into_iter().map(proposed).collect(),
            blockers: check.blockers.into_iter().map(DisclosureBlocker).collect(),
            notice_text: check.text,
            notice_sha256: hex::encode(check.sha256),
        }
    }
}

/// The answer of the one gate that data passes on its way to a third party.
#[derive(SimpleObject)]
pub struct DisclosureCheck {
    /// Whether everything may go there right now.
    allowed: bool,
    disclosures: Vec<ProposedDisclosure>,
    /// What is missing; empty if and only if `allowed`. Until the customer has the service,
    /// NOT_REQUIRED_BY_A_LIVE_SERVICE is among it.
    blockers: Vec<DisclosureBlocker>,
    /// What the customer must be told, word for word.
    notice_text: String,
    /// Lower-case hex SHA-256 of `noticeText` in UTF-8; `deliverNotice` takes it.
    notice_sha256: String,
}

pub struct ProposedDisclosure {
    pub proposed: gate::Proposed,
    pub consent_needed: bool,
    pub consent: Option<ConsentId>,
}

/// What a service would send to one third party for one purpose.
#[Object]
impl ProposedDisclosure {
    async fn third_party(&self, ctx: &Context<'_>) -> Result<ThirdParty> {
        catalog(ctx)
            .third_parties
            .get(&self.proposed.third_party)
            .cloned()
            .map(ThirdParty)
            .ok_or_else(missing)
    }

    async fn system(&self, ctx: &Context<'_>) -> Result<System> {
        catalog(ctx).systems.get(&self.proposed.system).cloned().map(System).ok_or_else(missing)
    }

    async fn purpose(&self, ctx: &Context<'_>) -> Result<Purpose> {
        catalog(ctx).purposes.get(&self.proposed.purpose).cloned().map(Purpose).ok_or_else(missing)
    }

    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<DataCategory>> {
        categories(ctx, &self.proposed.categories)
    }

    async fn consent_needed(&self) -> bool {
        self.consent_needed
    }

    /// The one in force that covers all of it.
    async fn consent(&self, ctx: &Context<'_>) -> Result<Option<Consent>> {
        let Some(id) = self.consent else { return Ok(None) };
        Ok(loaders(ctx).batch.load_one(One(id)).await.or_error()?.map(Consent))
    }
}

pub struct DisclosureBlocker(gate::Blocker);

/// What stands in the way of what was refused, if that is asked for and it was the gate that refused.
///
/// # Errors
/// When the database fails.
pub async fn blockers(
    ctx: &Context<'_>,
    refused: &[UserError],
    attempts: impl FnOnce() -> Vec<Attempt>,
) -> Result<Vec<DisclosureBlocker>> {
    if !ctx.look_ahead().field("blockers").exists() || !refused.iter().any(UserError::is_the_gates) {
        return Ok(Vec::new());
    }
    let of = BlockersOf { catalog: catalog(ctx), attempts: attempts() };
    let found = access(ctx).read(of).await.or_error()?;
    charge_beyond_few(ctx, found.len())?;
    Ok(found.into_iter().map(DisclosureBlocker).collect())
}

/// One thing that stands in the way of giving data to third parties.
#[Object]
impl DisclosureBlocker {
    async fn code(&self) -> DisclosureBlockerCode {
        self.0.code.into()
    }

    async fn third_party(&self, ctx: &Context<'_>) -> Option<ThirdParty> {
        catalog(ctx).third_parties.get(&self.0.third_party?).cloned().map(ThirdParty)
    }

    async fn purpose(&self, ctx: &Context<'_>) -> Option<Purpose> {
        catalog(ctx).purposes.get(self.0.purpose.as_ref()?).cloned().map(Purpose)
    }

    /// Those concerned; empty: all.
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<DataCategory>> {
        categories(ctx, &self.0.categories)
    }

    /// Says what to do next.
    async fn message(&self) -> &str {
        self.0.message
    }
}

//! A third party and how it was vetted.

use crate::{
    domain::{
        data_location::{AtPlace, During},
        period::day_of,
        third_party::blockers,
    },
    graphql::{
        connection::{Arguments, connection, page_of},
        context::{access, catalog},
        data_location::{CustomerDataConnection, customers_at},
        enums::{DisclosureBlockerCode, ThirdPartyRole, TransferSafeguard, TrustStatus},
        error::{OrError, missing},
        node,
        scalars::{Date, DateTime},
        system::System,
    },
    policy::Action,
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use entity::{assessment, third_party};
use std::sync::Arc;

/// How a third party was vetted is for those who may ask for third parties. Customers see who has their data: name,
/// kind, role, country, safeguard and whom to write to (Art. 15(1)(c) and 15(2)).
async fn to_those_who_vet(ctx: &Context<'_>) -> Result<()> {
    access(ctx).permit(Action::SeeThirdParties).await.or_error()
}

#[derive(Clone)]
pub struct ThirdParty(pub Arc<third_party::Model>);

connection!(ThirdPartyConnection, ThirdPartyEdge, ThirdParty);

/// Another company or body that receives data.
#[Object]
impl ThirdParty {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn version(&self) -> i32 {
        self.0.version
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The category of recipient, one word: `HOSTING`, `DOMAIN_REGISTRY`, ...
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    async fn role(&self) -> ThirdPartyRole {
        self.0.role.into()
    }

    /// ISO 3166-1 alpha-2.
    async fn country(&self) -> &str {
        &self.0.country
    }

    /// The e-mail address for privacy matters. Customers whose data is there see it as well, to know whom to write to:
    /// give one that may be passed on.
    async fn privacy_contact(&self) -> Option<&str> {
        self.0.privacy_contact.as_deref()
    }

    async fn status(&self) -> TrustStatus {
        self.0.status.into()
    }

    /// What stands in the way of giving it anything, whoever the customer is. Empty: nothing does.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR, ADMIN.
    async fn blockers(&self, ctx: &Context<'_>) -> Result<Vec<DisclosureBlockerCode>> {
        to_those_who_vet(ctx).await?;
        let today = day_of(access(ctx).now(), &catalog(ctx).zone());
        Ok(blockers(&self.0, today)
            .into_iter()
            .map(|blocker| crate::domain::gate::BlockerCode::from(blocker.code).into())
            .collect())
    }

    /// Requires: AGENT, COMPLIANCE, AUDITOR, ADMIN.
    async fn agreement(&self, ctx: &Context<'_>) -> Result<Option<ProcessingAgreement>> {
        to_those_who_vet(ctx).await?;
        let row = &self.0;
        let agreement = ProcessingAgreement::new(
            row.agreement_reference.as_ref(),
            row.agreement_signed_on,
            row.agreement_expires_on,
        );
        Ok(agreement)
    }

    /// What makes the transfer lawful; null until assessed.
    async fn safeguard(&self) -> Option<TransferSafeguard> {
        self.0.safeguard.map(Into::into)
    }

    /// Where the safeguard is documented.
    async fn safeguard_reference(&self) -> Option<&str> {
        self.0.safeguard_reference.as_deref()
    }

    /// How it protects data (Art. 32).
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR, ADMIN.
    async fn measures(&self, ctx: &Context<'_>) -> Result<&[String]> {
        to_those_who_vet(ctx).await?;
        Ok(&self.0.measures.0)
    }

    /// By then it must be assessed anew.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR, ADMIN.
    async fn review_due(&self, ctx: &Context<'_>) -> Result<Option<Date>> {
        to_those_who_vet(ctx).await?;
        Ok(self.0.review_due.map(Date))
    }

    /// Requires: AGENT, COMPLIANCE, AUDITOR, ADMIN.
    async fn assessments(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<AssessmentConnection> {
        to_those_who_vet(ctx).await?;
        let page = Arguments { first, after, last, before }.request(ctx, "assessments")?;
        let catalog = catalog(ctx);
        let list =
            catalog.assessments.iter().filter(|row| row.third_party_id == self.0.id).cloned().collect();
        let page = page_of(&page, list, |row: &Arc<assessment::Model>| vec![row.id.to_string()])?;
        Ok(AssessmentConnection::new("assessments", page.map(Assessment)))
    }

    /// The third party that it works for, when it is a sub-processor.
    async fn sub_processor_of(&self, ctx: &Context<'_>) -> Option<ThirdParty> {
        let id = self.0.sub_processor_of?;
        catalog(ctx).third_parties.get(&id).cloned().map(Self)
    }

    async fn sub_processors(&self, ctx: &Context<'_>) -> Vec<ThirdParty> {
        let theirs = |row: &&Arc<third_party::Model>| row.sub_processor_of == Some(self.0.id);
        catalog(ctx).third_parties.values().filter(theirs).cloned().map(Self).collect()
    }

    /// When it was announced as a sub-processor (Art. 28(2)).
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR, ADMIN.
    async fn announced_on(&self, ctx: &Context<'_>) -> Result<Option<Date>> {
        to_those_who_vet(ctx).await?;
        Ok(self.0.announced_on.map(Date))
    }

    /// The last day to object to it.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR, ADMIN.
    async fn objection_until(&self, ctx: &Context<'_>) -> Result<Option<Date>> {
        to_those_who_vet(ctx).await?;
        Ok(self.0.objection_until.map(Date))
    }

    async fn systems(&self, ctx: &Context<'_>) -> Vec<System> {
        let theirs = |row: &&Arc<entity::system::Model>| row.third_party_id == Some(self.0.id);
        catalog(ctx).systems.values().filter(theirs).cloned().map(System).collect()
    }

    /// Whose data is held here, and which, now or at a given time.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn customers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(desc = "Now unless told.")] as_of: Option<DateTime>,
        #[graphql(desc = "Only these categories.")] categories: Option<Vec<String>>,
    ) -> Result<CustomerDataConnection> {
        let during = as_of.map(|moment| During::at(moment.0));
        let arguments = Arguments { first, after, last, before };
        customers_at(ctx, AtPlace::ThirdParty(self.0.id), arguments, during, categories).await
    }
}

/// The contract of Art. 28(3).
#[derive(Clone, Debug, SimpleObject)]
pub struct ProcessingAgreement {
    reference: String,
    signed_on: Date,
    expires_on: Option<Date>,
}

impl ProcessingAgreement {
    fn new(
        reference: Option<&String>,
        signed_on: Option<chrono::NaiveDate>,
        expires_on: Option<chrono::NaiveDate>,
    ) -> Option<Self> {
        let (reference, signed_on) = (reference?.clone(), Date(signed_on?));
        Some(Self { reference, signed_on, expires_on: expires_on.map(Date) })
    }
}

#[derive(Clone)]
pub struct Assessment(pub Arc<assessment::Model>);

connection!(AssessmentConnection, AssessmentEdge, Assessment);

/// One vetting of a third party. Kept for good.
#[Object]
impl Assessment {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn third_party(&self, ctx: &Context<'_>) -> Result<ThirdParty> {
        catalog(ctx).third_parties.get(&self.0.third_party_id).cloned().map(ThirdParty).ok_or_else(missing)
    }

    /// What was decided.
    async fn status(&self) -> TrustStatus {
        self.0.status.into()
    }

    async fn grounds(&self) -> &str {
        &self.0.grounds
    }

    async fn agreement(&self) -> Option<ProcessingAgreement> {
        let row = &self.0;
        ProcessingAgreement::new(
            row.agreement_reference.as_ref(),
            row.agreement_signed_on,
            row.agreement_expires_on,
        )
    }

    async fn safeguard(&self) -> Option<TransferSafeguard> {
        self.0.safeguard.map(Into::into)
    }

    async fn safeguard_reference(&self) -> Option<&str> {
        self.0.safeguard_reference.as_deref()
    }

    async fn measures(&self) -> &[String] {
        &self.0.measures.0
    }

    async fn review_due(&self) -> Option<Date> {
        self.0.review_due.map(Date)
    }

    /// The actor's name.
    async fn assessed_by(&self) -> &str {
        &self.0.assessed_by
    }

    async fn assessed_at(&self) -> DateTime {
        DateTime(self.0.assessed_at)
    }
}

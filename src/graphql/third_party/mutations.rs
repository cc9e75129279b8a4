//! Third parties come, are vetted, change and go.

use super::{Assessment, ThirdParty};
use crate::{
    domain::{
        catalog::Catalog,
        third_party::{AssessThirdParty, CreateThirdParty, RetireThirdParty, UpdateThirdParty},
    },
    graphql::{
        change::{change, change_catalog},
        enums::{ThirdPartyRole, TransferSafeguard, TrustStatus},
        node::id_or_nobody,
        scalars::Date,
        user_error::UserError,
    },
};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use entity::third_party;

#[derive(Default)]
pub struct ThirdPartyMutation;

#[derive(Debug, InputObject)]
pub struct CreateThirdPartyInput {
    name: String,
    /// The category of recipient, one word: `HOSTING`, `DOMAIN_REGISTRY`, ...
    kind: String,
    role: ThirdPartyRole,
    /// ISO 3166-1 alpha-2.
    country: String,
    /// The e-mail address for privacy matters.
    privacy_contact: Option<String>,
    /// The third party that it works for, when it is a sub-processor.
    sub_processor_of_id: Option<ID>,
    /// When it was announced as a sub-processor.
    announced_on: Option<Date>,
    /// The last day to object to it.
    objection_until: Option<Date>,
}

#[derive(SimpleObject)]
pub struct CreateThirdPartyPayload {
    third_party: Option<ThirdParty>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct UpdateThirdPartyInput {
    third_party_id: ID,
    expected_version: Option<i32>,
    name: MaybeUndefined<String>,
    kind: MaybeUndefined<String>,
    role: MaybeUndefined<ThirdPartyRole>,
    /// ISO 3166-1 alpha-2. Takes the safeguard away: assess it anew.
    country: MaybeUndefined<String>,
    privacy_contact: MaybeUndefined<String>,
    sub_processor_of_id: MaybeUndefined<ID>,
    announced_on: MaybeUndefined<Date>,
    objection_until: MaybeUndefined<Date>,
}

#[derive(SimpleObject)]
pub struct UpdateThirdPartyPayload {
    third_party: Option<ThirdParty>,
    user_errors: Vec<UserError>,
}

/// What is left out stays as the last assessment had it.
#[derive(Debug, InputObject)]
pub struct AssessThirdPartyInput {
    third_party_id: ID,
    /// APPROVED or SUSPENDED.
    status: TrustStatus,
    /// What was looked at, and why this follows.
    grounds: String,
    agreement_reference: MaybeUndefined<String>,
    agreement_signed_on: MaybeUndefined<Date>,
    agreement_expires_on: MaybeUndefined<Date>,
    review_due: MaybeUndefined<Date>,
    safeguard: MaybeUndefined<TransferSafeguard>,
    /// Where the safeguard is documented.
    safeguard_reference: MaybeUndefined<String>,
    /// How it protects data (Art. 32).
    measures: MaybeUndefined<Vec<String>>,
}

#[derive(SimpleObject)]
pub struct AssessThirdPartyPayload {
    third_party: Option<ThirdParty>,
    assessment: Option<Assessment>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct RetireThirdPartyInput {
    third_party_id: ID,
    reason: String,
}

#[derive(SimpleObject)]
pub struct RetireThirdPartyPayload {
    third_party: Option<ThirdParty>,
    user_errors: Vec<UserError>,
}

#[Object]
impl ThirdPartyMutation {
    /// Puts a third party on record, as PROPOSED.
    ///
    /// userErrors: ALREADY_EXISTS, RETIRED.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn create_third_party(
        &self,
        ctx: &Context<'_>,
        input: CreateThirdPartyInput,
    ) -> Result<CreateThirdPartyPayload> {
        let command = CreateThirdParty {
            name: input.name,
            kind: input.kind,
            role: input.role.into(),
            country: input.country,
            privacy_contact: input.privacy_contact,
            sub_processor_of: input.sub_processor_of_id.as_ref().map(id_or_nobody),
            announced_on: input.announced_on.map(|day| day.0),
            objection_until: input.objection_until.map(|day| day.0),
        };
        let (third_party, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(CreateThirdPartyPayload { third_party, user_errors })
    }

    /// Changes what is on record about a third party. Trust in it is changed by `assessThirdParty`.
    ///
    /// userErrors: VERSION_CONFLICT, ALREADY_EXISTS, RETIRED, CYCLE.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn update_third_party(
        &self,
        ctx: &Context<'_>,
        input: UpdateThirdPartyInput,
    ) -> Result<UpdateThirdPartyPayload> {
        let command = UpdateThirdParty {
            third_party: id_or_nobody(&input.third_party_id),
            expected_version: input.expected_version,
            name: change(input.name),
            kind: change(input.kind),
            role: change(input.role).map(Into::into),
            country: change(input.country),
            privacy_contact: change(input.privacy_contact),
            sub_processor_of: change(input.sub_processor_of_id).map(|id| id_or_nobody(&id)),
            announced_on: change(input.announced_on).map(|day| day.0),
            objection_until: change(input.objection_until).map(|day| day.0),
        };
        let (third_party, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(UpdateThirdPartyPayload { third_party, user_errors })
    }

    /// Vets a third party: PROPOSED to APPROVED, APPROVED to SUSPENDED and back, or APPROVED anew for a later review.
    ///
    /// userErrors: INVALID_TRANSITION, ASSESSMENT_INCOMPLETE.
    ///
    /// Requires: COMPLIANCE.
    async fn assess_third_party(
        &self,
        ctx: &Context<'_>,
        input: AssessThirdPartyInput,
    ) -> Result<AssessThirdPartyPayload> {
        let command = AssessThirdParty {
            third_party: id_or_nobody(&input.third_party_id),
            status: input.status.into(),
            grounds: input.grounds,
            agreement_reference: change(input.agreement_reference),
            agreement_signed_on: change(input.agreement_signed_on).map(|day| day.0),
            agreement_expires_on: change(input.agreement_expires_on).map(|day| day.0),
            review_due: change(input.review_due).map(|day| day.0),
            safeguard: change(input.safeguard).map(Into::into),
            safeguard_reference: change(input.safeguard_reference),
            measures: change(input.measures),
        };
        let (vetted, user_errors) = change_catalog(ctx, command, |catalog, (row, assessment)| {
            let assessment = catalog.assessments.iter().find(|known| known.id == assessment.id)?;
            Some((made(catalog, row)?, Assessment(assessment.clone())))
        })
        .await?;
        let (third_party, assessment) = vetted.unzip();
        Ok(AssessThirdPartyPayload { third_party, assessment, user_errors })
    }

    /// Ends a relationship for good; refused while data is held there (Art. 28(3)(g)).
    ///
    /// userErrors: IN_USE, RETIRED.
    ///
    /// Requires: COMPLIANCE.
    async fn retire_third_party(
        &self,
        ctx: &Context<'_>,
        input: RetireThirdPartyInput,
    ) -> Result<RetireThirdPartyPayload> {
        let command =
            RetireThirdParty { third_party: id_or_nobody(&input.third_party_id), reason: input.reason };
        let (third_party, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(RetireThirdPartyPayload { third_party, user_errors })
    }
}

fn made(catalog: &Catalog, row: &third_party::Model) -> Option<ThirdParty> {
    catalog.third_parties.get(&row.id).cloned().map(ThirdParty)
}

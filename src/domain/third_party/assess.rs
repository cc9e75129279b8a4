//! A third party is vetted.

use super::rules;
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        catalog::{begin_change, zone},
        change::Change,
        checks::{BLOCK, Checks, LINE, not_found},
        period::{day_of, start_of},
    },
    policy::{Action, Target},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::{
    assessment,
    enums::{TransferSafeguard, TrustStatus},
    ids::{AssessmentId, ThirdPartyId},
    third_party,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

/// Vets a third party. What is left out stays as the last assessment had it.
#[derive(Clone, Debug)]
pub struct AssessThirdParty {
    pub third_party: ThirdPartyId,
    /// `APPROVED` or `SUSPENDED`.
    pub status: TrustStatus,
    /// What was looked at, and why this follows.
    pub grounds: String,
    pub agreement_reference: Change<String>,
    pub agreement_signed_on: Change<NaiveDate>,
    pub agreement_expires_on: Change<NaiveDate>,
    pub review_due: Change<NaiveDate>,
    pub safeguard: Change<TransferSafeguard>,
    pub safeguard_reference: Change<String>,
    pub measures: Change<Vec<String>>,
}

impl Command for AssessThirdParty {
    const ACTION: Action = Action::AssessThirdParty;
    type Output = (third_party::Model, assessment::Model);

    fn target(&self) -> Target {
        Target::thing(self.third_party)
    }

    async fn run(self, w: &mut Writer) -> Result<Self::Output, Stop> {
        self.made(Elsewhere::default(), w).await
    }
}

/// Of an assessment that is taken over: who made it, and on which day. Whoever takes it over, and now, unless told.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    pub by: Option<String>,
    pub on: Option<NaiveDate>,
}

impl AssessThirdParty {
    /// Records it, by the rules of the day that it was made on.
    pub(in crate::domain) async fn made(
        self,
        elsewhere: Elsewhere,
        w: &Writer,
    ) -> Result<(third_party::Model, assessment::Model), Stop> {
        begin_change(w).await?;
        let row = w.lock(third_party::Entity::find_by_id(self.third_party)).await?;
        let row = row.ok_or_else(|| not_found("thirdPartyId", "third party"))?;
        if !rules::may_become(row.status, self.status) {
            return Err(no_way(row.status, self.status).into());
        }
        let mut checks = Checks::new();
        let grounds = checks.block("grounds", &self.grounds, BLOCK);
        let by = elsewhere.by.map(|by| checks.line("assessedBy", &by, LINE));
        let (day, at) = when(row.id, elsewhere.on, w, &mut checks).await?;
        let row = self.assessed(row, &mut checks);
        check(&row, day, &mut checks);
        checks.finish()?;

        let row = w.update::<third_party::Entity>(row).await?;
        let now = record(&row, grounds, w);
        let by = by.unwrap_or_else(|| now.assessed_by.clone());
        let assessment = assessment::Model { assessed_by: by, assessed_at: at, ..now };
        let assessment = w.insert::<assessment::Entity>(assessment).await?;
        Ok((row, assessment))
    }

    fn assessed(self, row: third_party::Model, checks: &mut Checks) -> third_party::Model {
        let reference = self.agreement_reference.map(|text| checks.line("agreementReference", &text, LINE));
        let documented = self.safeguard_reference.map(|text| checks.line("safeguardReference", &text, LINE));
        let measures = self.measures.map(|all| checks.texts("measures", &all));
        let safeguard = self.safeguard.apply(row.safeguard);
        // Within the area there is nothing to choose.
        let given = self.status == TrustStatus::Approved && rules::is_in_eea(&row.country);
        third_party::Model {
            version: row.version + 1,
            status: self.status,
            agreement_reference: reference.apply(row.agreement_reference),
            agreement_signed_on: self.agreement_signed_on.apply(row.agreement_signed_on),
            agreement_expires_on: self.agreement_expires_on.apply(row.agreement_expires_on),
            safeguard: safeguard.or(given.then_some(TransferSafeguard::Eea)),
            safeguard_reference: documented.apply(row.safeguard_reference),
            measures: measures.apply(Some(row.measures)).unwrap_or_default(),
            review_due: self.review_due.apply(row.review_due),
            ..row
        }
    }
}

/// The day that an assessment is of, and what is noted as its time: of a day that is over its noon, which is on the same day
/// in about every time zone.
async fn when(
    party: ThirdPartyId,
    on: Option<NaiveDate>,
    w: &Writer,
    checks: &mut Checks,
) -> Result<(NaiveDate, DateTime<Utc>), Stop> {
    let zone = zone(w).await?;
    let today = day_of(w.now(), &zone);
    let Some(on) = on.filter(|on| *on != today) else { return Ok((today, w.now())) };
    if on > today {
        checks.refuse("assessedOn", Code::OutOfRange, "This day has not come yet.");
    }
    let earlier = assessment::Entity::find()
        .filter(assessment::Column::ThirdPartyId.eq(party))
        .order_by_desc(assessment::Column::Id);
    let last = w.page(earlier, 1).await?.0.pop();
    if last.is_some_and(|last| day_of(last.assessed_at, &zone) > on) {
        let message =
            "A later assessment is on record: what is trusted now cannot follow from an earlier one.";
        checks.refuse("assessedOn", Code::OutOfRange, message);
    }
    let noon = start_of(on, &zone).map_or(w.now(), |start| start + TimeDelta::hours(12));
    Ok((on, noon))
}

fn check(row: &third_party::Model, today: NaiveDate, checks: &mut Checks) {
    if row.agreement_signed_on.is_some_and(|signed| signed > today) {
        checks.refuse("agreementSignedOn", Code::OutOfRange, "An agreement is in force once it is signed.");
    }
    if let (Some(signed), Some(last)) = (row.agreement_signed_on, row.agreement_expires_on)
        && last < signed
    {
        checks.refuse("agreementExpiresOn", Code::OutOfRange, "This is before it was signed.");
    }
    if row.status == TrustStatus::Approved {
        for gap in rules::gaps(row, today) {
            checks.refuse(gap.field, Code::AssessmentIncomplete, gap.message);
        }
    }
    // Half an agreement is none; where one is needed the gaps have said so.
    if row.status != TrustStatus::Approved || !rules::needs_agreement(row.role) {
        match (&row.agreement_reference, row.agreement_signed_on) {
            (Some(_), None) => checks.refuse(
                "agreementSignedOn",
                Code::AssessmentIncomplete,
                "Say when the agreement was signed.",
            ),
            (None, Some(_)) => {
                checks.refuse("agreementReference", Code::AssessmentIncomplete, "Name the agreement.");
            }
            _ => {}
        }
    }
}

fn no_way(now: TrustStatus, next: TrustStatus) -> Refusal {
    let message = match (now, next) {
        (TrustStatus::Retired, _) => "The relationship has ended for good: put it on record anew.",
        (_, TrustStatus::Proposed) => "An assessment approves or suspends.",
        (_, TrustStatus::Retired) => {
            "An assessment approves or suspends: end the relationship by retiring it."
        }
        (TrustStatus::Suspended, _) => "It is suspended already.",
        _ => "Only what was approved can be suspended: nothing goes there before that.",
    };
    Refusal::new(Code::InvalidTransition, message).at("status")
}

/// The assessment that led to what `row` says now.
pub(super) fn record(row: &third_party::Model, grounds: String, w: &Writer) -> assessment::Model {
    assessment::Model {
        id: AssessmentId(w.id()),
        third_party_id: row.id,
        status: row.status,
        grounds,
        agreement_reference: row.agreement_reference.clone(),
        agreement_signed_on: row.agreement_signed_on,
        agreement_expires_on: row.agreement_expires_on,
        safeguard: row.safeguard,
        safeguard_reference: row.safeguard_reference.clone(),
        measures: row.measures.clone(),
        review_due: row.review_due,
        assessed_by: w.actor_name(),
        assessed_at: w.now(),
    }
}

//! How third parties were vetted, as the document has it. What is on record stays as it is; what is not is added, by the rules
//! of an assessment on the day that it was made.

use super::{
    apply::{Applying, At, list},
    diff::EntryKind,
    export,
    model::AssessmentEntry,
};
use crate::{
    access::{Code, Stop},
    domain::{
        catalog::Catalog,
        change::Change,
        period::day_of,
        third_party::{AssessThirdParty, Elsewhere},
    },
    policy::Action,
};
use entity::{assessment, ids::ThirdPartyId};

impl Applying<'_> {
    pub(super) async fn assess(
        &mut self,
        at: &At,
        party: ThirdPartyId,
        entries: Vec<AssessmentEntry>,
    ) -> Result<(), Stop> {
        for (place, entry) in entries.into_iter().enumerate() {
            let at = at.below(["assessments".to_owned(), place.to_string()]);
            if let Some(row) = on_record(self.before, party, &entry) {
                if differs(&entry, row) {
                    let message = "This assessment is on record with something else in it. What was found then is kept \
                                   as it was: add another one, of today.";
                    self.refuse(&at, "", Code::AlreadyExists, message);
                }
                self.named.insert((EntryKind::Assessment, row.id.to_string()));
                continue;
            }
            // What comes after one that could not be made would be judged by what is not there.
            if !self.assess_once(&at, party, entry).await? {
                break;
            }
        }
        Ok(())
    }

    async fn assess_once(
        &mut self,
        at: &At,
        party: ThirdPartyId,
        entry: AssessmentEntry,
    ) -> Result<bool, Stop> {
        if !self.may(at, "", Action::AssessThirdParty) {
            return Ok(false);
        }
        let Some(status) = entry.status else {
            self.refuse(at, "status", Code::Required, "Say what was decided: APPROVED or SUSPENDED.");
            return Ok(false);
        };
        if !self.powers.in_person && (entry.assessed_by.is_none() || entry.assessed_on.is_none()) {
            let message = "Trust is vetted by people: say who made this assessment, and on which day.";
            let field = if entry.assessed_by.is_none() { "assessedBy" } else { "assessedOn" };
            self.refuse(at, field, Code::Required, message);
            return Ok(false);
        }
        let command = AssessThirdParty {
            third_party: party,
            status,
            grounds: entry.grounds,
            agreement_reference: entry.agreement_reference,
            agreement_signed_on: entry.agreement_signed_on,
            agreement_expires_on: entry.agreement_expires_on,
            review_due: entry.review_due,
            safeguard: entry.safeguard,
            safeguard_reference: entry.safeguard_reference,
            measures: list(entry.measures),
        };
        let elsewhere = Elsewhere { by: entry.assessed_by, on: entry.assessed_on };
        let done = Box::pin(command.made(elsewhere, self.w)).await;
        Ok(self.outcome(at, done)?.is_some())
    }
}

/// The assessment that an entry is about, if it was made already.
pub(super) fn on_record<'a>(
    catalog: &'a Catalog,
    party: ThirdPartyId,
    entry: &AssessmentEntry,
) -> Option<&'a assessment::Model> {
    let zone = catalog.zone();
    let is_it = |row: &&assessment::Model| {
        entry.status == Some(row.status)
            && entry.grounds == row.grounds
            && entry.assessed_on.is_none_or(|on| on == day_of(row.assessed_at, &zone))
            && entry.assessed_by.as_ref().is_none_or(|by| *by == row.assessed_by)
    };
    export::history(catalog, party).into_iter().rev().find(is_it)
}

/// Whether the entry says something else of it.
fn differs(entry: &AssessmentEntry, row: &assessment::Model) -> bool {
    fn other<T: PartialEq>(said: &Change<T>, now: Option<&T>) -> bool {
        !said.is_keep() && said.value() != now
    }
    let measures = Some(&row.measures.0).filter(|all| !all.is_empty());
    other(&entry.agreement_reference, row.agreement_reference.as_ref())
        || other(&entry.agreement_signed_on, row.agreement_signed_on.as_ref())
        || other(&entry.agreement_expires_on, row.agreement_expires_on.as_ref())
        || other(&entry.review_due, row.review_due.as_ref())
        || other(&entry.safeguard_reference, row.safeguard_reference.as_ref())
        || other(&entry.safeguard, row.safeguard.as_ref())
        || other(&entry.measures, measures)
}

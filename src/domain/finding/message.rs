//! A finding in words: what is wrong, and what to do about it. Without personal values: whom it is about stands beside
//! it.

use super::{
    kind::{FindingKind, Severity},
    requests::SOON,
    row::{Finding, Subject},
};
use crate::domain::{
    catalog::Catalog,
    incident::NOTIFY_WITHIN,
    period::{day_of, time_of},
    processing_record::{Gap, gaps_at},
};
use chrono::{Days, NaiveDate, TimeDelta};
use entity::{
    enums::{Locale, TrustStatus},
    ids::{CategoryKey, SystemId, ThirdPartyId},
};

/// What a finding says to a person.
#[must_use]
pub fn message(finding: &Finding, catalog: &Catalog, locale: Locale) -> String {
    let words = Words { catalog, locale };
    match finding.subject {
        Subject::DataLocation(_) => words.line(finding),
        Subject::ThirdParty(id) => words.third_party(finding, id),
        Subject::System(id) if finding.kind == FindingKind::ConnectorFailing => words.unreachable(id),
        Subject::System(_) if finding.kind == FindingKind::ReconciliationOverdue => words.unchecked(finding),
        Subject::System(id) if finding.kind == FindingKind::RecordIncomplete => words.incomplete(id),
        Subject::System(id) => {
            let (name, day) = (words.system(Some(id)), words.last_day(finding));
            words.either(
                format!("{name} skulle ha setts över senast {day}: gå igenom det, och sätt ett nytt datum."),
                format!("{name} was to be reviewed by {day}: review it, and set the next date."),
            )
        }
        Subject::DataRequirement(id) => {
            let need = catalog.requirements.get(&id);
            let category = words.category(need.map(|need| &need.category));
            let service = need.and_then(|need| catalog.services.get(&need.service_id));
            let service = service.map_or("?", |row| catalog.name_in(locale, &row.name, &row.translations));
            let purpose = need.and_then(|need| catalog.purposes.get(&need.purpose));
            let purpose = purpose.map_or("?", |row| catalog.name_in(locale, &row.name, &row.translations));
            words.either(
                format!(
                    "Tjänsten {service} använder {category}, som är känsliga uppgifter, för ändamålet {purpose}, som \
                     saknar villkor enligt art. 9.2: ange ett, eller låt bli att behöva dem."
                ),
                format!(
                    "The service {service} uses {category}, a special category, for the purpose {purpose}, which has \
                     no condition of Art. 9(2): name one, or do without the category."
                ),
            )
        }
        Subject::LegalHold(_) => words.hold(finding),
        Subject::DataRequest(_) if finding.kind == FindingKind::RequestDueSoon => {
            let day = day_of(finding.since, &catalog.zone()) + Days::new(SOON - 1);
            words.either(
                format!(
                    "En kund ska ha svar på sin begäran senast {day} (art. 12.3): se till att svaret lämnas."
                ),
                format!("A customer must have an answer to their request by {day} (Art. 12(3)): see to it."),
            )
        }
        Subject::DataRequest(_) => {
            let day = words.last_day(finding);
            words.either(
                format!(
                    "En kund skulle ha fått svar på sin begäran senast {day} (art. 12.3): lämna svaret nu."
                ),
                format!(
                    "A customer was to have an answer to their request by {day} (Art. 12(3)): give it now."
                ),
            )
        }
        Subject::Difference(_) => words.unmapped(finding),
        Subject::AuditEvent(_) => words.audit_log(finding.kind).to_owned(),
        Subject::Incident(_) => words.incident(finding),
        Subject::Task(_) if finding.kind == FindingKind::NothingFound => {
            let name = words.system(finding.system);
            words.either(
                format!(
                    "I {name} fanns ingenting av det som skulle bort: ta reda på varför, och intyga det, eller låt \
                     försöka igen."
                ),
                format!(
                    "Nothing of what was to go was found at {name}: find out why, and attest it, or have it tried again."
                ),
            )
        }
        Subject::Task(_) if finding.kind == FindingKind::TaskNeedsHuman => {
            let name = words.system(finding.system);
            words.either(
                format!("En uppgift i {name} väntar på en människa: gör den, och intyga vad det ledde till."),
                format!("A task at {name} is up to a person: do it, and attest what came of it."),
            )
        }
        Subject::Task(_) => {
            let (name, day) = (words.system(finding.system), day_of(finding.since, &catalog.zone()));
            words.either(
                format!("En uppgift i {name} skulle ha varit klar {day}: se till att den blir gjord."),
                format!("A task at {name} was to be done by {day}: see to it that it is done."),
            )
        }
    }
}

/// Names as the reader calls them.
struct Words<'a> {
    catalog: &'a Catalog,
    locale: Locale,
}

impl Words<'_> {
    fn either(&self, sv: String, en: String) -> String {
        match self.locale {
            Locale::Sv => sv,
            Locale::En => en,
        }
    }

    fn audit_log(&self, kind: FindingKind) -> &'static str {
        let (sv, en) = match kind {
            FindingKind::AuditLogNotSealed => (
                "Händelser i granskningsloggen väntar på att förseglas: serverns logg säger varför. Tills dess kan de tas \
                 bort obemärkt.",
                "Events of the audit log wait to be sealed: the server's log says why. Until then they can be removed \
                 unnoticed.",
            ),
            FindingKind::AuditLogUnprotected => (
                "Det som skyddar granskningsloggen i databasen saknas, eller så signeras den inte: serverns logg säger vad \
                 det är. Ta reda på vem som tog bort det, och kör `kartotek migrate` eller ange en nyckel.",
                "What protects the audit log in the database is missing, or nothing is signed: the server's log says what it \
                 is. Find out who took it away, and run `kartotek migrate` or set a key.",
            ),
            _ => (
                "Granskningsloggen är inte vad som signerades: kör `kartotek audit verify`, som säger vad som gjordes med \
                 den och var, och behåll databasen och kontrollpunkterna som de är.",
                "The audit log is not what was signed: run `kartotek audit verify`, which says what was done to it and \
                 where, and keep the database and the checkpoints as they are.",
            ),
        };
        match self.locale {
            Locale::Sv => sv,
            Locale::En => en,
        }
    }

    fn system(&self, id: Option<SystemId>) -> &str {
        let known = id.and_then(|id| self.catalog.systems.get(&id)).map(|row| row.name.as_str());
        known.unwrap_or(match self.locale {
            Locale::Sv => "ett system",
            Locale::En => "a system",
        })
    }

    fn category<'a>(&'a self, key: Option<&'a CategoryKey>) -> &'a str {
        let known = key.and_then(|key| self.catalog.categories.get(key));
        known.map_or_else(
            || key.map_or("?", |key| key.as_str()),
            |row| self.catalog.name_in(self.locale, &row.name, &row.translations),
        )
    }

    fn hold(&self, finding: &Finding) -> String {
        if finding.kind == FindingKind::RetentionWithoutEnd {
            return self.either(
                "Ett bevarande gäller tills vidare, utan dag för omprövning: häv det om det inte behövs, eller besluta om ett nytt \
                 med en dag."
                    .to_owned(),
                "A legal hold is in force with no day on which it is looked at again: lift it if it is not needed, or place \
                 another one with a day."
                    .to_owned(),
            );
        }
        let day = self.last_day(finding);
        self.either(
            format!(
                "Ett bevarande skulle ha omprövats senast {day}: häv det om det inte behövs, eller besluta om ett \
                 nytt med ett senare datum."
            ),
            format!(
                "A legal hold was to be looked at again by {day}: lift it if it is not needed, or place another \
                 one with a later date."
            ),
        )
    }

    fn unreachable(&self, id: SystemId) -> String {
        let name = self.system(Some(id));
        self.either(
            format!("{name} kan inte nås: se vad kopplingen säger (`checkConnector`), och rätta det."),
            format!(
                "{name} cannot be reached: see what its connector says (`checkConnector`), and put it right."
            ),
        )
    }

    fn incomplete(&self, id: SystemId) -> String {
        let gaps = self.catalog.systems.get(&id).map(|row| gaps_at(self.catalog, row)).unwrap_or_default();
        let gap = |gap: Gap| format!("{} (30.1 {})", gap.text(self.catalog, self.locale), gap.letter());
        let gaps = gaps.into_iter().map(gap).collect::<Vec<_>>().join(" ");
        self.either(
            format!("Registerförteckningen är inte komplett (art. 30). {gaps}"),
            format!("The record of processing activities is not complete (Art. 30). {gaps}"),
        )
    }

    fn incident(&self, finding: &Finding) -> String {
        if finding.kind == FindingKind::CustomersNotToldOfIncident {
            return self.either(
                "De kunder som en incident med hög risk rör har inte fått veta det: underrätta dem utan onödigt dröjsmål (art. \
                 34), och anteckna det."
                    .to_owned(),
                "The customers concerned by an incident of high risk have not been told: tell them without undue delay (Art. \
                 34), and record it."
                    .to_owned(),
            );
        }
        let due = time_of(finding.since + NOTIFY_WITHIN, &self.catalog.zone());
        if finding.severity == Severity::Critical {
            return self.either(
                format!(
                    "En incident skulle ha anmälts till tillsynsmyndigheten senast {due} (art. 33.1): anmäl den nu, och ange \
                     varför det dröjde."
                ),
                format!(
                    "An incident was to be notified to the authority by {due} (Art. 33(1)): notify it now, and say why it \
                     took longer."
                ),
            );
        }
        self.either(
            format!(
                "En incident ska anmälas till tillsynsmyndigheten senast {due} (art. 33.1), om den inte sannolikt är utan risk \
                 för kunderna: bedöm den, och anmäl den."
            ),
            format!(
                "An incident must be notified to the authority by {due} (Art. 33(1)), unless it is unlikely to be a risk to \
                 customers: judge it, and notify it."
            ),
        )
    }

    /// Of what is wrong since the midnight after it.
    fn last_day(&self, finding: &Finding) -> NaiveDate {
        day_of(finding.since - TimeDelta::microseconds(1), &self.catalog.zone())
    }

    fn line(&self, finding: &Finding) -> String {
        let (category, system) = (self.category(finding.category.as_ref()), self.system(finding.system));
        match finding.kind {
            FindingKind::NoticeNotDelivered => self.either(
                format!(
                    "{category} finns i {system} hos en tredje part, och kunden har aldrig fått veta det: lämna \
                     informationen."
                ),
                format!(
                    "{category}: it lies in {system} at a third party, and the customer was never told: deliver a \
                     notice."
                ),
            ),
            FindingKind::LostTrack => self.either(
                format!(
                    "{category} ska finnas i {system} och fanns inte där: ta reda på vart uppgiften tog vägen, och \
                     anteckna var den finns."
                ),
                format!(
                    "{category}: it should lie in {system} and was not found there: find out where it went, and record \
                     where it is."
                ),
            ),
            FindingKind::DataCameBack => self.either(
                format!(
                    "{category} var borttaget ur {system} och finns där igen: uppgiften tas bort på nytt. Ta reda på \
                     varifrån den kom."
                ),
                format!(
                    "{category}: it was gone from {system} and is there again: it is disposed of once more. Find out \
                     where it came from."
                ),
            ),
            FindingKind::ConsentMissing => self.either(
                format!(
                    "{category} finns i {system} hos en tredje part utan det samtycke som ändamålet kräver: fråga \
                     kunden, eller låt ta bort uppgiften där."
                ),
                format!(
                    "{category}: it lies in {system} at a third party without the consent that its purpose needs: ask \
                     the customer, or have it removed there."
                ),
            ),
            _ => self.either(
                format!(
                    "{category} finns i {system}, och ingenting motiverar det: ange vad som behöver uppgiften, eller \
                     låt ta bort den där."
                ),
                format!(
                    "{category}: it lies in {system}, and nothing justifies it: record what needs it, or have it \
                     removed there."
                ),
            ),
        }
    }

    fn unmapped(&self, finding: &Finding) -> String {
        let (category, system) = (self.category(finding.category.as_ref()), self.system(finding.system));
        self.either(
            format!("{category} finns i {system} och på ingen karta: anteckna uppgiften, eller låt ta bort den där."),
            format!("{category}: {system} holds it, and no map says so: record it, or have it removed there."),
        )
    }

    fn unchecked(&self, finding: &Finding) -> String {
        let (name, day) = (self.system(finding.system), day_of(finding.since, &self.catalog.zone()));
        self.either(
            format!("Kartan över {name} har inte stämts av med systemet sedan {day}: låt stämma av den."),
            format!("The map of {name} was not compared with the system since {day}: have it reconciled."),
        )
    }

    fn third_party(&self, finding: &Finding, id: ThirdPartyId) -> String {
        let Some(row) = self.catalog.third_parties.get(&id) else {
            return self.either(
                "Något är fel hos en tredje part.".into(),
                "A third party is not as it should be.".into(),
            );
        };
        let name = &row.name;
        match finding.kind {
            FindingKind::ThirdPartyReviewOverdue => self.either(
                format!("{name} har uppgifter, och godkännandet har löpt ut: bedöm parten på nytt."),
                format!("{name} holds data, and its approval has lapsed: assess it anew."),
            ),
            FindingKind::NoAgreement => self.either(
                format!("{name} har uppgifter utan gällande avtal: teckna ett, och bedöm parten på nytt."),
                format!("{name} holds data, and no agreement is in force: sign one, then assess it anew."),
            ),
            FindingKind::NoTransferSafeguard => self.either(
                format!(
                    "{name} har uppgifter utanför EES, och inget gör överföringen laglig (art. 44-49): bedöm parten på \
                     nytt med en skyddsåtgärd, eller ta hem uppgifterna."
                ),
                format!(
                    "{name} holds data outside the EEA, and nothing makes the transfer lawful (Art. 44-49): assess it \
                     anew with a safeguard, or bring the data back."
                ),
            ),
            FindingKind::SubProcessorObjectionEnding => {
                let day = row.objection_until.unwrap_or_default();
                self.either(
                    format!("Invändningar mot underbiträdet {name} kan göras till och med {day}: bestäm er."),
                    format!("Objections to the sub-processor {name} can be made through {day}: decide."),
                )
            }
            _ => self.not_approved(name, row.status),
        }
    }

    fn not_approved(&self, name: &str, status: TrustStatus) -> String {
        match status {
            TrustStatus::Suspended => self.either(
                format!(
                    "{name} har uppgifter och är avstängd: godkänn parten igen när skälet är borta, eller ta hem \
                     uppgifterna."
                ),
                format!(
                    "{name} holds data and is suspended: approve it again once the reason is gone, or bring the data \
                     back."
                ),
            ),
            TrustStatus::Retired => self.either(
                format!("{name} har uppgifter fast samarbetet har upphört: ta hem eller radera dem."),
                format!("{name} holds data although the relationship has ended: have it returned or erased."),
            ),
            TrustStatus::Proposed | TrustStatus::Approved => self.either(
                format!("{name} har uppgifter och är inte granskad: bedöm parten, eller ta hem uppgifterna."),
                format!("{name} holds data and is not vetted: assess it, or bring the data back."),
            ),
        }
    }
}

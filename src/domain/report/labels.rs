//! What words and keys are called in the reader's language.

use super::content::Word;
use crate::domain::catalog::Catalog;
use entity::{
    enums::Locale,
    ids::{CategoryKey, PurposeKey, ServiceId, SystemId, ThirdPartyId},
};
use sea_orm::ActiveEnum;

/// Names in the reader's language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Labels<'a> {
    pub catalog: &'a Catalog,
    pub locale: Locale,
}

impl Labels<'_> {
    /// A word of a closed vocabulary.
    pub(super) fn of<T: ActiveEnum<Value = String>>(self, value: T) -> Word {
        self.word(&value.into_value())
    }

    /// The same, by itself.
    pub(super) fn word(self, word: &str) -> Word {
        Word { word: word.to_owned(), label: label(self.locale, word) }
    }

    pub(super) fn category(self, key: &CategoryKey) -> Word {
        let row = self.catalog.categories.get(key);
        let name = row.map(|row| self.catalog.name_in(self.locale, &row.name, &row.translations));
        Word { word: key.0.clone(), label: name.unwrap_or(key.as_str()).to_owned() }
    }

    pub(super) fn categories<'c>(self, keys: impl IntoIterator<Item = &'c CategoryKey>) -> Vec<Word> {
        keys.into_iter().map(|key| self.category(key)).collect()
    }

    pub(super) fn purpose(self, key: &PurposeKey) -> Word {
        let row = self.catalog.purposes.get(key);
        let name = row.map(|row| self.catalog.name_in(self.locale, &row.name, &row.translations));
        Word { word: key.0.clone(), label: name.unwrap_or(&key.0).to_owned() }
    }

    pub(super) fn service(self, id: ServiceId) -> Word {
        let Some(row) = self.catalog.services.get(&id) else { return unknown(id.to_string()) };
        let label = self.catalog.name_in(self.locale, &row.name, &row.translations).to_owned();
        Word { word: row.key.clone(), label }
    }

    pub(super) fn system(self, id: SystemId) -> String {
        self.catalog.systems.get(&id).map_or_else(|| id.to_string(), |row| row.name.clone())
    }

    pub(super) fn third_party(self, id: ThirdPartyId) -> String {
        self.catalog.third_parties.get(&id).map_or_else(|| id.to_string(), |row| row.name.clone())
    }

    /// Who has a system, and in which country it is; nobody in-house.
    pub(super) fn holder(self, id: SystemId) -> (Option<String>, Option<String>) {
        let Some(row) = self.catalog.systems.get(&id) else { return (None, None) };
        (row.third_party_id.map(|id| self.third_party(id)), Some(row.country.clone()))
    }

    pub(super) fn say<'s>(self, sv: &'s str, en: &'s str) -> &'s str {
        match self.locale {
            Locale::Sv => sv,
            Locale::En => en,
        }
    }
}

const fn unknown(word: String) -> Word {
    Word { word, label: String::new() }
}

/// In English a word says what it is; in Swedish it is looked up.
fn label(locale: Locale, word: &str) -> String {
    match locale {
        Locale::Sv => SWEDISH
            .iter()
            .find(|(known, _)| *known == word)
            .map_or_else(|| plain(word), |(_, sv)| (*sv).to_owned()),
        Locale::En => plain(word),
    }
}

/// `LEGAL_OBLIGATION` as "Legal obligation".
fn plain(word: &str) -> String {
    let lower = word.to_lowercase().replace('_', " ");
    let mut letters = lower.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[rustfmt::skip]
const SWEDISH: &[(&str, &str)] = &[
    // Legal bases.
    ("CONSENT", "Samtycke"), ("CONTRACT", "Avtal"), ("LEGAL_OBLIGATION", "Rättslig förpliktelse"),
    ("VITAL_INTERESTS", "Skydd av grundläggande intressen"), ("PUBLIC_TASK", "Uppgift av allmänt intresse"),
    ("LEGITIMATE_INTERESTS", "Berättigat intresse"),
    // Whose data it is, and how they stand.
    ("PERSON", "Person"), ("ORGANIZATION", "Organisation"), ("ACTIVE", "Aktiv"), ("DORMANT", "Vilande"),
    ("RESTRICTED", "Begränsad"), ("ANONYMIZED", "Anonymiserad"), ("ERASED", "Raderad"),
    // Ways.
    ("EMAIL", "E-post"), ("PHONE", "Telefon"), ("CHAT", "Chatt"), ("MEETING", "Möte"), ("ORDER_FORM", "Beställningsformulär"),
    ("PORTAL", "Kundens sidor"), ("LETTER", "Brev"), ("IMPORT", "Tidigare system"), ("SYSTEM", "Datorsystem"),
    // How much a category needs protecting.
    ("ORDINARY", "Vanlig"), ("CONFIDENTIAL", "Skyddsvärd"), ("SPECIAL", "Känslig (art. 9)"), ("CRIMINAL", "Lagöverträdelser (art. 10)"),
    // Where data is.
    ("HELD", "Finns"), ("DISPOSAL_PENDING", "Ska bort"), ("LOST_TRACK", "Bortkommen"),
    // What lets it be there.
    ("SUBSCRIPTION", "En tjänst"), ("RETENTION_RULE", "Lagen"), ("LEGAL_HOLD", "Ett rättsligt anspråk"), ("PROSPECT", "Inför avtal"),
    ("DATA_REQUEST", "Kundens begäran"),
    // What customers ask for, and how far that has come.
    ("ACCESS", "Tillgång"), ("PORTABILITY", "Dataportabilitet"), ("RECTIFICATION", "Rättelse"), ("ERASURE", "Radering"),
    ("RESTRICTION", "Begränsning"), ("OBJECTION", "Invändning"), ("RECEIVED", "Mottagen"), ("VERIFIED", "Bekräftad"),
    ("IN_PROGRESS", "Pågår"), ("COMPLETED", "Klar"), ("PARTIALLY_COMPLETED", "Delvis klar"), ("REJECTED", "Avslagen"),
    ("WITHDRAWN", "Återtagen"), ("LAPSED", "Upphört"), ("GRANTED", "Lämnat"),
    // How soon to act.
    ("LOW", "Låg"), ("MEDIUM", "Medel"), ("HIGH", "Hög"), ("CRITICAL", "Kritisk"), ("LIKELY", "Sannolik"), ("UNLIKELY", "Osannolik"),
    // What happened to data, and who was told.
    ("CONFIDENTIALITY", "Obehörig åtkomst eller röjande"), ("INTEGRITY", "Ändring"), ("AVAILABILITY", "Förlust eller otillgänglighet"),
    ("SUPERVISORY_AUTHORITY", "Tillsynsmyndigheten"), ("CUSTOMERS", "Kunderna"),
    // Findings.
    ("UNJUSTIFIED_DATA", "Uppgifter utan grund"), ("UNMAPPED_RECORD", "Finns inte på kartan"), ("DATA_CAME_BACK", "Uppgifter har kommit tillbaka"),
    ("NOTHING_FOUND", "Inget hittades"), ("RECONCILIATION_OVERDUE", "Avstämning försenad"), ("TASK_NEEDS_HUMAN", "Uppgift väntar på en människa"),
    ("TASK_OVERDUE", "Uppgift försenad"), ("REQUEST_DUE_SOON", "Begäran ska snart ha svar"), ("REQUEST_OVERDUE", "Begäran utan svar i tid"),
    ("SYSTEM_REVIEW_OVERDUE", "Översyn av system försenad"), ("HOLD_REVIEW_OVERDUE", "Översyn av anspråk försenad"),
    ("RETENTION_WITHOUT_END", "Bevarande utan slut"), ("THIRD_PARTY_REVIEW_OVERDUE", "Översyn av tredje part försenad"),
    ("THIRD_PARTY_NOT_APPROVED", "Tredje part utan godkännande"), ("NO_AGREEMENT", "Avtal saknas"),
    ("NO_TRANSFER_SAFEGUARD", "Skydd vid överföring saknas"), ("SUB_PROCESSOR_OBJECTION_ENDING", "Tid att invända mot underbiträde löper ut"),
    ("NOTICE_NOT_DELIVERED", "Information inte lämnad"), ("CONSENT_MISSING", "Samtycke saknas"),
    ("SPECIAL_CATEGORY_CONDITION_MISSING", "Villkor enligt art. 9 saknas"), ("CONNECTOR_FAILING", "Koppling fungerar inte"),
    ("INCIDENT_NOTIFICATION_DUE", "Incident ska anmälas"), ("CUSTOMERS_NOT_TOLD_OF_INCIDENT", "Kunder inte informerade om incident"),
    ("RECORD_INCOMPLETE", "Registerförteckningen har luckor"), ("AUDIT_LOG_NOT_SEALED", "Loggen är inte förseglad"),
    ("AUDIT_LOG_UNPROTECTED", "Loggen är inte skyddad"), ("AUDIT_LOG_TAMPERED", "Loggen är ändrad"),
    // Of the log.
    ("READ", "Läst"), ("WRITE", "Ändrat"), ("DISPOSE", "Gallrat"), ("DISCLOSE", "Lämnat ut"), ("AUTHENTICATE", "Inloggning"),
    ("ADMINISTER", "Förvaltat"), ("ALLOWED", "Tillåtet"), ("DENIED", "Nekat"), ("FAILED", "Misslyckat"),
    ("SCRIPT", "Skript"), ("THIRD_PARTY", "Tredje part"), ("PROGRAM", "Kartotek"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::FindingKind;
    use entity::enums::{
        ActorKind, AuditKind, AuditOutcome, Channel, ConsentEventKind, CustomerKind, CustomerStatus,
        DataLocationState, DataRequestStatus, DataRequestType, IncidentRecipient, IncidentRisk,
        JustificationKind, LegalBasis, Sensitivity,
    };
    use sea_orm::Iterable;

    fn known<T: ActiveEnum<Value = String> + Iterable>() {
        for value in T::iter() {
            let word = value.into_value();
            assert!(SWEDISH.iter().any(|(known, _)| *known == word), "{word}");
        }
    }

    #[test]
    fn every_word_has_a_name_in_swedish_and_each_once() {
        known::<ActorKind>();
        known::<AuditKind>();
        known::<AuditOutcome>();
        known::<Channel>();
        known::<ConsentEventKind>();
        known::<CustomerKind>();
        known::<CustomerStatus>();
        known::<DataLocationState>();
        known::<DataRequestStatus>();
        known::<DataRequestType>();
        known::<IncidentRecipient>();
        known::<IncidentRisk>();
        known::<JustificationKind>();
        known::<LegalBasis>();
        known::<Sensitivity>();
        for kind in FindingKind::ALL {
            assert_ne!(label(Locale::Sv, kind.word()), plain(kind.word()), "{kind:?}");
        }
        let mut words = SWEDISH.iter().map(|(word, _)| word).collect::<Vec<_>>();
        words.sort_unstable();
        let all = words.len();
        words.dedup();
        assert_eq!(words.len(), all);
        assert_eq!(label(Locale::En, "LEGAL_OBLIGATION"), "Legal obligation");
    }
}

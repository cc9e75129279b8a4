//! The text of a notice: which data goes to whom, what for, how long, and what the customer can do about it
//! (Art. 13(1) and 13(2)). It names no customer: what it says is the same for everybody who has the service.

use super::{
    kept::{Kept, in_words, removed, required},
    say::say,
};
use crate::domain::{
    catalog::Catalog,
    gate::{Proposed, Rules, RulesOf},
    third_party::is_in_eea,
};
use entity::{
    controller,
    enums::{LegalBasis, Locale, TransferSafeguard},
    ids::{PurposeKey, ServiceId, SystemId},
    json::Contact,
    purpose, service, third_party,
};
use std::fmt::Write;

/// What a customer is told before a service gives anything to third parties.
#[must_use]
pub fn text(rules: &RulesOf<'_>, service: &service::Model, proposed: &[Proposed], locale: Locale) -> String {
    let catalog = rules.catalog;
    let name = catalog.name_in(locale, &service.name, &service.translations);
    let mut parts = vec![say!(
        locale,
        format!("Så lämnas dina uppgifter vidare för tjänsten {name}"),
        format!("How your data is shared for the service {name}")
    )];
    if let Some(controller) = &catalog.controller {
        parts.push(who_answers(controller, locale));
    }
    if proposed.is_empty() {
        parts.push(
            say!(
                locale,
                "Tjänsten lämnar inga uppgifter till andra.",
                "The service gives no data to anybody else."
            )
            .to_owned(),
        );
    }
    parts.extend(proposed.iter().map(|one| recipient(rules, service.id, one, locale)));
    parts.push(rights(proposed.iter().any(|one| rules.needs_consent(&one.purpose)), locale));
    parts.extend(where_to_complain(catalog, locale));
    parts.join("\n\n") + "\n"
}

/// The authority that supervises the company, if it is on record.
pub(in crate::domain) fn where_to_complain(catalog: &Catalog, locale: Locale) -> Option<String> {
    let authority = catalog.controller.as_ref()?.supervisory_authority.as_ref()?;
    let contact = contact(authority);
    Some(say!(
        locale,
        format!("Du kan klaga hos tillsynsmyndigheten: {contact}."),
        format!("You can complain to the supervisory authority: {contact}.")
    ))
}

/// Who the company is, and how it is reached.
pub(in crate::domain) fn who_answers(controller: &controller::Model, locale: Locale) -> String {
    let ways = [&controller.email, &controller.phone, &controller.address].into_iter().flatten();
    let ways = ways.map(|way| in_one_line(way)).collect::<Vec<_>>().join(", ");
    let name = &controller.name;
    let mut text = say!(
        locale,
        format!("{name} ansvarar för uppgifterna."),
        format!("{name} is responsible for the data.")
    );
    if !ways.is_empty() {
        let _ = write!(text, " {}", say!(locale, format!("Kontakt: {ways}."), format!("Contact: {ways}.")));
    }
    if let Some(officer) = &controller.data_protection_officer {
        let officer = contact(officer);
        let _ = write!(
            text,
            " {}",
            say!(
                locale,
                format!("Dataskyddsombud: {officer}."),
                format!("Data protection officer: {officer}.")
            )
        );
    }
    text
}

fn contact(contact: &Contact) -> String {
    let rest = [&contact.email, &contact.phone, &contact.address].into_iter().flatten();
    let parts = std::iter::once(&contact.name).chain(rest).map(|part| in_one_line(part));
    parts.collect::<Vec<_>>().join(", ")
}

/// An address has lines of its own.
pub(in crate::domain) fn in_one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join(", ")
}

/// One recipient, what they get, what for and for how long.
fn recipient(rules: &RulesOf<'_>, service: ServiceId, one: &Proposed, locale: Locale) -> String {
    let catalog = rules.catalog;
    let Some(party) = catalog.third_parties.get(&one.third_party) else { return String::new() };
    let categories = one.categories.iter().filter_map(|key| catalog.categories.get(key));
    let mut categories =
        categories.map(|row| catalog.name_in(locale, &row.name, &row.translations)).collect::<Vec<_>>();
    categories.sort_unstable();
    let mut lines = vec![say!(
        locale,
        format!("{} får: {}.", party.name, categories.join(", ")),
        format!("{} receives: {}.", party.name, categories.join(", "))
    )];
    if let Some(purpose) = catalog.purposes.get(&one.purpose) {
        lines.push(what_for(catalog, purpose, rules.needs_consent(&one.purpose), locale));
    }
    lines.push(place_of(party, locale));
    lines.extend(how_long(catalog, service, one.system, &one.purpose, locale));
    lines.join("\n")
}

fn what_for(catalog: &Catalog, purpose: &purpose::Model, consent_needed: bool, locale: Locale) -> String {
    let name = catalog.name_in(locale, &purpose.name, &purpose.translations);
    if consent_needed {
        return say!(
            locale,
            format!("Ändamål: {name}. Det sker bara om du samtycker (artikel 6.1 a)."),
            format!("Purpose: {name}. It is done only if you consent (Article 6(1)(a)).")
        );
    }
    let basis = basis(purpose.legal_basis, locale);
    let interest = purpose.legitimate_interest.as_deref().map(|text| format!(" {text}")).unwrap_or_default();
    say!(
        locale,
        format!("Ändamål: {name}. Rättslig grund: {basis}.{interest}"),
        format!("Purpose: {name}. Legal basis: {basis}.{interest}")
    )
}

pub(super) fn basis(basis: LegalBasis, locale: Locale) -> &'static str {
    match basis {
        LegalBasis::Consent => say!(locale, "samtycke (artikel 6.1 a)", "consent (Article 6(1)(a))"),
        LegalBasis::Contract => say!(locale, "avtal (artikel 6.1 b)", "contract (Article 6(1)(b))"),
        LegalBasis::LegalObligation => {
            say!(locale, "rättslig förpliktelse (artikel 6.1 c)", "legal obligation (Article 6(1)(c))")
        }
        LegalBasis::VitalInterests => {
            say!(locale, "grundläggande intressen (artikel 6.1 d)", "vital interests (Article 6(1)(d))")
        }
        LegalBasis::PublicTask => {
            say!(locale, "allmänt intresse (artikel 6.1 e)", "public interest (Article 6(1)(e))")
        }
        LegalBasis::LegitimateInterests => {
            say!(locale, "berättigat intresse (artikel 6.1 f)", "legitimate interests (Article 6(1)(f))")
        }
    }
}

/// In which country a third party is, and what makes it lawful to give it data there.
pub(in crate::domain) fn place_of(party: &third_party::Model, locale: Locale) -> String {
    let country = &party.country;
    if is_in_eea(country) {
        return say!(
            locale,
            format!("Land: {country}, inom EES."),
            format!("Country: {country}, in the EEA.")
        );
    }
    let safeguard = safeguard(party.safeguard, locale);
    let reference = party.safeguard_reference.as_deref().map(|text| format!(" ({text})")).unwrap_or_default();
    say!(
        locale,
        format!("Land: {country}, utanför EES. Skydd för överföringen: {safeguard}{reference}."),
        format!("Country: {country}, outside the EEA. Safeguard for the transfer: {safeguard}{reference}.")
    )
}

/// What makes a transfer lawful, with the article.
pub(super) fn safeguard(safeguard: Option<TransferSafeguard>, locale: Locale) -> &'static str {
    match safeguard {
        Some(TransferSafeguard::Adequacy) => {
            say!(locale, "beslut om adekvat skyddsnivå (artikel 45)", "an adequacy decision (Article 45)")
        }
        Some(TransferSafeguard::Scc) => {
            say!(
                locale,
                "standardavtalsklausuler (artikel 46.2 c)",
                "standard contractual clauses (Article 46(2)(c))"
            )
        }
        Some(TransferSafeguard::Bcr) => {
            say!(locale, "bindande företagsbestämmelser (artikel 47)", "binding corporate rules (Article 47)")
        }
        Some(TransferSafeguard::Derogation) => {
            say!(locale, "ett undantag (artikel 49)", "a derogation (Article 49)")
        }
        Some(TransferSafeguard::Eea) | None => say!(locale, "inget", "none"),
    }
}

/// How long it stays there: as long as the service, then the longest grace; longer where a statute says so.
fn how_long(
    catalog: &Catalog,
    service: ServiceId,
    system: SystemId,
    purpose: &PurposeKey,
    locale: Locale,
) -> Vec<String> {
    let kept = Kept::of(catalog, service, system, purpose, |_| true);
    let graces = kept.graces.iter().filter_map(|grace| in_words(grace, locale)).collect::<Vec<_>>();
    let mut lines = vec![removed(&graces.join(say!(locale, " eller ", " or ")), locale)];
    let mut statutes = kept.rules.iter().map(|rule| rule.statute.as_str()).collect::<Vec<_>>();
    statutes.sort_unstable();
    statutes.dedup();
    if !statutes.is_empty() {
        lines.push(required(&statutes.join(", "), locale));
    }
    lines
}

fn rights(consent_needed: bool, locale: Locale) -> String {
    let rights = say!(
        locale,
        "Du har rätt att få tillgång till dina uppgifter, få dem rättade eller raderade, begränsa eller invända mot \
         hur de används och få ut dem i ett format som kan flyttas (artikel 15-21).",
        "You have the right to access your data, to have it corrected or erased, to restrict or object to its use, and to \
         receive it in a portable format (Articles 15 to 21)."
    );
    if !consent_needed {
        return rights.to_owned();
    }
    let (withdraw, without) = (withdrawal(locale), without_consent(locale));
    format!("{withdraw} {without}\n{rights}")
}

/// How consent is taken back, and what that changes (Art. 7(3)).
pub(super) fn withdrawal(locale: Locale) -> &'static str {
    say!(
        locale,
        "Du kan när som helst ta tillbaka ditt samtycke, på samma sätt som du gav det. Det ändrar inte lagligheten av \
         det som redan har gjorts.",
        "You can withdraw your consent at any time, in the same way as you gave it. That does not affect the lawfulness of \
         what was done before."
    )
}

/// What follows from not allowing it (Art. 13(2)(e)).
pub(super) fn without_consent(locale: Locale) -> &'static str {
    say!(
        locale,
        "Utan samtycke kan den del av tjänsten som behöver uppgifterna inte levereras.",
        "Without consent, the part of the service that needs the data cannot be delivered."
    )
}

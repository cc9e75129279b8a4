use super::*;
use entity::{
    controller,
    enums::{Channel, DataLocationState, DisposalMethod, LegalBasis},
    ids::{CustomerId, DataLocationId, RequirementId, RetentionRuleId, ServiceId, SystemId},
    json::{Texts, Translation, Translations},
    purpose, retention_rule, service,
};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

const NOBODY: Uuid = Uuid::nil();

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn english(name: &str) -> Translations {
    Translations(vec![Translation { locale: Locale::En, name: name.to_owned(), description: None }])
}

/// A Swedish company with one service, one need of it, and one statute.
fn catalog() -> Catalog {
    let controller = controller::Model {
        id: 1,
        version: 1,
        name: "Bolaget AB".to_owned(),
        registration_number: None,
        address: None,
        country: "SE".to_owned(),
        email: None,
        phone: None,
        website: None,
        data_protection_officer: None,
        representative: None,
        supervisory_authority: None,
        locale: Locale::Sv,
        time_zone: "Europe/Stockholm".to_owned(),
        fiscal_year_end_month: 12,
        default_grace: "P30D".to_owned(),
    };
    let service = service::Model {
        id: ServiceId(NOBODY),
        version: 1,
        key: "web-hosting".to_owned(),
        name: "Webbhotell".to_owned(),
        description: None,
        processed_on_behalf: Texts::default(),
        impact_assessment_reference: None,
        translations: english("Web hosting"),
        retired_at: None,
    };
    let purpose = purpose::Model {
        key: "DELIVER_SERVICE".into(),
        version: 1,
        name: "Leverera tjänsten".to_owned(),
        description: None,
        legal_basis: LegalBasis::Contract,
        legitimate_interest: None,
        special_category_condition: None,
        sharing_needs_consent: true,
        assessment_reference: None,
        translations: english("Deliver the service"),
        retired_at: None,
    };
    let need = data_requirement::Model {
        id: RequirementId(NOBODY),
        service_id: service.id,
        category: "user.name".into(),
        purpose: purpose.key.clone(),
        system_id: SystemId(NOBODY),
        on_end: DisposalMethod::Erase,
        grace: "P30D".to_owned(),
        retired_at: None,
    };
    let rule = retention_rule::Model {
        id: RetentionRuleId(NOBODY),
        category: "user.payment".into(),
        purpose: "ACCOUNTING".into(),
        keep_for: "P7Y".to_owned(),
        counted_from: RetentionStart::FiscalYearEnded,
        statute: "bokföringslagen 7 kap. 2 §".to_owned(),
        retired_at: None,
    };
    Catalog {
        controller: Some(Arc::new(controller)),
        services: BTreeMap::from([(service.id, Arc::new(service))]),
        purposes: BTreeMap::from([(purpose.key.clone(), Arc::new(purpose))]),
        requirements: BTreeMap::from([(need.id, Arc::new(need))]),
        retention_rules: BTreeMap::from([(rule.id, Arc::new(rule))]),
        ..Catalog::default()
    }
}

fn fact(kind: JustificationKind, ended_at: Option<&str>) -> Justification {
    Justification {
        location_id: DataLocationId(NOBODY),
        customer_id: CustomerId(NOBODY),
        category: "user.name".into(),
        kind,
        purpose: None,
        subscription_id: None,
        requirement_id: Some(RequirementId(NOBODY)),
        rule_id: Some(RetentionRuleId(NOBODY)),
        hold_id: None,
        ended_at: ended_at.map(moment),
        request_id: None,
    }
}

fn location(document_date: Option<&str>) -> data_location::Model {
    data_location::Model {
        id: DataLocationId(NOBODY),
        customer_id: CustomerId(NOBODY),
        category: "user.name".into(),
        system_id: SystemId(NOBODY),
        external_reference: None,
        source_channel: Channel::Email,
        collected_at: moment("2024-05-01T12:00:00Z"),
        document_date: document_date.map(|day| day.parse().unwrap()),
        recorded_by: "test".to_owned(),
        state: DataLocationState::Held,
        held_from: moment("2024-05-01T12:00:00Z"),
        held_to: None,
        last_verified_at: None,
    }
}

/// What it says in Swedish and in English, and until when.
fn said(
    catalog: &Catalog,
    fact: &Justification,
    document_date: Option<&str>,
) -> (String, String, Option<String>) {
    let tell = |locale| explain(fact, &location(document_date), None, catalog, locale);
    let (until, swedish) = tell(Locale::Sv);
    let (same, english) = tell(Locale::En);
    assert_eq!(until, same);
    (swedish, english, until.map(|end| end.to_rfc3339()))
}

#[test]
fn a_subscription_names_the_service_and_the_purpose() {
    let (swedish, english, until) = said(&catalog(), &fact(JustificationKind::Subscription, None), None);
    assert_eq!(swedish, "Tjänsten Webbhotell behöver uppgiften: Leverera tjänsten.");
    assert_eq!(english, "The service Web hosting needs it: Deliver the service.");
    assert_eq!(until, None);
}

#[test]
fn the_grace_after_a_subscription_names_its_last_day() {
    let ended = fact(JustificationKind::Subscription, Some("2026-03-01T22:30:00Z"));
    let (swedish, english, until) = said(&catalog(), &ended, None);
    assert_eq!(
        swedish,
        "Tjänsten Webbhotell, som kunden hade, behövde uppgiften: Leverera tjänsten. \
         Den får finnas kvar till och med 2026-03-31."
    );
    assert_eq!(
        english,
        "The service Web hosting, which the customer had, needed it: Deliver the service. \
         It may stay through 2026-03-31."
    );
    assert_eq!(until.as_deref(), Some("2026-03-31T22:00:00+00:00"));
}

#[test]
fn a_retention_rule_names_the_statute_and_the_last_day() {
    let rule = fact(JustificationKind::RetentionRule, None);
    let (swedish, english, until) = said(&catalog(), &rule, Some("2025-04-30"));
    assert_eq!(
        swedish,
        "Lagen kräver att uppgiften sparas till och med 2032-12-31: bokföringslagen 7 kap. 2 §."
    );
    assert_eq!(english, "The law requires that it is kept through 2032-12-31: bokföringslagen 7 kap. 2 §.");
    assert_eq!(until.as_deref(), Some("2032-12-31T23:00:00+00:00"));
}

#[test]
fn while_a_subscription_lives_nobody_knows_when_the_law_lets_go() {
    let (swedish, english, until) = said(&catalog(), &fact(JustificationKind::RetentionRule, None), None);
    assert_eq!(swedish, "Lagen kräver att uppgiften sparas: bokföringslagen 7 kap. 2 §.");
    assert_eq!(english, "The law requires that it is kept: bokföringslagen 7 kap. 2 §.");
    assert_eq!(until, None);
}

#[test]
fn a_name_without_a_translation_stays_in_the_companys_language() {
    let mut catalog = catalog();
    for service in catalog.services.values_mut() {
        Arc::make_mut(service).translations = Translations::default();
    }
    let (_, english, _) = said(&catalog, &fact(JustificationKind::Subscription, None), None);
    assert_eq!(english, "The service Webbhotell needs it: Deliver the service.");
}

#[test]
fn what_the_catalog_does_not_know_yet_is_said_without_names() {
    let nothing = Catalog::default();
    let table = [
        (JustificationKind::Subscription, None, "A service that the customer has needs it."),
        (
            JustificationKind::Subscription,
            Some("2026-03-01T22:30:00Z"),
            "A service that the customer had needed it. The grace after it runs.",
        ),
        (JustificationKind::RetentionRule, None, "The law requires that it is kept."),
        (
            JustificationKind::Prospect,
            None,
            "Registered and nothing ordered yet: steps before a contract (Art. 6(1)(b)).",
        ),
    ];
    for (kind, ended_at, expected) in table {
        assert_eq!(said(&nothing, &fact(kind, ended_at), None).1, expected);
    }
}

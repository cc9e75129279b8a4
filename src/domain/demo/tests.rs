use super::{LoadDemo, Seed, company::Company, needs_of, offer, parties, service_keys, shipped};
use crate::{
    access::Code,
    domain::{
        catalog::{UpdateController, is_category_key, is_purpose_key, is_service_key},
        change::Change,
        period::Period,
        testing::Ground,
        third_party,
    },
    identifier::Email,
    policy::{ProfileField, purpose::BUILT_IN},
};
use entity::{
    enums::{LegalBasis, RetentionStart, Sensitivity, TrustStatus},
    ids::{CategoryKey, ServiceId},
};
use std::{collections::BTreeSet, time::Instant};

#[test]
fn every_file_is_readable() {
    shipped::categories().unwrap();
    shipped::Shipped::read().unwrap();
    Company::read().unwrap();
    parties::parties().unwrap();
    offer::services(|| ServiceId(uuid::Uuid::nil())).unwrap();
}

#[tokio::test]
async fn an_empty_database_is_seeded_once() {
    let ground = Ground::new().await;
    assert!(ground.run(Seed).await);
    let first = ground.catalog().await;
    assert!(!ground.run(Seed).await);
    let second = ground.catalog().await;

    assert_eq!(first.version, second.version);
    assert_eq!((first.controller.as_ref(), &first.systems), (second.controller.as_ref(), &second.systems));
    assert_eq!(first.categories.len(), 82);
    assert_eq!(first.retention_rules.len(), second.retention_rules.len());
    assert_eq!(first.built_in_system().unwrap().name, "Kartotek");
}

#[tokio::test]
async fn what_ships_is_what_the_program_goes_by() {
    let catalog = Ground::seeded().await.catalog().await;
    let shipped: BTreeSet<_> = catalog.purposes.keys().map(|key| key.0.as_str()).collect();
    assert_eq!(shipped, BTreeSet::from(BUILT_IN));
    assert!(catalog.purposes.keys().all(|key| is_purpose_key(key.as_str())));
    for field in ProfileField::ALL {
        assert!(catalog.categories.contains_key(field.category()), "{field:?}");
    }
    for row in catalog.categories.values() {
        assert!(is_category_key(row.key.as_str()), "{}", row.key);
        assert_eq!(row.parent, row.key.parent());
        assert_ne!(row.name, row.translations.0[0].name, "{}", row.key);
    }
    let purpose = |key: &str| &catalog.purposes[key];
    assert!(!purpose("ACCOUNTING").sharing_needs_consent && !purpose("RIGHTS_REQUEST").sharing_needs_consent);
    assert!(purpose("DELIVER_SERVICE").sharing_needs_consent);
    assert_eq!(purpose("SECURITY").legal_basis, LegalBasis::LegitimateInterests);
    for rule in catalog.retention_rules.values() {
        assert_eq!((rule.keep_for.as_str(), rule.counted_from), ("P7Y", RetentionStart::FiscalYearEnded));
    }
}

#[tokio::test]
async fn what_is_sensitive_is_marked() {
    let catalog = Ground::seeded().await.catalog().await;
    for (key, expected) in [
        ("user.name", Sensitivity::Ordinary),
        ("user.government_id.national_identification_number", Sensitivity::Confidential),
        ("user.financial.bank_account", Sensitivity::Confidential),
        ("user.authorization.credentials", Sensitivity::Confidential),
        ("user.biometric.voice", Sensitivity::Special),
        ("user.authorization.biometric", Sensitivity::Special),
        ("user.health_and_medical.genetic", Sensitivity::Special),
        ("user.demographic.political_opinion", Sensitivity::Special),
        ("user.demographic.sexual_orientation", Sensitivity::Special),
        ("user.criminal_history", Sensitivity::Criminal),
    ] {
        assert_eq!(catalog.categories[key].sensitivity, expected, "{key}");
    }
    // What lies below is never protected less.
    for row in catalog.categories.values() {
        if let Some(above) = row.parent.as_ref().map(|key| &catalog.categories[key]) {
            assert!(row.sensitivity >= above.sensitivity, "{}", row.key);
        }
    }
}

#[tokio::test]
async fn the_demo_loads_within_a_second_and_once() {
    let ground = Ground::new().await;
    let start = Instant::now();
    assert!(ground.run(Seed).await && ground.run(LoadDemo).await);
    assert!(start.elapsed().as_millis() < 1_000, "{:?}", start.elapsed());

    let first = ground.catalog().await;
    assert!(!ground.run(Seed).await && !ground.run(LoadDemo).await);
    let second = ground.catalog().await;
    assert_eq!(first.version, second.version);
    assert_eq!(first.requirements, second.requirements);
    assert_eq!(first.third_parties, second.third_parties);
    assert_eq!(first.assessments, second.assessments);
    assert_eq!(first.controller.as_ref().unwrap().name, "Björk & Bit Webbyrå AB");
}

#[tokio::test]
async fn the_demo_touches_no_company_of_its_own() {
    let ground = Ground::new().await;
    ground.refuses(LoadDemo, &[(Code::NotFound, "")]).await;
    ground.run(Seed).await;
    let name = Change::Set("Ett riktigt bolag AB".to_owned());
    ground.run(UpdateController { name, ..UpdateController::default() }).await;
    ground.refuses(LoadDemo, &[(Code::InUse, "")]).await;
}

#[tokio::test]
async fn every_state_of_trust_shows_and_what_is_approved_may_be_given_data() {
    let ground = Ground::demo().await;
    let catalog = ground.catalog().await;
    let statuses: BTreeSet<_> = catalog.third_parties.values().map(|party| party.status).collect();
    assert_eq!(statuses.len(), 4);
    for party in catalog.third_parties.values() {
        let vetted = catalog.assessments.iter().find(|one| one.third_party_id == party.id);
        assert_eq!(vetted.map_or(TrustStatus::Proposed, |one| one.status), party.status, "{}", party.name);
        if let Some(contact) = &party.privacy_contact {
            assert!(Email::parse(contact).is_ok() && contact.ends_with(".example"), "{contact}");
        }
        if party.status == TrustStatus::Approved {
            assert_eq!(third_party::gaps(party, ground.today()), [], "{}", party.name);
            assert_eq!(third_party::blockers(party, ground.today()), [], "{}", party.name);
        } else {
            assert_ne!(third_party::blockers(party, ground.today()), [], "{}", party.name);
        }
    }
    // An assessment in the past had its review in its own future.
    for one in &catalog.assessments {
        assert!(one.status == TrustStatus::Retired || one.review_due.unwrap() > one.assessed_at.date_naive());
    }
    let delivery = &catalog.third_parties[&ground.third_party("Brevduvan Utskick AB").await];
    assert!(delivery.sub_processor_of.is_some() && delivery.objection_until > delivery.announced_on);
}

#[tokio::test]
async fn services_need_what_is_there() {
    let catalog = Ground::demo().await.catalog().await;
    assert_eq!(service_keys().unwrap().len(), catalog.services.len());
    assert!(catalog.services.len() >= 12);
    for service in catalog.services.values() {
        assert!(is_service_key(&service.key));
        let needs = needs_of(&service.key).unwrap();
        assert_eq!(needs.len(), catalog.requirements_of(service.id).count(), "{}", service.key);
        let has = |purpose: &str, system: &str| {
            needs.iter().any(|need| need.purpose.as_str() == purpose && need.system == system)
        };
        assert!(has("INVOICE", "Faktureringssystem") && has("ACCOUNTING", "Faktureringssystem"));
        assert!(has("CONTACT", "Kartotek"));
        assert!(needs.iter().all(|need| Period::parse(&need.grace).is_ok()));
    }
    assert_eq!(needs_of("no-such-service").unwrap(), []);
    // Retention reaches what the invoicing system holds for accounting.
    let rules: BTreeSet<&CategoryKey> = catalog.retention_rules.values().map(|rule| &rule.category).collect();
    for need in catalog.requirements.values().filter(|need| need.purpose.as_str() == "ACCOUNTING") {
        assert!(rules.contains(&need.category), "{}", need.category);
    }
    // One place lets go of a category in one way, whatever the service.
    for one in catalog.requirements.values() {
        let same = catalog
            .requirements
            .values()
            .filter(|other| (&other.category, other.system_id) == (&one.category, one.system_id));
        assert!(same.into_iter().all(|other| other.on_end == one.on_end), "{}", one.category);
    }
}

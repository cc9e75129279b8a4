use crate::{
    access::Code,
    domain::{
        catalog::{
            CreatePurpose, RequirementLine, RetireDataCategory, RetirePurpose, RetireService,
            SetDataRequirements, SetRetentionRule, UpdatePurpose,
        },
        change::Change,
        disposal::Asked,
        testing::Ground,
    },
};
use entity::enums::{DisposalMethod, LegalBasis, RetentionStart, SpecialCategoryCondition};

fn new(key: &str) -> CreatePurpose {
    CreatePurpose {
        key: key.to_owned(),
        name: "Uppföljning".to_owned(),
        description: None,
        legal_basis: LegalBasis::Contract,
        legitimate_interest: None,
        special_category_condition: None,
        sharing_needs_consent: true,
        assessment_reference: None,
        translations: vec![],
    }
}

fn update(key: &str) -> UpdatePurpose {
    UpdatePurpose {
        purpose: key.into(),
        expected_version: None,
        name: Change::Keep,
        description: Change::Keep,
        legitimate_interest: Change::Keep,
        special_category_condition: Change::Keep,
        sharing_needs_consent: Change::Keep,
        assessment_reference: Change::Keep,
        translations: Change::Keep,
        asked: Asked::default(),
    }
}

fn retire(key: &str) -> RetirePurpose {
    RetirePurpose { purpose: key.into() }
}

fn rule(category: &str, purpose: &str, keep_for: &str) -> SetRetentionRule {
    SetRetentionRule {
        category: category.into(),
        purpose: purpose.into(),
        keep_for: keep_for.to_owned(),
        counted_from: RetentionStart::Collected,
        statute: "lagen 1 §".to_owned(),
        asked: Asked::default(),
    }
}

#[tokio::test]
async fn a_purpose_comes_changes_and_goes() {
    let ground = Ground::seeded().await;
    let row = ground.run(new("FOLLOW_UP")).await;
    assert_eq!((row.key.as_str(), row.version), ("FOLLOW_UP", 1));
    let changed = UpdatePurpose {
        expected_version: Some(1),
        description: Change::Set("Hur det gick.".to_owned()),
        sharing_needs_consent: Change::Set(false),
        special_category_condition: Change::Set(SpecialCategoryCondition::ExplicitConsent),
        ..update("FOLLOW_UP")
    };
    let (row, _) = ground.run(changed).await;
    assert_eq!((row.version, row.sharing_needs_consent), (2, false));
    assert!(ground.run(retire("FOLLOW_UP")).await.retired_at.is_some());
    ground.refuses(retire("FOLLOW_UP"), &[(Code::Retired, "purposeId")]).await;
    ground.refuses(update("FOLLOW_UP"), &[(Code::Retired, "purposeId")]).await;
    ground.refuses(rule("user.name", "FOLLOW_UP", "P1Y"), &[(Code::Retired, "purpose")]).await;
}

#[tokio::test]
async fn a_purpose_must_be_in_order() {
    let ground = Ground::seeded().await;
    for (key, code) in
        [("", Code::Required), ("Follow-up", Code::InvalidFormat), ("CONTACT", Code::AlreadyExists)]
    {
        ground.refuses(new(key), &[(code, "key")]).await;
    }
    let wrong = CreatePurpose {
        legal_basis: LegalBasis::LegitimateInterests,
        name: String::new(),
        assessment_reference: Some(" ".to_owned()),
        ..new("FOLLOW_UP")
    };
    let expected = [
        (Code::Required, "legitimateInterest"),
        (Code::Required, "name"),
        (Code::Required, "assessmentReference"),
    ];
    ground.refuses(wrong, &expected).await;
    ground.refuses(update("NONE"), &[(Code::NotFound, "purposeId")]).await;
    ground.refuses(retire("NONE"), &[(Code::NotFound, "purposeId")]).await;
    let stale = UpdatePurpose { expected_version: Some(0), ..update("CONTACT") };
    ground.refuses(stale, &[(Code::VersionConflict, "expectedVersion")]).await;
    let groundless = UpdatePurpose { legitimate_interest: Change::Clear, ..update("SECURITY") };
    ground.refuses(groundless, &[(Code::Required, "legitimateInterest")]).await;
    let undecided = UpdatePurpose { sharing_needs_consent: Change::Clear, ..update("CONTACT") };
    ground.refuses(undecided, &[(Code::Required, "sharingNeedsConsent")]).await;
}

#[tokio::test]
async fn a_purpose_in_use_stays() {
    let ground = Ground::demo().await;
    let in_use = [(Code::InUse, "purposeId")];
    ground.refuses(retire("SELF"), &in_use).await;
    ground.run(new("FOLLOW_UP")).await;
    ground.run(new("STATUTORY")).await;
    ground.run(rule("user.social", "STATUTORY", "P1Y")).await;
    ground.refuses(retire("STATUTORY"), &in_use).await;

    let (service, system) = (ground.service("live-chat").await, ground.system("Kartotek").await);
    let line = RequirementLine {
        category: "user.social".into(),
        purpose: "FOLLOW_UP".into(),
        system,
        on_end: DisposalMethod::Erase,
        grace: None,
    };
    let requirements = vec![line];
    ground
        .run(SetDataRequirements { service, expected_version: None, requirements, asked: Asked::default() })
        .await;
    ground.refuses(retire("FOLLOW_UP"), &in_use).await;
    // A service that nobody can order any more needs nothing.
    ground.run(RetireService { service }).await;
    ground.run(retire("FOLLOW_UP")).await;
}

#[tokio::test]
async fn a_special_category_keeps_its_condition() {
    let ground = Ground::demo().await;
    let condition = Some(SpecialCategoryCondition::ExplicitConsent);
    ground.run(CreatePurpose { special_category_condition: condition, ..new("CARE") }).await;
    let (service, system) = (ground.service("consulting").await, ground.system("Projektdatabas").await);
    let requirements = vec![RequirementLine {
        category: "user.health_and_medical".into(),
        purpose: "CARE".into(),
        system,
        on_end: DisposalMethod::Erase,
        grace: None,
    }];
    ground
        .run(SetDataRequirements { service, expected_version: None, requirements, asked: Asked::default() })
        .await;
    let cleared = UpdatePurpose { special_category_condition: Change::Clear, ..update("CARE") };
    ground.refuses(cleared, &[(Code::Required, "specialCategoryCondition")]).await;
    let none = SetDataRequirements {
        service,
        expected_version: None,
        requirements: vec![],
        asked: Asked::default(),
    };
    ground.run(none).await;
    let cleared = UpdatePurpose { special_category_condition: Change::Clear, ..update("CARE") };
    assert_eq!(ground.run(cleared).await.0.special_category_condition, None);
}

#[tokio::test]
async fn a_rule_takes_the_place_of_the_one_before() {
    let ground = Ground::seeded().await;
    let (first, _) = ground.run(rule("user.name", "INVOICE", "P3Y")).await;
    assert_eq!(ground.run(rule("user.name", "INVOICE", "P3Y")).await.0, first);
    let (second, _) = ground.run(rule("user.name", "INVOICE", "P5Y")).await;
    let catalog = ground.catalog().await;
    assert!(catalog.retention_rules[&first.id].retired_at.is_some());
    assert_eq!(*catalog.retention_rules[&second.id], second);

    let wrong = SetRetentionRule { statute: String::new(), ..rule("user.pets", "NONE", "7 år") };
    let expected = [
        (Code::NotFound, "category"),
        (Code::NotFound, "purpose"),
        (Code::InvalidFormat, "keepFor"),
        (Code::Required, "statute"),
    ];
    ground.refuses(wrong, &expected).await;
    ground.run(RetireDataCategory { category: "user.social".into() }).await;
    ground.refuses(rule("user.social", "INVOICE", "P1Y"), &[(Code::Retired, "category")]).await;
}

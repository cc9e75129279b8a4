use crate::{
    access::Code,
    domain::{
        catalog::{
            CreatePurpose, Needed, RequirementLine, RetireDataCategory, RetirePurpose, RetireService,
            SetDataRequirements,
        },
        disposal::Asked,
        system::{CreateSystem, RetireSystem},
        testing::{Ground, connectors},
        third_party::RetireThirdParty,
    },
};
use entity::{
    enums::{DisposalMethod, LegalBasis},
    ids::{ServiceId, SystemId},
};
use uuid::Uuid;

fn line(category: &str, purpose: &str, system: SystemId) -> RequirementLine {
    RequirementLine {
        category: category.into(),
        purpose: purpose.into(),
        system,
        on_end: DisposalMethod::Erase,
        grace: Some("P1D".to_owned()),
    }
}

fn set(service: ServiceId, requirements: Vec<RequirementLine>) -> SetDataRequirements {
    SetDataRequirements { service, expected_version: None, requirements, asked: Asked::default() }
}

#[tokio::test]
async fn what_stays_keeps_its_row_and_what_goes_stays_on_record() {
    let ground = Ground::demo().await;
    let (service, system) = (ground.service("consulting").await, ground.system("Projektdatabas").await);
    let before = ground.catalog().await;
    let dropped = before.requirements_of(service).count();

    let first = line("user.name", "CONTACT", system);
    let second = RequirementLine { grace: None, ..line("user.contact.email", "CONTACT", system) };
    let Needed { service: row, needs, .. } =
        ground.run(set(service, vec![first.clone(), second.clone()])).await;
    assert_eq!((row.version, needs.len()), (3, 2));
    assert_eq!(needs[1].grace, "P30D");
    let retired =
        ground.catalog().await.requirements.values().filter(|need| need.retired_at.is_some()).count();
    assert_eq!(retired, dropped);

    let changed = RequirementLine { on_end: DisposalMethod::Anonymize, ..second.clone() };
    let Needed { needs: after, .. } = ground.run(set(service, vec![first.clone(), changed])).await;
    assert_eq!(after[0].id, needs[0].id);
    assert_ne!(after[1].id, needs[1].id);
    // What was dropped can come back.
    let Needed { needs: back, .. } = ground.run(set(service, vec![first, second])).await;
    assert_eq!((back[0].id, back[1].grace.as_str()), (needs[0].id, "P30D"));
    assert_eq!(ground.catalog().await.requirements_of(service).count(), 2);
    let Needed { service: row, needs: none, .. } = ground.run(set(service, vec![])).await;
    assert_eq!((row.version, none), (6, vec![]));
}

#[tokio::test]
async fn every_line_says_what_is_wrong_with_it() {
    let ground = Ground::demo().await;
    let (service, system) = (ground.service("consulting").await, ground.system("Projektdatabas").await);
    let gone = ground.system("Kundregister").await;
    let unused = CreateSystem {
        name: "Gammalt arkiv".to_owned(),
        third_party: None,
        country: "SE".to_owned(),
        owner: None,
        measures: vec![],
        review_due: None,
        connector: None,
        connectors: connectors(),
    };
    let unused = ground.run(unused).await.id;
    ground.run(RetireSystem { system: unused }).await;
    ground.run(RetireDataCategory { category: "user.social".into() }).await;
    let purpose = CreatePurpose {
        key: "OLD".to_owned(),
        name: "Gammalt".to_owned(),
        description: None,
        legal_basis: LegalBasis::Contract,
        legitimate_interest: None,
        special_category_condition: None,
        sharing_needs_consent: true,
        assessment_reference: None,
        translations: vec![],
    };
    ground.run(purpose).await;
    ground.run(RetirePurpose { purpose: "OLD".into() }).await;
    let party = ground.third_party("Old Mill Vault Ltd").await;
    ground.run(RetireThirdParty { third_party: party, reason: "Slut.".to_owned() }).await;

    let lines = vec![
        line("user.name", "CONTACT", system),
        line("user.pets", "NONE", SystemId(Uuid::nil())),
        line("user.social", "OLD", unused),
        line("user.name", "CONTACT", system),
        line("user.biometric.voice", "CONTACT", gone),
        RequirementLine { grace: Some("soon".to_owned()), ..line("user.name", "INVOICE", system) },
        line("user.name", "INVOICE", ground.system("Old Mill valv").await),
    ];
    let expected = [
        (Code::NotFound, "requirements.1.category"),
        (Code::NotFound, "requirements.1.purpose"),
        (Code::NotFound, "requirements.1.systemId"),
        (Code::Retired, "requirements.2.category"),
        (Code::Retired, "requirements.2.purpose"),
        (Code::Retired, "requirements.2.systemId"),
        (Code::AlreadyExists, "requirements.3"),
        (Code::SpecialCategoryConditionMissing, "requirements.4.purpose"),
        (Code::InvalidFormat, "requirements.5.grace"),
        (Code::Retired, "requirements.6.systemId"),
    ];
    ground.refuses(set(service, lines), &expected).await;
}

#[tokio::test]
async fn the_service_must_be_there_and_as_it_was_seen() {
    let ground = Ground::demo().await;
    let (service, system) = (ground.service("consulting").await, ground.system("Projektdatabas").await);
    let many = vec![line("user.name", "CONTACT", system); 501];
    ground.refuses(set(service, many), &[(Code::TooLong, "requirements")]).await;
    let stale = SetDataRequirements { expected_version: Some(1), ..set(service, vec![]) };
    ground.refuses(stale, &[(Code::VersionConflict, "expectedVersion")]).await;
    let nobody = ServiceId(Uuid::nil());
    ground.refuses(set(nobody, vec![]), &[(Code::NotFound, "serviceId")]).await;
    ground.run(RetireService { service }).await;
    ground.refuses(set(service, vec![]), &[(Code::Retired, "serviceId")]).await;
}

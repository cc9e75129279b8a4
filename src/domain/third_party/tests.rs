use super::{AssessThirdParty, CreateThirdParty, RetireThirdParty, UpdateThirdParty};
use crate::{
    access::Code,
    domain::{
        change::Change,
        system::RetireSystem,
        testing::{Customer, Ground, in_days},
    },
};
use entity::{
    enums::{ThirdPartyRole, TransferSafeguard, TrustStatus},
    ids::ThirdPartyId,
    third_party,
};
use uuid::Uuid;

fn new(name: &str) -> CreateThirdParty {
    CreateThirdParty {
        name: name.to_owned(),
        kind: "HOSTING".to_owned(),
        role: ThirdPartyRole::Processor,
        country: "SE".to_owned(),
        privacy_contact: Some("dpo@varden.example".to_owned()),
        sub_processor_of: None,
        announced_on: None,
        objection_until: None,
    }
}

fn update(third_party: ThirdPartyId) -> UpdateThirdParty {
    UpdateThirdParty {
        third_party,
        expected_version: None,
        name: Change::Keep,
        kind: Change::Keep,
        role: Change::Keep,
        country: Change::Keep,
        privacy_contact: Change::Keep,
        sub_processor_of: Change::Keep,
        announced_on: Change::Keep,
        objection_until: Change::Keep,
    }
}

fn assess(third_party: ThirdPartyId, status: TrustStatus) -> AssessThirdParty {
    AssessThirdParty {
        third_party,
        status,
        grounds: "Granskad.".to_owned(),
        agreement_reference: Change::Keep,
        agreement_signed_on: Change::Keep,
        agreement_expires_on: Change::Keep,
        review_due: Change::Keep,
        safeguard: Change::Keep,
        safeguard_reference: Change::Keep,
        measures: Change::Keep,
    }
}

fn approve(third_party: ThirdPartyId) -> AssessThirdParty {
    AssessThirdParty {
        agreement_reference: Change::Set("PUB-1".to_owned()),
        agreement_signed_on: Change::Set(in_days(-10)),
        review_due: Change::Set(in_days(300)),
        measures: Change::Set(vec!["ISO 27001".to_owned()]),
        ..assess(third_party, TrustStatus::Approved)
    }
}

fn retire(third_party: ThirdPartyId) -> RetireThirdParty {
    RetireThirdParty { third_party, reason: "Avtalet har gått ut.".to_owned() }
}

async fn proposed(ground: &Ground, name: &str) -> third_party::Model {
    ground.run(new(name)).await
}

#[tokio::test]
async fn a_third_party_is_vetted_suspended_and_let_go() {
    let ground = Ground::seeded().await;
    let party = proposed(&ground, "Värden").await;
    assert_eq!(party.status, TrustStatus::Proposed);
    let (party, first) = ground.run(approve(party.id)).await;
    assert_eq!((party.version, party.status), (2, TrustStatus::Approved));
    assert_eq!(
        (party.safeguard, first.assessed_by.as_str()),
        (Some(TransferSafeguard::Eea), "Kartotek (test)")
    );
    let (party, second) = ground.run(assess(party.id, TrustStatus::Suspended)).await;
    assert_eq!((second.agreement_reference.as_deref(), second.review_due), (Some("PUB-1"), party.review_due));
    ground.run(assess(party.id, TrustStatus::Approved)).await;
    let later =
        AssessThirdParty { review_due: Change::Set(in_days(600)), ..assess(party.id, TrustStatus::Approved) };
    ground.run(later).await;
    let party = ground.run(retire(party.id)).await;
    assert_eq!((party.status, party.version), (TrustStatus::Retired, 6));

    let catalog = ground.catalog().await;
    let history: Vec<_> = catalog.assessments.iter().map(|one| one.status).rev().collect();
    let expected = [
        TrustStatus::Approved,
        TrustStatus::Suspended,
        TrustStatus::Approved,
        TrustStatus::Approved,
        TrustStatus::Retired,
    ];
    assert_eq!(history, expected);
    assert_eq!(catalog.assessments[0].grounds, "Avtalet har gått ut.");
    // Its name is free again.
    proposed(&ground, "Värden").await;
}

#[tokio::test]
async fn a_third_party_must_be_in_order() {
    let ground = Ground::seeded().await;
    let party = proposed(&ground, "Värden").await;
    ground.refuses(new("Värden"), &[(Code::AlreadyExists, "name")]).await;
    let wrong = CreateThirdParty {
        name: String::new(),
        kind: "web hosting".to_owned(),
        country: "se".to_owned(),
        privacy_contact: Some("nobody".to_owned()),
        sub_processor_of: Some(ThirdPartyId(Uuid::nil())),
        announced_on: Some(in_days(1)),
        objection_until: Some(in_days(0)),
        ..new("")
    };
    let expected = [
        (Code::Required, "name"),
        (Code::NotFound, "subProcessorOfId"),
        (Code::OutOfRange, "objectionUntil"),
        (Code::InvalidFormat, "kind"),
        (Code::InvalidFormat, "country"),
        (Code::InvalidFormat, "privacyContact"),
    ];
    ground.refuses(wrong, &expected).await;
    ground.run(retire(party.id)).await;
    let below = CreateThirdParty { sub_processor_of: Some(party.id), ..new("Undret") };
    ground.refuses(below, &[(Code::Retired, "subProcessorOfId")]).await;
}

#[tokio::test]
async fn another_country_takes_the_safeguard_away() {
    let ground = Ground::seeded().await;
    let party = proposed(&ground, "Värden").await;
    let (party, _) = ground.run(approve(party.id)).await;
    let same = UpdateThirdParty { country: Change::Set("SE".to_owned()), ..update(party.id) };
    assert_eq!(ground.run(same).await.safeguard, Some(TransferSafeguard::Eea));
    let moved = UpdateThirdParty { country: Change::Set("US".to_owned()), ..update(party.id) };
    let party = ground.run(moved).await;
    assert_eq!((party.status, party.safeguard, party.version), (TrustStatus::Approved, None, 4));
    let blockers = super::blockers(&party, ground.today());
    assert_eq!(blockers[0].code, super::BlockerCode::NoTransferSafeguard);
    ground.refuses(approve(party.id), &[(Code::AssessmentIncomplete, "safeguard")]).await;
    let covered = AssessThirdParty { safeguard: Change::Set(TransferSafeguard::Scc), ..approve(party.id) };
    ground.run(covered).await;
}

#[tokio::test]
async fn an_update_must_be_in_order() {
    let ground = Ground::seeded().await;
    let (a, b) = (proposed(&ground, "A").await.id, proposed(&ground, "B").await.id);
    let below = |party, parent| UpdateThirdParty { sub_processor_of: Change::Set(parent), ..update(party) };
    ground.run(below(b, a)).await;
    for parent in [a, b] {
        ground.refuses(below(a, parent), &[(Code::Cycle, "subProcessorOfId")]).await;
    }
    let named = UpdateThirdParty { name: Change::Set("B".to_owned()), kind: Change::Clear, ..update(a) };
    ground.refuses(named, &[(Code::Required, "kind"), (Code::AlreadyExists, "name")]).await;
    let own = UpdateThirdParty { name: Change::Set("A".to_owned()), ..update(a) };
    ground.run(own).await;
    let stale = UpdateThirdParty { expected_version: Some(1), ..update(a) };
    ground.refuses(stale, &[(Code::VersionConflict, "expectedVersion")]).await;
    ground.refuses(update(ThirdPartyId(Uuid::nil())), &[(Code::NotFound, "thirdPartyId")]).await;
    ground.run(UpdateThirdParty { sub_processor_of: Change::Clear, ..update(b) }).await;
    ground.run(retire(a)).await;
    ground.refuses(update(a), &[(Code::Retired, "thirdPartyId")]).await;
    ground.refuses(retire(a), &[(Code::Retired, "thirdPartyId")]).await;
}

#[tokio::test]
async fn an_assessment_must_be_complete() {
    let ground = Ground::seeded().await;
    let party = proposed(&ground, "Värden").await.id;
    let bare = AssessThirdParty { grounds: " ".to_owned(), ..assess(party, TrustStatus::Approved) };
    let expected = [
        (Code::Required, "grounds"),
        (Code::AssessmentIncomplete, "agreementReference"),
        (Code::AssessmentIncomplete, "agreementSignedOn"),
        (Code::AssessmentIncomplete, "reviewDue"),
        (Code::AssessmentIncomplete, "measures"),
    ];
    ground.refuses(bare, &expected).await;
    let late = AssessThirdParty {
        agreement_signed_on: Change::Set(in_days(3)),
        agreement_expires_on: Change::Set(in_days(2)),
        ..approve(party)
    };
    let expected = [(Code::OutOfRange, "agreementSignedOn"), (Code::OutOfRange, "agreementExpiresOn")];
    ground.refuses(late, &expected).await;
    for status in [TrustStatus::Proposed, TrustStatus::Suspended, TrustStatus::Retired] {
        ground.refuses(assess(party, status), &[(Code::InvalidTransition, "status")]).await;
    }
    ground.run(approve(party)).await;
    let half =
        AssessThirdParty { agreement_signed_on: Change::Clear, ..assess(party, TrustStatus::Suspended) };
    ground.refuses(half, &[(Code::AssessmentIncomplete, "agreementSignedOn")]).await;
    ground.run(assess(party, TrustStatus::Suspended)).await;
    ground.refuses(assess(party, TrustStatus::Suspended), &[(Code::InvalidTransition, "status")]).await;
    ground.run(retire(party)).await;
    ground.refuses(approve(party), &[(Code::InvalidTransition, "status")]).await;
    let nobody = ThirdPartyId(Uuid::nil());
    ground.refuses(approve(nobody), &[(Code::NotFound, "thirdPartyId")]).await;
    ground.refuses(retire(nobody), &[(Code::NotFound, "thirdPartyId")]).await;
}

#[tokio::test]
async fn who_decides_alone_needs_no_agreement() {
    let ground = Ground::seeded().await;
    let registry = CreateThirdParty { role: ThirdPartyRole::Controller, ..new("Registret") };
    let party = ground.run(registry).await.id;
    let unsigned = AssessThirdParty {
        agreement_reference: Change::Keep,
        agreement_signed_on: Change::Keep,
        ..approve(party)
    };
    let half = AssessThirdParty { agreement_reference: Change::Set("1".to_owned()), ..unsigned.clone() };
    ground.refuses(half, &[(Code::AssessmentIncomplete, "agreementSignedOn")]).await;
    let (party, _) = ground.run(unsigned).await;
    assert_eq!(super::blockers(&party, ground.today()), []);
}

#[tokio::test]
async fn who_holds_data_is_not_let_go() {
    let ground = Ground::demo().await;
    let party = ground.third_party("Old Mill Vault Ltd").await;
    let vault = ground.system("Old Mill valv").await;
    ground.run(Customer { service: None, data: vec![("user.contact.email".into(), vault)] }).await;
    ground.refuses(retire(party), &[(Code::InUse, "thirdPartyId")]).await;
    let groundless = RetireThirdParty { reason: String::new(), ..retire(party) };
    ground.refuses(groundless, &[(Code::Required, "reason"), (Code::InUse, "thirdPartyId")]).await;
    ground.refuses(RetireSystem { system: vault }, &[(Code::InUse, "systemId")]).await;
    ground.clear().await;
    ground.run(retire(party)).await;
}

use super::*;
use entity::{ids::ThirdPartyId, json::Texts};
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn today() -> NaiveDate {
    day("2026-03-15")
}

/// Approved, and in order.
fn hosting() -> Model {
    Model {
        id: ThirdPartyId(Uuid::nil()),
        version: 1,
        name: "Värd AB".to_owned(),
        kind: "HOSTING".to_owned(),
        role: ThirdPartyRole::Processor,
        country: "SE".to_owned(),
        privacy_contact: None,
        status: TrustStatus::Approved,
        agreement_reference: Some("PUB-1".to_owned()),
        agreement_signed_on: Some(day("2025-01-01")),
        agreement_expires_on: None,
        safeguard: Some(TransferSafeguard::Eea),
        safeguard_reference: None,
        measures: Texts(vec!["ISO 27001".to_owned()]),
        review_due: Some(day("2026-03-16")),
        sub_processor_of: None,
        announced_on: None,
        objection_until: None,
    }
}

fn in_the_us() -> Model {
    Model { country: "US".to_owned(), ..hosting() }
}

#[test]
fn trust_moves_as_the_contract_says_and_no_other_way() {
    use TrustStatus::{Approved, Proposed, Retired, Suspended};
    let all = [Proposed, Approved, Suspended, Retired];
    let allowed: Vec<_> = all
        .into_iter()
        .flat_map(|now| all.map(|next| (now, next)))
        .filter(|(now, next)| may_become(*now, *next))
        .collect();
    let contract = [(Proposed, Approved), (Approved, Approved), (Approved, Suspended), (Suspended, Approved)];
    assert_eq!(allowed, contract);
}

#[test]
fn an_approval_says_all_that_it_lacks() {
    let empty = Model {
        agreement_reference: None,
        agreement_signed_on: None,
        measures: Texts::default(),
        review_due: None,
        safeguard: None,
        ..in_the_us()
    };
    let fields = |party: &Model| gaps(party, today()).into_iter().map(|gap| gap.field).collect::<Vec<_>>();
    assert_eq!(
        fields(&empty),
        ["agreementReference", "agreementSignedOn", "reviewDue", "measures", "safeguard"]
    );
    for (party, gaps) in [
        (hosting(), vec![]),
        (Model { review_due: Some(today()), ..hosting() }, vec!["reviewDue"]),
        (Model { agreement_expires_on: Some(day("2026-03-14")), ..hosting() }, vec!["agreementExpiresOn"]),
        (Model { agreement_expires_on: Some(today()), ..hosting() }, vec![]),
        (Model { safeguard: None, ..hosting() }, vec![]),
        (in_the_us(), vec!["safeguard"]),
        (Model { safeguard: Some(TransferSafeguard::Scc), ..in_the_us() }, vec![]),
        (Model { safeguard: Some(TransferSafeguard::Derogation), ..in_the_us() }, vec!["safeguardReference"]),
        (
            Model {
                role: ThirdPartyRole::Controller,
                agreement_reference: None,
                agreement_signed_on: None,
                ..hosting()
            },
            vec![],
        ),
        (
            Model {
                role: ThirdPartyRole::JointController,
                agreement_reference: None,
                agreement_signed_on: None,
                ..hosting()
            },
            vec!["agreementReference", "agreementSignedOn"],
        ),
    ] {
        assert_eq!(fields(&party), gaps, "{party:?}");
    }
}

#[test]
fn blockers_say_why_nothing_may_go_there() {
    use BlockerCode::{NoAgreement, NoTransferSafeguard, ReviewOverdue, ThirdPartyNotApproved};
    let unsigned = Model { agreement_reference: None, agreement_signed_on: None, ..hosting() };
    let table = [
        (hosting(), vec![]),
        (Model { review_due: Some(today()), ..hosting() }, vec![]),
        (Model { review_due: Some(day("2026-03-14")), ..hosting() }, vec![ReviewOverdue]),
        (Model { review_due: None, ..hosting() }, vec![ReviewOverdue]),
        (unsigned.clone(), vec![NoAgreement]),
        (Model { agreement_expires_on: Some(day("2026-03-14")), ..hosting() }, vec![NoAgreement]),
        (Model { role: ThirdPartyRole::Controller, ..unsigned.clone() }, vec![]),
        (in_the_us(), vec![NoTransferSafeguard]),
        (Model { safeguard: Some(TransferSafeguard::Adequacy), ..in_the_us() }, vec![]),
        (
            Model {
                status: TrustStatus::Proposed,
                safeguard: None,
                country: "US".to_owned(),
                ..unsigned.clone()
            },
            vec![ThirdPartyNotApproved, NoAgreement, NoTransferSafeguard],
        ),
        (
            Model { status: TrustStatus::Suspended, review_due: None, ..hosting() },
            vec![ThirdPartyNotApproved],
        ),
        (Model { status: TrustStatus::Retired, ..unsigned }, vec![ThirdPartyNotApproved]),
    ];
    for (party, expected) in table {
        let codes: Vec<_> = blockers(&party, today()).into_iter().map(|blocker| blocker.code).collect();
        assert_eq!(codes, expected, "{party:?}");
    }
}

#[test]
fn what_can_be_approved_is_not_blocked_afterwards() {
    let approved = [hosting(), Model { safeguard: Some(TransferSafeguard::Bcr), ..in_the_us() }];
    for party in approved {
        assert_eq!((gaps(&party, today()), blockers(&party, today())), (vec![], vec![]));
    }
}

#[test]
fn the_area_has_no_country_twice() {
    assert!(EEA.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(is_in_eea("NO") && !is_in_eea("CH") && !is_in_eea("GB") && !is_in_eea("US"));
}

use super::{CreateSystem, RetireSystem, UpdateSystem};
use crate::{
    access::Code,
    domain::{
        change::Change,
        testing::{Customer, Ground, connectors, in_days},
        third_party::RetireThirdParty,
    },
};
use entity::ids::{SystemId, ThirdPartyId};
use uuid::Uuid;

fn new(name: &str) -> CreateSystem {
    CreateSystem {
        name: name.to_owned(),
        third_party: None,
        country: "SE".to_owned(),
        owner: Some("Dag Drift".to_owned()),
        measures: vec!["Krypterad".to_owned()],
        review_due: Some(in_days(100)),
        connector: None,
        connectors: connectors(),
    }
}

fn update(system: SystemId) -> UpdateSystem {
    UpdateSystem {
        system,
        expected_version: None,
        name: Change::Keep,
        third_party: Change::Keep,
        country: Change::Keep,
        owner: Change::Keep,
        measures: Change::Keep,
        review_due: Change::Keep,
        connector: Change::Keep,
        connectors: connectors(),
    }
}

fn retire(system: SystemId) -> RetireSystem {
    RetireSystem { system }
}

#[tokio::test]
async fn a_system_comes_changes_and_goes() {
    let ground = Ground::demo().await;
    let row = ground.run(new("Arkiv")).await;
    let party = ground.third_party("Old Mill Vault Ltd").await;
    let changed = UpdateSystem {
        expected_version: Some(1),
        third_party: Change::Set(party),
        country: Change::Set("GB".to_owned()),
        owner: Change::Clear,
        ..update(row.id)
    };
    let row = ground.run(changed).await;
    assert_eq!((row.version, row.third_party_id, row.owner), (2, Some(party), None));
    let back = UpdateSystem { third_party: Change::Clear, ..update(row.id) };
    assert_eq!(ground.run(back).await.third_party_id, None);
    assert!(ground.run(retire(row.id)).await.retired_at.is_some());
    ground.refuses(retire(row.id), &[(Code::Retired, "systemId")]).await;
    ground.refuses(update(row.id), &[(Code::Retired, "systemId")]).await;
    // Its name is free again.
    ground.run(new("Arkiv")).await;
}

#[tokio::test]
async fn a_system_must_be_in_order() {
    let ground = Ground::demo().await;
    ground.refuses(new("Kundregister"), &[(Code::AlreadyExists, "name")]).await;
    let wrong = CreateSystem {
        third_party: Some(ThirdPartyId(Uuid::nil())),
        country: "Sverige".to_owned(),
        measures: vec![String::new()],
        ..new(" ")
    };
    let expected = [
        (Code::Required, "name"),
        (Code::NotFound, "thirdPartyId"),
        (Code::InvalidFormat, "country"),
        (Code::Required, "measures.0"),
    ];
    ground.refuses(wrong, &expected).await;
    let gone = ground.third_party("Gamla Webbhotellet i Exempelstad AB").await;
    let there = CreateSystem { third_party: Some(gone), ..new("Arkiv") };
    ground.refuses(there, &[(Code::Retired, "thirdPartyId")]).await;

    let system = ground.system("Kundregister").await;
    let there = UpdateSystem { third_party: Change::Set(gone), ..update(system) };
    ground.refuses(there, &[(Code::Retired, "thirdPartyId")]).await;
    let named =
        UpdateSystem { name: Change::Set("Kartotek".to_owned()), country: Change::Clear, ..update(system) };
    ground.refuses(named, &[(Code::Required, "country"), (Code::AlreadyExists, "name")]).await;
    let stale = UpdateSystem { expected_version: Some(9), ..update(system) };
    ground.refuses(stale, &[(Code::VersionConflict, "expectedVersion")]).await;
    let nowhere = SystemId(Uuid::nil());
    ground.refuses(update(nowhere), &[(Code::NotFound, "systemId")]).await;
    ground.refuses(retire(nowhere), &[(Code::NotFound, "systemId")]).await;
}

#[tokio::test]
async fn where_data_is_held_stays_as_it_is() {
    let ground = Ground::demo().await;
    let system = ground.run(new("Arkiv")).await.id;
    ground.run(Customer { service: None, data: vec![("user.name".into(), system)] }).await;
    ground.refuses(retire(system), &[(Code::InUse, "systemId")]).await;
    let party = ground.third_party("Old Mill Vault Ltd").await;
    let handed_over = UpdateSystem { third_party: Change::Set(party), ..update(system) };
    ground.refuses(handed_over, &[(Code::InUse, "thirdPartyId")]).await;
    let moved = UpdateSystem { country: Change::Set("US".to_owned()), ..update(system) };
    ground.refuses(moved.clone(), &[(Code::InUse, "country")]).await;
    // The same again is no change, and the rest may change.
    let renamed = UpdateSystem {
        name: Change::Set("Arkivet".to_owned()),
        country: Change::Set("SE".to_owned()),
        third_party: Change::Clear,
        ..update(system)
    };
    ground.run(renamed).await;
    ground.clear().await;
    ground.run(moved).await;
    ground.run(retire(system)).await;
}

#[tokio::test]
async fn what_a_service_or_the_program_needs_stays() {
    let ground = Ground::demo().await;
    for name in ["Kartotek", "Kundregister"] {
        ground.refuses(retire(ground.system(name).await), &[(Code::InUse, "systemId")]).await;
    }
    // At a third party that is gone, a system can still be renamed.
    let party = ground.third_party("Kletsballon B.V.").await;
    ground.run(RetireThirdParty { third_party: party, reason: "Slut.".to_owned() }).await;
    let system = ground.system("Kletsballon").await;
    ground.run(UpdateSystem { name: Change::Set("Gamla chatten".to_owned()), ..update(system) }).await;
}

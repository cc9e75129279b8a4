use crate::{
    access::Code,
    domain::{
        catalog::{CreateService, RetireService, UpdateService},
        change::Change,
        testing::{Customer, Ground},
    },
};
use entity::ids::ServiceId;
use uuid::Uuid;

fn new(key: &str) -> CreateService {
    CreateService {
        key: key.to_owned(),
        name: "Nytt".to_owned(),
        description: None,
        processed_on_behalf: vec![],
        impact_assessment_reference: None,
        translations: vec![],
    }
}

fn update(service: ServiceId) -> UpdateService {
    UpdateService {
        service,
        expected_version: None,
        name: Change::Keep,
        description: Change::Keep,
        processed_on_behalf: Change::Keep,
        impact_assessment_reference: Change::Keep,
        translations: Change::Keep,
    }
}

#[tokio::test]
async fn a_service_comes_changes_and_goes() {
    let ground = Ground::seeded().await;
    let row = ground.run(new("web-design")).await;
    let changed = UpdateService {
        expected_version: Some(1),
        description: Change::Set("Form och färg.".to_owned()),
        processed_on_behalf: Change::Set(vec![" Bilder ".to_owned()]),
        ..update(row.id)
    };
    let row = ground.run(changed).await;
    assert_eq!((row.version, row.processed_on_behalf.0.as_slice()), (2, ["Bilder".to_owned()].as_slice()));
    let row = ground.run(RetireService { service: row.id }).await;
    assert!(row.retired_at.is_some() && row.version == 3);
    ground.refuses(RetireService { service: row.id }, &[(Code::Retired, "serviceId")]).await;
    ground.refuses(update(row.id), &[(Code::Retired, "serviceId")]).await;
    // Its key stays its own.
    ground.refuses(new("web-design"), &[(Code::AlreadyExists, "key")]).await;
}

#[tokio::test]
async fn a_service_must_be_in_order() {
    let ground = Ground::demo().await;
    for (key, code) in
        [("", Code::Required), ("Webb", Code::InvalidFormat), ("web-hosting", Code::AlreadyExists)]
    {
        ground.refuses(new(key), &[(code, "key")]).await;
    }
    let wrong = CreateService {
        name: "x".repeat(201),
        processed_on_behalf: vec!["Bilder".to_owned(), String::new()],
        ..new("web-design")
    };
    ground.refuses(wrong, &[(Code::TooLong, "name"), (Code::Required, "processedOnBehalf.1")]).await;
    let many = CreateService { processed_on_behalf: vec!["Bilder".to_owned(); 101], ..new("web-design") };
    ground.refuses(many, &[(Code::TooLong, "processedOnBehalf")]).await;
    let nobody = ServiceId(Uuid::nil());
    ground.refuses(update(nobody), &[(Code::NotFound, "serviceId")]).await;
    ground.refuses(RetireService { service: nobody }, &[(Code::NotFound, "serviceId")]).await;
    let service = ground.service("backup").await;
    let stale = UpdateService { expected_version: Some(1), ..update(service) };
    ground.refuses(stale, &[(Code::VersionConflict, "expectedVersion")]).await;
}

#[tokio::test]
async fn a_service_that_a_customer_has_stays() {
    let ground = Ground::demo().await;
    let service = ground.service("backup").await;
    ground.run(Customer { service: Some(service), data: vec![] }).await;
    ground.refuses(RetireService { service }, &[(Code::InUse, "serviceId")]).await;
    ground.clear().await;
    ground.run(RetireService { service }).await;
    // What it needed stays on record, with its grace.
    assert!(ground.catalog().await.requirements_of(service).count() > 0);
}

#[tokio::test]
async fn of_two_at_once_the_second_sees_the_first() {
    let ground = Ground::seeded().await;
    let (one, other) = tokio::join!(ground.attempt(new("web-design")), ground.attempt(new("web-design")));
    assert!(one.is_ok() != other.is_ok());
    assert_eq!(one.and(other).unwrap_err().code(), "ALREADY_EXISTS");
    assert_eq!(ground.catalog().await.services.len(), 1);
}

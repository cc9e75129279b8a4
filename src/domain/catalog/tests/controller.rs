use crate::{
    access::Code,
    domain::{catalog::UpdateController, change::Change, testing::Ground},
};
use entity::{enums::Locale, json::Contact};

fn set(text: &str) -> Change<String> {
    Change::Set(text.to_owned())
}

fn officer(email: &str) -> Contact {
    Contact { name: "Maja".to_owned(), email: Some(email.to_owned()), phone: None, address: None }
}

#[tokio::test]
async fn says_something_else_about_itself() {
    let ground = Ground::seeded().await;
    let changed = UpdateController {
        expected_version: Some(1),
        name: set(" Bolaget AB "),
        address: set("Gatan 1\r\n123 45 Orten"),
        website: set("https://bolaget.example"),
        data_protection_officer: Change::Set(officer("dpo@bolaget.example")),
        locale: Change::Set(Locale::En),
        time_zone: set("europe/helsinki"),
        fiscal_year_end_month: Change::Set(4),
        default_grace: set("P14D"),
        ..UpdateController::default()
    };
    let (row, _) = ground.run(changed).await;
    assert_eq!((row.version, row.name.as_str()), (2, "Bolaget AB"));
    assert_eq!(row.address.as_deref(), Some("Gatan 1\n123 45 Orten"));
    assert_eq!(row.time_zone, "Europe/Helsinki");
    assert!(row.supervisory_authority.is_some());

    let (row, _) =
        ground.run(UpdateController { website: Change::Clear, ..UpdateController::default() }).await;
    assert_eq!((row.version, row.website, row.fiscal_year_end_month), (3, None, 4));
    assert_eq!(ground.catalog().await.controller.as_ref().unwrap().version, 3);
}

#[tokio::test]
async fn learns_all_that_is_wrong_at_once() {
    let ground = Ground::seeded().await;
    let wrong = UpdateController {
        name: Change::Clear,
        registration_number: set(" "),
        country: set("Sverige"),
        email: set("hej"),
        website: set("javascript:alert(1)"),
        data_protection_officer: Change::Set(officer("nobody")),
        time_zone: set("Mars/Olympus"),
        fiscal_year_end_month: Change::Set(13),
        default_grace: set("a while"),
        ..UpdateController::default()
    };
    let expected = [
        (Code::InvalidFormat, "country"),
        (Code::InvalidFormat, "timeZone"),
        (Code::OutOfRange, "fiscalYearEndMonth"),
        (Code::InvalidFormat, "defaultGrace"),
        (Code::Required, "name"),
        (Code::Required, "registrationNumber"),
        (Code::InvalidFormat, "email"),
        (Code::InvalidFormat, "website"),
        (Code::InvalidFormat, "dataProtectionOfficer.email"),
    ];
    ground.refuses(wrong, &expected).await;
    let stale = UpdateController { expected_version: Some(7), ..UpdateController::default() };
    ground.refuses(stale, &[(Code::VersionConflict, "expectedVersion")]).await;
}

#[tokio::test]
async fn is_not_there_before_it_is_seeded() {
    Ground::new().await.refuses(UpdateController::default(), &[(Code::NotFound, "")]).await;
}

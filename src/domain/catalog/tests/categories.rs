use crate::{
    access::Code,
    domain::{
        catalog::{
            CreateDataCategory, RequirementLine, RetireDataCategory, SetDataRequirements, UpdateDataCategory,
        },
        change::Change,
        disposal::Asked,
        testing::{Customer, Ground},
    },
};
use entity::{
    enums::{DisposalMethod, Locale, Sensitivity},
    json::Translation,
};

fn new(key: &str) -> CreateDataCategory {
    CreateDataCategory {
        key: key.to_owned(),
        name: "Bonuspoäng".to_owned(),
        description: None,
        sensitivity: None,
        translations: vec![],
    }
}

fn update(key: &str) -> UpdateDataCategory {
    UpdateDataCategory {
        category: key.into(),
        expected_version: None,
        name: Change::Keep,
        description: Change::Keep,
        sensitivity: Change::Keep,
        translations: Change::Keep,
    }
}

fn retire(key: &str) -> RetireDataCategory {
    RetireDataCategory { category: key.into() }
}

fn english(name: &str) -> Translation {
    Translation { locale: Locale::En, name: name.to_owned(), description: None }
}

#[tokio::test]
async fn a_category_comes_changes_and_goes() {
    let ground = Ground::seeded().await;
    let before = ground.catalog().await.version;
    let row = ground.run(new("user.financial.bonus")).await;
    assert_eq!((row.version, row.sensitivity), (1, Sensitivity::Confidential));
    assert_eq!(row.parent.unwrap().as_str(), "user.financial");

    let changed = UpdateDataCategory {
        name: Change::Set("Poäng".to_owned()),
        translations: Change::Set(vec![english("Points")]),
        sensitivity: Change::Set(Sensitivity::Ordinary),
        ..update("user.financial.bonus")
    };
    let row = ground.run(changed).await;
    assert_eq!((row.version, row.name.as_str(), row.translations.0.len()), (2, "Poäng", 1));
    let row = ground
        .run(UpdateDataCategory { translations: Change::Clear, ..update("user.financial.bonus") })
        .await;
    assert!(row.translations.0.is_empty());

    let row = ground.run(retire("user.financial.bonus")).await;
    assert!(row.retired_at.is_some());
    assert_eq!(ground.catalog().await.version, before + 4);
    ground.refuses(retire("user.financial.bonus"), &[(Code::Retired, "dataCategoryId")]).await;
    ground.refuses(update("user.financial.bonus"), &[(Code::Retired, "dataCategoryId")]).await;
    ground.refuses(new("user.financial.bonus.tier"), &[(Code::Retired, "key")]).await;
    ground.refuses(new("user.financial.bonus"), &[(Code::AlreadyExists, "key")]).await;
}

#[tokio::test]
async fn a_category_must_be_in_order() {
    let ground = Ground::seeded().await;
    for (key, code) in [
        ("", Code::Required),
        ("user.Name", Code::InvalidFormat),
        ("user..name", Code::InvalidFormat),
        ("user.name", Code::AlreadyExists),
        ("user.pets.name", Code::NotFound),
    ] {
        ground.refuses(new(key), &[(code, "key")]).await;
    }
    ground.refuses(new(&"a".repeat(201)), &[(Code::TooLong, "key")]).await;
    let wrong = CreateDataCategory {
        name: " ".to_owned(),
        description: Some("\u{202e}".to_owned()),
        translations: vec![english(""), english("Points")],
        ..new("user.points")
    };
    let expected = [
        (Code::Required, "name"),
        (Code::InvalidFormat, "description"),
        (Code::InvalidFormat, "translations.1.locale"),
        (Code::Required, "translations.0.name"),
    ];
    ground.refuses(wrong, &expected).await;
    ground.refuses(update("user.pets"), &[(Code::NotFound, "dataCategoryId")]).await;
    let stale = UpdateDataCategory { expected_version: Some(2), ..update("user.social") };
    ground.refuses(stale, &[(Code::VersionConflict, "expectedVersion")]).await;
    let emptied =
        UpdateDataCategory { name: Change::Clear, sensitivity: Change::Clear, ..update("user.social") };
    ground.refuses(emptied, &[(Code::Required, "name"), (Code::Required, "sensitivity")]).await;
}

#[tokio::test]
async fn a_category_in_use_stays() {
    let ground = Ground::demo().await;
    ground.refuses(retire("user.pets"), &[(Code::NotFound, "dataCategoryId")]).await;
    let in_use = [(Code::InUse, "dataCategoryId")];
    for key in ["user.name", "user.contact", "user.job_title", "user.payment"] {
        ground.refuses(retire(key), &in_use).await;
    }
    // Nothing needs it any more, but data is still there.
    let (consulting, projects) = (ground.service("consulting").await, ground.system("Projektdatabas").await);
    ground.run(Customer { service: None, data: vec![("user.job_title".into(), projects)] }).await;
    let requirements = vec![RequirementLine {
        category: "user.name".into(),
        purpose: "CONTACT".into(),
        system: projects,
        on_end: DisposalMethod::Erase,
        grace: None,
    }];
    ground
        .run(SetDataRequirements {
            service: consulting,
            expected_version: None,
            requirements,
            asked: Asked::default(),
        })
        .await;
    ground.refuses(retire("user.job_title"), &in_use).await;
    ground.clear().await;
    ground.run(retire("user.job_title")).await;
}

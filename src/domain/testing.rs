//! A real database in a temporary folder, for the tests of commands.

use super::{
    catalog::{Catalog, Catalogs},
    demo::{LoadDemo, Seed},
};
use crate::{
    access::{Access, Code, Command, Door, Settings, Stop, SystemClock, Writer},
    connector::{Allowed, Connectors},
    crypto::MasterKeys,
    policy::{Action, Target},
};
use chrono::{NaiveDate, Utc};
use entity::{
    customer, data_location,
    enums::{Channel, CustomerKind, CustomerStatus, DataLocationState, Locale},
    ids::{CategoryKey, CustomerId, DataLocationId, ServiceId, SubscriptionId, SystemId, ThirdPartyId},
    subscription,
};
use sea_orm::EntityTrait;
use std::sync::Arc;

/// Connectors that may reach nothing but the public internet.
pub(crate) fn connectors() -> Arc<Connectors> {
    Arc::new(Connectors::new(Allowed::default()).unwrap())
}

/// A database to try commands on, as a part of the program that may do everything.
pub(crate) struct Ground {
    door: Arc<Door>,
    _folder: tempfile::TempDir,
}

impl Ground {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/test.db", folder.path().display()).into();
        let keys = MasterKeys::parse(&format!("{}=", "A".repeat(43))).unwrap();
        let settings = Settings { url, connections: 2 };
        let door = Door::open(&settings, keys, Box::new(SystemClock)).await.unwrap();
        Self { door, _folder: folder }
    }

    pub(crate) async fn seeded() -> Self {
        let ground = Self::new().await;
        assert!(ground.run(Seed).await);
        ground
    }

    pub(crate) async fn demo() -> Self {
        let ground = Self::seeded().await;
        assert!(ground.run(LoadDemo).await);
        ground
    }

    pub(crate) fn door(&self) -> &Arc<Door> {
        &self.door
    }

    fn access(&self) -> Access {
        self.door.program("test", "test")
    }

    /// What comes of the command.
    pub(crate) async fn attempt<C: Command>(&self, command: C) -> Result<C::Output, Stop> {
        // Some commands carry a lot, and tests run many in one function.
        Box::pin(self.access().write(command)).await
    }

    /// What the command gives back.
    pub(crate) async fn run<C: Command>(&self, command: C) -> C::Output {
        match self.attempt(command).await {
            Ok(output) => output,
            Err(stop) => panic!("{stop:?}"),
        }
    }

    /// That the command is refused with exactly these, and that nothing has changed.
    pub(crate) async fn refuses<C: Command>(&self, command: C, expected: &[(Code, &str)]) {
        let before = self.catalog().await.version;
        let Err(stop) = self.attempt(command).await else { panic!("{expected:?} was done") };
        let Stop::Refused(refusals) = stop else { panic!("{expected:?}: {stop:?}") };
        let found: Vec<_> = refusals.iter().map(|refusal| (refusal.code, refusal.field.join("."))).collect();
        let expected: Vec<_> = expected.iter().map(|(code, path)| (*code, (*path).to_owned())).collect();
        assert_eq!(found, expected, "{refusals:?}");
        assert!(refusals.iter().all(|refusal| refusal.message.ends_with('.')), "{refusals:?}");
        assert_eq!(self.catalog().await.version, before);
    }

    pub(crate) async fn catalog(&self) -> Arc<Catalog> {
        Catalogs::load(&self.door).await.unwrap().current()
    }

    pub(crate) async fn system(&self, name: &str) -> SystemId {
        let catalog = self.catalog().await;
        catalog.systems.values().find(|system| system.name == name).unwrap().id
    }

    pub(crate) async fn third_party(&self, name: &str) -> ThirdPartyId {
        let catalog = self.catalog().await;
        catalog.third_parties.values().find(|party| party.name == name).unwrap().id
    }

    pub(crate) async fn service(&self, key: &str) -> ServiceId {
        self.catalog().await.service_by_key(key).unwrap().id
    }

    pub(crate) fn today(&self) -> NaiveDate {
        self.door.now().date_naive()
    }

    /// Lets customers end what they have, and data go, so that what refused before does so no longer.
    pub(crate) async fn clear(&self) {
        self.run(Clear).await;
    }
}

/// A customer, bare of all that registering one takes, with what is given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Customer {
    pub(crate) service: Option<ServiceId>,
    pub(crate) data: Vec<(CategoryKey, SystemId)>,
}

impl Command for Customer {
    const ACTION: Action = Action::RegisterCustomer;
    type Output = CustomerId;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<CustomerId, Stop> {
        let (id, now) = (CustomerId(w.id()), w.now());
        let row = customer::Model {
            id,
            reference: id.to_string(),
            kind: CustomerKind::Person,
            status: CustomerStatus::Active,
            status_since: now,
            locale: Locale::Sv,
            version: 1,
            channel: Channel::Email,
            profile: None,
            created_at: now,
            disposed_as: None,
        };
        w.insert::<customer::Entity>(row).await?;
        if let Some(service_id) = self.service {
            let row = subscription::Model {
                id: SubscriptionId(w.id()),
                customer_id: id,
                service_id,
                channel: Channel::Email,
                started_at: now,
                ended_at: None,
                end_reason: None,
                switched_to: None,
            };
            w.insert::<subscription::Entity>(row).await?;
        }
        for (category, system_id) in self.data {
            let row = data_location::Model {
                id: DataLocationId(w.id()),
                customer_id: id,
                category,
                system_id,
                external_reference: None,
                source_channel: Channel::Email,
                collected_at: now,
                document_date: None,
                recorded_by: "test".to_owned(),
                state: DataLocationState::Held,
                held_from: now,
                held_to: None,
                last_verified_at: None,
            };
            w.insert::<data_location::Entity>(row).await?;
        }
        Ok(id)
    }
}

#[derive(Clone, Debug)]
struct Clear;

impl Command for Clear {
    const ACTION: Action = Action::RegisterCustomer;
    type Output = ();

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        let now = Some(w.now());
        for row in w.all(subscription::Entity::find()).await? {
            w.update::<subscription::Entity>(subscription::Model { ended_at: now, ..row }).await?;
        }
        for row in w.all(data_location::Entity::find()).await? {
            let gone = data_location::Model {
                held_to: now,
                state: DataLocationState::Erased,
                external_reference: None,
                ..row
            };
            w.update::<data_location::Entity>(gone).await?;
        }
        Ok(())
    }
}

/// The day that many days from now.
pub(crate) fn in_days(days: i64) -> NaiveDate {
    #[expect(clippy::disallowed_methods, reason = "tests of commands run by the machine's own clock")]
    let now = Utc::now();
    (now + chrono::TimeDelta::days(days)).date_naive()
}

//! The reference data in memory: small, seldom changed, and needed by every answer.
//!
//! Each server keeps a whole copy and looks several times a second whether the database has a newer version.

use super::Most;
use crate::{
    access::{Access, Door, Inquiry, Reader, Stop, Writer},
    policy::{Action, Target},
};
use entity::{
    assessment, catalog_version, controller, data_category, data_requirement,
    ids::{CategoryKey, PurposeKey, RequirementId, RetentionRuleId, ServiceId, SystemId, ThirdPartyId},
    purpose, retention_rule, service, system, third_party,
};
use jiff::tz::TimeZone;
use sea_orm::{EntityTrait, QueryOrder};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

/// All reference data, as of one version.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub version: i64,
    pub controller: Option<Arc<controller::Model>>,
    pub categories: BTreeMap<CategoryKey, Arc<data_category::Model>>,
    pub purposes: BTreeMap<PurposeKey, Arc<purpose::Model>>,
    pub retention_rules: BTreeMap<RetentionRuleId, Arc<retention_rule::Model>>,
    pub third_parties: BTreeMap<ThirdPartyId, Arc<third_party::Model>>,
    /// Newest first.
    pub assessments: Vec<Arc<assessment::Model>>,
    pub systems: BTreeMap<SystemId, Arc<system::Model>>,
    pub services: BTreeMap<ServiceId, Arc<service::Model>>,
    /// Retired ones as well: they say for what purpose a system came to hold a category.
    pub requirements: BTreeMap<RequirementId, Arc<data_requirement::Model>>,
    pub(in crate::domain) most: OnceLock<Most>,
}

impl Catalog {
    /// The time zone that the company's days begin and end in.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        self.controller
            .as_ref()
            .and_then(|controller| TimeZone::get(&controller.time_zone).ok())
            .unwrap_or(TimeZone::UTC)
    }

    /// The service of that key.
    #[must_use]
    pub fn service_by_key(&self, key: &str) -> Option<&Arc<service::Model>> {
        self.services.values().find(|service| service.key == key)
    }

    /// What a service needs now.
    pub fn requirements_of(&self, service: ServiceId) -> impl Iterator<Item = &Arc<data_requirement::Model>> {
        self.requirements.values().filter(move |need| need.service_id == service && need.retired_at.is_none())
    }

    /// Kartotek itself, as a place where data is stored.
    #[must_use]
    pub fn built_in_system(&self) -> Option<&Arc<system::Model>> {
        self.systems.values().find(|system| system.built_in)
    }
}

/// Loads everything, as of one moment.
#[derive(Clone, Copy, Debug)]
struct LoadCatalog;

impl Inquiry for LoadCatalog {
    const ACTION: Action = Action::SeeController;
    const SNAPSHOT: bool = true;
    type Output = Catalog;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Catalog, Stop> {
        changed(r).await
    }
}

async fn all(r: &Reader, version: i64) -> Result<Catalog, Stop> {
    let newest_first = assessment::Entity::find().order_by_desc(assessment::Column::Id);
    Ok(Catalog {
        version,
        controller: r.one(controller::Entity::find()).await?.map(Arc::new),
        categories: by(r.all(data_category::Entity::find()).await?, |row| row.key.clone()),
        purposes: by(r.all(purpose::Entity::find()).await?, |row| row.key.clone()),
        retention_rules: by(r.all(retention_rule::Entity::find()).await?, |row| row.id),
        third_parties: by(r.all(third_party::Entity::find()).await?, |row| row.id),
        assessments: r.all(newest_first).await?.into_iter().map(Arc::new).collect(),
        systems: by(r.all(system::Entity::find()).await?, |row| row.id),
        services: by(r.all(service::Entity::find()).await?, |row| row.id),
        requirements: by(r.all(data_requirement::Entity::find()).await?, |row| row.id),
        most: OnceLock::new(),
    })
}

/// The reference data as it is now and until the commit, for what must not be out of date: `known`, unless another
/// server has changed it a moment ago.
///
/// # Errors
/// When the database fails.
pub async fn held(w: &Writer, known: &Arc<Catalog>) -> Result<Arc<Catalog>, Stop> {
    let version = w.keep(catalog_version::Entity::find()).await?.map_or(0, |row| row.version);
    if version == known.version { Ok(known.clone()) } else { Ok(Arc::new(all(w, version).await?)) }
}

/// The reference data as it stands in the database: where a command changes it, as that has made it, before anybody else sees
/// that.
///
/// # Errors
/// When the database fails.
pub async fn changed(r: &Reader) -> Result<Catalog, Stop> {
    let version = r.one(catalog_version::Entity::find()).await?.map_or(0, |row| row.version);
    all(r, version).await
}

fn by<K: Ord, V>(rows: Vec<V>, key: impl Fn(&V) -> K) -> BTreeMap<K, Arc<V>> {
    rows.into_iter().map(|row| (key(&row), Arc::new(row))).collect()
}

/// Asks only how often the reference data has changed.
#[derive(Clone, Copy, Debug)]
struct LoadVersion;

impl Inquiry for LoadVersion {
    const ACTION: Action = Action::SeeController;
    type Output = i64;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<i64, Stop> {
        Ok(r.one(catalog_version::Entity::find()).await?.map_or(0, |row| row.version))
    }
}

/// The copy that a server works with.
#[derive(Debug)]
pub struct Catalogs {
    access: Access,
    current: RwLock<Arc<Catalog>>,
}

impl Catalogs {
    /// Loads the first copy.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(door: &Arc<Door>) -> Result<Self, Stop> {
        let access = door.program("catalog", "loadCatalog");
        let current = RwLock::new(Arc::new(access.read(LoadCatalog).await?));
        Ok(Self { access, current })
    }

    /// The copy at hand. A request works with one from beginning to end.
    #[must_use]
    pub fn current(&self) -> Arc<Catalog> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Loads a newer copy if there is one.
    ///
    /// # Errors
    /// When the database fails; the copy at hand stays.
    pub async fn refresh(&self) -> Result<Arc<Catalog>, Stop> {
        if self.access.read(LoadVersion).await? != self.current().version {
            let fresh = Arc::new(self.access.read(LoadCatalog).await?);
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            // Two refreshes may overlap; the newer copy stays.
            if fresh.version >= current.version {
                *current = fresh;
            }
        }
        Ok(self.current())
    }
}

//! How many of something belong to one thing at the most, for judging beforehand what a question would bring.

use super::Catalog;
use entity::connector::Connector;
use std::collections::HashMap;

/// The most that there are of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Most {
    /// Of one service.
    pub requirements: u64,
    /// Of one third party.
    pub systems: u64,
    /// Of one third party.
    pub sub_processors: u64,
    /// That are mapped, of one database.
    pub tables: u64,
    /// That are mapped, of one table.
    pub columns: u64,
}

impl Catalog {
    /// The most that there are, counted once for each version.
    pub fn most(&self) -> Most {
        let live = self.requirements.values().filter(|need| need.retired_at.is_none());
        let databases = || {
            self.systems.values().filter_map(|system| match &system.connector {
                Some(Connector::Sql(sql)) => Some(&sql.tables),
                _ => None,
            })
        };
        let columns = databases().flatten().map(|table| table.columns.len() as u64).max();
        *self.most.get_or_init(|| Most {
            requirements: most(live.map(|need| need.service_id)),
            systems: most(self.systems.values().filter_map(|system| system.third_party_id)),
            sub_processors: most(self.third_parties.values().filter_map(|party| party.sub_processor_of)),
            tables: databases().map(|tables| tables.len() as u64).max().unwrap_or(1),
            columns: columns.unwrap_or(1),
        })
    }
}

/// How often the one that comes most often comes; at least 1, so that nothing is free.
fn most<K: Eq + std::hash::Hash>(keys: impl Iterator<Item = K>) -> u64 {
    let mut counts = HashMap::new();
    for key in keys {
        *counts.entry(key).or_insert(0) += 1;
    }
    counts.into_values().max().unwrap_or(0).max(1)
}

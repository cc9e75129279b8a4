//! What one operation has touched so far: whom, and which kinds of their data. Ids and keys, never values.

use entity::{
    ids::{CategoryKey, CustomerId},
    touch::Touch,
};
use std::collections::{BTreeMap, BTreeSet};

/// What was seen or changed of one customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::access) struct Seen {
    pub(in crate::access) categories: BTreeSet<CategoryKey>,
    /// The names of what was changed; empty for reads.
    pub(in crate::access) changed: BTreeSet<&'static str>,
}

/// Everything touched, once each.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    seen: BTreeMap<CustomerId, Seen>,
}

impl Trail {
    /// Adds what a row was about.
    pub(in crate::access) fn add(&mut self, touch: Touch) {
        if let Some(customer) = touch.customer {
            let seen = self.seen.entry(customer).or_default();
            seen.categories.extend(touch.category);
        }
    }

    /// Notes which fields of a customer's were changed.
    pub(in crate::access) fn changed(&mut self, customer: CustomerId, fields: &[&'static str]) {
        self.seen.entry(customer).or_default().changed.extend(fields);
    }

    /// Adds all that another trail has.
    pub(in crate::access) fn merge(&mut self, other: Self) {
        for (customer, seen) in other.seen {
            let mine = self.seen.entry(customer).or_default();
            mine.categories.extend(seen.categories);
            mine.changed.extend(seen.changed);
        }
    }

    /// What this trail has that `recorded` has not.
    pub(in crate::access) fn beyond(&self, recorded: &Self) -> Self {
        let nothing = Seen::default();
        let news = |(customer, seen): (&CustomerId, &Seen)| {
            let known = recorded.seen.get(customer);
            let before = known.unwrap_or(&nothing);
            let new = Seen {
                categories: seen.categories.difference(&before.categories).cloned().collect(),
                changed: seen.changed.difference(&before.changed).copied().collect(),
            };
            (known.is_none() || new != nothing).then_some((*customer, new))
        };
        Self { seen: self.seen.iter().filter_map(news).collect() }
    }

    pub(in crate::access) fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    pub(in crate::access) fn customers(&self) -> Vec<CustomerId> {
        self.seen.keys().copied().collect()
    }

    pub(in crate::access) fn iter(&self) -> impl ExactSizeIterator<Item = (&CustomerId, &Seen)> {
        self.seen.iter()
    }
}

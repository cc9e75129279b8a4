//! Where an execution failed: its errors, by their place in the answer.

use std::collections::{HashMap, HashSet};

use async_graphql::{PathSegment, Pos, Positioned, ServerError, parser::types::Field};

/// The errors at one place of the answer and below it.
#[derive(Debug, Default)]
pub(super) struct Failures<'e> {
    /// Whether an error is at exactly this place.
    pub here: bool,
    fields: HashMap<&'e str, Self>,
    items: HashMap<usize, Self>,
}

impl<'e> Failures<'e> {
    /// The errors that have a path, from the root. `None` when there is no such error.
    pub fn of(errors: &'e [ServerError]) -> Option<Self> {
        let mut root = None;
        for error in errors.iter().filter(|error| !error.path.is_empty()) {
            let mut place: &mut Self = root.get_or_insert_default();
            for segment in &error.path {
                place = match segment {
                    PathSegment::Field(key) => place.fields.entry(key).or_default(),
                    PathSegment::Index(index) => place.items.entry(*index).or_default(),
                };
            }
            place.here = true;
        }
        root
    }

    /// Those at the field `key` and below it.
    pub fn field(&self, key: &str) -> Option<&Self> {
        self.fields.get(key)
    }

    /// Those at the item `index` and below it.
    pub fn item(&self, index: usize) -> Option<&Self> {
        self.items.get(&index)
    }

    /// The fields with errors.
    pub fn keys(&self) -> impl Iterator<Item = &'e str> {
        self.fields.keys().copied()
    }
}

/// The errors without a path, by their place in the document. The executor forgets the path of an error from a field
/// that is selected on an interface itself.
#[derive(Debug, Default)]
pub(super) struct Unplaced(HashSet<Pos>);

impl Unplaced {
    pub fn of(errors: &[ServerError]) -> Self {
        let without_path = errors.iter().filter(|error| error.path.is_empty());
        Self(without_path.flat_map(|error| error.locations.iter().copied()).collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them may be of this field.
    pub fn may_be_of(&self, field: &Positioned<Field>) -> bool {
        !self.is_empty() && self.0.contains(&field.pos)
    }
}

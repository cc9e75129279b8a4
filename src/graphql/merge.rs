//! Fields that are answered under one name must be one field (specification of September 2025, 5.3.2).
//!
//! The executor's own check does not look below fields, nor across fragments; what it lets through would be answered
//! with one field's value in another's place, and be put on record as the other.

use super::complete::{Shapes, base};
use async_graphql::{
    Name,
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// One name for two things.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` would be two different things in the answer: give one of them a name of its own, as in `other: {0}`."
)]
pub struct Conflict(String);

/// A selection set, and the type that it is on as far as the schema knows it.
type Set<'a> = (Option<&'a Name>, &'a SelectionSet);

/// A field, and the type that it is of.
type Part<'a> = (Option<&'a Name>, &'a Field);

/// Whether all that an operation selects under one name is one thing. For a document within its budget.
pub fn check(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    shapes: &Shapes,
) -> Result<(), Conflict> {
    let merge = Merge { document, shapes };
    merge.sets(&[(Some(shapes.root(operation.ty)), &operation.selection_set.node)])
}

struct Merge<'a> {
    document: &'a ExecutableDocument,
    shapes: &'a Shapes,
}

impl<'a> Merge<'a> {
    /// Whether what is selected of one object in several places fits together.
    fn sets(&self, sets: &[Set<'a>]) -> Result<(), Conflict> {
        let mut named = IndexMap::<&str, Vec<Part<'a>>>::new();
        let mut seen = HashSet::new();
        for (of, set) in sets {
            self.collect(*of, set, &mut named, &mut seen);
        }
        for (key, parts) in &named {
            for same in self.together(parts) {
                self.one(key, &same)?;
            }
        }
        Ok(())
    }

    fn collect(
        &self,
        of: Option<&'a Name>,
        set: &'a SelectionSet,
        named: &mut IndexMap<&'a str, Vec<Part<'a>>>,
        seen: &mut HashSet<&'a str>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    named.entry(field.node.response_key().node.as_str()).or_default().push((of, &field.node));
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref();
                    let of = on.map_or(of, |on| self.shapes.known(&on.node.on.node));
                    self.collect(of, &fragment.node.selection_set.node, named, seen);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.document.fragments.get(name) else { continue };
                    if seen.insert(name.as_str()) {
                        let of = self.shapes.known(&fragment.node.type_condition.node.on.node);
                        self.collect(of, &fragment.node.selection_set.node, named, seen);
                    }
                }
            }
        }
    }

    /// The parts that can be of the same object: those of each object type, with those of the interfaces that it may
    /// be of. Two object types never are the same object.
    fn together(&self, parts: &[Part<'a>]) -> Vec<Vec<Part<'a>>> {
        let objects = parts.iter().filter_map(|(of, _)| *of).filter(|of| self.shapes.is_object(of));
        let objects = objects.collect::<BTreeSet<_>>();
        if objects.len() < 2 {
            return vec![parts.to_vec()];
        }
        let of_object = |object: &Name| {
            let may_be = |(of, _): &&Part<'a>| of.is_none_or(|of| self.shapes.applies(of, object));
            parts.iter().filter(may_be).copied().collect()
        };
        objects.into_iter().map(of_object).collect()
    }

    /// Whether these are one field, and what is selected below it fits together.
    fn one(&self, key: &str, parts: &[Part<'a>]) -> Result<(), Conflict> {
        let Some(((_, first), others)) = parts.split_first() else { return Ok(()) };
        let arguments_of_first = arguments(first);
        let is_it =
            |field: &Field| field.name.node == first.name.node && arguments(field) == arguments_of_first;
        if !others.iter().all(|(_, field)| is_it(field)) {
            return Err(Conflict(key.to_owned()));
        }
        let below = |(of, field): &Part<'a>| {
            let ty = of.and_then(|of| self.shapes.field(of, &field.name.node)).map(base);
            (ty, &field.selection_set.node)
        };
        let sets = parts.iter().map(below).filter(|(_, set)| !set.items.is_empty()).collect::<Vec<_>>();
        if sets.is_empty() { Ok(()) } else { self.sets(&sets) }
    }
}

fn arguments(field: &Field) -> BTreeMap<&str, &Value> {
    field.arguments.iter().map(|(name, value)| (name.node.as_str(), &value.node)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    fn conflict(text: &str) -> Option<String> {
        let sdl = "interface Node { id: ID }
            type Query { a(n: Int): A node: Node b: B }
            type A implements Node { id: ID name: ID whole(n: Int): A other: B }
            type B implements Node { id: ID name: ID title: ID }";
        let (document, shapes) = (parse_query(text).unwrap(), Shapes::of_sdl(sdl).unwrap());
        let (_, operation) = document.operations.iter().next().unwrap();
        check(&document, &operation.node, &shapes).err().map(|Conflict(key)| key)
    }

    #[test]
    fn one_name_is_one_field_wherever_it_is_selected() {
        for two in [
            "{ x: a { id } x: b { id } }",
            "{ x: a { id } ... on Query { x: b { id } } }",
            "{ x: a { id } ...f } fragment f on Query { x: b { id } }",
            "{ x: a(n: 1) { id } ...f } fragment f on Query { x: a(n: 2) { id } }",
            "query($n: Int) { x: a(n: $n) { id } x: a { id } }",
            "{ a { x: id } a { x: name } }",
            "{ a { x: id ...f } } fragment f on A { x: name }",
            "{ a { whole { x: id } } ...f } fragment f on Query { a { ...g } } fragment g on A { whole { x: name } }",
            "{ node { ... on A { x: name } ... on Node { x: id } } }",
            "{ node { ... on A { x: other { id } } ... on Node { x: id } ... on B { x: title } } }",
        ] {
            assert_eq!(conflict(two).as_deref(), Some("x"), "{two}");
        }
    }

    #[test]
    fn the_same_again_and_what_never_is_the_same_object_fit_together() {
        for fits in [
            "{ x: a(n: 1) { id } ... on Query { x: a(n: 1) { name } } }",
            "{ a { id ...f } ...g } fragment f on A { id name } fragment g on Query { a { ...f } }",
            "{ node { ... on A { x: name } ... on B { x: title } } }",
            "{ node { id ... on A { id } ... on B { id x: title } } }",
            "{ a { noSuchField } ... on NoSuchType { a { id } } }",
        ] {
            assert_eq!(conflict(fits), None, "{fits}");
        }
    }
}

//! Fields come in the order of the selection, and nothing else changes.

use std::fmt::Write as _;

use super::{answers, completed, expect};
use proptest::prelude::*;
use serde_json::json;

#[test]
fn slow_fields_keep_their_place() {
    let query = "{ slower slow one thing { slow one } slowThing { slower one } last: one }";
    let (executed, _, _) = answers(query, json!({}));
    assert!(
        serde_json::to_string(&executed).unwrap().starts_with(r#"{"one":1"#),
        "it would be in order anyway"
    );
    expect(
        query,
        r#"{"slower":3,"slow":2,"one":1,"thing":{"slow":2,"one":1},"slowThing":{"slower":3,"one":1},"last":1}"#,
        "",
    );
}

#[test]
fn lists_and_fragments() {
    expect(
        "{ things { slow ... { one slower } ...f } } fragment f on Thing { x: slow slow __typename }",
        r#"{"things":[{"slow":2,"one":1,"slower":3,"x":2,"__typename":"Thing"},{"slow":2,"one":1,"slower":3,"x":2,"__typename":"Thing"}]}"#,
        "",
    );
}

#[test]
fn types_may_differ_in_their_order() {
    expect(
        "{ pets { ... on Dog { name } ... on Cat { meows name } } found { ... on Cat { meows name } ... on Plain { one } } }",
        r#"{"pets":[{"name":"Rex"},{"meows":true,"name":"Mia"}],"found":[{"meows":true,"name":"Mia"},{"one":1}]}"#,
        "",
    );
}

#[test]
fn introspection_passes_through() {
    expect(
        "{ slow __typename __type(name: \"Found\") { possibleTypes { name } kind } one }",
        r#"{"slow":2,"__typename":"Thing","__type":{"possibleTypes":[{"name":"Cat"},{"name":"Plain"}],"kind":"UNION"},"one":1}"#,
        "",
    );
    let query = include_str!("../../budget/introspection.graphql");
    let (executed, data, _) = answers(query, json!({}));
    assert_eq!(serde_json::to_string(&executed).unwrap(), serde_json::to_string(&data).unwrap());
}

#[test]
fn an_object_of_which_nothing_is_selected_is_empty() {
    expect("{ one @skip(if: true) }", "{}", "");
    expect("{ thingRequired { one @skip(if: true) } }", r#"{"thingRequired":{}}"#, "");
    expect("{ pets { ... on Cat { meows } } }", r#"{"pets":[{},{"meows":true}]}"#, "");
    expect("{ none { one @skip(if: true) } }", r#"{"none":null}"#, "");
    expect("{ thing { one @include(if: false) } }", r#"{"thing":{}}"#, "");
    expect(
        "{ thing { ...f ... { thing { ... @skip(if: true) { one } } } } } fragment f on Thing { none { ...g } } \
            fragment g on Thing { one @skip(if: true) }",
        r#"{"thing":{"none":null,"thing":{}}}"#,
        "",
    );
    expect("{ someThings { one @skip(if: true) } }", r#"{"someThings":[{},null]}"#, "");
    expect(
        "{ a: pet(dog: true) { ... on Cat { meows } } pet(dog: false) { ... on Cat { meows } } }",
        r#"{"a":{},"pet":{"meows":true}}"#,
        "",
    );
}

#[test]
fn introspection_may_skip_everything() {
    let query = "{ __type(name: \"Found\") { kind @skip(if: true) ...f } } \
        fragment f on __Type { possibleTypes { name @include(if: true) } }";
    expect(query, r#"{"__type":{"possibleTypes":[{"name":"Cat"},{"name":"Plain"}]}}"#, "");
}

#[test]
fn a_default_decides_where_no_value_is_given() {
    // The executor asks the given values alone, and includes nothing here.
    let query = "query($yes: Boolean = true) { slow one @include(if: $yes) }";
    assert_eq!(completed(query, json!({})).0, r#"{"slow":2}"#);
    assert_eq!(completed(query, json!({ "yes": true })).0, r#"{"slow":2,"one":1}"#);
}

/// A selection of which the right answer is plain to see.
#[derive(Clone, Debug)]
enum Chosen {
    Leaf { alias: Option<&'static str>, name: &'static str, skipped: bool },
    Node { alias: Option<&'static str>, name: &'static str, below: Vec<Chosen> },
    Inline(Vec<Chosen>),
}

const LEAVES: [(&str, i32); 3] = [("one", 1), ("slow", 2), ("slower", 3)];
const NODES: [&str; 4] = ["thing", "slowThing", "thingRequired", "things"];

fn chosen() -> impl Strategy<Value = Vec<Chosen>> {
    // An alias belongs to one name, so that whatever is drawn can be merged.
    let leaf =
        (0..LEAVES.len(), any::<bool>(), prop::bool::weighted(0.2)).prop_map(|(n, aliased, skipped)| {
            Chosen::Leaf { alias: aliased.then_some(["l0", "l1", "l2"][n]), name: LEAVES[n].0, skipped }
        });
    let one = leaf.prop_recursive(3, 40, 6, |inner| {
        let below = prop::collection::vec(inner, 1..6);
        prop_oneof![
            3 => (0..NODES.len(), any::<bool>(), below.clone()).prop_map(|(n, aliased, below)| Chosen::Node {
                alias: aliased.then_some(["n0", "n1", "n2", "n3"][n]),
                name: NODES[n],
                below,
            }),
            1 => below.prop_map(Chosen::Inline),
        ]
    });
    prop::collection::vec(one, 1..8)
}

/// The selection as text. Each set has a field that is there in any case: for an object of which nothing is selected the
/// executor answers `null`.
fn text(chosen: &[Chosen], into: &mut String) {
    for each in chosen {
        match each {
            Chosen::Leaf { alias, name, skipped } => {
                let alias = alias.map(|alias| format!("{alias}: ")).unwrap_or_default();
                let skipped = if *skipped { " @skip(if: $yes)" } else { " @include(if: $yes)" };
                write!(into, "{alias}{name}{skipped} ").unwrap();
            }
            Chosen::Node { alias, name, below } => {
                let alias = alias.map(|alias| format!("{alias}: ")).unwrap_or_default();
                write!(into, "{alias}{name} {{ zero: one ").unwrap();
                text(below, into);
                into.push_str("} ");
            }
            Chosen::Inline(below) => {
                into.push_str("... on Thing { ");
                text(below, into);
                // Not an empty set, whatever is skipped.
                into.push_str("zero: one } ");
            }
        }
    }
}

/// The keys of one object and what is selected below each, in order.
type Keys<'a> = Vec<(&'a str, &'a str, Vec<&'a [Chosen]>)>;

fn keys<'a>(chosen: &'a [Chosen], keys: &mut Keys<'a>) {
    for each in chosen {
        let (key, name, below) = match each {
            Chosen::Leaf { skipped: true, .. } => continue,
            Chosen::Leaf { alias, name, .. } => (alias.unwrap_or(name), *name, None),
            Chosen::Node { alias, name, below } => (alias.unwrap_or(name), *name, Some(below.as_slice())),
            Chosen::Inline(below) => {
                self::keys(below, keys);
                continue;
            }
        };
        match keys.iter_mut().find(|(known, ..)| *known == key) {
            Some((.., sets)) => sets.extend(below),
            None => keys.push((key, name, below.into_iter().collect())),
        }
    }
}

/// The right answer as text.
fn right(sets: &[&[Chosen]]) -> String {
    let mut all = Keys::new();
    for set in sets {
        keys(set, &mut all);
    }
    let fields = all.iter().map(|(key, name, below)| {
        let leaf = LEAVES.iter().find(|(leaf, _)| leaf == name);
        let value = match leaf {
            Some((_, value)) => value.to_string(),
            None if *name == "things" => format!("[{0},{0}]", right(below)),
            None => right(below),
        };
        format!("\"{key}\":{value}")
    });
    let fields: Vec<_> = std::iter::once("\"zero\":1".to_owned()).chain(fields).collect();
    format!("{{{}}}", fields.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_selection_is_answered_in_its_order(chosen in chosen()) {
        let mut query = "query($yes: Boolean!) { zero: one ".to_owned();
        text(&chosen, &mut query);
        query.push('}');
        let (executed, data, errors) = answers(&query, json!({ "yes": true }));
        prop_assert!(errors.is_empty(), "{query}: {errors:?}");
        // The maps' own equality does not look at their order.
        prop_assert!(executed == data, "{query}");
        prop_assert_eq!(serde_json::to_string(&data).unwrap(), right(&[&chosen]), "{}", query);
    }
}

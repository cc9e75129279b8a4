//! What the schema tells of its root fields, in its own text.

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

/// What mutations can refuse with, besides what any of them can.
static REFUSALS: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let refusals = |text: String| {
        let listed =
            text.split_once("userErrors: ").map(|(_, after)| after.split("\n\n").next().unwrap().to_owned());
        let words = listed.unwrap_or_default();
        words.split([',', '.', ' ', '\n']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    fields("Mutation").into_iter().map(|(field, text)| (field, refusals(text))).collect()
});

/// What any mutation can refuse with.
pub const FROM_ANY: [&str; 5] = ["REQUIRED", "INVALID_FORMAT", "OUT_OF_RANGE", "TOO_LONG", "NOT_FOUND"];

/// The fields of an object type, or the values of an enum, with what the schema says of each.
pub fn fields(name: &str) -> BTreeMap<String, String> {
    let document = parse_schema(kartotek::graphql::sdl()).unwrap();
    let found = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(of) if of.node.name.node == name => Some(of.node.kind),
        _ => None,
    });
    let text =
        |text: Option<async_graphql::Positioned<String>>| text.map(|text| text.node).unwrap_or_default();
    let listed = |kind| match kind {
        TypeKind::Object(object) => {
            let fields = object.fields.into_iter().map(|field| field.node);
            fields.map(|field| (field.name.node.to_string(), text(field.description))).collect::<Vec<_>>()
        }
        TypeKind::Enum(of) => {
            let values = of.values.into_iter().map(|value| value.node);
            values.map(|value| (value.value.node.to_string(), text(value.description))).collect()
        }
        _ => Vec::new(),
    };
    found.flat_map(listed).collect()
}

/// Codes that a mutation's description lists; `None` for what is no mutation.
pub fn refusals_of(field: &str) -> Option<&'static BTreeSet<String>> {
    REFUSALS.get(field)
}

//! Has the executor say of an object whether it is there, where perhaps nothing is selected of it: it answers `null` for
//! such an object as for none.

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{DocumentOperations, ExecutableDocument, Field, Selection, SelectionSet},
};

use super::Map;

/// The key under which it is asked for. Nobody can write it in a document.
const THERE: &str = "(there)";

/// Asks for the name of the type wherever the rest may be left out.
pub fn ask(document: &mut ExecutableDocument) {
    let fragments = document.fragments.values_mut().map(|fragment| &mut fragment.node);
    // Introspection passes through as it is.
    let fragments = fragments.filter(|fragment| !fragment.type_condition.node.on.node.starts_with("__"));
    fragments.for_each(|fragment| ask_below(&mut fragment.selection_set.node));
    match &mut document.operations {
        DocumentOperations::Single(operation) => ask_below(&mut operation.node.selection_set.node),
        DocumentOperations::Multiple(operations) => {
            for operation in operations.values_mut() {
                ask_below(&mut operation.node.selection_set.node);
            }
        }
    }
}

/// Takes the answer out again.
pub(super) fn forget(map: &mut Map) {
    map.shift_remove(THERE);
}

/// Recurses only as deep as documents may nest.
fn ask_below(set: &mut SelectionSet) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) if !field.node.name.node.starts_with("__") => {
                let set = &mut field.node.selection_set.node;
                ask_below(set);
                if !set.items.is_empty() && !set.items.iter().any(is_certain) {
                    set.items.push(type_name());
                }
            }
            Selection::InlineFragment(fragment) => ask_below(&mut fragment.node.selection_set.node),
            Selection::Field(_) | Selection::FragmentSpread(_) => {}
        }
    }
}

/// Whether it is answered in any case.
fn is_certain(selection: &Positioned<Selection>) -> bool {
    matches!(&selection.node, Selection::Field(field) if field.node.directives.is_empty())
}

fn type_name() -> Positioned<Selection> {
    let at = |name| Positioned::new(Name::new(name), Pos::default());
    let field = Field {
        alias: Some(at(THERE)),
        name: at("__typename"),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::default(),
    };
    Positioned::new(Selection::Field(Positioned::new(field, Pos::default())), Pos::default())
}

//! Leaves out what a document says by a variable that has neither a value nor a default: an argument or a field of an
//! input object is then not given at all (GraphQL, September 2025, 6.4.1 and 3.10). The executor would take it for
//! `null`, which says something else: that what there is should go.

use async_graphql::{
    Name, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;

/// The variables of the operation without a value.
pub fn names(operation: &OperationDefinition, variables: &Variables) -> Vec<Name> {
    let of = |name: &Name| !variables.contains_key(name);
    operation
        .variable_definitions
        .iter()
        .filter(|definition| definition.node.default_value.is_none())
        .map(|definition| definition.node.name.node.clone())
        .filter(of)
        .collect()
}

/// Takes these variables out of the document, and what is said by them.
pub fn leave_out(document: &mut ExecutableDocument, unset: &[Name]) {
    for fragment in document.fragments.values_mut() {
        selections(&mut fragment.node.selection_set.node, unset);
    }
    let operations: Vec<_> = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    for operation in operations {
        operation.node.variable_definitions.retain(|definition| !unset.contains(&definition.node.name.node));
        selections(&mut operation.node.selection_set.node, unset);
    }
}

/// Recurses only as deep as documents may nest.
fn selections(set: &mut SelectionSet, unset: &[Name]) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                let arguments = &mut field.node.arguments;
                arguments.retain(|(_, value)| !is_unset(&value.node, unset));
                for (_, value) in arguments.iter_mut() {
                    within(&mut value.node, unset);
                }
                selections(&mut field.node.selection_set.node, unset);
            }
            Selection::InlineFragment(fragment) => {
                selections(&mut fragment.node.selection_set.node, unset);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn within(value: &mut Value, unset: &[Name]) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !is_unset(field, unset));
            for field in fields.values_mut() {
                within(field, unset);
            }
        }
        Value::List(items) => {
            for item in items {
                if is_unset(item, unset) {
                    // There is no leaving out of a list.
                    *item = Value::Null;
                }
                within(item, unset);
            }
        }
        _ => {}
    }
}

fn is_unset(value: &Value, unset: &[Name]) -> bool {
    matches!(value, Value::Variable(name) if unset.contains(name))
}

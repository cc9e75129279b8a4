//! Documents that were found valid before need no second validation, where nothing about them could be different now.
//!
//! What a document says fits the schema or does not, once and for all; only the values of its variables change. Where
//! those are plain (a text where a text is declared), a look at them here takes the place of walking the document.

use async_graphql::{
    Name, Value, Variables,
    parser::types::{BaseType, OperationDefinition, Type},
};

/// Whether every variable's value is of its declared type, as far as that can be seen at a glance: `false` means only
/// that the executor has to look itself.
pub fn are_plain(operation: &OperationDefinition, variables: &Variables) -> bool {
    operation.variable_definitions.iter().all(|definition| {
        let definition = &definition.node;
        is_plain(&definition.var_type.node, variables.get(&definition.name.node))
    })
}

fn is_plain(of: &Type, value: Option<&Value>) -> bool {
    let BaseType::Named(name) = &of.base else { return false };
    match value {
        None | Some(Value::Null) => of.nullable,
        Some(value) => holds(name, value),
    }
}

fn holds(name: &Name, value: &Value) -> bool {
    match (name.as_str(), value) {
        ("ID" | "String", Value::String(_)) | ("Boolean", Value::Boolean(_)) => true,
        ("Int", Value::Number(number)) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::{parse_query, types::DocumentOperations};
    use serde_json::json;

    fn plain(declared: &str, variables: serde_json::Value) -> bool {
        let document = parse_query(format!("query({declared}) {{ viewer {{ actor }} }}")).unwrap();
        let DocumentOperations::Single(operation) = document.operations else { panic!() };
        are_plain(&operation.node, &Variables::from_json(variables))
    }

    #[test]
    fn only_what_is_certain_at_a_glance_is_plain() {
        assert!(plain("$id: ID!, $first: Int, $after: String", json!({"id": "x", "first": 3})));
        assert!(plain("$yes: Boolean", json!({"yes": null})));
        for (declared, variables) in [
            ("$id: ID!", json!({})),
            ("$id: ID!", json!({"id": null})),
            ("$id: ID!", json!({"id": 1})),
            ("$n: Int", json!({"n": 2_147_483_648_u32})),
            ("$n: Int", json!({"n": "1"})),
            ("$ids: [ID!]", json!({"ids": ["x"]})),
            ("$input: RegisterCustomerInput!", json!({"input": {}})),
        ] {
            assert!(!plain(declared, variables.clone()), "{declared} {variables}");
        }
    }
}

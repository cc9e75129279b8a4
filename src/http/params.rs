//! The parameters of GraphQL over HTTP, from a body or from a query string.

use async_graphql::{Name, Value, Variables, indexmap::IndexMap};

use super::{answer::Params, json, refusal::Refusal};

/// From the body of a `POST`.
pub fn from_body(body: &[u8]) -> Result<Params, Refusal> {
    match json::read(body)? {
        Value::Object(object) => from_object(object),
        Value::List(_) => Err(Refusal::bad("One request at a time: lists of requests are not taken.")),
        _ => Err(Refusal::bad("The body must be a JSON object.")),
    }
}

/// From the query string of a `GET`.
pub fn from_query(query: &str) -> Result<Params, Refusal> {
    let mut object = IndexMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name)?, decoded(value)?);
        let value = match name.as_str() {
            // They are JSON in the string; an empty one is as good as none.
            "variables" | "extensions" if value.is_empty() => Value::Null,
            "variables" | "extensions" => json::read(value.as_bytes())?,
            _ => Value::String(value),
        };
        if object.insert(Name::new(name), value).is_some() {
            return Err(Refusal::bad("The query string has a parameter twice."));
        }
    }
    from_object(object)
}

/// What else is in the object is for extensions of the protocol that we do not have, and is ignored.
fn from_object(mut object: IndexMap<Name, Value>) -> Result<Params, Refusal> {
    let mut take = |name: &str| object.swap_remove(name).unwrap_or_default();

    let Value::String(query) = take("query") else {
        return Err(Refusal::bad("`query` is missing or not a string.").about("query"));
    };
    let operation_name = match take("operationName") {
        Value::Null => None,
        Value::String(name) => Some(name),
        _ => return Err(Refusal::bad("`operationName` must be a string or null.").about("operationName")),
    };
    let variables = match take("variables") {
        Value::Null => Variables::default(),
        object @ Value::Object(_) => Variables::from_value(object),
        _ => return Err(Refusal::bad("`variables` must be an object or null.").about("variables")),
    };
    let (Value::Null | Value::Object(_)) = take("extensions") else {
        return Err(Refusal::bad("`extensions` must be an object or null.").about("extensions"));
    };
    // As in variables: no text of ours has a NUL. The escape is refused wherever it stands, which costs nobody.
    if query.contains('\0') || query.contains("\\u0000") {
        return Err(Refusal::bad("`query` has a NUL character.").about("query"));
    }
    Ok(Params { query, operation_name, variables })
}

/// `%41+b` as `A b`, if that is UTF-8.
fn decoded(text: &str) -> Result<String, Refusal> {
    let malformed = || Refusal::bad("The query string is not properly encoded UTF-8.");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let pair = digit().zip(digit()).ok_or_else(malformed)?;
                u8::try_from(pair.0 * 16 + pair.1).map_err(|_| malformed())?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| malformed())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn takes_the_parameters_from_a_body() {
        let body =
            json!({ "query": "query Q { a }", "operationName": "Q", "variables": { "v": [1] }, "other": 1 });
        let params = from_body(body.to_string().as_bytes()).unwrap();
        assert_eq!(params.query, "query Q { a }");
        assert_eq!(params.operation_name.as_deref(), Some("Q"));
        assert_eq!(params.variables, Variables::from_json(json!({ "v": [1] })));

        let nulls = json!({ "query": "{ a }", "operationName": null, "variables": null, "extensions": null });
        let expected = Params { query: "{ a }".into(), ..Params::default() };
        assert_eq!(from_body(nulls.to_string().as_bytes()), Ok(expected));
    }

    #[test]
    fn refuses_parameters_of_the_wrong_kind() {
        for body in [
            json!({}),
            json!(null),
            json!(1),
            json!([]),
            json!([{ "query": "{ a }" }]),
            json!({ "qeury": "{ a }" }),
            json!({ "query": null }),
            json!({ "query": { "a": 1 } }),
            json!({ "query": "{ a }", "operationName": 0 }),
            json!({ "query": "{ a }", "variables": [] }),
            json!({ "query": "{ a }", "variables": "{}" }),
            json!({ "query": "{ a }", "extensions": "x" }),
            json!({ "query": "{ a(b: \"\\u0000\") }" }),
        ] {
            assert!(from_body(body.to_string().as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn takes_the_parameters_from_a_query_string() {
        let query =
            "query=query+Q%28%24v%3A+Int%29%7Bf%C3%A5%7D&operationName=Q&variables=%7B%22v%22%3A1%7D&x=";
        let params = from_query(query).unwrap();
        assert_eq!(params.query, "query Q($v: Int){få}");
        assert_eq!(params.operation_name.as_deref(), Some("Q"));
        assert_eq!(params.variables, Variables::from_json(json!({ "v": 1 })));
        assert!(from_query("query={a}&variables=").is_ok());
    }

    #[test]
    fn refuses_query_strings_that_are_wrong_or_ambiguous() {
        for query in [
            "",
            "query",
            "variables={}",
            "query=%",
            "query=%4",
            "query=%4g",
            "query=%+1",
            "query=%FF",
            "query={a}&query={b}",
            "query={a}&variables={}&variables={}",
            "query={a}&variables=1",
            "query={a}&variables={",
            "query={a}&variables={\"a\":1,\"a\":2}",
        ] {
            // `query` without a value is an empty document, which is for the parser to refuse.
            assert_eq!(from_query(query).is_err(), query != "query", "{query}");
        }
    }
}

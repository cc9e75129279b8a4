mod failing;
mod ordered;
mod schema;

use std::time::{Duration, Instant};

use super::*;
use async_graphql::{Request, parser::parse_query};
use schema::Executor;

/// What the executor answers to `query`, before and after it is completed.
fn answers(query: &str, variables: serde_json::Value) -> (Value, Value, Vec<ServerError>) {
    thread_local! {
        static EXECUTOR: (Executor, Shapes) = {
            let executor = schema::executor();
            let shapes = Shapes::of_sdl(&executor.sdl()).unwrap();
            (executor, shapes)
        };
    }
    EXECUTOR.with(|(executor, shapes)| {
        let document = parse_query(query).unwrap();
        let variables = Variables::from_json(variables);
        let mut request = Request::new(query).variables(variables.clone());
        let mut asked = document.clone();
        ask_what_is_there(&mut asked);
        request.set_parsed_query(asked);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        #[expect(
            clippy::disallowed_methods,
            reason = "what the executor itself answers is what is completed"
        )]
        let response = runtime.block_on(executor.execute(request));
        let (_, operation) = document.operations.iter().next().unwrap();
        let data =
            shapes.complete(&document, &operation.node, &variables, response.data.clone(), &response.errors);
        (response.data, data, response.errors)
    })
}

/// The completed answer as text, in which the order of keys shows, and the paths of its errors, sorted.
fn completed(query: &str, variables: serde_json::Value) -> (String, String) {
    let (_, data, errors) = answers(query, variables);
    let mut paths: Vec<_> = errors.iter().map(|error| serde_json::to_string(&error.path).unwrap()).collect();
    paths.sort();
    (serde_json::to_string(&data).unwrap(), paths.join(" "))
}

/// `query` is answered by `data`, and its errors have these paths.
#[track_caller]
fn expect(query: &str, data: &str, paths: &str) {
    let spaceless = |text: &str| text.replace(' ', "");
    let (got, got_paths) = completed(query, serde_json::json!({}));
    assert_eq!((got, got_paths.as_str()), (spaceless(data), paths), "{query}");
}

/// What the executor says of the whole schema can be read back.
#[test]
fn the_whole_schema_is_understood() {
    use crate::graphql::root::{Mutation, Query};
    let schema =
        async_graphql::Schema::build(Query::default(), Mutation::default(), async_graphql::EmptySubscription);
    let shapes = Shapes::of_sdl(&schema.finish().sdl()).unwrap();
    assert_eq!((shapes.query.as_str(), shapes.mutation.as_str()), ("Query", "Mutation"));
    assert!(shapes.objects[&shapes.query].contains_key("node"));
    assert!(shapes.objects[&shapes.mutation].contains_key("registerCustomer"));
    assert!(shapes.possible["Node"].len() > 1);
    assert!(shapes.possible.values().flatten().all(|name| shapes.objects.contains_key(name)));
}

/// As many values as an operation may ask for, and each object in the wrong order.
#[test]
fn large_answers_are_completed_quickly() {
    let shapes =
        Shapes::of_sdl("type Query { all: [A!]! } type A { a: Int b: Int c: Int below: A }").unwrap();
    let document = parse_query("{ all { a b c below { a b c } } }").unwrap();
    let (_, operation) = document.operations.iter().next().unwrap();
    let object = |keys: &[&str]| {
        keys.iter().map(|key| (Name::new(key), Value::from(*key))).collect::<IndexMap<Name, Value>>()
    };
    let mut item = object(&["below", "c", "b", "a"]);
    item.insert(Name::new("below"), object(&["c", "b", "a"]).into());
    let items = vec![Value::Object(item); 3_000];
    let data = Value::Object([(Name::new("all"), Value::List(items))].into_iter().collect());
    let took = [data.clone(), data.clone(), data].map(|data| {
        let start = Instant::now();
        let data = shapes.complete(&document, &operation.node, &Variables::default(), data, &[]);
        let took = start.elapsed();
        let first = r#"{"all":[{"a":"a","b":"b","c":"c","below":{"a":"a","b":"b","c":"c"}},"#;
        assert!(serde_json::to_string(&data).unwrap().starts_with(first));
        took
    });
    // The best of three, since the machine may be busy.
    assert!(took.iter().min() < Some(&Duration::from_millis(100)), "took {took:?}");
}

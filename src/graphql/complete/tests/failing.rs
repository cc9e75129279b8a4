//! Errors are handled as 6.4.4 says.

use super::{super::Shapes, completed, expect};
use async_graphql::{PathSegment, ServerError, Value, Variables, parser::parse_query};
use serde_json::json;

#[test]
fn a_nullable_field_that_failed_is_null() {
    expect("{ one bad slow }", r#"{"one":1,"bad":null,"slow":2}"#, r#"["bad"]"#);
    expect("{ slowBad slow one }", r#"{"slowBad":null,"slow":2,"one":1}"#, r#"["slowBad"]"#);
    expect("{ badThing { one } one }", r#"{"badThing":null,"one":1}"#, r#"["badThing"]"#);
    expect("{ caught one }", r#"{"caught":null,"one":1}"#, r#"["caught"]"#);
    expect("{ thing { x: bad one } }", r#"{"thing":{"x":null,"one":1}}"#, r#"["thing","x"]"#);
}

#[test]
fn an_object_of_which_all_failed_is_an_object() {
    expect("{ bad }", r#"{"bad":null}"#, r#"["bad"]"#);
    expect("{ thing { bad } }", r#"{"thing":{"bad":null}}"#, r#"["thing","bad"]"#);
    expect(
        "{ thing { thing { bad } } one }",
        r#"{"thing":{"thing":{"bad":null}},"one":1}"#,
        r#"["thing","thing","bad"]"#,
    );
    expect(
        "{ thingRequired { bad slowBad } }",
        r#"{"thingRequired":{"bad":null,"slowBad":null}}"#,
        r#"["thingRequired","bad"] ["thingRequired","slowBad"]"#,
    );
    expect("{ someThings { bad } }", r#"{"someThings":[{"bad":null},null]}"#, r#"["someThings",0,"bad"]"#);
}

#[test]
fn what_may_not_be_null_makes_its_holder_null() {
    expect("{ badRequired }", "null", r#"["badRequired"]"#);
    expect("{ one badRequired }", "null", r#"["badRequired"]"#);
    expect("{ one thing { badRequired } }", r#"{"one":1,"thing":null}"#, r#"["thing","badRequired"]"#);
    expect("{ thing { one badRequired } }", r#"{"thing":null}"#, r#"["thing","badRequired"]"#);
    expect("{ thingRequired { one badRequired } }", "null", r#"["thingRequired","badRequired"]"#);
    expect("{ thingRequired { badRequired } }", "null", r#"["thingRequired","badRequired"]"#);
    expect(
        "{ slow thing { thingRequired { a: badRequired one } slow } }",
        r#"{"slow":2,"thing":null}"#,
        r#"["thing","thingRequired","a"]"#,
    );
}

#[test]
fn nothing_else_is_touched_where_there_is_nothing() {
    expect("{ none { badRequired } bad }", r#"{"none":null,"bad":null}"#, r#"["bad"]"#);
}

#[test]
fn items_of_lists() {
    let both = r#"["things",0,"bad"] ["things",1,"bad"]"#;
    expect("{ things { bad one } }", r#"{"things":[{"bad":null,"one":1},{"bad":null,"one":1}]}"#, both);
    expect("{ things { bad } }", r#"{"things":[{"bad":null},{"bad":null}]}"#, both);
    let both = r#"["things",0,"badRequired"] ["things",1,"badRequired"]"#;
    expect("{ things { one badRequired } }", "null", both);
    expect("{ things { badRequired } one }", "null", both);
    expect(
        "{ one perhapsThings { one badRequired } }",
        r#"{"one":1,"perhapsThings":null}"#,
        r#"["perhapsThings",0,"badRequired"]"#,
    );
    expect(
        "{ someThings { one badRequired } }",
        r#"{"someThings":[null,null]}"#,
        r#"["someThings",0,"badRequired"]"#,
    );
}

#[test]
fn items_that_are_leaves() {
    expect("{ one thing { numbers } }", r#"{"one":1,"thing":null}"#, r#"["thing","numbers",1]"#);
    expect("{ numbers }", "null", r#"["numbers",1]"#);
    expect("{ perhapsNumbers }", r#"{"perhapsNumbers":null}"#, r#"["perhapsNumbers",1]"#);
    expect("{ someNumbers one }", r#"{"someNumbers":[1,null,null],"one":1}"#, r#"["someNumbers",1]"#);
    expect("{ table one }", r#"{"table":[[1],null],"one":1}"#, r#"["table",1,1]"#);
}

#[test]
fn fragments_and_aliases() {
    expect(
        "{ a: slow ...f ... on Thing { c: bad } one } fragment f on Thing { d: slowBad b: thing { bad } }",
        r#"{"a":2,"d":null,"b":{"bad":null},"c":null,"one":1}"#,
        r#"["b","bad"] ["c"] ["d"]"#,
    );
}

#[test]
fn fields_that_are_selected_twice() {
    expect(
        "{ t: thing { one bad } one t: thing { slow } }",
        r#"{"t":{"one":1,"bad":null,"slow":2},"one":1}"#,
        r#"["t","bad"]"#,
    );
    expect(
        "{ things { one } x: things { bad } things { bad } }",
        r#"{"things":[{"one":1,"bad":null},{"one":1,"bad":null}],"x":[{"bad":null},{"bad":null}]}"#,
        r#"["things",0,"bad"] ["things",1,"bad"] ["x",0,"bad"] ["x",1,"bad"]"#,
    );
}

/// The executor resolves such a field twice and forgets the second answer if the first was `null`. What it forgot
/// cannot be brought back, but the answer is one that the types allow.
#[test]
fn what_the_executor_forgot_is_null() {
    let paths = r#"["thing","bad"]"#;
    expect(
        "{ thing { bad } ...f } fragment f on Thing { thing { slower } }",
        r#"{"thing":{"bad":null,"slower":null}}"#,
        paths,
    );
    expect("{ thing { bad } ...f } fragment f on Thing { thing { one } }", r#"{"thing":null}"#, paths);
    expect("{ thing { one @skip(if: true) } thing { one } }", r#"{"thing":{"one":1}}"#, "");
}

/// It may fail one time and not the other.
#[test]
fn an_error_at_a_field_makes_it_null_whatever_is_there() {
    let shapes = Shapes::of_sdl("type Query { a: A b: [A]! } type A { x: Int! }").unwrap();
    let document = parse_query("{ a { x } b { x } }").unwrap();
    let (_, operation) = document.operations.iter().next().unwrap();
    let data = Value::from_json(json!({ "a": { "x": 1 }, "b": [{ "x": 1 }, { "x": 1 }] })).unwrap();
    let at = |path: Vec<PathSegment>| ServerError { path, ..ServerError::new("failed", None) };
    let field = |key: &str| PathSegment::Field(key.to_owned());
    let errors = [at(vec![field("a")]), at(vec![field("b"), PathSegment::Index(1)])];
    let data = shapes.complete(&document, &operation.node, &Variables::default(), data, &errors);
    assert_eq!(serde_json::to_string(&data).unwrap(), r#"{"a":null,"b":[{"x":1},null]}"#);
}

#[test]
fn fields_of_a_type_are_of_that_type_alone() {
    let query = "{ pets { __typename ... on Cat { meows name } ... on Dog { name barks } } }";
    expect(
        query,
        r#"{"pets":[{"__typename":"Dog","name":"Rex","barks":null},{"__typename":"Cat","meows":true,"name":"Mia"}]}"#,
        r#"["pets",0,"barks"]"#,
    );
    expect(
        "{ pets { ... on Cat { meows name } ... on Dog { name barks } } }",
        r#"{"pets":[{"name":"Rex","barks":null},{"meows":true,"name":"Mia"}]}"#,
        r#"["pets",0,"barks"]"#,
    );
    expect(
        "{ pets { ... on Dog { barks } ... on Cat { meows } } }",
        r#"{"pets":[{"barks":null},{"meows":true}]}"#,
        r#"["pets",0,"barks"]"#,
    );
    expect(
        "{ pet(dog: true) { ... on Cat { meows } ... on Dog { barks teeth } } one }",
        r#"{"pet":null,"one":1}"#,
        r#"["pet","barks"] ["pet","teeth"]"#,
    );
    expect(
        "{ pet(dog: true) { ... on Cat { home } ... on Dog { home barks } } }",
        r#"{"pet":{"home":null,"barks":null}}"#,
        r#"["pet","barks"] ["pet","home"]"#,
    );
    expect("{ pet(dog: false) { name ... on Cat { home } } }", r#"{"pet":null}"#, r#"["pet","home"]"#);
}

/// The executor forgets where these failed.
#[test]
fn fields_of_an_interface_fail_without_a_path() {
    expect("{ pet(dog: true) { nick name } }", r#"{"pet":{"nick":null,"name":"Rex"}}"#, "[]");
    expect("{ pet(dog: true) { nick } }", r#"{"pet":{"nick":null}}"#, "[]");
    expect("{ pet(dog: true) { n: nick home } }", r#"{"pet":{"n":null,"home":null}}"#, "[] []");
    expect("{ pet(dog: false) { name home } }", r#"{"pet":{"name":"Mia","home":null}}"#, "[]");
    expect("{ pet(dog: false) { __typename nick home } }", r#"{"pet":null}"#, "[]");
    expect(
        "{ pets { __typename nick } }",
        r#"{"pets":[{"__typename":"Dog","nick":null},{"__typename":"Cat","nick":"M"}]}"#,
        "[]",
    );
}

#[test]
fn a_mutation_that_failed_does_not_stop_the_next() {
    expect(
        "mutation { first second third { bad slow } }",
        r#"{"first":1,"second":null,"third":{"bad":null,"slow":2}}"#,
        r#"["second"] ["third","bad"]"#,
    );
    expect("mutation { first second }", r#"{"first":1,"second":null}"#, r#"["second"]"#);
    expect("mutation { first secondRequired third { one } }", "null", r#"["secondRequired"]"#);
}

#[test]
fn what_is_skipped_stays_away() {
    let query = "query($no: Boolean!, $yes: Boolean!) { \
        bad @skip(if: $yes) a: bad @include(if: $no) b: bad @skip(if: $no) c: bad @include(if: $yes) \
        ... @include(if: $no) { badRequired } ...f @skip(if: $yes) d: badRequired @skip(if: true) \
        thing { bad @include(if: false) slowBad } } fragment f on Thing { badRequired }";
    let (data, paths) = completed(query, json!({ "no": false, "yes": true }));
    assert_eq!(data, r#"{"b":null,"c":null,"thing":{"slowBad":null}}"#);
    assert_eq!(paths, r#"["b"] ["c"] ["thing","slowBad"]"#);
}

#[test]
fn arguments_that_fail_are_errors_of_their_field() {
    let query = "query($x: Boolean!) { a: fails(fails: $x) b: fails(fails: false) }";
    let (data, paths) = completed(query, json!({ "x": true }));
    assert_eq!((data.as_str(), paths.as_str()), (r#"{"a":null,"b":4}"#, r#"["a"]"#));
}

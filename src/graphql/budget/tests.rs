use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use async_graphql::parser::parse_query;
use serde_json::json;

use super::*;

fn measure(text: &str) -> Result<Budget, TooComplex> {
    check(&parse_query(text).unwrap())
}

fn shapes() -> Shapes {
    let sdl = "type Query { customers: AConnection customer: A other: A a: A }
        type AConnection { nodes: [A!]! id: ID }
        interface Node { id: ID parts: [A!]! }
        type A implements Node { id: ID name: ID locations: AConnection parts: [A!]! whole: A words: [ID!]! }";
    Shapes::of_sdl(sdl).unwrap()
}

fn cost_of(text: &str, variables: serde_json::Value) -> Result<u64, TooComplex> {
    let document = parse_query(text).unwrap();
    let (_, operation) = document.operations.iter().next().unwrap();
    let variables = Variables::from_json(variables);
    let length = |of: &str, field: &str| if (of, field) == ("A", "parts") { 27 } else { 50 };
    cost(&document, &operation.node, &variables, &shapes(), &length)
}

/// `levels` fragments, each of which spreads the next one `width` times.
fn bomb(width: usize, levels: usize) -> String {
    let mut text = String::from("{ ...f0 }");
    for level in 0..levels {
        let spreads = format!("...f{} ", level + 1).repeat(width);
        write!(text, " fragment f{level} on Query {{ {spreads}}}").unwrap();
    }
    write!(text, " fragment f{levels} on Query {{ __typename }}").unwrap();
    text
}

/// The work is done quickly even in a debug build; the best of three, since the machine may be busy.
fn quickly<T>(act: impl Fn() -> T) -> T {
    let timed = || {
        let start = Instant::now();
        (act(), start.elapsed())
    };
    let (outcome, took) = [timed(), timed(), timed()].into_iter().min_by_key(|(_, took)| *took).unwrap();
    assert!(took < Duration::from_millis(50), "took {took:?}");
    outcome
}

/// A document of one field beneath the other.
fn nested(depth: usize) -> String {
    format!("{}a{}", "{a".repeat(depth - 1).replace("{a", "{ a ") + "{ ", " }".repeat(depth))
}

#[test]
fn introspection_of_the_usual_clients_passes() {
    let budget = measure(include_str!("introspection.graphql")).unwrap();
    assert!(budget.depth <= MAX_DEPTH, "{budget:?}");
    assert!(budget.selections <= MAX_SELECTIONS / 2, "{budget:?}");
    assert!(cost_of(include_str!("introspection.graphql"), json!({})).is_ok());
}

#[test]
fn fragments_count_as_often_as_they_are_spread() {
    let budget = measure("{ a { ...f } b { ...f } } fragment f on T { c d { e } }").unwrap();
    assert_eq!(budget, Budget { selections: 2 + 2 * (1 + 3), depth: 3, root_fields: 2 });
}

/// G1: aliases, and the same through a fragment.
#[test]
fn g1_aliases_are_counted_as_fields() {
    let aliases = (0..1_000).fold(String::new(), |text, n| text + &format!("a{n}: __typename "));
    let document = parse_query(format!("{{ {aliases} }}")).unwrap();
    assert_eq!(quickly(|| check(&document)), Err(TooComplex::RootFields(1_000)));
    let fragment = format!("{{ ...f }} fragment f on Query {{ {aliases} }}");
    assert_eq!(measure(&fragment), Err(TooComplex::RootFields(1_000)));
    let inline = format!("{{ ... on Query {{ {aliases} }} }}");
    assert_eq!(measure(&inline), Err(TooComplex::RootFields(1_000)));
}

/// G2: one field ten thousand times.
#[test]
fn g2_repetition_is_counted() {
    let document = parse_query(format!("{{ a {{ {} }} }}", "b ".repeat(10_000))).unwrap();
    assert_eq!(quickly(|| check(&document)), Err(TooComplex::Selections(10_001)));
}

/// G3: depth, plain and through fragments.
#[test]
fn g3_depth_is_bounded_through_fragments_too() {
    assert_eq!(measure(&nested(15)).unwrap().depth, 15);
    assert_eq!(measure(&nested(16)), Err(TooComplex::Depth(16)));
    let mut chain = String::from("{ ...f0 }");
    for n in 0..20 {
        write!(chain, " fragment f{n} on T {{ a {{ ...f{} }} }}", n + 1).unwrap();
    }
    chain += " fragment f20 on T { a }";
    assert_eq!(measure(&chain), Err(TooComplex::Depth(21)));
}

/// A chain of a thousand fragments that adds no field: no walk may recurse along it.
#[test]
fn chains_of_fragments_are_bounded() {
    let mut chain = String::from("{ ...f0 }");
    for n in 0..1_000 {
        write!(chain, " fragment f{n} on T {{ ...f{} }}", n + 1).unwrap();
    }
    chain += " fragment f1000 on T { a }";
    let document = parse_query(chain).unwrap();
    assert_eq!(quickly(|| check(&document)), Err(TooComplex::Nesting));
}

/// A fragment measured near the root is not deep there, but may be where it is spread again.
#[test]
fn nesting_counts_where_a_fragment_is_spread() {
    let inline = |n: usize, inner: &str| format!("{}{inner}{}", "... {".repeat(n), "}".repeat(n));
    let text =
        format!("{{ ...deep {} }} fragment deep on T {{ {} }}", inline(40, "...deep"), inline(40, "a"));
    assert_eq!(measure(&text), Err(TooComplex::Nesting));
}

/// G4: lists within lists.
#[test]
fn g4_lists_multiply() {
    let text = "{ customers(first: 200) { nodes { locations(first: 200) { nodes { id } } } } }";
    // 1 + 200 × (nodes + locations + 200 × (nodes + id))
    assert_eq!(cost_of(text, json!({})), Err(TooComplex::Cost(1 + 200 * (2 + 200 * 2))));
    assert_eq!(cost_of("{ customers { nodes { id } } }", json!({})), Ok(1 + 50 * 2));
    assert_eq!(cost_of("{ customer { name } }", json!({})), Ok(2));
}

/// Lists without pages multiply as well, wherever they are reached.
#[test]
fn lists_without_pages_count_for_what_they_have() {
    assert_eq!(cost_of("{ customer { parts { id } words } }", json!({})), Ok(1 + 1 + 27 + 1));
    let round = "{ a { parts { whole { parts { whole { parts { whole { parts { id } } } } } } } } }";
    assert!(matches!(cost_of(round, json!({})), Err(TooComplex::Cost(n)) if n > 27 * 27 * 27 * 27));
    // Through fragments, by whatever type they are on.
    let spread = "{ a { ...f } } fragment f on A { parts { ... on Node { parts { id } } } }";
    assert_eq!(cost_of(spread, json!({})), Ok(1 + 1 + 27 * (1 + 50)));
}

#[test]
fn the_size_of_a_page_comes_from_wherever_it_is_said() {
    let by_variable = "query($n: Int = 3) { customers(first: $n) { id } }";
    assert_eq!(cost_of(by_variable, json!({ "n": 7 })), Ok(8));
    assert_eq!(cost_of(by_variable, json!({})), Ok(4));
    assert_eq!(cost_of("query($n: Int) { customers(first: $n) { id } }", json!({})), Ok(51));
    assert_eq!(cost_of("{ other(last: 9) { id } }", json!({})), Ok(10));
    // Nonsense is for the field to refuse; here it must neither be free nor overflow.
    assert_eq!(cost_of("{ customers(first: -1) { id } }", json!({})), Ok(1));
    assert_eq!(cost_of("{ customers(first: 1000000000) { id } }", json!({})), Ok(201));
    assert_eq!(cost_of("{ customers(first: \"10\") { id } }", json!({})), Ok(51));
    assert_eq!(cost_of("{ customers(first: 99999999999999999999) { id } }", json!({})), Ok(51));
}

/// G5: fragments that contain themselves, spread or not.
#[test]
fn g5_cycles_are_found() {
    for text in [
        "{ ...a } fragment a on T { ...a }",
        "{ ...a } fragment a on T { x { ...b } } fragment b on T { ...a }",
        "{ x } fragment a on T { ...b } fragment b on T { ...a }",
    ] {
        assert_eq!(measure(text), Err(TooComplex::FragmentCycle), "{text}");
    }
    assert_eq!(TooComplex::FragmentCycle.code(), "GRAPHQL_VALIDATION_FAILED");
}

/// G6: the bombs that keep the executor busy for seconds, and one whose count overflows.
#[test]
fn g6_fragment_bombs_are_counted_not_expanded() {
    for (width, levels) in [(6, 8), (8, 8), (10, 10), (40, 60)] {
        let document = parse_query(bomb(width, levels)).unwrap();
        let found = quickly(|| check(&document));
        assert!(matches!(found, Err(TooComplex::Selections(_))), "{width}^{levels}: {found:?}");
        assert!(
            quickly(|| {
                let (_, operation) = document.operations.iter().next().unwrap();
                cost(&document, &operation.node, &Variables::default(), &shapes(), &|_, _| 50)
            })
            .is_err()
        );
    }
}

/// G7: directives, wherever they may be written.
#[test]
fn g7_directives_are_counted_everywhere() {
    let many = "@skip(if: false) ".repeat(9);
    for text in [
        format!("{{ a {many} }}"),
        format!("query {many} {{ a }}"),
        format!("query($v: Int {many}) {{ a }}"),
        format!("{{ ...f {many} }} fragment f on T {{ a }}"),
        format!("{{ ...f }} fragment f on T {many} {{ a }}"),
        format!("{{ ... {many} {{ a }} }}"),
        format!("{{ {} }}", "a { b @skip(if: false) }".repeat(51)),
    ] {
        assert_eq!(measure(&text), Err(TooComplex::Directives), "{text}");
    }
    assert!(measure(&format!("{{ a {} }}", "@skip(if: false) ".repeat(8))).is_ok());
}

/// G14 and G18: unused variables, conflicting aliases, many operations.
#[test]
fn g14_g18_variables_conflicts_and_operations_are_bounded() {
    let variables = (0..10_000).fold(String::new(), |text, n| text + &format!("$v{n}: Int "));
    assert_eq!(measure(&format!("query({variables}) {{ a }}")), Err(TooComplex::Variables(10_000)));
    let conflicts = (0..4_000).fold(String::new(), |text, n| text + &format!("a: f{n} "));
    assert_eq!(measure(&format!("{{ x {{ {conflicts} }} }}")), Err(TooComplex::Selections(4_001)));
    let operations = (0..100).fold(String::new(), |text, n| text + &format!("query q{n} {{ a }} "));
    assert_eq!(measure(&operations), Err(TooComplex::Operations(100)));
}

#[test]
fn selections_of_all_operations_add_up() {
    let text = (0..20)
        .fold(String::new(), |text, n| text + &format!("query q{n} {{ a {{ {} }} }} ", "b ".repeat(200)));
    assert_eq!(measure(&text), Err(TooComplex::Selections(20 * 201)));
}

#[test]
fn what_a_document_may_ask_for_is_what_people_are_told() {
    let thousands = MAX_COST / 1_000;
    assert_eq!(MAX_COST % 1_000, 0);
    for told in [include_str!("../../../README.md"), include_str!("../../../docs/operations.md")] {
        assert!(told.contains(&format!("{thousands},000 values")));
    }
}

#[test]
fn lists_in_the_variables_are_bounded() {
    let wanted = |kind: &str, number: usize| {
        let text = format!("{kind}($ids: [ID!], $more: A) {{ customer(ids: $ids) {{ id }} }}");
        let (one, rest) = (vec!["1"; number / 2], vec!["1"; number - number / 2]);
        cost_of(&text, json!({ "ids": one, "more": { "any": { "ids": rest } } }))
    };
    for (kind, most) in [("query", MAX_ENTRIES), ("mutation", MAX_ENTRIES_CHANGED)] {
        assert!(wanted(kind, most).is_ok());
        assert_eq!(wanted(kind, most + 1), Err(TooComplex::Entries { found: most + 1, most }));
    }
}

//! Documents made to hurt: small answers, soon.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use super::{Server, short};

#[test]
fn errors_are_few_short_and_quote_little() {
    let server = Server::start(short());
    let variables = (0..99).fold(String::new(), |text, n| text + &format!("$v{n}: Int "));
    let documents = [
        format!("query({variables}) {{ __typename }}"),
        format!("{{ {} }}", (0..50).fold(String::new(), |text, n| text + &format!("nothing{n} "))),
        format!("{{ {}", "x".repeat(20_000)),
        format!("{{ echo(text: {}) }}", "1".repeat(20_000)),
        format!("{{ echo(text: \"{}\" }}", "secret ".repeat(2_000)),
    ];
    for document in documents {
        let reply = server.ask(&document);
        reply.refused(400);
        assert!(reply.body.len() < 10 * 700, "{} bytes for {}", reply.body.len(), document.len());
    }
}

/// F1, G6: what kept the executor busy for seconds.
#[test]
fn bombs_do_not_go_off() {
    let server = Server::start(short());
    let mut bomb = String::from("{ ...f0 }");
    for level in 0..10 {
        let spreads = format!("...f{} ", level + 1).repeat(10);
        write!(bomb, " fragment f{level} on Query {{ {spreads} }}").unwrap();
    }
    bomb += " fragment f10 on Query { __typename }";
    let start = Instant::now();
    server.ask(&bomb).refused(400);
    assert!(start.elapsed() < Duration::from_millis(400), "{:?}", start.elapsed());
}

#[test]
fn introspection_works() {
    let server = Server::start(short());
    let reply = server.ask(include_str!("../../graphql/budget/introspection.graphql"));
    assert_eq!(reply.json()["data"]["__schema"]["queryType"]["name"], "Query");
}

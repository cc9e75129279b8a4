//! GraphQL over HTTP as clients use it.

use std::sync::atomic::Ordering;

use serde_json::json;

use super::{Server, short};
use crate::http::Authorization;

const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

#[test]
fn answers_a_query_in_the_type_that_was_asked_for() {
    let server = Server::start(short());
    for (headers, content_type) in [
        (&[][..], JSON),
        (&["Accept: */*"], JSON),
        (&["Accept: application/json"], JSON),
        (&["Accept: application/graphql-response+json"], GRAPHQL),
        (&["Accept: application/graphql-response+json, application/json;q=0.9"], GRAPHQL),
    ] {
        let reply = server.post(headers, &json!({ "query": "{ echo(text: \"å🏃\") }" }));
        assert_eq!((reply.status, reply.header("content-type")), (200, content_type), "{headers:?}");
        assert_eq!(reply.json(), json!({ "data": { "echo": "å🏃" } }));
        reply.dressed();
    }
    server.post(&["Accept: text/html"], &json!({ "query": "{ __typename }" })).refused(406);
}

#[test]
fn a_document_that_is_not_executed_is_400_or_for_older_clients_200() {
    let server = Server::start(short());
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ echo }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { a: __typename } query B { b: __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...a } fragment a on Query { ...a }", "GRAPHQL_VALIDATION_FAILED"),
        (&format!("{{ {} }}", "__typename ".repeat(51)), "QUERY_TOO_COMPLEX"),
    ] {
        let reply = server.ask(query);
        reply.refused(400);
        assert_eq!(reply.code(), code, "{query}");
        let older = server.post(&["Accept: application/json"], &json!({ "query": query }));
        older.refused(200);
        assert_eq!(older.code(), code, "{query}");
    }
}

#[test]
fn a_field_that_fails_leaves_the_rest() {
    let server = Server::start(short());
    let reply = server.ask("{ broken echo(text: \"x\") }");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["data"], json!({ "broken": null, "echo": "x" }));
    assert_eq!(reply.json()["errors"][0]["path"], json!(["broken"]));
    assert_eq!(reply.code(), "INTERNAL");
}

#[test]
fn outcomes_have_their_status_and_header_in_either_type() {
    let server = Server::start(short());
    for accept in ["Accept: application/json", "Accept: application/graphql-response+json"] {
        let with = |header: &str| server.post(&[accept, header], &json!({ "query": "{ __typename }" }));
        let reply = with("Authorization: Basic YTpi");
        reply.refused(401);
        assert_eq!((reply.code().as_str(), reply.header("www-authenticate")), ("UNAUTHENTICATED", "Bearer"));
        let reply = with("Access-Purpose: FORBIDDEN");
        reply.refused(403);
        assert_eq!(reply.code(), "FORBIDDEN");
        let reply = with("Access-Purpose: RATE_LIMITED");
        reply.refused(429);
        assert_eq!((reply.code().as_str(), reply.header("retry-after")), ("RATE_LIMITED", "7"));
        let reply = with("Access-Purpose: UNAVAILABLE");
        reply.refused(503);
        assert_eq!((reply.code().as_str(), reply.header("retry-after")), ("UNAVAILABLE", "1"));
    }
}

#[test]
fn get_reads_and_changes_nothing() {
    let server = Server::start(short());
    let reply = server.get("/graphql?query=query%20Q(%24t:String!)%7Becho(text:%24t)%7D&operationName=Q&variables=%7B%22t%22:%22%C3%A5%22%7D");
    assert_eq!(reply.json(), json!({ "data": { "echo": "å" } }));
    let reply = server.get("/graphql?query=mutation%7Bchange%7D");
    reply.refused(405);
    assert_eq!(reply.header("allow"), "POST");
    server.get("/graphql").refused(400);
    server.get("/graphql?query=%FF").refused(400);
    assert_eq!(server.ask("mutation { change }").json(), json!({ "data": { "change": true } }));
}

#[test]
fn what_the_headers_say_is_handed_over() {
    let server = Server::start(short());
    let headers = [
        "Authorization: Bearer a.b.c",
        "Access-Purpose: DELIVER_SERVICE",
        "Access-Reason: ärende 4711",
        "X-Request-Id: r-1",
        "X-Forwarded-For: 6.6.6.6, 192.0.2.7",
    ];
    let body = json!({ "query": "query Q { __typename }", "operationName": "Q", "variables": { "v": 1 } });
    let reply = server.post(&headers, &body);
    assert_eq!(reply.header("x-request-id"), "r-1");
    let last = server.stand_in.last.lock().unwrap().take().unwrap();
    assert!(matches!(last.head.authorization, Authorization::Bearer(_)));
    assert_eq!(last.head.purpose.as_deref(), Some("DELIVER_SERVICE"));
    assert_eq!(last.head.reason.as_deref(), Some("ärende 4711"));
    assert_eq!(last.head.request_id, "r-1");
    assert_eq!(last.head.client.to_string(), "192.0.2.7");
    assert_eq!(last.params.operation_name.as_deref(), Some("Q"));
    assert!(!last.read_only);
}

#[test]
fn headers_that_cannot_be_trusted_are_refused_before_anybody_is_asked() {
    let server = Server::start(short());
    let body = json!({ "query": "{ __typename }" });
    server.post(&["Authorization: Bearer a", "Authorization: Bearer b"], &body).refused(400);
    server.post(&["Authorization: Bearer a b"], &body).refused(400);
    server.post(&[&format!("Access-Reason: {}", "x".repeat(201))], &body).refused(400);
    assert_eq!(server.stand_in.asked.load(Ordering::Relaxed), 0);
    // An id that is not safe to repeat is replaced, not refused.
    let reply = server.post(&["X-Request-Id: <script>"], &body);
    assert_eq!((reply.status, reply.header("x-request-id").starts_with("made-")), (200, true));
}

#[test]
fn a_panic_is_an_answer_too() {
    let server = Server::start(short());
    let reply = server.ask("{ panics }");
    reply.refused(500);
    assert_eq!(reply.code(), "INTERNAL");
    assert_eq!(server.ask("{ __typename }").status, 200);
}

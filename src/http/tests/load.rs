//! Many connections, long requests, and the end.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use super::{Reply, Server, short};
use crate::http::Limits;

const SLOW: &str =
    "POST /graphql HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Type: application/json\r\n";

/// Starts a query that takes that long.
fn begin_slow(server: &Server, ms: u32) -> TcpStream {
    let body = format!(r#"{{"query":"{{ slow(ms: {ms}) }}"}}"#);
    let mut stream = server.connect();
    write!(stream, "{SLOW}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    std::thread::park_timeout(Duration::from_millis(150));
    stream
}

#[test]
fn an_answer_that_takes_too_long_is_given_up() {
    let server = Server::start(short());
    let start = Instant::now();
    let reply = Reply::read(&mut begin_slow(&server, 60_000));
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    reply.refused(503);
    assert_eq!(reply.code(), "UNAVAILABLE");
}

/// H9: with every place taken, probes still answer and others are told to come again; then places are free again.
#[test]
fn h9_a_full_server_is_seen_to_be_alive() {
    let server =
        Server::start(Limits { connections: 8, reserved: 2, headers: Duration::from_secs(3), ..short() });
    let idle: Vec<TcpStream> = (0..8).map(|_| server.connect()).collect();
    std::thread::park_timeout(Duration::from_millis(200));

    assert_eq!(server.get("/livez").status, 200);
    let reply = server.ask("{ __typename }");
    reply.refused(503);
    assert_eq!(reply.header("retry-after"), "1");
    // Even those who take the reserve and say nothing do not keep it.
    let silent: Vec<TcpStream> = (0..2).map(|_| server.connect()).collect();
    assert_eq!(server.get("/livez").status, 200);

    drop((idle, silent));
    std::thread::park_timeout(Duration::from_millis(200));
    assert_eq!(server.ask("{ __typename }").status, 200);
}

#[test]
fn a_kept_connection_serves_again_and_is_not_kept_for_ever() {
    let server = Server::start(short());
    let mut stream = server.connect();
    let mut chunk = [0; 4096];
    for _ in 0..3 {
        stream.write_all(b"GET /livez HTTP/1.1\r\nHost: t\r\n\r\n").unwrap();
        let read = stream.read(&mut chunk).unwrap();
        assert!(chunk[..read].starts_with(b"HTTP/1.1 200"));
    }
    let start = Instant::now();
    assert_eq!(stream.read(&mut chunk).unwrap_or(0), 0);
    assert!(start.elapsed() < Duration::from_secs(2));
}

/// Who asks for much and never reads it does not keep its place.
#[test]
fn a_client_that_does_not_read_loses_its_place() {
    let age = Duration::from_millis(300);
    let server = Server::start(Limits { connections: 1, connection: age, request: age, ..short() });
    let mut stream = server.connect();
    // More than fits into the system's buffers.
    stream.write_all("GET /graphiql/graphiql.js HTTP/1.1\r\nHost: t\r\n\r\n".repeat(100).as_bytes()).unwrap();
    std::thread::park_timeout(Duration::from_millis(100));
    assert_eq!(server.ask("{ __typename }").status, 503);
    std::thread::park_timeout(Duration::from_millis(1_500));
    assert_eq!(server.ask("{ __typename }").status, 200);
}

#[test]
fn a_connection_ends_when_it_is_too_old() {
    let server = Server::start(Limits { connection: Duration::from_millis(400), ..short() });
    let start = Instant::now();
    let mut stream = server.connect();
    while stream.write_all(b"GET /livez HTTP/1.1\r\nHost: t\r\n\r\n").is_ok() {
        assert!(start.elapsed() < Duration::from_secs(5), "still served");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

#[test]
fn running_requests_end_before_the_server_does() {
    let mut server = Server::start(short());
    let mut stream = begin_slow(&server, 500);
    let kept = server.connect();
    let start = Instant::now();
    server.stop();
    std::thread::park_timeout(Duration::from_millis(100));
    assert!(TcpStream::connect(server.address).is_err(), "still accepts");
    let reply = Reply::read(&mut stream);
    assert_eq!((reply.status, reply.json()["data"]["slow"].as_bool()), (200, Some(true)));
    server.wait();
    assert!(start.elapsed() < Duration::from_millis(1_500), "{:?}", start.elapsed());
    drop(kept);
}

#[test]
fn the_server_does_not_wait_for_ever() {
    let limits = Limits { grace: Duration::from_millis(200), request: Duration::from_mins(1), ..short() };
    let mut server = Server::start(limits);
    let _stream = begin_slow(&server, 60_000);
    let start = Instant::now();
    server.stop();
    server.wait();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

//! H1 to H13 of the threats: what HTTP lets strangers send.

use std::{io::Write as _, sync::atomic::Ordering, time::Duration};

use super::{Reply, Server, short};

const CHANGE: &str = r#"{"query":"mutation { change }"}"#;

/// H1: a form, a text, a file, or nothing said: what a browser sends to other sites without asking.
#[test]
fn h1_only_json_is_read() {
    let server = Server::start(short());
    for headers in [
        &[][..],
        &["Content-Type: text/plain"],
        &["Content-Type: application/x-www-form-urlencoded"],
        &["Content-Type: multipart/form-data; boundary=x"],
        &["Content-Type: application/json; charset=latin1"],
        &["Content-Type: application/json", "Content-Type: text/plain"],
    ] {
        server.send("POST /graphql", headers, CHANGE).refused(415);
    }
    assert_eq!(server.stand_in.asked.load(Ordering::Relaxed), 0);
    for content_type in ["application/json; charset=UTF-8", "Application/JSON"] {
        let header = format!("Content-Type: {content_type}");
        assert_eq!(server.send("POST /graphql", &[&header], CHANGE).status, 200, "{content_type}");
    }
}

/// H2, H13: other methods, and no welcome to other origins.
#[test]
fn h2_h13_other_methods_and_origins() {
    let server = Server::start(short());
    for method in ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
        let reply = server.send(&format!("{method} /graphql"), &["Origin: null"], "");
        reply.refused(405);
        assert_eq!(reply.header("allow"), "GET, POST");
    }
    let head = server.send("HEAD /graphql?query=%7B__typename%7D", &[], "");
    assert_eq!((head.status, head.header("allow"), head.body.len()), (405, "GET, POST", 0));
    let reply = server.send("POST /livez", &[], "");
    reply.refused(405);
    assert_eq!(reply.header("allow"), "GET,HEAD");
    server.get("/nothing/here").refused(404);
    server.get("/graphql/").refused(404);
    assert_eq!(server.stand_in.asked.load(Ordering::Relaxed), 0);
}

/// H3, H4, H5, G10: bodies that are not one request.
#[test]
fn h3_h4_h5_bodies_that_are_not_a_request() {
    let server = Server::start(short());
    let nested = format!("{{\"query\":\"{{a}}\",\"variables\":{}", "{\"a\":".repeat(10_000));
    for body in [
        &b""[..],
        b"null",
        b"1",
        b"\"x\"",
        b"[]",
        br#"[{"query":"{ __typename }"},{"query":"{ __typename }"}]"#,
        b"{",
        b"{}",
        br#"{"query":"{ __typename }"} x"#,
        br#"{"query":"{ __typename }","query":"mutation { change }"}"#,
        br#"{"query":"{ __typename }","variables":{"a":1,"a":2}}"#,
        b"\xef\xbb\xbf{\"query\":\"{ __typename }\"}",
        b"{\"query\":\"{ __typename }\"} // no",
        b"{\"query\":\"{ __typename } # \xff\"}",
        b"{\"query\":\"{ __typename } # \xc0\xaf\"}",
        br#"{"query":"{ __typename } # \ud800"}"#,
        br#"{"query":"query($t: String!) { echo(text: $t) }","variables":{"t":"\u0000"}}"#,
        nested.as_bytes(),
    ] {
        let reply = server.send("POST /graphql", &["Content-Type: application/json"], body);
        reply.refused(400);
        assert_eq!(reply.code(), "BAD_USER_INPUT");
    }
    assert_eq!(server.stand_in.asked.load(Ordering::Relaxed), 0);
}

/// H7: large bodies, said or not said to be large, and packed ones.
#[test]
fn h7_large_and_packed_bodies() {
    let server = Server::start(short());
    let reply = server.raw(b"POST /graphql HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n{");
    reply.refused(413);

    let mut chunked = b"POST /graphql HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..17 {
        chunked.extend_from_slice(b"1000\r\n");
        chunked.extend_from_slice(&[b' '; 0x1000]);
        chunked.extend_from_slice(b"\r\n");
    }
    server.raw(&chunked).refused(413);

    let headers = ["Content-Type: application/json", "Content-Encoding: gzip"];
    server.send("POST /graphql", &headers, "\x1f\u{8b}").refused(415);
    assert_eq!(server.stand_in.asked.load(Ordering::Relaxed), 0);
}

/// H10: two opinions about where a request ends. At most one of them is followed, and the connection ends.
#[test]
fn h10_requests_are_not_smuggled() {
    let server = Server::start(short());
    let head = "POST /graphql HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n";
    let smuggled = "GET /livez HTTP/1.1\r\nHost: t\r\n\r\n";
    for (framing, body) in [
        ("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n", "0\r\n\r\n"),
        ("Content-Length: 2\r\nContent-Length: 3\r\n\r\n", "{}"),
        ("Content-Length: +2\r\n\r\n", "{}"),
        ("Transfer-Encoding: chunked, identity\r\n\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\n\r\n", "x\r\n{}\r\n0\r\n\r\n"),
        ("X-Folded: a\r\n b\r\nContent-Length: 2\r\n\r\n", "{}"),
        ("X-Space : a\r\nContent-Length: 2\r\n\r\n", "{}"),
    ] {
        let reply = server.raw(format!("{head}{framing}{body}{smuggled}"));
        assert_eq!(reply.status, 400, "{framing:?}: {reply:?}");
        assert!(!String::from_utf8_lossy(&reply.body).contains("alive"), "{framing:?}: {reply:?}");
    }
}

/// H11: headers that are too large, too many, or not headers.
#[test]
fn h11_headers_out_of_bounds() {
    let server = Server::start(short());
    let get = |headers: &str| {
        server.raw(format!("GET /livez HTTP/1.1\r\nHost: t\r\nConnection: close\r\n{headers}\r\n"))
    };
    assert_eq!(get("X-Fine: x\r\n").status, 200);
    assert_eq!(get(&format!("X-Large: {}\r\n", "x".repeat(64 * 1024))).status, 431);
    assert_eq!(get(&"X-Many: x\r\n".repeat(1_000)).status, 431);
    assert_eq!(get("X-Nul: a\0b\r\n").status, 400);
    assert_eq!(get("X-Return: a\rb\r\n").status, 400);
    let long = server.raw(format!("GET /{} HTTP/1.1\r\nHost: t\r\n\r\n", "x".repeat(100_000)));
    assert!([414, 431].contains(&long.status), "{long:?}");
}

/// H8: a connection that never finishes its headers, one that says nothing, and a body in drips.
#[test]
fn h8_slow_requests_are_cut_off() {
    let server = Server::start(short());
    let slow_headers = || {
        let mut stream = server.connect();
        let start = std::time::Instant::now();
        let _ = stream.write_all(b"GET /livez HTTP/1.1\r\nHost: t\r\n");
        while start.elapsed() < Duration::from_secs(5) && stream.write_all(b"X-Drip: x\r\n").is_ok() {
            std::thread::park_timeout(Duration::from_millis(50));
        }
        start.elapsed()
    };
    assert!(slow_headers() < Duration::from_secs(2));

    let start = std::time::Instant::now();
    assert_eq!(Reply::read(&mut server.connect()).status, 0);
    assert!(start.elapsed() < Duration::from_secs(2));

    let mut stream = server.connect();
    let start = std::time::Instant::now();
    let head =
        "POST /graphql HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut dripping = stream.try_clone().unwrap();
    let drips = std::thread::spawn(move || {
        while start.elapsed() < Duration::from_secs(5) && dripping.write_all(b" ").is_ok() {
            std::thread::park_timeout(Duration::from_millis(50));
        }
    });
    let reply = Reply::read(&mut stream);
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    reply.refused(408);
    drop(stream);
    drips.join().unwrap();
}

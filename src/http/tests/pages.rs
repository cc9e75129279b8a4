//! Probes, pages and the IDE.

use std::sync::atomic::Ordering;

use metrics_exporter_prometheus::PrometheusBuilder;

use super::{Server, short};

#[test]
fn probes_tell_alive_from_ready() {
    let server = Server::start(short());
    assert_eq!(server.get("/livez").status, 200);
    assert_eq!(server.get("/readyz").status, 200);
    server.stand_in.ready.store(false, Ordering::Relaxed);
    let reply = server.get("/readyz");
    reply.refused(503);
    assert!(!String::from_utf8_lossy(&reply.body).contains("database"), "{reply:?}");
    assert_eq!(server.get("/livez").status, 200);
    let metrics = server.get("/metrics");
    assert_eq!(
        (metrics.status, metrics.header("content-type")),
        (200, "text/plain; version=0.0.4; charset=utf-8")
    );
}

#[test]
fn pages_are_served_with_a_policy_and_from_here_alone() {
    let server = Server::start(short());
    for path in ["/", "/graphiql"] {
        let page = server.get(path);
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(!policy.contains("unsafe-eval") && !policy.contains("http"), "{policy}");
        page.dressed();
    }
}

#[test]
fn the_ide_is_served_packed() {
    let server = Server::start(short());
    for (path, kind) in [("/graphiql/graphiql.js", "text/javascript"), ("/graphiql/graphiql.css", "text/css")]
    {
        let file = server.send(&format!("GET {path}"), &["Accept-Encoding: gzip, br"], "");
        assert_eq!(
            (file.status, file.header("content-type"), file.header("content-encoding")),
            (200, kind, "gzip")
        );
        assert_eq!(file.body[..2], [0x1f, 0x8b]);
        server.send(&format!("GET {path}"), &["Accept-Encoding: identity"], "").refused(406);
    }
}

#[test]
fn requests_are_counted_by_route_and_status() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    // One for the whole test binary; other tests count here as well.
    if metrics::set_global_recorder(recorder).is_err() {
        return;
    }
    let server = Server::start(short());
    server.get("/livez?secret=1");
    server.get("/etc/passwd");
    let text = handle.render();
    assert!(text.contains(r#"http_requests_total{path="/livez",status="200"}"#), "{text}");
    assert!(text.contains(r#"http_requests_total{path="other",status="404"}"#), "{text}");
    assert!(text.contains("http_request_seconds"), "{text}");
    assert!(!text.contains("secret") && !text.contains("passwd"), "{text}");
}

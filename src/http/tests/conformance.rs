//! The audits of the npm package `graphql-http`, run against the real server.

use std::process::Command;

use super::{Server, short};

#[test]
#[ignore = "needs node and `npm ci` in tests/http_conformance"]
fn the_audits_of_graphql_http_pass() {
    let server = Server::start(short());
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http_conformance");
    let url = format!("http://{}/graphql", server.address);
    let status = Command::new("node").arg("run.mjs").arg(url).current_dir(folder).status().unwrap();
    assert!(status.success());
}

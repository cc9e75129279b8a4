//! The real server on a port of its own, driven by raw sockets, with a stand-in for what it asks.

mod attacks;
mod documents;
mod load;
mod pages;
mod protocol;
mod stand_in;

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime::Runtime, sync::oneshot, task::JoinHandle};

use self::stand_in::StandIn;
use super::{Limits, Network, Probes, Site, TrustedProxies, router, serve};

/// Limits that a test can wait for.
fn short() -> Limits {
    Limits {
        headers: Duration::from_millis(300),
        request: Duration::from_millis(800),
        grace: Duration::from_secs(2),
        body_bytes: 64 * 1024,
        ..Limits::default()
    }
}

/// A running server. Stops when dropped.
struct Server {
    address: SocketAddr,
    stand_in: Arc<StandIn>,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<std::io::Result<()>>>,
    runtime: Runtime,
}

impl Server {
    fn start(limits: Limits) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let stand_in = Arc::new(StandIn::default());
        let asked = Arc::clone(&stand_in);
        let count = AtomicU32::new(0);
        let site = Site {
            answer: Arc::clone(&stand_in),
            probes: Probes {
                ready: Arc::new(move || {
                    let ready = asked.ready.load(Ordering::Relaxed);
                    Box::pin(async move { if ready { Ok(()) } else { Err("no database".to_owned()) } })
                }),
                metrics: PrometheusBuilder::new().build_recorder().handle(),
            },
            new_request_id: Arc::new(move || format!("made-{}", count.fetch_add(1, Ordering::Relaxed))),
            proxies: TrustedProxies::new(vec!["127.0.0.1".parse::<Network>().unwrap()]),
        };
        let router = router(site, &limits, axum::Router::new());
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = runtime.spawn(serve(listener, router, limits, async { drop(stopped.await) }));
        Self { address, stand_in, stop: Some(stop), served: Some(served), runtime }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream
    }

    /// Sends bytes as they are and reads until the server closes.
    fn raw(&self, request: impl AsRef<[u8]>) -> Reply {
        let mut stream = self.connect();
        // The server may refuse and close before it has read everything.
        let _ = stream.write_all(request.as_ref());
        Reply::read(&mut stream)
    }

    /// A request with these header lines, closed after its answer.
    fn send(&self, line: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Reply {
        let body = body.as_ref();
        let mut request = format!("{line} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n").into_bytes();
        for header in headers {
            request.extend_from_slice(format!("{header}\r\n").as_bytes());
        }
        request.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
        request.extend_from_slice(body);
        self.raw(request)
    }

    fn get(&self, path: &str) -> Reply {
        self.send(&format!("GET {path}"), &[], "")
    }

    /// A well-formed `POST`, with more header lines.
    fn post(&self, headers: &[&str], body: &Value) -> Reply {
        let mut all = vec!["Content-Type: application/json"];
        all.extend(headers);
        self.send("POST /graphql", &all, body.to_string())
    }

    /// A document, for the media type in which the status tells what became of it.
    fn ask(&self, query: &str) -> Reply {
        self.post(&["Accept: application/graphql-response+json"], &json!({ "query": query }))
    }

    fn stop(&mut self) {
        drop(self.stop.take());
    }

    fn wait(&mut self) {
        let served = self.served.take().unwrap();
        self.runtime.block_on(served).unwrap().unwrap();
    }
}

/// What came back on a connection.
#[derive(Debug)]
struct Reply {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Reply {
    fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        // A reset after a refusal takes nothing away from what arrived before.
        let _ = stream.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|it| it == b"\r\n\r\n");
        let Some(end) = end else { return Self { status: 0, headers: BTreeMap::new(), body: bytes } };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers =
            lines.filter_map(|line| line.split_once(": ")).map(|(k, v)| (k.to_lowercase(), v.to_owned()));
        Self { status, headers: headers.collect(), body: bytes[end + 4..].to_vec() }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// An error as every client can read it, with that status.
    #[track_caller]
    fn refused(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        let json = self.json();
        let errors = json["errors"].as_array().unwrap();
        assert!((1..=10).contains(&errors.len()), "{json}");
        for error in errors {
            assert!(error["message"].as_str().unwrap().chars().count() <= 501, "{json}");
            assert!(error["extensions"]["code"].is_string(), "{json}");
        }
        assert!(json.get("data").is_none(), "{json}");
        assert!(self.header("content-type").starts_with("application/"), "{self:?}");
        self.dressed();
    }

    /// The headers that every response has.
    #[track_caller]
    fn dressed(&self) {
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        assert_eq!(self.header("referrer-policy"), "no-referrer");
        assert!(!self.header("x-request-id").is_empty(), "{self:?}");
        assert_eq!(self.header("access-control-allow-origin"), "");
    }
}

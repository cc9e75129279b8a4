//! Third parties to ask, on this machine.

use super::super::{Sender, ThirdParty, client};
use crate::connector::{
    Answer, Failure,
    http::{
        Egress,
        resolver::SystemNames,
        testing::{NOW, OLD, at, call, keys},
    },
    testing::{CERTIFICATE, tls_server},
};
use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Response, request::Parts},
};
use entity::enums::SubjectKeyKind;
use reqwest::{Certificate, Url, dns::Resolve};
use secrecy::SecretString;
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::net::{TcpListener, TcpStream};

/// Shows in whatever prints it.
pub const TOKEN: &str = "s3cret-token";

/// A server that answers over http, and remembers what it was asked.
pub struct Server {
    pub url: String,
    heard: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
}

impl Server {
    /// Answers each request with what `answer` makes of its body.
    pub async fn answering<F>(answer: F) -> Self
    where
        F: Fn(&HeaderMap, &Bytes) -> Response<Body> + Clone + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/dsr?key=s3cret", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&heard);
        let router = Router::new().fallback(async move |parts: Parts, body: Bytes| {
            let response = answer(&parts.headers, &body);
            list.lock().unwrap().push((parts.headers, body));
            response
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, heard }
    }

    /// Answers with this.
    pub async fn saying(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let (headers, body) = (headers.collect::<Vec<_>>(), body.to_owned());
        Self::answering(move |_, _| {
            let response = Response::builder().status(status);
            let with = |response: axum::http::response::Builder, (name, value): &(String, String)| {
                response.header(name, value)
            };
            headers.iter().fold(response, with).body(Body::from(body.clone())).unwrap()
        })
        .await
    }

    pub fn heard(&self) -> Vec<(HeaderMap, Bytes)> {
        self.heard.lock().unwrap().clone()
    }
}

/// A listener that counts who connects, and hands each connection to `then`.
pub async fn listening<F>(
    address: &str,
    then: impl Fn(TcpStream) -> F + Send + 'static,
) -> (SocketAddr, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind(address).await.unwrap();
    let (at, count) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counting = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counting.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(then(stream));
        }
    });
    (at, count)
}

/// Answers over https as `party.example`, with this answer, one request for each connection.
pub async fn https(address: &str, answer: &'static str) -> (SocketAddr, Arc<AtomicUsize>) {
    let acceptor = tls_server();
    listening(address, move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let service = hyper::service::service_fn(async |_| {
                let response = Response::builder().header("connection", "close");
                response.body(Body::from(answer))
            });
            let io = hyper_util::rt::TokioIo::new(stream);
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
        }
    })
    .await
}

/// This machine's IPv4 addresses are allowed, as an operator may.
pub fn here() -> Egress {
    Egress::allowing(["127.0.0.0/8".parse().unwrap()])
}

pub fn party(url: &str) -> ThirdParty {
    ThirdParty {
        destination: here().check(url).unwrap(),
        keys: keys(OLD),
        authorization: Some(SecretString::from(TOKEN.to_owned())),
        known_by: SubjectKeyKind::Email,
        timeout: Duration::from_secs(10),
    }
}

/// A sender that trusts the certificate of these tests, and asks `names`.
pub fn trusting(egress: Egress, names: Arc<dyn Resolve>) -> Sender {
    let certificate = Certificate::from_pem(CERTIFICATE.as_bytes()).unwrap();
    Sender::with(client(&egress, names).tls_certs_only([certificate]), egress).unwrap()
}

/// Makes one attempt, and looks through what comes of it for what nobody may be shown.
pub async fn ask(sender: &Sender, party: &ThirdParty) -> Result<Answer, Failure> {
    let callback = Url::parse("https://kartotek.example/callbacks/1").unwrap();
    let answer = sender.ask(party, &call(), at(NOW - 60), Some(&callback), at(NOW)).await;
    let shown = format!("{answer:?} {party:?} {sender:?}");
    for hidden in ["s3cret", "anna@example.com", "whsec", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "/dsr"] {
        assert!(!shown.contains(hidden), "{hidden} is in {shown}");
    }
    answer
}

/// As [`ask`], of a server on this machine.
pub async fn ask_here(party: &ThirdParty) -> Result<Answer, Failure> {
    ask(&trusting(here(), Arc::new(SystemNames)), party).await
}

pub fn passes(answer: &Result<Answer, Failure>) -> bool {
    matches!(answer, Err(Failure::Passing { .. }))
}

pub fn lasts(answer: &Result<Answer, Failure>) -> bool {
    matches!(answer, Err(Failure::Lasting { .. }))
}

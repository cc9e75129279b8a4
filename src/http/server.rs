//! Accepts connections, and lets none of them cost more than its share.
//!
//! `axum::serve` waits for headers for ever and accepts without end, so that a few hundred idle sockets are enough to
//! keep others out.

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::timeout,
};
use tower::ServiceExt;

use super::{client::Peer, limits::Limits};

/// In the extensions of requests that came while every ordinary place was taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crowded;

/// Memory for what a connection has sent and nobody has read yet.
const BUFFER: usize = 64 * 1024;
/// In the reserve, every place is wanted by somebody else.
const HEADERS_WHEN_CROWDED: Duration = Duration::from_secs(1);
/// After an accept that failed, for lack of file descriptors as a rule.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` until `shutdown` is done, then lets running requests end for as long as `limits.grace`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let places = Places::new(&limits);
    let limits = Arc::new(limits);
    let (stop, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);

    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => continue,
            accepted = places.accept(&listener) => accepted,
        };
        match accepted {
            Ok((stream, peer, place)) => {
                let connection =
                    Connection { peer, place, router: router.clone(), limits: Arc::clone(&limits) };
                connections.spawn(connection.attend(stream, stopped.clone()));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections, will try again");
                if timeout(PAUSE, &mut shutdown).await.is_ok() {
                    break;
                }
            }
        }
    }

    drop(listener);
    drop(stop);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if timeout(limits.grace, all_ended).await.is_err() {
        tracing::warn!(connections = connections.len(), "requests were cut off at shutdown");
        connections.shutdown().await;
    }
    Ok(())
}

/// The client went away before it was accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// The right to one connection, given back when dropped.
enum Place {
    Ordinary { _permit: OwnedSemaphorePermit },
    Reserved { _permit: OwnedSemaphorePermit },
}

struct Places {
    ordinary: Arc<Semaphore>,
    reserved: Arc<Semaphore>,
}

impl Places {
    fn new(limits: &Limits) -> Self {
        // Without a reserve nothing could ever be accepted.
        let reserved = limits.reserved.max(1);
        Self {
            ordinary: Arc::new(Semaphore::new(limits.connections)),
            reserved: Arc::new(Semaphore::new(reserved)),
        }
    }

    /// Waits for a place first: connections that nobody has room for wait in the system's queue, where they cost
    /// nothing here.
    async fn accept(&self, listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr, Place)> {
        let reserved = Arc::clone(&self.reserved).acquire_owned().await.map_err(io::Error::other)?;
        let (stream, peer) = listener.accept().await?;
        let place = match Arc::clone(&self.ordinary).try_acquire_owned() {
            Ok(permit) => Place::Ordinary { _permit: permit },
            Err(_) => Place::Reserved { _permit: reserved },
        };
        Ok((stream, peer, place))
    }
}

struct Connection {
    peer: SocketAddr,
    place: Place,
    router: Router,
    limits: Arc<Limits>,
}

impl Connection {
    /// Answers the requests of one connection until it ends, grows too old, or the server stops.
    async fn attend(self, stream: TcpStream, mut stopped: watch::Receiver<()>) {
        let crowded = matches!(self.place, Place::Reserved { .. });
        // Answers are written whole; waiting to fill a packet only delays them. Failing to say so does no harm.
        let _ = stream.set_nodelay(true);

        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(self.peer.ip()));
            if crowded {
                request.extensions_mut().insert(Crowded);
            }
            self.router.clone().oneshot(request.map(Body::new))
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(if crowded { HEADERS_WHEN_CROWDED } else { self.limits.headers })
            .max_header_size(self.limits.header_bytes)
            .max_buf_size(BUFFER)
            .keep_alive(!crowded)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();

        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = timeout(self.limits.connection, connection.as_mut()) => ended.ok(),
            _ = stopped.changed() => None,
        };
        let ended = if let Some(ended) = ended {
            ended
        } else {
            connection.as_mut().graceful_shutdown();
            let last = self.limits.request + self.limits.headers;
            timeout(last, connection).await.unwrap_or(Ok(()))
        };
        if let Err(error) = ended {
            // Everyday life on a network: resets, timeouts, nonsense instead of HTTP.
            tracing::debug!(%error, "a connection ended badly");
        }
    }
}

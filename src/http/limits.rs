//! What one server takes on.

use std::time::Duration;

/// How much, how large and how long. Every number bounds what strangers can make the server hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Connections beyond those, in which only probes are answered: a full server is still seen to be alive.
    pub reserved: usize,
    /// For the headers of a request to arrive, and for a kept connection to wait for its next request.
    pub headers: Duration,
    /// Headers of one request, its first line included.
    pub header_bytes: usize,
    /// For a whole request: until its body is here, and then until its answer is ready.
    pub request: Duration,
    /// The body of one request.
    pub body_bytes: usize,
    /// For a connection, however busy. Ends those whose client does not take what it asked for.
    pub connection: Duration,
    /// For running requests to end when the server is told to.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1_024,
            reserved: 16,
            headers: Duration::from_secs(5),
            header_bytes: 16 * 1024,
            request: Duration::from_secs(30),
            body_bytes: 1024 * 1024,
            connection: Duration::from_mins(10),
            grace: Duration::from_secs(20),
        }
    }
}

//! Bytes: HTTP in, HTTP out. What a request means and who may ask it is for whoever implements [`Answer`]; here it is
//! bounded, read strictly, handed over, and its outcome written down.

mod answer;
mod answers;
mod callbacks;
mod client;
mod console;
mod envelope;
mod follow;
mod graphql;
mod headers;
mod identify;
mod json;
mod limits;
mod log;
mod negotiate;
mod params;
mod probes;
mod refusal;
mod reject;
mod rejections;
mod reply;
mod reports;
mod router;
mod server;
mod ws;

pub use answer::{Answer, Authorization, Head, Incoming, Outcome, OutcomeKind, Params};
pub use answers::{Answers, routes as answer_routes};
pub use callbacks::{Callbacks, routes as callback_routes};
pub use client::{Network, NotANetwork, Peer, TrustedProxies};
pub use envelope::{NewRequestId, RequestId};
pub use identify::Front;
pub use limits::Limits;
pub use log::routes as log_routes;
pub use probes::{Probes, ReadyCheck};
pub use refusal::Refusal;
pub use reports::{Reports, routes as report_routes};
pub use router::{Site, router};
pub use server::serve;
pub use ws::{Sockets, routes as socket_routes};

#[cfg(test)]
mod tests;

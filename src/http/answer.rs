//! The seam between bytes and meaning: what `http` hands over, and what it gets back.

use std::net::IpAddr;

use async_graphql::{Response, Variables};
use secrecy::SecretString;

use super::refusal::Refusal;

/// Answers GraphQL requests. `graphql::Api` does; tests may stand in for it.
pub trait Answer: Send + Sync + 'static {
    /// Everything between a parsed HTTP request and bytes: authenticates, authorizes, executes, records, releases.
    ///
    /// The future may be dropped at any await: when the client leaves, and when the deadline of the request passes.
    fn answer(&self, request: Incoming) -> impl Future<Output = Outcome> + Send;

    /// The same for a request in which something is malformed: authenticates, records, and says what is wrong.
    fn refuse(&self, head: Head, malformed: Refusal) -> impl Future<Output = Outcome> + Send;
}

/// A well-formed GraphQL request and who says what about it.
#[derive(Debug)]
pub struct Incoming {
    /// Who says what about it.
    pub head: Head,
    /// What is asked.
    pub params: Params,
    /// By `GET`: nothing may be changed, so that a link or an image cannot change anything.
    pub read_only: bool,
}

/// Who asks, and what they say about it.
#[derive(Clone, Debug)]
pub struct Head {
    /// What the caller shows of who they are.
    pub authorization: Authorization,
    /// `Access-Purpose`: why the data is wanted.
    pub purpose: Option<String>,
    /// `Access-Reason`: free text such as a ticket number; one line, at most 200 characters.
    pub reason: Option<String>,
    /// `X-Request-Id`, or one made here. It is in the answer's headers already.
    pub request_id: String,
    /// Where the request comes from, as far as trusted proxies say.
    pub client: IpAddr,
}

/// The parameters of GraphQL over HTTP. `extensions` is checked for its form and otherwise ignored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params {
    /// The document. Not yet parsed; within the body's limit but not within the document's.
    pub query: String,
    /// Which of the document's operations.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: Variables,
}

/// The request's `Authorization`. Never in a `Debug` output.
#[derive(Clone, Debug)]
pub enum Authorization {
    /// There is none.
    Absent,
    /// A bearer token, unverified.
    Bearer(SecretString),
    /// Another scheme, or no token in it. Somebody tried to sign in: to be recorded and refused like a bad token.
    Unusable,
}

/// An answer and what became of the request.
#[derive(Debug)]
pub struct Outcome {
    /// What goes to the client. Its `data` only goes when the kind is [`OutcomeKind::Executed`].
    pub response: Response,
    /// What became of the request.
    pub kind: OutcomeKind,
}

/// What became of a request: decides the status, and the code of errors that bring none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeKind {
    /// Executed, with or without errors in it.
    Executed,
    /// It is no GraphQL request at all, or its headers are not what they must be.
    Malformed,
    /// The document is not GraphQL.
    ParseFailed,
    /// The document does not fit the schema, or the variables do not fit the document, or it is unclear which
    /// operation is meant.
    ValidationFailed,
    /// No token where one is needed, or a bad one.
    Unauthenticated,
    /// The caller may not do that at all.
    Forbidden,
    /// Over the document's budget.
    TooComplex,
    /// Not a query, by `GET`.
    NotAllowedOverGet,
    /// Too fast.
    RateLimited {
        /// When to come again.
        retry_after_s: u32,
    },
    /// It could not be done now; above all: it could not be recorded.
    Unavailable,
}

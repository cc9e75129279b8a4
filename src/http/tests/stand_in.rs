//! Answers with a small schema, recording what it was given.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_graphql::{
    EmptySubscription, Object, Request, Response, Schema, ServerError, parser::types::OperationType,
};

use crate::{
    graphql::documents::{Documents, ParseFailed},
    http::{Answer, Authorization, Head, Incoming, Outcome, OutcomeKind, Refusal},
};

struct Query;

#[Object]
impl Query {
    /// Repeats what it is given.
    async fn echo(&self, text: String) -> String {
        text
    }

    /// Fails without a code. The error is in the value: one in its place would leave the field out of the answer.
    async fn broken(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err("it broke".into()))
    }

    /// Takes longer than a test waits.
    async fn slow(&self, ms: u64) -> bool {
        tokio::time::timeout(Duration::from_millis(ms), std::future::pending::<()>()).await.is_err()
    }

    async fn panics(&self) -> bool {
        "neither".parse().unwrap()
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn change(&self) -> bool {
        true
    }
}

/// See the module.
pub(super) struct StandIn {
    schema: Schema<Query, Mutation, EmptySubscription>,
    documents: Documents,
    /// Whether `/readyz` is to say so.
    pub ready: AtomicBool,
    /// How many requests arrived.
    pub asked: AtomicUsize,
    /// The last request.
    pub last: Mutex<Option<Incoming>>,
}

impl Default for StandIn {
    fn default() -> Self {
        Self {
            schema: Schema::build(Query, Mutation, EmptySubscription).finish(),
            documents: Documents::new(),
            ready: AtomicBool::new(true),
            asked: AtomicUsize::new(0),
            last: Mutex::new(None),
        }
    }
}

impl Answer for StandIn {
    async fn answer(&self, request: Incoming) -> Outcome {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let params = request.params.clone();
        let read_only = request.read_only;
        let signed_in = !matches!(request.head.authorization, Authorization::Unusable);
        let purpose = request.head.purpose.clone();
        *self.last.lock().unwrap() = Some(request);

        let empty = |kind| Outcome { response: Response::default(), kind };
        if !signed_in {
            return empty(OutcomeKind::Unauthenticated);
        }
        match purpose.as_deref() {
            Some("FORBIDDEN") => return empty(OutcomeKind::Forbidden),
            Some("RATE_LIMITED") => return empty(OutcomeKind::RateLimited { retry_after_s: 7 }),
            Some("UNAVAILABLE") => return empty(OutcomeKind::Unavailable),
            _ => {}
        }
        let parsed = match self.documents.get_or_parse(&params.query) {
            Ok(parsed) => parsed,
            Err(error) => {
                let kind = match &error {
                    ParseFailed::TooComplex(_) => OutcomeKind::TooComplex,
                    _ => OutcomeKind::ParseFailed,
                };
                let mut server_error = ServerError::new(error.to_string(), None);
                server_error.extensions.get_or_insert_default().set("code", error.code());
                return Outcome { response: Response::from_errors(vec![server_error]), kind };
            }
        };
        let mut operations = parsed.document.operations.iter();
        if read_only && operations.any(|(_, it)| it.node.ty != OperationType::Query) {
            return empty(OutcomeKind::NotAllowedOverGet);
        }
        let mut request = Request::new(params.query).variables(params.variables);
        request.operation_name = params.operation_name;
        request.set_parsed_query(parsed.document.clone());
        #[expect(clippy::disallowed_methods, reason = "the stand-in has nothing to release")]
        let response = self.schema.execute(request).await;
        let refused = response.is_err() && response.errors.iter().all(|error| error.path.is_empty());
        let kind = if refused { OutcomeKind::ValidationFailed } else { OutcomeKind::Executed };
        Outcome { response, kind }
    }

    async fn refuse(&self, _: Head, malformed: Refusal) -> Outcome {
        let response = Response::from_errors(vec![malformed.into_error()]);
        Outcome { response, kind: OutcomeKind::Malformed }
    }
}

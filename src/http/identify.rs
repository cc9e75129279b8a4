//! Who asks, and what for: from the request's headers to a session.

use super::{
    answer::{Answer, Authorization, Head, Incoming, Outcome, OutcomeKind},
    refusal::Refusal,
    rejections::{Rejections, Why},
};
use crate::{
    access::{Caller, Door, Released, Stop},
    auth::{Identity, Rejected, TokenVerifier},
    domain::customer::IdOfReference,
    graphql::{Answered, Api, Became, Question},
    policy::{self, Actor, Reference, Role},
};
use async_graphql::{Pos, Response};
use entity::enums::ActorKind;
use secrecy::ExposeSecret;
use std::sync::Arc;
use tracing::Instrument;

/// Answers requests: knows who vouches for tokens, and has the API answer whom it let in.
#[derive(Clone, Debug)]
pub struct Front {
    pub door: Arc<Door>,
    pub verifier: Arc<TokenVerifier>,
    pub api: Api,
    pub(super) rejections: Arc<Rejections>,
}

impl Front {
    /// One that has turned nobody away yet.
    #[must_use]
    pub fn new(door: Arc<Door>, verifier: Arc<TokenVerifier>, api: Api) -> Self {
        Self { door, verifier, api, rejections: Arc::default() }
    }
}

impl Answer for Front {
    async fn answer(&self, request: Incoming) -> Outcome {
        let question = Question {
            document: request.params.query,
            operation_name: request.params.operation_name,
            variables: request.params.variables,
            over_get: request.read_only,
            follows: None,
        };
        self.finish(request.head, Ok(question)).await
    }

    async fn refuse(&self, head: Head, malformed: Refusal) -> Outcome {
        self.finish(head, Err(malformed)).await
    }
}

/// Who is not let in, and what they are answered.
struct Refused {
    why: Why,
    /// Whom a good token names.
    bearer: Option<Actor>,
    outcome: Outcome,
}

impl Front {
    pub(super) async fn finish(&self, head: Head, asked: Result<Question, Refusal>) -> Outcome {
        let (front, request_id) = (self.clone(), head.request_id.clone());
        // A client that leaves does not decide how far its request got: what began is finished, and on record.
        let span = tracing::Span::current();
        let answer = tokio::spawn(async move { front.released(head, asked).await }.instrument(span));
        answer.await.map_or_else(
            |panicked| {
                tracing::error!(request_id, panic = panicked.is_panic(), "an answer was not finished");
                outcome(OutcomeKind::Unavailable, "INTERNAL", "Something broke. Its request id is on record.")
            },
            Released::into_inner,
        )
    }

    /// Whether they are let in, before they ask for anything: whom they are counted as, or what they are told. That they were not is on
    /// record.
    pub(super) async fn admit(&self, head: &Head) -> Result<String, Outcome> {
        match self.caller(head).await {
            Ok(caller) => Ok(format!("{} {}", caller.actor.issuer, caller.actor.subject)),
            Err(Refused { why, bearer, outcome }) => {
                let origin = (head.client, head.request_id.clone());
                Err(self.reject((why, bearer), origin, outcome, unavailable).await.into_inner())
            }
        }
    }

    async fn released(&self, head: Head, asked: Result<Question, Refusal>) -> Released<Outcome> {
        let caller = match self.caller(&head).await {
            Ok(caller) => caller,
            Err(Refused { why, bearer, outcome }) => {
                let origin = (head.client, head.request_id);
                return self.reject((why, bearer), origin, outcome, unavailable).await;
            }
        };
        let session = self.door.session(caller);
        match asked {
            Ok(question) => self.api.answer(session, question).await,
            Err(malformed) => self.api.refuse(session, malformed.into_error()).await,
        }
        .map(answered)
    }

    async fn caller(&self, head: &Head) -> Result<Caller, Refused> {
        let identity = match &head.authorization {
            Authorization::Absent => {
                return Err(unauthenticated("Send a token: `Authorization: Bearer …`."));
            }
            Authorization::Unusable => {
                return Err(unauthenticated("This is no bearer token: `Authorization: Bearer …`."));
            }
            Authorization::Bearer(token) => {
                let now = self.door.now().timestamp();
                self.verifier.verify(token.expose_secret(), now).await.map_err(rejected)?
            }
        };
        let actor = self.actor(identity).await.map_err(|stop| Refused {
            why: Why::Unavailable,
            bearer: None,
            outcome: unavailable(&stop),
        })?;
        let purpose = head.purpose.clone().or_else(|| policy::purpose::default(&actor).map(str::to_owned));
        Ok(Caller {
            actor,
            purpose,
            reason: head.reason.clone(),
            request_id: head.request_id.clone(),
            client: Some(head.client),
        })
    }

    async fn actor(&self, identity: Identity) -> Result<Actor, Stop> {
        let customer = match &identity.customer {
            Some(reference) if identity.roles.contains(&Role::Customer) => {
                let reference = IdOfReference(reference.clone());
                self.door.program("identify", "identify").read(reference).await?
            }
            _ => None,
        };
        Ok(Actor { customer, ..named(identity) })
    }
}

/// Whom a token names, whichever customer that is.
fn named(identity: Identity) -> Actor {
    let is_script = identity.roles.contains(&Role::Service);
    Actor {
        kind: if is_script { ActorKind::Script } else { ActorKind::Person },
        issuer: identity.issuer,
        subject: identity.subject,
        name: identity.name,
        roles: identity.roles,
        scopes: identity.scopes,
        customer: None,
        reference: identity.customer.map(Reference),
    }
}

fn answered(answered: Answered) -> Outcome {
    let kind = match answered.became {
        Became::Executed => OutcomeKind::Executed,
        Became::Malformed => OutcomeKind::Malformed,
        Became::ParseFailed => OutcomeKind::ParseFailed,
        Became::ValidationFailed => OutcomeKind::ValidationFailed,
        Became::TooComplex => OutcomeKind::TooComplex,
        Became::NotAllowedOverGet => OutcomeKind::NotAllowedOverGet,
        Became::Unavailable => OutcomeKind::Unavailable,
    };
    Outcome { response: answered.response, kind }
}

fn rejected(why: Rejected) -> Refused {
    tracing::info!(%why, "a token was rejected");
    match why {
        Rejected::NoRole(bearer) => {
            let message = "Your token names no role that is known here.";
            let outcome = outcome(OutcomeKind::Forbidden, "FORBIDDEN", message);
            Refused { why: Why::Forbidden, bearer: Some(named(*bearer)), outcome }
        }
        Rejected::KeysUnavailable => {
            let message = "Tokens cannot be checked right now: try again shortly.";
            let outcome = outcome(OutcomeKind::Unavailable, "UNAVAILABLE", message);
            Refused { why: Why::Unavailable, bearer: None, outcome }
        }
        Rejected::Expired => unauthenticated("Your token has expired: get a new one."),
        // What exactly is wrong with a token helps whoever forges one more than whoever has a good one.
        _ => unauthenticated("Your token is not accepted here."),
    }
}

fn unauthenticated(message: &str) -> Refused {
    let outcome = outcome(OutcomeKind::Unauthenticated, "UNAUTHENTICATED", message);
    Refused { why: Why::Unauthenticated, bearer: None, outcome }
}

fn unavailable(_: &Stop) -> Outcome {
    let message = "This cannot be answered right now: try again shortly.";
    outcome(OutcomeKind::Unavailable, "UNAVAILABLE", message)
}

fn outcome(kind: OutcomeKind, code: &'static str, message: &str) -> Outcome {
    let mut error = async_graphql::Error::new(message).into_server_error(Pos::default());
    // It is about no place in the document.
    error.locations.clear();
    error.extensions.get_or_insert_default().set("code", code);
    Outcome { response: Response::from_errors(vec![error]), kind }
}

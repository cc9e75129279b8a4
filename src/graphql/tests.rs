//! The API on a real database, asked in its own language.

mod changes;
mod refusals;
mod schema;

use super::{Api, NodeId, Question};
use crate::domain::testing::connectors;
use crate::{
    access::Caller,
    domain::{catalog::Catalogs, erasure::Erasures, testing::Ground},
    ledger::Ledger,
    policy::{Actor, Role},
};
use async_graphql::Variables;
use entity::enums::ActorKind;
use serde_json::{Value, json};
use std::sync::Arc;

/// The example company behind the API.
struct World {
    ground: Ground,
    api: Api,
}

impl World {
    async fn new() -> Self {
        let ground = Ground::demo().await;
        let catalogs = Arc::new(Catalogs::load(ground.door()).await.unwrap());
        // Nobody is erased here.
        let ledger = Arc::new(Ledger::new("none".into()));
        let erasures = Arc::new(Erasures::new(ground.door().clone(), ledger));
        let api = Api::new(catalogs, connectors(), erasures, true).unwrap();
        Self { ground, api }
    }

    /// What somebody of that role is answered; a `SERVICE` may call what `scope` names.
    async fn ask(&self, role: Role, scope: &str, document: &str, variables: Value) -> Value {
        let actor = Actor {
            kind: ActorKind::Person,
            issuer: "test".to_owned(),
            subject: "somebody".to_owned(),
            name: Some("Somebody".to_owned()),
            roles: vec![role],
            scopes: vec![scope.to_owned()],
            customer: None,
            reference: None,
        };
        let request_id = self.ground.door().request_id();
        let caller = Caller { actor, purpose: None, reason: None, request_id, client: None };
        let question = Question {
            document: document.to_owned(),
            operation_name: None,
            variables: Variables::from_json(variables),
            over_get: false,
            follows: None,
        };
        let answer = self.api.answer(self.ground.door().session(caller), question).await.into_inner();
        serde_json::to_value(answer.response).unwrap()
    }

    /// The answer to one mutation, whose payload is asked for `selection` and why it refused.
    async fn change(&self, role: Role, mutation: &str, input: &Value, selection: &str) -> Value {
        let (first, rest) = mutation.split_at(1);
        let document = format!(
            "mutation ($input: {}{rest}Input!) {{
               {mutation}(input: $input) {{ {selection} userErrors {{ code field message }} }}
             }}",
            first.to_uppercase(),
        );
        self.ask(role, mutation, &document, json!({ "input": input })).await
    }

    async fn service(&self, key: &str) -> Value {
        id(self.ground.service(key).await)
    }

    async fn system(&self, name: &str) -> Value {
        id(self.ground.system(name).await)
    }

    async fn third_party(&self, name: &str) -> Value {
        id(self.ground.third_party(name).await)
    }
}

fn id(of: impl Into<NodeId>) -> Value {
    Value::String(of.into().id().0)
}

fn category(key: &str) -> Value {
    id(NodeId::DataCategory(key.into()))
}

fn purpose(key: &str) -> Value {
    id(NodeId::Purpose(key.into()))
}

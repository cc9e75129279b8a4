//! Actors as tokens make them, for what is asked of the policy alone.

use entity::{enums::ActorKind, ids::CustomerId};
use kartotek::policy::{Actor, Role};

/// Somebody of one role; a customer is number 1.
pub fn actor(role: Role, scopes: &[&str]) -> Actor {
    Actor {
        kind: if role == Role::Service { ActorKind::Script } else { ActorKind::Person },
        issuer: "test".to_owned(),
        subject: "test".to_owned(),
        name: None,
        roles: vec![role],
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        customer: (role == Role::Customer).then(|| CustomerId(uuid::Uuid::from_u128(1))),
        reference: None,
    }
}

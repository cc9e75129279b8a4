//! The one decision: may this actor, for this purpose, do this to these?

use super::{Action, Actor, Role, purpose};
use entity::{enums::ActorKind, ids::CustomerId};

/// Whom or what an action is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The thing's id as the audit log names it, when it is one thing.
    pub id: Option<String>,
    /// The customers concerned, as far as that is known beforehand.
    pub customers: Vec<CustomerId>,
}

impl Target {
    /// About nothing in particular.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// About one customer.
    #[must_use]
    pub fn customer(id: CustomerId) -> Self {
        Self { id: Some(id.to_string()), customers: vec![id] }
    }

    /// About these customers.
    #[must_use]
    pub fn customers(ids: &[CustomerId]) -> Self {
        Self { id: None, customers: ids.to_vec() }
    }

    /// About one thing that is no customer.
    #[must_use]
    pub fn thing(id: impl std::fmt::Display) -> Self {
        Self { id: Some(id.to_string()), customers: Vec::new() }
    }
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum No {
    /// None of the actor's roles may do this.
    #[error("Your role may not do this.")]
    Role,
    /// The token's scopes do not name the field.
    #[error("Your token's scopes do not name this field.")]
    Scope,
    /// The token is a script's, and it takes a person.
    #[error("Somebody has to have looked at this: no token with the role SERVICE may do it.")]
    Machine,
    /// It is about persons, and no purpose was stated.
    #[error("State what for: send the header `Access-Purpose` with a purpose's key.")]
    PurposeRequired,
    /// The role may not act for that purpose.
    #[error("Your role may not state this purpose.")]
    Purpose,
    /// It is somebody else's: to be answered as if it did not exist.
    #[error("There is no such thing.")]
    NotYours,
}

impl No {
    /// The code in the answer and in the log.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PurposeRequired => "PURPOSE_REQUIRED",
            Self::NotYours => "NOT_FOUND",
            Self::Role | Self::Scope | Self::Machine | Self::Purpose => "FORBIDDEN",
        }
    }
}

/// Whether `actor` may do `action` to `target` for `purpose`, under the root field `operation`.
///
/// # Errors
/// The reason why not.
pub fn decide(
    actor: &Actor,
    purpose: Option<&str>,
    operation: &str,
    action: Action,
    target: &Target,
) -> Result<(), No> {
    // A part of the program does what it was written to do; its events say which part, and for whom.
    if actor.kind == ActorKind::Program {
        return Ok(());
    }
    // Four eyes are those of people.
    if action == Action::ApproveJob && actor.is(Role::Service) {
        return Err(No::Machine);
    }
    match by_role(actor, &acting(actor, purpose), operation, action, target) {
        Ok(()) if purpose.is_none() && action.facts().personal => Err(No::PurposeRequired),
        Ok(()) => Ok(()),
        // Another of their roles may do this, and not for that purpose.
        Err(_) if by_role(actor, &actor.roles, operation, action, target).is_ok() => Err(No::Purpose),
        Err(no) => Err(no),
    }
}

/// The roles that an actor acts in: those that may state the purpose. Someone who is an agent and a customer is a
/// customer when they look at themselves, and sees nobody else's data as their own.
fn acting(actor: &Actor, purpose: Option<&str>) -> Vec<Role> {
    let may = |role: &Role| purpose.is_none_or(|purpose| purpose::role_may_state(*role, purpose));
    actor.roles.iter().copied().filter(may).collect()
}

fn by_role(
    actor: &Actor,
    roles: &[Role],
    operation: &str,
    action: Action,
    target: &Target,
) -> Result<(), No> {
    let facts = action.facts();
    // A scope names a root field, or a field below one that is restricted more than its root: `system.customers`.
    let leads_here = |scope: &&str| match scope.strip_prefix(operation) {
        Some(rest) => rest.is_empty() || rest.starts_with('.'),
        None => false,
    };
    let named = |scope: &&str| actor.scopes.iter().any(|granted| granted == scope);
    let scoped = || facts.scopes.iter().any(|scope| leads_here(scope) && named(scope));
    let allows = |role: &Role| facts.roles.contains(role) || (*role == Role::Service && scoped());
    if roles.iter().any(allows) {
        return Ok(());
    }
    if facts.own && roles.contains(&Role::Customer) {
        return if only_about(actor, &target.customers) { Ok(()) } else { Err(No::NotYours) };
    }
    Err(if roles.contains(&Role::Service) { No::Scope } else { No::Role })
}

/// Whether none of these is anybody but the actor's own record.
#[must_use]
pub fn only_about(actor: &Actor, customers: &[CustomerId]) -> bool {
    customers.iter().all(|customer| Some(*customer) == actor.customer)
}

/// Whether the actor may see nobody but themselves: what they read is checked once more against that.
#[must_use]
pub fn sees_only_themselves(actor: &Actor, purpose: Option<&str>, operation: &str, action: Action) -> bool {
    let somebody = Target { id: None, customers: vec![CustomerId(uuid::Uuid::nil())] };
    actor.kind != ActorKind::Program
        && by_role(actor, &acting(actor, purpose), operation, action, &somebody).is_err()
}

/// Whether the actor may do this to anybody at all, for some purpose.
#[must_use]
pub fn may_ever(actor: &Actor, operation: &str, action: Action) -> bool {
    !(action == Action::ApproveJob && actor.is(Role::Service))
        && by_role(actor, &actor.roles, operation, action, &Target::none()).is_ok()
}

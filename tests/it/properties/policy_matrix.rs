//! Who may do what, as a table for people to read.

use super::actor::actor;
use crate::support::snapshot::{golden, table};
use entity::ids::CustomerId;
use kartotek::policy::{Action, Role, Target, decide, purpose};

/// Whether a role may do an action: to anybody, to itself only, with its scope, or not.
fn may(role: Role, action: Action) -> String {
    let scopes = action.facts().scopes;
    let with = |scopes: &[&str], target: &Target, operation: &str| {
        let actor = actor(role, scopes);
        let stated = purpose::BUILT_IN.into_iter().find(|purpose| purpose::may_state(&actor, purpose));
        decide(&actor, stated, operation, action, target).map_err(kartotek::policy::No::code)
    };
    let somebody = Target::customer(CustomerId(uuid::Uuid::from_u128(2)));
    let themselves = Target::customer(CustomerId(uuid::Uuid::from_u128(1)));
    let root = scopes.first().map_or("none", |scope| scope.split('.').next().unwrap());
    match (with(&[], &somebody, root), with(&[], &themselves, root), with(scopes, &somebody, root)) {
        (Ok(()), Ok(()), Ok(())) => "yes".to_owned(),
        (Err("NOT_FOUND"), Ok(()), Err("NOT_FOUND")) => "themselves".to_owned(),
        (Err("FORBIDDEN"), Err("FORBIDDEN"), Ok(())) => format!("scope: {}", scopes.join(" ")),
        (Err("FORBIDDEN"), Err("FORBIDDEN"), Err("FORBIDDEN")) => "no".to_owned(),
        other => panic!("{role:?} {action:?}: {other:?}"),
    }
}

#[test]
fn roles_and_actions() {
    let row = |action: &Action| {
        let facts = action.facts();
        let mut row = vec![
            action.name().to_owned(),
            format!("{:?} {}", facts.kind, facts.target),
            if facts.personal { "needed" } else { "" }.to_owned(),
        ];
        row.extend(Role::ALL.map(|role| may(role, *action)));
        row
    };
    let head =
        ["action", "filed as", "purpose", "CUSTOMER", "AGENT", "COMPLIANCE", "AUDITOR", "SERVICE", "ADMIN"];
    assert_eq!(head[3..], Role::ALL.map(Role::word));
    let rows = Action::ALL.iter().map(row).collect::<Vec<_>>();
    golden!("policy_matrix", table(&head, &rows));
}

#[test]
fn purposes_that_a_role_may_state() {
    let row = |role: Role| {
        let actor = actor(role, &[]);
        let word = |purpose: &str| if purpose::may_state(&actor, purpose) { "yes" } else { "" };
        let mut row = vec![role.word().to_owned(), purpose::default(&actor).unwrap_or("(none)").to_owned()];
        row.extend(
            purpose::BUILT_IN.into_iter().chain(["OF_THE_COMPANY"]).map(|purpose| word(purpose).to_owned()),
        );
        row
    };
    let head = ["role", "unless told"].into_iter().chain(purpose::BUILT_IN).chain(["OF_THE_COMPANY"]);
    golden!("purposes_by_role", table(&head.collect::<Vec<_>>(), &Role::ALL.map(row)));
}

#[test]
fn without_a_purpose_nothing_personal_is_done() {
    for action in Action::ALL {
        for role in Role::ALL {
            let (actor, scopes) = (actor(role, action.facts().scopes), action.facts().scopes);
            let root = scopes.first().map_or("none", |scope| scope.split('.').next().unwrap());
            let decided = decide(&actor, None, root, *action, &Target::none());
            assert!(decided.is_err() || !action.facts().personal, "{role:?} may {action:?} for nothing");
        }
    }
}

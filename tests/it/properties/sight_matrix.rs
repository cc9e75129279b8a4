//! What each role sees of a person for each purpose, as a table for people to read.

use super::actor::actor;
use crate::support::snapshot::{golden, table};
use kartotek::policy::{ProfileField, Role, Sight, purpose, sight};

fn seen(role: Role, purpose: &str) -> Vec<Sight> {
    let actor = actor(role, &[]);
    ProfileField::ALL.map(|field| sight(&actor, purpose, field)).to_vec()
}

#[test]
fn roles_purposes_and_fields() {
    let mut rows = Vec::new();
    for role in Role::ALL {
        for purpose in purpose::BUILT_IN.into_iter().chain(["OF_THE_COMPANY", ""]) {
            let may_state = purpose::may_state(&actor(role, &[]), purpose);
            let mut row =
                vec![role.word().to_owned(), if purpose.is_empty() { "(none)" } else { purpose }.to_owned()];
            row.push(if may_state && !purpose.is_empty() { "" } else { "not stated" }.to_owned());
            row.extend(seen(role, purpose).iter().map(|sight| match sight {
                Sight::Hidden => "-".to_owned(),
                sight => format!("{sight:?}").to_lowercase(),
            }));
            rows.push(row);
        }
    }
    let head = ["role", "purpose", ""].into_iter().chain(ProfileField::ALL.map(ProfileField::word));
    golden!("sight_matrix", table(&head.collect::<Vec<_>>(), &rows));
}

#[test]
fn who_sees_no_profiles_sees_none_for_any_purpose() {
    for role in [Role::Auditor, Role::Admin] {
        for purpose in purpose::BUILT_IN {
            assert!(seen(role, purpose).iter().all(|sight| *sight == Sight::Hidden), "{role:?} {purpose}");
        }
    }
}

#[test]
fn nobody_but_the_customer_sees_anything_for_their_own_insight() {
    for role in Role::ALL {
        let expected = if role == Role::Customer { Sight::Full } else { Sight::Hidden };
        assert!(seen(role, "SELF").iter().all(|sight| *sight == expected), "{role:?}");
    }
}

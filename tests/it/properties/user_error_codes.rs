//! A mutation refuses with the codes that its description lists, and with no others. Every answer of every test is
//! held to it, by `TestApp`; here it is seen that the descriptions can be held to.

use crate::support::told::{FROM_ANY, fields, refusals_of};

#[test]
fn every_mutation_lists_codes_that_there_are() {
    let codes = fields("UserErrorCode");
    let mutations = fields("Mutation");
    assert!(codes.len() > 10 && mutations.len() > 10);
    for field in mutations.keys() {
        for code in refusals_of(field).unwrap() {
            assert!(codes.contains_key(code), "{field} lists {code}");
            assert!(!FROM_ANY.contains(&code.as_str()), "{field} lists {code}, which any can refuse with");
        }
    }
    assert!(refusals_of("recordDataLocations").unwrap().contains("NOT_JUSTIFIED"));
    assert!(refusals_of("recordDataLocations").unwrap().contains("NO_TRANSFER_SAFEGUARD"));
}

/// A code that neither a mutation nor a job's failures list is one that nobody can get.
#[test]
fn every_code_is_listed_by_a_mutation_or_comes_from_any() {
    let mutations = fields("Mutation");
    let failures = &fields("JobFailure")["code"];
    for code in fields("UserErrorCode").keys() {
        let listed = failures.contains(code.as_str())
            || mutations.keys().any(|field| refusals_of(field).unwrap().contains(code));
        assert!(listed || FROM_ANY.contains(&code.as_str()), "nobody refuses with {code}");
    }
}

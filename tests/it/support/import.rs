//! Rows are brought in through the API.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const BEGIN: &str = "mutation ($input: BeginImportInput!) { beginImport(input: $input) {
    import { id kind finishedAt timeZone nextChunk doneChunks { number rejected } created unchanged rejected }
    userErrors { code message field } } }";

pub const FINISH: &str = "mutation ($input: FinishImportInput!) { finishImport(input: $input) {
    import { id finishedAt nextChunk created unchanged rejected } userErrors { code message field } } }";

macro_rules! bring_in {
    ($name:ident, $field:literal, $input:literal) => {
        pub const $name: &str = concat!(
            "mutation ($input: ",
            $input,
            "!) { ",
            $field,
            "(input: $input) { imported { created unchanged rejected disposalPending wasDoneBefore refusals { row field code message } }
            userErrors { code message field } } }"
        );
    };
}

bring_in!(CUSTOMERS, "importCustomers", "ImportCustomersInput");
bring_in!(SUBSCRIPTIONS, "importSubscriptions", "ImportSubscriptionsInput");
bring_in!(CONSENTS, "importConsents", "ImportConsentsInput");
bring_in!(DATA_LOCATIONS, "importDataLocations", "ImportDataLocationsInput");

/// Variables of `BEGIN`, for a file of that content.
pub fn begin(kind: &str, content: &str) -> Value {
    let digest = hex::encode(Sha256::digest(content));
    json!({ "input": { "kind": kind, "digest": digest } })
}

//! What an answer says: the value that was asked for, or why not.

use super::error::{Answered, ClientError, UserError};
use reqwest::StatusCode;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Body {
    data: Option<Map<String, Value>>,
    #[serde(default)]
    errors: Vec<Error>,
}

#[derive(Deserialize)]
struct Error {
    message: String,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Default, Deserialize)]
struct Extensions {
    code: Option<String>,
    field: Option<Vec<String>>,
}

/// The value of this root field. One that comes with `userErrors` was refused.
pub(super) fn read<T: DeserializeOwned>(
    (status, request_id): (StatusCode, Option<String>),
    body: &[u8],
    field: &str,
) -> Result<T, ClientError> {
    if status.is_redirection() {
        return Err(ClientError::Redirected);
    }
    // Why it is none may quote it, so that is not told.
    let body = serde_json::from_slice::<Body>(body).map_err(|_| ClientError::NotKartotek(status))?;
    if let Some(error) = body.errors.into_iter().next() {
        let code = error.extensions.code.ok_or(ClientError::NotKartotek(status))?;
        let field = error.extensions.field.unwrap_or_default().join(".");
        return Err(ClientError::Answered(Answered { code, message: error.message, field, request_id }));
    }
    let mut data = body.data.ok_or(ClientError::NotKartotek(status))?;
    let value = data.remove(field).ok_or(ClientError::Unexpected)?;
    if let Some(refusals) = value.get("userErrors") {
        let refusals = Vec::<UserError>::deserialize(refusals).map_err(|_| ClientError::Unexpected)?;
        if !refusals.is_empty() {
            return Err(ClientError::Refused(refusals));
        }
    }
    serde_json::from_value(value).map_err(|_| ClientError::Unexpected)
}

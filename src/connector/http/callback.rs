//! What comes later: a message of theirs to the address that the request named. Pure: where it comes in, and that it
//! counts once, is for the caller to see to.

use super::{
    super::{Answer, Failure, Subject},
    send::MAX_BYTES,
    sign::{Keys, Signed, Unproven},
    statement::Statement,
    verdict::{Asked, Proof, conclude},
};
use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A message that is theirs, about the request that was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// Tells the message from others, the same whenever it is sent again: a hash of its id, which may be anything. One
    /// that was seen before changes nothing.
    pub message: [u8; 32],
    /// What they say.
    pub said: Result<Answer, Failure>,
}

/// Why a message is nothing that they say about this request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Nothing else is said to somebody who cannot prove who they are.
    #[error(transparent)]
    Unproven(#[from] Unproven),
    #[error("the message is longer than {MAX_BYTES} bytes")]
    TooLong,
    #[error("the message is not JSON with fields of the known types")]
    Unreadable,
    #[error("the message is about another request, or about none")]
    AnotherRequest,
}

/// Whether somebody who holds one of `keys` sent this. It says nothing yet about what the message is about.
pub fn prove(keys: &Keys, headers: &HeaderMap, body: &[u8], now: DateTime<Utc>) -> Result<(), Unproven> {
    // Nothing that long is theirs, and to add it up costs time.
    if body.len() > MAX_BYTES {
        return Err(Unproven::Signature);
    }
    keys.verify(Signed::from_headers(headers)?, body, now).map(drop)
}

/// Takes in a message about the request whose key is `expected`, of the person `subject`, signed with one of `keys`.
///
/// Our own requests are signed with these secrets too. Sent back to us they prove nothing, as they state nothing.
pub fn receive(
    keys: &Keys,
    expected: Uuid,
    subject: &Subject,
    headers: &HeaderMap,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<Callback, Rejected> {
    if body.len() > MAX_BYTES {
        return Err(Rejected::TooLong);
    }
    let signed = Signed::from_headers(headers)?;
    let signature = keys.verify(signed, body, now)?;
    let statement = Statement::read(body, subject).map_err(|_| Rejected::Unreadable)?;
    if statement.about != Some(expected) {
        return Err(Rejected::AnotherRequest);
    }
    let proof = Proof { certificate: false, signature: Some((signed, signature)) };
    let said = conclude(statement, &proof, &Asked { key: expected, subject, now });
    Ok(Callback { message: Sha256::digest(signed.id).into(), said })
}

#[cfg(test)]
mod tests;

//! Why a token was not believed.

use super::claims::Identity;

/// Why a token was not believed. Never says anything that the token said, so that it may be logged as it is.
///
/// [`Rejected::NoRole`] is an answer of 403 (we know who it is, and they may do nothing here);
/// [`Rejected::KeysUnavailable`] is our own trouble; all the others are 401.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Not three parts of base64url with JSON in them, too long, or a header that asks for something we do not do.
    #[error("the token is malformed")]
    Malformed,
    /// Another algorithm than the key's own.
    #[error("the token's algorithm is not accepted")]
    Algorithm,
    /// No key of ours goes by the token's key id.
    #[error("the token was signed with an unknown key")]
    UnknownKey,
    /// The signature is not the key's.
    #[error("the token's signature does not fit")]
    Signature,
    /// Somebody else's token.
    #[error("the token's issuer is not the expected one")]
    Issuer,
    /// A token for somebody else.
    #[error("the token is not for this audience")]
    Audience,
    /// Its time has passed.
    #[error("the token has expired")]
    Expired,
    /// Its time, or the time at which it says it was issued, is yet to come.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// It would outlive what we allow between two looks at the identity provider.
    #[error("the token's lifetime is longer than allowed")]
    TooLongLived,
    /// This claim is missing or not of its type.
    #[error("the token's claim `{0}` is missing or not of the expected form")]
    Claims(&'static str),
    /// It is good, and none of its roles is one of ours.
    #[error("the token names no role of this service")]
    NoRole(Box<Identity>),
    /// The identity provider's keys could not be had for too long.
    #[error("the keys that tokens are checked with are not available")]
    KeysUnavailable,
}

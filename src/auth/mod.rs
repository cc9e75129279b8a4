//! Who is asking? A bearer token becomes an [`Identity`], or the reason why not.
//!
//! Knows tokens and the keys they are checked with; what a role may do is `policy`'s affair. Nothing here reads
//! the clock: the time is handed in, so that a test can turn it.

mod cache;
mod claims;
mod json;
mod jwks;
mod keys;
mod local;
mod pem;
mod rejected;
mod secret_file;
mod verifier;

#[cfg(test)]
mod testing;

pub use claims::{Identity, TokenRules};
pub use keys::{KeyError, Keys};
pub use local::{LocalKey, LocalKeyError, TokenRequest};
pub use rejected::Rejected;
pub use secret_file::{is_open_to_others, write_new as write_new_secret};
pub use verifier::TokenVerifier;

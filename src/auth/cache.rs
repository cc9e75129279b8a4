//! Tokens that were found good a moment ago: clients send the same one again and again, and a signature costs
//! more to check than everything else about a small request.

use super::claims::Claims;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// So many tokens are remembered, about two megabytes.
const CAPACITY: usize = 4096;

/// What a token is remembered by: its digest, so that a dump of memory holds no tokens.
pub(super) type Fingerprint = [u8; 32];

/// Tokens whose signature fits one of the keys in `version`.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    version: Fingerprint,
    tokens: HashMap<Fingerprint, Arc<Claims>>,
}

/// The digest by which tokens are remembered.
pub(super) fn fingerprint(token: &str) -> Fingerprint {
    Sha256::digest(token.as_bytes()).into()
}

impl Cache {
    /// What the token said, if it was checked with exactly these keys. The time is for the caller to check.
    pub(super) fn get(&self, token: &Fingerprint, version: &Fingerprint) -> Option<Arc<Claims>> {
        let remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.version == *version { remembered.tokens.get(token).cloned() } else { None }
    }

    /// Remembers a token that was found good. Forgets all the others when the keys have changed since: a key that
    /// was taken away takes its tokens along.
    pub(super) fn put(&self, token: Fingerprint, version: &Fingerprint, claims: Arc<Claims>, now: i64) {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.version != *version {
            remembered.tokens.clear();
            remembered.version = *version;
        }
        if remembered.tokens.len() >= CAPACITY {
            remembered.tokens.retain(|_, claims| claims.identity.expires_at > now);
        }
        if remembered.tokens.len() >= CAPACITY {
            // Rare, and cheaper than keeping an order: each of them costs one more check of its signature.
            remembered.tokens.clear();
        }
        remembered.tokens.insert(token, claims);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap().tokens.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::testing;

    #[test]
    fn stays_within_its_bound_and_forgets_with_the_keys() {
        let cache = Cache::default();
        let claims = Arc::new(testing::claims(1000));
        for number in 0..CAPACITY * 2 {
            cache.put(fingerprint(&number.to_string()), &[1; 32], Arc::clone(&claims), 1);
            assert!(cache.len() <= CAPACITY);
        }
        let newest = fingerprint(&(CAPACITY * 2 - 1).to_string());
        assert!(cache.get(&newest, &[1; 32]).is_some());
        assert!(cache.get(&newest, &[2; 32]).is_none());

        cache.put([9; 32], &[2; 32], claims, 1);
        assert_eq!(cache.len(), 1);
    }
}

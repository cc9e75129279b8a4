//! Envelopes: a data key per customer, wrapped by a master key, seals what is the customer's.
//!
//! Both are AES-256-GCM-SIV (RFC 8452), which stays safe should a nonce ever repeat, laid out as
//! `version (1 byte) · nonce (12) · ciphertext · tag (16)`. What an envelope is bound to is not in it:
//! whoever opens it says whose it is, and one that belongs to another does not open.

use std::fmt;

use aes_gcm_siv::{
    Aes256GcmSiv, KeyInit,
    aead::{Aead, Payload},
};
use entity::ids::CustomerId;
use zeroize::Zeroizing;

use super::keyring::{MasterKeys, Secret};

const VERSION: u8 = 1;
const NONCE: usize = 12;
const WRAP_LABEL: &str = "kartotek wrapped data key";
const SEAL_LABEL: &str = "kartotek sealed data";

/// Why something was not sealed or opened. Why an envelope does not open is deliberately not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// No master key of the file has the id that the data key was wrapped under.
    #[error("no master key has the id that this was wrapped under")]
    UnknownKey,
    /// Changed, cut off, of an unknown version, of somebody else, or under another key.
    #[error("the envelope does not open")]
    Refused,
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    Random,
}

/// A data key as stored: unreadable without the master key of that id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// Which master key wrapped it.
    pub key_id: String,
    /// The envelope.
    pub bytes: Vec<u8>,
}

/// What sealed bytes are bound to: they open as the same thing of the same customer only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context<'a> {
    /// Whose they are.
    pub customer: CustomerId,
    /// What they are, in a constant word of the program: `profile`.
    pub what: &'a str,
}

impl Context<'_> {
    /// The associated data. Of its parts only the last varies in length, so that no two read alike.
    fn bytes(&self, label: &str) -> Vec<u8> {
        [label.as_bytes(), &[0, VERSION], self.customer.0.as_bytes(), self.what.as_bytes()].concat()
    }
}

/// One customer's key. Not to be copied, printed or stored but wrapped; wiped when dropped.
pub struct DataKey(Secret);

impl DataKey {
    /// A new random key.
    ///
    /// # Errors
    /// [`SealError::Random`].
    pub fn generate() -> Result<Self, SealError> {
        let mut key = Secret::default();
        getrandom::fill(key.as_mut_slice()).map_err(|_| SealError::Random)?;
        Ok(Self(key))
    }

    /// Seals bytes as what `context` says they are. Sealing the same twice gives different envelopes.
    ///
    /// # Errors
    /// [`SealError::Random`]; [`SealError::Refused`] beyond 64 GiB.
    pub fn seal(&self, context: Context<'_>, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        close(&self.0, &context.bytes(SEAL_LABEL), plain)
    }

    /// Opens what [`DataKey::seal`] made under the same context.
    ///
    /// # Errors
    /// [`SealError::Refused`].
    pub fn open(&self, context: Context<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        open(&self.0, &context.bytes(SEAL_LABEL), sealed)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(secret)")
    }
}

impl MasterKeys {
    /// Wraps a customer's data key with the newest master key.
    ///
    /// # Errors
    /// [`SealError::Random`].
    pub fn wrap(&self, customer: CustomerId, key: &DataKey) -> Result<WrappedKey, SealError> {
        let master = self.newest();
        let bytes = close(&master.secret, &of(customer), key.0.as_slice())?;
        Ok(WrappedKey { key_id: master.id.clone(), bytes })
    }

    /// Unwraps a customer's data key with the master key it was wrapped under.
    ///
    /// # Errors
    /// [`SealError::UnknownKey`] or [`SealError::Refused`].
    pub fn unwrap(&self, customer: CustomerId, key_id: &str, bytes: &[u8]) -> Result<DataKey, SealError> {
        let master = self.by_id(key_id).ok_or(SealError::UnknownKey)?;
        let plain = open(&master.secret, &of(customer), bytes)?;
        let mut key = Secret::default();
        (plain.len() == key.len()).then(|| key.copy_from_slice(&plain)).ok_or(SealError::Refused)?;
        Ok(DataKey(key))
    }
}

fn of(customer: CustomerId) -> Vec<u8> {
    Context { customer, what: "" }.bytes(WRAP_LABEL)
}

fn close(key: &Secret, aad: &[u8], msg: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(|_| SealError::Random)?;
    let sealed = Aes256GcmSiv::new((&**key).into())
        .encrypt(&nonce.into(), Payload { msg, aad })
        .map_err(|_| SealError::Refused)?;
    Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
}

fn open(key: &Secret, aad: &[u8], envelope: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let Some((&VERSION, rest)) = envelope.split_first() else { return Err(SealError::Refused) };
    let (nonce, msg) = rest.split_first_chunk::<NONCE>().ok_or(SealError::Refused)?;
    Aes256GcmSiv::new((&**key).into())
        .decrypt(nonce.into(), Payload { msg, aad })
        .map(Zeroizing::new)
        .map_err(|_| SealError::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose::STANDARD};
    use proptest::prelude::*;

    const KEYS: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    const NEWER: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

    fn customer(number: u128) -> CustomerId {
        CustomerId(uuid::Uuid::from_u128(number))
    }

    fn profile(number: u128) -> Context<'static> {
        Context { customer: customer(number), what: "profile" }
    }

    fn flip(bytes: &[u8], at: prop::sample::Index) -> Vec<u8> {
        let (bit, mut bytes) = (at.index(bytes.len() * 8), bytes.to_vec());
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    }

    #[test]
    fn nothing_secret_in_debug() {
        assert_eq!(format!("{:?}", DataKey::generate().unwrap()), "DataKey(secret)");
    }

    #[test]
    fn a_key_of_before_the_rotation_unwraps_after_it_but_not_the_other_way() {
        let old = MasterKeys::parse(KEYS).unwrap();
        let both = MasterKeys::parse(&format!("{NEWER}\n{KEYS}")).unwrap();
        let key = DataKey::generate().unwrap();
        let before = old.wrap(customer(1), &key).unwrap();
        let after = both.wrap(customer(1), &key).unwrap();
        assert_eq!(*both.unwrap(customer(1), &before.key_id, &before.bytes).unwrap().0, *key.0);
        assert_eq!(after.key_id, both.newest_id());
        assert_eq!(old.unwrap(customer(1), &after.key_id, &after.bytes).unwrap_err(), SealError::UnknownKey);
        assert_eq!(old.unwrap(customer(1), old.newest_id(), &after.bytes).unwrap_err(), SealError::Refused);
    }

    /// Made by another implementation (OpenSSL's): pins the layout, the labels and the derivation.
    #[test]
    fn an_envelope_from_elsewhere_opens() {
        let wrapped = STANDARD
            .decode("AQABAgMEBQYHCAkKC+RBJWgInS1P+Be4Vu4eQf4Ow5MeVPj8oEH4s5nQXH0WZpqRtErL++dC9s4ui1Ww1g==")
            .unwrap();
        let sealed = STANDARD.decode("AQABAgMEBQYHCAkKC1WMTw4bQFuG00QYOd6x45oSeJR+").unwrap();
        let keys = MasterKeys::parse(KEYS).unwrap();
        let key = keys.unwrap(customer(7), keys.newest_id(), &wrapped).unwrap();
        assert_eq!(*key.0, [3; 32]);
        assert_eq!(key.open(profile(7), &sealed).unwrap().as_slice(), b"anna");
    }

    #[test]
    fn an_unknown_version_or_a_cut_envelope_is_refused() {
        let key = DataKey::generate().unwrap();
        let mut sealed = key.seal(profile(1), b"anna").unwrap();
        for length in 0..sealed.len() {
            assert_eq!(key.open(profile(1), &sealed[..length]).unwrap_err(), SealError::Refused);
        }
        sealed[0] = 2;
        assert_eq!(key.open(profile(1), &sealed).unwrap_err(), SealError::Refused);
    }

    /// A wrapped key is no sealed text and the other way round, even under one and the same key.
    #[test]
    fn envelopes_of_one_use_do_not_open_in_the_other() {
        let keys = MasterKeys::parse(KEYS).unwrap();
        let posing = DataKey(keys.newest().secret.clone());
        let wrapped = keys.wrap(customer(1), &DataKey::generate().unwrap()).unwrap();
        let context = Context { customer: customer(1), what: "" };
        assert_eq!(posing.open(context, &wrapped.bytes).unwrap_err(), SealError::Refused);
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_for_its_owner_only(
            plain in any::<Vec<u8>>(), owner in any::<u128>(), other in any::<u128>(), at in any::<prop::sample::Index>(),
        ) {
            prop_assume!(owner != other);
            let key = DataKey::generate().unwrap();
            let sealed = key.seal(profile(owner), &plain).unwrap();
            prop_assert_eq!(sealed.len(), 1 + NONCE + plain.len() + 16);
            prop_assert_ne!(&sealed, &key.seal(profile(owner), &plain).unwrap());
            prop_assert_eq!(&*key.open(profile(owner), &sealed).unwrap(), &plain);
            prop_assert!(key.open(profile(other), &sealed).is_err());
            let otherwise = Context { what: "profil", ..profile(owner) };
            prop_assert!(key.open(otherwise, &sealed).is_err());
            prop_assert!(key.open(profile(owner), &flip(&sealed, at)).is_err());
            prop_assert!(DataKey::generate().unwrap().open(profile(owner), &sealed).is_err());
        }

        #[test]
        fn a_wrapped_key_unwraps_for_its_owner_only(
            owner in any::<u128>(), other in any::<u128>(), at in any::<prop::sample::Index>(),
        ) {
            prop_assume!(owner != other);
            let keys = MasterKeys::parse(KEYS).unwrap();
            let key = DataKey::generate().unwrap();
            let WrappedKey { key_id, bytes } = keys.wrap(customer(owner), &key).unwrap();
            prop_assert_eq!(*keys.unwrap(customer(owner), &key_id, &bytes).unwrap().0, *key.0);
            prop_assert!(keys.unwrap(customer(other), &key_id, &bytes).is_err());
            prop_assert!(keys.unwrap(customer(owner), &key_id, &flip(&bytes, at)).is_err());
        }

        #[test]
        fn any_bytes_are_refused(bytes in any::<Vec<u8>>()) {
            prop_assert!(DataKey::generate().unwrap().open(profile(1), &bytes).is_err());
        }
    }
}

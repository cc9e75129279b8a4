//! The master keys: read from the text of a key file, turned into keys for one use each.
//!
//! ```text
//! master key (a line of the file) ─┬─ HKDF-Expand "kartotek v1 wrap data keys" → wraps data keys
//!                                  └─ HKDF-Expand "kartotek v1 lookup hash"    → looks customers up
//! ```
//!
//! **Rotation.** A new key goes on top of the file and wraps from then on; the older ones still
//! unwrap, until every data key has been wrapped anew ([`MasterKeys::newest_id`] says by which). The
//! lookup key comes from the *last* line, so that hashes already stored still find people: keep that
//! line last until every lookup hash has been computed anew.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// 256 secret bits that wipe themselves.
pub(super) type Secret = Zeroizing<[u8; 32]>;

const KEY_ID_LABEL: &[u8] = b"kartotek key id";
const WRAP_LABEL: &[u8] = b"kartotek v1 wrap data keys";
const LOOKUP_LABEL: &[u8] = b"kartotek v1 lookup hash";

const FILE_HEAD: &str = "\
# Master keys of Kartotek, newest first. Whoever has this file and the database reads every profile;
# whoever loses it reads none, ever. Keep it secret, and a copy apart from the database and its backups.
";

/// Why a key file cannot be used. Says where, never what stood there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The line is neither blank, nor a comment, nor 32 bytes in base64.
    #[error("line {line} of the key file is not a key: 32 bytes in base64")]
    Malformed {
        /// Counted from 1.
        line: usize,
    },
    /// The line has a key, or the id of a key, that stands higher up too.
    #[error("line {line} of the key file repeats a key")]
    Duplicate {
        /// Counted from 1.
        line: usize,
    },
    /// There is no key in the file.
    #[error("the key file has no key")]
    Empty,
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    Random,
}

/// What the program keeps of the master keys: only keys derived from them.
pub struct MasterKeys {
    newest: WrappingKey,
    older: Vec<WrappingKey>,
    lookup: Secret,
}

/// Wraps data keys; derived from one master key.
pub(super) struct WrappingKey {
    pub(super) id: String,
    pub(super) secret: Secret,
}

impl MasterKeys {
    /// Reads a key file's text: one key a line in standard base64, newest first, blank lines and `#`
    /// comments allowed.
    ///
    /// # Errors
    /// [`KeyError::Malformed`], [`KeyError::Duplicate`] or [`KeyError::Empty`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut keys: Vec<WrappingKey> = Vec::new();
        let mut lookup = Secret::default();
        for (line, text) in (1..).zip(text.lines().map(str::trim)) {
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let master = decode(text).ok_or(KeyError::Malformed { line })?;
            let key = WrappingKey { id: key_id(&master), secret: expand(&master, WRAP_LABEL) };
            if keys.iter().any(|other| other.id == key.id) {
                return Err(KeyError::Duplicate { line });
            }
            keys.push(key);
            lookup = expand(&master, LOOKUP_LABEL);
        }
        let mut keys = keys.into_iter();
        let newest = keys.next().ok_or(KeyError::Empty)?;
        Ok(Self { newest, older: keys.collect(), lookup })
    }

    /// The content of a new key file: a comment and one random key.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    pub fn generate_text() -> Result<Zeroizing<String>, KeyError> {
        let mut master = Secret::default();
        getrandom::fill(master.as_mut_slice()).map_err(|_| KeyError::Random)?;
        // With room for all of it from the start: growing would leave copies of the key behind.
        let mut text = Zeroizing::new(String::with_capacity(FILE_HEAD.len() + 64));
        text.push_str(FILE_HEAD);
        STANDARD.encode_string(master.as_slice(), &mut text);
        text.push('\n');
        Ok(text)
    }

    /// The id of the key that wraps: a data key under any other id is due to be wrapped anew.
    pub fn newest_id(&self) -> &str {
        &self.newest.id
    }

    /// What tells the keys apart, newest first. The lookup key comes from the last one.
    pub fn ids(&self) -> Vec<&str> {
        self.all().map(|key| key.id.as_str()).collect()
    }

    pub(super) fn newest(&self) -> &WrappingKey {
        &self.newest
    }

    pub(super) fn by_id(&self, id: &str) -> Option<&WrappingKey> {
        self.all().find(|key| key.id == id)
    }

    pub(super) fn lookup(&self) -> &Secret {
        &self.lookup
    }

    fn all(&self) -> impl Iterator<Item = &WrappingKey> {
        std::iter::once(&self.newest).chain(&self.older)
    }
}

/// The ids, newest first, and nothing of the keys.
impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKeys ")?;
        f.debug_list().entries(self.all().map(|key| &key.id)).finish()
    }
}

fn decode(text: &str) -> Option<Secret> {
    // One byte more than a key has, because the decoder asks for room in whole groups of three.
    let mut bytes = Zeroizing::new([0; 33]);
    let length = STANDARD.decode_slice(text, bytes.as_mut_slice()).ok()?;
    let mut key = Secret::default();
    (length == key.len()).then(|| key.copy_from_slice(&bytes[..length]))?;
    Some(key)
}

/// Tells keys apart; 32 bits of a hash of a random key give nothing of it away.
fn key_id(master: &Secret) -> String {
    let hash = Sha256::new().chain_update(KEY_ID_LABEL).chain_update(master.as_slice()).finalize();
    let [a, b, c, d, ..] = <[u8; 32]>::from(hash);
    format!("{:08x}", u32::from_be_bytes([a, b, c, d]))
}

/// HKDF-Expand (RFC 5869 §2.3), one block. The extract step is left out as §3.3 allows: a master key
/// is uniformly random already.
fn expand(master: &Secret, label: &[u8]) -> Secret {
    Secret::new(mac(master, &[label, &[1]]))
}

/// HMAC-SHA256 (RFC 2104) over the parts, one after the other.
pub(super) fn mac(key: &Secret, parts: &[&[u8]]) -> [u8; 32] {
    // A key shorter than the hash's block is padded with zeros by definition. Done here because the
    // call that takes any length returns an error that cannot occur.
    let mut block = Zeroizing::new([0; 64]);
    block[..key.len()].copy_from_slice(key.as_slice());
    let mut mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ONE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    const TWO: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

    #[test]
    fn generated_text_parses_and_differs_each_time() {
        let (first, second) = (MasterKeys::generate_text().unwrap(), MasterKeys::generate_text().unwrap());
        assert_ne!(*first, *second);
        assert!(first.starts_with('#') && first.len() <= FILE_HEAD.len() + 64);
        assert_eq!(MasterKeys::parse(&first).unwrap().newest_id().len(), 8);
    }

    #[test]
    fn blank_lines_comments_and_carriage_returns_are_fine() {
        let keys = MasterKeys::parse(&format!("# new\r\n\r\n  {TWO}  \r\n# old\n{ONE}")).unwrap();
        assert_eq!(format!("{keys:?}"), r#"MasterKeys ["b3017b22", "4f66585a"]"#);
    }

    #[test]
    fn errors_name_the_line_only() {
        let short = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ==";
        let long = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";
        for bad in [short, long, "secret", &ONE[..43], &format!("{ONE} {TWO}")] {
            let error = MasterKeys::parse(&format!("# keys\n{ONE}\n{bad}\n")).unwrap_err();
            assert_eq!(error, KeyError::Malformed { line: 3 });
            assert!(!error.to_string().contains(bad));
        }
        assert_eq!(
            MasterKeys::parse(&format!("{ONE}\n\n{ONE}")).unwrap_err(),
            KeyError::Duplicate { line: 3 }
        );
        assert_eq!(MasterKeys::parse("# none\n\n").unwrap_err(), KeyError::Empty);
    }

    /// Pins the derivation: another would leave every stored data key and lookup hash useless.
    #[test]
    fn derived_keys_stay_what_they_were() {
        let keys = MasterKeys::parse(ONE).unwrap();
        assert_eq!(
            STANDARD.encode(keys.newest().secret.as_slice()),
            "dltCGDJezs4Hf1AKlubhZtmYY4VaqMOmlIoHV0scnK0="
        );
        assert_eq!(STANDARD.encode(keys.lookup().as_slice()), "58akseIYNTYHbjhk4Bi03+MZNf1p2zA89SCydUhdVkc=");
    }

    #[test]
    fn the_oldest_key_looks_up_and_the_newest_wraps() {
        let (old, both) =
            (MasterKeys::parse(ONE).unwrap(), MasterKeys::parse(&format!("{TWO}\n{ONE}")).unwrap());
        assert_eq!(old.lookup(), both.lookup());
        assert_ne!(old.newest_id(), both.newest_id());
        assert!(both.by_id(old.newest_id()).is_some());
        assert!(old.by_id(both.newest_id()).is_none());
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in any::<String>()) {
            let _ = MasterKeys::parse(&text);
        }
    }
}

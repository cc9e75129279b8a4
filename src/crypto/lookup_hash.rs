//! Finds a customer by what they are known by, without that being readable in the database.
//!
//! Phone numbers and national ids are few enough to try them all: only the key, which is not in the
//! database, keeps the hashes from being read backwards.

use entity::enums::LookupKind;

use super::keyring::{MasterKeys, mac};

impl MasterKeys {
    /// HMAC-SHA256 of the kind and the normalized value, under the lookup key. Equal values of one
    /// kind give equal hashes; the same value as another kind gives another.
    pub fn lookup_hash(&self, kind: LookupKind, normalized: &str) -> [u8; 32] {
        mac(self.lookup(), &[word(kind).as_bytes(), &[0], normalized.as_bytes()])
    }
}

/// Written out, so that renaming a variant cannot silently change every stored hash.
fn word(kind: LookupKind) -> &'static str {
    match kind {
        LookupKind::Reference => "REFERENCE",
        LookupKind::Email => "EMAIL",
        LookupKind::Phone => "PHONE",
        LookupKind::NationalId => "NATIONAL_ID",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose::STANDARD};
    use proptest::prelude::*;

    const OLD: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    const NEW: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
    const KINDS: [LookupKind; 4] =
        [LookupKind::Reference, LookupKind::Email, LookupKind::Phone, LookupKind::NationalId];

    /// Pins the hash: another would find nobody.
    #[test]
    fn hashes_stay_what_they_were() {
        let hash = MasterKeys::parse(OLD).unwrap().lookup_hash(LookupKind::Email, "anna@example.se");
        assert_eq!(STANDARD.encode(hash), "EX7O5iA0YriUm+MDaLFRoTYL6gTkXfuOKmepZhKf61o=");
    }

    #[test]
    fn a_rotation_keeps_them_and_another_key_does_not() {
        let of = |text: &str| MasterKeys::parse(text).unwrap().lookup_hash(LookupKind::Phone, "+46701740605");
        assert_eq!(of(OLD), of(&format!("{NEW}\n{OLD}")));
        assert_ne!(of(OLD), of(NEW));
    }

    proptest! {
        #[test]
        fn kinds_and_values_are_told_apart(one in any::<String>(), other in any::<String>()) {
            prop_assume!(one != other);
            let keys = MasterKeys::parse(OLD).unwrap();
            let hashes = KINDS.map(|kind| keys.lookup_hash(kind, &one));
            let email = hashes[1];
            prop_assert_eq!(hashes.iter().collect::<std::collections::BTreeSet<_>>().len(), KINDS.len());
            prop_assert_eq!(email, keys.lookup_hash(LookupKind::Email, &one));
            prop_assert_ne!(email, keys.lookup_hash(LookupKind::Email, &other));
        }
    }
}

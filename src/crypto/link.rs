//! Links that only this program can have handed out.

use super::keyring::{MasterKeys, mac};

/// Another use of the key than any kind that somebody is looked up by.
const USE: &[u8] = b"LINK";

impl MasterKeys {
    /// HMAC-SHA256 of a link's text. The key is the one that outlasts a rotation, so that all servers know each other's links while they
    /// get a new one.
    pub fn sign_link(&self, text: &str) -> [u8; 32] {
        mac(self.lookup(), &[USE, &[0], text.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::enums::LookupKind;

    #[test]
    fn a_link_is_signed_by_its_text_and_key_and_as_nothing_else() {
        let keys = MasterKeys::parse("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=").unwrap();
        let other = MasterKeys::parse("AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=").unwrap();
        let signed = keys.sign_link("/reports/1");
        assert_eq!(signed, keys.sign_link("/reports/1"));
        for wrong in [
            keys.sign_link("/reports/2"),
            other.sign_link("/reports/1"),
            keys.lookup_hash(LookupKind::Reference, "/reports/1"),
        ] {
            assert_ne!(signed, wrong);
        }
    }
}

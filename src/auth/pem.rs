//! Public keys as `openssl pkey -pubout` writes them.

use super::keys::{KeyError, VerifyingKey};
use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    DecodingKey,
    jwk::{AlgorithmParameters, Jwk},
};

// A subject public key info of these two kinds is always this, followed by the key: nothing to parse, and no other
// curve can pass for them.
const ED25519: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const P256: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// All the keys in a file, which may also hold remarks between them. One key that cannot be used spoils the file:
/// an operator who put it there expects it to work.
pub(super) fn public_keys(text: &str) -> Result<Vec<VerifyingKey>, KeyError> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (label, after) = after.split_once("-----").ok_or(KeyError::NotPem)?;
        if label.contains("PRIVATE") {
            return Err(KeyError::Private);
        }
        let (body, after) = after.split_once("-----END ").ok_or(KeyError::NotPem)?;
        if label != "PUBLIC KEY" {
            return Err(KeyError::Unsupported);
        }
        keys.push(public_key(body)?);
        rest = after;
    }
    if keys.is_empty() { Err(KeyError::NotPem) } else { Ok(keys) }
}

fn public_key(body: &str) -> Result<VerifyingKey, KeyError> {
    let base64: String = body.split_ascii_whitespace().collect();
    let der = STANDARD.decode(&base64).map_err(|_| KeyError::NotPem)?;
    if let Some(x) = der.strip_prefix(ED25519) {
        return VerifyingKey::ed25519(None, x);
    }
    if let Some(point) = der.strip_prefix(P256) {
        return VerifyingKey::p256(None, point);
    }
    rsa(&base64)
}

fn rsa(base64: &str) -> Result<VerifyingKey, KeyError> {
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
    let parts = DecodingKey::from_rsa_pem(pem.as_bytes()).and_then(|key| Jwk::from_decoding_key(&key, None));
    let Ok(Jwk { algorithm: AlgorithmParameters::RSA(parts), .. }) = parts else {
        return Err(KeyError::Unsupported);
    };
    match (URL_SAFE_NO_PAD.decode(&parts.n), URL_SAFE_NO_PAD.decode(&parts.e)) {
        (Ok(n), Ok(e)) => VerifyingKey::rsa(None, &n, &e),
        _ => Err(KeyError::Unsupported),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::testing::{EC_PUBLIC, ED_PUBLIC, RSA_1024_PUBLIC, RSA_PRIVATE, RSA_PUBLIC};
    use jsonwebtoken::Algorithm;

    #[test]
    fn several_keys_in_one_file() {
        let file = format!("# new\n{RSA_PUBLIC}\n# old\n{EC_PUBLIC}{}", ED_PUBLIC.replace('\n', "\r\n"));
        let keys = public_keys(&file).unwrap();
        let algorithms: Vec<_> = keys.iter().map(VerifyingKey::algorithm).collect();
        assert_eq!(algorithms, [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA]);
    }

    #[test]
    fn what_is_no_key_of_ours_is_named() {
        let x25519 = ED_PUBLIC.replace("MCowBQYDK2Vw", "MCowBQYDK2Vu");
        for (file, expected) in [
            ("", "no public key"),
            ("hello", "no public key"),
            ("-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----", "no public key"),
            ("-----BEGIN PUBLIC KEY-----\nMCow", "no public key"),
            ("-----BEGIN CERTIFICATE-----\nMCow\n-----END CERTIFICATE-----", "Ed25519"),
            (RSA_PRIVATE, "private"),
            (RSA_1024_PUBLIC, "2048"),
            (&x25519, "Ed25519"),
        ] {
            let error = public_keys(file).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}

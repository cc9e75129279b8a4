//! Keys and tokens for tests. These keys were made for nothing else and open nothing.

use super::{
    claims::{Claims, TokenRules},
    keys::Keys,
    verifier::TokenVerifier,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

/// When tests happen.
pub(super) const NOW: i64 = 1_800_000_000;

pub(super) const ALGORITHMS: [Algorithm; 3] = [Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256];

pub(super) const ED_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIOW8OmzP0BsNdg5FZSCI5oF1JY7XZI3IliCXapAX3fPm
-----END PRIVATE KEY-----";
pub(super) const ED_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAls4iebU6h/HzsSS5MgnnSJ1i0v6AfQgOsjM1Es+bkXI=
-----END PUBLIC KEY-----";
pub(super) const EC_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgE1B9XQpQZc5d2N3F
A4PRkea8E2EkW0Mmr8PjxLMvH92hRANCAASZhhVVr4HlipeRRhUlZzDhBlbFjm0X
m97j4pygeafkY4yjautD5xRcXD7Fp3dMJCXYTGy6la1oKwoAwpsqV4S3
-----END PRIVATE KEY-----";
pub(super) const EC_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmYYVVa+B5YqXkUYVJWcw4QZWxY5t
F5ve4+KcoHmn5GOMo2rrQ+cUXFw+xad3TCQl2ExsupWtaCsKAMKbKleEtw==
-----END PUBLIC KEY-----";
pub(super) const RSA_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCwVJq9o0ULPbmj
OLg4IwGDIdCnJsu6sMTpf3I/hCDB5ua4WU65NjtCUamGjwrOqTP2xlXTs7hTx2UU
7tnOxLS0BWQF5K8/kaFNMnriPGU1HDSHUWZQOQ710cfOcPEG8Jgd1OZ9H8R82Uos
V15UFWbgZVFXHmtlEZKVy6bzmg/3iqn4fhoT0YlYVSZn9kp4BtWKVQTWfcDoZTZc
8USVvruI9ArCeDMDBLpsWLaTLOPGW811o0MTezYNcIp1NitLEdxtcSHmldvH2WXp
ZK7m+sfCkpsgGtYFRTzz5bvDaYr5CA1OOLJ7GOKFA7/zLtpYLzj6C7TtiRnIBVBz
iJhKrweJAgMBAAECggEABWfYlRT46ETwiJiT7DOlh5i9KeyqbPsflEVyEhCpxOwA
WXkybMLk+u3gN7Xxp79/7nIq3io5rcbUellur7Qv0n+CTxxxQ26CXoicRAyEMUY/
tYDJNU8kfmR7nsBvYS41yZ9V4BLd3hJ2v8h/Za5AyMMOZPBzrCXnY6R6RihMUkM+
0PuLP0IPojTtmungo20zBw+JlMt3VuZc2BT60WUDNl4KJDGBVkOomWqIB8S5hLBE
BNsxMfs7MATQxLH1d9OCF4znEOvV2dgBDQO2WbFVok0CeUEU6b9yeJQWOPWAtT0m
3pezxocfnlN2T5I7x+ZfRiERWWU5a7l/hknhx8Zs0QKBgQDhs0lTyaC4/EeX75MN
fEhaIe2mLSHEsb3eLrTaTl+lpafcuNjg0qkzsKct231l5tgbi32EETpN6gAkOJUl
RtY9WkdvBye06lGlspzdkctMS+5kmX+bPtgA9MGc3BKiQxCB65u5m2f9wRUe2EEO
chOcADyNzYmtYnloHpAOddHumQKBgQDIAJvoGM78cbTNMkMGyq09FTkVMbkcc5kG
zItU99YEZigB/BjoC/K96W+iMeUxp+x4athhaeLZrSmMw4Ep+dnu/aE8A3yD9CZO
D3hfm5ezclrI7ZXfY855hUomEKyPlSByrsCqi7P/KdMvXSYqjc2cXtMW8pBKPTJt
ix6o3qomcQKBgHOsI0Sh7ZFhGoAv9LnQnHQ1N0sXjlr0jU61uVK5ICQRRnrE8cIn
tTgcrVG/UAFN0iwrzWRGQA92giQOK8IzD9HZ1wp8LEl4XegCJosYEY1EzSUZ1mCG
UMYMqr3tvE8U9/zd962kjCNtNZndU1pH9Oza4i36zTjjYz2NjF8c2z7hAoGBAI/k
mEbZKnpHmIwVQFHvmcobrdEI0CSfKpbQrOH52Vma4efjp0uz5PYrr+xit4INTb2p
KXqUguiXhBBJTHGV1+zxP4J9A6WwD6sTyEgJGpC5koWDIdPx68hUVG+kiXJYGVtJ
TUamcl7/iXhHLUFqemapdnfJFnTDKLfVYr6eTI6RAoGAKsolvUzpsObrYCG+VATw
kVhKoN92DAuf9UCNlOAlN5dR88yPhtiaGJnVGRof/Idotndb8wSYC7COq9QNlerN
qER4+srH7JllAehTM1v4uQ/TqLFA9rk8pP16RMgL7joZB0vt33T1b01ezdSFoh+H
VUc33DjosHCqPdj9sRUpY80=
-----END PRIVATE KEY-----";
pub(super) const RSA_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsFSavaNFCz25ozi4OCMB
gyHQpybLurDE6X9yP4QgwebmuFlOuTY7QlGpho8Kzqkz9sZV07O4U8dlFO7ZzsS0
tAVkBeSvP5GhTTJ64jxlNRw0h1FmUDkO9dHHznDxBvCYHdTmfR/EfNlKLFdeVBVm
4GVRVx5rZRGSlcum85oP94qp+H4aE9GJWFUmZ/ZKeAbVilUE1n3A6GU2XPFElb67
iPQKwngzAwS6bFi2kyzjxlvNdaNDE3s2DXCKdTYrSxHcbXEh5pXbx9ll6WSu5vrH
wpKbIBrWBUU88+W7w2mK+QgNTjiyexjihQO/8y7aWC84+gu07YkZyAVQc4iYSq8H
iQIDAQAB
-----END PUBLIC KEY-----";
pub(super) const RSA_1024_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC+0IlbGR2VVSiA5wmyAZmeJKkk
uOD8M7FGM7UkWjSsS4KzmAV1CNpMgLCFIG7Wc5cyCvuwC5ZPfMNl+36AccUIBEK1
T0Z3vEGj7NXCtYE98BKWNqGbsGT8L3Y0XH0cjTetpYDK6sKFOGaDKEm3XxFQWlWq
072RO/uXFMVDESD7qwIDAQAB
-----END PUBLIC KEY-----";

pub(super) fn rules() -> TokenRules {
    TokenRules {
        issuer: "https://login.example".into(),
        audience: "kartotek".into(),
        roles_claim: "roles".into(),
        max_lifetime_seconds: 24 * 60 * 60,
    }
}

/// Believes tokens of all three test keys.
pub(super) fn verifier(rules: TokenRules) -> TokenVerifier {
    let file = format!("{ED_PUBLIC}\n{EC_PUBLIC}\n{RSA_PUBLIC}");
    TokenVerifier::new(Keys::from_pem(&file).unwrap(), rules)
}

pub(super) fn public_pem(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::EdDSA => ED_PUBLIC,
        Algorithm::ES256 => EC_PUBLIC,
        _ => RSA_PUBLIC,
    }
}

fn signing_key(algorithm: Algorithm) -> EncodingKey {
    match algorithm {
        Algorithm::EdDSA => EncodingKey::from_ed_pem(ED_PRIVATE.as_bytes()),
        Algorithm::ES256 => EncodingKey::from_ec_pem(EC_PRIVATE.as_bytes()),
        _ => EncodingKey::from_rsa_pem(RSA_PRIVATE.as_bytes()),
    }
    .unwrap()
}

/// Claims that nothing is wrong with.
pub(super) fn good() -> Value {
    json!({
        "iss": "https://login.example",
        "aud": "kartotek",
        "sub": "u-17",
        "iat": NOW,
        "exp": NOW + 3600,
        "roles": ["AGENT"],
    })
}

/// Signs whatever these two texts are with the test key of this algorithm.
pub(super) fn sign_raw(algorithm: Algorithm, header: &str, payload: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature = crypto::sign(message.as_bytes(), &signing_key(algorithm), algorithm).unwrap();
    format!("{message}.{signature}")
}

/// A token with these claims under an ordinary header.
pub(super) fn sign(algorithm: Algorithm, claims: &Value) -> String {
    sign_raw(algorithm, &json!({ "alg": algorithm, "typ": "at+jwt" }).to_string(), &claims.to_string())
}

/// What a token said, for tests that need no token.
pub(super) fn claims(expires_at: i64) -> Claims {
    let mut claims = good();
    claims["iat"] = json!(0);
    claims["exp"] = json!(expires_at);
    Claims::read(claims.to_string().as_bytes(), &rules()).unwrap()
}

//! The catalogue of attacks on tokens (J1 to J19), each tried with all three algorithms.

use super::*;
use crate::{
    auth::testing::{ALGORITHMS, NOW, good, public_pem, rules, sign, sign_raw, verifier},
    policy::Role,
};
use serde_json::json;

fn with(name: &str, value: Value) -> Value {
    let mut claims = good();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = good();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

/// What becomes of these claims, the same with every algorithm.
async fn judged(claims: &Value) -> Result<Identity, Rejected> {
    let mut judgements = Vec::new();
    for algorithm in ALGORITHMS {
        judgements.push(verifier(rules()).verify(&sign(algorithm, claims), NOW).await);
    }
    judgements.dedup();
    assert_eq!(judgements.len(), 1, "the algorithm makes a difference: {judgements:?}");
    judgements.remove(0)
}

/// What becomes of good claims under this header, which is given the right `alg` for every algorithm.
async fn judged_header(extra: Value) -> Result<Identity, Rejected> {
    let mut judgements = Vec::new();
    for algorithm in ALGORITHMS {
        let mut header = json!({ "alg": algorithm, "typ": "at+jwt" });
        header.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let token = sign_raw(algorithm, &header.to_string(), &good().to_string());
        judgements.push(verifier(rules()).verify(&token, NOW).await);
    }
    judgements.dedup();
    assert_eq!(judgements.len(), 1, "the algorithm makes a difference: {judgements:?}");
    judgements.remove(0)
}

#[tokio::test]
async fn a_good_token_is_believed_again_and_again_but_not_longer_than_it_says() {
    for algorithm in ALGORITHMS {
        let verifier = verifier(rules());
        let token = sign(algorithm, &with("name", json!("Åsa")));
        for _ in 0..3 {
            let identity = verifier.verify(&token, NOW).await.unwrap();
            assert_eq!(identity.subject, "u-17");
            assert_eq!(identity.name.as_deref(), Some("Åsa"));
            assert_eq!(identity.roles, [Role::Agent]);
            assert!(!format!("{identity:?}").contains("sa"), "nobody is named in logs");
        }
        assert_eq!(verifier.cache.len(), 1);
        assert!(verifier.verify(&token, NOW + 3599).await.is_ok());
        assert_eq!(verifier.verify(&token, NOW + 3600).await, Err(Rejected::Expired));
        assert_eq!(verifier.verify(&token, NOW - 61).await, Err(Rejected::NotYetValid));
    }
}

#[tokio::test]
async fn j1_to_j5_and_j10_only_the_keys_own_algorithm() {
    for algorithm in ALGORITHMS {
        for word in [
            "none", "None", "NONE", "nOnE", "", "HS256", "HS384", "PS256", "ES384", "RS512", "eddsa",
            "Ed25519",
        ] {
            let header = json!({ "alg": word, "typ": "at+jwt" }).to_string();
            let token = sign_raw(algorithm, &header, &good().to_string());
            assert_eq!(verifier(rules()).verify(&token, NOW).await, Err(Rejected::Algorithm), "{word}");
        }
        for header in [json!({}), json!({ "alg": null }), json!({ "alg": ["RS256"] }), json!([])] {
            let token = sign_raw(algorithm, &header.to_string(), &good().to_string());
            assert_eq!(verifier(rules()).verify(&token, NOW).await, Err(Rejected::Malformed), "{header}");
        }
        // Only this one key is known, and the token claims to be signed with another's algorithm.
        let one_key = TokenVerifier::new(Keys::from_pem(public_pem(algorithm)).unwrap(), rules());
        for other in ALGORITHMS.into_iter().filter(|other| *other != algorithm) {
            assert_eq!(one_key.verify(&sign(other, &good()), NOW).await, Err(Rejected::Algorithm));
            let header = json!({ "alg": other }).to_string();
            let lying = sign_raw(algorithm, &header, &good().to_string());
            assert_eq!(one_key.verify(&lying, NOW).await, Err(Rejected::Algorithm));
        }
    }
}

#[tokio::test]
async fn j5_a_public_key_is_no_hmac_secret() {
    use jsonwebtoken::{EncodingKey, Header};
    for algorithm in ALGORITHMS {
        let pem = public_pem(algorithm);
        for secret in [pem, pem.trim_end(), &format!("{pem}\n"), "secret", ""] {
            let key = EncodingKey::from_secret(secret.as_bytes());
            let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &good(), &key).unwrap();
            assert_eq!(verifier(rules()).verify(&token, NOW).await, Err(Rejected::Algorithm));
            // The same under a flag of an accepted algorithm.
            let (_, rest) = token.split_once('.').unwrap();
            let header = URL_SAFE_NO_PAD.encode(json!({ "alg": algorithm }).to_string());
            let token = format!("{header}.{rest}");
            assert_eq!(verifier(rules()).verify(&token, NOW).await, Err(Rejected::Signature));
        }
    }
}

#[tokio::test]
async fn j6_a_signature_must_be_whole_and_of_this_very_message() {
    for algorithm in ALGORITHMS {
        let token = sign(algorithm, &good());
        let (message, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = message.split_once('.').unwrap();
        let raised = URL_SAFE_NO_PAD.encode(with("roles", json!(["ADMIN"])).to_string());
        let zeros = URL_SAFE_NO_PAD.encode(vec![0; signature.len() * 3 / 4]);
        for token in [
            format!("{message}."),
            token[..token.len() - 4].to_owned(),
            format!("{message}.{zeros}"),
            format!("{token}AAAA"),
            format!("{token}="),
            format!("{token} "),
            format!("{header}.{raised}.{signature}"),
        ] {
            assert_eq!(verifier(rules()).verify(&token, NOW).await, Err(Rejected::Signature), "{token}");
        }
        for token in
            ["", ".", "..", "a.b", message, &format!("{token}.x"), &format!("..{signature}"), "ü.ü.ü"]
        {
            assert_eq!(verifier(rules()).verify(token, NOW).await, Err(Rejected::Malformed), "{token}");
        }
    }
}

#[tokio::test]
async fn j7_a_token_does_not_bring_its_own_key() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let header = json!({ "jku": url, "x5u": url, "jwk": { "kty": "oct", "k": "AA" }, "x5c": [url] });
    assert!(judged_header(header.clone()).await.is_ok(), "ignored, as the signature is by a key of ours");

    let stranger = TokenVerifier::new(Keys::from_pem(public_pem(Algorithm::ES256)).unwrap(), rules());
    let mut header = header;
    header["alg"] = json!("RS256");
    let token = sign_raw(Algorithm::RS256, &header.to_string(), &good().to_string());
    assert_eq!(stranger.verify(&token, NOW).await, Err(Rejected::Algorithm));
    assert!(listener.accept().is_err(), "nobody was asked for keys");
}

#[tokio::test]
async fn j8_a_key_id_is_a_name_and_nothing_else() {
    for id in ["../../dev/null", "x' UNION SELECT '1';--", "|sleep 10", "a\u{0}b", ""] {
        assert!(judged_header(json!({ "kid": id })).await.is_ok(), "a file of keys has no ids: {id}");
    }
    for id in [json!("x".repeat(10_000)), json!(7), json!(null), json!(["a"])] {
        assert_eq!(judged_header(json!({ "kid": id })).await, Err(Rejected::Malformed));
    }
}

#[tokio::test]
async fn j11_the_issuer_is_exactly_ours() {
    for issuer in [
        json!("https://login.example/"),
        json!("https://login.example.evil.example"),
        json!("http://login.example"),
        json!("HTTPS://login.example"),
        json!(" https://login.example"),
        json!(["https://login.example"]),
        json!(""),
        json!(null),
    ] {
        assert_eq!(judged(&with("iss", issuer)).await, Err(Rejected::Issuer));
    }
    assert_eq!(judged(&without("iss")).await, Err(Rejected::Issuer));
}

#[tokio::test]
async fn j12_the_audience_is_ours_perhaps_among_others() {
    assert!(judged(&with("aud", json!(["other", "kartotek"]))).await.is_ok());
    for audience in [json!("other"), json!("kartotek2"), json!([]), json!(["other"]), json!(""), json!(null)]
    {
        assert_eq!(judged(&with("aud", audience)).await, Err(Rejected::Audience));
    }
    assert_eq!(judged(&without("aud")).await, Err(Rejected::Audience));
    for audience in [json!(7), json!({ "kartotek": 1 }), json!(["kartotek", 7])] {
        assert_eq!(judged(&with("aud", audience)).await, Err(Rejected::Claims("aud")));
    }
}

#[tokio::test]
async fn j13_expiry_is_a_whole_number_neither_past_nor_far() {
    assert!(judged(&with("exp", json!(NOW + 24 * 3600))).await.is_ok());
    for (expiry, expected) in [
        (json!(NOW), Rejected::Expired),
        (json!(NOW - 1), Rejected::Expired),
        (json!(0), Rejected::Expired),
        (json!(-1), Rejected::Expired),
        (json!(i64::MIN), Rejected::Expired),
        (json!(NOW + 24 * 3600 + 1), Rejected::TooLongLived),
        (json!(1_000_000_000_000_000_i64), Rejected::TooLongLived),
        (json!(i64::MAX), Rejected::TooLongLived),
        (json!(u64::MAX), Rejected::Claims("exp")),
        (json!((NOW + 60).to_string()), Rejected::Claims("exp")),
        (json!(1_800_000_060.5), Rejected::Claims("exp")),
        (json!(1_800_000_060.0), Rejected::Claims("exp")),
        (json!(true), Rejected::Claims("exp")),
        (json!(null), Rejected::Claims("exp")),
    ] {
        assert_eq!(judged(&with("exp", expiry.clone())).await, Err(expected), "{expiry}");
    }
    assert_eq!(judged(&without("exp")).await, Err(Rejected::Claims("exp")));
    for algorithm in ALGORITHMS {
        let payload = good().to_string().replace(&(NOW + 3600).to_string(), "1e400");
        let token =
            sign_raw(algorithm, r#"{"alg":"?"}"#.replace('?', &format!("{algorithm:?}")).as_str(), &payload);
        assert_eq!(verifier(rules()).verify(&token, NOW).await, Err(Rejected::Malformed));
    }
}

#[tokio::test]
async fn j14_nothing_from_the_future_beyond_a_minute() {
    for name in ["iat", "nbf"] {
        assert!(judged(&with(name, json!(NOW + 60))).await.is_ok());
        assert_eq!(judged(&with(name, json!(NOW + 61))).await, Err(Rejected::NotYetValid));
        assert_eq!(judged(&with(name, json!("1"))).await, Err(Rejected::Claims(name)));
    }
    assert_eq!(judged(&without("iat")).await, Err(Rejected::Claims("iat")));
    assert_eq!(judged(&with("iat", json!(i64::MIN))).await, Err(Rejected::TooLongLived));
}

#[tokio::test]
async fn j15_and_j19_headers() {
    for kind in ["JWT", "jwt", "at+jwt", "application/at+jwt"] {
        assert!(judged_header(json!({ "typ": kind })).await.is_ok(), "{kind}");
    }
    for extra in [
        json!({ "typ": "id_token" }),
        json!({ "typ": "logout+jwt" }),
        json!({ "typ": "" }),
        json!({ "typ": null }),
        json!({ "typ": ["JWT"] }),
        json!({ "crit": ["exp"] }),
        json!({ "crit": [] }),
        json!({ "b64": false }),
        json!({ "b64": true }),
        json!({ "zip": "DEF" }),
        json!({ "enc": "A256GCM" }),
    ] {
        assert_eq!(judged_header(extra.clone()).await, Err(Rejected::Malformed), "{extra}");
    }
    for algorithm in ALGORITHMS {
        let nested = sign_raw(algorithm, &json!({ "alg": algorithm }).to_string(), &sign(algorithm, &good()));
        let jwe = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.AA.AA.AA.AA";
        let twice = format!(r#"{{"alg":"{algorithm:?}","alg":"{algorithm:?}"}}"#);
        let twice = sign_raw(algorithm, &twice, &good().to_string());
        for token in [nested.as_str(), jwe, &twice, &sign(algorithm, &with("x", json!("x".repeat(16_384))))] {
            assert_eq!(verifier(rules()).verify(token, NOW).await, Err(Rejected::Malformed));
        }
    }
}

/// Whom a token without a role of ours names.
fn without_role(judged: Result<Identity, Rejected>) -> String {
    match judged {
        Err(Rejected::NoRole(bearer)) if bearer.roles.is_empty() => bearer.subject,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn j16_roles() {
    let identity =
        judged(&with("roles", json!(["offline_access", "AUDITOR", "AGENT", "AGENT", ""]))).await.unwrap();
    assert_eq!(identity.roles, [Role::Agent, Role::Auditor]);
    for roles in [json!([]), json!(["agent"]), json!(["Agent"]), json!(["SUPERUSER"]), json!(null)] {
        assert_eq!(without_role(judged(&with("roles", roles)).await), good()["sub"]);
    }
    assert_eq!(without_role(judged(&without("roles")).await), good()["sub"]);
    let mut over = without("roles");
    over["exp"] = json!(NOW);
    assert_eq!(judged(&over).await, Err(Rejected::Expired), "nobody is vouched for any more");
    for roles in [json!("AGENT"), json!({ "AGENT": true }), json!(["AGENT", 1]), json!([["AGENT"]]), json!(1)]
    {
        assert_eq!(judged(&with("roles", roles)).await, Err(Rejected::Claims("roles")));
    }
    for algorithm in ALGORITHMS {
        let payload = good().to_string().replacen('{', r#"{"roles":["ADMIN"],"#, 1);
        let token = sign_raw(algorithm, &json!({ "alg": algorithm }).to_string(), &payload);
        assert_eq!(verifier(rules()).verify(&token, NOW).await, Err(Rejected::Malformed));
    }
}

#[tokio::test]
async fn j16_roles_elsewhere() {
    for (path, place) in [
        ("realm_access.roles", json!({ "realm_access": { "roles": ["ADMIN"] } })),
        ("https://our.example/roles", json!({ "https://our.example/roles": ["ADMIN"] })),
    ] {
        let elsewhere = || verifier(TokenRules { roles_claim: path.into(), ..rules() });
        let mut claims = good();
        let plain = sign(Algorithm::EdDSA, &claims);
        // Not the usual place as well; and neither is it when the token is known.
        let verifier = elsewhere();
        for _ in 0..2 {
            assert_eq!(without_role(verifier.verify(&plain, NOW).await), claims["sub"]);
        }
        claims.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        let identity = elsewhere().verify(&sign(Algorithm::EdDSA, &claims), NOW).await.unwrap();
        assert_eq!(identity.roles, [Role::Admin]);
    }
}

#[tokio::test]
async fn other_claims() {
    let identity = judged(&with("scope", json!(" b a  b "))).await.unwrap();
    assert_eq!(identity.scopes, ["a", "b"]);
    assert_eq!(judged(&with("scp", json!(["b", "a"]))).await.unwrap().scopes, ["a", "b"]);
    assert_eq!(judged(&with("customer", json!("K-1"))).await.unwrap().customer.as_deref(), Some("K-1"));
    assert_eq!(judged(&with("name", json!(null))).await.unwrap().name, None);
    for (name, value) in [
        ("sub", json!("")),
        ("sub", json!(" ")),
        ("sub", json!(7)),
        ("sub", json!(null)),
        ("sub", json!("a\nb")),
        ("sub", json!("a\u{202e}b")),
        ("name", json!("a\u{2066}b")),
        ("sub", json!("x".repeat(256))),
        ("name", json!(["Eva"])),
        ("customer", json!(["K-1", "K-2"])),
        ("customer", json!("")),
        ("customer", json!(1)),
        ("scope", json!({ "a": 1 })),
        ("scp", json!([1])),
    ] {
        assert_eq!(judged(&with(name, value)).await, Err(Rejected::Claims(name)), "{name}");
    }
    assert_eq!(judged(&without("sub")).await, Err(Rejected::Claims("sub")));
}

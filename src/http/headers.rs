//! Who says what about a request: token, purpose, reason, request id.

use axum::http::{HeaderMap, HeaderName, header};
use secrecy::SecretString;

use super::{answer::Authorization, refusal::Refusal};

/// Why the data is wanted: a purpose's key.
pub const PURPOSE: HeaderName = HeaderName::from_static("access-purpose");
/// Free text such as a ticket number.
pub const REASON: HeaderName = HeaderName::from_static("access-reason");
/// What request and answer are found by in logs.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Characters in `Access-Reason` at most, and in `Access-Purpose`.
const MAX_TEXT: usize = 200;
/// Characters in `X-Request-Id` at most.
const MAX_REQUEST_ID: usize = 128;

/// The caller's token. Two of them are refused here, since whoever checks one may not be who uses the other.
pub fn authorization(headers: &HeaderMap) -> Result<Authorization, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(Authorization::Absent) };
    if values.next().is_some() {
        return Err(Refusal::bad("There is more than one Authorization header."));
    }
    let Some((scheme, credentials)) = value.to_str().ok().and_then(|value| value.split_once(' ')) else {
        return Ok(Authorization::Unusable);
    };
    let token = credentials.trim_matches(' ');
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Ok(Authorization::Unusable);
    }
    if token.contains([' ', ',']) {
        return Err(Refusal::bad("There is more than one token in the Authorization header."));
    }
    Ok(Authorization::Bearer(SecretString::from(token)))
}

/// `Access-Purpose`.
pub fn purpose(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    text(headers, &PURPOSE, "Access-Purpose")
}

/// `Access-Reason`.
pub fn reason(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    text(headers, &REASON, "Access-Reason")
}

/// One line of UTF-8; nothing when absent or empty. It is stored and shown, so it must not be able to break a line,
/// colour a terminal or turn the direction of text.
fn text(headers: &HeaderMap, name: &HeaderName, written: &'static str) -> Result<Option<String>, Refusal> {
    let refused = |what: &str| Err(Refusal::bad(format!("The header {written} {what}.")).about(written));
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return refused("is there more than once");
    }
    let Ok(text) = str::from_utf8(value.as_bytes()) else { return refused("is not UTF-8") };
    let text = text.trim();
    if text.chars().count() > MAX_TEXT {
        return refused("is longer than 200 characters");
    }
    if text.chars().any(|it| it.is_control() || turns_text(it)) {
        return refused("has characters that cannot be printed");
    }
    Ok(Some(text).filter(|text| !text.is_empty()).map(str::to_owned))
}

/// Line separators and the marks that embed, override or isolate a direction.
const fn turns_text(it: char) -> bool {
    matches!(it, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The caller's request id, if it is one that is safe to repeat in headers and logs.
#[must_use]
pub fn request_id(headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all(&REQUEST_ID).iter();
    let value = values.next().filter(|_| values.next().is_none())?.to_str().ok()?;
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
    let fits = (1..=MAX_REQUEST_ID).contains(&value.len()) && value.bytes().all(safe);
    fits.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use secrecy::ExposeSecret;

    use super::*;

    fn with(name: &HeaderName, values: &[&[u8]]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_bytes(value).unwrap())).collect()
    }

    #[test]
    fn there_is_one_token_or_none() {
        let of = |values: &[&[u8]]| match authorization(&with(&header::AUTHORIZATION, values)) {
            Ok(Authorization::Absent) => "absent".to_owned(),
            Ok(Authorization::Unusable) => "unusable".to_owned(),
            Ok(Authorization::Bearer(token)) => token.expose_secret().to_owned(),
            Err(_) => "refused".to_owned(),
        };
        for (values, expected) in [
            (&[][..], "absent"),
            (&[&b"Bearer a.b.c"[..]], "a.b.c"),
            (&[b"bearer   a.b.c "], "a.b.c"),
            (&[b"Basic YTpi"], "unusable"),
            (&[b"Bearer"], "unusable"),
            (&[b"Bearer "], "unusable"),
            (&[b"a.b.c"], "unusable"),
            (&[b"Bearer \xff"], "unusable"),
            (&[b""], "unusable"),
            (&[b"Bearer a b"], "refused"),
            (&[b"Bearer a, Bearer b"], "refused"),
            (&[b"Bearer a", b"Bearer a"], "refused"),
            (&[b"Basic a", b"Bearer a"], "refused"),
        ] {
            assert_eq!(of(values), expected, "{values:?}");
        }
    }

    #[test]
    fn a_token_is_not_printed() {
        let authorization = authorization(&with(&header::AUTHORIZATION, &[b"Bearer secret"])).unwrap();
        assert!(!format!("{authorization:?}").contains("secret"));
    }

    #[test]
    fn a_reason_is_one_line_of_text() {
        let of = |values: &[&[u8]]| reason(&with(&REASON, values));
        assert_eq!(of(&[]), Ok(None));
        assert_eq!(of(&[b"  "]), Ok(None));
        assert_eq!(of(&["ärende 4711".as_bytes()]), Ok(Some("ärende 4711".into())));
        assert_eq!(of(&["å".repeat(200).as_bytes()]), Ok(Some("å".repeat(200))));
        for refused in [
            &["å".repeat(201).as_bytes()][..],
            &[b"\xe9"],
            &[b"a\tb"],
            &["a\u{85}b".as_bytes()],
            &["a\u{202e}b".as_bytes()],
            &[b"a", b"b"],
        ] {
            assert!(of(refused).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn a_request_id_is_repeated_only_when_it_is_harmless() {
        let of = |values: &[&[u8]]| request_id(&with(&REQUEST_ID, values));
        assert_eq!(of(&[b"a.B_9:-"]).as_deref(), Some("a.B_9:-"));
        assert_eq!(of(&[&[b'a'; 128]]).map(|id| id.len()), Some(128));
        for refused in
            [&[][..], &[&b""[..]], &[&[b'a'; 129]], &[b"a b"], &[b"\xff"], &[b"<b>"], &[b"a", b"b"]]
        {
            assert_eq!(of(refused), None, "{refused:?}");
        }
    }
}

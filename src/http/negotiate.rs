//! Media types: what a client takes, and what a request is made of.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use super::refusal::Refusal;

const GRAPHQL: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

/// The two media types of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `application/graphql-response+json`: the status says whether the request was executed.
    GraphQl,
    /// `application/json`: the older one, where a refused document is answered with 200 all the same.
    Json,
}

impl MediaType {
    /// As `Content-Type`.
    #[must_use]
    pub const fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }
}

/// The media type that the client likes best.
///
/// Without `Accept`, or with `*/*` alone, that is `application/json`: whoever does not ask for the newer type may not
/// know what it does to the status. Who names both equally gets the newer one.
pub fn accepted(headers: &HeaderMap) -> Result<MediaType, Refusal> {
    if !headers.contains_key(header::ACCEPT) {
        return Ok(MediaType::Json);
    }
    let ranges: Vec<(String, u16)> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(range)
        .collect();
    let named =
        |name: &str| ranges.iter().filter(|(range, _)| range == name).map(|(_, quality)| *quality).max();
    let wildcard = named("application/*").or_else(|| named("*/*"));
    let graphql = named(GRAPHQL).or(wildcard).unwrap_or(0);
    let json = named(JSON).or(wildcard).unwrap_or(0);

    if graphql == 0 && json == 0 {
        let message = format!("Answers come as {GRAPHQL} or {JSON}.");
        return Err(Refusal::new(StatusCode::NOT_ACCEPTABLE, message));
    }
    let newer = graphql > json || graphql == json && named(GRAPHQL).is_some();
    Ok(if newer { MediaType::GraphQl } else { MediaType::Json })
}

/// One element of `Accept`: the range in lower case and its quality in thousandths. Other parameters do not matter.
fn range(element: &str) -> Option<(String, u16)> {
    let mut parts = element.split(';').map(str::trim);
    let range = parts.next().filter(|range| range.contains('/'))?.to_ascii_lowercase();
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some((range, quality.map_or(Some(1_000), thousandths)?))
}

/// `1`, `0.8`, `0.125`.
fn thousandths(quality: &str) -> Option<u16> {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    let fits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    match whole {
        "1" if fits => Some(1_000),
        "0" if fits => format!("{fraction:0<3}").parse().ok(),
        _ => None,
    }
}

/// That a body is JSON in UTF-8, and not packed.
///
/// Nothing else is read: a browser sends forms and plain text to other sites without asking, but not JSON. A packed
/// body could be a thousand times as large as its limit.
pub fn check_body(headers: &HeaderMap) -> Result<(), Refusal> {
    let unsupported = |message: &str| Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    if headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .any(|it| !it.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        return unsupported("The body must not be encoded; remove Content-Encoding.");
    }
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    match (types.next().and_then(|value| value.to_str().ok()), types.next()) {
        (Some(value), None) if is_utf8_json(value) => Ok(()),
        _ => unsupported("The body must be application/json in UTF-8, and its Content-Type say so."),
    }
}

fn is_utf8_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|it| it.eq_ignore_ascii_case(JSON));
    is_json
        && parts.filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
            let charset = value.trim().trim_matches('"');
            !name.trim().eq_ignore_ascii_case("charset")
                || charset.eq_ignore_ascii_case("utf-8")
                || charset.eq_ignore_ascii_case("utf8")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &header::HeaderName, values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn the_client_chooses_the_media_type() {
        use MediaType::{GraphQl, Json};
        for (accept, expected) in [
            (&[][..], Some(Json)),
            (&["*/*"], Some(Json)),
            (&["application/*"], Some(Json)),
            (&["text/html,application/xhtml+xml,*/*;q=0.8"], Some(Json)),
            (&[GRAPHQL], Some(GraphQl)),
            (&[JSON], Some(Json)),
            (&["Application/JSON; charset=utf-8"], Some(Json)),
            (&["application/graphql-response+json, application/json"], Some(GraphQl)),
            (&[JSON, GRAPHQL], Some(GraphQl)),
            (&["application/graphql-response+json, application/json;q=0.9"], Some(GraphQl)),
            (&["application/graphql-response+json;q=0.9, application/json"], Some(Json)),
            (&["application/graphql-response+json, */*;q=0.1"], Some(GraphQl)),
            (&["application/json;q=0, */*"], Some(GraphQl)),
            (&["*/*;q=0"], None),
            (&["text/html"], None),
            (&["multipart/mixed"], None),
            (&["application/json;q=abc"], None),
            (&["nonsense"], None),
        ] {
            assert_eq!(accepted(&with(&header::ACCEPT, accept)).ok(), expected, "{accept:?}");
        }
    }

    #[test]
    fn a_body_is_json_in_utf8() {
        for (content_type, fine) in [
            (&["application/json"][..], true),
            (&["Application/Json"], true),
            (&["application/json; charset=UTF-8"], true),
            (&["application/json;charset=\"utf-8\""], true),
            (&["application/json; charset=latin1"], false),
            (&["application/json; Charset=utf-16"], false),
            (&["text/plain"], false),
            (&["application/x-www-form-urlencoded"], false),
            (&["multipart/form-data; boundary=x"], false),
            (&["application/jsonp"], false),
            (&["application/json, text/plain"], false),
            (&["application/json", "application/json"], false),
            (&[""], false),
            (&[], false),
        ] {
            let headers = with(&header::CONTENT_TYPE, content_type);
            assert_eq!(check_body(&headers).is_ok(), fine, "{content_type:?}");
        }
    }

    #[test]
    fn a_body_is_not_packed() {
        for (encoding, fine) in
            [("identity", true), ("gzip", false), ("deflate", false), ("gzip, identity", false)]
        {
            let mut headers = with(&header::CONTENT_TYPE, &[JSON]);
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            assert_eq!(check_body(&headers).is_ok(), fine, "{encoding}");
        }
    }
}

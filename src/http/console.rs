//! Pages for people: what is where, and the IDE. Both come from the program itself and know no other host.

use axum::{
    Router,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};

use super::refusal::Refusal;

const INDEX: &str = include_str!("console/index.html");
const GRAPHIQL: &str = include_str!("graphiql/index.html");
// Only the packed form is kept: it is a third of the size, and every browser unpacks it.
const GRAPHIQL_SCRIPT: &[u8] = include_bytes!("graphiql/dist/graphiql.js.gz");
const GRAPHIQL_STYLE: &[u8] = include_bytes!("graphiql/dist/graphiql.css.gz");

/// A page that only links.
const INDEX_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// The IDE sets styles on its elements and draws with inline images; its scripts are one file of ours.
const GRAPHIQL_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The routes of the pages.
pub fn routes() -> Router {
    Router::new()
        .route("/", get(async || page(INDEX, INDEX_POLICY)))
        .route("/graphiql", get(async || page(GRAPHIQL, GRAPHIQL_POLICY)))
        .route(
            "/graphiql/graphiql.js",
            get(async |headers| packed(&headers, GRAPHIQL_SCRIPT, "text/javascript")),
        )
        .route("/graphiql/graphiql.css", get(async |headers| packed(&headers, GRAPHIQL_STYLE, "text/css")))
}

fn page(html: &'static str, policy: HeaderValue) -> Response {
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
}

fn packed(headers: &HeaderMap, bytes: &'static [u8], kind: &'static str) -> Response {
    if !takes_gzip(headers) {
        return Refusal::new(StatusCode::NOT_ACCEPTABLE, "This file comes with Content-Encoding: gzip only.")
            .into_response();
    }
    let headers: [(HeaderName, &str); 3] =
        [(header::CONTENT_TYPE, kind), (header::CONTENT_ENCODING, "gzip"), (header::VARY, "Accept-Encoding")];
    (headers, bytes).into_response()
}

/// Without `Accept-Encoding`, every encoding is acceptable (RFC 9110, 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::ACCEPT_ENCODING) else { return true };
    value.to_str().unwrap_or_default().split(',').any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = quality.trim().strip_prefix("q=").is_some_and(|it| it.parse() == Ok(0.0));
        ["gzip", "x-gzip", "*"].iter().any(|it| name.trim().eq_ignore_ascii_case(it)) && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_whoever_does_not_refuse_it() {
        for (value, takes) in [
            (None, true),
            (Some("gzip, deflate, br"), true),
            (Some("br;q=1, GZIP;q=0.5"), true),
            (Some("*"), true),
            (Some("identity"), false),
            (Some("gzip;q=0"), false),
            (Some("gzip; q=0.0, br"), false),
            (Some(""), false),
        ] {
            let headers = value.map(|it| (header::ACCEPT_ENCODING, HeaderValue::from_static(it)));
            assert_eq!(takes_gzip(&headers.into_iter().collect()), takes, "{value:?}");
        }
    }

    #[test]
    fn pages_name_no_other_host() {
        for page in [INDEX, GRAPHIQL] {
            assert!(!page.contains("//"), "{page}");
        }
    }
}

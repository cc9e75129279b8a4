//! The page that the link in a letter leads to: a third party says there, without signing in and once, what came of what it
//! was asked.

use super::{
    client::{Peer, TrustedProxies},
    envelope::RequestId,
    identify::Front,
    refusal::Refusal,
    rejections::Why,
};
use crate::{
    access::Stop,
    connector::{answer_hash, email::case_number},
    domain::{
        catalog::{Catalog, Catalogs},
        task::{AnswerByLink, Asked, AskedByLink, KeptFor, SaidByLink},
    },
};
use axum::{
    Extension, Form, Router,
    extract::{Path, State, rejection::FormRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use entity::{connector::Connector, enums::Locale};
use serde::Deserialize;
use std::sync::Arc;

const FORM: &str = include_str!("answers/form.html");
const SAID: &str = include_str!("answers/said.html");

/// A page without scripts, whose form comes back here.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);

/// What takes answers in.
#[derive(Clone, Debug)]
pub struct Answers {
    pub front: Arc<Front>,
    pub catalogs: Arc<Catalogs>,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: TrustedProxies,
}

/// The route of the page. To look at it uses nothing up: programs that look through mail follow links, too.
pub fn routes(answers: Answers) -> Router {
    Router::new().route("/answers/{token}", get(show).post(take_in)).with_state(answers)
}

/// What the form says.
#[derive(Debug, Deserialize)]
struct Said {
    outcome: String,
}

/// Who asked, as far as is known of somebody without a name.
struct Origin(std::net::IpAddr, String);

async fn show(
    State(answers): State<Answers>,
    Path(token): Path<String>,
    Extension(peer): Extension<Peer>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
) -> Response {
    let origin = Origin(answers.proxies.client(peer.0, &headers), id.0);
    match answers.asked(&token).await {
        Ok(Some(asked)) => {
            let catalog = answers.catalogs.current();
            page(FORM, &catalog, locale(&catalog, &asked), Some(&asked), StatusCode::OK)
        }
        Ok(None) => answers.nobody(origin).await,
        Err(stop) => broken(&stop),
    }
}

async fn take_in(
    State(answers): State<Answers>,
    Path(token): Path<String>,
    Extension(peer): Extension<Peer>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    said: Result<Form<Said>, FormRejection>,
) -> Response {
    let origin = Origin(answers.proxies.client(peer.0, &headers), id.0);
    let asked = match answers.asked(&token).await {
        Ok(Some(asked)) => asked,
        Ok(None) => return answers.nobody(origin).await,
        Err(stop) => return broken(&stop),
    };
    let said = said.ok().and_then(|Form(said)| read(&said.outcome));
    let Some(said) = said else {
        return Refusal::bad("Choose one of the answers on the page.").into_response();
    };
    let catalog = answers.catalogs.current();
    let answer = AnswerByLink { catalog: catalog.clone(), hash: answer_hash(&token), said };
    // What they have said is taken in whether or not they wait for the page that thanks them.
    let door = answers.front.door.clone();
    let taken =
        tokio::spawn(async move { door.program("answers", "answerByLink").write(answer).await }).await;
    match taken {
        Ok(Ok(())) => page(SAID, &catalog, locale(&catalog, &asked), Some(&asked), StatusCode::OK),
        Ok(Err(Stop::Refused(_))) => answers.nobody(origin).await,
        Ok(Err(stop)) => broken(&stop),
        Err(_) => Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "Something broke.").into_response(),
    }
}

impl Answers {
    async fn asked(&self, token: &str) -> Result<Option<Asked>, Stop> {
        self.front.door.program("answers", "showQuestion").read(AskedByLink(answer_hash(token))).await
    }

    /// What anybody sees whose link leads nowhere, whether it never did or does no longer.
    async fn nobody(&self, origin: Origin) -> Response {
        let refusal = Refusal::new(StatusCode::NOT_FOUND, "This link was used already, or is too old.");
        let instead = |_: &Stop| unavailable();
        let told =
            self.front.reject((Why::Unauthenticated, None), (origin.0, origin.1), refusal, instead).await;
        told.into_inner().into_response()
    }
}

fn read(outcome: &str) -> Option<SaidByLink> {
    Some(match outcome {
        "done" => SaidByLink::Done,
        "nothing" => SaidByLink::NothingFound,
        "obligation" => SaidByLink::Kept(KeptFor::LegalObligation),
        "claims" => SaidByLink::Kept(KeptFor::LegalClaims),
        "interest" => SaidByLink::Kept(KeptFor::PublicInterest),
        "another" => SaidByLink::Kept(KeptFor::Another),
        _ => return None,
    })
}

fn locale(catalog: &Catalog, asked: &Asked) -> Locale {
    match catalog.systems.get(&asked.system_id).and_then(|system| system.connector.as_ref()) {
        Some(Connector::Email(email)) => email.locale,
        _ => Locale::En,
    }
}

/// The part of a page in their language, between its marks.
fn page(
    template: &str,
    catalog: &Catalog,
    locale: Locale,
    asked: Option<&Asked>,
    status: StatusCode,
) -> Response {
    let word = match locale {
        Locale::Sv => "sv",
        Locale::En => "en",
    };
    let (begin, end) = (format!("<!-- {word} -->"), format!("<!-- /{word} -->"));
    let part = template.split_once(&begin).and_then(|(_, rest)| rest.split_once(&end));
    let company = catalog.controller.as_ref().map_or("", |company| company.name.as_str());
    let case = asked.map(|asked| case_number(asked.call_key)).unwrap_or_default();
    let html = part.map_or("", |(part, _)| part).trim_start();
    let html = html.replace("{company}", &escaped(company)).replace("{case}", &case);
    (status, [(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

fn broken(stop: &Stop) -> Response {
    tracing::error!(error = %stop, "an answer could not be taken in");
    unavailable().into_response()
}

fn unavailable() -> Refusal {
    Refusal::unavailable(
        "This cannot be taken in right now: try again shortly.",
        std::time::Duration::from_secs(30),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_text() {
        assert_eq!(escaped("<b>\"A & O's\"</b>"), "&lt;b&gt;&quot;A &amp; O&#39;s&quot;&lt;/b&gt;");
    }

    #[test]
    fn every_choice_on_the_page_is_understood() {
        for locale in ["sv", "en"] {
            let (_, rest) = FORM.split_once(&format!("<!-- {locale} -->")).unwrap();
            let (part, _) = rest.split_once(&format!("<!-- /{locale} -->")).unwrap();
            let values = part.split("value=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
            let values = values.collect::<Vec<_>>();
            assert_eq!(values.len(), 6);
            assert!(values.iter().all(|value| read(value).is_some()), "{values:?}");
            assert!(!part.contains("//"), "the page names no other host");
        }
    }
}

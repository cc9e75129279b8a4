//! Asks one thing at a time, again where that is safe and may help.

use super::{answer, endpoint::Endpoint, error::ClientError};
use reqwest::{
    Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use std::{
    error::Error,
    io,
    time::{Duration, SystemTime},
};
use tokio::time::{Instant, sleep_until};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);

/// How long an answer may take. A server gives up after 30 seconds unless it is told otherwise.
const ANSWER: Duration = Duration::from_mins(2);

/// How long a file may take.
const DOWNLOAD: Duration = Duration::from_hours(1);

/// The longest answer, in bytes.
const LONGEST: usize = 8 << 20;

/// How long is waited before something is asked for the second time; then twice as long each time.
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// The longest of these waits.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The longest text in a header, in characters.
const TEXT: usize = 200;

/// What is said with each question, and stands in the audit log.
#[derive(Clone, Debug, Default)]
pub struct Stated {
    /// `Access-Purpose`: a purpose's key. Without, the one that goes with the role.
    pub purpose: Option<String>,
    /// `Access-Reason`. Of a longer text the first line, and of that 200 characters.
    pub reason: Option<String>,
}

/// How long a server is waited for that is away, or says that it cannot answer now.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From when it is first noticed.
    pub lasts: Duration,
    /// Is told of it then, once.
    pub told: fn(&ClientError),
}

/// Whether something may be asked again of which nobody knows whether it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Done twice it is as if it was done once.
    Safe,
    /// Only if it is certain that it was not done.
    Unsafe,
}

/// A query or mutation with one root field.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// In GraphQL.
    pub document: &'static str,
    /// Its root field. A mutation asks for `userErrors { code message field }` as well.
    pub field: &'static str,
    /// See [`Again`].
    pub again: Again,
}

/// A server, and who asks it.
#[derive(Debug)]
pub struct Client {
    endpoint: Endpoint,
    http: reqwest::Client,
    patience: Patience,
}

impl Client {
    /// One that asks at this address, with this token.
    ///
    /// # Errors
    /// When the token is none.
    pub fn new(
        endpoint: Endpoint,
        token: &SecretString,
        stated: &Stated,
        patience: Patience,
    ) -> Result<Self, ClientError> {
        let mut headers = HeaderMap::new();
        let token = token.expose_secret();
        let mut bearer = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| ClientError::Token)?;
        if token.is_empty() || token.contains(char::is_whitespace) {
            return Err(ClientError::Token);
        }
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/graphql-response+json"));
        for (name, text) in [("access-purpose", &stated.purpose), ("access-reason", &stated.reason)] {
            if let Some(value) = text.as_deref().and_then(header) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .https_only(!endpoint.in_the_clear);
        let http = if endpoint.is_local { http.no_proxy() } else { http };
        let http = http.build().map_err(|error| ClientError::Client(error.without_url()))?;
        Ok(Self { endpoint, http, patience })
    }

    /// The value of the question's root field. A server that cannot answer now is asked again, as far as the question and
    /// the patience allow.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn ask<T: DeserializeOwned>(
        &self,
        question: &Question,
        variables: impl Serialize,
    ) -> Result<T, ClientError> {
        let body = json!({ "query": question.document, "variables": variables }).to_string();
        let (mut until, mut wait) = (None, FIRST_WAIT);
        loop {
            let (error, told_to_wait) = match self.once(question, body.clone()).await {
                Ok(value) => return Ok(value),
                Err(failed) => failed,
            };
            let may_again = question.again == Again::Safe || error.nothing_was_done();
            if !error.passes() || !may_again {
                return Err(error);
            }
            let next = Instant::now() + told_to_wait.unwrap_or(wait);
            let is_first = until.is_none();
            if next > *until.get_or_insert_with(|| Instant::now() + self.patience.lasts) {
                return Err(error);
            }
            if is_first {
                (self.patience.told)(&error);
            }
            sleep_until(next).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// A file that the server has said where to find, a piece at a time, until a piece is not taken. The address alone proves who
    /// asks.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn fetch(
        &self,
        path: &str,
        mut piece: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<io::Result<()>, ClientError> {
        let url = self.endpoint.file(path).ok_or(ClientError::Unexpected)?;
        let lost = |error: reqwest::Error| ClientError::Unanswered(error.without_url());
        let mut answer = self.http.get(url).timeout(DOWNLOAD).send().await.map_err(lost)?;
        let status = answer.status();
        if status != StatusCode::OK {
            return Err(ClientError::NotKartotek(status));
        }
        while let Some(bytes) = answer.chunk().await.map_err(lost)? {
            if let Err(error) = piece(&bytes) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }

    /// Asks, and says on failing how long the server wants to be left alone.
    async fn once<T: DeserializeOwned>(
        &self,
        question: &Question,
        body: String,
    ) -> Result<T, (ClientError, Option<Duration>)> {
        let lost = |error: reqwest::Error| {
            let error = error.without_url();
            let lost = match error.is_connect() {
                true if is_of_tls(&error) => ClientError::Insecure,
                true => ClientError::Unreachable,
                false => ClientError::Unanswered,
            };
            (lost(error), None)
        };
        let answer = self.http.post(self.endpoint.url.clone()).body(body).send().await.map_err(lost)?;
        let (status, wait) = (answer.status(), retry_after(answer.headers()));
        let request_id = answer.headers().get("x-request-id").and_then(|id| id.to_str().ok());
        let request_id = request_id.map(str::to_owned);
        let body = bounded(answer).await.map_err(|error| match error {
            Ok(error) => lost(error),
            Err(too_long) => (too_long, None),
        })?;
        answer::read((status, request_id), &body, question.field).map_err(|error| (error, wait))
    }
}

/// Whether somebody answered, and what they said is no TLS or has no certificate that is trusted: TLS calls that invalid data.
fn is_of_tls(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        let known = error.downcast_ref::<io::Error>();
        if known.is_some_and(|error| error.kind() == io::ErrorKind::InvalidData) {
            return true;
        }
        // What an error of input and output wraps is not its source.
        let within = known.and_then(io::Error::get_ref).map(|error| error as &(dyn Error + 'static));
        cause = within.or_else(|| error.source());
    }
    false
}

/// The whole body, unless that is too long.
async fn bounded(mut answer: Response) -> Result<Vec<u8>, Result<reqwest::Error, ClientError>> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(Ok)? {
        if body.len() + chunk.len() > LONGEST {
            return Err(Err(ClientError::TooLong(LONGEST)));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Seconds, or a date (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    Some(until.duration_since(SystemTime::now()).unwrap_or_default())
}

/// What of a text may stand in a header: the server takes one line of 200 characters that can be printed.
fn header(text: &str) -> Option<HeaderValue> {
    let line = text.trim().lines().next()?;
    let printed = line.chars().map(|it| if is_printed(it) { it } else { ' ' });
    let cut = printed.take(TEXT).collect::<String>();
    HeaderValue::from_bytes(cut.trim().as_bytes()).ok().filter(|value| !value.is_empty())
}

/// Neither a control character nor one that turns the direction of text.
fn is_printed(it: char) -> bool {
    !it.is_control()
        && !matches!(it, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

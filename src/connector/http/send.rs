//! Sends the request and takes the answer in, within bounds: of time, of size, and of where it may go.

use super::{
    super::{Answer, Call, Failure},
    answer::{Heard, refusal, understand},
    body,
    egress::{Destination, Egress},
    resolver::{SystemNames, out_of_bounds},
    sign::{ID, Keys, SIGNATURE, TIMESTAMP},
    verdict::{Asked, lasting, passing},
};
use chrono::{DateTime, Utc};
use entity::enums::SubjectKeyKind;
use reqwest::{
    Client, ClientBuilder, Request, Response, Url,
    dns::Resolve,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};
use secrecy::{ExposeSecret, SecretString};
use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

/// More than this nobody has to say about a request.
pub(super) const MAX_BYTES: usize = 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const LONGEST_CAUSE: usize = 200;
/// Makes a second request with the same key do nothing. The draft (draft-ietf-httpapi-idempotency-key-header) puts the
/// key between quotation marks; the servers that there are expect it without.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A third party, as it is reached.
#[derive(Debug)]
pub struct ThirdParty {
    pub destination: Destination,
    /// Sign what is sent, and prove that an answer is theirs.
    pub keys: Keys,
    /// A bearer token, where they ask for one.
    pub authorization: Option<SecretString>,
    /// What they know a customer by.
    pub known_by: SubjectKeyKind,
    /// For all of it: looking up the name, connecting, asking, and taking in the answer.
    pub timeout: Duration,
}

/// Asks third parties. One is enough for all of them.
#[derive(Clone, Debug)]
pub struct Sender {
    client: Client,
    egress: Egress,
}

/// The client could not be made, as when the system's certificates cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the client for third parties could not be set up")]
pub struct CannotSend(#[source] reqwest::Error);

impl Sender {
    /// Asks within the bounds of `egress`.
    pub fn new(egress: Egress) -> Result<Self, CannotSend> {
        Self::with(client(&egress, Arc::new(SystemNames)), egress)
    }

    fn with(client: ClientBuilder, egress: Egress) -> Result<Self, CannotSend> {
        Ok(Self { client: client.build().map_err(CannotSend)?, egress })
    }

    /// Makes one attempt at `call`, for a task that was opened at `asked_at`. They may answer for good later, at
    /// `callback`.
    pub async fn ask(
        &self,
        party: &ThirdParty,
        call: &Call,
        asked_at: DateTime<Utc>,
        callback: Option<&Url>,
        now: DateTime<Utc>,
    ) -> Result<Answer, Failure> {
        let begun = Instant::now();
        // The operator may allow less than when it was registered.
        let within = self.egress.check_url(party.destination.url());
        within.map_err(|out| lasting(format!("requests may not go there: {out}")))?;
        let request = self.request(party, call, asked_at, callback, now)?;
        let answer = self.client.execute(request).await.map_err(|error| unreached(&error))?;
        // Their answer's time is measured against when it came, which with a long time-out is much later.
        let now = now + begun.elapsed();
        self.take_in(answer, party, &Asked { key: call.key, subject: &call.subject, now }).await
    }

    /// Whether anybody answers there. What they say to a question that changes nothing (RFC 9110, section 9.2.1) does not
    /// matter.
    pub async fn reach(&self, party: &ThirdParty) -> Result<(), Failure> {
        let url = party.destination.url().clone();
        let asked = self.client.head(url).timeout(party.timeout).send().await;
        asked.map(drop).map_err(|error| unreached(&error))
    }

    fn request(
        &self,
        party: &ThirdParty,
        call: &Call,
        asked_at: DateTime<Utc>,
        callback: Option<&Url>,
        now: DateTime<Utc>,
    ) -> Result<Request, Failure> {
        let body = body::request(call, party.known_by, asked_at, callback)?;
        let key = call.key.to_string();
        let signature = party.keys.sign(&key, now, &body).map_err(|error| lasting(error.to_string()))?;
        let mut request = self
            .client
            .post(party.destination.url().clone())
            .timeout(party.timeout)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header(IDEMPOTENCY_KEY, &key)
            .header(ID, &key)
            .header(TIMESTAMP, now.timestamp())
            .header(SIGNATURE, signature)
            .body(body);
        if let Some(token) = &party.authorization {
            request = request.header(AUTHORIZATION, bearer(token)?);
        }
        request.build().map_err(|_| lasting("the request could not be put together"))
    }

    async fn take_in(
        &self,
        mut answer: Response,
        party: &ThirdParty,
        asked: &Asked<'_>,
    ) -> Result<Answer, Failure> {
        let status = answer.status();
        if let Some(failure) = refusal(status, answer.headers(), asked.now) {
            return Err(failure);
        }
        let body = read(&mut answer).await?;
        let https = party.destination.is_https();
        let heard = Heard { status, headers: answer.headers(), body: &body, https };
        understand(heard, &party.keys, asked)
    }
}

/// Goes where it is told and nowhere else: no redirects, no proxies from the environment, no cookies (which this build
/// of the client does not know), no attempts of its own.
fn client(egress: &Egress, names: Arc<dyn Resolve>) -> ClientBuilder {
    Client::builder()
        .dns_resolver(Arc::new(egress.resolver(names)))
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .user_agent(concat!("kartotek/", env!("CARGO_PKG_VERSION")))
}

fn bearer(token: &SecretString) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret().trim()))
        .map_err(|_| lasting("the bearer token has characters that no header can hold"))?;
    value.set_sensitive(true);
    Ok(value)
}

async fn read(answer: &mut Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| unreached(&error))? {
        if body.len() + chunk.len() > MAX_BYTES {
            return Err(passing(format!("their answer is longer than {MAX_BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Why there is no answer. The client's own message holds the URL, so only the innermost cause is told.
fn unreached(error: &reqwest::Error) -> Failure {
    if let Some(out) = out_of_bounds(error) {
        return lasting(format!("requests may not go where the name leads: {out}"));
    }
    if error.is_timeout() {
        return passing("they did not answer in time");
    }
    let what = if error.is_dns() {
        "the name was not found"
    } else if error.is_connect() {
        "no connection was made"
    } else {
        "the connection broke off"
    };
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    let cause = causes.last().map(|cause| format!(": {cause}")).unwrap_or_default();
    passing(format!("{what}{}", cause.chars().take(LONGEST_CAUSE).collect::<String>()))
}

#[cfg(test)]
mod tests;

//! Hands what was signed to an address that its administrators cannot write to: an archive, or a monitor.

use reqwest::{Client, StatusCode, Url, header::CONTENT_TYPE, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Why a note was not taken. Says nothing of the address, which may have a secret in it.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    #[error("no answer: {0}")]
    Unanswered(#[from] reqwest::Error),
    #[error("the answer's status is {0}")]
    Status(StatusCode),
}

/// Where notes go.
#[derive(Debug)]
pub struct Push {
    url: SecretString,
    client: Client,
}

/// The address, if it is one: `https://`, or `http://` on this machine.
fn address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_local = || matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    (url.scheme() == "https" || (url.scheme() == "http" && is_local())).then_some(url)
}

impl Push {
    /// Whether notes may go to this address.
    #[must_use]
    pub fn may_go_to(text: &str) -> bool {
        address(text).is_some()
    }

    /// To this address, which [`Self::may_go_to`].
    ///
    /// # Errors
    /// When no client can be made.
    pub fn to(url: SecretString) -> Result<Self, NotTaken> {
        let is_local = url.expose_secret().starts_with("http:");
        let client = Client::builder().redirect(Policy::none()).timeout(TIMEOUT).https_only(!is_local);
        let client = if is_local { client.no_proxy() } else { client };
        Ok(Self { url, client: client.build()? })
    }

    /// Hands over a signed note.
    ///
    /// # Errors
    /// When there is no answer, or one that does not say that it was taken.
    pub async fn hand_over(&self, note: String) -> Result<(), NotTaken> {
        let request =
            self.client.post(self.url.expose_secret()).header(CONTENT_TYPE, "text/plain; charset=utf-8");
        let answer = request.body(note).send().await.map_err(reqwest::Error::without_url)?;
        if answer.status().is_success() { Ok(()) } else { Err(NotTaken::Status(answer.status())) }
    }
}

//! Hands letters to the company's mail server, and asks it whether it would take them.

use super::{
    super::Failure,
    compose::{Mail, compose},
    letter::Letter,
    server::{BadSender, BadUrl, Security, Server, sender},
};
use chrono::{DateTime, Utc};
use lettre::{
    message::Mailbox,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters, TlsParametersBuilder},
        commands::{Data, Mail as MailFrom, Noop, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
    },
};
use secrecy::{ExposeSecret, SecretString};
use std::{error::Error as _, time::Duration};
use tokio::time::timeout;

/// For the goodbye, which nothing depends on any more.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(1);
const LONGEST_CAUSE: usize = 200;
/// Answers to the beginning and to the end of a letter (RFC 5321, section 4.3.2).
const GO_ON: u16 = 354;
const TAKEN: u16 = 250;
/// Passwords go over TLS, or stay on this machine.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// Sends letters, each over a connection of its own. One is enough for all of them.
pub struct Mailer {
    server: Server,
    from: Mailbox,
    /// Whose certificates count; nothing where nothing leaves this machine.
    tls: Option<TlsParameters>,
    timeout: Duration,
}

/// Letters could not be sent by these settings.
#[derive(Debug, thiserror::Error)]
pub enum CannotMail {
    #[error("the mail server's URL must be {0}")]
    Url(#[from] BadUrl),
    #[error("the sender of letters must be {0}")]
    Sender(#[from] BadSender),
    /// As when the system's certificates cannot be read.
    #[error("TLS for the mail server could not be set up")]
    Tls(#[source] Error),
}

impl Mailer {
    /// How long a letter may take to be handed over, unless told.
    pub const TIMEOUT: Duration = Duration::from_secs(30);

    /// Sends by the server at `url` (see [`check`](super::check)), from this mailbox, as `Company <privacy@company.example>`,
    /// which is also where what cannot be delivered comes back to. Within `timeout`, all in all, a letter is handed over
    /// or has failed.
    ///
    /// # Errors
    /// When one of them is not what it must be, or there are no certificates to trust.
    pub fn new(url: &SecretString, from: &str, timeout: Duration) -> Result<Self, CannotMail> {
        Self::with(url, from, timeout, |tls| tls)
    }

    fn with(
        url: &SecretString,
        from: &str,
        timeout: Duration,
        trusting: impl FnOnce(TlsParametersBuilder) -> TlsParametersBuilder,
    ) -> Result<Self, CannotMail> {
        let server = Server::parse(url.expose_secret())?;
        let from = sender(from)?;
        let tls = match server.security {
            Security::None => None,
            Security::Tls | Security::StartTls => {
                let tls = trusting(TlsParameters::builder(server.host.clone()));
                Some(tls.build_rustls().map_err(CannotMail::Tls)?)
            }
        };
        Ok(Self { server, from, tls, timeout })
    }

    /// Makes one attempt at handing `letter` over. When the answer to it got lost it may come twice, with the same
    /// `Message-ID`.
    ///
    /// # Errors
    /// `Passing` when the server is not reached, is busy, or breaks off; `Lasting` when it refuses the letter, its
    /// recipient, its sender, or who the company says it is. Of what the server says only its code is told, as the rest
    /// may quote anything.
    pub async fn send(&self, letter: &Letter, now: DateTime<Utc>) -> Result<(), Failure> {
        let mail = compose(letter, &self.from, now)?;
        self.within(async |line| hand_over(line, &mail).await).await
    }

    /// Whether letters would be taken, as far as can be seen without sending one: connects, and signs in.
    ///
    /// # Errors
    /// As when sending.
    pub async fn check(&self) -> Result<(), Failure> {
        self.within(async |line| said(line.command(Noop).await, "to be asked").map(drop)).await
    }

    /// Does this over a connection of its own.
    async fn within(
        &self,
        work: impl AsyncFnOnce(&mut AsyncSmtpConnection) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let all = async {
            let mut line = self.connect().await?;
            let done = work(&mut line).await;
            Ok((line, done))
        };
        let (mut line, done) = timeout(self.timeout, all).await.unwrap_or_else(|_| Err(too_slow()))?;
        // What is done is done: a server that does not say goodbye has taken the letter all the same.
        let _ = timeout(GOODBYE_TIMEOUT, line.abort()).await;
        done
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let Server { host, port, security, login } = &self.server;
        let hello = ClientId::Domain(self.from.email.domain().to_owned());
        let from_the_start = self.tls.clone().filter(|_| *security == Security::Tls);
        let place = (host.as_str(), *port);
        let line =
            AsyncSmtpConnection::connect_tokio1(place, Some(self.timeout), &hello, from_the_start, None);
        let mut line = said(line.await, "the connection")?;
        if let (Security::StartTls, Some(tls)) = (security, &self.tls) {
            if !line.can_starttls() {
                return Err(lasting(
                    "the mail server does not offer STARTTLS, without which nothing is sent",
                ));
            }
            said(line.starttls(tls.clone(), &hello).await, "to begin TLS")?;
        }
        if let Some(login) = login {
            if line.server_info().get_auth_mechanism(&MECHANISMS).is_none() {
                return Err(lasting("the mail server offers no way to sign in with a password"));
            }
            let credentials = Credentials::new(login.user.clone(), login.password.expose_secret().to_owned());
            said(line.auth(&MECHANISMS, &credentials).await, "the user name or the password")?;
        }
        Ok(line)
    }
}

/// RFC 5321, section 3.3, step by step, as which of them failed decides what is to be done about it.
async fn hand_over(line: &mut AsyncSmtpConnection, mail: &Mail) -> Result<(), Failure> {
    let mut options = Vec::new();
    if !mail.bytes.is_ascii() {
        // The text is ASCII by its encoding: what is not is the recipient's address (RFC 6531).
        let server = line.server_info();
        if !server.supports_feature(Extension::SmtpUtfEight) {
            return Err(lasting("the mail server takes only recipients whose addresses are in ASCII"));
        }
        options.extend([MailParameter::SmtpUtfEight, MailParameter::Body(MailBodyParameter::EightBitMime)]);
    }
    said(line.command(MailFrom::new(Some(mail.from.clone()), options)).await, "the sender")?;
    said(line.command(Rcpt::new(mail.to.clone(), Vec::new())).await, "the recipient")?;
    // Not any answer that sounds like yes: one that belongs to something else must not count as a letter that was taken.
    let goes_on = said(line.command(Data).await, "the letter")?;
    if !goes_on.has_code(GO_ON) {
        return Err(no_smtp());
    }
    let taken = said(line.message(&mail.bytes).await, "the letter")?;
    if taken.has_code(TAKEN) { Ok(()) } else { Err(no_smtp()) }
}

/// What the server answered when it was handed this.
fn said<T>(answer: Result<T, Error>, what: &str) -> Result<T, Failure> {
    answer.map_err(|error| match error.status() {
        Some(code) if error.is_permanent() => lasting(format!("the mail server refused {what} ({code})")),
        Some(code) => passing(format!("the mail server refused {what} for now ({code})")),
        None if error.is_timeout() => too_slow(),
        // Its cause would show what the server said.
        None if error.is_response() => no_smtp(),
        None => passing(format!("the mail server was not reached{}", cause(&error))),
    })
}

/// The innermost cause, which is the operating system's, or that of the check of a certificate.
fn cause(error: &Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    let cause = causes.last().map(|cause| format!(": {cause}")).unwrap_or_default();
    cause.chars().take(LONGEST_CAUSE).collect()
}

fn no_smtp() -> Failure {
    passing("the mail server broke off, or does not speak SMTP")
}

fn too_slow() -> Failure {
    passing("the mail server did not answer in time")
}

fn passing(message: impl Into<String>) -> Failure {
    Failure::Passing { message: message.into(), retry_after: None }
}

pub(super) fn lasting(message: impl Into<String>) -> Failure {
    Failure::Lasting { message: message.into() }
}

/// Shows where letters go out, and not as whom.
impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Server { host, port, security, .. } = &self.server;
        write!(f, "Mailer({host}:{port}, {security:?})")
    }
}

#[cfg(test)]
mod tests;

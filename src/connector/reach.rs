//! The ways to every system: what is asked goes out by the one that the system's connector names, within what the operator
//! allows.

use super::{
    Answer, Call, Evidence, Failure, Gathered,
    email::{Letter, Mailer},
    hosts::Hosts,
    http::{Callback, CannotSend, Egress, Keys, Rejected, Sender, ThirdParty, Unproven, prove, receive},
    secrets::{NoSecret, Secrets},
    sql::{self, Credentials, Database, Described, Judge, Page, Whose},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use entity::{
    connector::{Connector, HttpConnector, SecretReference, SqlConnector},
    enums::TaskAction,
    ids::{SystemId, TaskId},
};
use ipnet::IpNet;
use jiff::SignedDuration;
use reqwest::{Url, header::HeaderMap};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use uuid::Uuid;

/// How long one attempt may take at a database. What is done by then is done, and the next attempt goes on from there.
const AT_A_DATABASE: Duration = Duration::from_mins(2);

/// How long an attempt may take where its connector does not say.
const USUALLY: Duration = Duration::from_secs(30);

/// The longest that a connector may say.
pub const LONGEST: Duration = Duration::from_mins(2);

/// What the operator allows connectors.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    pub secrets: Secrets,
    /// Hosts that connectors may name.
    pub hosts: Hosts,
    /// Networks beyond the public internet that third parties may be in.
    pub networks: Vec<IpNet>,
    /// The folder that SQLite databases may be in. Without one, none may be reached.
    pub sqlite_folder: Option<PathBuf>,
    /// Where third parties reach this program; without it, they cannot answer later.
    pub public_url: Option<Url>,
    /// Sends letters; without it, none are.
    pub mailer: Option<Arc<Mailer>>,
}

pub(super) const NOT_A_HOST: &str =
    "This host is not among those that the operator lets connectors name (`connector_hosts`).";

/// Reaches systems. One is enough for all of them.
#[derive(Debug)]
pub struct Connectors {
    allowed: Allowed,
    egress: Egress,
    sender: Sender,
    databases: Mutex<HashMap<SystemId, Arc<Database>>>,
}

/// One thing that keeps a connector from working.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Without secrets and personal values.
    pub message: String,
    /// The path within the connector's input; empty when it is about all of it.
    pub path: Vec<String>,
}

/// A link to answer a letter by, and what it is found by.
pub struct AnswerLink {
    pub url: Url,
    pub hash: [u8; 32],
}

/// Whoever has the link may answer.
impl std::fmt::Debug for AnswerLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AnswerLink(secret)")
    }
}

/// What a link is found by, from what stands in it.
#[must_use]
pub fn answer_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// What came in from somebody who may be a third party.
#[derive(Clone)]
pub struct Message {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// It may hold anything.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// The task that a call is about, as far as its holder sees it.
#[derive(Clone, Debug)]
pub struct Asking {
    pub task: TaskId,
    pub system: SystemId,
    /// When the task was opened.
    pub asked_at: DateTime<Utc>,
    pub now: DateTime<Utc>,
    /// What to write, to those who are written to.
    pub letter: Option<Letter>,
}

impl Connectors {
    /// Reaches systems within these bounds.
    ///
    /// # Errors
    /// When the client for third parties cannot be set up.
    pub fn new(allowed: Allowed) -> Result<Self, CannotSend> {
        let egress = Egress::allowing(allowed.networks.iter().copied());
        let sender = Sender::new(egress.clone())?;
        Ok(Self { allowed, egress, sender, databases: Mutex::default() })
    }

    pub(super) fn egress(&self) -> &Egress {
        &self.egress
    }

    pub(super) fn secrets(&self) -> &Secrets {
        &self.allowed.secrets
    }

    /// Why a database may not be reached; `None` when it may.
    pub(super) fn database_out_of_bounds(&self, url: &str) -> Option<&'static str> {
        let Some(file) = sql::file(url) else {
            let allowed =
                sql::host(url).is_some_and(|(host, port)| self.allowed.hosts.allow_database(&host, port));
            return (!allowed).then_some(NOT_A_HOST);
        };
        let Some(folder) = &self.allowed.sqlite_folder else {
            return Some("The operator has named no folder for SQLite databases (`connector_sqlite_dir`).");
        };
        // Links are followed first, so that none leads out of the folder.
        let inside = folder.canonicalize().ok().zip(file.canonicalize().ok());
        match inside {
            Some((folder, file)) if file.starts_with(&folder) => None,
            _ => Some("There is no such file in the operator's folder for SQLite databases."),
        }
    }

    /// How long one attempt may take at the most.
    #[must_use]
    pub fn longest_attempt(connector: &Connector) -> Duration {
        match connector {
            Connector::Sql(_) => AT_A_DATABASE,
            Connector::Http(http) => seconds(&http.timeout),
            Connector::Email(_) | Connector::Manual(_) => USUALLY,
        }
    }

    /// How many attempts may be made at one system at a time.
    #[must_use]
    pub fn at_once(connector: &Connector) -> usize {
        match connector {
            Connector::Sql(_) => sql::AT_ONCE,
            _ => 8,
        }
    }

    /// How many rows `call` would change, where that can be told beforehand.
    pub async fn look(
        &self,
        asking: &Asking,
        connector: &Connector,
        call: &Call,
    ) -> Result<Option<u64>, Failure> {
        let Connector::Sql(settings) = connector else { return Ok(None) };
        // Nothing is changed by reading.
        if call.action == TaskAction::Export {
            return Ok(None);
        }
        let found = in_time(
            AT_A_DATABASE,
            Box::pin(async {
                let database = self.database(asking.system, settings).await?;
                database.find(call).await
            }),
        )
        .await;
        let found = found.inspect_err(|_| self.forget(asking.system))?;
        Ok(Some(found.iter().map(|found| found.rows).sum()))
    }

    /// Whom a table of a system's mapping holds something of: at most `limit` of them.
    pub async fn subjects(
        &self,
        system: SystemId,
        settings: &SqlConnector,
        table: usize,
        whose: Whose<'_>,
        limit: u32,
    ) -> Result<Page, Failure> {
        let page = in_time(
            AT_A_DATABASE,
            Box::pin(async { self.database(system, settings).await?.subjects(table, whose, limit).await }),
        )
        .await;
        page.inspect_err(|_| self.forget(system))
    }

    /// Makes one attempt at `call`.
    pub async fn carry_out(
        &self,
        asking: &Asking,
        connector: &Connector,
        call: &Call,
    ) -> Result<Answer, Failure> {
        match connector {
            Connector::Sql(settings) => {
                let done = in_time(
                    AT_A_DATABASE,
                    Box::pin(async {
                        let database = self.database(asking.system, settings).await?;
                        match call.action {
                            TaskAction::Export => database.export(call).await.map(gathered),
                            TaskAction::Rectify => database.rectify(call).await,
                            _ => database.carry_out(call).await,
                        }
                    }),
                )
                .await;
                done.inspect_err(|_| self.forget(asking.system))
            }
            Connector::Http(settings) => {
                let party = self.third_party(settings)?;
                let callback = self.callback(asking.task, asking.system);
                self.sender.ask(&party, call, asking.asked_at, callback.as_ref(), asking.now).await
            }
            Connector::Email(_) => {
                let letter = asking.letter.as_ref();
                let letter = letter.ok_or_else(|| lasting("There is nothing to write."))?;
                if letter.to.is_empty() {
                    return Err(lasting(
                        "There is no address to write to: name the third party's privacy contact.",
                    ));
                }
                if letter.known_by.1.is_empty() {
                    return Err(lasting(
                        "What they know the person by is not known here: nobody can be asked about them.",
                    ));
                }
                self.mailer()?.send(letter, asking.now).await.map(|()| Answer::Accepted)
            }
            Connector::Manual(_) => {
                Err(lasting("The program cannot do this by itself: it is up to a person."))
            }
        }
    }

    /// Tries a connector without changing anything. Empty: it works.
    pub async fn check(&self, system: SystemId, connector: &Connector) -> Vec<Problem> {
        let unfit = self.check_settings(connector);
        if !unfit.is_empty() {
            return unfit.into_iter().map(|one| Problem { message: one.message, path: one.path }).collect();
        }
        let whole = |failure: Failure| vec![Problem { message: failure.to_string(), path: Vec::new() }];
        match connector {
            Connector::Sql(settings) => {
                let checked = in_time(
                    LONGEST,
                    Box::pin(async {
                        let database = self.database(system, settings).await?;
                        database.check().await
                    }),
                )
                .await;
                let checked = checked.inspect_err(|_| self.forget(system));
                checked.map_or_else(whole, |problems| {
                    problems.into_iter().map(|one| Problem { message: one.message, path: one.path }).collect()
                })
            }
            Connector::Http(settings) => match self.third_party(settings) {
                Ok(party) => self.sender.reach(&party).await.map_or_else(whole, |()| Vec::new()),
                Err(failure) => whole(failure),
            },
            Connector::Email(_) => match self.mailer() {
                Ok(mailer) => mailer.check().await.map_or_else(whole, |()| Vec::new()),
                Err(failure) => whole(failure),
            },
            Connector::Manual(_) => Vec::new(),
        }
    }

    /// What a database says of itself, within the operator's bounds. It is kept open for nobody.
    pub async fn describe(
        &self,
        settings: &SqlConnector,
        only: Option<&[String]>,
        judge: Judge<'_>,
    ) -> Result<Described, Failure> {
        in_time(
            LONGEST,
            Box::pin(async {
                let database = self.reach(settings).await?;
                let described = database.describe(only, judge).await;
                database.close().await;
                described
            }),
        )
        .await
    }

    /// A new link to answer a letter by; `None` where the operator has not said how this program is reached.
    #[must_use]
    pub fn answer_link(&self) -> Option<AnswerLink> {
        let mut token = [0; 32];
        getrandom::fill(&mut token).ok()?;
        let token = BASE64_URL_SAFE_NO_PAD.encode(token);
        let url = self.at(&format!("answers/{token}"))?;
        Some(AnswerLink { url, hash: answer_hash(&token) })
    }

    pub(super) fn has_mailer(&self) -> bool {
        self.allowed.mailer.is_some()
    }

    fn mailer(&self) -> Result<&Mailer, Failure> {
        self.allowed
            .mailer
            .as_deref()
            .ok_or_else(|| lasting("The operator has named no mail server (`smtp_url`)."))
    }

    /// Whether a message is its third party's, before anything is looked up for it.
    ///
    /// # Errors
    /// When their secret is not at hand: that is our trouble, and they should try again.
    pub fn prove(
        &self,
        settings: &HttpConnector,
        message: &Message,
        now: DateTime<Utc>,
    ) -> Result<Result<(), Unproven>, Failure> {
        Ok(prove(&self.keys(settings)?, &message.headers, &message.body, now))
    }

    /// Takes in a message of a third party about the call whose key is `expected`.
    ///
    /// # Errors
    /// When it is not theirs, or not about that call.
    pub fn receive(
        &self,
        settings: &HttpConnector,
        expected: Uuid,
        subject: &super::Subject,
        message: &Message,
        now: DateTime<Utc>,
    ) -> Result<Callback, Rejected> {
        let keys = self.keys(settings).map_err(|_| Rejected::Unproven(Unproven::Signature))?;
        receive(&keys, expected, subject, &message.headers, &message.body, now)
    }

    /// Closes what is open.
    pub async fn close(&self) {
        let databases = std::mem::take(&mut *self.open());
        for database in databases.into_values() {
            database.close().await;
        }
    }

    /// Where its third party may answer later. The address names the system, whose secret proves that a message is theirs
    /// before anything is looked up for it.
    fn callback(&self, task: TaskId, system: SystemId) -> Option<Url> {
        self.at(&format!("callbacks/{}.{}", task.0, system.0))
    }

    /// An address of this program's, as others reach it.
    fn at(&self, path: &str) -> Option<Url> {
        let mut url = self.allowed.public_url.clone()?;
        let path = format!("{}/{path}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Some(url)
    }

    fn third_party(&self, settings: &HttpConnector) -> Result<ThirdParty, Failure> {
        if !self.may_name(&settings.url) {
            return Err(not_here(NOT_A_HOST));
        }
        let destination = self.egress.check(&settings.url);
        let destination = destination.map_err(|out| lasting(format!("Requests may not go there: {out}.")))?;
        let authorization = settings.authorization.as_ref().map(|reference| self.secret(reference));
        Ok(ThirdParty {
            destination,
            keys: self.keys(settings)?,
            authorization: authorization.transpose()?,
            known_by: settings.subject_key,
            timeout: seconds(&settings.timeout),
        })
    }

    /// Whether a third party's API may be there.
    pub(super) fn may_name(&self, url: &str) -> bool {
        let url = Url::parse(url).ok();
        let host = url.as_ref().and_then(|url| Some((url.host_str()?, url.port_or_known_default()?)));
        host.is_some_and(|(host, port)| self.allowed.hosts.allow_web(host, port))
    }

    fn keys(&self, settings: &HttpConnector) -> Result<Keys, Failure> {
        let secret = self.secret(&settings.signing_secret)?;
        Keys::parse(&secret).map_err(|unusable| lasting(unusable.to_string()))
    }

    /// What is missing may be there tomorrow: an operator has to look, and nothing is lost meanwhile.
    fn secret(&self, reference: &SecretReference) -> Result<SecretString, Failure> {
        let missing =
            |missing: NoSecret| Failure::Passing { message: missing.to_string(), retry_after: None };
        self.allowed.secrets.get(reference).map_err(missing)
    }

    /// The connection to a system's database, made when it is first needed and again when its settings are others.
    async fn database(&self, system: SystemId, settings: &SqlConnector) -> Result<Arc<Database>, Failure> {
        if let Some(message) = self.database_out_of_bounds(&settings.url) {
            return Err(not_here(message));
        }
        let known = self.open().get(&system).filter(|known| known.is_of(settings)).cloned();
        if let Some(database) = known {
            return Ok(database);
        }
        let database = Arc::new(self.reach(settings).await?);
        self.open().insert(system, database.clone());
        Ok(database)
    }

    /// A new connection.
    async fn reach(&self, settings: &SqlConnector) -> Result<Database, Failure> {
        if let Some(message) = self.database_out_of_bounds(&settings.url) {
            return Err(not_here(message));
        }
        let credentials =
            settings.credentials.as_ref().map(|reference| self.secret(reference)).transpose()?;
        let credentials = credentials.map(|secret| {
            let malformed = || lasting("The secret does not have the form `user:password`.");
            Credentials::parse(&secret).ok_or_else(malformed)
        });
        Database::reach(settings.clone(), credentials.transpose()?.as_ref()).await
    }

    /// After a failure a database is reached anew: the password may have been changed, or a table.
    fn forget(&self, system: SystemId) {
        self.open().remove(&system);
    }

    fn open(&self) -> std::sync::MutexGuard<'_, HashMap<SystemId, Arc<Database>>> {
        self.databases.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn in_time<T>(limit: Duration, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
        let message = format!("It took longer than {} seconds.", limit.as_secs());
        Err(Failure::Passing { message, retry_after: None })
    })
}

/// What tables hold of somebody, in one form with what others send.
fn gathered(tables: Vec<sql::Exported>) -> Answer {
    let rows = tables.iter().map(|table| table.rows.len() as u64).sum();
    let evidence = Evidence::ReadBack { rows };
    if rows == 0 {
        return Answer::NothingFound(evidence);
    }
    let tables = tables.into_iter().filter(|table| !table.rows.is_empty());
    let source = |table: sql::Exported| serde_json::json!({ "source": table.table, "categories": table.categories, "rows": table.rows });
    Answer::Gathered { data: Gathered(tables.map(source).collect()), evidence }
}

fn seconds(period: &str) -> Duration {
    let parsed = period.parse::<SignedDuration>().ok().and_then(|period| Duration::try_from(period).ok());
    parsed.unwrap_or(USUALLY).clamp(Duration::from_secs(1), LONGEST)
}

/// What this server may not reach another one may, and tomorrow this one: its settings are somebody's to put right.
fn not_here(message: &str) -> Failure {
    Failure::Passing { message: message.to_owned(), retry_after: None }
}

fn lasting(message: impl Into<String>) -> Failure {
    Failure::Lasting { message: message.into() }
}

//! The audit log: how fast events get their places and are signed, and how fast all of it is looked through, beside SHA-256 over
//! the same bytes; and what recording costs, one commit for each beside one for many.

use std::{
    fmt::Write,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, SecondsFormat, SubsecRound, TimeDelta, Utc};
use entity::{
    enums::{ActorKind, AuditKind, AuditOutcome},
    ids::{AuditEventId, CategoryKey, CustomerId},
};
use kartotek::{
    policy::Role,
    transparency::{ActorBody, Body, Chain, SubjectBody, Withheld, leaf, salt},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Result, Stand,
    data::Rows,
    http::{Client, Questions, load},
    random::Random,
};

/// Events that are written with one commit, where they are written by hand.
const TOGETHER: u64 = 256;

/// What was measured on one database.
#[derive(Debug)]
pub struct Looked {
    who: &'static str,
    events: u64,
    bytes: u64,
    by_hand: f64,
    grouped: f64,
    sealed: f64,
    hashed: f64,
    verified: [f64; 2],
    proof: Duration,
}

/// An event as the server leaves it for a look at one customer's map, by a writer of this program's own.
struct Events {
    /// When the first one happened: an hour ago, so that all are in a month that has a part of its own.
    start: DateTime<Utc>,
    chain: Chain,
    random: Random,
    bytes: Vec<u8>,
    lengths: Vec<usize>,
}

const COLUMNS: &[&str] = &[
    "event_id",
    "occurred_at",
    "actor",
    "actor_kind",
    "operation",
    "kind",
    "outcome",
    "purpose",
    "request_id",
    "body",
    "leaf",
    "withheld",
];

impl Events {
    fn new() -> Self {
        Self {
            start: DateTime::<Utc>::from(SystemTime::now()).trunc_subsecs(3) - TimeDelta::hours(1),
            chain: Chain::new(Uuid::from_u128(1)),
            random: Random::new(9),
            bytes: Vec::new(),
            lengths: Vec::new(),
        }
    }

    /// One after another by time, as the server gives them.
    fn id(&mut self, at: DateTime<Utc>) -> Uuid {
        let milliseconds = u64::try_from(at.timestamp_millis()).unwrap_or_default();
        Uuid::from_u64_pair(milliseconds << 16 | 0x7000, self.random.below(u64::MAX >> 2) | 1 << 63)
    }

    /// So many, and whom they are about.
    fn next(&mut self, count: u64) -> Result<[Rows; 2]> {
        let mut events = Rows { table: "audit_event", columns: COLUMNS, values: Vec::new() };
        let mut subjects = Rows {
            table: "audit_subject",
            columns: &["customer_id", "event_id", "categories"],
            values: Vec::new(),
        };
        for _ in 0..count {
            let at = self.start + TimeDelta::milliseconds(i64::try_from(self.lengths.len())?);
            let (id, request) = (self.id(at), self.id(at).to_string());
            let customer = Uuid::from_u128(self.random.below(100_000).into());
            let categories = ["user.contact.email", "user.contact.phone_number", "user.name"];
            let withheld = Withheld {
                address: Some("192.0.2.7".to_owned()),
                reason: None,
                salt: salt(id.into_bytes()),
                subjects: vec![SubjectBody {
                    categories: categories.map(CategoryKey::from).to_vec(),
                    changed: Vec::new(),
                    customer: CustomerId(customer),
                }],
                target: Some(customer.to_string()),
            };
            let actor = "https://id.example|agent-7".to_owned();
            let body = Body {
                actor: ActorBody { id: actor.clone(), kind: ActorKind::Person, roles: vec![Role::Agent] },
                code: None,
                count: None,
                id: AuditEventId(id),
                kind: AuditKind::Read,
                operation: "customer".to_owned(),
                outcome: AuditOutcome::Allowed,
                purpose: Some("DELIVER_SERVICE".to_owned()),
                request: request.clone(),
                target: Some("Customer".to_owned()),
                time: at.to_rfc3339_opts(SecondsFormat::Micros, true),
                withheld: withheld.commitment()?,
                writer: self.chain.following(),
            };
            let body = body.bytes()?;
            let hash = leaf(&body);
            self.chain.committed(1, hash);
            self.bytes.extend_from_slice(&body);
            self.lengths.push(body.len());
            let text = |text: &str| sea_orm::Value::from(text.to_owned());
            events.values.push(vec![
                id.into(),
                at.into(),
                actor.into(),
                text("PERSON"),
                text("customer"),
                text("READ"),
                text("ALLOWED"),
                text("DELIVER_SERVICE"),
                request.into(),
                body.into(),
                hash.to_vec().into(),
                withheld.bytes()?.into(),
            ]);
            subjects.values.push(vec![
                customer.into(),
                id.into(),
                serde_json::to_string(&categories)?.into(),
            ]);
        }
        Ok([events, subjects])
    }

    /// How long SHA-256 takes over all of them, one after another.
    fn hashed(&self) -> f64 {
        let begin = Instant::now();
        let mut from = 0;
        for length in &self.lengths {
            std::hint::black_box(digest(&SHA256, &self.bytes[from..from + length]));
            from += length;
        }
        begin.elapsed().as_secs_f64()
    }
}

/// The least that is on record.
struct Nothing;

impl Questions for Nothing {
    fn question(&self, _: &mut Random) -> (String, String) {
        (json!({ "query": "{ viewer { actor } }" }).to_string(), r#"{"data":{"viewer":{"actor":""#.to_owned())
    }

    fn subjects(&self) -> u64 {
        0
    }
}

impl Stand {
    /// Measures, and leaves a database with that many events more.
    pub async fn look_through(&mut self, count: u64) -> Result<Looked> {
        self.server.take().ok_or("it does not run")?.stop()?;
        let key = self.setup.folder.join("audit.key");
        self.setup.call(&["audit", "key", "--origin", "audit.bench.example", &key.display().to_string()])?;
        let mut events = Events::new();
        // As many as are written in some seconds, each commit on the disk.
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(3) {
            let rows = events.next(TOGETHER)?;
            self.store.together(rows, true).await?;
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let by_hand = events.lengths.len() as f64 / begin.elapsed().as_secs_f64();
        while (events.lengths.len() as u64) < count {
            let rows = events.next(TOGETHER * 16)?;
            self.store.together(rows, false).await?;
        }
        self.store.tidy().await?;
        let size = self.store.recorded().await?.0;

        let begin = Instant::now();
        let server = self.setup.launch()?;
        while server.sealed()? < size {
            std::thread::sleep(Duration::from_millis(20));
        }
        let sealed = begin.elapsed().as_secs_f64();
        let grouped = self.grouped(&Client::new(server.address, &self.setup.token("AGENT")?)).await?;
        // The newest are asked for, and have their places by then.
        let recorded = self.store.recorded().await?.0;
        while server.sealed()? < recorded {
            std::thread::sleep(Duration::from_millis(20));
        }
        let proof = self
            .proof(&Client::with_purpose(server.address, &self.setup.token("AUDITOR")?, "OVERSIGHT"))
            .await?;
        server.stop()?;
        let hashed = events.hashed();
        let state = self.setup.folder.join("state.json").display().to_string();
        let verified = [self.verified(&state)?, self.verified(&state)?];
        let bytes = events.bytes.len() as u64;
        Ok(Looked {
            who: self.who.name(),
            events: size,
            bytes,
            by_hand,
            grouped,
            sealed,
            hashed,
            verified,
            proof,
        })
    }

    /// Events a second that the server writes while many ask for next to nothing, each answered once its event is on the disk.
    async fn grouped(&self, client: &Client) -> Result<f64> {
        let before = self.store.recorded().await?.0;
        let load = load(client, Arc::new(Nothing), 256, Duration::from_secs(3), 1).await?;
        let written = self.store.recorded().await?.0 - before;
        if written < load.micros.len() as u64 {
            return Err(format!("{} answers left {written} events", load.micros.len()).into());
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        Ok(load.micros.len() as f64 / load.took.as_secs_f64())
    }

    /// How long looking through the log takes, in seconds.
    fn verified(&self, state: &str) -> Result<f64> {
        let begin = Instant::now();
        let said = self.setup.call(&["audit", "verify", "--state", state])?;
        let seconds = begin.elapsed().as_secs_f64();
        if said.contains(" 0 findings") {
            Ok(seconds)
        } else {
            Err(format!("the log is not sound: {said}").into())
        }
    }

    /// How long a proof takes, as a rule.
    async fn proof(&self, client: &Client) -> Result<Duration> {
        let mut connection = client.connect().await?;
        let events = connection.told("{ auditEvents(first: 100) { nodes { id } } }", json!({})).await?;
        let ids = events["auditEvents"]["nodes"].as_array().ok_or("no events")?.clone();
        let mut took = Vec::new();
        for id in ids {
            let question = "query ($id: ID!) { auditInclusionProof(eventId: $id) { leafIndex treeSize entry hashes rootHash } }";
            let begin = Instant::now();
            let told = connection.told(question, json!({ "id": id["id"] })).await;
            // The newest are not sealed yet.
            if told.is_ok() {
                took.push(begin.elapsed());
            }
        }
        took.sort();
        Ok(*took.get(took.len() / 2).ok_or("nothing was proven")?)
    }
}

/// All of it as a table.
pub fn table(all: &[Looked]) -> String {
    let mut text = String::from(
        "| W9 | events | MB | by hand, 256 a commit, events/s | by the server, 256 ask, events/s | sealed, events/s | verified, s | SHA-256 alone, s | again, s | a proof, ms |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for looked in all {
        let [seconds, again] = looked.verified;
        #[expect(clippy::cast_precision_loss, reason = "figures for people")]
        let (events, megabytes) = (looked.events as f64, looked.bytes as f64 / 1e6);
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "| {} | {} | {megabytes:.0} | {:.0} | {:.0} | {:.0} | {seconds:.2} | {:.2} | {again:.2} | {:.2} |",
            looked.who,
            looked.events,
            looked.by_hand,
            looked.grouped,
            events / looked.sealed,
            looked.hashed,
            looked.proof.as_secs_f64() * 1e3,
        );
    }
    text
}

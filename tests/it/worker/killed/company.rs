//! A company whose worker is a process, and those who can tell from outside what it has done.

use super::super::crash_points::ask_for;
use crate::support::{
    TestApp,
    app::LEDGER,
    connect::{Crm, FOLDER, http},
    mailbox::Mailbox,
    process::{Process, kartotek},
    third_party::{FakeThirdParty, Manner, SECRET},
};
use chrono::TimeDelta;
use kartotek::access::{Clock, SystemClock};
use serde_json::json;

pub const HOST: &str = "Fjällripan webbservrar";
pub const CRM: &str = "Kundregister";
pub const DESK: &str = "Ärendesystem";
/// Whoever keeps this has no API, and is written to.
pub const VAULT: &str = "Old Mill valv";

/// What everybody is called at first.
const NAME: &str = "Test Testsson";

/// What somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To be gone everywhere.
    Gone,
    /// To be called by this name everywhere, and to have a copy of everything: the request.
    Right { name: String, request: String },
}

pub struct Person {
    pub id: String,
    pub reference: String,
    pub wish: Wish,
}

impl Person {
    /// What they are known by in databases.
    pub fn number(&self) -> String {
        format!("{}-1", self.reference)
    }

    /// Where others have something to do for them.
    pub fn systems(&self) -> &'static [&'static str] {
        if self.wish == Wish::Gone { &[CRM, DESK, HOST, VAULT] } else { &[CRM, DESK, HOST] }
    }

    /// A query for their tasks `t` at systems `s`.
    pub fn tasks(&self, columns: &str, condition: &str) -> String {
        format!(
            "SELECT {columns} FROM task t JOIN customer c ON c.id = t.customer_id JOIN system s ON s.id = t.system_id \
             WHERE c.reference = '{}' AND {condition}",
            self.reference
        )
    }
}

pub struct Company {
    pub app: TestApp,
    pub crm: Crm,
    pub desk: Crm,
    pub host: FakeThirdParty,
    pub mailbox: Mailbox,
    /// The id of that system.
    vault: String,
    /// Where the worker runs.
    folder: tempfile::TempDir,
}

pub fn reference(at: usize) -> String {
    format!("K-7{at:03}")
}

impl Company {
    /// One that knows this many people.
    pub async fn with(people: usize) -> Self {
        let (app, mailbox) = TestApp::with_mail().await;
        let numbers = (0..people).map(|at| format!("{}-1", reference(at))).collect::<Vec<_>>();
        let rows = numbers.iter().map(|number| (number.as_str(), NAME, "x@example.com")).collect::<Vec<_>>();
        let (crm, desk) = (Crm::with(&rows).await, Crm::with(&rows).await);
        let host = FakeThirdParty::new(app.clock.clone()).await;
        host.usually(Manner::Gives(json!({ "plan": "small" })));
        let letters = json!({ "email": { "to": "privacy@oldmill.example", "locale": "EN", "subjectKey": "REFERENCE" } });
        let ways = [(CRM, crm.connector()), (DESK, desk.connector()), (HOST, http(&host)), (VAULT, letters)];
        for (system, connector) in ways {
            assert_eq!(app.connect(system, connector).await.user_errors(), []);
        }
        let (service, mut lines) = app.needs("web-hosting").await;
        let vault = app.system_id(VAULT).await;
        lines
            .push(json!({ "category": "user.contact.email", "purpose": "DELIVER_SERVICE", "systemId": vault,
            "onEnd": "ERASE" }));
        for line in &mut lines {
            line["grace"] = json!("P0D");
        }
        assert_eq!(app.set(&service, &lines, json!({})).await.user_errors(), []);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("master.keys"), format!("{}=", "A".repeat(43))).unwrap();
        let company = Self { app, crm, desk, host, mailbox, vault, folder };
        company.keep_time();
        company.app.review_all().await;
        company
    }

    /// Puts the server's clock to the time that it is for other processes.
    pub fn keep_time(&self) {
        self.app.advance((SystemClock.now() - self.app.now()).max(TimeDelta::zero()));
    }

    /// Somebody who is to be gone, whom nobody has begun with.
    pub async fn leaver(&self, at: usize) -> Person {
        let reference = reference(at);
        let (id, subscription) = self.app.hosted(&reference).await;
        assert_eq!(self.app.share(&id, &self.vault, &["user.contact.email"]).await.user_errors(), []);
        assert_eq!(self.app.end(&subscription, json!({})).await.user_errors(), []);
        Person { id, reference, wish: Wish::Gone }
    }

    /// Somebody who wants to be called otherwise, and a copy.
    pub async fn asker(&self, at: usize) -> Person {
        let reference = reference(at);
        let (id, _) = self.app.hosted(&reference).await;
        let name = format!("Testa {at}");
        let request = ask_for(&self.app, &id, &name).await;
        Person { id, reference, wish: Wish::Right { name, request } }
    }

    /// What is to be done for them is due.
    pub async fn call_for(&self, person: &Person) {
        self.keep_time();
        for task in self.app.tasks(&person.id).await {
            assert_eq!(self.app.retry(&task).await.user_errors(), []);
        }
    }

    /// The program's worker, once it works.
    pub fn worker(&self) -> Process {
        let app = &self.app;
        let here = app.server.connectors.answer_link().unwrap().url.join("/").unwrap();
        let settings = [
            ("MASTER_KEY_FILE", "master.keys"),
            ("ERASURE_LEDGER_FILE", app.database.beside(LEDGER).to_str().unwrap()),
            ("CONNECTOR_HOSTS", "127.0.0.1"),
            ("CONNECTOR_NETWORKS", "127.0.0.1"),
            ("CONNECTOR_SQLITE_DIR", FOLDER.path().to_str().unwrap()),
            ("SECRET_HOST", SECRET),
            ("PUBLIC_URL", here.as_str()),
            ("SMTP_URL", &self.mailbox.url),
            ("MAIL_FROM", "Fjällnät <integritet@fjallnat.example>"),
        ]
        .map(|(name, value)| (format!("KARTOTEK_{name}"), value.to_owned()));
        let mut command = kartotek(self.folder.path(), &app.database);
        command.arg("worker").envs(settings);
        Process::start(command, "working").0
    }
}

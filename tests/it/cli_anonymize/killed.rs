//! A server that is killed again and again while it anonymizes: what is there at last is what one that lived on leaves.

use crate::support::{
    Database, audit,
    process::{Process, kartotek, pause},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Stdio},
    time::Instant,
};

const CUSTOMERS: usize = 1_200;

/// Of up to 500 customers: planned, and carried out.
const CHUNKS: u32 = 3 + 3;

/// How often it is killed.
const KILLS: u32 = 20;

/// A company of its own, with these customers in it, of whom the law keeps some.
struct Company {
    folder: tempfile::TempDir,
    database: Database,
    port: u16,
}

impl Company {
    async fn new() -> Self {
        let (folder, database) = (tempfile::tempdir().unwrap(), Database::demo().await);
        let path = folder.path();
        fs::write(path.join("master.keys"), format!("{}=", "A".repeat(43))).unwrap();
        let mut customers = "kundnummer;namn;e-post\n".to_owned();
        let mut ordered = "kund;tjänst;start\n".to_owned();
        let mut places = "kund;system;kategori;insamlad;dokumentdatum\n".to_owned();
        let mut list = String::new();
        for n in 0..CUSTOMERS {
            let _ = writeln!(customers, "B-{n};Kund {n};kund{n}@kund.example");
            let _ = writeln!(ordered, "B-{n};web-hosting;2024-01-01");
            let _ = writeln!(places, "B-{n};Kundregister;user.name;2024-01-01;");
            if n % 3 == 0 {
                let _ = writeln!(places, "B-{n};Faktureringssystem;user.payment;2026-01-01;2026-01-01");
            }
            let _ = writeln!(list, "B-{n}");
        }
        for (name, text) in
            [("kunder.csv", customers), ("abonnemang.csv", ordered), ("platser.csv", places), ("list", list)]
        {
            fs::write(path.join(name), text).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let company = Self { folder, database, port };
        let mut import = kartotek(company.path(), &company.database);
        import.env("KARTOTEK_MASTER_KEY_FILE", company.path().join("master.keys"));
        let output = import.args(["import", "kunder.csv", "abonnemang.csv", "platser.csv"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        company
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn server(&self) -> Process {
        let mut command = kartotek(self.path(), &self.database);
        command.args(["serve", "--demo", "--listen", &format!("127.0.0.1:{}", self.port)]);
        command.env("KARTOTEK_MASTER_KEY_FILE", self.path().join("master.keys"));
        command.env("KARTOTEK_BULK_APPROVAL_ABOVE", "100000");
        Process::start(command, "listening").0
    }

    fn anonymize(&self) -> Child {
        let mut token = kartotek(self.path(), &self.database);
        let token = token.args(["token", "--role", "COMPLIANCE"]).output().unwrap();
        let mut command = kartotek(self.path(), &self.database);
        command.env("KARTOTEK_TOKEN", String::from_utf8(token.stdout).unwrap().trim());
        command.env("KARTOTEK_ENDPOINT", format!("http://127.0.0.1:{}", self.port));
        command.args([
            "anonymize",
            "--references",
            "list",
            "--reason",
            "Gallring",
            "--yes",
            "--retry-for",
            "10m",
        ]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Nobody waits until what a dead one had in hand is given up.
    async fn give_up(&self) {
        self.database.run("UPDATE job SET taken_until = created_at WHERE state = 'RUNNING'").await;
    }

    async fn is_over(&self) -> bool {
        let over = "SELECT count(*) FROM job WHERE state IN ('AWAITING_TASKS', 'SUCCEEDED')";
        self.database.count(over).await > 0
    }

    /// How much is done: each customer is planned, and then carried out.
    async fn steps(&self) -> usize {
        let of = async |state: &str| {
            self.database.count(&format!("SELECT count(*) FROM job_customer WHERE state = '{state}'")).await
        };
        usize::try_from(of("PLANNED").await + 2 * of("DONE").await).unwrap()
    }

    /// All that is left of those in the list, but for ids and times. Beside them the demo's own work goes on.
    async fn state(&self) -> Vec<String> {
        let mut all = Vec::new();
        for sql in [
            "SELECT c.status || ' ' || count(*) || ' ' || count(DISTINCT c.reference) || ' ' || count(c.profile) \
             FROM customer c JOIN job_customer j ON j.customer_id = c.id GROUP BY c.status ORDER BY 1",
            "SELECT s.name || ' ' || l.category || ' ' || l.state || ' ' || count(*) FROM data_location l \
             JOIN job_customer j ON j.customer_id = l.customer_id \
             JOIN system s ON s.id = l.system_id GROUP BY s.name, l.category, l.state ORDER BY 1",
            "SELECT s.name || ' ' || t.action || ' ' || t.cause || ' ' || count(*) || ' ' || count(DISTINCT t.customer_id) \
             FROM task t JOIN job_customer j ON j.customer_id = t.customer_id \
             JOIN system s ON s.id = t.system_id GROUP BY s.name, t.action, t.cause ORDER BY 1",
            "SELECT done || ' ' || failed || ' ' || kept_by_law || ' ' || total FROM job",
            "SELECT 'keys ' || count(*) FROM subject_key k JOIN job_customer j ON j.customer_id = k.customer_id",
        ] {
            all.extend(self.database.texts(sql).await);
        }
        all
    }

    /// How often the log says of each customer that they were anonymized.
    async fn said(&self) -> BTreeMap<String, usize> {
        let mut said = BTreeMap::new();
        for event in audit::all(&self.database).await {
            if event.operation == "anonymizeCustomers" && event.kind == "DISPOSE" {
                for customer in event.changed.into_keys() {
                    *said.entry(customer).or_default() += 1;
                }
            }
        }
        said
    }
}

fn ended(child: Child) -> Value {
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn killed_twenty_times_it_does_with_each_what_one_run_does() {
    let (one, other) = (Company::new().await, Company::new().await);
    let server = one.server();
    let began = Instant::now();
    let child = one.anonymize();
    let done = tokio::task::spawn_blocking(|| ended(child)).await.unwrap();
    let chunk = began.elapsed() / CHUNKS;
    assert_eq!(done["job"]["done"], CUSTOMERS);
    drop(server);

    let mut server = other.server();
    let child = other.anonymize();
    let mut at_work = 0;
    for round in 0..KILLS {
        // At all moments of a chunk; soon, where more is done than is meant to be by now: some is left for the end.
        let is_early = other.steps().await * KILLS as usize > 2 * CUSTOMERS * round as usize;
        let moment = if is_early { chunk / 10 } else { chunk.mul_f64(1.2) * (round * 7 % KILLS) / KILLS };
        pause(moment).await;
        drop(server);
        at_work += u32::from(!other.is_over().await);
        other.give_up().await;
        server = other.server();
    }
    let done = tokio::task::spawn_blocking(|| ended(child)).await.unwrap();
    assert_eq!(done["job"]["done"], CUSTOMERS);
    assert!(at_work >= KILLS / 2, "it was killed only {at_work} times before its end");
    drop(server);
    assert_eq!(other.state().await, one.state().await);
    for company in [one, other] {
        let said = company.said().await;
        assert_eq!((said.len(), said.values().max()), (CUSTOMERS, Some(&1)));
        company.database.discard().await;
    }
}

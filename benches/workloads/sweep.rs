//! The sweep over all maps, and the question what nothing justifies, beside the same work in bare SQL.
//!
//! Data is first moved to where its customers' services need it, and half of the customers have left two months ago: so
//! much changes in the first pass, and nothing in the second.

use std::{fmt::Write, time::Instant};

use serde_json::json;

use crate::{Result, Stand, http::Client, meter, server::Server};

/// Seconds, and processor seconds of all that took part.
#[derive(Clone, Copy, Debug)]
struct Took {
    seconds: f64,
    processor: f64,
}

/// What was measured on one database.
#[derive(Debug)]
pub struct Swept {
    who: &'static str,
    lines: u64,
    resident: f64,
    passes: [(&'static str, Took, Took); 4],
}

/// Each line at a place that one of its customer's services needs, by a number of its own.
const PLACE: &str = "UPDATE data_location SET category = p.category, system_id = p.system_id FROM (
    SELECT l.id, r.category, r.system_id FROM (SELECT id, customer_id,
            row_number() OVER (PARTITION BY customer_id ORDER BY id) AS place FROM data_location) l
        JOIN (SELECT s.customer_id, r.category, r.system_id,
                row_number() OVER (PARTITION BY s.customer_id ORDER BY r.id) AS place,
                count(*) OVER (PARTITION BY s.customer_id) AS places
            FROM subscription s JOIN data_requirement r ON r.service_id = s.service_id) r
        ON r.customer_id = l.customer_id AND r.place = (l.place - 1) % r.places + 1) p
    WHERE p.id = data_location.id";

/// Half of the customers, by the last digit of their numbers.
const LEAVE: &str = "UPDATE subscription SET ended_at = {then} WHERE customer_id IN (SELECT id FROM customer
    WHERE substr(reference, 9, 1) IN ('0', '2', '4', '6', '8'))";

/// What becomes of those who left, by hand: tasks, what they are about, and the states. The log is left out: nobody writes
/// to it by hand.
const BY_HAND: [&str; 4] = [
    "INSERT INTO task (id, customer_id, system_id, action, cause, state, not_before, next_attempt_at, attempts, lease,
            call_key, found_nothing, letters, due_at, created_at)
        SELECT {uuid}, d.customer_id, d.system_id, 'ERASE', 'PERIOD_ENDED', 'PENDING', {now}, {now}, 0, 0,
            {uuid}, false, 0, {now}, {now} FROM (
            SELECT DISTINCT l.customer_id, l.system_id FROM data_location l WHERE {over}) d",
    // Otherwise PostgreSQL takes the new table for an empty one.
    "ANALYZE task",
    "INSERT INTO task_location (task_id, data_location_id, customer_id)
        SELECT t.id, l.id, l.customer_id FROM task t JOIN data_location l
            ON l.customer_id = t.customer_id AND l.system_id = t.system_id WHERE {over}",
    "UPDATE data_location AS l SET state = 'DISPOSAL_PENDING' WHERE {over}",
];

const OVER: &str = "l.held_to IS NULL AND l.state = 'HELD' AND NOT EXISTS (SELECT 1 FROM data_requirement r
    JOIN subscription s ON s.service_id = r.service_id WHERE r.category = l.category AND r.system_id = l.system_id
    AND r.retired_at IS NULL AND s.customer_id = l.customer_id AND s.ended_at IS NULL)";

/// Customers with something in use that nothing needs.
const LOOK: &str = "SELECT count(DISTINCT l.customer_id) AS number FROM data_location l WHERE {over}";

/// Customers with something that nothing justifies: no live service, and none whose grace runs.
const UNJUSTIFIED: &str = "SELECT count(DISTINCT l.customer_id) AS number FROM data_location l
    WHERE l.held_to IS NULL AND NOT EXISTS (SELECT 1 FROM data_requirement r
    JOIN subscription s ON s.service_id = r.service_id WHERE r.category = l.category AND r.system_id = l.system_id
    AND r.retired_at IS NULL AND s.customer_id = l.customer_id AND (s.ended_at IS NULL OR s.ended_at > {then}))";

/// What is wrong on maps: nothing justifies it, or it is at a third party without a notice, or without a consent that is
/// needed.
const WRONG: &str = "SELECT count(*) AS number FROM (
    SELECT l.id FROM data_location l WHERE l.held_to IS NULL AND l.state <> 'DISPOSAL_PENDING'
        AND NOT EXISTS (SELECT 1 FROM data_requirement r
        JOIN subscription s ON s.service_id = r.service_id WHERE r.category = l.category AND r.system_id = l.system_id
        AND r.retired_at IS NULL AND s.customer_id = l.customer_id AND (s.ended_at IS NULL OR s.ended_at > {then}))
    UNION ALL SELECT l.id FROM data_location l JOIN system y ON y.id = l.system_id AND y.third_party_id IS NOT NULL
        WHERE l.held_to IS NULL AND l.state <> 'DISPOSAL_PENDING' AND NOT EXISTS (SELECT 1 FROM notice_line n
        WHERE n.customer_id = l.customer_id AND n.third_party_id = y.third_party_id AND n.category = l.category)
    UNION ALL SELECT l.id FROM data_location l JOIN system y ON y.id = l.system_id AND y.third_party_id IS NOT NULL
        WHERE l.held_to IS NULL AND l.state <> 'DISPOSAL_PENDING' AND EXISTS (SELECT 1 FROM data_requirement r
        JOIN subscription s ON s.service_id = r.service_id JOIN purpose p ON p.key = r.purpose
        WHERE r.category = l.category AND r.system_id = l.system_id AND r.retired_at IS NULL
        AND s.customer_id = l.customer_id AND s.ended_at IS NULL AND p.sharing_needs_consent AND NOT EXISTS (
        SELECT 1 FROM consent c JOIN consent_category g ON g.consent_id = c.id WHERE c.customer_id = l.customer_id
        AND c.third_party_id = y.third_party_id AND c.purpose = r.purpose AND g.category = r.category
        AND c.ended_at IS NULL))) w";

const FINDINGS: &str = "{ findings(first: 20, filter: {
    kinds: [UNJUSTIFIED_DATA, NOTICE_NOT_DELIVERED, CONSENT_MISSING] }) {
    totalCount nodes { kind severity since customer { id } } } }";

const COUNT: &str = "{ customers(filter: { unjustified: true }) { totalCount } }";

impl Stand {
    /// Measures, and leaves the database changed: nothing else is to be measured on it afterwards.
    pub async fn sweep(&mut self) -> Result<Swept> {
        self.server.take().ok_or("it does not run")?.stop()?;
        self.store.run(PLACE).await?;
        self.store.run(&self.store.written(LEAVE)).await?;
        self.store.tidy().await?;
        // By hand first, and taken back.
        let by_hand = self.timed(async |stand| {
            stand.store.run("BEGIN").await?;
            for sql in BY_HAND {
                stand.store.run(&stand.store.written(&sql.replace("{over}", OVER))).await?;
            }
            Ok(())
        });
        let by_hand = by_hand.await?;
        self.store.run("ROLLBACK").await?;
        self.store.tidy().await?;

        let (first, lines, resident) = self.pass().await?;
        self.store.tidy().await?;
        let look = self.timed(async |stand| stand.store.count(&LOOK.replace("{over}", OVER)).await.map(drop));
        let look = look.await?;
        let (second, again, _) = self.pass().await?;
        if again > 0 {
            return Err(format!("a second pass changed {again} lines").into());
        }
        let (asked, bare) = self.beside(UNJUSTIFIED, "customers", COUNT).await?;
        let (listed, wrong) = self.beside(WRONG, "findings", FINDINGS).await?;
        let passes = [
            ("first pass", first, by_hand),
            ("second pass, with nothing to do", second, look),
            ("how many customers have data that nothing justifies", asked, bare),
            ("a page of findings, and how many there are", listed, wrong),
        ];
        Ok(Swept { who: self.who.name(), lines, resident, passes })
    }

    /// Starts the server and waits until it has swept, as it does when it starts.
    async fn pass(&mut self) -> Result<(Took, u64, f64)> {
        if let Some(server) = self.server.take() {
            server.stop()?;
        }
        let postgres = self.postmaster.map(meter::processor_time).transpose()?.unwrap_or_default();
        let server = self.setup.launch()?;
        let mut most = 0.0_f64;
        let (seconds, lines) = loop {
            most = most.max(meter::resident(server.process())?);
            if let Some(swept) = server.swept()? {
                break swept;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        };
        let processor = meter::processor_time(server.process())?
            + self
                .postmaster
                .map(meter::processor_time)
                .transpose()?
                .unwrap_or_default()
                .saturating_sub(postgres);
        let server: &Server = self.server.insert(server);
        eprintln!("{:?}: swept {lines} lines in {seconds:.2} s, at {}", self.who, server.address);
        Ok((Took { seconds, processor: processor.as_secs_f64() }, lines, most))
    }

    /// What a question takes, and counting in bare SQL what it counts: the two must agree.
    async fn beside(&self, sql: &str, field: &str, question: &str) -> Result<(Took, Took)> {
        let (sql, token) = (self.store.written(sql), self.setup.token("COMPLIANCE")?);
        let right = self.store.count(&sql).await?;
        eprintln!("{:?}: {right} {field} in SQL", self.who);
        let bare = self.timed(async |stand| stand.store.count(&sql).await.map(drop)).await?;
        let asked = self.timed(async |stand| {
            let client = Client::new(stand.running()?.address, &token);
            let told = client.connect().await?.told(question, json!({})).await?;
            let told = &told[field]["totalCount"];
            if told.as_u64() == Some(right) { Ok(()) } else { Err(format!("{told} and not {right}").into()) }
        });
        Ok((asked.await?, bare))
    }

    async fn timed(&self, work: impl AsyncFnOnce(&Self) -> Result<()>) -> Result<Took> {
        let used = || -> Result<_> {
            // Whoever may have worked: PostgreSQL or, where SQLite is asked by hand, this program itself; and the server.
            let postgres = self.postmaster.map(meter::processor_time).transpose()?.unwrap_or_default();
            let server = self.server.as_ref().map(|server| meter::processor_time(server.process()));
            Ok(postgres + meter::own_time()? + server.transpose()?.unwrap_or_default())
        };
        let (begin, before) = (Instant::now(), used()?);
        work(self).await?;
        let processor = used()?.saturating_sub(before);
        Ok(Took { seconds: begin.elapsed().as_secs_f64(), processor: processor.as_secs_f64() })
    }
}

/// All of it as a table.
pub fn table(all: &[Swept]) -> String {
    let mut text = String::from(
        "| W7 | | s | processor s | in bare SQL, s | processor s | × |\n|---|---|---|---|---|---|---|\n",
    );
    for swept in all {
        for (what, took, bare) in &swept.passes {
            // Writing to a text cannot fail.
            let _ = writeln!(
                text,
                "| {what} | {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
                swept.who,
                took.seconds,
                took.processor,
                bare.seconds,
                bare.processor,
                took.processor / bare.processor.max(0.01),
            );
        }
        let _ = writeln!(
            text,
            "\n{}: {} lines changed, {:.0} MB at most",
            swept.who, swept.lines, swept.resident
        );
    }
    text
}

//! What a compliance officer asks: the inventory, the record of processing, and whose data a breach is about; beside the same in
//! bare SQL, where there is such a thing.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use kartotek::access::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::{Result, Stand, http::Client};

/// Each question is asked so often, and the one in the middle counts.
const TIMES: usize = 7;

/// What was measured on one database.
#[derive(Debug)]
pub struct Oversight {
    who: &'static str,
    questions: Vec<Question>,
}

#[derive(Debug)]
struct Question {
    what: &'static str,
    millis: f64,
    bare: Option<f64>,
}

const USED: &str = "FROM data_location l LEFT JOIN (subscription s JOIN data_requirement r ON r.service_id = s.service_id)
    ON s.customer_id = l.customer_id AND s.ended_at IS NULL AND r.category = l.category AND r.system_id = l.system_id
    AND r.retired_at IS NULL WHERE l.state IN ('HELD', 'RESTRICTED', 'DISPOSAL_PENDING')";

const COUNT: &str = "INSERT INTO inventory_count SELECT system_id, category, source_channel, state, count(*)
    FROM data_location GROUP BY system_id, category, source_channel, state";

const REPORT: &str = "mutation ($input: ReportIncidentInput!) { reportIncident(input: $input) {
    incident { id } userErrors { message } } }";

impl Stand {
    /// Asks all of it. The database is as it was but for one incident.
    pub async fn oversee(&mut self) -> Result<Oversight> {
        // Rows were loaded past the triggers that count them.
        self.store.run("DELETE FROM inventory_count").await?;
        self.store.run(COUNT).await?;
        self.store.tidy().await?;
        let token = self.setup.token("COMPLIANCE")?;
        let client = Client::with_purpose(self.running()?.address, &token, "OVERSIGHT");
        let mut questions = Vec::new();
        let there = "l.state IN ('HELD', 'RESTRICTED', 'DISPOSAL_PENDING')";
        for (what, by, costly, sql) in [
            (
                "W3: the inventory by system and category",
                "[SYSTEM, CATEGORY]",
                "",
                format!(
                    "SELECT CAST(sum(n) AS bigint) AS number FROM (SELECT system_id, category, count(*) AS n \
                     FROM data_location l WHERE {there} GROUP BY system_id, category) x"
                ),
            ),
            (
                "the inventory by system, with its customers",
                "[SYSTEM]",
                "customers",
                format!(
                    "SELECT CAST(sum(n) AS bigint) AS number FROM (SELECT system_id, count(*) AS n, count(DISTINCT customer_id) \
                     FROM data_location l WHERE {there} GROUP BY system_id) x"
                ),
            ),
            (
                "the inventory by service and purpose",
                "[SERVICE, PURPOSE]",
                "",
                format!(
                    "SELECT CAST(sum(n) AS bigint) AS number FROM (SELECT r.service_id, r.purpose, count(DISTINCT l.id) AS n \
                     {USED} GROUP BY r.service_id, r.purpose) x"
                ),
            ),
        ] {
            let document = format!("{{ inventory(groupBy: {by}) {{ key {{ label }} locations {costly} }} }}");
            let right = self.store.count(&sql).await?;
            let told = client.connect().await?.told(&document, json!({})).await?;
            let rows = told["inventory"].as_array().ok_or("no inventory")?;
            let all = rows.iter().filter_map(|row| row["locations"].as_u64()).sum::<u64>();
            if all != right {
                return Err(format!("{what}: {all} and not {right}").into());
            }
            let bare = self.in_sql(&sql).await?;
            questions.push(Question {
                what,
                millis: asked(&client, &document, json!({})).await?,
                bare: Some(bare),
            });
        }
        let moment = json!({ "asOf": SystemClock.now().to_rfc3339() });
        let past =
            "query ($asOf: DateTime) { inventory(groupBy: [SYSTEM, CATEGORY], asOf: $asOf) { locations } }";
        questions.push(Question {
            what: "the inventory as of a moment",
            millis: asked(&client, past, moment).await?,
            bare: None,
        });
        for (what, document) in [
            (
                "the record of processing activities",
                "{ processingRecord { hash activities { key timeLimits { text } } } }",
            ),
            (
                "the company's picture, without what nothing justifies",
                "{ inventoryPicture(unjustified: false) }",
            ),
        ] {
            let millis = asked(&client, document, json!({})).await?;
            questions.push(Question { what, millis, bare: None });
        }
        questions.extend(self.breach(&client).await?);
        Ok(Oversight { who: self.who.name(), questions })
    }

    /// A breach at all systems: whose data was there.
    async fn breach(&self, client: &Client) -> Result<Vec<Question>> {
        let systems =
            client.connect().await?.told("{ systems(first: 100) { nodes { id } } }", json!({})).await?;
        let ids =
            systems["systems"]["nodes"].as_array().ok_or("no systems")?.iter().map(|node| node["id"].clone());
        let now = SystemClock.now().to_rfc3339();
        let input = json!({ "summary": "A backup lay open.", "kinds": ["CONFIDENTIALITY"],
            "place": { "systemIds": ids.collect::<Vec<_>>() }, "windowStart": now, "awareAt": now });
        let made = client.connect().await?.told(REPORT, json!({ "input": input })).await?;
        let id = made["reportIncident"]["incident"]["id"].clone();
        let count = "SELECT count(DISTINCT customer_id) AS number FROM data_location WHERE held_to IS NULL";
        let right = self.store.count(count).await?;
        let page = "query ($id: ID!, $after: String) { incident(id: $id) { affectedCustomers(first: 200, after: $after) {
            pageInfo { hasNextPage endCursor } edges { node { id } categories { key } } } } }";
        let total = "query ($id: ID!) { incident(id: $id) { affectedCustomers(first: 1) { totalCount } } }";
        let told = client.connect().await?.told(total, json!({ "id": id })).await?;
        if told["incident"]["affectedCustomers"]["totalCount"].as_u64() != Some(right) {
            return Err(format!("{told} and not {right}").into());
        }
        let bare = self.in_sql(count).await?;
        let form = "query ($id: ID!) { incident(id: $id) { notificationForm } }";
        let mut questions = vec![
            Question {
                what: "how many a breach at every system concerns",
                millis: asked(client, total, json!({ "id": id })).await?,
                bare: Some(bare),
            },
            Question {
                what: "200 of them, with what of theirs",
                millis: asked(client, page, json!({ "id": id })).await?,
                bare: None,
            },
            Question {
                what: "the notification to the authority",
                millis: asked(client, form, json!({ "id": id })).await?,
                bare: None,
            },
        ];
        let (begin, mut after, mut found) = (Instant::now(), Value::Null, 0);
        loop {
            let told = client.connect().await?.told(page, json!({ "id": id, "after": after })).await?;
            let list = &told["incident"]["affectedCustomers"];
            found += list["edges"].as_array().map_or(0, Vec::len) as u64;
            if list["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = list["pageInfo"]["endCursor"].clone();
        }
        if found != right {
            return Err(format!("{found} in pages, and not {right}").into());
        }
        let millis = begin.elapsed().as_secs_f64() * 1_000.0;
        questions.push(Question { what: "all of them, page by page", millis, bare: None });
        for (what, format) in [("all of them as a CSV file", "CSV"), ("all of it as a workbook", "XLSX")] {
            let (millis, rows) = until_ready(client, &id, format).await?;
            if rows < right {
                return Err(format!("{rows} in a file, and not {right}").into());
            }
            questions.push(Question { what, millis, bare: None });
        }
        Ok(questions)
    }

    /// What bare SQL takes, in the middle of a few times.
    async fn in_sql(&self, sql: &str) -> Result<f64> {
        let mut times = Vec::new();
        for _ in 0..TIMES {
            let begin = Instant::now();
            self.store.count(sql).await?;
            times.push(begin.elapsed().as_secs_f64() * 1_000.0);
        }
        Ok(middle(times))
    }
}

/// How long it takes until a breach's report is there, looked at every tenth of a second, and how many rows it has.
async fn until_ready(client: &Client, incident: &Value, format: &str) -> Result<(f64, u64)> {
    let ask = "mutation ($input: RequestReportInput!) { requestReport(input: $input) { report { id } userErrors { message } } }";
    let look = "query ($id: ID!) { report(id: $id) { state rows failure } }";
    let begin = Instant::now();
    let input = json!({ "kind": "INCIDENT", "format": format, "incidentId": incident });
    let told = client.connect().await?.told(ask, json!({ "input": input })).await?;
    let id = told["requestReport"]["report"]["id"].clone();
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    loop {
        tick.tick().await;
        let told = client.connect().await?.told(look, json!({ "id": id })).await?;
        match told["report"]["state"].as_str() {
            Some("READY") => {
                let rows = told["report"]["rows"].as_u64().unwrap_or_default();
                return Ok((begin.elapsed().as_secs_f64() * 1_000.0, rows));
            }
            Some("QUEUED" | "RUNNING") => {}
            _ => return Err(format!("{told}").into()),
        }
    }
}

async fn asked(client: &Client, document: &str, variables: Value) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let begin = Instant::now();
        client.connect().await?.told(document, variables.clone()).await?;
        times.push(begin.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(middle(times))
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// All of it as a table.
pub fn table(all: &[Oversight]) -> String {
    let mut text = String::from("| oversight | | ms | in bare SQL, ms |\n|---|---|---|---|\n");
    for overseen in all {
        for Question { what, millis, bare } in &overseen.questions {
            let bare = bare.map(|millis| format!("{millis:.1}")).unwrap_or_default();
            // Writing to a text cannot fail.
            let _ = writeln!(text, "| {what} | {} | {millis:.1} | {bare} |", overseen.who);
        }
    }
    text
}

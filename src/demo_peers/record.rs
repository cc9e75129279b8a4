//! Whom the third party holds, and what it was asked: its own record, which Kartotek never sees.

use super::file::{File, Values};
use crate::domain::demo::{Held, Known};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const TABLES: &str = "
    CREATE TABLE holds (reference TEXT PRIMARY KEY, username TEXT, email TEXT);
    CREATE TABLE asked (
        request_id TEXT PRIMARY KEY, received_at TEXT NOT NULL, action TEXT NOT NULL, categories TEXT NOT NULL,
        answer TEXT NOT NULL
    );
";

/// A request, as far as it matters here; docs/third-party-api.md has all of it.
#[derive(Deserialize)]
pub(super) struct Request {
    subject_request_id: String,
    subject_identities: Vec<Identity>,
    extensions: Extensions,
}

#[derive(Deserialize)]
struct Identity {
    identity_type: String,
    identity_value: String,
}

#[derive(Deserialize)]
struct Extensions {
    kartotek: Scope,
}

#[derive(Deserialize)]
struct Scope {
    action: String,
    categories: BTreeSet<String>,
}

/// What came of a request.
pub(super) struct Answered {
    pub(super) body: String,
    pub(super) action: String,
    pub(super) again: bool,
}

/// Makes the record, of those whom the map says are held there.
pub(super) async fn make(file: &File, held: &[Held], people: &[Known]) -> Result<(), sqlx::Error> {
    let mut of = BTreeMap::new();
    for line in held {
        let known = people.iter().find(|known| known.reference == line.reference);
        of.insert(&line.external_reference, known.map(|known| known.email.clone()));
    }
    let row = |(reference, email): (&String, Option<String>)| {
        let user = email.as_ref().and_then(|email| email.split('@').next()).map(str::to_owned);
        ("INSERT INTO holds VALUES ($1, $2, $3)", Values::from([Some(reference.clone()), user, email]))
    };
    let rows = of.into_iter().map(row).collect();
    file.make(TABLES, rows).await
}

/// Does what is asked, once: what was done already is answered as before.
pub(super) async fn carry_out(file: &File, request: Request, now: String) -> Result<Answered, sqlx::Error> {
    let Request { subject_request_id: id, subject_identities, extensions: Extensions { kartotek: scope } } =
        request;
    let mut changes = file.change().await?;
    let before = changes.first("SELECT answer FROM asked WHERE request_id = $1", vec![Some(id.clone())]);
    if let Some(body) = before.await? {
        return Ok(Answered { body, action: scope.action, again: true });
    }
    let mut rows = 0;
    let theirs = subject_identities.into_iter().filter(|one| one.identity_type == "processor_customer_id");
    for reference in theirs.map(|one| one.identity_value) {
        for (category, statement) in [
            ("user.account.username", "UPDATE holds SET username = NULL WHERE reference = $1"),
            ("user.contact.email", "UPDATE holds SET email = NULL WHERE reference = $1"),
        ] {
            if scope.categories.contains(category) {
                rows += changes.run(statement, vec![Some(reference.clone())]).await?;
            }
        }
        let emptied = "DELETE FROM holds WHERE username IS NULL AND email IS NULL AND reference = $1";
        changes.run(emptied, vec![Some(reference)]).await?;
    }
    let status = if rows > 0 { "completed" } else { "no_data" };
    let body = json!({ "subject_request_id": id, "request_status": status, "received_time": now,
        "completed_time": now, "results_count": rows });
    let body = body.to_string();
    let categories = scope.categories.into_iter().collect::<Vec<_>>().join(" ");
    let values = [id, now, scope.action.clone(), categories, body.clone()];
    let note = "INSERT INTO asked VALUES ($1, $2, $3, $4, $5)";
    changes.run(note, values.map(Some).into()).await?;
    changes.commit().await?;
    Ok(Answered { body, action: scope.action, again: false })
}

/// What stands in it, for whoever tries the demo.
pub(super) async fn shown(file: &File) -> Result<Value, sqlx::Error> {
    let holds = file.rows("SELECT reference FROM holds ORDER BY reference").await?;
    let asked =
        file.rows("SELECT received_at, action, categories, answer FROM asked ORDER BY received_at").await?;
    let asked = asked.into_iter().map(|row| {
        let mut values = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || values.next().unwrap_or_default();
        let (at, action, categories) = (next(), next(), next());
        let answer = serde_json::from_str::<Value>(&next()).unwrap_or_default();
        json!({ "at": at, "action": action, "categories": categories.split(' ').collect::<Vec<_>>(),
            "answer": answer["request_status"] })
    });
    Ok(json!({ "holds": holds.into_iter().flatten().flatten().collect::<Vec<_>>(),
        "asked": asked.collect::<Vec<_>>() }))
}

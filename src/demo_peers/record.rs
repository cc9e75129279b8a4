//! Whom the third party holds, and what it was asked: its own record, which Kartotek never sees.

use super::{
    file::{Changes, File, Values},
    request::{Action, Correction, Request},
};
use crate::domain::demo::{Held, Known};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const TABLES: &str = "
    CREATE TABLE holds (reference TEXT PRIMARY KEY, username TEXT, email TEXT);
    CREATE TABLE asked (
        request_id TEXT PRIMARY KEY, received_at TEXT NOT NULL, action TEXT NOT NULL, categories TEXT NOT NULL,
        answer TEXT NOT NULL
    );
";

/// What there is a column for.
struct Column {
    category: &'static str,
    read: &'static str,
    /// Changes a value that is there, and puts none where none is: what went does not come back as a correction.
    put: &'static str,
}

const COLUMNS: [Column; 2] = [
    Column {
        category: "user.account.username",
        read: "SELECT username FROM holds WHERE reference = $1",
        put: "UPDATE holds SET username = $2 WHERE reference = $1 AND username IS NOT NULL",
    },
    Column {
        category: "user.contact.email",
        read: "SELECT email FROM holds WHERE reference = $1",
        put: "UPDATE holds SET email = $2 WHERE reference = $1 AND email IS NOT NULL",
    },
];

/// What came of a request.
pub(super) struct Answered {
    pub(super) body: String,
    pub(super) action: &'static str,
    pub(super) again: bool,
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unanswered {
    #[error("its record cannot be reached")]
    Record(#[from] sqlx::Error),
    #[error("the request's id was another request's")]
    AnothersId,
    #[error("only some of what is to be put right is here")]
    OnlySome,
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
pub(super) async fn carry_out(file: &File, request: Request, now: String) -> Result<Answered, Unanswered> {
    let (action, id) = (request.action().word(), || Some(request.id.clone()));
    let mut changes = file.change().await?;
    let before = "SELECT action, received_at, answer FROM asked WHERE request_id = $1";
    if let Some(before) = changes.row(before, vec![id()]).await? {
        let mut values = before.into_iter().map(Option::unwrap_or_default);
        let mut next = || values.next().unwrap_or_default();
        let (asked, received, answer) = (next(), next(), next());
        if asked != action {
            return Err(Unanswered::AnothersId);
        }
        let body = match request.action() {
            Action::Export => gather(&mut changes, &request).await?.said(&request.id, &received),
            Action::Erase | Action::Anonymize | Action::Rectify { .. } => answer,
        };
        return Ok(Answered { body, action, again: true });
    }
    let came = match request.action() {
        Action::Erase | Action::Anonymize => dispose(&mut changes, &request).await?,
        Action::Export => gather(&mut changes, &request).await?,
        Action::Rectify { corrections } => put_right(&mut changes, &request, corrections).await?,
    };
    let body = came.said(&request.id, &now);
    // Without what was given, which would outlive the person here: it is gathered anew for whoever asks again.
    let noted = Came { records: Vec::new(), ..came }.said(&request.id, &now);
    let categories = request.categories().iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    let note = "INSERT INTO asked VALUES ($1, $2, $3, $4, $5)";
    let values = [Some(now), Some(action.to_owned()), Some(categories), Some(noted)];
    changes.run(note, [id()].into_iter().chain(values).collect()).await?;
    changes.commit().await?;
    Ok(Answered { body, action, again: false })
}

/// What was found, and perhaps changed.
#[derive(Default)]
struct Came {
    values: u64,
    /// Of each record what was asked about, for an export.
    records: Vec<Value>,
}

impl Came {
    /// The answer, which is the same whenever it is given.
    fn said(&self, id: &str, at: &str) -> String {
        let status = if self.values > 0 { "completed" } else { "no_data" };
        let mut body = json!({ "subject_request_id": id, "request_status": status, "received_time": at,
            "completed_time": at, "results_count": self.values });
        if !self.records.is_empty() {
            body["data"] = json!(self.records);
        }
        body.to_string()
    }
}

async fn dispose(changes: &mut Changes, request: &Request) -> Result<Came, sqlx::Error> {
    let mut came = Came::default();
    for reference in request.references() {
        for column in COLUMNS.iter().filter(|column| request.categories().contains(column.category)) {
            came.values += changes.run(column.put, vec![Some(reference.to_owned()), None]).await?;
        }
        let emptied = "DELETE FROM holds WHERE username IS NULL AND email IS NULL AND reference = $1";
        changes.run(emptied, vec![Some(reference.to_owned())]).await?;
    }
    Ok(came)
}

async fn gather(changes: &mut Changes, request: &Request) -> Result<Came, sqlx::Error> {
    let mut came = Came::default();
    for reference in request.references() {
        let mut record = Map::new();
        for column in COLUMNS.iter().filter(|column| request.categories().contains(column.category)) {
            let row = changes.row(column.read, vec![Some(reference.to_owned())]).await?;
            for value in row.into_iter().flatten().flatten() {
                record.insert(column.category.to_owned(), value.into());
                came.values += 1;
            }
        }
        if !record.is_empty() {
            came.records.push(record.into());
        }
    }
    Ok(came)
}

/// `completed` says that all of it is right now. Where only some of it is here nothing is changed, and a person looks.
async fn put_right(
    changes: &mut Changes,
    request: &Request,
    corrections: &[Correction],
) -> Result<Came, Unanswered> {
    let (mut came, mut misses) = (Came::default(), false);
    for correction in corrections {
        let mut values = 0;
        for column in COLUMNS.iter().filter(|column| column.category == correction.category) {
            for reference in request.references() {
                let right = vec![Some(reference.to_owned()), Some(correction.value.clone())];
                values += changes.run(column.put, right).await?;
            }
        }
        came.values += values;
        misses |= values == 0;
    }
    if misses && came.values > 0 { Err(Unanswered::OnlySome) } else { Ok(came) }
}

/// What stands in it, for whoever tries the demo.
pub(super) async fn shown(file: &File) -> Result<Value, sqlx::Error> {
    let holds = file.rows("SELECT reference, username, email FROM holds ORDER BY reference").await?;
    let asked =
        file.rows("SELECT received_at, action, categories, answer FROM asked ORDER BY received_at").await?;
    let holds = holds.into_iter().map(|row| {
        let names = ["reference", "username", "email"].map(str::to_owned);
        names.into_iter().zip(row.into_iter().map(Value::from)).collect::<Map<_, _>>()
    });
    let asked = asked.into_iter().map(|row| {
        let mut values = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || values.next().unwrap_or_default();
        let (at, action, categories) = (next(), next(), next());
        let answer = serde_json::from_str::<Value>(&next()).unwrap_or_default();
        json!({ "at": at, "action": action, "categories": categories.split(' ').collect::<Vec<_>>(),
            "answer": answer["request_status"] })
    });
    Ok(json!({ "holds": holds.collect::<Vec<_>>(), "asked": asked.collect::<Vec<_>>() }))
}

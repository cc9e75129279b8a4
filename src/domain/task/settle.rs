//! A task ends, with the evidence of what came of it, and the map says so in the same transaction; or it goes on later.

use super::{
    backoff,
    known_by::{forget_if_nothing_is_left, lines_of},
    sealed::{Owner, forget_correction, seal},
};
use crate::{
    access::{Sql, Stop, Writer},
    connector::{Answer, Evidence, Failure, max_attempts},
    domain::{catalog::Catalog, period::Period},
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    connector::Connector,
    enums::{DataLocationState, EvidenceKind, SealedKind, TaskAction, TaskOutcome, TaskState},
    ids::{CategoryKey, SystemId},
    task, task_evidence,
};

/// What came of a task, and how that is known.
#[derive(Clone, Debug)]
pub(super) struct Came {
    pub outcome: TaskOutcome,
    pub evidence: task_evidence::Model,
}

/// What a system said of a task, or why it said nothing.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub came: Result<Answer, Failure>,
    /// Whether they said it by themselves, after they had been asked.
    pub later: bool,
}

/// The longest error that is kept.
const LONGEST_ERROR: usize = 500;

/// Settles what a system said of a task, whose customer and row are locked.
///
/// # Errors
/// When the database fails.
pub(super) async fn settle(
    w: &Writer,
    catalog: &Catalog,
    row: task::Model,
    heard: Heard,
) -> Result<task::Model, Stop> {
    let system = catalog.systems.get(&row.system_id);
    let connector = system.and_then(|system| system.connector.as_ref());
    // What they say by themselves tells that they were reached, whatever it is.
    note_state(w, row.system_id, heard.came.as_ref().err().filter(|_| !heard.later)).await?;
    let sent_at = row.sent_at.or_else(|| (!heard.later).then(|| w.now()));
    match heard.came {
        // They have said before what came of it.
        Ok(_) if row.finished_at.is_some() && row.answered_at.is_some() => Ok(row),
        // They say that a copy was sent, and none came here: somebody has to see to it.
        Ok(Answer::Done(_)) if row.action == TaskAction::Export && row.finished_at.is_none() => {
            let row = task::Model { sent_at, answered_at: Some(w.now()), ..row };
            to_a_person(w, row, "They say that they gave a copy: attach it, and attest what was done.").await
        }
        Ok(Answer::Gathered { data, evidence }) => {
            let came = Came { outcome: TaskOutcome::Done, evidence: shown(w, &row, evidence) };
            if row.action == TaskAction::Export && row.finished_at.is_none() {
                let owner = Owner::Task(row.id, row.data_request_id);
                seal(w, (row.customer_id, owner), SealedKind::Export, &data).await?;
            }
            finish(w, task::Model { sent_at, answered_at: Some(w.now()), ..row }, came).await
        }
        Ok(Answer::Done(evidence)) => {
            let came = Came { outcome: TaskOutcome::Done, evidence: shown(w, &row, evidence) };
            finish(w, task::Model { sent_at, answered_at: Some(w.now()), ..row }, came).await
        }
        Ok(Answer::Kept { ground, evidence }) => {
            let mut evidence = shown(w, &row, evidence);
            if let Some(document) = evidence.document.as_mut().and_then(|document| document.as_object_mut()) {
                document.insert("ground".to_owned(), ground.into());
            }
            let came = Came { outcome: TaskOutcome::Kept, evidence };
            finish(w, task::Model { sent_at, answered_at: Some(w.now()), ..row }, came).await
        }
        // It was called off: nothing of it is to be tried again.
        _ if row.finished_at.is_some() => Ok(row),
        // Nothing touched is not done: somebody has to say why that is right.
        Ok(Answer::NothingFound(_)) => {
            let row = task::Model { sent_at, answered_at: Some(w.now()), found_nothing: true, ..row };
            to_a_person(w, row, "Nothing of the customer's was found there.").await
        }
        Ok(Answer::Accepted) if heard.later => Ok(row),
        Ok(Answer::Accepted) => {
            let answer_by = row.answer_by.unwrap_or_else(|| patience(w.now(), catalog, connector));
            let letters = row.letters + i32::from(matches!(connector, Some(Connector::Email(_))));
            let next = reminder(w.now(), catalog, connector).map_or(answer_by, |next| next.min(answer_by));
            let row = task::Model { sent_at, letters, answer_by: Some(answer_by), attempts: 0, ..row };
            let row = task::Model { next_attempt_at: Some(next), last_error: None, ..row };
            changed(w, task::Model { state: TaskState::AwaitingThirdParty, ..row }).await
        }
        Err(Failure::Lasting { message }) => {
            let answered_at = if heard.later { Some(w.now()) } else { row.answered_at };
            to_a_person(w, task::Model { answered_at, ..row }, &message).await
        }
        Err(Failure::Passing { message, .. }) if row.attempts >= connector.map_or(1, max_attempts) => {
            to_a_person(w, row, &message).await
        }
        Err(Failure::Passing { message, retry_after }) => {
            let asked = retry_after.and_then(|wait| TimeDelta::from_std(wait).ok());
            let next = w.now() + backoff::wait(row.id, row.attempts, asked);
            let row = task::Model { next_attempt_at: Some(next), last_error: Some(cut(&message)), ..row };
            changed(w, task::Model { state: TaskState::Retrying, ..row }).await
        }
    }
}

/// When they are reminded.
fn reminder(now: DateTime<Utc>, catalog: &Catalog, connector: Option<&Connector>) -> Option<DateTime<Utc>> {
    let Some(Connector::Email(email)) = connector else { return None };
    Period::parse(&email.remind_every).ok()?.after(now, &catalog.zone())
}

/// When an answer should have come.
fn patience(now: DateTime<Utc>, catalog: &Catalog, connector: Option<&Connector>) -> DateTime<Utc> {
    let within = match connector {
        Some(Connector::Http(http)) => Some(http.answer_within.as_str()),
        Some(Connector::Email(email)) => Some(email.answer_within.as_str()),
        _ => None,
    };
    let period = within.and_then(|within| Period::parse(within).ok());
    period.and_then(|period| period.after(now, &catalog.zone())).unwrap_or(now + TimeDelta::days(14))
}

pub(super) async fn to_a_person(w: &Writer, row: task::Model, why: &str) -> Result<task::Model, Stop> {
    let row = task::Model { last_error: Some(cut(why)), next_attempt_at: None, answer_by: None, ..row };
    changed(w, task::Model { state: TaskState::NeedsHuman, ..row }).await
}

pub(super) async fn changed(w: &Writer, row: task::Model) -> Result<task::Model, Stop> {
    w.changed(row.customer_id, &["tasks"]);
    w.update::<task::Entity>(row).await
}

pub(super) fn cut(message: &str) -> String {
    message.chars().take(LONGEST_ERROR).collect()
}

/// What a task came to, as it goes on record.
pub(super) fn shown(w: &Writer, row: &task::Model, evidence: Evidence) -> task_evidence::Model {
    let (kind, rows_changed, document) = match evidence {
        Evidence::ReadBack { rows } => {
            (EvidenceKind::ReadBack, Some(i64::try_from(rows).unwrap_or(i64::MAX)), None)
        }
        Evidence::Confirmed { document, .. } => (EvidenceKind::Confirmed, None, Some(document)),
    };
    task_evidence::Model {
        task_id: row.id,
        customer_id: row.customer_id,
        kind,
        recorded_at: w.now(),
        recorded_by: w.actor_name(),
        rows_changed,
        statement: None,
        reference: None,
        document,
    }
}

/// Notes how the last call to a system went. Where that is known already, nothing is written, and nobody waits for whoever
/// else notes the same: `ON CONFLICT` would lock the row even so.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn note_state(
    w: &Writer,
    system: SystemId,
    failure: Option<&Failure>,
) -> Result<(), Stop> {
    let mut sql = Sql::new("INSERT INTO connector_state AS was ");
    sql.push("(system_id, last_succeeded_at, failing_since, last_error) SELECT ").bind(system.0);
    match failure {
        None => {
            sql.push(", ")
                .bind(w.now())
                .push(", NULL, NULL WHERE NOT EXISTS (SELECT 1 FROM connector_state s");
            sql.push(" WHERE s.system_id = ").bind(system.0);
            // A moment more or less does not matter.
            sql.push(" AND s.failing_since IS NULL AND s.last_succeeded_at >= ");
            sql.bind(w.now() - TimeDelta::minutes(1)).push(
                ") ON CONFLICT (system_id) DO UPDATE SET last_succeeded_at = excluded.last_succeeded_at, \
                 failing_since = NULL, last_error = NULL",
            );
        }
        Some(failure) => {
            let error = cut(&failure.to_string());
            sql.push(", NULL, ").bind(w.now()).push(", ").bind(error.clone());
            sql.push(" WHERE NOT EXISTS (SELECT 1 FROM connector_state s WHERE s.system_id = ")
                .bind(system.0);
            sql.push(" AND s.failing_since IS NOT NULL AND s.last_error = ").bind(error).push(
                ") ON CONFLICT (system_id) DO UPDATE SET \
                 failing_since = coalesce(was.failing_since, excluded.failing_since), last_error = excluded.last_error",
            );
        }
    }
    w.execute(sql).await.map(drop)
}

/// Whether a task is to make something go.
pub(in crate::domain) const fn disposes(row: &task::Model) -> bool {
    matches!(row.action, TaskAction::Erase | TaskAction::Anonymize)
}

/// Calls off a task that there is nothing left to do for.
pub(in crate::domain) async fn call_off(w: &Writer, row: task::Model) -> Result<task::Model, Stop> {
    forget_correction(w, row.id).await?;
    let row = task::Model {
        state: TaskState::Cancelled,
        outcome: Some(TaskOutcome::Superseded),
        next_attempt_at: None,
        answer_by: None,
        finished_at: Some(w.now()),
        ..row
    };
    changed(w, row).await
}

/// Ends a task, whose customer and row are locked.
///
/// Of a disposal, what is gone, or was not there, leaves tombstones. What its holder keeps, or cannot dispose of, stays on its way out on
/// the map: nobody is asked again, unless a service needs it once more and then does not. A task that was called off while
/// it was being done stays that; what it did is on the map all the same, unless they were given it anew.
///
/// # Errors
/// When the database fails.
pub(super) async fn finish(w: &Writer, row: task::Model, came: Came) -> Result<task::Model, Stop> {
    let gone = matches!(came.outcome, TaskOutcome::Done | TaskOutcome::NothingFound);
    let called_off = row.finished_at.is_some();
    let lines = lines_of(w, &[row.id]).await?;
    let categories = lines.iter().map(|line| line.row.category.clone()).collect::<Vec<CategoryKey>>();
    if gone && disposes(&row) {
        let state = match row.action {
            TaskAction::Anonymize => DataLocationState::Anonymized,
            _ => DataLocationState::Erased,
        };
        let mut sql = Sql::new("UPDATE data_location SET external_reference = NULL, state = ");
        sql.bind(state).push(", held_to = ").bind(w.now()).push(" WHERE held_to IS NULL AND customer_id = ");
        sql.bind(row.customer_id.0);
        match row.finished_at {
            None => sql.push(" AND state = 'DISPOSAL_PENDING'"),
            // What was given to them since, or is being asked for anew, they have not said to be gone.
            Some(called_off_at) => sql
                .push(" AND NOT EXISTS (SELECT 1 FROM disclosure d WHERE d.customer_id = data_location.customer_id \
                       AND d.system_id = data_location.system_id AND d.disclosed_at >= ")
                .bind(called_off_at)
                .push(
                    ") AND NOT EXISTS (SELECT 1 FROM task_location o JOIN task t ON t.id = o.task_id \
                     WHERE o.data_location_id = data_location.id AND t.finished_at IS NULL)",
                ),
        };
        sql.push(" AND id IN (SELECT x.data_location_id FROM task_location x WHERE x.task_id = ");
        sql.bind(row.id.0).push(")");
        w.execute(sql).await?;
        w.changed(row.customer_id, &["dataLocations"]);
    }
    w.changed(row.customer_id, &["tasks"]);
    w.tells(row.customer_id, &categories);
    w.insert::<task_evidence::Entity>(came.evidence).await?;
    forget_if_nothing_is_left(w, &row).await?;
    forget_correction(w, row.id).await?;
    if called_off {
        return w.update::<task::Entity>(row).await;
    }
    let ended = task::Model {
        state: if gone { TaskState::Succeeded } else { TaskState::Cancelled },
        outcome: Some(came.outcome),
        next_attempt_at: None,
        answer_by: None,
        last_error: None,
        finished_at: Some(w.now()),
        ..row
    };
    w.update::<task::Entity>(ended).await
}

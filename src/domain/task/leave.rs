//! When somebody goes altogether: what systems that still have something know them by is sealed for these, and what the
//! program was to do with the profile itself is done. Any number of customers, in a few statements.

use super::{
    due::may_be_done,
    known_by::{Sealed, add, envelope_of, fields, unseal},
    settle::shown,
};
use crate::{
    access::{Apart, Broken, Profile, Sql, Stop, Writer},
    connector::Evidence,
    domain::catalog::Catalog,
};
use entity::{
    customer,
    enums::{DataLocationState, SubjectKeyKind, TaskAction, TaskOutcome, TaskState},
    envelope,
    ids::{CustomerId, SystemId},
    task, task_evidence,
};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use std::collections::HashMap;
use zeroize::Zeroizing;

#[derive(FromQueryResult)]
struct At {
    customer_id: CustomerId,
    system_id: SystemId,
}

/// Seals for each system that still has something of these customers, who are locked, what it knows them by: the company's
/// own number, which a pseudonym takes the place of, and so much of the profile as it cannot do without. It is kept for as
/// long as something is there, also where the law keeps that for years.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn seal_before_disposal(
    w: &Writer,
    catalog: &Catalog,
    people: &[(&customer::Model, &Profile)],
) -> Result<(), Stop> {
    let ids = people.iter().map(|(customer, _)| customer.id).collect::<Vec<_>>();
    let mut sql = Sql::new(
        "SELECT DISTINCT l.customer_id, l.system_id FROM data_location l JOIN system y ON y.id = l.system_id \
         AND NOT y.built_in WHERE l.held_to IS NULL AND l.customer_id IN ",
    );
    sql.list(ids.iter().map(|id| id.0)).push(" ORDER BY 1, 2");
    let places = w.numbers::<At>(sql).await?;
    let theirs = envelope::Column::CustomerId.is_in(ids.iter().copied());
    let before = w.all(envelope::Entity::find().filter(theirs.clone())).await?;
    let before = before.iter().map(|row| ((row.customer_id, row.system_id), row)).collect::<HashMap<_, _>>();
    let people = people.iter().map(|(customer, profile)| (customer.id, (*customer, *profile)));
    let people = people.collect::<HashMap<_, _>>();
    let mut sealed = Vec::with_capacity(places.len());
    for At { customer_id, system_id } in places {
        let Some((customer, profile)) = people.get(&customer_id) else { continue };
        // One that does not open helps nobody any more.
        let known = before.get(&(customer_id, system_id)).and_then(|row| unseal(w, row).ok());
        let mut all = known.unwrap_or_else(Sealed::new);
        let connector = catalog.systems.get(&system_id).and_then(|system| system.connector.as_ref());
        if let Some(connector) = connector {
            add(&mut all, profile, &fields(connector));
        }
        all.entry(SubjectKeyKind::Reference).or_default().insert(customer.reference.clone());
        let plain = Zeroizing::new(serde_json::to_vec(&all).map_err(|_| Broken::Sealed)?);
        let apart = w.seal_apart(customer_id, &envelope_of(system_id), &plain)?;
        let Apart { master_key_id, wrapped, sealed: under } = apart;
        sealed.push(envelope::Model { customer_id, system_id, master_key_id, wrapped, sealed: under });
    }
    w.delete(envelope::Entity::delete_many().filter(theirs)).await?;
    w.insert_all::<envelope::Entity>(&sealed).await
}

/// Calls off what is no use any more to customers who go: corrections and restrictions that nobody was told of.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn call_off_corrections(
    w: &Writer,
    customers: &[CustomerId],
) -> Result<(), Stop> {
    let mut sql = Sql::new("UPDATE task SET next_attempt_at = NULL, answer_by = NULL, state = ");
    sql.bind(TaskState::Cancelled).push(", outcome = ").bind(TaskOutcome::Superseded);
    sql.push(", finished_at = ")
        .bind(w.now())
        .push(" WHERE action IN ('RECTIFY', 'RESTRICT') AND finished_at IS NULL");
    sql.push(" AND state <> 'RUNNING' AND sent_at IS NULL AND customer_id IN ");
    sql.list(customers.iter().map(|id| id.0));
    w.execute(sql).await?;
    let mut sql = Sql::new("DELETE FROM sealed WHERE kind = 'CORRECTION' AND customer_id IN ");
    sql.list(customers.iter().map(|id| id.0));
    sql.push(" AND task_id IN (SELECT t.id FROM task t WHERE t.finished_at IS NOT NULL)");
    w.execute(sql).await.map(drop)
}

/// Ends what was to be done with the profiles of these customers, who are locked: it was done a moment ago, and read again. What
/// is to be gathered first is not gone yet.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn finish_own(
    w: &Writer,
    own: SystemId,
    customers: &[CustomerId],
) -> Result<(), Stop> {
    let mut sql = Sql::new("SELECT t.* FROM task t WHERE t.system_id = ");
    sql.bind(own.0).push(" AND t.action IN ('ERASE', 'ANONYMIZE') AND t.finished_at IS NULL");
    sql.push(" AND ").push(&may_be_done("t")).push(" AND t.customer_id IN ");
    sql.list(customers.iter().map(|id| id.0)).push(" ORDER BY t.id");
    let tasks = w.numbers::<task::Model>(sql).await?;
    for (action, state) in [
        (TaskAction::Erase, DataLocationState::Erased),
        (TaskAction::Anonymize, DataLocationState::Anonymized),
    ] {
        let alike = tasks.iter().filter(|task| task.action == action).map(|task| task.id.0);
        let mut sql = Sql::new("UPDATE data_location SET external_reference = NULL, state = ");
        sql.bind(state).push(", held_to = ").bind(w.now());
        sql.push(" WHERE held_to IS NULL AND state = 'DISPOSAL_PENDING' AND customer_id IN ");
        sql.list(customers.iter().map(|id| id.0)).push(" AND id IN (");
        sql.push("SELECT x.data_location_id FROM task_location x WHERE x.task_id IN ").list(alike).push(")");
        w.execute(sql).await?;
    }
    let mut sql = Sql::new(
        "UPDATE task SET attempts = attempts + 1, next_attempt_at = NULL, answer_by = NULL, \
        last_error = NULL, state = ",
    );
    sql.bind(TaskState::Succeeded).push(", outcome = ").bind(TaskOutcome::Done);
    sql.push(", finished_at = ").bind(w.now());
    sql.push(" WHERE id IN ").list(tasks.iter().map(|task| task.id.0));
    w.execute(sql).await?;
    let evidence = |task: &task::Model| shown(w, task, Evidence::ReadBack { rows: 1 });
    w.insert_all::<task_evidence::Entity>(&tasks.iter().map(evidence).collect::<Vec<_>>()).await?;
    for task in &tasks {
        w.changed(task.customer_id, &["dataLocations", "tasks"]);
    }
    Ok(())
}

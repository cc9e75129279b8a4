//! Verbs that change. They have a reader's verbs as well, on the same transaction.
#![expect(clippy::disallowed_types, reason = "the writer owns a transaction and commits it with its event")]

use super::{
    Access, Apart, Broken, Profile, Reader, Sql, Stop, Trail,
    event::Event,
    journal::{self},
    reader::On,
    session::Caller,
};
use crate::{crypto::Context, policy::Target, sql::insertions};
use entity::{
    customer,
    ids::CustomerId,
    subject_key,
    touch::{Recorded, Written},
};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, DeleteMany, IntoActiveModel, QuerySelect, Select,
};
use std::{
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// Changes rows in one transaction, which only the door begins and commits.
#[derive(Debug)]
pub struct Writer {
    reader: Reader,
    target: Option<Target>,
    /// Whom the changes are about; what was read for them is the reader's to note.
    written: Mutex<Trail>,
}

/// What had been changed when a rehearsal began.
#[derive(Debug)]
pub struct Rehearsal(Trail);

impl Deref for Writer {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Writer {
    pub(in crate::access) async fn begin(access: &Access) -> Result<Self, Broken> {
        let tx = access.door().database.begin().await?;
        Ok(Self { reader: Reader::new(access, On::Transaction(tx)), target: None, written: Mutex::default() })
    }

    /// Writes the event, then commits both. Without one, nobody may have been touched.
    pub(in crate::access) async fn commit(
        self,
        event: Option<Event>,
        caller: &Arc<Caller>,
    ) -> Result<Trail, Broken> {
        let trail = self.trail();
        let journal = self.reader.access().door().journal.clone();
        let (on, _) = self.reader.into_parts();
        let On::Transaction(tx) = on else { return Err(Broken::Stored("a writer without a transaction")) };
        if event.is_none() && !trail.is_empty() {
            return Err(Broken::Stored("what leaves no record was about somebody"));
        }
        let batch = journal.batch(event.as_ref(), caller)?;
        let written = journal::insert(&tx, &batch).await;
        written.map_err(|error| Broken::Journal(error.to_string()))?;
        tx.commit().await?;
        batch.committed();
        Ok(trail)
    }

    /// Undoes everything; what is left is what was read.
    pub(in crate::access) async fn roll_back(self) -> Trail {
        let (on, seen) = self.reader.into_parts();
        if let On::Transaction(tx) = on
            && let Err(error) = tx.rollback().await
        {
            // The connection is gone, and the change with it.
            tracing::debug!(%error, "a transaction ended by itself");
        }
        seen
    }

    pub(in crate::access) fn trail(&self) -> Trail {
        let mut trail = self.reader.trail().clone();
        trail.merge(self.written().clone());
        trail
    }

    fn written(&self) -> MutexGuard<'_, Trail> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::access) fn target(&self, named: &Target) -> Target {
        self.target.clone().unwrap_or_else(|| named.clone())
    }

    /// Says what the command turned out to be about, where that is only known once it has run: what it created.
    pub fn about(&mut self, target: Target) {
        self.target = Some(target);
    }

    /// A new id.
    pub fn id(&self) -> Uuid {
        self.reader.access().door().ticker.id()
    }

    /// What rows call the caller.
    pub fn actor_name(&self) -> String {
        self.reader.access().caller().actor.name_on_record().to_owned()
    }

    /// The row, locked against other writers until the commit.
    ///
    /// # Errors
    /// [`Stop::Broken`] when the database fails; so for every verb.
    pub async fn lock<E: Recorded>(&self, query: Select<E>) -> Result<Option<E::Model>, Stop> {
        self.one(query.lock_exclusive()).await
    }

    /// The row, which nobody can change until the commit.
    pub async fn keep<E: Recorded>(&self, query: Select<E>) -> Result<Option<E::Model>, Stop> {
        self.one(query.lock_shared()).await
    }

    /// The rows, locked against other writers until the commit. Order them, so that two who lock the same wait for
    /// each other and never both.
    pub async fn lock_all<E: Recorded>(&self, query: Select<E>) -> Result<Vec<E::Model>, Stop> {
        self.all(query.lock_exclusive()).await
    }

    /// A new row.
    pub async fn insert<E: Written>(&self, row: E::Model) -> Result<E::Model, Stop> {
        self.written().add(E::touch(&row));
        E::insert(row.clone().into_active_model().reset_all()).exec_without_returning(self.tx()?).await?;
        Ok(row)
    }

    /// New rows, many in one statement.
    pub async fn insert_all<E: Written>(&self, rows: &[E::Model]) -> Result<(), Stop> {
        {
            let mut trail = self.written();
            for row in rows {
                trail.add(E::touch(row));
            }
        }
        self.insert_unseen::<E>(rows).await
    }

    /// The same, of rows that tell of nobody in particular, or of whom `changed` has said already.
    pub async fn insert_unseen<E: Written>(&self, rows: &[E::Model]) -> Result<(), Stop> {
        let backend = self.tx()?.get_database_backend();
        for statement in rows.chunks(1_000).flat_map(|some| insertions::<E>(backend, some)) {
            self.tx()?.execute_raw(statement).await?;
        }
        Ok(())
    }

    /// The row as it is now, in place of the one with its id.
    pub async fn update<E: Written>(&self, row: E::Model) -> Result<E::Model, Stop> {
        self.written().add(E::touch(&row));
        E::update(row.clone().into_active_model().reset_all()).exec(self.tx()?).await?;
        Ok(row)
    }

    /// Removes rows that are kept for looking up only, and says how many.
    pub async fn delete<E: Recorded>(&self, rows: DeleteMany<E>) -> Result<u64, Stop> {
        Ok(rows.exec(self.tx()?).await?.rows_affected)
    }

    /// Runs a hand-written statement on rows that are about nobody, or about whom `changed` has said already.
    pub async fn execute(&self, sql: Sql) -> Result<u64, Stop> {
        let tx = self.tx()?;
        Ok(tx.execute_raw(sql.statement(tx.get_database_backend())).await?.rows_affected())
    }

    /// Begins a rehearsal: what is done from here on can be taken back, and the transaction goes on.
    pub async fn rehearse(&self) -> Result<Rehearsal, Stop> {
        self.execute(Sql::new("SAVEPOINT rehearsal")).await?;
        Ok(Rehearsal(self.written().clone()))
    }

    /// Takes back what was done since the rehearsal began. What was read for it stays on record.
    pub async fn take_back(&self, rehearsal: Rehearsal) -> Result<(), Stop> {
        self.execute(Sql::new("ROLLBACK TO SAVEPOINT rehearsal")).await?;
        *self.written() = rehearsal.0;
        Ok(())
    }

    /// Notes which fields of a customer's were changed.
    pub fn changed(&self, customer: CustomerId, fields: &[&'static str]) {
        self.written().changed(customer, fields);
    }

    /// A new customer's key for the database, and the profile sealed under it.
    pub fn enroll(
        &self,
        customer: CustomerId,
        profile: &Profile,
    ) -> Result<(subject_key::Model, Vec<u8>), Stop> {
        Ok(self.reader.access().door().vault.enroll(customer, profile)?)
    }

    /// A profile as a whole, to be changed and sealed again. It goes no further than the command.
    pub fn open(
        &self,
        customer: &customer::Model,
        key: &subject_key::Model,
    ) -> Result<Option<Profile>, Stop> {
        Ok(self.reader.access().door().vault.open(customer, key)?)
    }

    /// A changed profile, sealed.
    pub fn seal(&self, key: &subject_key::Model, profile: &Profile) -> Result<Vec<u8>, Stop> {
        Ok(self.reader.access().door().vault.seal(key, profile)?)
    }

    /// Something of a customer's, sealed under a key of its own; it opens as `what` alone.
    pub fn seal_apart(&self, customer: CustomerId, what: &str, plain: &[u8]) -> Result<Apart, Stop> {
        Ok(self.reader.access().door().vault.seal_apart(Context { customer, what }, plain)?)
    }

    /// What tells the server's master keys apart, newest first. The last one's hashes find customers.
    pub fn master_key_ids(&self) -> Vec<&str> {
        self.reader.access().door().vault.key_ids()
    }

    fn tx(&self) -> Result<&DatabaseTransaction, Broken> {
        match self.reader.on() {
            On::Transaction(tx) => Ok(tx),
            On::Pool(_) => Err(Broken::Stored("a writer without a transaction")),
        }
    }
}

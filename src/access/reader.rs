//! Verbs that read. Each notes whom its rows are about.
#![expect(clippy::disallowed_types, reason = "the reader wraps a connection and hands out rows only")]

use super::{
    Access, Apart, Broken, Caller, Inquiry, Profile, Revealed, Sql, Stop, Trail, database::snapshot, vault,
};
use crate::{
    crypto::Context,
    policy::{self, ProfileField, Sight},
};
use entity::{
    customer,
    enums::LookupKind,
    ids::{CategoryKey, CustomerId},
    subject_key,
    touch::{Recorded, Touch},
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, EntityTrait, FromQueryResult,
    QueryResult, QuerySelect, QueryTrait, Select, sea_query::Expr,
};
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// Where statements go.
#[derive(Debug)]
pub(in crate::access) enum On {
    Pool(DatabaseConnection),
    Transaction(DatabaseTransaction),
}

/// Sends one statement, and counts it.
macro_rules! on {
    ($self:expr, $db:ident => $call:expr) => {{
        metrics::counter!("database_statements_total").increment(1);
        match &$self.on {
            On::Pool($db) => $call,
            On::Transaction($db) => $call,
        }
    }};
}

/// Reads rows. Holds a connection and gives it to nobody.
#[derive(Debug)]
pub struct Reader {
    access: Access,
    on: On,
    trail: Mutex<Trail>,
}

impl Reader {
    pub(in crate::access) async fn open<I: Inquiry>(access: &Access) -> Result<Self, Broken> {
        let database = &access.door().database;
        let pool = if I::SEARCH { &database.searching } else { &database.reading };
        let on = if I::SNAPSHOT { On::Transaction(snapshot(pool).await?) } else { On::Pool(pool.clone()) };
        Ok(Self::new(access, on))
    }

    pub(in crate::access) fn new(access: &Access, on: On) -> Self {
        Self { access: access.clone(), on, trail: Mutex::default() }
    }

    /// Who asks, and what for.
    pub fn caller(&self) -> &Caller {
        self.access.caller()
    }

    /// What was touched. A transaction that only read ends by being dropped.
    pub(in crate::access) fn close(self) -> Trail {
        self.trail.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::access) fn into_parts(self) -> (On, Trail) {
        (self.on, self.trail.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    pub(in crate::access) fn on(&self) -> &On {
        &self.on
    }

    pub(in crate::access) fn trail(&self) -> std::sync::MutexGuard<'_, Trail> {
        self.trail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::access) fn access(&self) -> &Access {
        &self.access
    }

    /// Now, by the clock that everything goes by.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.access.now()
    }

    /// The row, if there is one.
    ///
    /// # Errors
    /// [`Stop::Broken`] when the database fails; so for every verb.
    pub async fn one<E: Recorded>(&self, query: Select<E>) -> Result<Option<E::Model>, Stop> {
        let row = on!(self, db => query.one(db).await)?;
        self.trail().add(row.as_ref().map(E::touch).unwrap_or_default());
        Ok(row)
    }

    /// All rows. For what is bounded by nature; otherwise [`Reader::page`].
    pub async fn all<E: Recorded>(&self, query: Select<E>) -> Result<Vec<E::Model>, Stop> {
        let rows = on!(self, db => query.all(db).await)?;
        self.touch(&rows, E::touch);
        Ok(rows)
    }

    /// At most `limit` rows, and whether there are more. What is beyond the limit is not touched.
    pub async fn page<E: Recorded>(
        &self,
        query: Select<E>,
        limit: u64,
    ) -> Result<(Vec<E::Model>, bool), Stop> {
        let query = query.limit(limit + 1);
        let mut rows = on!(self, db => query.all(db).await)?;
        let more = rows.len() as u64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        self.touch(&rows, E::touch);
        Ok((rows, more))
    }

    /// Whether there is such a row.
    pub async fn exists<E: EntityTrait>(&self, query: Select<E>) -> Result<bool, Stop> {
        // Stops at the first one: a count would go through them all, whatever its limit.
        let first = query.select_only().expr(Expr::val(1)).limit(1).into_query();
        Ok(on!(self, db => db.query_one(&first).await)?.is_some())
    }

    /// Rows of a hand-written statement; `touch` says whom each is about.
    pub async fn rows<T: FromQueryResult>(
        &self,
        sql: Sql,
        touch: impl Fn(&T) -> Touch,
    ) -> Result<Vec<T>, Stop> {
        let rows = self.query(sql).await?;
        self.touch(&rows, touch);
        Ok(rows)
    }

    /// At most `limit` rows of a hand-written statement, and whether there are more.
    pub async fn some<T: FromQueryResult>(
        &self,
        mut sql: Sql,
        limit: u64,
        touch: impl Fn(&T) -> Touch,
    ) -> Result<(Vec<T>, bool), Stop> {
        sql.push(" LIMIT ").bind(i64::try_from(limit + 1).unwrap_or(i64::MAX));
        let mut rows = self.query(sql).await?;
        let more = rows.len() as u64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        self.touch(&rows, touch);
        Ok((rows, more))
    }

    /// One row joined with at most `limit` others, and whether there are more of those. What is the one's stands in every
    /// row and is read from the first; what is the others' has names that begin with `prefix`.
    pub async fn joined<One, Other>(
        &self,
        mut sql: Sql,
        prefix: &str,
        limit: u64,
        touch: impl Fn(&One) -> Touch,
        touch_other: impl Fn(&Other) -> Touch,
    ) -> Result<Option<(One, Vec<Other>, bool)>, Stop>
    where
        One: FromQueryResult,
        Other: FromQueryResult,
    {
        sql.push(" LIMIT ").bind(i64::try_from(limit + 1).unwrap_or(i64::MAX));
        let found = self.fetch(sql).await?;
        let Some(first) = found.first() else { return Ok(None) };
        let one = One::from_query_result(first, "")?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let others = found.iter().take(most).map(|row| Other::from_query_result_optional(row, prefix));
        let others = others.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()?;
        self.touch(std::slice::from_ref(&one), touch);
        self.touch(&others, touch_other);
        Ok(Some((one, others, found.len() > most)))
    }

    /// Rows of a hand-written statement that touch nobody: counts, and ids that are not told. Whoever tells of those says
    /// so with [`Reader::tells`].
    pub async fn numbers<T: FromQueryResult>(&self, sql: Sql) -> Result<Vec<T>, Stop> {
        self.query(sql).await
    }

    async fn query<T: FromQueryResult>(&self, sql: Sql) -> Result<Vec<T>, Stop> {
        let found = self.fetch(sql).await?;
        Ok(found.iter().map(|row| T::from_query_result(row, "")).collect::<Result<Vec<T>, _>>()?)
    }

    async fn fetch(&self, sql: Sql) -> Result<Vec<QueryResult>, Stop> {
        let statement = sql.statement(self.backend());
        Ok(on!(self, db => db.query_all_raw(statement).await)?)
    }

    fn backend(&self) -> DbBackend {
        match &self.on {
            On::Pool(db) => db.get_database_backend(),
            On::Transaction(db) => db.get_database_backend(),
        }
    }

    /// So much of a profile as the caller may see for their purpose. Touches the categories that are shown.
    pub fn reveal(
        &self,
        customer: &customer::Model,
        key: Option<&subject_key::Model>,
        wanted: &[ProfileField],
    ) -> Result<Option<Revealed>, Stop> {
        let allowed = ProfileField::ALL.into_iter().any(|field| self.sight(field) != Sight::Hidden);
        let Some(key) = key.filter(|_| allowed) else { return Ok(None) };
        let profile = self.access.door().vault.open(customer, key)?;
        Ok(profile.map(|profile| self.show(customer.id, &profile, wanted)))
    }

    /// The same of what is not on record as their profile, but was opened.
    pub fn show(&self, customer: CustomerId, profile: &Profile, wanted: &[ProfileField]) -> Revealed {
        let sight = |field| if wanted.contains(&field) { self.sight(field) } else { Sight::Hidden };
        let shown = vault::show(profile, sight);
        let mut trail = self.trail();
        for field in ProfileField::ALL.into_iter().filter(|field| shown.get(*field).is_some()) {
            trail.add(Touch::of(customer).category(field.category().into()));
        }
        shown
    }

    /// Whether a profile is shown in full to the caller, for their purpose.
    pub fn sees_in_full(&self) -> bool {
        ProfileField::ALL.into_iter().all(|field| self.sight(field) == Sight::Full)
    }

    fn sight(&self, field: ProfileField) -> Sight {
        let caller = self.access.caller();
        // Without a purpose nobody gets here, and nobody would see anything.
        policy::sight(&caller.actor, caller.purpose.as_deref().unwrap_or_default(), field)
    }

    /// What was sealed apart as `what`. Whoever asks says whom it tells of.
    pub fn open_apart(
        &self,
        customer: CustomerId,
        what: &str,
        apart: &Apart,
    ) -> Result<Zeroizing<Vec<u8>>, Stop> {
        Ok(self.access.door().vault.open_apart(Context { customer, what }, apart)?)
    }

    /// The keyed hash that something a customer can be found by is kept as.
    pub fn lookup(&self, kind: LookupKind, normalized: &str) -> Vec<u8> {
        self.access.door().vault.lookup(kind, normalized)
    }

    /// What proves that this program has handed out a link of this text.
    pub fn sign_link(&self, text: &str) -> [u8; 32] {
        self.access.door().vault.keys.sign_link(text)
    }

    /// Notes that the answer tells of this customer, and of these kinds of their data, whether or not a row does: that
    /// there is none of a kind is told as well.
    pub fn tells(&self, customer: CustomerId, categories: &[CategoryKey]) {
        let mut trail = self.trail();
        trail.add(Touch::of(customer));
        for category in categories {
            trail.add(Touch::of(customer).category(category.clone()));
        }
    }

    fn touch<T>(&self, rows: &[T], touch: impl Fn(&T) -> Touch) {
        let mut trail = self.trail();
        for row in rows {
            trail.add(touch(row));
        }
    }
}

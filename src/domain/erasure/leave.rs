//! The steps by which customers go, for any number of them at once: what they had with the company ends, their lines are
//! judged, and what Kartotek itself keeps of them is destroyed. All of it in the transaction of one command.

use super::{intents::Leaver, texts::blank};
use crate::{
    access::{Broken, Profile, Sql, Stop, Writer},
    domain::{
        catalog::Catalog,
        customer::{hashes, remember_erased},
        disposal::{Judged, Verdict, ask_anew, judged, lapse_all},
        report::forget_reports_of,
        task::{call_off_corrections, finish_own, seal_before_disposal},
    },
    policy::ProfileField,
};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use entity::{
    customer, customer_lookup,
    enums::{CustomerStatus, JustificationKind},
    ids::{ConsentId, CustomerId, SubscriptionId, SystemId},
    subject_key,
};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use std::collections::{HashMap, HashSet};

/// Customers who are on their way out, all of them locked.
#[derive(Debug)]
pub(in crate::domain) struct Leaving {
    pub customers: Vec<customer::Model>,
    becomes: CustomerStatus,
    /// The consents that ended with it, and whose they were.
    pub ended: Vec<(CustomerId, ConsentId)>,
}

/// What Kartotek itself keeps of somebody from here on.
struct Rest {
    customer: CustomerId,
    pseudonym: String,
    status: CustomerStatus,
    /// The year.
    came: DateTime<Utc>,
    sealed: Option<Vec<u8>>,
    key: Option<subject_key::Model>,
}

#[derive(FromQueryResult)]
struct Whose {
    customer_id: CustomerId,
}

impl Leaving {
    /// Ends what these customers have with the company. From here on nothing but the law and holds keeps anything of theirs.
    pub(in crate::domain) async fn begin(
        w: &Writer,
        mut customers: Vec<customer::Model>,
        becomes: CustomerStatus,
    ) -> Result<Self, Stop> {
        let ids = customers.iter().map(|row| row.id).collect::<Vec<_>>();
        let all = |sql: &mut Sql| {
            sql.list(ids.iter().map(|id| id.0));
        };
        let now = w.now();
        blank(w, &ids).await?;
        call_off_corrections(w, &ids).await?;
        let mut sql = Sql::new("UPDATE subscription SET ended_at = ");
        sql.bind(now).push(" WHERE ended_at IS NULL AND customer_id IN ");
        all(&mut sql);
        sql.push(" RETURNING customer_id");
        for ended in w.numbers::<Whose>(sql).await? {
            w.changed(ended.customer_id, &["serviceSubscriptions"]);
        }
        let ended = lapse_all(w, &ids).await?;
        // As long as anything of the profile is there; it is looked at last.
        let mut sql = Sql::new("UPDATE customer SET version = version + 1, status = ");
        sql.bind(CustomerStatus::Restricted).push(", disposed_as = ").bind(becomes);
        sql.push(", status_since = ").bind(now).push(" WHERE id IN ");
        all(&mut sql);
        w.execute(sql).await?;
        for row in &mut customers {
            w.changed(row.id, &["status"]);
            row.status = CustomerStatus::Restricted;
            row.disposed_as = Some(becomes);
            row.status_since = now;
            row.version += 1;
        }
        Ok(Self { customers, becomes, ended })
    }

    /// What becomes of each line of theirs. Whoever answered once that they keep something is asked anew.
    pub(in crate::domain) async fn judged(&self, w: &Writer, catalog: &Catalog) -> Result<Vec<Judged>, Stop> {
        let mut lines = judged(w, catalog, &self.customers).await?;
        let stay = lines.iter_mut().filter(|one| one.stays && one.verdict.task().is_some());
        let stay = stay.map(|one| {
            one.stays = false;
            one.line.id
        });
        ask_anew(w, &stay.collect::<Vec<_>>()).await?;
        Ok(lines)
    }

    /// Destroys what Kartotek itself keeps of them: the key, the profile, the number, and what they are found by. What the
    /// law keeps of a profile stays, under another key. `lines` are all that they have, judged, and carried out.
    pub(in crate::domain) async fn destroy(
        self,
        w: &Writer,
        catalog: &Catalog,
        lines: &[Judged],
    ) -> Result<Vec<Leaver>, Stop> {
        let ids = self.customers.iter().map(|row| row.id).collect::<Vec<_>>();
        let profiles = self.profiles(w, &ids).await?;
        let own = catalog.built_in_system().map(|system| system.id);
        let nothing = Profile::default();
        let people = self.customers.iter().map(|row| (row, profiles.get(&row.id).unwrap_or(&nothing)));
        let people = people.collect::<Vec<_>>();
        seal_before_disposal(w, catalog, &people).await?;
        let kept = kept(own, lines);
        let (mut rests, mut leavers) = (Vec::with_capacity(ids.len()), Vec::with_capacity(ids.len()));
        for (row, profile) in people {
            rests.push(self.rest(w, row, profile, &kept)?);
            leavers.push(Leaver { customer: row.id, hashes: hashes(w, &row.reference, profile) });
            let held = ProfileField::ALL.into_iter().filter(|field| profile.get(*field).is_some());
            w.changed(row.id, &held.map(ProfileField::word).collect::<Vec<_>>());
            w.changed(row.id, &["reference"]);
        }
        replace(w, &ids, rests).await?;
        forget_references(w, &ids).await?;
        forget_reports_of(w, &ids).await?;
        coarsen(w, &ids).await?;
        read_again(w, &ids).await?;
        if let Some(own) = own {
            finish_own(w, own, &ids).await?;
        }
        let all = leavers.iter().flat_map(|leaver| leaver.hashes.iter().cloned()).collect::<Vec<_>>();
        remember_erased(w, &all).await?;
        Ok(leavers)
    }

    async fn profiles(&self, w: &Writer, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Profile>, Stop> {
        let theirs = subject_key::Column::CustomerId.is_in(ids.iter().copied());
        let keys = w.all(subject_key::Entity::find().filter(theirs)).await?;
        let keys = keys.into_iter().map(|key| (key.customer_id, key)).collect::<HashMap<_, _>>();
        let mut profiles = HashMap::new();
        for row in &self.customers {
            let Some(key) = keys.get(&row.id) else { continue };
            profiles.insert(row.id, w.open(row, key)?.unwrap_or_default());
        }
        Ok(profiles)
    }

    fn rest(
        &self,
        w: &Writer,
        row: &customer::Model,
        profile: &Profile,
        kept: &HashSet<(CustomerId, ProfileField)>,
    ) -> Result<Rest, Stop> {
        let (customer, came) = (row.id, year_of(row.created_at));
        let mut rest = profile.clone();
        for field in ProfileField::ALL.into_iter().filter(|field| !kept.contains(&(customer, *field))) {
            rest.clear(field);
        }
        let (key, sealed, status) = if ProfileField::ALL.into_iter().any(|field| rest.get(field).is_some()) {
            let (key, sealed) = w.enroll(customer, &rest)?;
            (Some(key), Some(sealed), CustomerStatus::Restricted)
        } else {
            (None, None, self.becomes)
        };
        // By chance alone: it leads nobody back.
        let pseudonym = format!("gone-{}", w.id().simple());
        Ok(Rest { customer, pseudonym, status, came, sealed, key })
    }
}

/// The fields of profiles that the law or a hold keeps, or that the customer asked to see first.
fn kept(own: Option<SystemId>, lines: &[Judged]) -> HashSet<(CustomerId, ProfileField)> {
    let to_gather = |one: &Judged| one.facts.iter().any(|fact| fact.kind == JustificationKind::DataRequest);
    let ours = lines.iter().filter(|one| Some(one.line.system_id) == own);
    let ours = ours.filter(|one| one.verdict == Verdict::Restrict || to_gather(one));
    let field = |one: &Judged| {
        let is_it = |field: &ProfileField| field.category() == one.line.category.as_str();
        Some((one.line.customer_id, ProfileField::ALL.into_iter().find(is_it)?))
    };
    ours.filter_map(field).collect()
}

/// What is there of these customers goes, and what is to stay of them takes its place.
async fn replace(w: &Writer, ids: &[CustomerId], rests: Vec<Rest>) -> Result<(), Stop> {
    let ids = || ids.iter().copied();
    w.delete(customer_lookup::Entity::delete_many().filter(customer_lookup::Column::CustomerId.is_in(ids())))
        .await?;
    w.delete(subject_key::Entity::delete_many().filter(subject_key::Column::CustomerId.is_in(ids()))).await?;
    let mut sql = Sql::new("WITH rest (id, reference, status, created_at, profile) AS (VALUES ");
    let mut keys = Vec::new();
    for (at, rest) in rests.into_iter().enumerate() {
        sql.push(if at == 0 { "(" } else { ", (" }).bind(rest.customer.0).push(", ").bind(rest.pseudonym);
        sql.push(", ").bind(rest.status).push(", ").bind(rest.came);
        sql.push(", ").bind(rest.sealed).push(")");
        keys.extend(rest.key);
    }
    sql.push(
        ") UPDATE customer SET reference = rest.reference, status = rest.status, created_at = rest.created_at, \
         profile = rest.profile \
         FROM rest WHERE customer.id = rest.id",
    );
    w.execute(sql).await?;
    w.insert_all::<subject_key::Entity>(&keys).await
}

/// What comparisons of the map told of these customers says no more by which number or reference. What one that is under way
/// has put aside stays until it ends: by it what the law keeps is found.
async fn forget_references(w: &Writer, ids: &[CustomerId]) -> Result<(), Stop> {
    let mut sql = Sql::new(
        "UPDATE reconciliation_difference SET external_reference = NULL \
         WHERE external_reference IS NOT NULL AND customer_id IN ",
    );
    sql.list(ids.iter().map(|id| id.0));
    w.execute(sql).await.map(drop)
}

#[derive(FromQueryResult)]
struct Began {
    id: SubscriptionId,
    started_at: DateTime<Utc>,
}

/// Of when their services began the year is left, as of when they came. From when they ended the law's retention counts.
async fn coarsen(w: &Writer, ids: &[CustomerId]) -> Result<(), Stop> {
    let mut sql = Sql::new("SELECT id, started_at FROM subscription WHERE customer_id IN ");
    sql.list(ids.iter().map(|id| id.0));
    for some in w.numbers::<Began>(sql).await?.chunks(1_000) {
        let mut sql = Sql::new("WITH began (id, started_at) AS (VALUES ");
        for (at, row) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind(row.id.0).push(", ");
            sql.bind(year_of(row.started_at)).push(")");
        }
        sql.push(") UPDATE subscription SET started_at = began.started_at FROM began WHERE subscription.id = began.id");
        w.execute(sql).await?;
    }
    Ok(())
}

/// The beginning of its year, which is all that small groups are told apart by.
fn year_of(moment: DateTime<Utc>) -> DateTime<Utc> {
    NaiveDate::from_yo_opt(moment.year(), 1).map_or(moment, |day| day.and_time(NaiveTime::MIN).and_utc())
}

#[derive(FromQueryResult)]
struct Left {
    still: i64,
}

/// Looks whether that is so, in the transaction that did it.
async fn read_again(w: &Writer, ids: &[CustomerId]) -> Result<(), Stop> {
    let mut sql = Sql::new(
        "SELECT count(*) AS still FROM customer c WHERE (c.disposed_as IS NULL OR c.reference NOT LIKE 'gone-%' \
         OR EXISTS (SELECT 1 FROM customer_lookup f WHERE f.customer_id = c.id) \
         OR EXISTS (SELECT 1 FROM reconciliation_difference d WHERE d.customer_id = c.id \
         AND d.external_reference IS NOT NULL) \
         OR (c.status <> 'RESTRICTED' AND (c.profile IS NOT NULL \
         OR EXISTS (SELECT 1 FROM subject_key k WHERE k.customer_id = c.id)))) AND c.id IN ",
    );
    sql.list(ids.iter().map(|id| id.0));
    let left = w.numbers::<Left>(sql).await?.pop().map_or(0, |row| row.still);
    if left > 0 {
        return Err(Broken::Stored("what was destroyed is still there").into());
    }
    Ok(())
}

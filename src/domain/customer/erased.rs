//! What those were found by who are gone: by it nobody is taken in again unawares, such as from an old list.

use super::profile::lookups;
use crate::{
    access::{Code, Profile, Sql, Stop, Writer},
    domain::checks::Checks,
};
use entity::enums::LookupKind;
use sea_orm::FromQueryResult;

/// Values in a statement at most, by half.
const MOST: usize = 5_000;

/// A keyed hash of what somebody is found by.
pub(in crate::domain) type Hash = (LookupKind, Vec<u8>);

/// All that somebody is found by, the company's own number as well.
pub(in crate::domain) fn hashes(w: &Writer, reference: &str, profile: &Profile) -> Vec<Hash> {
    let all = std::iter::once((LookupKind::Reference, reference.to_owned())).chain(lookups(profile));
    all.map(|(kind, value)| (kind, w.lookup(kind, &value))).collect()
}

/// Notes what those were found by who are gone.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn remember_erased(w: &Writer, hashes: &[Hash]) -> Result<(), Stop> {
    for some in hashes.chunks(MOST) {
        let mut sql = Sql::new("INSERT INTO erased_lookup (kind, hash) VALUES ");
        for (at, (kind, hash)) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind(*kind).push(", ").bind(hash.clone()).push(")");
        }
        sql.push(" ON CONFLICT DO NOTHING");
        w.execute(sql).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Known {
    kind: LookupKind,
}

/// Refuses somebody who was erased, unless they came back of their own accord: then they are a new customer, and what was
/// noted of the old one no longer stands in their way.
///
/// What somebody is found by who is on record now, such as an address that a family shares, says nothing of who is gone.
///
/// # Errors
/// `PREVIOUSLY_ERASED`, at each field that says so.
pub(super) async fn refuse_erased(w: &Writer, hashes: &[Hash], returning: bool) -> Result<(), Stop> {
    let among = |sql: &mut Sql| {
        for (at, (kind, hash)) in hashes.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { " OR " }).push("(e.kind = ").bind(*kind);
            sql.push(" AND e.hash = ").bind(hash.clone()).push(")");
        }
        sql.push(")");
    };
    if returning {
        let mut sql = Sql::new("DELETE FROM erased_lookup AS e WHERE ");
        among(&mut sql);
        return w.execute(sql).await.map(drop);
    }
    let mut sql = Sql::new("SELECT e.kind FROM erased_lookup e WHERE ");
    among(&mut sql);
    sql.push(
        " AND NOT EXISTS (SELECT 1 FROM customer_lookup k WHERE k.hash = e.hash AND k.kind = e.kind) \
         ORDER BY e.kind",
    );
    let mut checks = Checks::new();
    for known in w.numbers::<Known>(sql).await? {
        let field = match known.kind {
            LookupKind::Reference => "reference",
            LookupKind::Email => "profile.email",
            LookupKind::Phone => "profile.phone",
            LookupKind::NationalId => "profile.nationalId",
        };
        let message = "Somebody who had this was erased or anonymized. Leave them out; or, if they came back of their \
                       own accord or this is somebody else, say that they are `returning`.";
        checks.refuse(field, Code::PreviouslyErased, message);
    }
    checks.finish()
}

//! What those were found by who are gone: by it nobody is taken in again unawares, such as from an old list.

use super::profile::lookups;
use crate::{
    access::{Code, Profile, Refusal, Sql, Stop, Writer},
    domain::checks::Checks,
};
use entity::enums::LookupKind;
use sea_orm::FromQueryResult;
use std::collections::{BTreeMap, HashSet};

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

/// Takes away what was noted of those who had these, once they are known to have come back.
pub(super) async fn forget_erased(w: &Writer, hashes: &[Hash]) -> Result<(), Stop> {
    for some in hashes.chunks(MOST) {
        let mut sql = Sql::new("DELETE FROM erased_lookup AS e WHERE ");
        among(&mut sql, some);
        w.execute(sql).await?;
    }
    Ok(())
}

/// Which of these somebody had who is gone.
///
/// What somebody is found by who is on record now, such as an address that a family shares, says nothing of who is gone.
pub(super) async fn erased_among(w: &Writer, hashes: &[Hash]) -> Result<HashSet<Hash>, Stop> {
    let mut found = HashSet::new();
    for some in hashes.chunks(MOST) {
        let mut sql = Sql::new("SELECT e.kind, e.hash FROM erased_lookup e WHERE ");
        among(&mut sql, some);
        sql.push(
            " AND NOT EXISTS (SELECT 1 FROM customer_lookup k WHERE k.hash = e.hash AND k.kind = e.kind)",
        );
        found.extend(w.numbers::<Known>(sql).await?.into_iter().map(|known| (known.kind, known.hash)));
    }
    Ok(found)
}

#[derive(FromQueryResult)]
struct Known {
    kind: LookupKind,
    hash: Vec<u8>,
}

/// That `e` is one of these.
fn among(sql: &mut Sql, hashes: &[Hash]) {
    let mut kinds = BTreeMap::<LookupKind, Vec<&Vec<u8>>>::new();
    for (kind, hash) in hashes {
        kinds.entry(*kind).or_default().push(hash);
    }
    sql.push("(1 = 0");
    for (kind, hashes) in kinds {
        sql.push(" OR (e.kind = ").bind(kind).push(" AND e.hash IN ");
        sql.list(hashes.into_iter().cloned()).push(")");
    }
    sql.push(")");
}

/// Refuses somebody who was erased, unless they came back of their own accord: then they are a new customer, and what was
/// noted of the old one no longer stands in their way.
///
/// # Errors
/// `PREVIOUSLY_ERASED`, at each field that says so.
pub(super) async fn refuse_erased(w: &Writer, hashes: &[Hash], returning: bool) -> Result<(), Stop> {
    if returning {
        return forget_erased(w, hashes).await;
    }
    let mut kinds = erased_among(w, hashes).await?.into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
    kinds.sort_unstable();
    let mut checks = Checks::new();
    for kind in kinds {
        checks.add(previously_erased(kind));
    }
    checks.finish()
}

/// The refusal of what somebody had who was erased.
pub(super) fn previously_erased(kind: LookupKind) -> Refusal {
    let field = match kind {
        LookupKind::Reference => "reference",
        LookupKind::Email => "profile.email",
        LookupKind::Phone => "profile.phone",
        LookupKind::NationalId => "profile.nationalId",
    };
    let message = "Somebody who had this was erased or anonymized. Leave them out; or, if they came back of their \
                   own accord or this is somebody else, say that they are `returning`.";
    Refusal::new(Code::PreviouslyErased, message).at(field)
}

//! What was found and is nobody's who has something there: it is on no map.

use super::{
    keys::lookup,
    lease::in_hand,
    lines::{not_on_map, saw},
};
use crate::{
    access::{Command, Inquiry, Reader, Sql, Stop, Writer},
    policy::{Action, Target},
};
use entity::{
    customer, customer_lookup, data_location,
    enums::SubjectKeyKind,
    ids::{CategoryKey, CustomerId, ReconciliationId},
    reconciliation, reconciliation_difference,
    reconciliation_found::Model as Found,
};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// So many are looked at together.
const ROWS: i64 = 500;

/// The next of what was found and has no line, after the last one that was looked at.
#[derive(Clone, Debug)]
pub struct NotOnMap {
    pub id: ReconciliationId,
    pub after: Option<Found>,
}

impl Inquiry for NotOnMap {
    const ACTION: Action = Action::CompareMap;
    type Output = Vec<Found>;

    fn target(&self) -> Target {
        Target::thing(self.id)
    }

    async fn run(self, r: &Reader) -> Result<Vec<Found>, Stop> {
        let mut sql = Sql::new(
            "SELECT f.* FROM reconciliation_found f JOIN reconciliation n ON n.id = f.reconciliation_id \
             AND n.reading = f.reading WHERE NOT f.seen AND f.unmasked > 0 AND f.reconciliation_id = ",
        );
        sql.bind(self.id.0);
        if let Some(after) = self.after {
            sql.push(" AND (f.known_by, f.key, f.category) > (").bind(after.known_by.to_value());
            sql.push(", ").bind(after.key).push(", ").bind(after.category.0).push(")");
        }
        sql.push(
            " AND (f.known_by <> 'EXTERNAL_REFERENCE' OR NOT EXISTS (SELECT 1 FROM data_location l \
             WHERE l.system_id = n.system_id AND l.external_reference = f.key AND l.category = f.category)) \
             ORDER BY f.known_by, f.key, f.category LIMIT ",
        );
        r.numbers(sql.bind(ROWS).clone()).await
    }
}

/// Notes that these are on no map, unless they have come on one meanwhile.
#[derive(Clone, Debug)]
pub struct CompareRest {
    pub id: ReconciliationId,
    pub lease: i64,
    pub found: Vec<Found>,
}

/// Whose a key is, and what is on their map there.
type Known = HashMap<(SubjectKeyKind, String), (Option<CustomerId>, HashSet<CategoryKey>)>;

impl Command for CompareRest {
    const ACTION: Action = Action::CompareMap;
    type Output = ();

    fn target(&self) -> Target {
        Target::thing(self.id)
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        let row = in_hand(w, self.id, self.lease).await?;
        let mut keys = BTreeMap::<SubjectKeyKind, BTreeSet<String>>::new();
        for found in &self.found {
            keys.entry(found.known_by).or_default().insert(found.key.clone());
        }
        let mut known = Known::new();
        for (kind, keys) in &keys {
            match kind {
                SubjectKeyKind::ExternalReference => by_line(w, &row, keys, &mut known).await?,
                _ => by_customer(w, &row, *kind, keys, &mut known).await?,
            }
        }
        let gone = gone(w, &known).await?;
        let mut rows = BTreeMap::new();
        for found in self.found {
            let key = (found.known_by, found.key);
            let (customer, mapped) = known.get(&key).cloned().unwrap_or_default();
            if mapped.contains(&found.category) {
                continue;
            }
            let hidden = lookup(key.0).is_some() || customer.is_some_and(|id| gone.contains(&id));
            let shown = (!hidden).then(|| key.1.clone());
            let row = not_on_map(w, row.id, customer, &found.category, shown.clone());
            // Somebody who is known may be known by several keys.
            let same = customer
                .filter(|_| shown.is_none())
                .map_or((key, None), |id| ((SubjectKeyKind::Reference, String::new()), Some(id)));
            rows.entry((same, found.category)).or_insert(row);
        }
        let rows = rows.into_values().collect::<Vec<_>>();
        w.insert_all::<reconciliation_difference::Entity>(&rows).await?;
        for (kind, keys) in &keys {
            saw(w, &row, *kind, keys).await?;
        }
        w.update::<reconciliation::Entity>(row).await.map(drop)
    }
}

/// Those of them who are gone. They are locked: nobody goes before what is told of them is on record, and goes with them.
async fn gone(w: &Writer, known: &Known) -> Result<HashSet<CustomerId>, Stop> {
    let whose = known.values().filter_map(|(customer, _)| *customer).collect::<BTreeSet<_>>();
    if whose.is_empty() {
        return Ok(HashSet::new());
    }
    let of =
        customer::Entity::find().filter(customer::Column::Id.is_in(whose)).order_by_asc(customer::Column::Id);
    let customers = w.lock_all(of).await?;
    Ok(customers.iter().filter(|row| row.disposed_as.is_some()).map(|row| row.id).collect())
}

/// Whose lines carry these references.
async fn by_line(
    w: &Writer,
    row: &reconciliation::Model,
    keys: &BTreeSet<String>,
    known: &mut Known,
) -> Result<(), Stop> {
    let lines = data_location::Entity::find()
        .filter(data_location::Column::SystemId.eq(row.system_id))
        .filter(data_location::Column::ExternalReference.is_in(keys.iter().cloned()));
    let mut whose = HashMap::<String, BTreeSet<CustomerId>>::new();
    for line in w.all(lines).await? {
        let Some(key) = line.external_reference else { continue };
        let of = known.entry((SubjectKeyKind::ExternalReference, key.clone())).or_default();
        of.1.insert(line.category);
        whose.entry(key).or_default().insert(line.customer_id);
    }
    for (key, customers) in whose {
        if let [one] = customers.into_iter().collect::<Vec<_>>()[..] {
            known.entry((SubjectKeyKind::ExternalReference, key)).or_default().0 = Some(one);
        }
    }
    Ok(())
}

/// Who is known by these keys. What is on record of a person twice is nobody's in particular.
async fn by_customer(
    w: &Writer,
    row: &reconciliation::Model,
    kind: SubjectKeyKind,
    keys: &BTreeSet<String>,
    known: &mut Known,
) -> Result<(), Stop> {
    let mut whose = HashMap::<CustomerId, String>::new();
    if let Some(lookup) = lookup(kind) {
        let hashes = keys.iter().filter_map(|key| hex::decode(key).ok());
        let of = customer_lookup::Entity::find()
            .filter(customer_lookup::Column::Kind.eq(lookup))
            .filter(customer_lookup::Column::Hash.is_in(hashes));
        whose.extend(w.all(of).await?.into_iter().map(|row| (row.customer_id, hex::encode(&row.hash))));
    } else {
        let of = customer::Entity::find().filter(customer::Column::Reference.is_in(keys.iter().cloned()));
        whose.extend(w.all(of).await?.into_iter().map(|row| (row.id, row.reference)));
    }
    let lines = data_location::Entity::find()
        .filter(data_location::Column::SystemId.eq(row.system_id))
        .filter(data_location::Column::HeldTo.is_null())
        .filter(data_location::Column::CustomerId.is_in(whose.keys().copied()));
    let lines = w.all(lines).await?;
    let mut several = HashSet::new();
    for (customer, key) in whose {
        let of = known.entry((kind, key.clone())).or_default();
        if of.0.replace(customer).is_some() {
            several.insert(key);
        }
        of.1.extend(
            lines.iter().filter(|line| line.customer_id == customer).map(|line| line.category.clone()),
        );
    }
    for key in several {
        known.entry((kind, key)).or_default().0 = None;
    }
    Ok(())
}

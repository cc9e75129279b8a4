//! Customers that the company has already are put on record, many in one transaction.

use super::{
    erased::{Hash, erased_among, forget_erased, hashes, previously_erased},
    profile::{ProfileChange, Setting, differing},
    rectify::gone,
    register::{NATIONAL_ID_TAKEN, duplicate, found_by, own_lines, reference},
};
use crate::{
    access::{Code, Command, Profile, Refusal, Sql, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        change::Change,
        checks::Checks,
        import::{Chunk, Imported, Tally},
        period::today,
    },
    policy::{Action, ProfileField, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    customer, customer_lookup, data_location,
    enums::{Channel, CustomerKind, CustomerStatus, ImportKind, Locale, LookupKind},
    ids::{CategoryKey, CustomerId},
    subject_key,
    touch::Touch,
};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// A customer as a file has them, each column as it was written there.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CustomerRow {
    pub reference: String,
    pub kind: Option<CustomerKind>,
    pub locale: Option<Locale>,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub national_id: Option<String>,
    /// Since when they have had no service, where nothing else says so.
    pub dormant_since: Option<DateTime<Utc>>,
    /// Whether they were erased before, and came back of their own accord.
    pub returning: bool,
}

impl std::fmt::Debug for CustomerRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CustomerRow(secret)")
    }
}

/// Puts customers on record as [`super::RegisterCustomer`] does one. Whoever is there already, and says the same, stays as they
/// are; one who says something else is left out.
#[derive(Clone, Debug)]
pub struct ImportCustomers {
    pub catalog: Arc<Catalog>,
    pub chunk: Chunk<CustomerRow>,
}

impl Command for ImportCustomers {
    const ACTION: Action = Action::ImportCustomers;
    type Output = Imported;

    fn target(&self) -> Target {
        Target::thing(self.chunk.import)
    }

    async fn run(self, w: &mut Writer) -> Result<Imported, Stop> {
        let opened = match self.chunk.open(w, ImportKind::Customers).await? {
            Ok(opened) => opened,
            Err(before) => return Ok(before),
        };
        let catalog = catalog::held(w, &self.catalog).await?;
        let mut tally = Tally::default();
        let mut new = self.read(w, &catalog, &mut tally);
        leave_out_twins(&mut new, &mut tally);
        leave_out_known(w, &mut new, &mut tally).await?;
        leave_out_taken(w, &mut new, &mut tally).await?;
        leave_out_erased(w, &mut new, &mut tally).await?;
        put(w, &catalog, &new).await?;
        tally.created += new.len();
        self.chunk.close(w, opened, tally).await
    }

    fn duplicate(&self, constraint: &str) -> Option<Refusal> {
        duplicate(constraint)
    }
}

/// Somebody who may be new.
struct New<'a> {
    at: usize,
    row: &'a CustomerRow,
    reference: String,
    profile: Profile,
    hashes: Vec<Hash>,
}

impl ImportCustomers {
    /// The rows that make sense by themselves.
    fn read(&self, w: &Writer, catalog: &Catalog, tally: &mut Tally) -> Vec<New<'_>> {
        let now = w.now();
        let country = catalog.controller.as_ref().map_or("SE", |company| company.country.as_str());
        let zone = catalog.zone();
        let (setting, today) = (Setting { country, zone: &zone, now }, today(now, &zone));
        let mut new = Vec::with_capacity(self.chunk.rows.len());
        for (at, row) in self.chunk.rows.iter().enumerate() {
            let mut checks = Checks::new();
            let reference = reference(&row.reference, country, today, &mut checks);
            let profile = row.profile().apply(&Profile::default(), setting, &mut checks);
            if row.dormant_since.is_some_and(|since| since > now) {
                checks.refuse("dormantSince", Code::OutOfRange, "This lies in the future.");
            }
            if tally.check(at, checks) {
                let hashes = hashes(w, &reference, &profile);
                new.push(New { at, row, reference, profile, hashes });
            }
        }
        new
    }
}

impl CustomerRow {
    fn profile(&self) -> ProfileChange {
        let set = |value: &Option<String>| value.clone().map_or(Change::Keep, Change::Set);
        ProfileChange {
            name: Change::Set(self.name.clone()),
            email: set(&self.email),
            phone: set(&self.phone),
            address: set(&self.address),
            national_id: set(&self.national_id),
        }
    }
}

/// Of rows with the same number or the same national id, the first one counts.
fn leave_out_twins(new: &mut Vec<New<'_>>, tally: &mut Tally) {
    let mut references = HashMap::<String, &CustomerRow>::new();
    let mut ids = HashSet::<String>::new();
    new.retain(|one| {
        match references.get(&one.reference) {
            Some(first) if *first == one.row => {
                tally.unchanged += 1;
                return false;
            }
            Some(_) => {
                let message = "An earlier row of this file has the same reference, and says something else.";
                tally.reject(one.at, Refusal::new(Code::AlreadyExists, message).at("reference"));
                return false;
            }
            None => {}
        }
        if let Some(id) = &one.profile.national_id
            && !ids.insert(id.clone())
        {
            let message = "An earlier row of this file has the same national id.";
            tally.reject(one.at, Refusal::new(Code::AlreadyExists, message).at("profile.nationalId"));
            return false;
        }
        references.insert(one.reference.clone(), one.row);
        true
    });
}

/// Whoever has their number already is either the same, or somebody whom an import does not change.
async fn leave_out_known(w: &Writer, new: &mut Vec<New<'_>>, tally: &mut Tally) -> Result<(), Stop> {
    let references = new.iter().map(|one| one.reference.clone());
    let same = customer::Entity::find().filter(customer::Column::Reference.is_in(references));
    let known = w.all(same).await?;
    if known.is_empty() {
        return Ok(());
    }
    let keys = subject_key::Entity::find()
        .filter(subject_key::Column::CustomerId.is_in(known.iter().map(|row| row.id)));
    let keys = w.all(keys).await?.into_iter().map(|key| (key.customer_id, key)).collect::<HashMap<_, _>>();
    let known = known.into_iter().map(|row| (row.reference.clone(), row)).collect::<HashMap<_, _>>();
    let mut left = Vec::with_capacity(new.len());
    for one in new.drain(..) {
        let Some(row) = known.get(&one.reference) else {
            left.push(one);
            continue;
        };
        let profile = match keys.get(&row.id) {
            Some(key) => w.open(row, key)?,
            None => None,
        };
        match profile.map(|profile| one.differs(row, &profile)) {
            None => {
                tally.reject(one.at, gone("reference"));
                continue;
            }
            Some(None) => tally.unchanged += 1,
            Some(Some(column)) => {
                let message = "A customer with this reference is on record, and this column says something else: \
                               correct them with `rectifyCustomer`, or leave the row out.";
                tally.reject(one.at, Refusal::new(Code::AlreadyExists, message).at(column));
            }
        }
        // Whoever brings it in learns whether it is what is on record.
        w.tells(row.id, &one.said());
    }
    *new = left;
    Ok(())
}

impl New<'_> {
    /// The first column that says something else than is on record. One that is empty says nothing.
    fn differs(&self, row: &customer::Model, on_record: &Profile) -> Option<&'static str> {
        let said = |field: &ProfileField| self.profile.get(*field).is_some();
        if self.row.kind.is_some_and(|kind| kind != row.kind) {
            return Some("kind");
        }
        if self.row.locale.is_some_and(|locale| locale != row.locale) {
            return Some("locale");
        }
        let field = differing(on_record, &self.profile).into_iter().find(said)?;
        Some(match field {
            ProfileField::Name => "profile.name",
            ProfileField::Email => "profile.email",
            ProfileField::Phone => "profile.phone",
            ProfileField::Address => "profile.address",
            ProfileField::NationalId => "profile.nationalId",
        })
    }

    /// The categories of what the row says of the customer.
    fn said(&self) -> Vec<CategoryKey> {
        let said = ProfileField::ALL.into_iter().filter(|field| self.profile.get(*field).is_some());
        said.map(|field| CategoryKey::from(field.category())).collect()
    }

    fn national_id(&self) -> Option<&Vec<u8>> {
        self.hashes.iter().find(|(kind, _)| *kind == LookupKind::NationalId).map(|(_, hash)| hash)
    }
}

#[derive(FromQueryResult)]
struct Taken {
    customer_id: CustomerId,
    hash: Vec<u8>,
}

/// A national id is one person's.
async fn leave_out_taken(w: &Writer, new: &mut Vec<New<'_>>, tally: &mut Tally) -> Result<(), Stop> {
    let mut sql =
        Sql::new("SELECT customer_id, hash FROM customer_lookup WHERE kind = 'NATIONAL_ID' AND hash IN ");
    sql.list(new.iter().filter_map(|one| one.national_id().cloned()));
    let category = CategoryKey::from(ProfileField::NationalId.category());
    let taken = w.rows(sql, |row: &Taken| Touch::of(row.customer_id).category(category.clone())).await?;
    let taken = taken.into_iter().map(|row| row.hash).collect::<HashSet<_>>();
    new.retain(|one| {
        let is_taken = one.national_id().is_some_and(|hash| taken.contains(hash));
        if is_taken {
            tally.reject(
                one.at,
                Refusal::new(Code::AlreadyExists, NATIONAL_ID_TAKEN).at("profile.nationalId"),
            );
        }
        !is_taken
    });
    Ok(())
}

/// Nobody is taken in again who was erased, but for those who came back of their own accord.
async fn leave_out_erased(w: &Writer, new: &mut Vec<New<'_>>, tally: &mut Tally) -> Result<(), Stop> {
    let of = |returning: bool| {
        let rows = new.iter().filter(move |one| one.row.returning == returning);
        rows.flat_map(|one| one.hashes.iter().cloned()).collect::<Vec<_>>()
    };
    let (returning, others) = (of(true), of(false));
    let erased = erased_among(w, &others).await?;
    new.retain(|one| {
        let mut stands = true;
        for hash in one.hashes.iter().filter(|hash| !one.row.returning && erased.contains(*hash)) {
            tally.reject(one.at, previously_erased(hash.0));
            stands = false;
        }
        stands
    });
    forget_erased(w, &returning).await
}

async fn put(w: &Writer, catalog: &Catalog, new: &[New<'_>]) -> Result<(), Stop> {
    let now = w.now();
    let locale = catalog.controller.as_ref().map_or(Locale::Sv, |company| company.locale);
    let (mut customers, mut keys) = (Vec::with_capacity(new.len()), Vec::with_capacity(new.len()));
    let (mut lookups, mut lines) = (Vec::new(), Vec::new());
    for one in new {
        let id = CustomerId(w.id());
        let (key, sealed) = w.enroll(id, &one.profile)?;
        customers.push(customer::Model {
            id,
            reference: one.reference.clone(),
            kind: one.row.kind.unwrap_or(CustomerKind::Person),
            status: CustomerStatus::Dormant,
            status_since: one.row.dormant_since.unwrap_or(now),
            locale: one.row.locale.unwrap_or(locale),
            version: 1,
            channel: Channel::Import,
            profile: Some(sealed),
            created_at: now,
            disposed_as: None,
        });
        keys.push(key);
        lookups.extend(found_by(w, id, &one.profile));
        let held = ProfileField::ALL.into_iter().filter(|field| one.profile.get(*field).is_some());
        let held = held.collect::<Vec<_>>();
        lines.extend(own_lines(w, catalog, id, &held, Channel::Import));
        w.changed(id, &held.iter().map(|field| field.word()).collect::<Vec<_>>());
    }
    w.insert_all::<customer::Entity>(&customers).await?;
    w.insert_all::<subject_key::Entity>(&keys).await?;
    w.insert_all::<customer_lookup::Entity>(&lookups).await?;
    w.insert_all::<data_location::Entity>(&lines).await
}

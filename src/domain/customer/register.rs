//! Somebody is put on record as a customer.

use super::{
    by_ids::Keyed,
    erased::{hashes, refuse_erased},
    profile::{ProfileChange, Setting, lookups},
};
use crate::{
    access::{Code, Command, Profile, Refusal, Sql, Stop, Writer},
    domain::{
        catalog::Catalog,
        checks::Checks,
        data_location::{NewLine, line},
        period::today,
    },
    identifier::{NationalId, NationalIdKind, Phone},
    policy::{Action, ProfileField, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    customer, customer_lookup, data_location,
    enums::{Channel, CustomerKind, CustomerStatus, Locale, LookupKind},
    ids::{CategoryKey, CustomerId},
    subject_key,
    touch::Touch,
};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use std::sync::Arc;

/// A new customer, with a key of their own and a profile sealed under it. What Kartotek itself keeps of the profile
/// goes on the map like any other data.
#[derive(Clone, Debug)]
pub struct RegisterCustomer {
    pub catalog: Arc<Catalog>,
    pub reference: String,
    pub kind: CustomerKind,
    pub locale: Locale,
    pub profile: ProfileChange,
    pub channel: Channel,
    /// Whether they were erased before, and came back of their own accord.
    pub returning: bool,
}

const REFERENCE_TAKEN: &str = "Another customer has this reference.";
pub(super) const NATIONAL_ID_TAKEN: &str = "A customer with this national id is on record.";

impl Command for RegisterCustomer {
    const ACTION: Action = Action::RegisterCustomer;
    type Output = Keyed;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Keyed, Stop> {
        let now = w.now();
        let mut checks = Checks::new();
        let reference = self.reference(now, &mut checks);
        let country = self.catalog.controller.as_ref().map_or("SE", |company| company.country.as_str());
        let setting = Setting { country, zone: &self.catalog.zone(), now };
        let profile = self.profile.apply(&Profile::default(), setting, &mut checks);
        if profile.name.is_none() {
            checks.refuse("profile.name", Code::Required, "Give the customer's name.");
        }
        checks.finish()?;

        let same_reference = customer::Entity::find().filter(customer::Column::Reference.eq(&*reference));
        // Read rather than counted: whoever is told that it is taken is told of that customer.
        if w.one(same_reference).await?.is_some() {
            return Err(Refusal::new(Code::AlreadyExists, REFERENCE_TAKEN).at("reference").into());
        }
        let id = CustomerId(w.id());
        refuse_taken(w, id, &profile).await?;
        refuse_erased(w, &hashes(w, &reference, &profile), self.returning).await?;
        w.about(Target::customer(id));
        let (key, sealed) = w.enroll(id, &profile)?;
        let row = customer::Model {
            id,
            reference,
            kind: self.kind,
            status: CustomerStatus::Dormant,
            status_since: now,
            locale: self.locale,
            version: 1,
            channel: self.channel,
            profile: Some(sealed),
            created_at: now,
            disposed_as: None,
        };
        let row = w.insert::<customer::Entity>(row).await?;
        let key = w.insert::<subject_key::Entity>(key).await?;
        find_by(w, id, &profile).await?;
        let held =
            ProfileField::ALL.into_iter().filter(|field| profile.get(*field).is_some()).collect::<Vec<_>>();
        keep_on_map(w, &self.catalog, id, &held, self.channel).await?;
        w.changed(id, &held.iter().map(|field| field.word()).collect::<Vec<_>>());
        Ok(Keyed { row, key: Some(key) })
    }

    fn duplicate(&self, constraint: &str) -> Option<Refusal> {
        duplicate(constraint)
    }
}

/// What another customer has already.
pub(super) fn duplicate(constraint: &str) -> Option<Refusal> {
    if constraint.contains("national_id") || constraint.contains("customer_lookup.hash") {
        return Some(Refusal::new(Code::AlreadyExists, NATIONAL_ID_TAKEN).at("profile.nationalId"));
    }
    constraint
        .contains("reference")
        .then(|| Refusal::new(Code::AlreadyExists, REFERENCE_TAKEN).at("reference"))
}

impl RegisterCustomer {
    /// The reference stands in logs, files and URLs of other systems, so it must say nothing about a person.
    fn reference(&self, now: DateTime<Utc>, checks: &mut Checks) -> String {
        let today = today(now, &self.catalog.zone());
        let country = self.catalog.controller.as_ref().map_or("SE", |company| company.country.as_str());
        reference(&self.reference, country, today, checks)
    }
}

/// What the company calls a customer, if it says nothing about a person.
pub(super) fn reference(text: &str, country: &str, today: jiff::civil::Date, checks: &mut Checks) -> String {
    let reference = checks.key("reference", text, 100);
    if says_who(&reference, country, today) {
        let message = "A reference must not hold a personal number, nor be an address or a phone number: give \
                       your own customer number.";
        checks.refuse("reference", Code::InvalidFormat, message);
    }
    reference
}

/// Whether a text holds a person's number, is an address or a phone number, in whatever way it is written.
fn says_who(text: &str, country: &str, today: jiff::civil::Date) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).collect::<String>();
    let of_a_person = |length: usize| {
        let windows = (length..=digits.len()).filter_map(|end| digits.get(end - length..end));
        let mut ids = windows.filter_map(|window| NationalId::parse(window, today).ok());
        ids.any(|id| id.kind() != NationalIdKind::Organisationsnummer)
    };
    // Of all that could be dialled only what nobody would take for a number of their own making.
    let number = text.trim_start_matches(['+', '(']);
    let dialled = text.starts_with('+') || number.starts_with("00") || number.starts_with("07");
    let abroad = number.starts_with("46") && digits.len() == 11;
    let is_phone = |text: &str| Phone::parse(text, country).is_ok();
    text.contains('@')
        || NationalId::parse(text, today).is_ok()
        || of_a_person(12)
        || of_a_person(10)
        || (dialled && is_phone(text))
        || (abroad && is_phone(&format!("+{digits}")))
}

/// Refuses a national id that somebody else has. (The database would as well, without saying whose it is.)
pub(super) async fn refuse_taken(w: &Writer, customer: CustomerId, profile: &Profile) -> Result<(), Stop> {
    let Some(id) = &profile.national_id else { return Ok(()) };
    let mut sql = Sql::new("SELECT customer_id FROM customer_lookup WHERE kind = 'NATIONAL_ID' AND hash = ");
    sql.bind(w.lookup(LookupKind::NationalId, id)).push(" AND customer_id <> ").bind(customer.0);
    let category = CategoryKey::from(ProfileField::NationalId.category());
    let whose = w.rows(sql, |row: &Whose| Touch::of(row.customer_id).category(category.clone())).await?;
    match whose[..] {
        [] => Ok(()),
        _ => Err(Refusal::new(Code::AlreadyExists, NATIONAL_ID_TAKEN).at("profile.nationalId").into()),
    }
}

#[derive(FromQueryResult)]
struct Whose {
    customer_id: CustomerId,
}

/// Lets the customer be found by what the profile says, and by nothing else.
pub(super) async fn find_by(w: &Writer, customer: CustomerId, profile: &Profile) -> Result<(), Stop> {
    w.insert_all::<customer_lookup::Entity>(&found_by(w, customer, profile)).await
}

/// The rows by which a customer of that profile is found.
pub(super) fn found_by(w: &Writer, customer: CustomerId, profile: &Profile) -> Vec<customer_lookup::Model> {
    let row = |(kind, normalized): (LookupKind, String)| customer_lookup::Model {
        customer_id: customer,
        kind,
        hash: w.lookup(kind, &normalized),
    };
    lookups(profile).into_iter().map(row).collect()
}

/// Puts on the map what Kartotek itself keeps of a profile. The lines that are new.
pub(super) async fn keep_on_map(
    w: &Writer,
    catalog: &Catalog,
    customer: CustomerId,
    fields: &[ProfileField],
    channel: Channel,
) -> Result<Vec<data_location::Model>, Stop> {
    let rows = own_lines(w, catalog, customer, fields, channel);
    w.insert_all::<data_location::Entity>(&rows).await?;
    Ok(rows)
}

/// The lines of what Kartotek itself keeps of a profile.
pub(super) fn own_lines(
    w: &Writer,
    catalog: &Catalog,
    customer: CustomerId,
    fields: &[ProfileField],
    channel: Channel,
) -> Vec<data_location::Model> {
    let Some(system) = catalog.built_in_system() else { return Vec::new() };
    let known = |field: &&ProfileField| catalog.categories.contains_key(field.category());
    let new = |field: &ProfileField| NewLine {
        customer_id: customer,
        category: field.category().into(),
        system_id: system.id,
        external_reference: None,
        source_channel: channel,
        collected_at: w.now(),
        document_date: None,
    };
    fields.iter().filter(known).map(|field| line(w, new(field))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_says_nothing_about_who_it_is() {
        let says = |text: &str| says_who(text, "SE", jiff::civil::date(2026, 3, 2));
        for personal in [
            "19850312-2387",
            "850312-2387",
            "19850312 2387",
            "850312.2387",
            "850312/2387",
            "1985-03-12-2387",
            "K-19850312-2387-1",
            "19850312-2387-00",
            "9198503122387",
            "070-174 06 05",
            "+46 70 174 06 05",
            "46701740605",
            "anna@x.se",
            "K anna@x.se",
            "<anna@x.se>",
        ] {
            assert!(says(personal), "{personal}");
        }
        for own in
            ["K-1001", "4711", "2024-000123", "C00012345678", "1000000001", "202603020001", "A-08-123-456"]
        {
            assert!(!says(own), "{own}");
        }
    }
}

//! What goes into a profile: read as people write it, checked, and kept in one form.

use crate::{
    access::{Code, Profile},
    domain::{change::Change, checks::Checks, period::today},
    identifier::{Email, NationalId, Phone},
    policy::ProfileField,
};
use chrono::{DateTime, Utc};
use entity::enums::LookupKind;
use jiff::tz::TimeZone;

/// What is said of each field, as it was written.
#[derive(Clone, Default)]
pub struct ProfileChange {
    pub name: Change<String>,
    pub email: Change<String>,
    pub phone: Change<String>,
    pub address: Change<String>,
    pub national_id: Change<String>,
}

impl std::fmt::Debug for ProfileChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProfileChange(secret)")
    }
}

/// What a change is read by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    /// ISO 3166-1 alpha-2: whose national phone numbers are understood.
    pub country: &'a str,
    pub zone: &'a TimeZone,
    pub now: DateTime<Utc>,
}

impl ProfileChange {
    /// To what these values are; what is not among them stays.
    #[must_use]
    pub(in crate::domain) fn to(profile: &Profile) -> Self {
        let set = |value: &Option<String>| value.clone().map_or(Change::Keep, Change::Set);
        Self {
            name: set(&profile.name),
            email: set(&profile.email),
            phone: set(&profile.phone),
            address: set(&profile.address),
            national_id: set(&profile.national_id),
        }
    }

    /// The fields that are to be taken out.
    pub(in crate::domain) fn cleared(&self) -> impl Iterator<Item = ProfileField> {
        let changes = [&self.name, &self.email, &self.phone, &self.address, &self.national_id];
        let cleared = ProfileField::ALL.into_iter().zip(changes);
        cleared.filter(|(_, change)| **change == Change::Clear).map(|(field, _)| field)
    }

    /// The profile after the change; what is wrong goes to `checks`.
    pub(super) fn apply(&self, now: &Profile, setting: Setting<'_>, checks: &mut Checks) -> Profile {
        let mut read = |change: &Change<String>,
                        before: Option<&String>,
                        parse: &mut dyn FnMut(&str, &mut Checks) -> String| {
            match change {
                Change::Keep => before.cloned(),
                Change::Clear => None,
                Change::Set(text) => Some(parse(text, checks)),
            }
        };
        let mut profile = Profile::default();
        profile.name =
            read(&self.name, now.name.as_ref(), &mut |text, checks| checks.line("profile.name", text, 200));
        profile.address = read(&self.address, now.address.as_ref(), &mut |text, checks| {
            checks.block("profile.address", text, 500)
        });
        profile.email = read(&self.email, now.email.as_ref(), &mut |text, checks| {
            let email = Email::parse(text).map(|email| email.as_given().to_owned());
            or_refused(email, "profile.email", Code::InvalidFormat, checks)
        });
        profile.phone = read(&self.phone, now.phone.as_ref(), &mut |text, checks| {
            let phone = Phone::parse(text, setting.country).map(|phone| phone.e164().to_owned());
            or_refused(phone, "profile.phone", Code::InvalidFormat, checks)
        });
        profile.national_id = read(&self.national_id, now.national_id.as_ref(), &mut |text, checks| {
            let id = NationalId::parse(text, today(setting.now, setting.zone));
            let id = id.map(|id| id.normalized().to_owned());
            or_refused(id, "profile.nationalId", Code::InvalidNationalId, checks)
        });
        profile
    }
}

fn or_refused<E: std::fmt::Display>(
    read: Result<String, E>,
    path: &str,
    code: Code,
    checks: &mut Checks,
) -> String {
    read.unwrap_or_else(|wrong| {
        checks.refuse(path, code, wrong.to_string());
        String::new()
    })
}

/// What a profile can be found by, in normal form.
pub(super) fn lookups(profile: &Profile) -> Vec<(LookupKind, String)> {
    let email = profile.email.as_deref().and_then(|email| Email::parse(email).ok());
    [
        (LookupKind::Email, email.map(|email| email.normalized().to_owned())),
        (LookupKind::Phone, profile.phone.clone()),
        (LookupKind::NationalId, profile.national_id.clone()),
    ]
    .into_iter()
    .filter_map(|(kind, value)| Some((kind, value?)))
    .collect()
}

/// The field of a profile that a look-up is by; the company's own number is none.
pub(super) const fn field(kind: LookupKind) -> Option<ProfileField> {
    match kind {
        LookupKind::Reference => None,
        LookupKind::Email => Some(ProfileField::Email),
        LookupKind::Phone => Some(ProfileField::Phone),
        LookupKind::NationalId => Some(ProfileField::NationalId),
    }
}

/// The fields that differ.
pub(in crate::domain) fn differing(before: &Profile, after: &Profile) -> Vec<ProfileField> {
    ProfileField::ALL.into_iter().filter(|field| before.get(*field) != after.get(*field)).collect()
}

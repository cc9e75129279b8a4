//! Plain text of a person, opened and sealed here and nowhere else.

use super::Broken;
use crate::{
    crypto::{Context, DataKey, MasterKeys, SealError, WrappedKey},
    identifier::{NationalId, mask},
    policy::{ProfileField, Sight},
};
use entity::{customer, enums::LookupKind, ids::CustomerId, subject_key};
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// What the company has on record about a person, in normal form. Sealed at rest under the person's own key.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Twelve digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub national_id: Option<String>,
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Profile(secret)")
    }
}

impl Profile {
    /// The value of a field.
    #[must_use]
    pub fn get(&self, field: ProfileField) -> Option<&str> {
        match field {
            ProfileField::Name => self.name.as_deref(),
            ProfileField::Email => self.email.as_deref(),
            ProfileField::Phone => self.phone.as_deref(),
            ProfileField::Address => self.address.as_deref(),
            ProfileField::NationalId => self.national_id.as_deref(),
        }
    }

    fn slot(&mut self, field: ProfileField) -> &mut Option<String> {
        match field {
            ProfileField::Name => &mut self.name,
            ProfileField::Email => &mut self.email,
            ProfileField::Phone => &mut self.phone,
            ProfileField::Address => &mut self.address,
            ProfileField::NationalId => &mut self.national_id,
        }
    }

    /// Takes a field out.
    pub fn clear(&mut self, field: ProfileField) {
        let value = self.slot(field);
        value.zeroize();
        *value = None;
    }
}

/// So much of a profile as the caller may see. It can be shown, not stored or logged.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct Revealed(Profile);

impl fmt::Debug for Revealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Revealed(secret)")
    }
}

impl Revealed {
    /// The value to show.
    #[must_use]
    pub fn get(&self, field: ProfileField) -> Option<&str> {
        self.0.get(field)
    }
}

/// Holds the master keys.
#[derive(Debug)]
pub(super) struct Vault {
    pub(super) keys: MasterKeys,
}

const PROFILE: &str = "profile";

/// Something of a customer's, sealed under a key of its own, which is wrapped for the database.
#[derive(Clone, Debug)]
pub struct Apart {
    pub master_key_id: String,
    pub wrapped: Vec<u8>,
    pub sealed: Vec<u8>,
}

impl Vault {
    pub(super) fn new(keys: MasterKeys) -> Self {
        Self { keys }
    }

    pub(super) fn key_ids(&self) -> Vec<&str> {
        self.keys.ids()
    }

    pub(super) fn seal_apart(&self, context: Context<'_>, plain: &[u8]) -> Result<Apart, Broken> {
        let key = DataKey::generate()?;
        let WrappedKey { key_id, bytes } = self.keys.wrap(context.customer, &key)?;
        Ok(Apart { master_key_id: key_id, wrapped: bytes, sealed: key.seal(context, plain)? })
    }

    pub(super) fn open_apart(
        &self,
        context: Context<'_>,
        apart: &Apart,
    ) -> Result<Zeroizing<Vec<u8>>, Broken> {
        let key = self.keys.unwrap(context.customer, &apart.master_key_id, &apart.wrapped)?;
        Ok(key.open(context, &apart.sealed)?)
    }

    /// A new customer's key, wrapped for the database, and the profile sealed under it.
    pub(super) fn enroll(
        &self,
        customer: CustomerId,
        profile: &Profile,
    ) -> Result<(subject_key::Model, Vec<u8>), Broken> {
        let Apart { master_key_id, wrapped, sealed } =
            self.seal_apart(Context { customer, what: PROFILE }, &plain(profile)?)?;
        Ok((subject_key::Model { customer_id: customer, master_key_id, wrapped }, sealed))
    }

    pub(super) fn seal(&self, key: &subject_key::Model, profile: &Profile) -> Result<Vec<u8>, Broken> {
        let context = Context { customer: key.customer_id, what: PROFILE };
        Ok(self.unwrap(key)?.seal(context, &plain(profile)?)?)
    }

    pub(super) fn open(
        &self,
        customer: &customer::Model,
        key: &subject_key::Model,
    ) -> Result<Option<Profile>, Broken> {
        let Some(sealed) = &customer.profile else { return Ok(None) };
        let context = Context { customer: customer.id, what: PROFILE };
        let plain = self.unwrap(key)?.open(context, sealed)?;
        serde_json::from_slice(&plain).map(Some).map_err(|_| Broken::Sealed)
    }

    pub(super) fn lookup(&self, kind: LookupKind, normalized: &str) -> Vec<u8> {
        self.keys.lookup_hash(kind, normalized).to_vec()
    }

    fn unwrap(&self, key: &subject_key::Model) -> Result<DataKey, Broken> {
        Ok(self.keys.unwrap(key.customer_id, &key.master_key_id, &key.wrapped)?)
    }
}

fn plain(profile: &Profile) -> Result<Zeroizing<Vec<u8>>, Broken> {
    serde_json::to_vec(profile).map(Zeroizing::new).map_err(|_| Broken::Sealed)
}

impl From<SealError> for Broken {
    fn from(_: SealError) -> Self {
        Self::Sealed
    }
}

/// Keeps of a profile what `sight` allows, masked where it says so.
pub(super) fn show(profile: &Profile, sight: impl Fn(ProfileField) -> Sight) -> Revealed {
    let value = |field| {
        let value = profile.get(field)?;
        match sight(field) {
            Sight::Full if field == ProfileField::NationalId => national_id(value).map(|id| id.full()),
            Sight::Full => Some(value.to_owned()),
            Sight::Masked => masked(field, value),
            Sight::Hidden => None,
        }
    };
    let mut shown = Profile::default();
    for field in ProfileField::ALL {
        *shown.slot(field) = value(field);
    }
    Revealed(shown)
}

fn national_id(normalized: &str) -> Option<NationalId> {
    NationalId::from_normalized(normalized).ok()
}

fn masked(field: ProfileField, value: &str) -> Option<String> {
    match field {
        ProfileField::Email => mask::email(value),
        ProfileField::Phone => mask::phone(value),
        ProfileField::NationalId => national_id(value).map(|id| id.masked()),
        // Half a name or half an address tells either everything or nothing.
        ProfileField::Name | ProfileField::Address => None,
    }
}

//! A profile is corrected here, and at every place that holds what changed.

use super::{
    by_ids::Keyed,
    correct_elsewhere::correct_elsewhere,
    profile::{ProfileChange, Setting, differing},
    register::{duplicate, find_by, keep_on_map, refuse_taken},
};
use crate::{
    access::{Code, Command, Profile, Refusal, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{Checks, not_found, same_version},
        disposal::settle_without,
        justification::unjustified,
        task::{Why, seal_before_change},
    },
    policy::{Action, ProfileField, Target},
};
use entity::{
    customer, customer_lookup, data_location,
    enums::{Channel, CustomerStatus, DataLocationState, Locale, TaskCause},
    ids::{CustomerId, DataLocationId},
    subject_key, task,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::sync::Arc;

/// What a customer's profile says from now on.
#[derive(Clone, Debug)]
pub struct RectifyCustomer {
    pub catalog: Arc<Catalog>,
    pub customer: CustomerId,
    pub expected_version: Option<i32>,
    pub profile: ProfileChange,
    pub locale: Option<Locale>,
    pub channel: Channel,
}

/// A customer whose profile was corrected, and what is to be corrected elsewhere.
#[derive(Clone, Debug)]
pub struct Rectified {
    pub customer: Keyed,
    pub tasks: Vec<task::Model>,
}

/// A correction, and how it came.
#[derive(Clone, Copy, Debug)]
pub(in crate::domain) struct Rectification<'a> {
    pub profile: &'a ProfileChange,
    pub locale: Option<Locale>,
    pub channel: Channel,
    pub why: Why,
}

impl Command for RectifyCustomer {
    const ACTION: Action = Action::RectifyCustomer;
    type Output = Rectified;

    fn target(&self) -> Target {
        Target::customer(self.customer)
    }

    async fn run(self, w: &mut Writer) -> Result<Rectified, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let row = living(w, self.customer, "customerId").await?;
        same_version(self.expected_version, row.version)?;
        let why = Why::of(TaskCause::Rectification);
        let Self { profile, locale, channel, .. } = &self;
        rectify(w, &catalog, row, Rectification { profile, locale: *locale, channel: *channel, why }).await
    }

    fn duplicate(&self, constraint: &str) -> Option<Refusal> {
        duplicate(constraint)
    }
}

/// Corrects the profile of a customer, who is locked, here, and asks for it everywhere else.
pub(in crate::domain) async fn rectify(
    w: &Writer,
    catalog: &Catalog,
    row: customer::Model,
    rectification: Rectification<'_>,
) -> Result<Rectified, Stop> {
    let key = w.one(subject_key::Entity::find_by_id(row.id)).await?;
    let Some(key) = key else { return Err(gone("customerId").into()) };
    let before = w.open(&row, &key)?.unwrap_or_default();
    let after = rectification.profile.checked(w, catalog, &before)?;
    let fields = differing(&before, &after);
    let locale = rectification.locale.unwrap_or(row.locale);
    if fields.is_empty() && locale == row.locale {
        return Ok(Rectified { customer: Keyed { row, key: Some(key) }, tasks: Vec::new() });
    }
    refuse_taken(w, row.id, &after).await?;
    let change = Change { customer: row.id, channel: rectification.channel, before: &before, after: &after };
    let gone = change.move_on_map(w, catalog, &fields).await?;
    seal_before_change(w, catalog, &row, &before, &fields).await?;
    let tasks = correct_elsewhere(w, catalog, &row, (&before, &after), rectification.why).await?;
    replace_lookups(w, row.id, &after).await?;
    let sealed = w.seal(&key, &after)?;
    let relocated = locale != row.locale;
    let row = customer::Model { profile: Some(sealed), locale, version: row.version + 1, ..row };
    let row = w.update::<customer::Entity>(row).await?;
    settle_without(w, catalog, &row, &gone).await?;
    let mut changed = fields.iter().map(|field| field.word()).collect::<Vec<_>>();
    changed.extend(relocated.then_some("locale"));
    w.changed(row.id, &changed);
    w.tells(row.id, &fields.iter().map(|field| field.category().into()).collect::<Vec<_>>());
    Ok(Rectified { customer: Keyed { row, key: Some(key) }, tasks })
}

impl ProfileChange {
    /// The profile after the change.
    pub(in crate::domain) fn checked(
        &self,
        w: &Writer,
        catalog: &Catalog,
        before: &Profile,
    ) -> Result<Profile, Stop> {
        let mut checks = Checks::new();
        let country = catalog.controller.as_ref().map_or("SE", |company| company.country.as_str());
        let setting = Setting { country, zone: &catalog.zone(), now: w.now() };
        let after = self.apply(before, setting, &mut checks);
        // One whose name is gone, as nothing needs it any more, is corrected without.
        if after.name.is_none() && before.name.is_some() {
            checks.refuse("profile.name", Code::Required, "A customer has a name.");
        }
        checks.finish()?;
        Ok(after)
    }
}

/// A profile that changes.
struct Change<'a> {
    customer: CustomerId,
    channel: Channel,
    before: &'a Profile,
    after: &'a Profile,
}

impl Change<'_> {
    /// What was wrong may be corrected, but a profile is completed only with what is needed (Art. 5(1)(c), 16): the
    /// customer's services or the law, or the steps before a first order. What is imported is there already.
    async fn refuse_unjustified(
        &self,
        w: &Writer,
        catalog: &Catalog,
        lines: &[data_location::Model],
    ) -> Result<(), Stop> {
        if self.channel == Channel::Import {
            return Ok(());
        }
        let ids = lines.iter().map(|line| line.id).collect::<Vec<_>>();
        let unjustified = unjustified(w, catalog, &ids).await?;
        let mut checks = Checks::new();
        for line in lines.iter().filter(|line| unjustified.contains(&line.id)) {
            let is_it = |field: &ProfileField| field.category() == line.category.as_str();
            let field = ProfileField::ALL.into_iter().find(is_it).map_or("", ProfileField::word);
            let message =
                "No live service of this customer and no law needs this here: start the service first.";
            checks.refuse(&format!("profile.{field}"), Code::NotJustified, message);
        }
        checks.finish()
    }

    /// What came into the profile goes on the map, and what was taken out of it leaves a tombstone. Back come those.
    async fn move_on_map(
        &self,
        w: &Writer,
        catalog: &Catalog,
        fields: &[ProfileField],
    ) -> Result<Vec<DataLocationId>, Stop> {
        let came = |field: &ProfileField| self.before.get(*field).is_none();
        let went = |field: &ProfileField| self.after.get(*field).is_none();
        let come = fields.iter().copied().filter(came).collect::<Vec<_>>();
        let lines = keep_on_map(w, catalog, self.customer, &come, self.channel).await?;
        self.refuse_unjustified(w, catalog, &lines).await?;

        let Some(system) = catalog.built_in_system() else { return Ok(Vec::new()) };
        let gone = fields.iter().copied().filter(went).map(ProfileField::category).collect::<Vec<_>>();
        if gone.is_empty() {
            return Ok(Vec::new());
        }
        let lines = data_location::Entity::find()
            .filter(data_location::Column::CustomerId.eq(self.customer))
            .filter(data_location::Column::SystemId.eq(system.id))
            .filter(data_location::Column::Category.is_in(gone))
            .filter(data_location::Column::HeldTo.is_null());
        let lines = w.all(lines).await?;
        let gone = lines.iter().map(|line| line.id).collect();
        for line in lines {
            let tombstone = data_location::Model {
                state: DataLocationState::Erased,
                held_to: Some(w.now()),
                external_reference: None,
                ..line
            };
            w.update::<data_location::Entity>(tombstone).await?;
        }
        Ok(gone)
    }
}

/// The customer, locked, unless they are gone or nobody.
pub(in crate::domain) async fn living(
    w: &Writer,
    id: CustomerId,
    path: &str,
) -> Result<customer::Model, Stop> {
    let row = w.lock(customer::Entity::find_by_id(id)).await?;
    let Some(row) = row else { return Err(not_found(path, "customer")) };
    match row.status {
        CustomerStatus::Anonymized | CustomerStatus::Erased => Err(gone(path).into()),
        // The law keeps a part of the profile, and nothing else is left of them.
        _ if row.disposed_as.is_some() => Err(gone(path).into()),
        _ => Ok(row),
    }
}

/// Whether a customer's data is only kept, on their own request (Art. 18).
pub(in crate::domain) fn is_restricted(row: &customer::Model) -> bool {
    row.status == CustomerStatus::Restricted && row.disposed_as.is_none()
}

/// The refusal for a customer whose data is only kept, on their own request.
pub(in crate::domain) fn only_kept(path: &str) -> Refusal {
    let message = "Processing is restricted on the customer's request (Art. 18): lift the restriction first.";
    Refusal::new(Code::CustomerRestricted, message).at(path)
}

/// The refusal for a customer who was disposed of.
pub(in crate::domain) fn gone(path: &str) -> Refusal {
    Refusal::new(Code::CustomerGone, "The customer was anonymized or erased, and that is final.").at(path)
}

/// Makes a customer findable by what this profile says, and by nothing else.
pub(in crate::domain) async fn replace_lookups(
    w: &Writer,
    customer: CustomerId,
    profile: &Profile,
) -> Result<(), Stop> {
    w.delete(customer_lookup::Entity::delete_many().filter(customer_lookup::Column::CustomerId.eq(customer)))
        .await?;
    find_by(w, customer, profile).await
}

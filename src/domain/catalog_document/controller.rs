//! The company itself, as the document has it.

use super::{
    apply::{Applying, At},
    diff::EntryKind,
    export,
    model::{ContactEntry, ControllerEntry},
    news::news,
};
use crate::{
    access::Stop,
    domain::{catalog::UpdateController, disposal::Asked},
};
use entity::{controller, json::Contact};

impl From<ContactEntry> for Contact {
    fn from(entry: ContactEntry) -> Self {
        let ContactEntry { name, email, phone, address } = entry;
        Self { name, email, phone, address }
    }
}

impl Applying<'_> {
    pub(super) async fn controller(&mut self, entry: ControllerEntry) -> Result<(), Stop> {
        let at = At::section("controller");
        let Some(now) = self.before.controller.clone() else { return Ok(()) };
        self.named.insert((EntryKind::Controller, String::new()));
        if !news(&entry, &export::controller(&now)) {
            return Ok(());
        }
        let command = UpdateController {
            expected_version: None,
            name: entry.name,
            registration_number: entry.registration_number,
            address: entry.address,
            country: entry.country,
            email: entry.email,
            phone: entry.phone,
            website: entry.website,
            data_protection_officer: entry.data_protection_officer.map(Into::into),
            representative: entry.representative.map(Into::into),
            supervisory_authority: entry.supervisory_authority.map(Into::into),
            locale: entry.locale,
            time_zone: entry.time_zone,
            fiscal_year_end_month: entry.fiscal_year_end_month,
            default_grace: entry.default_grace,
            asked: Asked::default(),
        };
        let Some((row, _)) = self.attempt(&at, command).await? else { return Ok(()) };
        // Said otherwise, and the same.
        if (controller::Model { version: now.version, ..row }) == *now {
            self.w.update::<controller::Entity>((*now).clone()).await?;
        }
        Ok(())
    }
}

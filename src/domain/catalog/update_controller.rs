//! The company says something else about itself.

use super::begin_change;
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        change::Change,
        checks::{BLOCK, Checks, LINE, same_version},
    },
    policy::{Action, Target},
};
use entity::{controller, enums::Locale, json::Contact};
use jiff::tz::TimeZone;
use sea_orm::EntityTrait;

/// Changes what is on record about the company itself.
#[derive(Clone, Debug, Default)]
pub struct UpdateController {
    pub expected_version: Option<i32>,
    pub name: Change<String>,
    pub registration_number: Change<String>,
    pub address: Change<String>,
    pub country: Change<String>,
    pub email: Change<String>,
    pub phone: Change<String>,
    pub website: Change<String>,
    pub data_protection_officer: Change<Contact>,
    pub representative: Change<Contact>,
    pub supervisory_authority: Change<Contact>,
    pub locale: Change<Locale>,
    /// IANA name.
    pub time_zone: Change<String>,
    /// 1 to 12.
    pub fiscal_year_end_month: Change<i32>,
    /// ISO 8601. What was set with the old one keeps it.
    pub default_grace: Change<String>,
}

impl Command for UpdateController {
    const ACTION: Action = Action::UpdateController;
    type Output = controller::Model;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<controller::Model, Stop> {
        begin_change(w).await?;
        let row = w.lock(controller::Entity::find()).await?.ok_or_else(|| {
            Refusal::new(Code::NotFound, "The company is not on record yet: the program puts it there.")
        })?;
        same_version(self.expected_version, row.version)?;

        let mut checks = Checks::new();
        let row = self.reachable(self.settled(row, &mut checks), &mut checks);
        checks.finish()?;
        w.update::<controller::Entity>(controller::Model { version: row.version + 1, ..row }).await
    }
}

impl UpdateController {
    /// What cannot be empty.
    fn settled(&self, row: controller::Model, checks: &mut Checks) -> controller::Model {
        let new = self.clone();
        let name = new.name.map(|text| checks.line("name", &text, LINE));
        let country = new.country.map(|code| checks.country("country", &code));
        let time_zone = new.time_zone.map(|name| zone(&name, checks));
        let month = new.fiscal_year_end_month.map(|month| {
            if !(1..=12).contains(&month) {
                checks.refuse("fiscalYearEndMonth", Code::OutOfRange, "Give a month from 1 to 12.");
            }
            month
        });
        let grace = new.default_grace.map(|text| checks.period("defaultGrace", &text));
        controller::Model {
            name: checks.kept("name", name, row.name),
            country: checks.kept("country", country, row.country),
            locale: checks.kept("locale", new.locale, row.locale),
            time_zone: checks.kept("timeZone", time_zone, row.time_zone),
            fiscal_year_end_month: checks.kept("fiscalYearEndMonth", month, row.fiscal_year_end_month),
            default_grace: checks.kept("defaultGrace", grace, row.default_grace),
            ..row
        }
    }

    /// What may be left open until it is known.
    fn reachable(&self, row: controller::Model, checks: &mut Checks) -> controller::Model {
        let new = self.clone();
        let mut line = |path: &str, change: Change<String>, now| {
            change.map(|text| checks.line(path, &text, LINE)).apply(now)
        };
        let registration_number =
            line("registrationNumber", new.registration_number, row.registration_number);
        let phone = line("phone", new.phone, row.phone);
        let address = new.address.map(|text| checks.block("address", &text, BLOCK)).apply(row.address);
        let email = new.email.map(|text| checks.email("email", &text)).apply(row.email);
        let website = new.website.map(|text| checks.website("website", &text)).apply(row.website);
        let mut contact = |path: &str, change: Change<Contact>, now| {
            change.map(|contact| checks.contact(path, &contact)).apply(now)
        };
        controller::Model {
            registration_number,
            phone,
            address,
            email,
            website,
            data_protection_officer: contact(
                "dataProtectionOfficer",
                new.data_protection_officer,
                row.data_protection_officer,
            ),
            representative: contact("representative", new.representative, row.representative),
            supervisory_authority: contact(
                "supervisoryAuthority",
                new.supervisory_authority,
                row.supervisory_authority,
            ),
            ..row
        }
    }
}

fn zone(name: &str, checks: &mut Checks) -> String {
    let zone = TimeZone::get(name).ok();
    let unknown = || {
        checks.refuse("timeZone", Code::InvalidFormat, "Give an IANA time zone, such as Europe/Stockholm.");
        name.to_owned()
    };
    // In the spelling of the time zone database, whatever the case that was given.
    zone.as_ref().and_then(TimeZone::iana_name).map_or_else(unknown, str::to_owned)
}

//! The company says something else about itself.

use super::{begin_change, changed, retire_retention_rule::places};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        change::Change,
        checks::{BLOCK, Checks, LINE, same_version},
        disposal::{Asked, Planned, Reach, Subject, plan_losses},
    },
    policy::{Action, Target},
};
use entity::{
    controller, disposal_plan,
    enums::{Locale, TaskCause},
    json::Contact,
};
use jiff::tz::TimeZone;
use sea_orm::EntityTrait;

/// Changes what is on record about the company itself. What the law then keeps for less long, as fiscal years end in
/// another month or days at another hour, takes a plan first.
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
    pub asked: Asked,
}

impl Command for UpdateController {
    const ACTION: Action = Action::UpdateController;
    /// The company, as it is then or in a dry run still; and the plan when anything goes or one was asked for.
    type Output = (controller::Model, Option<disposal_plan::Model>);

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Self::Output, Stop> {
        let planned = Planned::begin(w, &self.asked).await?;
        if !planned.is_dry_run() {
            begin_change(w).await?;
        }
        let row = w.lock(controller::Entity::find()).await?.ok_or_else(|| {
            Refusal::new(Code::NotFound, "The company is not on record yet: the program puts it there.")
        })?;
        same_version(self.expected_version, row.version)?;

        let mut checks = Checks::new();
        let new = self.reachable(self.settled(row.clone(), &mut checks), &mut checks);
        checks.finish()?;
        let new = controller::Model { version: row.version + 1, ..new };
        let new = w.update::<controller::Entity>(new).await?;
        let plan = self.plan(w, planned, &row, &new).await?;
        Ok((if self.asked.dry_run { row } else { new }, plan))
    }
}

impl UpdateController {
    /// What becomes of what the law keeps, where its periods end at other times.
    async fn plan(
        &self,
        w: &Writer,
        planned: Planned,
        old: &controller::Model,
        new: &controller::Model,
    ) -> Result<Option<disposal_plan::Model>, Stop> {
        let times = |row: &controller::Model| (row.fiscal_year_end_month, row.time_zone.clone());
        let catalog = changed(w).await?;
        let rules = catalog.retention_rules.values().filter(|rule| rule.retired_at.is_none());
        let kept = rules.flat_map(|rule| places(&catalog, rule)).filter(|_| times(old) != times(new));
        let reach = Reach { places: kept.collect(), service: None };
        let subject = Subject {
            cause: TaskCause::PeriodEnded,
            id: uuid::Uuid::nil(),
            wish: format!("{:?}", times(new)),
            customer: None,
        };
        plan_losses(w, &catalog, &reach, &subject, &self.asked, planned).await
    }

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

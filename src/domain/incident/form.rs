//! What the authority is told (Art. 33(3)), filled in from what is on record. What is missing says so.

use super::{
    affected::{there, who},
    on_record::{IncidentKind, OnRecord},
};
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{catalog::Catalog, people, period::time_of},
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    enums::{CustomerKind, IncidentRecipient, IncidentRisk, Locale, Sensitivity},
    ids::CategoryKey,
    incident_notification,
};
use sea_orm::FromQueryResult;
use std::{fmt::Write, sync::Arc};

/// The text of the notification.
#[derive(Clone, Debug)]
pub struct NotificationForm {
    pub catalog: Arc<Catalog>,
    pub incident: OnRecord,
    pub locale: Locale,
}

#[derive(FromQueryResult)]
struct Customers {
    kind: CustomerKind,
    customers: i64,
}

#[derive(FromQueryResult)]
struct Records {
    category: CategoryKey,
    records: i64,
}

impl Inquiry for NotificationForm {
    const ACTION: Action = Action::SeeIncidents;
    const SEARCH: bool = true;
    const SNAPSHOT: bool = true;
    type Output = String;

    fn target(&self) -> Target {
        Target::thing(self.incident.row.id)
    }

    async fn run(self, r: &Reader) -> Result<String, Stop> {
        let now = r.now();
        let mut sql = Sql::new("SELECT c.kind, count(*) AS customers FROM customer c JOIN (");
        who(&mut sql, &self.incident, now);
        sql.push(") x ON x.customer_id = c.id GROUP BY c.kind ORDER BY c.kind DESC");
        let customers = r.numbers::<Customers>(sql).await?;
        let mut sql = Sql::new("SELECT l.category, count(*) AS records FROM data_location l WHERE ");
        there(&mut sql, &self.incident, now);
        sql.push(" GROUP BY l.category ORDER BY l.category");
        let records = r.numbers::<Records>(sql).await?;
        let categories = records.iter().map(|row| row.category.clone()).collect::<Vec<_>>();
        people::few(r, &|sql: &mut Sql| who(sql, &self.incident, now), &categories).await?;
        let form = Form {
            catalog: &self.catalog,
            incident: &self.incident,
            locale: self.locale,
            now,
            customers,
            records,
        };
        Ok(form.text())
    }
}

struct Form<'a> {
    catalog: &'a Catalog,
    incident: &'a OnRecord,
    locale: Locale,
    now: DateTime<Utc>,
    customers: Vec<Customers>,
    records: Vec<Records>,
}

/// What is asked for, and what is on record of it.
type Lines<'a> = Vec<(&'a str, Option<String>)>;

impl Form<'_> {
    fn say<'s>(&self, sv: &'s str, en: &'s str) -> &'s str {
        match self.locale {
            Locale::Sv => sv,
            Locale::En => en,
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let title = self.say(
            "ANMÄLAN AV PERSONUPPGIFTSINCIDENT (artikel 33 i dataskyddsförordningen)",
            "NOTIFICATION OF A PERSONAL DATA BREACH (Article 33 GDPR)",
        );
        let _ = writeln!(text, "{title}");
        for (number, (heading, lines)) in self.sections().into_iter().enumerate() {
            let _ = writeln!(text, "\n{}. {heading}", number + 1);
            for (name, value) in lines {
                let missing = || self.say("[saknas: fyll i]", "[missing: fill in]").to_owned();
                let value = value.filter(|value| !value.is_empty()).unwrap_or_else(missing);
                let _ = writeln!(text, "{name}: {value}");
            }
        }
        text
    }

    fn sections(&self) -> Vec<(&str, Lines<'_>)> {
        let say = |sv, en| self.say(sv, en);
        vec![
            (say("Personuppgiftsansvarig", "Controller"), self.controller()),
            (say("Kontaktpunkt (33.3 b)", "Contact point (33(3)(b))"), self.contact()),
            (say("Vad som har hänt (33.3 a)", "What happened (33(3)(a))"), self.what_happened()),
            (say("Vilka som berörs (33.3 a)", "Who is concerned (33(3)(a))"), self.concerned()),
            (
                say("Följder och åtgärder (33.3 c, d)", "Consequences and measures (33(3)(c), (d))"),
                vec![
                    (
                        say("Sannolika konsekvenser", "Likely consequences"),
                        self.incident.row.consequences.clone(),
                    ),
                    (
                        say("Åtgärder som vidtagits eller föreslås", "Measures taken or proposed"),
                        self.incident.row.measures.clone(),
                    ),
                    (say("Bedömd risk", "Risk as judged"), self.risk()),
                ],
            ),
            (
                say("Information till de registrerade (34)", "Communication to data subjects (34)"),
                self.told(),
            ),
            (say("Tid för anmälan (33.1)", "Time of the notification (33(1))"), self.in_time()),
        ]
    }

    fn controller(&self) -> Lines<'_> {
        let company = self.catalog.controller.as_ref();
        let contact =
            company.map(|row| [&row.email, &row.phone].into_iter().flatten().cloned().collect::<Vec<_>>());
        vec![
            (self.say("Namn", "Name"), company.map(|row| row.name.clone())),
            (
                self.say("Organisationsnummer", "Registration number"),
                company.and_then(|row| row.registration_number.clone()),
            ),
            (self.say("Adress", "Address"), company.and_then(|row| row.address.clone())),
            (self.say("E-post, telefon", "E-mail, phone"), contact.map(|all| all.join(", "))),
        ]
    }

    fn contact(&self) -> Lines<'_> {
        let officer = self.catalog.controller.as_ref().and_then(|row| row.data_protection_officer.as_ref());
        let said = officer.map(|one| {
            let rest = [&one.email, &one.phone, &one.address].into_iter().flatten();
            std::iter::once(&one.name).chain(rest).cloned().collect::<Vec<_>>().join(", ")
        });
        vec![(
            self.say(
                "Dataskyddsombud eller annan kontaktpunkt",
                "Data protection officer or other contact point",
            ),
            said,
        )]
    }

    fn what_happened(&self) -> Lines<'_> {
        let row = &self.incident.row;
        let kinds = self.incident.kinds().into_iter().map(|kind| match kind {
            IncidentKind::Confidentiality => {
                self.say("obehörig åtkomst eller röjande", "unauthorized access or disclosure")
            }
            IncidentKind::Integrity => self.say("ändring", "alteration"),
            IncidentKind::Availability => self.say("förlust eller otillgänglighet", "loss or unavailability"),
        });
        let places =
            self.incident.systems.iter().filter_map(|id| self.catalog.systems.get(id)).map(|system| {
                let holder = system.third_party_id.and_then(|id| self.catalog.third_parties.get(&id));
                holder.map_or_else(
                    || system.name.clone(),
                    |holder| format!("{} ({})", system.name, holder.name),
                )
            });
        let not_over = self.say("inte känt, eller pågår", "not known, or goes on");
        vec![
            (self.say("Beskrivning", "Description"), Some(row.summary.clone())),
            (self.say("Typ", "Kind"), Some(kinds.collect::<Vec<_>>().join(", "))),
            (self.say("Var", "Where"), Some(places.collect::<Vec<_>>().join(", "))),
            (self.say("Började", "Began"), Some(self.time(row.window_start))),
            (
                self.say("Slutade", "Ended"),
                Some(row.window_end.map_or_else(|| not_over.to_owned(), |end| self.time(end))),
            ),
            (self.say("Upptäcktes", "Noticed"), Some(self.time(row.aware_at))),
        ]
    }

    fn concerned(&self) -> Lines<'_> {
        let kind = |kind| match kind {
            CustomerKind::Person => self.say("personer", "persons"),
            CustomerKind::Organization => self.say("organisationer", "organizations"),
        };
        let customers = self.customers.iter().map(|row| format!("{} {}", row.customers, kind(row.kind)));
        let records = self.records.iter().map(|row| row.records).sum::<i64>();
        let categories = self.records.iter().map(|row| self.category(&row.category));
        vec![
            (
                self.say(
                    "Ungefärligt antal registrerade, och organisationer",
                    "Approximate number of data subjects, and organizations",
                ),
                Some(customers.collect::<Vec<_>>().join(", "))
                    .filter(|said| !said.is_empty())
                    .or(Some("0".to_owned())),
            ),
            (
                self.say("Ungefärligt antal personuppgiftsposter", "Approximate number of records"),
                Some(records.to_string()),
            ),
            (
                self.say("Kategorier av uppgifter", "Categories of data"),
                Some(categories.collect::<Vec<_>>().join(", ")),
            ),
        ]
    }

    fn category(&self, key: &CategoryKey) -> String {
        let Some(row) = self.catalog.categories.get(key) else { return key.to_string() };
        let name = self.catalog.name_in(self.locale, &row.name, &row.translations);
        match row.sensitivity {
            Sensitivity::Special => {
                format!("{name} ({})", self.say("känsliga, artikel 9", "special, Article 9"))
            }
            Sensitivity::Criminal => {
                format!("{name} ({})", self.say("lagöverträdelser, artikel 10", "criminal, Article 10"))
            }
            Sensitivity::Ordinary | Sensitivity::Confidential => name.to_owned(),
        }
    }

    fn risk(&self) -> Option<String> {
        let said = match self.incident.row.risk? {
            IncidentRisk::Unlikely => self.say("osannolik", "unlikely"),
            IncidentRisk::Likely => self.say("sannolik", "likely"),
            IncidentRisk::High => self.say("hög", "high"),
        };
        Some(said.to_owned())
    }

    fn told(&self) -> Lines<'_> {
        let told =
            self.incident.notifications.iter().filter(|one| one.recipient == IncidentRecipient::Customers);
        let said = told.map(|one| self.notification(one)).collect::<Vec<_>>();
        let not_yet = self.say("ännu inte", "not yet").to_owned();
        let mut lines = vec![(
            self.say("De registrerade har informerats", "Data subjects were told"),
            Some(if said.is_empty() { not_yet } else { said.join("; ") }),
        )];
        if let Some(because) = &self.incident.row.not_told_because {
            lines.push((self.say("Varför inte (34.3)", "Why not (34(3))"), Some(because.clone())));
        }
        lines
    }

    fn in_time(&self) -> Lines<'_> {
        let told = self.incident.notifications.iter();
        let told =
            told.filter(|one| one.recipient == IncidentRecipient::SupervisoryAuthority).collect::<Vec<_>>();
        let earlier = told.iter().map(|one| self.notification(one)).collect::<Vec<_>>();
        let mut lines = vec![(self.say("Senast", "Due by"), Some(self.time(self.incident.due_at())))];
        if !earlier.is_empty() {
            lines.push((self.say("Tidigare anmält", "Notified earlier"), Some(earlier.join("; "))));
        }
        let reasons = told.iter().filter_map(|one| one.delay_reason.clone()).collect::<Vec<_>>();
        let in_time = told.iter().any(|one| one.notified_at <= self.incident.due_at());
        // What comes late is to say why (33(1)).
        if !in_time && (self.now > self.incident.due_at() || !reasons.is_empty()) {
            let said = Some(reasons.join("; "));
            lines.push((self.say("Skäl till dröjsmålet", "Reasons for the delay"), said));
        }
        lines
    }

    fn notification(&self, one: &incident_notification::Model) -> String {
        let rest = [&one.method, &one.reference].into_iter().flatten().cloned();
        std::iter::once(self.time(one.notified_at)).chain(rest).collect::<Vec<_>>().join(", ")
    }

    fn time(&self, moment: DateTime<Utc>) -> String {
        time_of(moment, &self.catalog.zone())
    }
}

//! A report is asked for. A worker makes it.

use super::wanted::Wanted;
use crate::{
    access::{Code, Command, Refusal, Sql, Stop, Writer},
    domain::{
        catalog::Catalog,
        checks::{Checks, not_found},
        inventory::CountInventory,
    },
    policy::{Action, Actor, Role, Target},
};
use entity::{
    customer,
    enums::{ActorKind, Locale, ReportFormat, ReportState},
    ids::{CustomerId, ReportId},
    incident, report,
};
use sea_orm::{EntityTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Reports of one person that are not made yet.
const MOST_WAITING: i64 = 10;

#[derive(FromQueryResult)]
struct Waiting {
    waiting: i64,
}

/// Asks for a report.
#[derive(Clone, Debug)]
pub struct RequestReport {
    pub catalog: Arc<Catalog>,
    /// Or why that makes no sense, which is then on record.
    pub wanted: Result<Wanted, Refusal>,
    pub format: ReportFormat,
    /// The company's own unless told.
    pub locale: Option<Locale>,
    /// The one table of a CSV file; the first unless told.
    pub only_table: Option<String>,
}

/// On whose behalf a report is made: what their token said when they asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct OnBehalf {
    kind: ActorKind,
    issuer: String,
    subject: String,
    name: Option<String>,
    roles: Vec<Role>,
    scopes: Vec<String>,
}

impl From<&Actor> for OnBehalf {
    fn from(actor: &Actor) -> Self {
        Self {
            kind: actor.kind,
            issuer: actor.issuer.clone(),
            subject: actor.subject.clone(),
            name: actor.name.clone(),
            roles: actor.roles.clone(),
            scopes: actor.scopes.clone(),
        }
    }
}

impl From<OnBehalf> for Actor {
    fn from(of: OnBehalf) -> Self {
        let OnBehalf { kind, issuer, subject, name, roles, scopes } = of;
        Self { kind, issuer, subject, name, roles, scopes, customer: None, reference: None }
    }
}

impl Command for RequestReport {
    const ACTION: Action = Action::RequestReport;
    type Output = report::Model;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<report::Model, Stop> {
        let wanted = self.wanted.clone()?;
        let only_table = self.only_table(&wanted)?;
        self.check(w, &wanted).await?;
        let requested_by = w.caller().actor.id();
        let mut sql = Sql::new(
            "SELECT count(*) AS waiting FROM report WHERE state IN ('QUEUED', 'RUNNING') AND requested_by = ",
        );
        sql.bind(requested_by.clone());
        if w.numbers::<Waiting>(sql).await?.iter().any(|row| row.waiting >= MOST_WAITING) {
            let message = "Ten reports of yours are still being made: wait for one of them.";
            return Err(Refusal::new(Code::TooManyReports, message).into());
        }
        let customer_id = wanted.customer();
        let caller = w.caller();
        let row = report::Model {
            id: ReportId(w.id()),
            kind: wanted.kind(),
            format: self.format,
            locale: self.locale.unwrap_or_else(|| self.catalog.locale()),
            wanted: serde_json::to_value(&wanted).unwrap_or_default(),
            only_table,
            customer_id,
            requested_by,
            requested_by_name: w.actor_name(),
            actor: serde_json::to_value(OnBehalf::from(&caller.actor)).unwrap_or_default(),
            purpose: caller.purpose.clone(),
            reason: caller.reason.clone(),
            state: ReportState::Queued,
            failure_code: None,
            failure: None,
            lease: 0,
            taken_until: None,
            requested_at: w.now(),
            finished_at: None,
            expires_at: None,
            rows: 0,
            size: 0,
            sha256: None,
            content_sha256: None,
            metadata: None,
            downloads: 0,
        };
        w.about(Target::thing(row.id));
        w.insert::<report::Entity>(row).await
    }
}

impl RequestReport {
    /// The one table that a file of that format has.
    fn only_table(&self, wanted: &Wanted) -> Result<Option<String>, Stop> {
        let mut checks = Checks::new();
        let tables = wanted.tables();
        let only = match (&self.only_table, self.format) {
            (Some(table), ReportFormat::Csv) if !tables.contains(&table.as_str()) => {
                let message = format!("This report has no such table, but {}.", tables.join(", "));
                checks.refuse("table", Code::NotFound, message);
                None
            }
            (Some(table), ReportFormat::Csv) => Some(table.clone()),
            (Some(_), _) => {
                let message = "Only a CSV file has one table: leave this out, or ask for CSV.";
                checks.refuse("table", Code::OutOfRange, message);
                None
            }
            (None, ReportFormat::Csv) => tables.first().map(|table| (*table).to_owned()),
            (None, _) => None,
        };
        checks.finish()?;
        Ok(only)
    }

    /// Whether there is what it is about.
    async fn check(&self, w: &Writer, wanted: &Wanted) -> Result<(), Stop> {
        match wanted {
            Wanted::Inventory { by, filter, as_of } => {
                CountInventory::for_report(&self.catalog, by, filter, *as_of).check(w.now(), "inventory.")
            }
            Wanted::Customer(_) => is_there(w, wanted.customer(), "customerId").await,
            Wanted::Findings(filter) => is_there(w, filter.customer, "findings.customerId").await,
            Wanted::Audit(filter) => is_there(w, filter.customer, "audit.customerId").await,
            Wanted::Incident(id) => match w.one(incident::Entity::find_by_id(*id)).await? {
                Some(_) => Ok(()),
                None => Err(not_found("incidentId", "incident")),
            },
            Wanted::Ropa => Ok(()),
        }
    }
}

async fn is_there(w: &Writer, customer: Option<CustomerId>, path: &str) -> Result<(), Stop> {
    let Some(id) = customer else { return Ok(()) };
    match w.one(customer::Entity::find_by_id(id)).await? {
        Some(_) => Ok(()),
        None => Err(not_found(path, "customer")),
    }
}

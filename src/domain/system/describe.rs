//! Asks a database what is where in it, and proposes how to map it.

use super::{
    connector::code,
    propose::{FORMS, Proposal, propose, subject_key},
};
use crate::{
    access::{Access, Code, Command, Refusal, Stop, Writer},
    connector::{
        Connectors, Failure,
        sql::{Described, DescribedColumn, MOST_TABLES},
    },
    domain::{
        catalog::{Catalog, live},
        checks::{Checks, LINE},
        period::today,
    },
    identifier::{Email, NationalId, Phone},
    policy::{Action, Target},
};
use entity::{
    connector::{Connector, SecretReference, SqlConnector},
    enums::SubjectKeyKind,
    ids::SystemId,
    system,
};
use sea_orm::EntityTrait;
use std::sync::Arc;

/// Which database.
#[derive(Clone, Debug)]
pub struct DescribeSystem {
    pub system: SystemId,
    /// Where it is, before there is a mapping; as the system's connector says unless told.
    pub connection: Option<(String, Option<SecretReference>)>,
    /// Only these tables.
    pub tables: Option<Vec<String>>,
    pub connectors: Arc<Connectors>,
}

/// A table, with what its columns seem to hold.
#[derive(Clone, Debug)]
pub struct ProposedTable {
    pub name: String,
    pub primary_key: Vec<String>,
    pub refers_to: Vec<String>,
    pub columns: Vec<ProposedColumn>,
    pub more_columns: bool,
}

/// A column, and what it seems to hold.
#[derive(Clone, Debug)]
pub struct ProposedColumn {
    pub column: DescribedColumn,
    pub proposal: Option<Proposal>,
    /// As what it could say whose a row is.
    pub subject_key: Option<SubjectKeyKind>,
}

/// What a database said of itself.
#[derive(Clone, Debug)]
pub struct ProposedMapping {
    pub system: system::Model,
    pub tables: Vec<ProposedTable>,
    pub more_tables: bool,
    /// Why it said nothing.
    pub failure: Option<Failure>,
}

/// Describes a system's database. That it is asked is on record before it is, and nothing is locked meanwhile.
///
/// # Errors
/// `NOT_FOUND`, `RETIRED`, `CONNECTOR_UNSUITABLE`, and what is wrong with the address.
pub async fn describe_system(
    access: &Access,
    catalog: &Catalog,
    asked: DescribeSystem,
) -> Result<ProposedMapping, Stop> {
    let (connectors, only) = (asked.connectors.clone(), asked.tables.clone());
    let (system, settings) = access.write(asked).await?;
    let country = catalog.controller.as_ref().map_or("SE", |company| company.country.as_str());
    let today = today(access.now(), &catalog.zone());
    let judge = |value: &str| {
        [
            Email::parse(value).is_ok(),
            NationalId::parse(value, today).is_ok(),
            Phone::parse(value, country).is_ok(),
        ]
    };
    let (described, failure) = match connectors.describe(&settings, only.as_deref(), &judge).await {
        Ok(described) => (described, None),
        Err(failure) => (Described { tables: Vec::new(), more: false }, Some(failure)),
    };
    let is_known =
        |key: &_| catalog.categories.get(key).is_some_and(|category| category.retired_at.is_none());
    let tables = described.tables.into_iter().map(|table| {
        let columns = table.columns.into_iter().map(|column| {
            let is_key = table.primary_key == [column.name.clone()];
            let (proposal, subject_key) = (propose(&column, is_known), subject_key(&column, is_key));
            ProposedColumn { column, proposal, subject_key }
        });
        ProposedTable {
            columns: columns.collect(),
            name: table.name,
            primary_key: table.primary_key.clone(),
            refers_to: table.refers_to,
            more_columns: table.more_columns,
        }
    });
    Ok(ProposedMapping { system, tables: tables.collect(), more_tables: described.more, failure })
}

impl Command for DescribeSystem {
    const ACTION: Action = Action::DescribeSystem;
    type Output = (system::Model, SqlConnector);

    fn target(&self) -> Target {
        Target::thing(self.system)
    }

    async fn run(self, w: &mut Writer) -> Result<Self::Output, Stop> {
        let row = w.one(system::Entity::find_by_id(self.system)).await?;
        let row = live(row, |row| row.retired_at.is_some(), "systemId", "system")?;
        let mut checks = Checks::new();
        if let Some(tables) = &self.tables {
            checks.at_most("tables", tables, MOST_TABLES);
            for (at, table) in tables.iter().enumerate() {
                checks.line(&format!("tables.{at}"), table, LINE);
            }
        }
        let settings = match (self.connection, &row.connector) {
            (Some((url, credentials)), _) => {
                let settings = SqlConnector { url, credentials, tables: Vec::new(), max_attempts: 1 };
                for unfit in self.connectors.check_settings(&Connector::Sql(settings.clone())) {
                    let path = unfit.path.iter().skip(1).map(String::as_str);
                    let path = ["connection"].into_iter().chain(path).collect::<Vec<_>>().join(".");
                    checks.refuse(&path, code(unfit.what), unfit.message);
                }
                settings
            }
            (None, Some(Connector::Sql(settings))) => settings.clone(),
            (None, _) => {
                let message = "This system has no SQL connector: say where its database is.";
                return Err(Refusal::new(Code::ConnectorUnsuitable, message).at("systemId").into());
            }
        };
        checks.finish()?;
        Ok((row, settings))
    }
}

/// How many forms values are tried for.
const _: () = assert!(FORMS.len() == crate::connector::sql::FORMS);

//! The company's own two databases: a register of customers, and invoices. Who is in them is what the map says.

use super::file::{File, Values};
use crate::domain::demo::{Held, Known};
use entity::{
    connector::{Connector, Mask, SqlColumn, SqlConnector, SqlJoin, SqlTable},
    enums::{MaskMethod, SubjectKeyKind},
    ids::CategoryKey,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::collections::{BTreeMap, BTreeSet};

/// What means something else in an address than in a path.
const SPECIAL: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'?').add(b'#');

const ATTEMPTS: i32 = 10;

/// The account that the register of IBANs shows as an example for Sweden.
const IBAN: &str = "SE4550000000058398257466";

const CRM: &str = "
    CREATE TABLE customer (
        id TEXT PRIMARY KEY, number TEXT NOT NULL, name TEXT, email TEXT, phone TEXT, organization TEXT
    );
    CREATE TABLE backup_plan (customer_id TEXT PRIMARY KEY REFERENCES customer (id), schedule TEXT);
";

const INVOICING: &str = "
    CREATE TABLE customer (id TEXT PRIMARY KEY, name TEXT, address TEXT, national_id TEXT, email TEXT, iban TEXT);
    CREATE TABLE invoice (
        number INTEGER PRIMARY KEY, customer_id TEXT NOT NULL REFERENCES customer (id), item TEXT, paid_with TEXT
    );
";

/// Makes the register of customers.
pub(super) async fn make_crm(file: &File, held: &[Held], people: &[Known]) -> Result<(), sqlx::Error> {
    let mut rows = Vec::new();
    for (id, known, has) in records(held, people) {
        let name = known.name.rsplit(' ').next().unwrap_or_default();
        let values = [
            Some(id.to_owned()),
            Some(known.reference.clone()),
            has("user.name").then(|| known.name.clone()),
            has("user.contact.email").then(|| known.email.clone()),
            has("user.contact.phone_number").then(|| known.phone.clone()),
            has("user.contact.organization").then(|| format!("Firma {name}")),
        ];
        rows.push(("INSERT INTO customer VALUES ($1, $2, $3, $4, $5, $6)", Values::from(values)));
        if has("user.account.settings") {
            let values = vec![Some(id.to_owned()), Some("varje natt 02.00".to_owned())];
            rows.push(("INSERT INTO backup_plan VALUES ($1, $2)", values));
        }
    }
    file.make(CRM, rows).await
}

/// Makes the database of invoices.
pub(super) async fn make_invoicing(file: &File, held: &[Held], people: &[Known]) -> Result<(), sqlx::Error> {
    let mut rows = Vec::new();
    for (id, known, has) in records(held, people) {
        let values = [
            Some(id.to_owned()),
            has("user.name").then(|| known.name.clone()),
            has("user.contact.address").then(|| known.address.clone()),
            has("user.government_id.national_identification_number").then(|| known.national_id.clone()),
            has("user.contact.email").then(|| known.email.clone()),
            has("user.financial.bank_account").then(|| IBAN.to_owned()),
        ];
        rows.push(("INSERT INTO customer VALUES ($1, $2, $3, $4, $5, $6)", Values::from(values)));
        let values = vec![
            Some(id.to_owned()),
            has("user.behavior.purchase_history").then(|| "Tjänster, ett kvartal".to_owned()),
            has("user.payment").then(|| "bankgiro".to_owned()),
        ];
        rows.push(("INSERT INTO invoice (customer_id, item, paid_with) VALUES ($1, $2, $3)", values));
    }
    file.make(INVOICING, rows).await
}

/// Each record's key, whose it is, and whether something is in it.
fn records<'a>(
    held: &'a [Held],
    people: &'a [Known],
) -> impl Iterator<Item = (&'a str, &'a Known, impl Fn(&str) -> bool + 'a)> {
    let mut of = BTreeMap::<_, BTreeSet<&str>>::new();
    for line in held {
        let record = (line.external_reference.as_str(), line.reference.as_str());
        of.entry(record).or_default().insert(line.category.as_str());
    }
    of.into_iter().filter_map(|((id, reference), categories)| {
        let known = people.iter().find(|known| known.reference == reference)?;
        Some((id, known, move |category: &str| categories.contains(category)))
    })
}

/// How the register of customers is reached.
pub(super) fn crm(file: &File) -> Connector {
    let customer = [
        ("name", "user.name"),
        ("email", "user.contact.email"),
        ("phone", "user.contact.phone_number"),
        ("organization", "user.contact.organization"),
    ];
    // Children first.
    let plan = table("backup_plan", "customer_id", &[("schedule", "user.account.settings")]);
    connector(file, vec![plan, table("customer", "id", &customer)])
}

/// How the database of invoices is reached.
pub(super) fn invoicing(file: &File) -> Connector {
    let customer = [
        ("name", "user.name"),
        ("address", "user.contact.address"),
        ("national_id", "user.government_id.national_identification_number"),
        ("email", "user.contact.email"),
        ("iban", "user.financial.bank_account"),
    ];
    let invoice = [("item", "user.behavior.purchase_history"), ("paid_with", "user.payment")];
    let to_customer = SqlJoin {
        from_column: "customer_id".to_owned(),
        to_table: "customer".to_owned(),
        to_column: "id".to_owned(),
    };
    let invoice = SqlTable { joins: vec![to_customer], ..table("invoice", "id", &invoice) };
    connector(file, vec![invoice, table("customer", "id", &customer)])
}

fn connector(file: &File, tables: Vec<SqlTable>) -> Connector {
    let path = file.0.to_string_lossy();
    let url = format!("sqlite://{}", utf8_percent_encode(&path, SPECIAL));
    Connector::Sql(SqlConnector { url, credentials: None, tables, max_attempts: ATTEMPTS })
}

fn table(name: &str, subject_column: &str, columns: &[(&str, &str)]) -> SqlTable {
    let mask = |method| Mask { method, parameter: None };
    let column = |(column, category): &(&str, &str)| SqlColumn {
        column: (*column).to_owned(),
        category: CategoryKey::from(*category),
        erase: mask(MaskMethod::Delete),
        anonymize: mask(MaskMethod::Null),
    };
    SqlTable {
        table: name.to_owned(),
        primary_key: Vec::new(),
        subject_column: subject_column.to_owned(),
        subject_key: SubjectKeyKind::ExternalReference,
        joins: Vec::new(),
        columns: columns.iter().map(column).collect(),
    }
}

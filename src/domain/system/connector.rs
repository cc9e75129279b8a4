//! How a place is reached: what a connector may say.

use crate::{
    access::{Code, Stop, Writer},
    connector::{Connectors, Fault, LONGEST, actions, sql::kept},
    domain::{
        checks::{BLOCK, Checks, LINE},
        period::Period,
    },
};
use chrono::{TimeDelta, Utc};
use entity::{
    connector::{Connector, EmailConnector, HttpConnector, ManualConnector, Mask, SqlConnector, SqlTable},
    data_category,
    enums::MaskMethod,
    ids::CategoryKey,
};
use jiff::{SignedDuration, tz::TimeZone};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::BTreeSet;

/// The longest address.
const ADDRESS: usize = 2_000;

const MOST_TABLES: usize = 100;
const MOST_COLUMNS: usize = 200;

/// From a table to the one that says whose its rows are, in so many steps at most; a key has no more columns either.
pub const MOST_STEPS: usize = 10;

const MOST_ATTEMPTS: i32 = 100;

/// Checks what is said of a connector, as far as that is possible without reaching anybody. `has_contact`: whether the third
/// party who runs the system has a privacy contact on record.
pub(super) async fn check(
    connector: &Connector,
    (connectors, has_contact): (&Connectors, bool),
    w: &Writer,
    checks: &mut Checks,
) -> Result<(), Stop> {
    match connector {
        Connector::Sql(sql) => {
            sql_is_sound(sql, checks);
            categories_are_known(sql, w, checks).await?;
        }
        Connector::Http(http) => http_is_sound(http, connector, w, checks),
        Connector::Manual(ManualConnector { instructions, assignee }) => {
            checks.block("connector.manual.instructions", instructions, BLOCK);
            if let Some(assignee) = assignee {
                checks.line("connector.manual.assignee", assignee, LINE);
            }
        }
        Connector::Email(email) => email_is_sound(email, has_contact, w, checks),
    }
    for unfit in connectors.check_settings(connector) {
        checks.refuse(&format!("connector.{}", unfit.path.join(".")), code(unfit.what), unfit.message);
    }
    Ok(())
}

/// What is said of what is wrong with settings.
pub(super) const fn code(fault: Fault) -> Code {
    match fault {
        Fault::Malformed => Code::InvalidFormat,
        Fault::AddressNotAllowed => Code::AddressNotAllowed,
        Fault::SecretInInput => Code::SecretInInput,
        Fault::SecretNotFound => Code::SecretNotFound,
        Fault::Pseudonym => Code::OutOfRange,
    }
}

fn attempts(path: &str, max: i32, checks: &mut Checks) {
    if !(1..=MOST_ATTEMPTS).contains(&max) {
        checks.refuse(path, Code::OutOfRange, format!("Give a number from 1 to {MOST_ATTEMPTS}."));
    }
}

fn sql_is_sound(sql: &SqlConnector, checks: &mut Checks) {
    checks.line("connector.sql.url", &sql.url, ADDRESS);
    attempts("connector.sql.maxAttempts", sql.max_attempts, checks);
    checks.at_most("connector.sql.tables", &sql.tables, MOST_TABLES);
    if sql.tables.is_empty() {
        checks.refuse("connector.sql.tables", Code::Required, "Say which tables hold personal data.");
    }
    for (at, table) in sql.tables.iter().enumerate() {
        table_is_sound(&format!("connector.sql.tables.{at}"), table, checks);
    }
}

fn table_is_sound(path: &str, table: &SqlTable, checks: &mut Checks) {
    checks.line(&format!("{path}.table"), &table.table, LINE);
    checks.line(&format!("{path}.subjectColumn"), &table.subject_column, LINE);
    checks.at_most(&format!("{path}.primaryKey"), &table.primary_key, MOST_STEPS);
    for (at, column) in table.primary_key.iter().enumerate() {
        checks.line(&format!("{path}.primaryKey.{at}"), column, LINE);
    }
    checks.at_most(&format!("{path}.joins"), &table.joins, MOST_STEPS);
    for (at, join) in table.joins.iter().enumerate() {
        checks.line(&format!("{path}.joins.{at}.fromColumn"), &join.from_column, LINE);
        checks.line(&format!("{path}.joins.{at}.toTable"), &join.to_table, LINE);
        checks.line(&format!("{path}.joins.{at}.toColumn"), &join.to_column, LINE);
    }
    checks.at_most(&format!("{path}.columns"), &table.columns, MOST_COLUMNS);
    if table.columns.is_empty() {
        checks.refuse(&format!("{path}.columns"), Code::Required, "Say which columns hold personal data.");
    }
    let mut seen = BTreeSet::new();
    for (at, column) in table.columns.iter().enumerate() {
        let path = format!("{path}.columns.{at}");
        checks.line(&format!("{path}.column"), &column.column, LINE);
        if !seen.insert(&column.column) {
            let message = "This column is named twice: a value is of one category, and goes one way.";
            checks.refuse(&format!("{path}.column"), Code::AlreadyExists, message);
        }
        mask_is_sound(&format!("{path}.erase"), &column.erase, checks);
        mask_is_sound(&format!("{path}.anonymize"), &column.anonymize, checks);
    }
}

fn mask_is_sound(path: &str, mask: &Mask, checks: &mut Checks) {
    let at = format!("{path}.parameter");
    if let Some(parameter) = &mask.parameter
        && parameter.chars().count() > LINE
    {
        checks.refuse(&at, Code::TooLong, format!("Give at most {LINE} characters."));
    }
    let parameter = mask.parameter.as_deref();
    let refused = match mask.method {
        MaskMethod::Hash => {
            let message =
                "A hash is a pseudonym, and a pseudonym is still personal data: choose another method.";
            return checks.refuse(&format!("{path}.method"), Code::OutOfRange, message);
        }
        MaskMethod::Constant => parameter.is_none().then_some("Say what comes in its place."),
        MaskMethod::TruncateDate => {
            (!matches!(parameter, Some("YEAR" | "MONTH"))).then_some("Give YEAR or MONTH.")
        }
        MaskMethod::Generalize => {
            let message = "Give 1 to 3, the first characters that a text keeps, or 10 or more, what a number is rounded down to.";
            kept(parameter).is_none().then_some(message)
        }
        MaskMethod::Delete | MaskMethod::Null | MaskMethod::Random | MaskMethod::EmailDomainOnly => None,
    };
    if let Some(message) = refused {
        let code = if parameter.is_none() { Code::Required } else { Code::OutOfRange };
        checks.refuse(&at, code, message);
    }
}

async fn categories_are_known(sql: &SqlConnector, w: &Writer, checks: &mut Checks) -> Result<(), Stop> {
    let columns = || {
        sql.tables.iter().enumerate().flat_map(|(table, mapping)| {
            let columns = mapping.columns.iter().enumerate();
            columns.map(move |(at, column)| (format!("connector.sql.tables.{table}.columns.{at}"), column))
        })
    };
    let named = columns().map(|(_, column)| column.category.clone()).collect::<BTreeSet<CategoryKey>>();
    let known = data_category::Entity::find()
        .filter(data_category::Column::Key.is_in(named))
        .filter(data_category::Column::RetiredAt.is_null());
    let known = w.all(known).await?.into_iter().map(|row| row.key).collect::<BTreeSet<_>>();
    for (path, _) in columns().filter(|(_, column)| !known.contains(&column.category)) {
        let message = "There is no such category in use: name one by its key.";
        checks.refuse(&format!("{path}.category"), Code::NotFound, message);
    }
    Ok(())
}

fn http_is_sound(http: &HttpConnector, connector: &Connector, w: &Writer, checks: &mut Checks) {
    checks.line("connector.http.url", &http.url, ADDRESS);
    attempts("connector.http.maxAttempts", http.max_attempts, checks);
    let able = actions(connector);
    for (at, _) in http.actions.iter().enumerate().filter(|(_, action)| !able.contains(action)) {
        let message =
            "A privacy API of the form of OpenDSR can be asked to ERASE, ANONYMIZE, EXPORT and RECTIFY.";
        checks.refuse(&format!("connector.http.actions.{at}"), Code::OutOfRange, message);
    }
    let distinct = http.actions.iter().collect::<BTreeSet<_>>();
    if distinct.len() < http.actions.len() {
        checks.refuse("connector.http.actions", Code::AlreadyExists, "Name each action once.");
    }
    if http.actions.is_empty() {
        checks.refuse("connector.http.actions", Code::Required, "Say what their API can do.");
    }
    let timeout = http.timeout.parse::<SignedDuration>().ok().map(|timeout| timeout.as_secs());
    let longest = i64::try_from(LONGEST.as_secs()).unwrap_or(i64::MAX);
    if !timeout.is_some_and(|seconds| (1..=longest).contains(&seconds)) {
        let message = format!("Give a time-out from PT1S to PT{longest}S.");
        checks.refuse("connector.http.timeout", Code::OutOfRange, message);
    }
    within_a_year("connector.http.answerWithin", &http.answer_within, w.now(), checks);
}

fn email_is_sound(email: &EmailConnector, has_contact: bool, w: &Writer, checks: &mut Checks) {
    match &email.to {
        Some(to) => {
            let to = checks.line("connector.email.to", to, LINE);
            if !to.is_empty() && !email_address::EmailAddress::is_valid(&to) {
                checks.refuse("connector.email.to", Code::InvalidFormat, "Give an e-mail address.");
            }
        }
        None if !has_contact => {
            let message =
                "The third party has no privacy contact on record: give an address, or name the contact.";
            checks.refuse("connector.email.to", Code::Required, message);
        }
        None => {}
    }
    within_a_year("connector.email.remindEvery", &email.remind_every, w.now(), checks);
    within_a_year("connector.email.answerWithin", &email.answer_within, w.now(), checks);
}

/// Days at least, and a year at most: what comes back later no longer is an answer.
fn within_a_year(path: &str, period: &str, now: chrono::DateTime<Utc>, checks: &mut Checks) {
    let end = Period::parse(period).ok().and_then(|period| period.after(now, &TimeZone::UTC));
    let fits = end.is_some_and(|end| (TimeDelta::hours(1)..=TimeDelta::days(367)).contains(&(end - now)));
    if !fits {
        checks.refuse(path, Code::OutOfRange, "Give a length of time from PT1H to P1Y.");
    }
}

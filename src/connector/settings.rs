//! What can be said of a connector without reaching its system: what it can do, and whether the operator lets it be reached.

use super::{
    http::{Keys, OutOfBounds, request_type},
    reach::{Connectors, NOT_A_HOST},
    secrets::NoSecret,
    sql,
};
use entity::{
    connector::{Connector, SecretReference, SqlConnector},
    enums::{SubjectKeyKind, TaskAction},
};
use secrecy::SecretString;
use std::collections::BTreeSet;

/// What is wrong with a connector, as far as can be seen from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    pub what: Fault,
    /// The path within the connector's input: `["sql", "url"]`.
    pub path: Vec<String>,
    /// Without secrets.
    pub message: String,
}

/// The kinds of things that can be wrong with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not in the form that it has to have.
    Malformed,
    /// The operator does not let the program go there.
    AddressNotAllowed,
    /// A secret where everybody can read it.
    SecretInInput,
    /// No such secret.
    SecretNotFound,
    /// It would leave a pseudonym, which is personal data still.
    Pseudonym,
}

/// What can be done in a database. Nothing there says of a row that it is kept and not used.
const IN_A_DATABASE: [TaskAction; 4] =
    [TaskAction::Erase, TaskAction::Anonymize, TaskAction::Export, TaskAction::Rectify];

/// What a third party can be written to about.
const BY_LETTER: [TaskAction; 5] =
    [TaskAction::Erase, TaskAction::Anonymize, TaskAction::Export, TaskAction::Rectify, TaskAction::Restrict];

/// What the program can do at a system by itself, by this way.
#[must_use]
pub fn actions(connector: &Connector) -> Vec<TaskAction> {
    match connector {
        Connector::Sql(_) => IN_A_DATABASE.to_vec(),
        Connector::Email(_) => BY_LETTER.to_vec(),
        Connector::Http(http) => {
            http.actions.iter().copied().filter(|action| request_type(*action).is_some()).collect()
        }
        Connector::Manual(_) => Vec::new(),
    }
}

/// Whether it can be told whom a system holds something of, by this way.
#[must_use]
pub fn reconciles(connector: &Connector) -> bool {
    matches!(connector, Connector::Sql(_))
}

/// What a system has to be told of the person, for it to know who is meant.
#[must_use]
pub fn known_by(connector: &Connector) -> BTreeSet<SubjectKeyKind> {
    match connector {
        Connector::Sql(sql) => sql.tables.iter().map(|table| table.subject_key).collect(),
        Connector::Http(http) => BTreeSet::from([http.subject_key]),
        Connector::Email(email) => BTreeSet::from([email.subject_key]),
        Connector::Manual(_) => BTreeSet::new(),
    }
}

/// After so many failures a task needs a person.
#[must_use]
pub fn max_attempts(connector: &Connector) -> i32 {
    match connector {
        Connector::Sql(sql) => sql.max_attempts,
        Connector::Http(http) => http.max_attempts,
        // Such as when the company's own mail server is down.
        Connector::Email(_) => 20,
        Connector::Manual(_) => 1,
    }
}

impl Connectors {
    /// Everything that is wrong with these settings; reaches nobody.
    #[must_use]
    pub fn check_settings(&self, connector: &Connector) -> Vec<Unfit> {
        let mut unfit = Vec::new();
        match connector {
            Connector::Sql(sql) => {
                self.check_sql(sql, &mut unfit);
                for left in sql::pseudonyms(sql) {
                    let (table, column) = (left.table.to_string(), left.column.to_string());
                    let path = ["sql", "tables", &table, "columns", &column, left.mask, "method"];
                    add(&mut unfit, Fault::Pseudonym, &path, left.message);
                }
                if let Some(reference) = &sql.credentials {
                    let credentials = self.check_secret(reference, &["sql", "credentials"], &mut unfit);
                    if credentials.is_some_and(|secret| sql::Credentials::parse(&secret).is_none()) {
                        let message = "The secret does not have the form `user:password`.";
                        add(&mut unfit, Fault::Malformed, &["sql", "credentials"], message);
                    }
                }
            }
            Connector::Http(http) => {
                if let Err(out) = self.egress().check(&http.url) {
                    let what = match out {
                        OutOfBounds::NotAUrl | OutOfBounds::Host => Fault::Malformed,
                        OutOfBounds::UserInfo => Fault::SecretInInput,
                        OutOfBounds::Scheme | OutOfBounds::Address(_) => Fault::AddressNotAllowed,
                    };
                    add(&mut unfit, what, &["http", "url"], format!("Requests may not go there: {out}."));
                } else if !self.may_name(&http.url) {
                    add(&mut unfit, Fault::AddressNotAllowed, &["http", "url"], NOT_A_HOST);
                }
                let secret = self.check_secret(&http.signing_secret, &["http", "signingSecret"], &mut unfit);
                if let Some(Err(unusable)) = secret.map(|secret| Keys::parse(&secret)) {
                    add(&mut unfit, Fault::Malformed, &["http", "signingSecret"], unusable.to_string());
                }
                if let Some(reference) = &http.authorization {
                    self.check_secret(reference, &["http", "authorization"], &mut unfit);
                }
            }
            Connector::Email(_) if !self.has_mailer() => {
                let message = "The operator has named no mail server (`smtp_url`).";
                add(&mut unfit, Fault::AddressNotAllowed, &["email"], message);
            }
            Connector::Email(_) | Connector::Manual(_) => {}
        }
        unfit
    }

    fn check_sql(&self, settings: &SqlConnector, unfit: &mut Vec<Unfit>) {
        let path = ["sql", "url"];
        if let Some((what, message)) = sql::unfit(&settings.url) {
            let what = if what == sql::Misplaced::Secret { Fault::SecretInInput } else { Fault::Malformed };
            return add(unfit, what, &path, message);
        }
        if let Some(message) = self.database_out_of_bounds(&settings.url) {
            add(unfit, Fault::AddressNotAllowed, &path, message);
        }
    }

    fn check_secret(
        &self,
        reference: &SecretReference,
        path: &[&str],
        unfit: &mut Vec<Unfit>,
    ) -> Option<SecretString> {
        let found = self.secrets().get(reference);
        let step = match reference {
            SecretReference::Environment(_) => "environment",
            SecretReference::File(_) => "file",
        };
        let told = |missing: NoSecret| {
            let what = if missing.is_misnamed() { Fault::Malformed } else { Fault::SecretNotFound };
            let path = path.iter().copied().chain([step]).collect::<Vec<_>>();
            add(unfit, what, &path, missing.to_string());
        };
        found.map_err(told).ok()
    }
}

fn add(unfit: &mut Vec<Unfit>, what: Fault, path: &[&str], message: impl Into<String>) {
    let path = path.iter().map(|step| (*step).to_owned()).collect();
    unfit.push(Unfit { what, path, message: message.into() });
}

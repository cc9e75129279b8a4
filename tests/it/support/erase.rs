//! Erasing and anonymizing customers, and what the ledger says of it.

use super::{Answer, Database, TestApp, app};
use kartotek::server::Server;
use serde_json::{Value, json};

macro_rules! payload {
    ($more:literal) => {
        concat!(
            $more,
            " customer { id reference status version profile { name email } }
            tasks { id action state outcome cause system { name } evidence { kind rowsChanged } dataRequest { id } }
            plan { planHash locationCount keptCount executedAt items { nodes { decision keptUntil
                dataLocation { category { key } system { name } } reasons { kind } } } }
            keptByLaw { id state category { key } system { name } justifications { kind until explanation(locale: EN) } }
            userErrors { code message field }"
        )
    };
}

pub const ERASE: &str = concat!(
    "mutation ($input: EraseCustomerInput!) { eraseCustomer(input: $input) { ",
    payload!("dataRequest { id type status note channel identityCheck { method verifiedBy } }"),
    " } }"
);

pub const ANONYMIZE: &str = concat!(
    "mutation ($input: AnonymizeCustomerInput!) { anonymizeCustomer(input: $input) { ",
    payload!(""),
    " } }"
);

fn with(mut input: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} is no object") };
    input.as_object_mut().unwrap().extend(more);
    json!({ "input": input })
}

impl TestApp {
    /// Erases somebody, or says what that would be.
    pub async fn erase(&self, customer: &str, more: Value) -> Answer {
        let input = json!({ "customerId": customer, "reason": "asked for by phone", "channel": "PHONE" });
        self.compliance().ask(ERASE, with(input, more)).await
    }

    /// The same, which must succeed; the payload.
    pub async fn erased(&self, customer: &str) -> Value {
        let answer = self.erase(customer, json!({})).await;
        assert_eq!(answer.user_errors(), []);
        answer.data()["eraseCustomer"].clone()
    }

    pub async fn anonymize(&self, customer: &str, more: Value) -> Answer {
        let input = json!({ "customerId": customer, "reason": "long gone" });
        self.compliance().ask(ANONYMIZE, with(input, more)).await
    }

    /// What is on record of a customer.
    pub async fn standing(&self, customer: &str) -> Value {
        let document = "query ($id: ID!) { customer(id: $id) { reference status profile { name email }
            serviceSubscriptions { nodes { endedAt endReason } } legalHolds { reason liftedAt }
            consents { nodes { active } } } }";
        let caller = self.compliance().for_purpose("RIGHTS_REQUEST");
        caller.ask(document, json!({ "id": customer })).await.data()["customer"].clone()
    }

    /// The lines of the ledger.
    pub fn ledger(&self) -> Vec<Value> {
        ledger(&self.database)
    }

    /// Ends the server, and leaves its database.
    pub async fn stop(self) -> Database {
        self.taken_down().await
    }
}

/// The lines of a database's ledger.
pub fn ledger(database: &Database) -> Vec<Value> {
    let text = std::fs::read_to_string(database.beside(app::LEDGER)).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Of each line, its step and whom it is about by its entry.
pub fn steps(lines: &[Value]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    lines.iter().map(|line| (text(&line["step"]), text(&line["entry"]))).collect()
}

/// Another server on the same database starts, and ends.
pub async fn start_another(app: &TestApp) {
    Server::start(app::parts(&app.database, app.clock.clone())).await.unwrap().close().await;
}

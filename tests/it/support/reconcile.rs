//! Comparing the map with what a system holds.

use super::{Answer, TestApp};
use entity::connector::SqlConnector;
use kartotek::{
    connector::sql::Whose,
    domain::reconciliation::{LeaseReconciliation, Leased, StageFound},
};
use serde_json::{Value, json};

pub const RECONCILE: &str = "mutation ($input: ReconcileSystemInput!) { reconcileSystem(input: $input) {
    reconciliation { id state startedAt finishedAt } userErrors { code message field } } }";

pub const RECONCILIATION: &str = "query ($id: ID!) { node(id: $id) { ... on Reconciliation { state error matched
    system { name reconciledAt } customer { reference } startedAt finishedAt
    differences(first: 200) { totalCount nodes { id kind externalReference category { key } customer { reference }
        dataLocation { id state lastVerifiedAt category { key } } } } } } }";

/// A difference: its kind, whose it is, which category, by which reference.
pub type Difference = (String, Option<String>, String, Option<String>);

impl TestApp {
    /// Asks for a comparison.
    pub async fn reconcile(&self, system: &str, more: Value) -> Answer {
        let mut input = json!({ "systemId": self.system_id(system).await });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.compliance().ask(RECONCILE, json!({ "input": input })).await
    }

    /// Asks for a comparison, and gives its id.
    pub async fn ask_to_compare(&self, system: &str, more: Value) -> String {
        let asked = self.reconcile(system, more).await;
        assert_eq!(asked.user_errors(), [], "{:#}", asked.json);
        let made = &asked.data()["reconcileSystem"]["reconciliation"];
        assert_eq!(made["state"], "RUNNING");
        made["id"].as_str().unwrap().to_owned()
    }

    /// What a comparison has come to.
    pub async fn comparison(&self, id: &str) -> Value {
        let answer = self.compliance().ask(RECONCILIATION, json!({ "id": id })).await;
        assert!(answer.errors().is_empty(), "{:#}", answer.json);
        answer.data()["node"].clone()
    }

    /// A worker takes a comparison in hand, puts aside what it finds, and goes no further.
    pub async fn begin_to_compare(&self) -> (Leased, SqlConnector) {
        let worker = || self.server.door.program("worker", "test");
        let leased = worker().write(LeaseReconciliation).await.unwrap().unwrap();
        let settings = leased.how.clone().unwrap();
        let whose = Whose::After(None);
        let page = self.server.connectors.subjects(leased.system, &settings, 0, whose, 100).await.unwrap();
        let stage = StageFound {
            catalog: self.server.catalogs.current(),
            id: leased.id,
            lease: leased.lease,
            known_by: settings.tables[0].subject_key,
            found: page.subjects,
        };
        worker().write(stage).await.unwrap();
        (leased, settings)
    }

    /// Compares, and says what came of it.
    pub async fn compare(&self, system: &str, more: Value) -> Value {
        let id = self.ask_to_compare(system, more).await;
        assert_eq!(self.worker().reconcile().await.unwrap(), 1);
        self.comparison(&id).await
    }
}

/// The differences of a comparison, in short and sorted: those about customers whose number begins so, and about nobody
/// who is known.
pub fn differences(comparison: &Value, whose: &str) -> Vec<Difference> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let nodes = comparison["differences"]["nodes"].as_array().unwrap().iter();
    let all = nodes.map(|node| {
        let (kind, category) = (text(&node["kind"]).unwrap(), text(&node["category"]["key"]).unwrap());
        (kind, text(&node["customer"]["reference"]), category, text(&node["externalReference"]))
    });
    let ours =
        all.filter(|(_, customer, ..)| customer.as_ref().is_none_or(|number| number.starts_with(whose)));
    let mut ours = ours.collect::<Vec<_>>();
    ours.sort();
    ours
}

/// A difference as one writes it.
pub fn difference(kind: &str, customer: Option<&str>, category: &str, key: Option<&str>) -> Difference {
    (kind.to_owned(), customer.map(str::to_owned), category.to_owned(), key.map(str::to_owned))
}

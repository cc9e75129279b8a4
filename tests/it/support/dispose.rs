//! Ending what customers have, and what follows.

use super::{Answer, TestApp};
use serde_json::{Value, json};

/// What a plan says, and what it comes to.
macro_rules! plan {
    () => {
        "plan { id planHash expiresAt executedAt customerCount locationCount keptCount
            systems { system { name } locationCount keptCount }
            items { totalCount nodes { decision keptUntil
                dataLocation { id category { key } system { name } state }
                reasons { kind explanation(locale: EN) serviceSubscription { id } } } } }"
    };
}

macro_rules! tasks {
    () => {
        "id action state outcome cause via nextAttemptAt dueAt finishedAt system { name } categories { key }
            evidence { kind recordedBy rowsChanged statement reference } dataLocations { totalCount nodes { category { key } state } } customer { reference }"
    };
}

pub const END: &str = concat!(
    "mutation ($input: EndSubscriptionInput!) { endSubscription(input: $input) {
        serviceSubscription { id endedAt endReason } tasks { ",
    tasks!(),
    " } ",
    plan!(),
    " userErrors { code message field } } }"
);

pub const SWITCH: &str = concat!(
    "mutation ($input: SwitchServiceInput!) { switchService(input: $input) {
        ended { id endedAt switchedTo { id } } started { id service { key } } tasks { ",
    tasks!(),
    " } disclosureCheck { allowed blockers { code } } ",
    plan!(),
    " userErrors { code message field } } }"
);

pub const WITHDRAW: &str = concat!(
    "mutation ($input: WithdrawConsentInput!) { withdrawConsent(input: $input) {
        consent { id active } tasks { ",
    tasks!(),
    " } ",
    plan!(),
    " userErrors { code message field } } }"
);

pub const HOLD: &str = "mutation ($input: PlaceLegalHoldInput!) { placeLegalHold(input: $input) {
    legalHold { id reason categories { key } placedBy liftedAt } userErrors { code message field } } }";

pub const LIFT: &str = concat!(
    "mutation ($input: LiftLegalHoldInput!) { liftLegalHold(input: $input) {
        legalHold { id liftedAt liftReason } tasks { ",
    tasks!(),
    " } ",
    plan!(),
    " userErrors { code message field } } }"
);

pub const TASKS: &str =
    concat!("query ($filter: TaskFilter) { tasks(filter: $filter) { totalCount nodes { ", tasks!(), " } } }");

pub const TASK: &str = concat!("query ($id: ID!) { task(id: $id) { ", tasks!(), " } }");

pub const COMPLETE: &str = concat!(
    "mutation ($input: CompleteTaskInput!) { completeTask(input: $input) { task { ",
    tasks!(),
    " } userErrors { code message field } } }"
);

const SET: &str = "mutation ($input: SetDataRequirementsInput!) { setDataRequirements(input: $input) {
    plan { planHash locationCount } userErrors { code message field } } }";

const MAP: &str = "query ($id: ID!) { customer(id: $id) { status dataLocations { nodes {
    id state category { key } system { name } justifications { kind until } } } } }";

/// A line of a map: system, category, state.
pub type Line = (String, String, String);

impl TestApp {
    /// What the customer's map says, sorted.
    pub async fn map(&self, customer: &str) -> Vec<Line> {
        let answer = self.agent().ask(MAP, json!({ "id": customer })).await;
        let mut lines = lines(&answer.data()["customer"]["dataLocations"]["nodes"]);
        lines.sort();
        lines
    }

    /// The states of the lines at one system, by category.
    pub async fn at(&self, customer: &str, system: &str) -> Vec<(String, String)> {
        let here = self.map(customer).await.into_iter().filter(|(name, _, _)| name == system);
        here.map(|(_, category, state)| (category, state)).collect()
    }

    /// Ends a subscription, or plans to.
    pub async fn end(&self, subscription: &str, more: Value) -> Answer {
        let mut input = json!({ "serviceSubscriptionId": subscription, "reason": "moved abroad" });
        merge(&mut input, more);
        self.agent().ask(END, json!({ "input": input })).await
    }

    /// Swaps a subscription for another service, or plans to.
    pub async fn switch(&self, subscription: &str, to: &str, more: Value) -> Answer {
        let to = self.service_id(to).await;
        let mut input =
            json!({ "serviceSubscriptionId": subscription, "toServiceId": to, "channel": "PHONE" });
        merge(&mut input, more);
        self.agent().ask(SWITCH, json!({ "input": input })).await
    }

    /// Forbids disposal of these categories, or of all.
    pub async fn hold(&self, customer: &str, categories: Option<&[&str]>) -> String {
        let input = json!({ "customerId": customer, "categories": categories, "reason": "claim", "reference": "T 1-26" });
        let answer = self.compliance().ask(HOLD, json!({ "input": input })).await;
        assert_eq!(answer.user_errors(), []);
        answer.data()["placeLegalHold"]["legalHold"]["id"].as_str().unwrap().to_owned()
    }

    /// Lifts a hold, or plans to.
    pub async fn lift(&self, hold: &str, more: Value) -> Answer {
        let mut input = json!({ "legalHoldId": hold, "reason": "settled" });
        merge(&mut input, more);
        self.compliance().ask(LIFT, json!({ "input": input })).await
    }

    /// Attests what came of a task.
    pub async fn complete(&self, task: &Value, more: Value) -> Answer {
        let mut input =
            json!({ "taskId": task["id"], "evidence": "looked, and it is gone", "reference": "A-17" });
        merge(&mut input, more);
        self.compliance().ask(COMPLETE, json!({ "input": input })).await
    }

    /// The customer's tasks at one system, newest first.
    pub async fn tasks_at(&self, customer: &str, system: &str) -> Vec<Value> {
        let all = self.tasks(customer).await;
        all.into_iter().filter(|task| task["system"]["name"] == system).collect()
    }

    /// The customer's tasks, newest first.
    pub async fn tasks(&self, customer: &str) -> Vec<Value> {
        let filter = json!({ "customerId": customer });
        let answer = self.agent().ask(TASKS, json!({ "filter": filter })).await;
        answer.data()["tasks"]["nodes"].as_array().unwrap().clone()
    }

    /// The id of a service, and what it needs as `setDataRequirements` takes it.
    pub async fn needs(&self, service: &str) -> (String, Vec<Value>) {
        let document = "query ($key: String) { service(key: $key) { id requirements {
            category { key } purpose { key } system { id } onEnd grace } } }";
        let answer = self.compliance().ask(document, json!({ "key": service })).await;
        let service = &answer.data()["service"];
        let line = |need: &Value| {
            json!({ "category": need["category"]["key"], "purpose": need["purpose"]["key"],
                "systemId": need["system"]["id"], "onEnd": need["onEnd"], "grace": need["grace"] })
        };
        let lines = service["requirements"].as_array().unwrap().iter().map(line).collect();
        (service["id"].as_str().unwrap().to_owned(), lines)
    }

    /// Says what a service needs, or plans to.
    pub async fn set(&self, service: &str, lines: &[Value], more: Value) -> Answer {
        let mut input = json!({ "serviceId": service, "requirements": lines });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.compliance().ask(SET, json!({ "input": input })).await
    }

    /// Somebody whose service ended, and whose grace is over.
    pub async fn gone(&self, reference: &str) -> String {
        let (customer, subscription) = self.hosted(reference).await;
        assert_eq!(self.end(&subscription, json!({})).await.user_errors(), []);
        self.advance(chrono::TimeDelta::days(400));
        self.sweep().await;
        customer
    }

    /// A customer with web hosting, their data in-house and at the host; the subscription's id.
    pub async fn hosted(&self, reference: &str) -> (String, String) {
        let customer = self.register(reference).await;
        let subscription = self.start(&customer, "web-hosting").await;
        self.allow(&customer, "web-hosting").await;
        let host = self.system_id("Fjällripan webbservrar").await;
        let given = self.share(&customer, &host, &["user.name", "user.contact.email"]).await;
        assert_eq!(given.user_errors(), []);
        for (system, category) in [
            ("Kundregister", "user.name"),
            ("Faktureringssystem", "user.payment"),
            ("Ärendesystem", "user.name"),
        ] {
            let line = json!({ "customerId": customer, "category": category, "sourceChannel": "EMAIL",
                "systemId": self.system_id(system).await, "externalReference": format!("{reference}-1") });
            assert_eq!(self.record(line).await.user_errors(), []);
        }
        (customer, subscription)
    }
}

fn lines(nodes: &Value) -> Vec<Line> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let line =
        |node: &Value| (text(&node["system"]["name"]), text(&node["category"]["key"]), text(&node["state"]));
    nodes.as_array().unwrap().iter().map(line).collect()
}

fn merge(input: &mut Value, more: Value) {
    let Value::Object(more) = more else { panic!("{more} is no object") };
    input.as_object_mut().unwrap().extend(more);
}

/// (system, category, decision) of each item of a payload's plan, sorted.
pub fn items(payload: &Value) -> Vec<Line> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let item = |node: &Value| {
        let line = &node["dataLocation"];
        (text(&line["system"]["name"]), text(&line["category"]["key"]), text(&node["decision"]))
    };
    let mut items =
        payload["plan"]["items"]["nodes"].as_array().unwrap().iter().map(item).collect::<Vec<_>>();
    items.sort();
    items
}

/// Lines as one writes them.
pub fn written(lines: &[(&str, &str, &str)]) -> Vec<Line> {
    lines.iter().map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned())).collect()
}

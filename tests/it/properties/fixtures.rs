//! For every root field, a way to ask it that would be answered with data to somebody who may.

mod audit;
mod bulk;
mod disclosure;
mod disposal;
mod import;
mod incident;
mod record;
mod reference_data;
mod report;
mod requests;

use crate::support::{TestApp, build, connect::Crm, import as imports_of, job};
use serde_json::{Value, json};

/// A root field, or something below one that is allowed to others than the root.
pub struct Fixture {
    /// The root field, and after it, in braces, what below it is asked for, if that makes a difference.
    pub name: &'static str,
    pub document: &'static str,
    pub variables: fn(&Ids) -> Value,
}

impl Fixture {
    pub fn root(&self) -> &'static str {
        self.name.split(' ').next().unwrap()
    }

    pub fn changes(&self) -> bool {
        self.document.starts_with("mutation")
    }

    /// What a script's token must name for it.
    pub fn scopes(&self) -> Vec<&'static str> {
        match self.name {
            "system { customers }" => vec!["system", "system.customers"],
            "thirdParty { customers }" => vec!["thirdParty", "thirdParty.customers"],
            "requestReport" => vec!["requestReport", "requestReport.ropa"],
            "incident { affectedCustomers }" => vec!["incident", "incident.affectedCustomers"],
            _ => vec![self.root()],
        }
    }
}

/// What fixtures ask about: one customer of the demo, and reference data around them.
#[derive(Clone)]
pub struct Ids {
    /// K-1001.
    pub customer: String,
    pub subscription: String,
    pub location: String,
    pub event: String,
    pub service: String,
    pub requirement: String,
    pub rule: String,
    pub system: String,
    pub third_party: String,
    pub assessment: String,
    /// A hosting company's system that the service needs.
    pub host: String,
    pub notice: String,
    pub consent: String,
    pub disclosure: String,
    /// Told of the spare service, and asked for nothing yet.
    pub spare_notice: String,
    /// For what nobody needs.
    pub spare_consent: String,
    /// A service that nobody has, with its third party and that one's system: they may be retired.
    pub spare_service: String,
    pub spare_system: String,
    pub spare_third_party: String,
    /// Of a service that ended a while ago, and what came of it.
    pub task: String,
    pub plan: String,
    pub hold: String,
    /// What the customer asks for, of a category that they have nothing of.
    pub request: String,
    pub other_request: String,
    /// A system that the program can list, how it was compared, and on what the two disagree.
    pub listed: String,
    pub comparison: String,
    pub difference: String,
    /// Bulk work that waits, other that waits for a second person, with its plan, and a list.
    pub job: String,
    pub large: (String, String),
    pub selection: String,
    /// A breach, and another that can be closed.
    pub incident: String,
    pub other_incident: String,
    /// The hash of the record of processing activities.
    pub record: String,
    /// A report that is asked for.
    pub report: String,
    /// Files of each kind of rows, and one that is done with.
    pub imports: Vec<String>,
    /// Different each time, for what may be there only once.
    pub fresh: String,
}

const IDS: &str = "{
    customer(reference: \"K-1001\") {
        id serviceSubscriptions { nodes { id } } dataLocations { nodes { id } } accessLog { nodes { id } }
        notices { nodes { id } } consents { nodes { id } } disclosures { nodes { id } }
    }
    service(key: \"web-hosting\") { id requirements { id } }
    retentionRules(first: 1) { nodes { id } }
    spareService: service(key: \"live-chat\") { id }
    spare: thirdParties(filter: { kinds: [\"LIVE_CHAT\"] }) { nodes { id systems { id } } }
    thirdParties(filter: { statuses: [APPROVED] }) { nodes { id assessments { nodes { id } } systems { id } } }
}";

impl Ids {
    pub async fn of(app: &TestApp) -> Self {
        let answer = app.compliance().get(IDS).await;
        let customer = app.customer_id("K-1001").await;
        let spare_notice = app.tell(&customer, "live-chat").await;
        let spare_consent = app.allow(&customer, "ssl-certificate").await.remove(0);
        let (task, plan) = ended(app, &customer).await;
        let reached = json!({ "http": { "url": "http://127.0.0.1:1", "actions": ["ERASE"],
            "signingSecret": { "environment": "KARTOTEK_SECRET_HOST" } } });
        assert_eq!(app.connect("Fjällripan webbservrar", reached).await.user_errors(), []);
        let (comparison, difference) = compared(app).await;
        let hold = app.hold(&customer, Some(&["user.biometric"])).await;
        let request = app.submit(&customer, json!({ "categories": ["user.biometric"] })).await;
        let other_request = app.submit(&customer, json!({ "categories": ["user.financial"] })).await;
        let references = (1001..1013).map(|number| format!("K-{number}")).collect::<Vec<_>>();
        let large = app.second_officer().asked_for("large", json!({ "references": references })).await;
        app.run_jobs().await;
        let large = app.compliance().job(&large["id"]).await;
        let job =
            app.compliance().asked_for("fixture", json!({ "references": ["K-1001"], "dryRun": true })).await;
        let list = json!({ "input": { "references": ["K-1001"] } });
        let list =
            app.compliance().ask(job::UPLOAD, list).await.data()["uploadSelection"]["selection"].clone();
        let imports = imports(app).await;
        let (incident, other_incident) =
            (breach(app, json!(null)).await, breach(app, json!("UNLIKELY")).await);
        let record = app.approve_record().await;
        let report = app.compliance().request_report(json!({ "kind": "ROPA" })).await;
        app.make_reports().await;
        app.seal().await;
        let id =
            |at: &str| answer.data().pointer(at).and_then(Value::as_str).unwrap_or_else(|| panic!("{at}"));
        Self {
            customer,
            host: app.system_id("Fjällripan webbservrar").await,
            notice: id("/customer/notices/nodes/0/id").to_owned(),
            consent: id("/customer/consents/nodes/0/id").to_owned(),
            disclosure: id("/customer/disclosures/nodes/0/id").to_owned(),
            spare_notice,
            spare_consent,
            subscription: id("/customer/serviceSubscriptions/nodes/0/id").to_owned(),
            location: id("/customer/dataLocations/nodes/0/id").to_owned(),
            event: id("/customer/accessLog/nodes/0/id").to_owned(),
            service: id("/service/id").to_owned(),
            requirement: id("/service/requirements/0/id").to_owned(),
            rule: id("/retentionRules/nodes/0/id").to_owned(),
            system: app.system_id("Faktureringssystem").await,
            third_party: id("/thirdParties/nodes/0/id").to_owned(),
            assessment: id("/thirdParties/nodes/0/assessments/nodes/0/id").to_owned(),
            spare_service: id("/spareService/id").to_owned(),
            spare_system: id("/spare/nodes/0/systems/0/id").to_owned(),
            spare_third_party: id("/spare/nodes/0/id").to_owned(),
            task,
            plan,
            hold,
            request,
            other_request,
            listed: app.system_id(LISTED).await,
            comparison,
            difference,
            job: job["id"].as_str().unwrap().to_owned(),
            large: (
                large["id"].as_str().unwrap().to_owned(),
                large["plan"]["planHash"].as_str().unwrap().to_owned(),
            ),
            selection: list["id"].as_str().unwrap().to_owned(),
            incident,
            other_incident,
            record,
            report,
            imports,
            fresh: "fresh-0".to_owned(),
        }
    }

    /// The same with something that has not been used yet.
    pub fn anew(&mut self) -> &Self {
        let number: u32 = self.fresh.rsplit_once('-').unwrap().1.parse().unwrap();
        self.fresh = format!("fresh-{}", number + 1);
        self
    }
}

/// Files that are on their way.
async fn imports(app: &TestApp) -> Vec<String> {
    let mut imports = Vec::new();
    for (at, kind) in
        ["CUSTOMERS", "SUBSCRIPTIONS", "CONSENTS", "DATA_LOCATIONS", "CUSTOMERS"].iter().enumerate()
    {
        let variables = imports_of::begin(kind, &format!("file {at}"));
        let answer = app.compliance().ask(imports_of::BEGIN, variables).await;
        imports.push(answer.data()["beginImport"]["import"]["id"].as_str().unwrap().to_owned());
    }
    imports
}

/// A breach of this risk.
async fn breach(app: &TestApp, risk: Value) -> String {
    let mut breach = app.breach_at("Faktureringssystem").await;
    breach["windowStart"] = json!("2026-03-01T00:00:00Z");
    breach["awareAt"] = json!("2026-03-01T12:00:00Z");
    breach["risk"] = risk;
    app.report(breach).await
}

/// A service that began and ended, and left something to be disposed of: its task and its plan.
async fn ended(app: &TestApp, customer: &str) -> (String, String) {
    let subscription = app.start(customer, "consulting").await;
    let line = json!({ "customerId": customer, "category": "user.job_title", "sourceChannel": "EMAIL",
        "systemId": app.system_id("Projektdatabas").await });
    assert_eq!(app.record(line).await.user_errors(), []);
    let ended = app.end(&subscription, json!({})).await;
    let ended = &ended.data()["endSubscription"];
    // It was tried already, so that another try is one.
    app.database.run("UPDATE task SET attempts = 1").await;
    let id =
        |at: &str| ended.pointer(at).and_then(Value::as_str).unwrap_or_else(|| panic!("{at}")).to_owned();
    (id("/tasks/0/id"), id("/plan/id"))
}

const LISTED: &str = "Projektdatabas";

/// A system was found to hold somebody whom nobody knows.
async fn compared(app: &TestApp) -> (String, String) {
    let crm = Crm::with(&[("K-0", "Nobody", "nobody@example.com")]).await;
    assert_eq!(app.connect(LISTED, crm.connector()).await.user_errors(), []);
    let comparison = app.ask_to_compare(LISTED, json!({})).await;
    app.worker().reconcile().await.unwrap();
    let differences = app.comparison(&comparison).await["differences"]["nodes"].clone();
    let mut ids = differences.as_array().unwrap().iter().filter(|one| one["kind"] == "MISSING_ON_MAP");
    let difference = ids.next().unwrap()["id"].as_str().unwrap().to_owned();
    (comparison, difference)
}

const NODE: &str = "query ($id: ID!) { node(id: $id) { id __typename ... on Customer { reference } } }";

fn nothing(_: &Ids) -> Value {
    json!({})
}

/// All of them, in an order in which each can be done once.
pub fn fixtures() -> impl Iterator<Item = &'static Fixture> {
    FIXTURES
        .iter()
        .chain(record::FIXTURES)
        .chain(audit::FIXTURES)
        .chain(bulk::FIXTURES)
        .chain(import::FIXTURES)
        .chain(disclosure::FIXTURES)
        .chain(disposal::FIXTURES)
        .chain(incident::FIXTURES)
        .chain(report::FIXTURES)
        .chain(requests::FIXTURES)
        .chain(reference_data::FIXTURES)
}

const FIXTURES: &[Fixture] = &[
    Fixture {
        name: "viewer",
        document: "{ viewer { actor displayName roles scopes purpose allowedOperations customer { reference } } }",
        variables: nothing,
    },
    Fixture { name: "node { Customer }", document: NODE, variables: |ids| json!({ "id": ids.customer }) },
    Fixture { name: "node { ServiceSubscription }", document: NODE, variables: |ids| json!({ "id": ids.subscription }) },
    Fixture { name: "node { DataLocation }", document: NODE, variables: |ids| json!({ "id": ids.location }) },
    Fixture { name: "node { AuditEvent }", document: NODE, variables: |ids| json!({ "id": ids.event }) },
    Fixture { name: "node { System }", document: NODE, variables: |ids| json!({ "id": ids.system }) },
    Fixture { name: "node { ThirdParty }", document: NODE, variables: |ids| json!({ "id": ids.third_party }) },
    Fixture { name: "node { Assessment }", document: NODE, variables: |ids| json!({ "id": ids.assessment }) },
    Fixture { name: "node { Service }", document: NODE, variables: |ids| json!({ "id": ids.service }) },
    Fixture { name: "node { DataRequirement }", document: NODE, variables: |ids| json!({ "id": ids.requirement }) },
    Fixture { name: "node { RetentionRule }", document: NODE, variables: |ids| json!({ "id": ids.rule }) },
    Fixture { name: "node { Reconciliation }", document: NODE, variables: |ids| json!({ "id": ids.comparison }) },
    Fixture {
        name: "node { ReconciliationDifference }",
        document: NODE,
        variables: |ids| json!({ "id": ids.difference }),
    },
    Fixture { name: "node { Incident }", document: NODE, variables: |ids| json!({ "id": ids.incident }) },
    Fixture { name: "node { Report }", document: NODE, variables: |ids| json!({ "id": ids.report }) },
    Fixture { name: "controller", document: "{ controller { name country } }", variables: nothing },
    Fixture {
        name: "customer",
        document: "query ($id: ID) { customer(id: $id) {
            reference status profile { name email phone address nationalId }
            serviceSubscriptions { nodes { service { key } } }
            dataLocations { nodes { category { key } system { name } justifications { kind explanation } } } } }",
        variables: |ids| json!({ "id": ids.customer }),
    },
    Fixture {
        name: "customer { reference: }",
        document: "query ($reference: String) { customer(reference: $reference) { reference createdAt } }",
        variables: |_| json!({ "reference": "K-1001" }),
    },
    Fixture {
        name: "customer { accessLog }",
        document: "query ($id: ID) { customer(id: $id) { reference accessLog { nodes { operation actor } } } }",
        variables: |ids| json!({ "id": ids.customer }),
    },
    Fixture {
        name: "findCustomer",
        document: "query ($email: String) { findCustomer(email: $email) { reference } }",
        variables: |_| json!({ "email": "anna.almgren@kund.example" }),
    },
    Fixture {
        name: "customers",
        document: "{ customers(first: 3) { totalCount nodes { reference profile { name }
            dataLocations(first: 2) { nodes { category { key } } } } } }",
        variables: nothing,
    },
    Fixture {
        name: "system",
        document: "query ($id: ID!) { system(id: $id) { name country } }",
        variables: |ids| json!({ "id": ids.system }),
    },
    Fixture {
        name: "system { customers }",
        document: "query ($id: ID!) { system(id: $id) { customers(first: 3) { nodes { reference } } } }",
        variables: |ids| json!({ "id": ids.system }),
    },
    Fixture {
        name: "system { reconciliations }",
        document: "query ($id: ID!) { system(id: $id) { reconciledAt reconciliations { nodes { state differences {
            nodes { kind category { key } } } } } } }",
        variables: |ids| json!({ "id": ids.listed }),
    },
    Fixture { name: "systems", document: "{ systems { nodes { name } } }", variables: nothing },
    Fixture {
        name: "thirdParty",
        document: "query ($id: ID!) { thirdParty(id: $id) { name systems { name } } }",
        variables: |ids| json!({ "id": ids.third_party }),
    },
    Fixture {
        name: "thirdParty { customers }",
        document: "query ($id: ID!) { thirdParty(id: $id) { customers(first: 3) { nodes { reference } } } }",
        variables: |ids| json!({ "id": ids.third_party }),
    },
    Fixture { name: "thirdParties", document: "{ thirdParties { nodes { name status } } }", variables: nothing },
    Fixture {
        name: "service",
        document: "{ service(key: \"web-hosting\") { name requirements { category { key } } } }",
        variables: nothing,
    },
    Fixture { name: "services", document: "{ services { nodes { key } } }", variables: nothing },
    Fixture { name: "dataCategories", document: "{ dataCategories { nodes { key } } }", variables: nothing },
    Fixture { name: "purposes", document: "{ purposes { nodes { key } } }", variables: nothing },
    Fixture { name: "retentionRules", document: "{ retentionRules { nodes { statute } } }", variables: nothing },
    Fixture {
        name: "auditEvents",
        document: "{ auditEvents(first: 3) { nodes { operation outcome } } }",
        variables: nothing,
    },
    Fixture {
        name: "registerCustomer",
        document: build::REGISTER,
        variables: |ids| json!({ "input": build::person(&ids.fresh) }),
    },
    Fixture {
        name: "rectifyCustomer",
        document: build::RECTIFY,
        variables: |ids| {
            let profile = json!({ "name": format!("Anna {}", ids.fresh) });
            json!({ "input": { "customerId": ids.customer, "profile": profile, "channel": "PHONE" } })
        },
    },
    Fixture {
        name: "startSubscription",
        document: build::START,
        variables: |ids| {
            json!({ "input": { "customerId": ids.customer, "serviceId": ids.service, "channel": "CHAT" } })
        },
    },
    Fixture {
        name: "recordDataLocations",
        document: build::RECORD,
        variables: |ids| {
            json!({ "input": { "locations": [{
                "customerId": ids.customer, "category": "user.payment", "systemId": ids.system,
                "externalReference": ids.fresh, "sourceChannel": "ORDER_FORM",
            }] } })
        },
    },
];

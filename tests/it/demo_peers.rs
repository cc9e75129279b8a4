//! The systems that the demo's program reaches: who may ask them, what they do, and that what somebody changed stays.

use crate::support::{Database, TestApp, app::parts, ask::codes, clock::FakeClock, clock::start};
use kartotek::{
    access::SystemClock,
    connector::{
        Allowed, Connectors,
        http::{ID, Keys, SIGNATURE, TIMESTAMP},
    },
    demo_peers::Peers,
    domain::demo,
    server::{Parts, Server},
};
use serde_json::{Value, json};
use std::path::Path;

const VAULT: &str = "Old Mill valv";

/// Whom the third party holds.
const HELD: [(&str, &str); 3] =
    [("1004-backup", "david.dahl"), ("1015-backup", "olga.olofsson"), ("1022-backup", "wille.wiberg")];

async fn connected(database: &Database, peers: &Peers) -> Server {
    let connectors = Connectors::new(peers.allow(Allowed::default())).unwrap();
    let parts = Parts { connectors, ..parts(database, FakeClock::at(start())) };
    let server = Server::start(parts).await.unwrap();
    demo::load(&server.door, &server.catalogs).await.unwrap();
    peers.settle(&server.door, &server.catalogs).await.unwrap();
    server
}

/// Each connected system's name, version and address.
async fn addresses(database: &Database) -> Vec<String> {
    let connected = "SELECT name || ' ' || version || ' ' || CAST(connector AS text) FROM system \
                     WHERE connector IS NOT NULL ORDER BY name";
    database.texts(connected).await
}

fn as_loaded((reference, username): (&str, &str)) -> Value {
    json!({ "reference": reference, "username": username, "email": format!("{username}@kund.example") })
}

/// What the third party shows of itself.
async fn shown(peers: &Peers) -> Value {
    let page = reqwest::get(format!("http://{}/", peers.address())).await.unwrap();
    page.json::<Value>().await.unwrap()
}

/// The whole server, and systems that it reaches.
async fn with_peers(folder: &Path) -> (TestApp, Peers) {
    let peers = Peers::start(folder, Box::new(FakeClock::at(start()))).await.unwrap();
    let connectors = Connectors::new(peers.allow(Allowed::default())).unwrap();
    let app = TestApp::reaching(Database::demo().await, connectors).await;
    peers.settle(&app.server.door, &app.server.catalogs).await.unwrap();
    (app, peers)
}

/// Asks the third party as the company does: a request of this id about this record, with this in it. The status, and what
/// came with it.
async fn ask(peers: &Peers, id: &str, reference: &str, wanted: &Value) -> (u16, Value) {
    let body = json!({ "subject_request_id": id, "extensions": { "kartotek": wanted }, "subject_identities":
        [{ "identity_type": "processor_customer_id", "identity_value": reference }] });
    let (body, now) = (body.to_string(), start());
    let secret = std::fs::read_to_string(peers.folder().join("secrets/old-mill-vault")).unwrap();
    let signature = Keys::parse(&secret.into()).unwrap().sign(id, now, body.as_bytes()).unwrap();
    let request = reqwest::Client::new().post(format!("http://{}/dsr", peers.address())).header(ID, id);
    let request = request.header(TIMESTAMP, now.timestamp()).header(SIGNATURE, signature);
    let answer = request.body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn only_what_is_signed_is_done() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::empty().await);
    let peers = Peers::start(folder.path(), Box::new(SystemClock)).await.unwrap();
    let server = connected(&database, &peers).await;
    let client = reqwest::Client::new();
    assert_eq!(shown(&peers).await, json!({ "asked": [], "holds": HELD.map(as_loaded) }));

    let body = json!({ "subject_request_id": "x", "extensions": { "kartotek": { "action": "ERASE",
        "categories": ["user.contact.email", "user.account.username"] } }, "subject_identities":
        [{ "identity_type": "processor_customer_id", "identity_value": "1004-backup" }] });
    for signature in ["v1,AAAA", ""] {
        let request = client.post(format!("http://{}/dsr", peers.address())).header("webhook-id", "x");
        let request = request.header("webhook-timestamp", "1").header("webhook-signature", signature);
        assert_eq!(request.json(&body).send().await.unwrap().status(), 401);
    }
    assert_eq!(shown(&peers).await, json!({ "asked": [], "holds": HELD.map(as_loaded) }));
    server.close().await;
    database.discard().await;
}

#[tokio::test]
async fn what_somebody_changed_stays_and_what_has_moved_is_found() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::empty().await);
    let peers = Peers::start(folder.path(), Box::new(SystemClock)).await.unwrap();
    connected(&database, &peers).await.close().await;
    let first = addresses(&database).await;
    assert_eq!(first.len(), 3, "{first:?}");
    connected(&database, &peers).await.close().await;
    assert_eq!(addresses(&database).await, first);

    // An ADMIN took the register's connector away; and the folder is another one.
    database
        .run("UPDATE system SET connector = NULL, version = version + 1 WHERE name = 'Kundregister'")
        .await;
    let elsewhere = tempfile::tempdir().unwrap();
    let peers = Peers::start(elsewhere.path(), Box::new(SystemClock)).await.unwrap();
    connected(&database, &peers).await.close().await;
    let moved = addresses(&database).await;
    assert_eq!(moved.len(), 2, "{moved:?}");
    let path = elsewhere.path().canonicalize().unwrap();
    assert!(
        moved[0].starts_with("Faktureringssystem 3 ") && moved[0].contains(path.to_str().unwrap()),
        "{moved:?}"
    );
    database.discard().await;
}

/// A demo's connector is as its program would have it, until somebody says otherwise.
#[tokio::test]
async fn an_older_demos_connector_learns_what_its_system_can_do_unless_somebody_changed_it() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::empty().await);
    let peers = Peers::start(folder.path(), Box::new(SystemClock)).await.unwrap();
    connected(&database, &peers).await.close().await;
    let first = addresses(&database).await;
    let can = r#"["ERASE","ANONYMIZE","EXPORT","RECTIFY"]"#;
    let there = |found: &[String], version: i32, can: &str| {
        let start = format!("{VAULT} {version} ");
        let vault = found.iter().find(|one| one.starts_with(&start)).map(|one| one.replace(' ', ""));
        vault.is_some_and(|vault| vault.contains(&format!("\"actions\":{can}")))
    };
    assert!(there(&first, 2, can), "{first:?}");

    let older = r#"["ERASE","ANONYMIZE"]"#;
    let fewer = async |version: i32| {
        let connector = first.iter().find_map(|one| one.strip_prefix(&format!("{VAULT} 2 "))).unwrap();
        let connector =
            connector.replace(r#","EXPORT","RECTIFY""#, "").replace(r#", "EXPORT", "RECTIFY""#, "");
        let of = format!("version = {version}, connector = '{connector}' WHERE name = '{VAULT}'");
        database.run(&format!("UPDATE system SET {of}")).await;
        assert!(there(&addresses(&database).await, version, older));
    };
    fewer(2).await;
    connected(&database, &peers).await.close().await;
    let found = addresses(&database).await;
    assert!(there(&found, 3, can), "{found:?}");
    // Whoever made it the fourth version wanted it so.
    fewer(4).await;
    connected(&database, &peers).await.close().await;
    let found = addresses(&database).await;
    assert!(there(&found, 4, older), "{found:?}");
    database.discard().await;
}

#[tokio::test]
async fn a_correction_arrives_at_the_third_party() {
    const RECTIFY: &str = "mutation ($input: RectifyCustomerInput!) { rectifyCustomer(input: $input) {
        tasks { system { name } action via } userErrors { code message field } } }";
    let folder = tempfile::tempdir().unwrap();
    let (app, peers) = with_peers(folder.path()).await;
    let customer = app.customer_id("K-1015").await;
    let profile = json!({ "email": "olga@kund.example" });
    let input = json!({ "customerId": customer, "profile": profile, "channel": "PHONE" });
    let answer = app.agent().ask(RECTIFY, json!({ "input": input })).await;
    assert_eq!(codes(&answer), []);
    let tasks = answer.data()["rectifyCustomer"]["tasks"].as_array().unwrap().clone();
    let task = json!({ "system": { "name": VAULT }, "action": "RECTIFY", "via": "HTTP" });
    assert!(tasks.contains(&task), "{tasks:?}");

    app.work().await;
    let task = app.task_at(&customer, VAULT).await;
    assert_eq!((&task["outcome"], &task["evidence"]["kind"]), (&json!("DONE"), &json!("CONFIRMED")));
    let mut holds = HELD.map(as_loaded);
    holds[1]["email"] = json!("olga@kund.example");
    let now = shown(&peers).await;
    assert_eq!(now["holds"], json!(holds));
    let asked = now["asked"].as_array().unwrap();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!((&asked[0]["action"], &asked[0]["answer"]), (&json!("RECTIFY"), &json!("completed")));
    app.finish().await;
}

#[tokio::test]
async fn a_copy_has_what_the_third_party_holds() {
    const EXPORT: &str = "query ($id: ID!) { dataRequest(id: $id) { export } }";
    let folder = tempfile::tempdir().unwrap();
    let (app, peers) = with_peers(folder.path()).await;
    let customer = app.customer_id("K-1004").await;
    let email = json!({ "user.contact.email": "david.dahl@kund.example" });
    let both =
        json!({ "user.account.username": "david.dahl", "user.contact.email": "david.dahl@kund.example" });
    let only = json!({ "type": "ACCESS", "categories": ["user.contact.email"] });
    for (wanted, holds) in [(only, email), (json!({ "type": "ACCESS" }), both)] {
        let request = app.submit(&customer, wanted).await;
        assert_eq!(codes(&app.verify(&request, json!({})).await), []);
        app.work().await;
        let agent = app.agent().for_purpose("RIGHTS_REQUEST");
        let gathered = agent.ask(EXPORT, json!({ "id": request })).await;
        let systems = gathered.data()["dataRequest"]["export"]["systems"].as_array().unwrap().clone();
        let vault = systems.iter().find(|system| system["system"] == VAULT).unwrap();
        assert_eq!(vault["state"], "GATHERED");
        assert_eq!(vault["data"], json!([{ "document": [holds] }]));
        assert_eq!(codes(&app.take_back(&request).await), []);
    }
    assert_eq!(shown(&peers).await["holds"], json!(HELD.map(as_loaded)));
    app.finish().await;
}

#[tokio::test]
async fn what_is_not_understood_changes_nothing() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::empty().await);
    let peers = Peers::start(folder.path(), Box::new(FakeClock::at(start()))).await.unwrap();
    let server = connected(&database, &peers).await;
    let categories = json!(["user.contact.email", "user.account.username"]);
    for action in ["RESTRICT", "VERIFY", "DESTROY", "erase", "RECTIFY", ""] {
        // A correction has to say what is right.
        let wanted = json!({ "action": action, "categories": categories });
        assert_eq!(ask(&peers, "x", "1004-backup", &wanted).await.0, 400, "{action}");
    }
    for wanted in [json!({ "categories": categories }), json!({ "action": "ERASE" })] {
        assert_eq!(ask(&peers, "x", "1004-backup", &wanted).await.0, 400, "{wanted}");
    }
    assert_eq!(shown(&peers).await, json!({ "asked": [], "holds": HELD.map(as_loaded) }));
    server.close().await;
    database.discard().await;
}

#[tokio::test]
async fn a_correction_is_done_if_all_of_what_it_is_about_is_there() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::empty().await);
    let peers = Peers::start(folder.path(), Box::new(FakeClock::at(start()))).await.unwrap();
    let server = connected(&database, &peers).await;
    let wanted = |categories: &[&str]| {
        let corrections = categories.iter().map(|category| json!({ "category": category, "value": "new" }));
        json!({ "action": "RECTIFY", "categories": categories, "corrections": corrections.collect::<Vec<_>>() })
    };
    let (email, username, phone) =
        ("user.contact.email", "user.account.username", "user.contact.phone_number");
    for (id, reference, categories) in [("a", "1004-backup", [phone]), ("b", "9999-backup", [email])] {
        let (status, answer) = ask(&peers, id, reference, &wanted(&categories)).await;
        assert_eq!((status, &answer["request_status"]), (200, &json!("no_data")), "{categories:?}");
    }
    // Half of it is not what was asked for: a person looks.
    assert_eq!(ask(&peers, "c", "1004-backup", &wanted(&[email, phone])).await.0, 422);
    // An id is one request's.
    let erase = json!({ "action": "ERASE", "categories": [email] });
    assert_eq!(ask(&peers, "a", "1004-backup", &erase).await.0, 422);
    assert_eq!(shown(&peers).await["holds"], json!(HELD.map(as_loaded)));

    assert_eq!(ask(&peers, "d", "1004-backup", &erase).await.0, 200);
    // What went does not come back.
    let (_, answer) = ask(&peers, "e", "1004-backup", &wanted(&[email])).await;
    assert_eq!(answer["request_status"], "no_data");
    let (_, answer) = ask(&peers, "f", "1004-backup", &wanted(&[username])).await;
    assert_eq!((&answer["request_status"], &answer["results_count"]), (&json!("completed"), &json!(1)));
    let changed = json!({ "reference": "1004-backup", "username": "new", "email": null });
    assert_eq!(shown(&peers).await["holds"][0], changed);
    server.close().await;
    database.discard().await;
}

#[tokio::test]
async fn a_copy_asked_for_again_is_the_same_and_has_nothing_of_who_was_erased_since() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::empty().await);
    let peers = Peers::start(folder.path(), Box::new(FakeClock::at(start()))).await.unwrap();
    let server = connected(&database, &peers).await;
    let wanted = |action: &str| json!({ "action": action, "categories": ["user.contact.email", "user.account.username"] });
    let first = ask(&peers, "x", "1004-backup", &wanted("EXPORT")).await;
    let holds =
        json!({ "user.account.username": "david.dahl", "user.contact.email": "david.dahl@kund.example" });
    assert_eq!((&first.1["request_status"], &first.1["data"]), (&json!("completed"), &json!([holds])));
    assert_eq!(ask(&peers, "x", "1004-backup", &wanted("EXPORT")).await, first);

    let erased = ask(&peers, "y", "1004-backup", &wanted("ERASE")).await;
    assert_eq!(erased.1["request_status"], "completed");
    assert_eq!(ask(&peers, "y", "1004-backup", &wanted("ERASE")).await, erased);
    let again = ask(&peers, "x", "1004-backup", &wanted("EXPORT")).await;
    assert_eq!((&again.1["request_status"], &again.1["data"]), (&json!("no_data"), &json!(null)));
    let record = std::fs::read(peers.folder().join("old-mill-vault/record.db")).unwrap();
    for gone in ["david.dahl", "1004-backup"] {
        assert!(!record.windows(gone.len()).any(|bytes| bytes == gone.as_bytes()), "{gone} is still there");
    }
    let page = shown(&peers).await;
    assert_eq!((page["holds"].as_array().unwrap().len(), page["asked"].as_array().unwrap().len()), (2, 2));
    server.close().await;
    database.discard().await;
}

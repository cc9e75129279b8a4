//! P16: nobody quietly changes the record of who looked at a customer's data, and the customer can see that for themselves.

use crate::support::{
    TestApp,
    seal::{ORIGIN, keys, published},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use kartotek::transparency::note;
use serde_json::{Value, json};
use sha2::Sha256;

const LOG: &str = "query ($reference: String!) { customer(reference: $reference) { id accessLog(first: 50) { nodes {
    id actor operation leafIndex clientAddress inclusionProof {
        leafIndex treeSize entry leafHash hashes rootHash checkpoint { note verifierKey rootHash } withheld { index part hashes } }
    subjects(first: 2) { nodes { categories { key } proof { index part hashes } } } } } } }";
const PROOF: &str =
    "query ($event: ID!, $size: SafeInt) { auditInclusionProof(eventId: $event, treeSize: $size) {
    leafIndex treeSize entry leafHash hashes rootHash checkpoint { note } withheld { index part hashes } } }";
const CONSISTENCY: &str =
    "query ($from: SafeInt!, $to: SafeInt!) { auditConsistencyProof(from: $from, to: $to) {
    from to fromRootHash toRootHash hashes } }";

fn bytes(text: &Value) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap()).unwrap()
}

fn root(hash: &Value, size: &Value) -> RootHash<Sha256> {
    let digest: [u8; 32] = bytes(hash).try_into().unwrap();
    RootHash::new(digest.into(), size.as_u64().unwrap())
}

fn hashes(list: &Value) -> Vec<u8> {
    list.as_array().unwrap().iter().flat_map(bytes).collect()
}

/// Whether somebody else's program finds that this entry is in the tree that the proof is about.
fn is_in(entry: &[u8], index: &Value, proof: &Value, root: &RootHash<Sha256>) -> bool {
    let proof = InclusionProof::try_from_bytes(hashes(&proof["hashes"])).unwrap();
    root.verify_inclusion(&entry, index.as_u64().unwrap(), &proof).is_ok()
}

/// What an entry says, once it is proven by what was signed.
fn proven(proof: &Value) -> Value {
    let root = root(&proof["rootHash"], &proof["treeSize"]);
    let entry = bytes(&proof["entry"]);
    assert!(is_in(&entry, &proof["leafIndex"], proof, &root), "{proof:#}");
    let mut forged = entry.clone();
    *forged.last_mut().unwrap() ^= 1;
    assert!(!is_in(&forged, &proof["leafIndex"], proof, &root));
    let signed = proof["checkpoint"]["note"].as_str().unwrap();
    let signed = note::open(signed.as_bytes(), keys(ORIGIN, 1).verifier_keys()).unwrap();
    assert_eq!(
        (json!(signed.size), signed.root.to_vec()),
        (proof["treeSize"].clone(), bytes(&proof["rootHash"]))
    );
    serde_json::from_slice(&entry[1..]).unwrap()
}

/// What a part says, once it is proven to be the entry's.
fn part_of(entry: &Value, part: &Value) -> Value {
    let (bytes, of) = (bytes(&part["part"]), &entry["withheld"]);
    assert!(is_in(&bytes, &part["index"], part, &root(&of["root"], &of["parts"])), "{part:#}");
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn a_customer_proves_who_looked_at_their_data_and_is_told_of_nobody_else() {
    let app = TestApp::new().await;
    // Somebody of the staff looks at several at once, and says why.
    let looked = app
        .agent()
        .because("ÄRENDE-77")
        .ask("{ customers(first: 20) { nodes { reference profile { name } } } }", json!({}))
        .await;
    looked.data();
    let log = app.customer_user("K-1001").ask(LOG, json!({ "reference": "K-1001" })).await;
    let entry = log.data()["customer"]["accessLog"]["nodes"][0].clone();
    assert_eq!(
        (&entry["leafIndex"], &entry["inclusionProof"]),
        (&Value::Null, &Value::Null),
        "not sealed yet"
    );
    app.seal().await;

    let log = app.customer_user("K-1001").ask(LOG, json!({ "reference": "K-1001" })).await;
    let nodes = log.data()["customer"]["accessLog"]["nodes"].as_array().unwrap().clone();
    let look = nodes.iter().find(|node| node["operation"] == "customers").unwrap();
    let proof = &look["inclusionProof"];
    let entry = proven(proof);
    assert_eq!(entry["actor"]["id"], look["actor"]);
    assert_eq!((entry["operation"].as_str(), &proof["leafIndex"]), (Some("customers"), &look["leafIndex"]));
    let reason = part_of(&entry, &proof["withheld"][0]);
    assert_eq!(
        (reason["reason"].as_str(), proof["withheld"].as_array().unwrap().len()),
        (Some("ÄRENDE-77"), 1)
    );
    let subjects = look["subjects"]["nodes"].as_array().unwrap();
    let subject = part_of(&entry, &subjects[0]["proof"]);
    assert_eq!(subjects.len(), 1);
    let own = look["subjects"]["nodes"][0]["categories"].as_array().unwrap().len();
    assert_eq!(subject["subject"]["categories"].as_array().unwrap().len(), own);
    // Neither the entry nor a part tells of anybody else, or from where a member of staff came.
    let everybody = app.database.rows("SELECT id FROM customer").await;
    let id = |row: &sea_orm::QueryResult| row.try_get::<uuid::Uuid>("", "id").unwrap().to_string();
    let told =
        String::from_utf8(nodes.iter().flat_map(|node| bytes(&node["inclusionProof"]["entry"])).collect())
            .unwrap();
    assert!(everybody.len() > 20 && everybody.iter().map(id).all(|id| !told.contains(&id)));
    assert!(!told.contains("address") && !told.contains("ÄRENDE-77"));
    let told = everybody.iter().filter(|row| subject.to_string().contains(&id(row))).count();
    assert_eq!(told, 1, "themselves");
    app.finish().await;
}

#[tokio::test]
async fn an_auditor_proves_any_event_in_any_tree_that_has_it_and_that_the_log_only_grew() {
    let app = TestApp::new().await;
    app.agent().ask("{ customers(first: 1) { nodes { reference } } }", json!({})).await.data();
    let early = app.seal().await;
    for _ in 0..300 {
        app.agent().ask("{ customers(first: 1) { nodes { reference } } }", json!({})).await.data();
    }
    let late = app.seal().await;
    let auditor = app.auditor();
    let newest =
        auditor.ask("{ auditCheckpoint { origin treeSize rootHash note verifierKey } }", json!({})).await;
    let newest = &newest.data()["auditCheckpoint"];
    assert_eq!(newest["note"].as_str().unwrap(), published(&app.database)[1].note);
    assert_eq!(newest["verifierKey"].as_str().unwrap(), keys(ORIGIN, 1).verifier_keys()[0]);
    assert_eq!((newest["origin"].as_str(), newest["treeSize"].as_u64()), (Some(ORIGIN), Some(late.size)));
    assert_eq!(bytes(&newest["rootHash"]), late.root);

    let proof = auditor.ask(CONSISTENCY, json!({ "from": early.size, "to": late.size })).await;
    let proof = &proof.data()["auditConsistencyProof"];
    let (from, to) = (root(&proof["fromRootHash"], &proof["from"]), root(&proof["toRootHash"], &proof["to"]));
    let grew = ConsistencyProof::try_from_bytes(hashes(&proof["hashes"])).unwrap();
    assert_eq!((from.as_bytes().as_slice(), to.as_bytes().as_slice()), (&early.root[..], &late.root[..]));
    to.verify_consistency(&from, &grew).unwrap();
    assert!(from.verify_consistency(&to, &grew).is_err());
    let hashes = hashes(&proof["hashes"]);
    for at in 0..hashes.len() {
        let mut forged = hashes.clone();
        forged[at] ^= 1 << (at % 8);
        let forged = ConsistencyProof::try_from_bytes(forged).unwrap();
        assert!(to.verify_consistency(&from, &forged).is_err(), "{at}");
    }

    let events = auditor
        .ask(
            "{ auditEvents(last: 5, filter: { operations: [\"customers\"] }) { nodes { id leafIndex
        clientAddress subjects(first: 2) { nodes { customer { reference } proof { index part hashes } } } } } }",
            json!({}),
        )
        .await;
    let events = events.data()["auditEvents"]["nodes"].as_array().unwrap().clone();
    let event = events.last().unwrap();
    for size in [Value::Null, json!(late.size), json!(early.size)] {
        let answer = auditor.ask(PROOF, json!({ "event": event["id"], "size": size })).await;
        let proof = &answer.data()["auditInclusionProof"];
        let entry = proven(proof);
        assert_eq!(
            (&proof["leafIndex"], entry["operation"].as_str()),
            (&event["leafIndex"], Some("customers"))
        );
        assert_eq!(part_of(&entry, &proof["withheld"][0])["address"], event["clientAddress"]);
        part_of(&entry, &event["subjects"]["nodes"][0]["proof"]);
    }
    // Of a size that nobody signed, the root is told all the same, for who has a witness's.
    let between = auditor.ask(PROOF, json!({ "event": event["id"], "size": early.size + 1 })).await;
    assert_eq!(between.data()["auditInclusionProof"]["checkpoint"], Value::Null);

    let newer = app
        .auditor()
        .ask("{ auditEvents(first: 1, filter: { operations: [\"customers\"] }) { nodes { id } } }", json!({}))
        .await;
    let newer = newer.data()["auditEvents"]["nodes"][0].clone();
    let unsealed = app.auditor().ask("{ auditEvents(first: 1) { nodes { id } } }", json!({})).await;
    let unsealed = unsealed.data()["auditEvents"]["nodes"][0]["id"].clone();
    let nobody = app.customer_id("K-1001").await;
    for wrong in [
        json!({ "event": newer["id"], "size": early.size }),
        json!({ "event": event["id"], "size": late.size + 1 }),
        json!({ "event": event["id"], "size": 0 }),
        json!({ "event": event["id"], "size": -5 }),
        json!({ "event": unsealed }),
        json!({ "event": nobody }),
    ] {
        assert_eq!(auditor.ask(PROOF, wrong.clone()).await.code(), Some("NOT_FOUND"), "{wrong}");
    }
    let grown = json!({ "from": early.size, "to": late.size + 1 });
    assert_eq!(auditor.ask(CONSISTENCY, grown).await.code(), Some("NOT_FOUND"));
    for (from, to, field) in [(0, 5, "from"), (7, 5, "from"), (-1, -1, "from")] {
        let refused = auditor.ask(CONSISTENCY, json!({ "from": from, "to": to })).await;
        assert_eq!((refused.code(), refused.field().as_deref()), (Some("BAD_USER_INPUT"), Some(field)));
    }
    app.finish().await;
}

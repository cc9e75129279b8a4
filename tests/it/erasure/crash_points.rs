//! Nothing is destroyed before the ledger says so; and wherever somebody dies on the way, either nothing has happened, or they
//! are gone and the ledger says so once somebody has looked.

use crate::support::{
    TestApp, app,
    broken_off::{broken_off_after, steps_of},
    database::Engine,
    erase::{start_another, steps},
};
use entity::{enums::Channel, ids::CustomerId};
use kartotek::{
    domain::{disposal::Asked, erasure::EraseCustomer},
    graphql::NodeId,
    server::Server,
};
use serde_json::{Value, json};
use std::{fs, time::Duration};

/// So many erasures are broken off, all along the way.
const MOST: usize = 30;

/// The steps of the ledger, without the entries.
fn words(app: &TestApp) -> Vec<String> {
    steps(&app.ledger()).into_iter().map(|(step, _)| step).collect()
}

#[tokio::test]
async fn where_the_ledger_cannot_be_written_nothing_is_destroyed() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-7501").await;
    let ledger = app.database.beside(app::LEDGER);
    fs::create_dir(&ledger).unwrap();
    let before = app.database.dump_but_the_log().await;
    let answer = app.erase(&customer, json!({})).await;
    assert_eq!(answer.code(), Some("UNAVAILABLE"), "{:#}", answer.json);
    assert_eq!(app.anonymize(&customer, json!({})).await.code(), Some("UNAVAILABLE"));
    assert_eq!(app.database.dump_but_the_log().await, before);
    // A plan destroys nothing, and needs no ledger.
    assert_eq!(app.erase(&customer, json!({ "dryRun": true })).await.user_errors(), []);
    fs::remove_dir(&ledger).unwrap();
    app.erased(&customer).await;
    assert_eq!(words(&app), ["INTENT", "DONE"]);
    app.finish().await;
}

/// The event, and with it all else, is not committed.
#[tokio::test]
async fn dead_between_intent_and_commit_nothing_has_happened() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-7502").await;
    let (cut, mend) = match app.database.engine {
        Engine::Sqlite => (
            "CREATE TRIGGER cut BEFORE INSERT ON audit_event WHEN NEW.operation = 'eraseCustomer'
             BEGIN SELECT raise(abort, 'cut'); END",
            "DROP TRIGGER cut",
        ),
        Engine::Postgres => (
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cut'; END $$;
             CREATE TRIGGER cut BEFORE INSERT ON audit_event FOR EACH ROW
             WHEN (NEW.operation = 'eraseCustomer') EXECUTE FUNCTION cut()",
            "DROP TRIGGER cut ON audit_event; DROP FUNCTION cut()",
        ),
    };
    app.database.run(cut).await;
    let before = app.database.dump_but_the_log().await;
    assert_eq!(app.erase(&customer, json!({})).await.code(), Some("UNAVAILABLE"));
    app.database.run(mend).await;
    assert_eq!(app.database.dump_but_the_log().await, before);
    assert_eq!(words(&app), ["INTENT"]);
    // They are here: nobody says that it was done.
    start_another(&app).await;
    assert_eq!(words(&app), ["INTENT"]);
    app.erased(&customer).await;
    assert_eq!(words(&app), ["INTENT", "INTENT", "DONE"]);
    app.finish().await;
}

#[tokio::test]
async fn dead_between_commit_and_done_it_is_made_good_at_the_next_start() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-7503").await;
    app.erased(&customer).await;
    let path = app.database.beside(app::LEDGER);
    let whole = fs::read_to_string(&path).unwrap();
    let (intent, done) = whole.split_once('\n').unwrap();
    // It died before the line, or in the middle of it.
    for left in [format!("{intent}\n"), format!("{intent}\n{}", &done[..20])] {
        fs::write(&path, &left).unwrap();
        start_another(&app).await;
        let text = fs::read_to_string(&path).unwrap();
        let last = text.lines().last().unwrap();
        assert!(
            last.contains("DONE") && last.contains(&intent[intent.find("entry").unwrap()..][..46]),
            "{text}"
        );
        // And once is enough.
        start_another(&app).await;
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    app.finish().await;
}

/// Erases past the API, which goes on when its client hangs up.
async fn erase(server: &Server, customer: CustomerId) {
    let door = &server.door;
    let (catalog, erasures) = (server.catalogs.current(), &server.erasures);
    let why = ("for a test".to_owned(), Channel::Phone);
    let command = EraseCustomer::new(catalog, erasures.ledger(), customer, why, Asked::default());
    erasures.carry_out(&door.program("test", "eraseCustomer"), command).await.unwrap();
}

#[tokio::test]
async fn broken_off_anywhere_they_are_here_or_gone_and_the_ledger_agrees() {
    let app = TestApp::new().await;
    let (first, _) = app.hosted("K-7510").await;
    let another = async || Server::start(app::parts(&app.database, app.clock.clone())).await.unwrap();
    let server = another().await;
    let all = steps_of(erase(&server, raw(&first))).await;
    server.close().await;
    assert!(all > 10, "{all}");
    let (mut here, mut gone) = (0, 0);
    for at in 0..MOST {
        let (customer, _) = app.hosted(&format!("K-75{}", 11 + at)).await;
        // The last ones come to their end: on a busy machine, one may take more steps than another.
        let steps = if at < MOST - 6 { all * at / (MOST - 6) } else { usize::MAX };
        let server = another().await;
        broken_off_after(steps, erase(&server, raw(&customer))).await;
        // Its connections go with it: nobody uses again what was broken off in the middle of a statement.
        server.close().await;
        // A commit that was under way ends by itself: whoever writes waits for it.
        app.database.run("UPDATE customer SET version = version").await;
        let id = json!(raw(&customer).to_string());
        // It is looked at now and then what somebody who died has left, and so soon it may have to be once more.
        let (mut mine, mut done, mut standing) = (Vec::new(), 0, Value::Null);
        for _ in 0..20 {
            app.server.erasures.keep_whole().await;
            standing = app.standing(&customer).await;
            let lines = app.ledger().into_iter().filter(|line| line["customer"] == id);
            mine = lines.map(|line| line["entry"].clone()).collect::<Vec<_>>();
            let is_done = |line: &&Value| line["step"] == "DONE" && mine.contains(&line["entry"]);
            done = app.ledger().iter().filter(is_done).count();
            if done > 0 || standing["status"] != "ERASED" {
                break;
            }
            tokio::time::timeout(Duration::from_millis(50), std::future::pending::<()>()).await.unwrap_err();
        }
        if standing["status"] == "ERASED" {
            gone += 1;
            assert!(mine.len() == 1 && done >= 1, "gone after {at}, and the ledger says {mine:?}, {done}");
            assert_eq!(standing["profile"], json!(null));
        } else {
            here += 1;
            assert_eq!((&standing["status"], done), (&json!("ACTIVE"), 0));
            assert!(standing["profile"]["name"].is_string());
            app.erased(&customer).await;
        }
    }
    assert!(here > 3 && gone > 0, "{here} here, {gone} gone");
    app.finish().await;
}

/// A customer's id as the ledger has it.
fn raw(id: &str) -> CustomerId {
    match NodeId::parse(&id.into()) {
        Some(NodeId::Customer(id)) => id,
        other => panic!("{other:?}"),
    }
}

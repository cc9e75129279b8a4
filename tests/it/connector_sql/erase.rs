//! Erasing: rows go when nothing else is in them, and until then their values do.

use super::world::{ALL, call, column, done, everything, join, nothing, table, worlds};
use crate::support::broken_off::broken_off_after;
use entity::enums::{SubjectKeyKind, TaskAction};
use kartotek::connector::{Call, Failure, Subject};
use std::collections::BTreeMap;

#[tokio::test]
async fn everything_of_a_person_goes_and_nobody_elses() {
    for world in worlds().await {
        let database = world.connect(everything()).await;
        let erase = call(TaskAction::Erase, &ALL);
        let found = database.find(&erase).await.unwrap();
        assert_eq!(found.iter().map(|found| found.rows).collect::<Vec<_>>(), [3, 3, 2, 1]);
        assert_eq!(database.carry_out(&erase).await, Ok(done(9)));
        let left = world.dump().await.into_iter().flatten().collect::<Vec<_>>();
        assert_eq!(left.len(), 5, "{left:?}");
        assert!(!left.iter().any(|row| row.contains("nna") || row.contains("K-1|")), "{left:?}");
        assert_eq!(database.carry_out(&erase).await, Ok(nothing()));
        let again = Call { found_before: Some(9), ..erase };
        assert_eq!(database.carry_out(&again).await, Ok(done(9)));
        world.finish(database).await;
    }
}

#[tokio::test]
async fn a_row_stays_while_something_else_is_in_it() {
    for world in worlds().await {
        let database = world.connect(everything()).await;
        assert_eq!(database.carry_out(&call(TaskAction::Erase, &["email"])).await, Ok(done(3)));
        let contacts = "SELECT COALESCE(email, '-') || COALESCE(phone, '-') FROM contacts WHERE customer_id = 1 ORDER BY id";
        assert_eq!(world.texts(contacts).await, [Some("-070".to_owned()), Some("-072".to_owned())]);
        assert_eq!(database.carry_out(&call(TaskAction::Erase, &["phone"])).await, Ok(done(3)));
        assert_eq!(world.texts(contacts).await, []);
        assert_eq!(world.texts("SELECT name FROM customers WHERE id = 1").await.len(), 1);
        world.finish(database).await;
    }
}

#[tokio::test]
async fn broken_off_anywhere_it_ends_the_same() {
    let mut expected = BTreeMap::new();
    for steps in (0..600).step_by(31) {
        let mut went_through = true;
        for world in worlds().await {
            let database = world.connect(everything()).await.in_chunks_of(1);
            let erase = call(TaskAction::Erase, &ALL);
            let found = database.find(&erase).await.unwrap().iter().map(|found| found.rows).sum();
            let erase = Call { found_before: Some(found), ..erase };
            let first = broken_off_after(steps, database.carry_out(&erase)).await;
            went_through &= first.is_some();
            assert_eq!(database.carry_out(&erase).await, Ok(done(9)), "{steps}");
            let dump = world.dump().await;
            assert_eq!(*expected.entry(format!("{:?}", world.engine)).or_insert_with(|| dump.clone()), dump);
            world.finish(database).await;
        }
        if went_through {
            return;
        }
    }
    panic!("it never went through");
}

#[tokio::test]
async fn a_person_is_known_exactly() {
    for world in worlds().await {
        let mut by_number = table("customers", vec![], vec![column("points", "order")]);
        by_number.subject_column = "id".to_owned();
        let mut by_uuid = table("contacts", vec![], vec![column("phone", "phone")]);
        by_uuid.subject_column = "id".to_owned();
        let mut by_email = table("customers", vec![], vec![column("born", "born")]);
        by_email.subject_column = "email".to_owned();
        by_email.subject_key = SubjectKeyKind::Email;
        let database = world.connect(vec![by_uuid, by_number, by_email]).await;
        let of = |kind, value: &str| Subject::default().known_by(kind, value);
        let found = async |category: &str, subject| {
            let call = Call { subject, ..call(TaskAction::Erase, &[category]) };
            database.find(&call).await.unwrap().iter().map(|found| found.rows).sum::<u64>()
        };
        for (value, rows) in
            [("1", 1), ("01", 0), ("1 OR 1=1", 0), ("K-1", 0), ("99999999999", 0), ("' OR ''='", 0)]
        {
            assert_eq!(found("order", of(SubjectKeyKind::Reference, value)).await, rows, "{value}");
        }
        for (value, rows) in [("00000000-0000-4000-8000-000000000001", 1), ("1", 0), ("x' OR 1=1 --", 0)] {
            assert_eq!(found("phone", of(SubjectKeyKind::Reference, value)).await, rows, "{value}");
        }
        for (value, rows) in [("anna@example.com", 1), ("anna@example.co", 0), ("%", 0)] {
            assert_eq!(found("born", of(SubjectKeyKind::Email, value)).await, rows, "{value}");
        }
        world.finish(database).await;
    }
}

#[tokio::test]
async fn a_key_is_not_cut_to_a_columns_length() {
    for world in worlds().await {
        world
            .run(
                "CREATE TABLE short (id INTEGER PRIMARY KEY, reference VARCHAR(3), mark CHAR(4), email TEXT)",
            )
            .await;
        world.run("INSERT INTO short VALUES (1, 'K-1', 'A', 'a@b.c')").await;
        let mut by_mark = table("short", vec![], vec![column("email", "phone")]);
        by_mark.subject_column = "mark".to_owned();
        let database =
            world.connect(vec![table("short", vec![], vec![column("email", "email")]), by_mark]).await;
        let subject = Subject::default().known_by(SubjectKeyKind::Reference, "K-12");
        let other = Call { subject, ..call(TaskAction::Erase, &["email"]) };
        assert_eq!(database.carry_out(&other).await, Ok(nothing()));
        let subject = Subject::default().known_by(SubjectKeyKind::Reference, "A");
        assert_eq!(
            database.carry_out(&Call { subject, ..call(TaskAction::Erase, &["phone"]) }).await,
            Ok(done(1))
        );
        world.finish(database).await;
    }
}

#[tokio::test]
async fn what_cannot_be_done_is_said_and_nothing_is_touched() {
    for world in worlds().await {
        let before = world.dump().await;
        let customer = || join("customer_id", "customers", "id");
        let message = async |tables, call: Call| {
            let database = world.connect(tables).await;
            let failure = database.carry_out(&call).await.unwrap_err();
            database.close().await;
            assert!(matches!(failure, Failure::Lasting { .. }), "{failure:?}");
            assert!(
                !failure.to_string().contains("K-1") && !failure.to_string().contains("nna"),
                "{failure}"
            );
            failure.to_string()
        };
        let erase = || call(TaskAction::Erase, &["email"]);
        let gone = table("contacts", vec![customer()], vec![column("mail", "email")]);
        assert_eq!(message(vec![gone], erase()).await, "`contacts` has no column `mail`.");
        let hostile =
            table("contacts\"; DROP TABLE contacts; --", vec![customer()], vec![column("email", "email")]);
        assert!(message(vec![hostile], erase()).await.starts_with("There is no table `contacts\";"));
        let hostile = table("contacts", vec![customer()], vec![column("email\" = NULL; --", "email")]);
        assert!(message(vec![hostile], erase()).await.starts_with("`contacts` has no column"));
        assert_eq!(
            message(everything(), call(TaskAction::Erase, &["x"])).await,
            "No column is mapped to `x`."
        );
        let nobody = Call { subject: Subject::default(), ..erase() };
        assert_eq!(message(everything(), nobody).await, "`contacts`: the person's key there is not known.");
        // The name may not be NULL, and the row stays for the sake of the rest.
        let kept = message(everything(), call(TaskAction::Erase, &["name"])).await;
        assert!(kept.starts_with("A column would become NULL"), "{kept}");
        // Whose children nobody has mapped.
        let customers = everything().pop().unwrap();
        let theirs = customers.columns.iter().map(|column| column.category.as_str().to_owned());
        let theirs = theirs.collect::<Vec<_>>();
        let theirs = theirs.iter().map(String::as_str).collect::<Vec<_>>();
        let refused = message(vec![customers], call(TaskAction::Erase, &theirs)).await;
        assert!(refused.starts_with("Rows of another table still refer to this one"), "{refused}");
        // Parents before their children.
        let mut backwards = everything();
        backwards.reverse();
        let refused = message(backwards, call(TaskAction::Erase, &ALL)).await;
        assert!(refused.ends_with("goes before them: put that table first."), "{refused}");
        assert_eq!(world.dump().await, before);
        let database = world.connect(vec![]).await;
        world.finish(database).await;
    }
}

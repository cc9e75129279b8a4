//! Anonymizing: every mask, on every engine, once and again.

use super::world::{ALL, call, column, done, everything, join, mask, nothing, table, worlds};
use crate::support::broken_off::broken_off_after;
use entity::{
    connector::{SqlColumn, SqlTable},
    enums::{MaskMethod, TaskAction},
};
use kartotek::connector::{Call, Failure, sql::Engine};

fn masked(name: &str, method: MaskMethod, parameter: Option<&str>) -> SqlColumn {
    SqlColumn { anonymize: mask(method, parameter), ..column(name, "all") }
}

fn customers() -> SqlTable {
    table(
        "customers",
        vec![],
        vec![
            masked("name", MaskMethod::Random, None),
            masked("email", MaskMethod::EmailDomainOnly, None),
            masked("phone", MaskMethod::Constant, Some("-")),
            masked("born", MaskMethod::TruncateDate, Some("MONTH")),
            masked("zip", MaskMethod::Generalize, Some("2")),
            masked("points", MaskMethod::Generalize, Some("100")),
            masked("reference", MaskMethod::Random, None),
        ],
    )
}

#[tokio::test]
async fn each_mask_does_what_it_says() {
    for world in worlds().await {
        let database = world.connect(vec![customers()]).await;
        assert!(
            database
                .check()
                .await
                .unwrap()
                .iter()
                .all(|problem| !problem.path.contains(&"columns".to_owned()))
        );
        let anonymize = call(TaskAction::Anonymize, &["all"]);
        assert_eq!(database.carry_out(&anonymize).await, Ok(done(1)));
        let rest = "SELECT email || '|' || phone || '|' || CAST(born AS text) || '|' || zip || '|' || CAST(points AS text) \
                    FROM customers WHERE id = 1";
        let expected = "@Example.com|-|1984-05-01|11**|1200";
        assert_eq!(world.texts(rest).await, [Some(expected.to_owned())]);
        let name = world.texts("SELECT name FROM customers WHERE id = 1").await[0].clone().unwrap();
        assert_eq!(name.len(), "Anna Ek".len());
        assert_eq!(name.find(' '), Some(4));
        // Again: random once more, and everything else as it was.
        assert_eq!(
            database.carry_out(&Call { found_before: Some(1), ..anonymize.clone() }).await,
            Ok(done(1))
        );
        assert_eq!(world.texts(rest).await, [Some(expected.to_owned())]);
        assert_eq!(database.verify(&anonymize).await, Ok(0));
        world.finish(database).await;
    }
}

#[tokio::test]
async fn what_is_masked_already_is_not_done_again() {
    for world in worlds().await {
        let mut table = customers();
        table.columns.remove(0);
        let database = world.connect(vec![table]).await;
        let anonymize = call(TaskAction::Anonymize, &["all"]);
        assert_eq!(database.verify(&anonymize).await, Ok(1));
        assert_eq!(database.carry_out(&anonymize).await, Ok(done(1)));
        assert_eq!(database.find(&anonymize).await.unwrap()[0].rows, 0);
        assert_eq!(database.carry_out(&anonymize).await, Ok(nothing()));
        assert_eq!(database.carry_out(&Call { found_before: Some(1), ..anonymize }).await, Ok(done(1)));
        world.finish(database).await;
    }
}

#[tokio::test]
async fn edges_of_the_masks() {
    for world in worlds().await {
        world
            .run(
                "CREATE TABLE edges (id INTEGER PRIMARY KEY, reference TEXT, email TEXT, day TEXT, points INTEGER, \
                 rate NUMERIC(10, 2), flat CHAR(8), seen TIMESTAMP);
                 INSERT INTO edges VALUES
                 (1, 'K-1', 'anna', 'in May', -1, 12.34, 'abcdef', '2020-07-08 09:10:11'),
                 (2, 'K-1', 'a@b@c.se', '2020-07-08', -100, -0.5, 'ab', '2020-12-31 23:59:59'),
                 (3, 'K-1', '@c.se', '2020-07-08T09:10:11Z', 99, 100, '', NULL),
                 (4, 'K-1', NULL, NULL, NULL, NULL, NULL, NULL)",
            )
            .await;
        let columns = vec![
            masked("email", MaskMethod::EmailDomainOnly, None),
            masked("day", MaskMethod::TruncateDate, Some("YEAR")),
            masked("points", MaskMethod::Generalize, Some("100")),
            masked("rate", MaskMethod::Generalize, Some("10")),
            masked("flat", MaskMethod::Constant, Some("none")),
            masked("seen", MaskMethod::TruncateDate, Some("YEAR")),
            masked("reference", MaskMethod::Null, None),
        ];
        let database = world.connect(vec![table("edges", vec![], columns)]).await;
        let anonymize = call(TaskAction::Anonymize, &["all"]);
        // The last one has a number, and nothing else.
        assert_eq!(database.carry_out(&anonymize).await, Ok(done(4)));
        let all = "SELECT COALESCE(email, '-') || '|' || COALESCE(day, '-') || '|' || COALESCE(CAST(points AS text), '-') || '|' \
                   || COALESCE(CAST(CAST(rate AS INTEGER) AS text), '-') || '|' || COALESCE(trim(flat), '-') || '|' \
                   || COALESCE(CAST(seen AS text), '-') FROM edges ORDER BY id";
        let expected = [
            "@|-|-100|10|none|2020-01-01 00:00:00",
            "@c.se|2020-01-01|-100|-10|none|2020-01-01 00:00:00",
            "@c.se|2020-01-01T00:00:00Z|0|100|none|-",
            "-|-|-|-|-|-",
        ];
        assert_eq!(world.texts(all).await, expected.map(|row| Some(row.to_owned())));
        assert_eq!(database.find(&anonymize).await.unwrap()[0].rows, 0);
        world.finish(database).await;
    }
}

/// What keeps all of a value, or nearly all, has anonymized nothing.
#[tokio::test]
async fn never_more_than_half_of_a_text_is_kept() {
    for world in worlds().await {
        world
            .run(
                "CREATE TABLE halves (id INTEGER PRIMARY KEY, reference TEXT, nick VARCHAR(6), points INTEGER);
                 INSERT INTO halves VALUES (1, 'K-1', 'Anna', 12), (2, 'K-1', 'Åsa Ek', 7), (3, 'K-1', '  Bo  ', 2), (4, 'K-1', '', 0)",
            )
            .await;
        let number = masked("reference", MaskMethod::Null, None);
        let anonymize = call(TaskAction::Anonymize, &["all"]);
        for (column, parameter) in [
            ("nick", "200"),
            ("nick", "4294967295"),
            ("nick", "4"),
            ("points", "01"),
            ("points", "+1"),
            ("points", "2"),
        ] {
            let columns = vec![masked(column, MaskMethod::Generalize, Some(parameter)), number.clone()];
            let database = world.connect(vec![table("halves", vec![], columns)]).await;
            let told = |text: &str| text.contains(&format!("`{column}`: GENERALIZE of a "));
            let problems = database.check().await.unwrap();
            assert!(problems.iter().any(|problem| told(&problem.message)), "{parameter}: {problems:?}");
            let refused = database.carry_out(&anonymize).await;
            assert!(matches!(&refused, Err(Failure::Lasting { message }) if told(message)), "{refused:?}");
            database.close().await;
        }
        let nick = masked("nick", MaskMethod::Generalize, Some("3"));
        let database = world.connect(vec![table("halves", vec![], vec![nick, number])]).await;
        assert_eq!(database.carry_out(&anonymize).await, Ok(done(4)));
        let nicks = ["", "Åsa***", "", ""].map(|nick| Some(nick.to_owned()));
        assert_eq!(world.texts("SELECT nick FROM halves ORDER BY id").await, nicks);
        assert_eq!(database.find(&anonymize).await.unwrap()[0].rows, 0);
        world.finish(database).await;
    }
}

#[tokio::test]
async fn random_values_of_numbers_and_uuids() {
    for world in worlds().await {
        let contacts = table(
            "contacts",
            vec![join("customer_id", "customers", "id")],
            vec![masked("email", MaskMethod::Random, None), masked("phone", MaskMethod::Random, None)],
        );
        let mut customers = table("customers", vec![], vec![masked("points", MaskMethod::Random, None)]);
        customers.columns[0].category = "points".into();
        let database = world.connect(vec![contacts, customers]).await.in_chunks_of(2);
        assert_eq!(database.carry_out(&call(TaskAction::Anonymize, &["all", "points"])).await, Ok(done(4)));
        let forms =
            world.texts("SELECT email FROM contacts WHERE customer_id = 1 AND email IS NOT NULL").await;
        assert!(
            forms.iter().flatten().all(|email| email.len() == 12 && email.as_bytes()[4] == b'@'),
            "{forms:?}"
        );
        let points = world.texts("SELECT CAST(points AS text) FROM customers WHERE id = 1").await;
        assert_eq!(points[0].as_ref().unwrap().len(), 4);
        world.finish(database).await;
    }
}

#[tokio::test]
async fn what_only_makes_a_pseudonym_is_refused() {
    for world in worlds().await {
        let before = world.dump().await;
        for method in [MaskMethod::Hash, MaskMethod::Delete] {
            let columns = vec![column("zip", "all"), masked("email", method, None)];
            let database = world.connect(vec![table("customers", vec![], columns)]).await;
            let refused = database.carry_out(&call(TaskAction::Anonymize, &["all"])).await;
            assert!(matches!(refused, Err(Failure::Lasting { .. })), "{refused:?}");
            database.close().await;
        }
        assert_eq!(world.dump().await, before);
        let database = world.connect(vec![]).await;
        world.finish(database).await;
    }
}

/// EDPB 01/2025: as long as something tells whose it is, the rest of a value is a pseudonym.
#[tokio::test]
async fn a_part_is_not_kept_beside_what_says_whose_it_is() {
    for world in worlds().await {
        world
            .run(
                "CREATE TABLE members (id INTEGER PRIMARY KEY, reference VARCHAR(20), card VARCHAR(20) UNIQUE, born DATE);
                 INSERT INTO members VALUES (1, 'K-1', 'C-77', '1984-05-17')",
            )
            .await;
        let all = "SELECT COALESCE(reference, '-') || '|' || COALESCE(card, '-') || '|' || CAST(born AS text) FROM members";
        let born = masked("born", MaskMethod::TruncateDate, Some("YEAR"));
        let number = masked("reference", MaskMethod::Null, None);
        let elsewhere = SqlColumn { category: "other".into(), ..number.clone() };
        let card = masked("card", MaskMethod::Null, None);
        let anonymize = call(TaskAction::Anonymize, &["all"]);
        for (columns, stays) in [
            (vec![born.clone()], "reference"),
            (vec![born.clone(), elsewhere], "reference"),
            // No two rows may hold the same in it.
            (vec![born.clone(), number.clone()], "card"),
        ] {
            let database = world.connect(vec![table("members", vec![], columns)]).await;
            let told = |text: &str| text.contains(&format!("`{stays}` of `members` still says whose it is"));
            let problems = database.check().await.unwrap();
            assert!(problems.iter().any(|problem| told(&problem.message)), "{stays}: {problems:?}");
            let refused = database.carry_out(&anonymize).await;
            assert!(matches!(&refused, Err(Failure::Lasting { message }) if told(message)), "{refused:?}");
            database.close().await;
        }
        assert_eq!(world.texts(all).await, [Some("K-1|C-77|1984-05-17".to_owned())]);
        let database = world.connect(vec![table("members", vec![], vec![born, card, number])]).await;
        assert_eq!(database.check().await, Ok(vec![]));
        assert_eq!(database.carry_out(&anonymize).await, Ok(done(1)));
        assert_eq!(world.texts(all).await, [Some("-|-|1984-01-01".to_owned())]);
        world.finish(database).await;
    }
}

/// A key that somebody was given outside of the database says who it is, whatever the table and the columns are called by.
#[tokio::test]
async fn a_natural_key_is_not_left_beside_a_part() {
    for world in worlds().await {
        world
            .run(
                "CREATE TABLE people (nin VARCHAR(20) PRIMARY KEY, reference VARCHAR(20), born DATE);
                 INSERT INTO people VALUES ('840517-1234', 'K-1', '1984-05-17');
                 CREATE TABLE cards (id INTEGER PRIMARY KEY, reference VARCHAR(20), issuer VARCHAR(20), card VARCHAR(20), born DATE,
                 UNIQUE (issuer, card));
                 INSERT INTO cards VALUES (1, 'K-1', 'bank', '77', '1984-05-17')",
            )
            .await;
        let born = masked("born", MaskMethod::TruncateDate, Some("YEAR"));
        let number = masked("reference", MaskMethod::Null, None);
        let anonymize = call(TaskAction::Anonymize, &["all"]);
        for (name, stays) in [("people", "nin"), ("cards", "issuer")] {
            let columns = vec![born.clone(), number.clone()];
            let database = world.connect(vec![table(name, vec![], columns)]).await;
            let told = |text: &str| text.contains(&format!("`{stays}` of `{name}` still says whose it is"));
            let problems = database.check().await.unwrap();
            assert!(problems.iter().any(|problem| told(&problem.message)), "{stays}: {problems:?}");
            let refused = database.carry_out(&anonymize).await;
            assert!(matches!(&refused, Err(Failure::Lasting { message }) if told(message)), "{refused:?}");
            database.close().await;
        }
        // The same table by another of its names.
        let other = if world.engine == Engine::Sqlite { "PEOPLE" } else { "public.people" };
        let name = SqlColumn { category: "other".into(), ..masked("nin", MaskMethod::Null, None) };
        let (one, two) = (table("people", vec![], vec![born, number]), table(other, vec![], vec![name]));
        if world.engine != Engine::MySql {
            let database = world.connect(vec![one, two]).await;
            let refused = database.carry_out(&anonymize).await;
            let told = |text: &str| text.contains("`nin` of") && text.contains("still says whose it is");
            assert!(matches!(&refused, Err(Failure::Lasting { message }) if told(message)), "{refused:?}");
            database.close().await;
        }
        assert_eq!(
            world.texts("SELECT CAST(born AS text) FROM people").await,
            [Some("1984-05-17".to_owned())]
        );
        let database = world.connect(vec![]).await;
        world.finish(database).await;
    }
}

#[tokio::test]
async fn broken_off_and_repeated_it_is_all_masked() {
    for steps in [3, 40, 90, 150, 220] {
        for world in worlds().await {
            let mut tables = everything();
            tables[1].columns[0].anonymize = mask(MaskMethod::EmailDomainOnly, None);
            tables[3].columns[0].anonymize = mask(MaskMethod::Random, None);
            // Last, so that nobody is found by it any more.
            let number = column("reference", "name");
            tables[3].columns.push(SqlColumn { anonymize: mask(MaskMethod::Random, None), ..number });
            let database = world.connect(tables).await.in_chunks_of(1);
            let anonymize = call(TaskAction::Anonymize, &ALL);
            let found = database.find(&anonymize).await.unwrap().iter().map(|found| found.rows).sum();
            let anonymize = Call { found_before: Some(found), ..anonymize };
            broken_off_after(steps, database.carry_out(&anonymize)).await;
            assert_eq!(database.carry_out(&anonymize).await, Ok(done(9)), "{steps}");
            let dump = world.dump().await.into_iter().flatten().collect::<Vec<_>>().join(" ");
            assert!(!dump.contains("nna") && !dump.contains("Storgatan") && !dump.contains("1984"), "{dump}");
            assert!(dump.contains("@home.se") && dump.contains("Bo Alm"), "{dump}");
            world.finish(database).await;
        }
    }
}

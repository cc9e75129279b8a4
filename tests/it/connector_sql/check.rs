//! What is wrong with a mapping is found before anything is done with it.

use super::world::{World, call, column, everything, join, mask, table, worlds};
use entity::{
    connector::SqlTable,
    enums::{MaskMethod, TaskAction},
};
use kartotek::connector::{
    Answer, Failure,
    sql::{Database, Engine},
};

async fn problems(world: &World, tables: Vec<SqlTable>) -> Vec<String> {
    let database = world.connect(tables).await;
    let problems = database.check().await.unwrap();
    database.close().await;
    problems.iter().map(|problem| format!("{}: {}", problem.path.join("."), problem.message)).collect()
}

/// With a constant where the name may not be NULL.
fn fine() -> Vec<SqlTable> {
    let mut tables = everything();
    let name = &mut tables[3].columns[0];
    name.erase = mask(MaskMethod::Constant, Some("gone"));
    name.anonymize = mask(MaskMethod::Random, None);
    tables
}

#[tokio::test]
async fn a_mapping_that_works_has_no_problem() {
    for world in worlds().await {
        let before = world.dump().await;
        assert_eq!(problems(&world, fine()).await, [] as [&str; 0]);
        assert_eq!(world.dump().await, before);
        let database = world.connect(fine()).await;
        world.finish(database).await;
    }
}

#[tokio::test]
async fn what_is_missing_is_named_where_it_stands() {
    for world in worlds().await {
        let mut tables = fine();
        tables[0].joins[1].to_column = "nr".to_owned();
        tables[1].columns[1].column = "telephone".to_owned();
        tables[2].table = "bills".to_owned();
        tables[3].subject_column = "ref".to_owned();
        world.run("CREATE TABLE loose (reference TEXT, email TEXT)").await;
        tables.push(table("loose", vec![], vec![column("email", "email")]));
        assert_eq!(
            problems(&world, tables).await,
            [
                "sql.tables.0.joins: `customers` has no column `nr`.",
                "sql.tables.1.columns.1: `contacts` has no column `telephone`.",
                "sql.tables.2.table: There is no table `bills`.",
                "sql.tables.3: `invoices` refers to `customers` and is not mapped: rows that it refers to cannot be deleted.",
                "sql.tables.3.subjectColumn: `customers` has no column `ref`.",
                "sql.tables.4.primaryKey: `loose` has no primary key: say what makes a row unique.",
            ]
        );
        let database = world.connect(vec![]).await;
        world.finish(database).await;
    }
}

#[tokio::test]
async fn the_order_agrees_with_the_foreign_keys() {
    for world in worlds().await {
        let mut tables = fine();
        tables.swap(2, 3);
        assert_eq!(
            problems(&world, tables).await,
            [
                "sql.tables.3: `invoices` is reached through `customers`, whose rows go before.",
                "sql.tables.3: `invoices` refers to `customers`, so it has to come before it.",
            ]
        );
        let mut tables = fine();
        tables[0].columns[0].erase = mask(MaskMethod::Null, None);
        let stays = "sql.tables.2: `invoice_lines` refers to `invoices` and keeps its rows: rows that it refers to cannot be deleted.";
        assert_eq!(problems(&world, tables).await, [stays]);
        world.run("CREATE TABLE carts (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers (id) ON DELETE CASCADE)").await;
        let cascades = "sql.tables.3: `carts` refers to `customers` and goes with it (ON DELETE CASCADE), whatever is kept there.";
        assert_eq!(problems(&world, fine()).await, [cascades]);
        let database = world.connect(vec![]).await;
        world.finish(database).await;
    }
}

#[tokio::test]
async fn masks_suit_their_columns() {
    for world in worlds().await {
        let mut columns = vec![
            column("name", "name"),
            column("email", "email"),
            column("born", "born"),
            column("points", "order"),
            column("reference", "name"),
            column("email", "email"),
        ];
        columns[1].anonymize = mask(MaskMethod::Hash, None);
        columns[2].anonymize = mask(MaskMethod::Constant, None);
        columns[3].anonymize = mask(MaskMethod::Delete, None);
        columns[3].erase = mask(MaskMethod::Constant, Some("none"));
        columns[4].erase = mask(MaskMethod::Constant, Some("x"));
        columns[4].anonymize = mask(MaskMethod::Random, None);
        let customers = table("customers", vec![], columns);
        let found = problems(&world, vec![customers]).await;
        let about = |path: &str| {
            found
                .iter()
                .filter(|problem| problem.starts_with(&format!("sql.tables.0.columns.{path}: ")))
                .count()
        };
        for path in [
            "0.erase",
            "0.anonymize",
            "1.anonymize",
            "2.anonymize",
            "3.erase",
            "3.anonymize",
            "4.erase",
            "1",
            "4",
            "5",
        ] {
            assert_eq!(about(path), 1, "{path}: {found:#?}");
        }
        let database = world.connect(vec![]).await;
        world.finish(database).await;
    }
}

#[tokio::test]
async fn who_may_not_change_a_table_is_told() {
    for world in worlds().await.into_iter().filter(|world| world.engine == Engine::Postgres) {
        let role = world.url.rsplit('/').next().unwrap().to_owned() + "_reader";
        world
            .run(&format!(
                "CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT SELECT ON contacts, customers TO {role}"
            ))
            .await;
        let mut settings = world.settings(vec![table(
            "contacts",
            vec![join("customer_id", "customers", "id")],
            vec![column("email", "email")],
        )]);
        let (_, host) = settings.url.rsplit_once('@').unwrap();
        settings.url = format!("postgres://{host}");
        let credentials = kartotek::connector::sql::Credentials::parse(&format!("{role}:x").into()).unwrap();
        let database = Database::reach(settings, Some(&credentials)).await.unwrap();
        let found = database.check().await.unwrap();
        let messages = found.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>();
        assert_eq!(
            messages,
            [
                "`contacts` cannot be changed. The user may not do this (42501).",
                "`contacts` cannot be deleted from. The user may not do this (42501).",
            ]
        );
        let erase = call(TaskAction::Erase, &["email"]);
        assert_eq!(database.find(&erase).await.unwrap()[0].rows, 2);
        assert!(matches!(database.carry_out(&erase).await, Err(Failure::Lasting { .. })));
        world
            .run(&format!(
                "ALTER TABLE contacts ENABLE ROW LEVEL SECURITY; GRANT UPDATE, DELETE ON contacts TO {role}"
            ))
            .await;
        let found = database.check().await.unwrap();
        assert_eq!(found.len(), 1);
        assert!(found[0].message.starts_with("Policies hide rows of `contacts`"), "{found:?}");
        // What is not seen may be there all the same: nothing is said to be gone, or to be all.
        assert!(matches!(database.find(&erase).await, Err(Failure::Lasting { .. })));
        assert!(matches!(database.carry_out(&erase).await, Err(Failure::Lasting { .. })));
        database.close().await;
        world.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
        let database = world.connect(vec![]).await;
        world.finish(database).await;
    }
}

#[tokio::test]
async fn what_says_whose_a_row_is_lasts_as_long_as_it_is_needed() {
    for world in worlds().await {
        let mut letters = table("contacts", vec![], vec![column("email", "email"), column("phone", "phone")]);
        letters.subject_column = "email".to_owned();
        let found = problems(&world, vec![letters]).await;
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with("sql.tables.0.columns.0: `email` says whose rows of `contacts` are"));
        assert_eq!(problems(&world, vec![]).await, ["sql.tables: No table is mapped."]);
        let hostile = table("contacts\0", vec![], vec![column("email", "email")]);
        assert_eq!(problems(&world, vec![hostile]).await.len(), 1);
        let database = world.connect(vec![]).await;
        world.finish(database).await;
    }
}

/// Nothing would find the contacts any more, and nothing found is taken for gone: so nothing is begun.
#[tokio::test]
async fn what_leads_to_rows_does_not_go_before_them() {
    for world in worlds().await {
        let mut number = column("reference", "email");
        number.erase = mask(MaskMethod::Random, None);
        let customers = table("customers", vec![], vec![number]);
        let contacts =
            table("contacts", vec![join("customer_id", "customers", "id")], vec![column("email", "email")]);
        let wrong = vec![customers.clone(), contacts.clone()];
        let found = problems(&world, wrong.clone()).await;
        assert!(
            found.iter().any(|problem| problem.contains("`reference` says whose rows of `contacts` are")),
            "{found:?}"
        );
        let (database, before) = (world.connect(wrong).await, world.dump().await);
        let failure = database.carry_out(&call(TaskAction::Erase, &["email"])).await.unwrap_err();
        assert!(matches!(failure, Failure::Lasting { .. }), "{failure:?}");
        assert_eq!(world.dump().await, before);
        database.close().await;
        let database = world.connect(vec![contacts, customers]).await;
        let done = database.carry_out(&call(TaskAction::Erase, &["email"])).await;
        assert!(matches!(done, Ok(Answer::Done(_))), "{done:?}");
        world.finish(database).await;
    }
}

#[tokio::test]
async fn who_may_only_read_is_told_by_mysql_too() {
    for world in worlds().await.into_iter().filter(|world| world.engine == Engine::MySql) {
        let name = world.url.rsplit('/').next().unwrap().to_owned();
        world.run(&format!("CREATE USER {name} IDENTIFIED BY 'x'; GRANT SELECT ON {name}.* TO {name}")).await;
        let contacts =
            table("contacts", vec![join("customer_id", "customers", "id")], vec![column("email", "email")]);
        let mut settings = world.settings(vec![contacts]);
        let (_, host) = settings.url.rsplit_once('@').unwrap();
        settings.url = format!("mysql://{host}");
        let credentials = kartotek::connector::sql::Credentials::parse(&format!("{name}:x").into()).unwrap();
        let database = Database::reach(settings, Some(&credentials)).await.unwrap();
        let found = database.check().await.unwrap();
        let messages = found.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>();
        assert_eq!(
            messages,
            [
                "`contacts` cannot be changed. The user may not do this (1142).",
                "`contacts` cannot be deleted from. The user may not do this (1142).",
            ]
        );
        database.close().await;
        world.run(&format!("DROP USER {name}")).await;
        let database = world.connect(vec![]).await;
        world.finish(database).await;
    }
}

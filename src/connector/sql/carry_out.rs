//! Erasing and anonymizing. One transaction changes a few rows of one table; tables come in the order of the mapping,
//! in which nothing refers to what is gone. Whatever stands when a run is broken off, the next one goes on from there:
//! what is done is told by looking at the rows, not by anything remembered.

use super::{
    super::{Answer, Call, Evidence, Failure},
    check_order,
    database::{Database, Purpose},
    failure::{lasting, passing},
    find, masked,
    plan::{self, Place},
    random,
    rows::{self, Key},
    schema::{Column, text},
    statement::{Engine, Statement},
    value,
    work::{Texts, Work},
};

/// One row that has to be changed.
struct Row {
    key: Key,
    /// It is to be deleted as a whole.
    goes: bool,
    /// What is in the columns that get a random value.
    before: Texts,
}

impl Database {
    /// Erases or anonymizes what `call` asks for, and reads again that it is gone.
    pub async fn carry_out(&self, call: &Call) -> Result<Answer, Failure> {
        let Some(aim) = plan::aim(call.action) else {
            return Err(lasting("A database can be asked to erase and to anonymize in this way."));
        };
        if let Some(message) = check_order::lost(&self.settings, &call.categories, aim) {
            return Err(lasting(message));
        }
        let schema = self.schema().await?;
        let places = plan::places(self, &schema, call, Some(aim))?;
        let mut touched = 0;
        for place in &places {
            touched += self.all_of(place, call).await?;
        }
        // By a connection that changes things: what reads may be served by a copy that lags behind.
        let mut work = self.begin(Purpose::Changing).await?;
        let left = find::left(&mut work, &places, call).await?;
        work.roll_back().await;
        if left > 0 {
            return Err(passing(format!("After the change, {left} rows still hold what was to go.")));
        }
        // An earlier attempt may have changed rows, and all that it had found is gone.
        let rows = touched.max(call.found_before.unwrap_or_default());
        let evidence = Evidence::ReadBack { rows };
        Ok(if rows == 0 { Answer::NothingFound(evidence) } else { Answer::Done(evidence) })
    }

    /// Changes all rows of one table, and says how many.
    async fn all_of(&self, place: &Place<'_>, call: &Call) -> Result<u64, Failure> {
        let mut touched = 0;
        let mut last = None;
        loop {
            let mut work = self.begin(Purpose::Changing).await?;
            let rows = next(&mut work, place, call, last.as_ref(), self.chunk).await?;
            if rows.is_empty() {
                work.roll_back().await;
                return Ok(touched);
            }
            delete(&mut work, place, &rows).await?;
            mask(&mut work, place, &rows).await?;
            randomize(&mut work, place, &rows).await?;
            work.commit().await?;
            touched += rows.len() as u64;
            if rows.len() < self.chunk {
                return Ok(touched);
            }
            last = rows.into_iter().last().map(|row| row.key);
        }
    }
}

/// The next rows that have to be changed, kept from being changed by others meanwhile.
async fn next(
    work: &mut Work,
    place: &Place<'_>,
    call: &Call,
    last: Option<&Key>,
    limit: usize,
) -> Result<Vec<Row>, Failure> {
    let mut statement = Statement::new(work.engine());
    statement.sql("SELECT ");
    rows::key(&mut statement, place);
    statement.sql(", CASE WHEN ");
    rows::go(&mut statement, place);
    statement.sql(" THEN 'yes' END");
    for column in place.random() {
        statement.sql(", ");
        value::as_text(&mut statement, column);
    }
    statement.sql(" FROM ").table(&place.mapping.table).sql(" WHERE ");
    rows::belong(&mut statement, place, &call.subject);
    statement.sql(" AND ");
    rows::pending(&mut statement, place);
    if let Some(last) = last {
        statement.sql(" AND ");
        rows::after(&mut statement, place, last);
    }
    rows::in_order(&mut statement, place);
    statement.sql(" LIMIT ").number(limit as u64);
    // SQLite has one writer at a time, which is this one.
    if work.engine() != Engine::Sqlite {
        statement.sql(" FOR UPDATE");
    }
    let width = place.key.len();
    let row = |row: &Texts| Row {
        key: (0..width).map(|at| text(row, at).to_owned()).collect(),
        goes: text(row, width) == "yes",
        before: row.get(width + 1..).unwrap_or_default().to_vec(),
    };
    Ok(work.rows(statement).await?.iter().map(row).collect())
}

/// Deletes the rows that go as a whole.
async fn delete(work: &mut Work, place: &Place<'_>, rows: &[Row]) -> Result<(), Failure> {
    let keys = rows.iter().filter(|row| row.goes).map(|row| &row.key).collect::<Vec<_>>();
    if keys.is_empty() {
        return Ok(());
    }
    let mut statement = Statement::new(work.engine());
    statement.sql("DELETE FROM ").table(&place.mapping.table).sql(" WHERE ");
    rows::are(&mut statement, place, &keys);
    expect(work.change(statement).await?, keys.len())
}

/// Masks the rows that stay, all columns at once but those that get a random value.
async fn mask(work: &mut Work, place: &Place<'_>, rows: &[Row]) -> Result<(), Failure> {
    let keys = rows.iter().filter(|row| !row.goes).map(|row| &row.key).collect::<Vec<_>>();
    let random = place.random().map(|column| &column.name).collect::<Vec<_>>();
    let masked = place.asked.iter().filter(|asked| !random.contains(&&asked.column.name));
    let masked = masked.collect::<Vec<_>>();
    if keys.is_empty() || masked.is_empty() {
        return Ok(());
    }
    let mut statement = Statement::new(work.engine());
    statement.sql("UPDATE ").table(&place.mapping.table).sql(" SET ");
    statement.list(masked, ", ", |sql, asked| {
        sql.name(&asked.column.name).sql(" = ");
        masked::becomes(sql, asked.column, asked.mask);
    });
    statement.sql(" WHERE ");
    rows::are(&mut statement, place, &keys);
    expect(work.change(statement).await?, keys.len())
}

/// Puts a random value of the same form into the columns that get one, row by row, and reads it again at once: later
/// nobody could tell it from the value before.
async fn randomize(work: &mut Work, place: &Place<'_>, rows: &[Row]) -> Result<(), Failure> {
    let columns = place.random().collect::<Vec<_>>();
    for row in rows.iter().filter(|row| !row.goes) {
        let mut new = Vec::<(&Column, String)>::new();
        for (column, before) in columns.iter().zip(&row.before) {
            let Some(before) = before else { continue };
            let random = random::like(before, column.class);
            new.push((column, random.map_err(|_| passing("The system gave no random numbers."))?));
        }
        if new.is_empty() {
            continue;
        }
        let mut statement = Statement::new(work.engine());
        statement.sql("UPDATE ").table(&place.mapping.table).sql(" SET ");
        statement.list(&new, ", ", |sql, (column, text)| {
            sql.name(&column.name).sql(" = ");
            value::of_type(sql, column, text);
        });
        statement.sql(" WHERE ");
        rows::is(&mut statement, place, &row.key);
        expect(work.change(statement).await?, 1)?;
        let mut statement = Statement::new(work.engine());
        statement.sql("SELECT ").count().sql(" FROM ").table(&place.mapping.table).sql(" WHERE ");
        rows::is(&mut statement, place, &row.key);
        for (column, text) in &new {
            statement.sql(" AND ");
            value::is(&mut statement, column, text);
        }
        expect(work.number(statement).await?, 1)?;
    }
    Ok(())
}

/// Fails when fewer rows were changed than are there: something in the database keeps them as they are.
fn expect(changed: u64, rows: usize) -> Result<(), Failure> {
    if changed == rows as u64 {
        return Ok(());
    }
    Err(lasting(
        "The database left rows as they were: a rule or a trigger of its own, or row-level security.",
    ))
}

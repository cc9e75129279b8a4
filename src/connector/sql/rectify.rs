//! Putting a wrong value right, wherever it stands among what is somebody's.

use super::{
    super::{Answer, Call, Correction, Evidence, Failure},
    database::{Database, Purpose},
    failure::{lasting, passing},
    fitness,
    plan::{self, Place},
    rows,
    schema::Column,
    statement::Statement,
    value,
    work::Work,
};
use secrecy::ExposeSecret;

/// A correction where it applies.
struct Change<'a> {
    place: &'a Place<'a>,
    column: &'a Column,
    old: Vec<&'a str>,
    new: &'a str,
}

impl Database {
    /// Replaces each old value by its new one, in the columns of its category, and reads them again.
    ///
    /// What holds the new value already counts only when an earlier attempt may have put it there.
    pub async fn rectify(&self, call: &Call) -> Result<Answer, Failure> {
        let schema = self.schema().await?;
        let places = plan::places(self, &schema, call, None)?;
        let changes = changes(&places, &call.corrections)?;
        let mut changed = 0;
        for change in &changes {
            let mut work = self.begin(Purpose::Changing).await?;
            changed += work.change(change.update(&work, call)).await?;
            work.commit().await?;
        }
        let mut work = self.begin(Purpose::Changing).await?;
        let (mut wrong, mut right) = (0, 0);
        for change in &changes {
            wrong += change.count(&mut work, call, &change.old).await?;
            right += change.count(&mut work, call, &[change.new]).await?;
        }
        work.roll_back().await;
        if wrong > 0 || right < changed {
            return Err(passing(format!("After the change, {wrong} values are still as they were.")));
        }
        let rows = changed.max(call.found_before.unwrap_or_default().min(right));
        let evidence = Evidence::ReadBack { rows };
        Ok(if rows == 0 { Answer::NothingFound(evidence) } else { Answer::Done(evidence) })
    }
}

fn changes<'a>(places: &'a [Place<'a>], corrections: &'a [Correction]) -> Result<Vec<Change<'a>>, Failure> {
    let mut changes = Vec::new();
    for correction in corrections {
        let new = correction.new.expose_secret();
        let old = correction.old.iter().map(ExposeSecret::expose_secret).filter(|old| *old != new);
        let old = old.collect::<Vec<_>>();
        if old.is_empty() {
            let category = correction.category.as_str();
            return Err(lasting(format!("`{category}`: what stands there now is not known.")));
        }
        let before = changes.len();
        for place in places {
            let mapped = place.mapping.columns.iter().filter(|column| column.category == correction.category);
            for asked in
                mapped.filter_map(|mapped| place.asked.iter().find(|a| a.column.name == mapped.column))
            {
                if !fitness::holds(asked.column, new) {
                    let (table, column) = (&place.mapping.table, &asked.column.name);
                    return Err(lasting(format!("`{table}`: `{column}` cannot hold the new value.")));
                }
                changes.push(Change { place, column: asked.column, old: old.clone(), new });
            }
        }
        if changes.len() == before {
            return Err(lasting(format!("No column is mapped to `{}`.", correction.category.as_str())));
        }
    }
    Ok(changes)
}

impl Change<'_> {
    fn update(&self, work: &Work, call: &Call) -> Statement {
        let mut statement = Statement::new(work.engine());
        statement
            .sql("UPDATE ")
            .table(&self.place.mapping.table)
            .sql(" SET ")
            .name(&self.column.name)
            .sql(" = ");
        value::of_type(&mut statement, self.column, self.new);
        self.where_it_is(&mut statement, call, &self.old);
        statement
    }

    async fn count(&self, work: &mut Work, call: &Call, values: &[&str]) -> Result<u64, Failure> {
        let mut statement = Statement::new(work.engine());
        statement.sql("SELECT ").count().sql(" FROM ").table(&self.place.mapping.table);
        self.where_it_is(&mut statement, call, values);
        work.number(statement).await
    }

    fn where_it_is(&self, statement: &mut Statement, call: &Call, values: &[&str]) {
        statement.sql(" WHERE ");
        rows::belong(statement, self.place, &call.subject);
        statement.sql(" AND (");
        statement.list(values, " OR ", |sql, text| value::equals(sql, self.column, text));
        statement.sql(")");
    }
}

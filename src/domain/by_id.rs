//! A page of the rows of one table, in the order of their ids, which is the order in which they came.

use super::{
    each_customer::foreign_cursor,
    page::{PageRequest, cursor_id},
};
use crate::access::{Reader, Sql, Stop};
use entity::touch::Touch;
use sea_orm::FromQueryResult;

/// A list of rows with an `id`.
pub(in crate::domain) struct ById<'a> {
    pub table: &'static str,
    /// What its rows are called in the conditions.
    pub called: &'static str,
    pub newest_first: bool,
    /// Adds conditions, each beginning with ` AND `.
    pub condition: &'a (dyn Fn(&mut Sql) + Sync),
    pub page: &'a PageRequest,
}

#[derive(FromQueryResult)]
struct Total {
    total: i64,
}

impl ById<'_> {
    /// The rows of the page in the order of the request, whether there are more, and how many there are in all if the page asks for that.
    ///
    /// # Errors
    /// `INVALID_FORMAT` for a cursor of another list; [`Stop::Broken`] when the database fails.
    pub(in crate::domain) async fn fetch<T: FromQueryResult>(
        &self,
        r: &Reader,
        touch: impl Fn(&T) -> Touch,
    ) -> Result<(Vec<T>, bool, Option<u64>), Stop> {
        let row = self.called;
        let mut sql = self.all(&format!("{row}.*"));
        for (argument, keys) in [("after", &self.page.after), ("before", &self.page.before)] {
            if let Some(keys) = keys {
                let id = cursor_id(keys).ok_or_else(|| foreign_cursor(argument))?;
                let comparison = if (argument == "after") == self.newest_first { '<' } else { '>' };
                sql.push(&format!(" AND {row}.id {comparison} ")).bind(id);
            }
        }
        let direction = if self.newest_first == self.page.backward { "" } else { " DESC" };
        sql.push(&format!(" ORDER BY {row}.id{direction}"));
        let (rows, more) = r.some(sql, self.page.limit, touch).await?;
        let total = if self.page.count {
            let counted = r.numbers::<Total>(self.all("count(*) AS total")).await?;
            counted.first().and_then(|row| u64::try_from(row.total).ok())
        } else {
            None
        };
        Ok((rows, more, total))
    }

    fn all(&self, columns: &str) -> Sql {
        let mut sql = Sql::new(&format!("SELECT {columns} FROM {} {} WHERE true", self.table, self.called));
        (self.condition)(&mut sql);
        sql
    }
}

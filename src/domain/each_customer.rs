//! A page of the same list for each of several customers, in one statement.

use super::page::{Page, PageRequest};
use crate::{
    access::{Code, Reader, Refusal, Sql, Stop},
    domain::page::cursor_id,
};
use entity::{ids::CustomerId, touch::Touch};
use sea_orm::FromQueryResult;
use std::collections::HashMap;

/// A list that each customer has: rows of one table with `id` and `customer_id`, newest first by id.
pub struct PagesOf<'a, T> {
    pub table: &'static str,
    /// Where rows have more in another table, which is read of those on the page alone.
    pub beside: Option<Beside>,
    pub customers: &'a [CustomerId],
    pub page: &'a PageRequest,
    /// Adds conditions on `t`, each beginning with ` AND `.
    pub condition: &'a (dyn Fn(&mut Sql) + Sync),
    pub touch: fn(&T) -> Touch,
    pub customer: fn(&T) -> CustomerId,
    pub id: fn(&T) -> String,
}

/// Columns of another table, and how it is joined to `t`: with one row for each.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    pub columns: &'static str,
    pub join: &'static str,
}

#[derive(FromQueryResult)]
struct Total {
    customer_id: CustomerId,
    total: i64,
}

impl<T: FromQueryResult + Send + Sync> PagesOf<'_, T> {
    /// The page of each customer; one without rows has an empty page.
    ///
    /// # Errors
    /// `INVALID_FORMAT` for a cursor of another list; [`Stop::Broken`] when the database fails.
    pub async fn fetch(self, r: &Reader) -> Result<HashMap<CustomerId, Page<T>>, Stop> {
        let limit = self.page.limit;
        let (rows, more) = match self.customers {
            [one] => {
                let mut sql = Sql::new("SELECT t.*");
                sql.push(self.columns()).push(" FROM ");
                self.from(&mut sql, &[*one], self.join())?;
                sql.push(" ORDER BY t.id").push(self.direction());
                let (rows, more) = r.some(sql, limit, self.touch).await?;
                (rows, if more { vec![*one] } else { Vec::new() })
            }
            many => self.ranked(r, many).await?,
        };
        let totals = if self.page.count { self.totals(r).await? } else { HashMap::new() };
        let mut of = self.customers.iter().map(|customer| (*customer, Vec::new())).collect::<HashMap<_, _>>();
        for row in rows {
            of.entry((self.customer)(&row)).or_default().push(row);
        }
        let page = |(customer, rows): (CustomerId, Vec<T>)| {
            let total = self.page.count.then(|| totals.get(&customer).copied().unwrap_or_default());
            let keys = |row: &T| vec![(self.id)(row)];
            (customer, Page::fetched(self.page, rows, more.contains(&customer), keys, total))
        };
        Ok(of.into_iter().map(page).collect())
    }

    /// The first `limit` rows of each, and the customers who have more.
    async fn ranked(&self, r: &Reader, customers: &[CustomerId]) -> Result<(Vec<T>, Vec<CustomerId>), Stop> {
        let limit = i64::try_from(self.page.limit).unwrap_or(i64::MAX);
        let direction = self.direction();
        let mut sql = Sql::new("SELECT t.*");
        sql.push(self.columns());
        sql.push(" FROM (SELECT t.*, row_number() OVER (PARTITION BY t.customer_id ORDER BY t.id");
        sql.push(direction).push(") AS rank FROM ");
        self.from(&mut sql, customers, "")?;
        sql.push(") t").push(self.join()).push(" WHERE t.rank <= ").bind(limit + 1);
        sql.push(" ORDER BY t.customer_id, t.rank");
        let rows = r.rows(
            sql,
            |row: &Ranked<T>| if row.rank > limit { Touch::nobody() } else { (self.touch)(&row.row) },
        );
        let (kept, beyond): (Vec<_>, Vec<_>) = rows.await?.into_iter().partition(|row| row.rank <= limit);
        let more = beyond.iter().map(|row| (self.customer)(&row.row)).collect();
        Ok((kept.into_iter().map(|row| row.row).collect(), more))
    }

    async fn totals(&self, r: &Reader) -> Result<HashMap<CustomerId, u64>, Stop> {
        let mut sql = Sql::new("SELECT t.customer_id, count(*) AS total FROM ");
        self.of_customers(&mut sql, self.customers, "");
        sql.push(" GROUP BY t.customer_id");
        let totals = r.numbers::<Total>(sql).await?;
        let total = |row: Total| (row.customer_id, u64::try_from(row.total).unwrap_or_default());
        Ok(totals.into_iter().map(total).collect())
    }

    fn direction(&self) -> &'static str {
        if self.page.backward { "" } else { " DESC" }
    }

    fn columns(&self) -> &'static str {
        self.beside.map_or("", |beside| beside.columns)
    }

    fn join(&self) -> &'static str {
        self.beside.map_or("", |beside| beside.join)
    }

    fn of_customers(&self, sql: &mut Sql, customers: &[CustomerId], join: &'static str) {
        sql.push(self.table).push(" t").push(join);
        sql.push(" WHERE t.customer_id IN ").list(customers.iter().map(|id| id.0));
        (self.condition)(sql);
    }

    fn from(&self, sql: &mut Sql, customers: &[CustomerId], join: &'static str) -> Result<(), Stop> {
        self.of_customers(sql, customers, join);
        for (argument, keys, comparison) in
            [("after", &self.page.after, " AND t.id < "), ("before", &self.page.before, " AND t.id > ")]
        {
            if let Some(keys) = keys {
                let id = cursor_id(keys).ok_or_else(|| foreign_cursor(argument))?;
                sql.push(comparison).bind(id);
            }
        }
        Ok(())
    }
}

/// A row, and its place among its customer's.
struct Ranked<T> {
    row: T,
    rank: i64,
}

impl<T: FromQueryResult> FromQueryResult for Ranked<T> {
    fn from_query_result(result: &sea_orm::QueryResult, prefix: &str) -> Result<Self, sea_orm::DbErr> {
        Ok(Self { row: T::from_query_result(result, prefix)?, rank: result.try_get(prefix, "rank")? })
    }
}

/// The refusal for a cursor whose keys make no sense to the list it names.
pub(in crate::domain) fn foreign_cursor(argument: &str) -> Refusal {
    Refusal::new(Code::InvalidFormat, "This is no cursor of this list.").at(argument)
}

//! Whose data is at a place.

use crate::{
    domain::data_location::{AtPlace, CustomerAt, CustomersAt, During},
    graphql::{
        catalog::{DataCategory, categories},
        connection::{Arguments, PageInfo, cursor, page_info},
        context::{access, catalog},
        customer::Customer,
        error::OrError,
        named,
        scalars::DateTime,
    },
    policy::Action,
};
use async_graphql::{ComplexObject, Context, Object, Result, SimpleObject};

/// A page of the customers whose data is, or was, in a place.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct CustomerDataConnection {
    edges: Vec<CustomerDataEdge>,
    page_info: PageInfo,
    #[graphql(skip)]
    total: Option<u64>,
}

#[ComplexObject]
impl CustomerDataConnection {
    async fn nodes(&self) -> Vec<Customer> {
        self.edges.iter().map(|edge| Customer(edge.at.customer.clone())).collect()
    }

    /// All that the filter lets through.
    async fn total_count(&self) -> i32 {
        self.total.and_then(|total| i32::try_from(total).ok()).unwrap_or(i32::MAX)
    }
}

pub struct CustomerDataEdge {
    cursor: String,
    at: CustomerAt,
}

/// One customer whose data is, or was, in a place.
#[Object]
impl CustomerDataEdge {
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    async fn node(&self) -> Customer {
        Customer(self.at.customer.clone())
    }

    /// What of theirs is there.
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<DataCategory>> {
        categories(ctx, &self.at.categories)
    }

    async fn held_from(&self) -> DateTime {
        DateTime(self.at.held_from)
    }

    /// Null while any of it is there.
    async fn held_to(&self) -> Option<DateTime> {
        self.at.held_to.map(DateTime)
    }
}

/// The connection of a place.
///
/// # Errors
/// `FORBIDDEN` for roles that oversee nothing; `BAD_USER_INPUT`.
pub async fn customers_at(
    ctx: &Context<'_>,
    place: AtPlace,
    arguments: Arguments,
    during: Option<During>,
    categories: Option<Vec<String>>,
) -> Result<CustomerDataConnection> {
    const LIST: &str = "customersAt";
    access(ctx).require(Action::SeeCustomersAt).await.or_error()?;
    let page = arguments.request(ctx, LIST)?;
    let inquiry = CustomersAt {
        catalog: catalog(ctx),
        place,
        during,
        categories: categories.map(|keys| named::categories(ctx, "categories", keys)).transpose()?,
        page,
    };
    let page = access(ctx).read(inquiry).await.or_error()?;
    let info = page.clone().map(|at| Customer(at.customer));
    let edge = |(keys, at): (Vec<String>, CustomerAt)| CustomerDataEdge { cursor: cursor(LIST, &keys), at };
    Ok(CustomerDataConnection {
        page_info: page_info(LIST, &info),
        total: page.total,
        edges: page.entries.into_iter().map(edge).collect(),
    })
}

//! Relay cursor connections over [`Page`]s.

use super::error::bad_input;
use crate::domain::page::{self, End, Page, PageRequest};
use async_graphql::{Context, OutputType, Result, SimpleObject};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

/// Where a page of a connection lies (Relay cursor connections).
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct PageInfo {
    has_next_page: bool,
    has_previous_page: bool,
    /// Null when the page is empty.
    start_cursor: Option<String>,
    /// Null when the page is empty.
    end_cursor: Option<String>,
}

/// The arguments that every connection has.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

impl Arguments {
    /// The page asked for of the list of this name. Counting is asked for by selecting `totalCount`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for sizes that are not allowed and cursors of another list.
    pub fn request(self, ctx: &Context<'_>, list: &str) -> Result<PageRequest> {
        let Self { first, after, last, before } = self;
        if first.is_some() && last.is_some() {
            return Err(bad_input("last", "Give `first` or `last`, not both."));
        }
        let limit = match (first, last) {
            (Some(first), _) => size("first", first)?,
            (None, Some(last)) => size("last", last)?,
            (None, None) => page::DEFAULT,
        };
        Ok(PageRequest {
            limit,
            backward: last.is_some(),
            after: after.map(|cursor| keys("after", list, &cursor)).transpose()?,
            before: before.map(|cursor| keys("before", list, &cursor)).transpose()?,
            count: ctx.look_ahead().field("totalCount").exists(),
        })
    }
}

/// The page of a list that is in memory as a whole, in its order.
///
/// # Errors
/// `BAD_USER_INPUT` for a cursor whose entry is not in the list, or no longer.
pub fn page_of<T>(request: &PageRequest, list: Vec<T>, keys: impl Fn(&T) -> Vec<String>) -> Result<Page<T>> {
    Page::of_list(request, list, keys).map_err(|end| {
        let argument = if end == End::After { "after" } else { "before" };
        bad_input(argument, "The entry of this cursor is not in the list any more: start from its beginning.")
    })
}

fn size(argument: &str, size: i32) -> Result<u64> {
    match u64::try_from(size) {
        Ok(size) if size <= page::MAX => Ok(size),
        _ => Err(bad_input(argument, &format!("Give a number from 0 to {}.", page::MAX))),
    }
}

/// A cursor says of which list it is, so that another list's is refused rather than misread.
pub fn cursor(list: &str, keys: &[String]) -> String {
    let parts = std::iter::once(list).chain(keys.iter().map(String::as_str)).collect::<Vec<_>>();
    BASE64_URL_SAFE_NO_PAD.encode(parts.join("\u{1f}"))
}

fn keys(argument: &str, list: &str, cursor: &str) -> Result<Vec<String>> {
    let parse = || {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let keys = text.strip_prefix(list)?.strip_prefix('\u{1f}')?;
        let keys = keys.split('\u{1f}').map(str::to_owned).collect::<Vec<_>>();
        // No key that was given out holds any.
        keys.iter().all(|key| !key.contains(char::is_control)).then_some(keys)
    };
    parse().ok_or_else(|| bad_input(argument, "This is no cursor of this list."))
}

/// What a page says of itself.
pub fn page_info<T: OutputType>(list: &str, page: &Page<T>) -> PageInfo {
    let cursor = |entry: Option<&(Vec<String>, T)>| entry.map(|(keys, _)| cursor(list, keys));
    PageInfo {
        has_next_page: page.has_next,
        has_previous_page: page.has_previous,
        start_cursor: cursor(page.entries.first()),
        end_cursor: cursor(page.entries.last()),
    }
}

/// Defines the connection and edge types of a node type.
macro_rules! connection {
    ($connection:ident, $edge:ident, $node:ty) => {
        /// An entry of the list, with its cursor.
        #[derive(async_graphql::SimpleObject)]
        pub struct $edge {
            cursor: String,
            node: $node,
        }

        /// A page of a list.
        #[derive(async_graphql::SimpleObject)]
        #[graphql(complex)]
        pub struct $connection {
            edges: Vec<$edge>,
            page_info: $crate::graphql::connection::PageInfo,
            #[graphql(skip)]
            total: Option<u64>,
        }

        #[async_graphql::ComplexObject]
        impl $connection {
            async fn nodes(&self) -> Vec<&$node> {
                self.edges.iter().map(|edge| &edge.node).collect()
            }

            /// All that the filter lets through.
            async fn total_count(&self) -> i32 {
                self.total.and_then(|total| i32::try_from(total).ok()).unwrap_or(i32::MAX)
            }
        }

        impl $connection {
            /// The connection of a page of the list of this name.
            pub fn new(list: &str, page: $crate::domain::page::Page<$node>) -> Self {
                let page_info = $crate::graphql::connection::page_info(list, &page);
                let edge = |(keys, node): (Vec<String>, $node)| $edge {
                    cursor: $crate::graphql::connection::cursor(list, &keys),
                    node,
                };
                Self { page_info, total: page.total, edges: page.entries.into_iter().map(edge).collect() }
            }
        }
    };
}
pub(crate) use connection;

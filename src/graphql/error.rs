//! How a stop is said at the top level: the only place that names the codes.

use crate::{
    access::{Broken, Refusal, Stop},
    policy::No,
};
use async_graphql::{Error, ErrorExtensions};
use std::sync::Arc;

/// A wrong argument of a query, by its path: `filter.systemId`.
pub fn bad_input(argument: &str, message: &str) -> Error {
    Error::new(message).extend_with(|_, extensions| {
        extensions.set("code", "BAD_USER_INPUT");
        extensions.set("field", argument.split('.').map(str::to_owned).collect::<Vec<_>>());
    })
}

/// An error with one of the contract's codes.
pub fn coded(code: &'static str, message: &str) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

/// The error for reference data that a row names and the catalog does not have: it cannot be, foreign keys see to it.
pub fn missing() -> Error {
    coded("INTERNAL", "The reference data is not complete: try again.")
}

/// The error where a thing is asked for that is not there, and null cannot say so.
pub fn not_found(message: &str) -> Error {
    coded("NOT_FOUND", message)
}

/// The error that a stop becomes. What broke inside is logged here, once, and not told.
pub fn to_graphql(stop: &Stop) -> Error {
    match stop {
        Stop::Refused(refusals) => refused(refusals.first()),
        Stop::Denied(no) => coded(no.code(), &no.to_string()),
        Stop::Broken(Broken::TooLong) => {
            tracing::warn!("a statement took too long");
            coded("QUERY_TOO_COMPLEX", "This takes too long: narrow the filter, or ask without totalCount.")
        }
        Stop::Broken(broken) if stop.code() == "UNAVAILABLE" => {
            tracing::error!(error = %broken, "unavailable");
            coded("UNAVAILABLE", "This cannot be answered right now: try again shortly.")
        }
        Stop::Broken(broken) => {
            tracing::error!(error = %broken, "broken");
            coded("INTERNAL", "Something broke. Its request id is on record.")
        }
    }
}

fn refused(refusal: Option<&Refusal>) -> Error {
    let Some(refusal) = refusal else { return coded("BAD_USER_INPUT", "Refused.") };
    Error::new(&refusal.message).extend_with(|_, extensions| {
        extensions.set("code", "BAD_USER_INPUT");
        if !refusal.field.is_empty() {
            extensions.set("field", refusal.field.clone());
        }
    })
}

/// For `?` in resolvers.
pub trait OrError<T> {
    /// The value, or the error that the stop becomes.
    ///
    /// # Errors
    /// See [`to_graphql`].
    fn or_error(self) -> async_graphql::Result<T>;

    /// The value, or `None` when it is somebody else's: answered as if it did not exist.
    ///
    /// # Errors
    /// See [`to_graphql`].
    fn or_hidden(self) -> async_graphql::Result<Option<T>>;
}

impl<T> OrError<T> for Result<T, Stop> {
    fn or_error(self) -> async_graphql::Result<T> {
        self.map_err(|stop| to_graphql(&stop))
    }

    fn or_hidden(self) -> async_graphql::Result<Option<T>> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(Stop::Denied(No::NotYours)) => Ok(None),
            Err(stop) => Err(to_graphql(&stop)),
        }
    }
}

impl<T> OrError<T> for Result<T, Arc<Stop>> {
    fn or_error(self) -> async_graphql::Result<T> {
        self.map_err(|stop| to_graphql(&stop))
    }

    fn or_hidden(self) -> async_graphql::Result<Option<T>> {
        match self {
            Err(stop) if matches!(*stop, Stop::Denied(No::NotYours)) => Ok(None),
            other => other.or_error().map(Some),
        }
    }
}

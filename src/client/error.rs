//! Why there is no answer, or none of use.

use reqwest::StatusCode;
use serde::Deserialize;
use std::fmt::{self, Display, Formatter};

/// An error of the whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// One of the API's codes, such as `FORBIDDEN`.
    pub code: String,
    /// For a person to read. The API promises that it holds no personal values.
    pub message: String,
    /// The argument that is to blame, with dots; empty when none is.
    pub field: String,
    /// What the server's log calls the request.
    pub request_id: Option<String>,
}

/// Why a mutation was refused: nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct UserError {
    /// One of the API's codes, such as `PLAN_CHANGED`.
    pub code: String,
    /// For a person to read.
    pub message: String,
    /// The path within the input.
    pub field: Option<Vec<String>>,
}

/// Why there is no answer, or none of use. None of them shows the token, what was asked, or what came back.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The token cannot stand in a header.
    #[error("the token is empty, or has characters that no token has")]
    Token,
    /// No client can be made, such as without certificates to trust.
    #[error("the connection cannot be prepared")]
    Client(#[source] reqwest::Error),
    /// Nothing was sent.
    #[error("the server cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// Nothing was sent: trying again changes nothing.
    #[error("no secure connection to the server can be made")]
    Insecure(#[source] reqwest::Error),
    /// Something was sent, and may have been done.
    #[error("the server's answer did not arrive")]
    Unanswered(#[source] reqwest::Error),
    /// The token does not go where a redirect says.
    #[error("the server redirects to another address: set the endpoint to the one that answers")]
    Redirected,
    /// Such as a proxy's page.
    #[error("status {0}, and no answer of Kartotek's: look whether the endpoint is right")]
    NotKartotek(StatusCode),
    /// More than is taken in.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    /// It has not what was asked for: another version answers.
    #[error(
        "the answer has not the form that was asked for: the server and this program may be of different versions"
    )]
    Unexpected,
    /// The server says why not.
    #[error("{0}")]
    Answered(Answered),
    /// A mutation was refused.
    #[error("{}", refusals(.0))]
    Refused(Vec<UserError>),
}

impl ClientError {
    /// Whether it may go well later, with nothing changed.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Unanswered(_) => true,
            Self::NotKartotek(status) => {
                matches!(status.as_u16(), 408 | 425 | 429 | 502..=504)
            }
            Self::Answered(answered) => matches!(answered.code.as_str(), "RATE_LIMITED" | "UNAVAILABLE"),
            _ => false,
        }
    }

    /// Whether it is certain that nothing was done: the server says so, or never heard of it.
    #[must_use]
    pub fn nothing_was_done(&self) -> bool {
        !matches!(self, Self::Unanswered(_) | Self::NotKartotek(_) | Self::TooLong(_) | Self::Unexpected)
            && self.code() != Some("INTERNAL")
            && self.code() != Some("UNAVAILABLE")
    }

    /// The API's code: of the whole answer, or of the first refusal.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Answered(answered) => Some(&answered.code),
            Self::Refused(refusals) => refusals.first().map(|refusal| refusal.code.as_str()),
            _ => None,
        }
    }
}

impl Display for Answered {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if !self.field.is_empty() {
            write!(f, " ({})", self.field)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.request_id {
            Some(id) if self.code == "INTERNAL" => write!(f, " It is {id}."),
            _ => Ok(()),
        }
    }
}

fn refusals(all: &[UserError]) -> String {
    let one = |error: &UserError| match &error.field {
        Some(field) => format!("{} ({}): {}", error.code, field.join("."), error.message),
        None => format!("{}: {}", error.code, error.message),
    };
    all.iter().map(one).collect::<Vec<_>>().join("; ")
}

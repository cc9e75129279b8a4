//! Asks a server, as commands for scripters do. It knows GraphQL over HTTP and how Kartotek says no, and no query: those
//! stand with whoever asks them.

mod answer;
mod ask;
mod endpoint;
mod error;

pub use ask::{Again, Client, Patience, Question, Stated};
pub use endpoint::{BadEndpoint, Endpoint};
pub use error::{Answered, ClientError, UserError};

#[cfg(test)]
mod tests;

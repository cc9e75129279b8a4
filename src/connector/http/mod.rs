//! A third party's privacy API: a signed request in the form of OpenDSR goes to an address that may be reached, and
//! what comes back, at once or as a callback later, counts only if it is proven to be theirs.

mod address;
mod answer;
mod body;
mod callback;
mod egress;
mod resolver;
mod send;
mod sign;
mod statement;
#[cfg(test)]
mod testing;
mod verdict;

pub use body::request_type;
pub use callback::{Callback, Rejected, prove, receive};
pub(crate) use egress::is_this_machine;
pub use egress::{Destination, Egress, OutOfBounds};
pub use send::{CannotSend, Sender, ThirdParty};
pub use sign::{ID, Keys, SIGNATURE, Signed, TIMESTAMP, Unproven, UnusableSecret};

//! Letters to a third party's privacy contact, for those who have no API: they go out by the company's own mail server,
//! and a person records what is answered. That one was sent proves nothing but that.

mod compose;
mod english;
mod letter;
mod send;
mod server;
mod swedish;
#[cfg(test)]
mod testing;
mod words;

pub use letter::{Kind, Letter, case_number};
pub use send::{CannotMail, Mailer};
pub use server::{BadSender, BadUrl, check, check_sender};

//! The door: the only code that holds the database and the keys.
//!
//! Everything that reads or changes a row goes through [`Access::read`] or [`Access::write`], which ask the
//! policy first and record what was touched. No connection leaves this module, rows cannot be read without
//! saying whom they are about, a change commits together with its event or not at all, and an answer leaves
//! only as [`Released`], once what it was made from is on record.

mod command;
mod database;
mod door;
mod event;
mod inquiry;
mod journal;
mod operation;
mod reader;
mod released;
mod session;
mod stop;
mod trail;
mod vault;
mod writer;

pub use crate::{
    clock::{Clock, SystemClock},
    refusal::{Code, Refusal},
    sql::{JOIN_IN_ORDER, Sql},
};
pub use command::Command;
pub use database::{Detaching, Engine, Settings, detaching, engine, known_migrations, migrate, migrations};
pub use door::{Door, Rejected};
pub use inquiry::Inquiry;
pub use operation::Access;
pub use reader::Reader;
pub use released::Released;
pub use session::{Caller, Session};
pub use stop::{Broken, Stop};
pub use trail::Trail;
pub use vault::{Apart, Profile, Revealed};
pub use writer::{Rehearsal, Writer};

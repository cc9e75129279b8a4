//! What people are known and reached by: read as they write it, kept in one form, refused when wrong.
//!
//! No error and no `Debug` shows the value; it has to be asked for by name.

pub mod email;
pub mod mask;
pub mod national_id;
pub mod phone;
pub mod text;

pub use email::{Email, EmailError};
pub use national_id::{NationalId, NationalIdError, NationalIdKind};
pub use phone::{Phone, PhoneError};
pub use text::{Text, TextProblem};

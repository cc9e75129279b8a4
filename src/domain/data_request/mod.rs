//! What customers ask for by their rights (Art. 12-22), and until when they must have an answer.

mod clock;
mod holidays;

pub use clock::{CannotExtend, Clock, Deadline, Extension, Pause, due};
pub use holidays::{is_public_holiday, is_working_day, working_day_from};

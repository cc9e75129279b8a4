//! Tables as data: shapes only, no logic, no I/O.

pub mod enums;
pub mod ids;
pub mod touch;

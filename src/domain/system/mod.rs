//! Places where data is stored, in-house and at third parties.

mod create;
mod retire;
mod update;

pub use create::CreateSystem;
pub use retire::RetireSystem;
pub use update::UpdateSystem;

#[cfg(test)]
mod tests;

//! Other companies and bodies that receive data, and how far they are trusted with it.

mod assess;
mod create;
mod lineage;
mod retire;
mod rules;
mod update;

pub use assess::{AssessThirdParty, Elsewhere};
pub use create::CreateThirdParty;
pub use retire::RetireThirdParty;
pub use rules::{Blocker, BlockerCode, EEA, Gap, blockers, gaps, is_in_eea, may_become, needs_agreement};
pub use update::UpdateThirdParty;

#[cfg(test)]
mod tests;

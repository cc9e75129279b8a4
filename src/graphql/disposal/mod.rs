//! What disposals would do, and do.

mod asked;
mod types;

pub use asked::asked;
pub use types::DisposalPlan;

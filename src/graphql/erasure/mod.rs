//! Erasing and anonymizing customers.

mod mutations;

pub use mutations::ErasureMutation;

//! What holds of the whole program, whatever it is asked.

mod actor;
mod audit_append_only;
mod audit_outage;
mod every_root_field;
mod fixtures;
mod policy_matrix;
mod sight_matrix;

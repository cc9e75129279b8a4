//! What holds of the whole program, whatever it is asked.

mod actor;
mod audit_append_only;
mod audit_outage;
mod column_inventory;
mod entities;
mod every_root_field;
mod file_size;
mod fixtures;
mod justified;
mod module_edges;
mod no_other_door;
mod policy_matrix;
mod query_counts;
mod schema_file;
mod settled;
mod sight_matrix;
mod source;
mod touches;
mod user_error_codes;

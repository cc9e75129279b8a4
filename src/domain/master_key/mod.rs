//! The keys that everything personal is sealed with: the database knows which they are, and goes with no others.

mod use_keys;

pub use use_keys::UseMasterKeys;

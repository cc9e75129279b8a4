pub mod budget;
pub mod documents;

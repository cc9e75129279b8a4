//! The catalogue as code: the reference data as one document that people write, compare and keep in version control.

mod apply;
mod assess;
mod categories;
mod connector;
mod controller;
mod diff;
mod entries;
mod export;
mod import;
mod model;
mod news;
mod parties;
mod purposes;
mod read;
mod requirements;
mod retention_rules;
mod row_columns;
mod rows;
mod services;
mod systems;

pub use connector::ConnectorEntry;
pub use diff::{CatalogChange, EntryChange, EntryKind, EntryName, FieldChange, diff};
pub use export::ExportCatalog;
pub use import::{ImportCatalog, Imported, Powers};
pub use model::{
    AssessmentEntry, CategoryEntry, ContactEntry, ControllerEntry, Document, NeedEntry, PurposeEntry,
    RequirementEntry, RetentionRuleEntry, ServiceEntry, SystemEntry, ThirdPartyEntry, TranslationEntry,
};
pub use read::explained;
pub use row_columns::{Column, RowKind, plain};
pub use rows::{Place, Row, Rows, WrongRow};

#[cfg(test)]
mod tests;

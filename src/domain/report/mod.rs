//! Reports as files: asked for by somebody, made on their behalf by a worker a page at a time, so that everybody who is in one is on
//! record as seen by whoever asked, and there for a short while. How a file looks is `report`'s.

mod about;
mod audit;
mod columns;
mod content;
mod customer;
mod customer_history;
mod fetch;
mod findings;
mod forget;
mod incident;
mod inventory;
mod labels;
mod lease;
mod list;
mod make;
mod making;
mod places;
mod request;
mod ropa;
mod sink;
mod wanted;

pub use about::limits_of;
pub use content::{About, Cell, Column, ColumnKind, Part, Table, Text, Word};
pub use fetch::{ByLink, FetchReport, Fetchable, Link, LinkTo, PartOfReport};
pub(in crate::domain) use forget::forget_reports_of;
pub use forget::{ExpiredReports, ForgetReports};
pub use lease::{FailReport, LeaseReport, ReportsDue, Taken};
pub use list::{ListReports, ReportFilter, ReportsByIds};
pub use make::make;
pub use making::NotMade;
pub use request::RequestReport;
pub use sink::{Finished, Sink};
pub use wanted::Wanted;

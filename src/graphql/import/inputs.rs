//! Rows as they come in.

use crate::{
    domain::{
        consent::ConsentRow, customer::CustomerRow, data_location::DataLocationRow, import::Chunk,
        subscription::SubscriptionRow,
    },
    graphql::{
        enums::{CustomerKind, ImportKind, Locale},
        node::id_or_nobody,
        scalars::{Date, DateTime},
    },
};
use async_graphql::{ID, InputObject};
use entity::ids::{CategoryKey, PurposeKey};

#[derive(Debug, InputObject)]
pub struct BeginImportInput {
    pub kind: ImportKind,
    /// What tells the file from others: a SHA-256 of what is in it and of whatever else decides how it is cut into chunks, as 64
    /// hexadecimal digits.
    pub digest: String,
    /// Go through a file once more that is over.
    #[graphql(default)]
    pub again: bool,
}

#[derive(Debug, InputObject)]
pub struct FinishImportInput {
    pub import_id: ID,
    /// How many there were.
    pub chunks: i32,
}

/// A customer that the company has already.
#[derive(InputObject)]
pub struct CustomerRowInput {
    /// The company's own customer number.
    reference: String,
    /// PERSON unless told.
    kind: Option<CustomerKind>,
    /// The company's own unless told.
    locale: Option<Locale>,
    name: String,
    email: Option<String>,
    /// E.164, or a national number of the company's country.
    phone: Option<String>,
    address: Option<String>,
    /// Personnummer, samordningsnummer or organisationsnummer, in any usual way of writing.
    national_id: Option<String>,
    /// Since when they have had no service, where no subscription says so.
    dormant_since: Option<DateTime>,
    /// They were erased before, and came back of their own accord.
    #[graphql(default)]
    returning: bool,
}

/// What a customer has ordered.
#[derive(InputObject)]
pub struct SubscriptionRowInput {
    /// The customer's `reference`.
    customer: String,
    /// The service's key.
    service: String,
    started_at: DateTime,
    ended_at: Option<DateTime>,
    end_reason: Option<String>,
}

/// What a customer has allowed.
#[derive(InputObject)]
pub struct ConsentRowInput {
    /// The customer's `reference`.
    customer: String,
    /// The key of the service that they were told about.
    service: String,
    /// The third party's name.
    third_party: String,
    /// A key.
    purpose: String,
    /// Keys.
    categories: Vec<String>,
    granted_at: DateTime,
    /// What they were told first, word for word.
    notice_text: String,
    /// When they allowed it unless told.
    notice_delivered_at: Option<DateTime>,
    /// The customer's own unless told.
    notice_locale: Option<Locale>,
    withdrawn_at: Option<DateTime>,
    /// Such as a call's or a letter's reference.
    evidence: Option<String>,
}

/// Where data of a customer lies.
#[derive(InputObject)]
pub struct DataLocationRowInput {
    /// The customer's `reference`.
    customer: String,
    /// The system's name.
    system: String,
    /// A key.
    category: String,
    /// The record's key in that system.
    external_reference: Option<String>,
    collected_at: DateTime,
    /// The date of the document that the data belongs to, such as an invoice; retention may count from it.
    document_date: Option<Date>,
}

/// Rows hold what people are called and reached by: none of that is shown.
macro_rules! secret {
    ($($name:ident),*) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(secret)"))
            }
        })*
    };
}

secret!(CustomerRowInput, SubscriptionRowInput, ConsentRowInput, DataLocationRowInput);

/// Inputs of rows, which alone they differ in.
macro_rules! inputs {
    ($($name:ident of $input:ident as $row:ident),* $(,)?) => {
        $(#[derive(Debug, InputObject)]
        pub struct $name {
            import_id: ID,
            /// Its place in the file, from 0 on. Each is brought in once, and then answers what it did.
            chunk: i32,
            /// 0 to 1,000.
            rows: Vec<$input>,
            /// How many rows of this chunk the caller could not read, and left out.
            #[graphql(default)]
            unread: i32,
            /// One wrong row keeps all of them out.
            #[graphql(default)]
            strict: bool,
            /// Only tell what would come of it.
            #[graphql(default)]
            dry_run: bool,
        }

        impl From<$name> for Chunk<$row> {
            fn from(input: $name) -> Self {
                Self {
                    import: id_or_nobody(&input.import_id),
                    number: input.chunk,
                    rows: input.rows.into_iter().map($row::from).collect(),
                    unread: u32::try_from(input.unread).unwrap_or(0),
                    strict: input.strict,
                    dry_run: input.dry_run,
                }
            }
        })*
    };
}

inputs!(
    ImportCustomersInput of CustomerRowInput as CustomerRow,
    ImportSubscriptionsInput of SubscriptionRowInput as SubscriptionRow,
    ImportConsentsInput of ConsentRowInput as ConsentRow,
    ImportDataLocationsInput of DataLocationRowInput as DataLocationRow,
);

impl From<CustomerRowInput> for CustomerRow {
    fn from(row: CustomerRowInput) -> Self {
        Self {
            reference: row.reference,
            kind: row.kind.map(Into::into),
            locale: row.locale.map(Into::into),
            name: row.name,
            email: row.email,
            phone: row.phone,
            address: row.address,
            national_id: row.national_id,
            dormant_since: row.dormant_since.map(|moment| moment.0),
            returning: row.returning,
        }
    }
}

impl From<SubscriptionRowInput> for SubscriptionRow {
    fn from(row: SubscriptionRowInput) -> Self {
        Self {
            customer: row.customer,
            service: row.service,
            started_at: row.started_at.0,
            ended_at: row.ended_at.map(|moment| moment.0),
            end_reason: row.end_reason,
        }
    }
}

impl From<ConsentRowInput> for ConsentRow {
    fn from(row: ConsentRowInput) -> Self {
        Self {
            customer: row.customer,
            service: row.service,
            third_party: row.third_party,
            purpose: PurposeKey(row.purpose),
            categories: row.categories.into_iter().map(CategoryKey).collect(),
            granted_at: row.granted_at.0,
            notice_text: row.notice_text,
            notice_delivered_at: row.notice_delivered_at.map(|moment| moment.0),
            notice_locale: row.notice_locale.map(Into::into),
            withdrawn_at: row.withdrawn_at.map(|moment| moment.0),
            evidence: row.evidence,
        }
    }
}

impl From<DataLocationRowInput> for DataLocationRow {
    fn from(row: DataLocationRowInput) -> Self {
        Self {
            customer: row.customer,
            system: row.system,
            category: row.category,
            external_reference: row.external_reference,
            collected_at: row.collected_at.0,
            document_date: row.document_date.map(|date| date.0),
        }
    }
}

//! The reference data as people write it: things are named by their keys and names, never by ids.
//!
//! Throughout, what is left out says nothing, `null` takes a field away, and a value sets it.

use super::connector::ConnectorEntry;
use crate::domain::change::Change;
use chrono::NaiveDate;
use entity::enums::{
    DisposalMethod, LegalBasis, Locale, RetentionStart, Sensitivity, SpecialCategoryCondition,
    ThirdPartyRole, TransferSafeguard, TrustStatus,
};
use serde::{Deserialize, Serialize};

/// An entry of the document. `Default` and `deny_unknown_fields`: what is left out says nothing, and a key that is not known is
/// a mistake.
macro_rules! entries {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty $(= $skip:literal)?),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields, rename_all = "camelCase")]
        pub struct $name { $($(#[$fdoc])* $(#[serde(skip_serializing_if = $skip)])? pub $field: $type),* }
    )*};
}

entries! {
    /// The reference data, or a part of it. What it does not name is left alone.
    Document {
        controller: Option<ControllerEntry> = "Option::is_none",
        /// Those that ship with the program are there without being named.
        data_categories: Vec<CategoryEntry> = "Vec::is_empty",
        purposes: Vec<PurposeEntry> = "Vec::is_empty",
        retention_rules: Vec<RetentionRuleEntry> = "Vec::is_empty",
        third_parties: Vec<ThirdPartyEntry> = "Vec::is_empty",
        systems: Vec<SystemEntry> = "Vec::is_empty",
        services: Vec<ServiceEntry> = "Vec::is_empty",
        /// Lines that services need, one by one: what else a service needs stays as it is. An export has them with their
        /// services.
        requirements: Vec<NeedEntry> = "Vec::is_empty",
    }

    /// The company itself.
    ControllerEntry {
        name: Change<String> = "Change::is_keep",
        registration_number: Change<String> = "Change::is_keep",
        address: Change<String> = "Change::is_keep",
        /// ISO 3166-1 alpha-2, as everywhere.
        country: Change<String> = "Change::is_keep",
        email: Change<String> = "Change::is_keep",
        phone: Change<String> = "Change::is_keep",
        website: Change<String> = "Change::is_keep",
        data_protection_officer: Change<ContactEntry> = "Change::is_keep",
        representative: Change<ContactEntry> = "Change::is_keep",
        supervisory_authority: Change<ContactEntry> = "Change::is_keep",
        locale: Change<Locale> = "Change::is_keep",
        time_zone: Change<String> = "Change::is_keep",
        fiscal_year_end_month: Change<i32> = "Change::is_keep",
        default_grace: Change<String> = "Change::is_keep",
    }

    /// A person or body to write to. Written as a whole.
    ContactEntry {
        name: String,
        email: Option<String> = "Option::is_none",
        phone: Option<String> = "Option::is_none",
        address: Option<String> = "Option::is_none",
    }

    /// A kind of personal data.
    CategoryEntry {
        key: String,
        name: Change<String> = "Change::is_keep",
        description: Change<String> = "Change::is_keep",
        sensitivity: Change<Sensitivity> = "Change::is_keep",
        translations: Change<Vec<TranslationEntry>> = "Change::is_keep",
        /// It goes out of use.
        retired: bool = "is_false",
    }

    /// A name in another language than the company's. Written as a whole.
    TranslationEntry {
        locale: Option<Locale>,
        name: String,
        description: Option<String> = "Option::is_none",
    }

    /// Something that data is used for.
    PurposeEntry {
        key: String,
        name: Change<String> = "Change::is_keep",
        description: Change<String> = "Change::is_keep",
        /// Fixed once the purpose is there.
        legal_basis: Change<LegalBasis> = "Change::is_keep",
        legitimate_interest: Change<String> = "Change::is_keep",
        special_category_condition: Change<SpecialCategoryCondition> = "Change::is_keep",
        sharing_needs_consent: Change<bool> = "Change::is_keep",
        assessment_reference: Change<String> = "Change::is_keep",
        translations: Change<Vec<TranslationEntry>> = "Change::is_keep",
        /// It goes out of use.
        retired: bool = "is_false",
    }

    /// What the law makes the company keep, named by its category and purpose.
    RetentionRuleEntry {
        category: String,
        purpose: String,
        keep_for: Change<String> = "Change::is_keep",
        counted_from: Change<RetentionStart> = "Change::is_keep",
        statute: Change<String> = "Change::is_keep",
        /// It goes out of use.
        retired: bool = "is_false",
    }

    /// Another company or body that receives data.
    ThirdPartyEntry {
        name: String,
        /// The name that it had before.
        was: Option<String> = "Option::is_none",
        kind: Change<String> = "Change::is_keep",
        role: Change<ThirdPartyRole> = "Change::is_keep",
        country: Change<String> = "Change::is_keep",
        privacy_contact: Change<String> = "Change::is_keep",
        /// A name.
        sub_processor_of: Change<String> = "Change::is_keep",
        announced_on: Change<NaiveDate> = "Change::is_keep",
        objection_until: Change<NaiveDate> = "Change::is_keep",
        /// How it was vetted, oldest first. Those that are not on record are added; none is ever changed.
        assessments: Vec<AssessmentEntry> = "Vec::is_empty",
        /// The relationship ends for good.
        retired: bool = "is_false",
        /// Why it ends.
        reason: Option<String> = "Option::is_none",
    }

    /// One vetting of a third party. What it leaves out is as the one before had it.
    AssessmentEntry {
        status: Option<TrustStatus>,
        /// Whoever imports it unless told.
        assessed_by: Option<String> = "Option::is_none",
        /// Today unless told.
        assessed_on: Option<NaiveDate> = "Option::is_none",
        grounds: String,
        agreement_reference: Change<String> = "Change::is_keep",
        agreement_signed_on: Change<NaiveDate> = "Change::is_keep",
        agreement_expires_on: Change<NaiveDate> = "Change::is_keep",
        safeguard: Change<TransferSafeguard> = "Change::is_keep",
        safeguard_reference: Change<String> = "Change::is_keep",
        measures: Change<Vec<String>> = "Change::is_keep",
        review_due: Change<NaiveDate> = "Change::is_keep",
    }

    /// A place where data is stored.
    SystemEntry {
        name: String,
        /// The name that it had before.
        was: Option<String> = "Option::is_none",
        /// Kartotek itself, whatever its name is.
        built_in: bool = "is_false",
        /// The name of who runs it; `null` or never said: it is run in-house.
        third_party: Change<String> = "Change::is_keep",
        country: Change<String> = "Change::is_keep",
        owner: Change<String> = "Change::is_keep",
        measures: Change<Vec<String>> = "Change::is_keep",
        review_due: Change<NaiveDate> = "Change::is_keep",
        connector: Change<ConnectorEntry> = "Change::is_keep",
        /// It goes out of use.
        retired: bool = "is_false",
    }

    /// Something that customers can order.
    ServiceEntry {
        key: String,
        name: Change<String> = "Change::is_keep",
        description: Change<String> = "Change::is_keep",
        processed_on_behalf: Change<Vec<String>> = "Change::is_keep",
        impact_assessment_reference: Change<String> = "Change::is_keep",
        translations: Change<Vec<TranslationEntry>> = "Change::is_keep",
        /// All that it needs. Left out: what it needs stays as it is.
        requirements: Option<Vec<RequirementEntry>> = "Option::is_none",
        /// It goes out of use.
        retired: bool = "is_false",
    }

    /// A service needs this category, at this system, for this purpose.
    RequirementEntry {
        category: String,
        purpose: String,
        /// A name.
        system: String,
        on_end: Option<DisposalMethod> = "Option::is_none",
        /// As it is, or the company's default, unless told.
        grace: Option<String> = "Option::is_none",
    }

    /// The same, with its service.
    NeedEntry {
        /// A key.
        service: String,
        category: String,
        purpose: String,
        system: String,
        on_end: Option<DisposalMethod> = "Option::is_none",
        grace: Option<String> = "Option::is_none",
        /// The service needs it no more.
        retired: bool = "is_false",
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it by reference")]
fn is_false(said: &bool) -> bool {
    !said
}

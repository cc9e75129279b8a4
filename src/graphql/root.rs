//! The roots: each noun's questions and mutations, joined.

use super::{
    audit::AuditQuery,
    catalog::{
        CatalogQuery, ControllerMutation, DataCategoryMutation, PurposeMutation, RetentionRuleMutation,
        ServiceMutation,
    },
    consent::ConsentMutation,
    customer::{CustomerMutation, CustomerQuery},
    data_location::DataLocationMutation,
    disclosure::{DisclosureMutation, DisclosureQuery},
    legal_hold::LegalHoldMutation,
    notice::NoticeMutation,
    subscription::SubscriptionMutation,
    system::{SystemMutation, SystemQuery},
    task::TaskQuery,
    third_party::{ThirdPartyMutation, ThirdPartyQuery},
    viewer::ViewerQuery,
};
use crate::policy::Action;
use async_graphql::MergedObject;

/// What can be asked.
#[derive(Default, MergedObject)]
pub struct Query(
    ViewerQuery,
    CustomerQuery,
    SystemQuery,
    ThirdPartyQuery,
    CatalogQuery,
    DisclosureQuery,
    TaskQuery,
    AuditQuery,
);

/// What can be done. Fields of one request are carried out one after another, and each stands alone.
#[derive(Default, MergedObject)]
pub struct Mutation(
    CustomerMutation,
    SubscriptionMutation,
    DataLocationMutation,
    NoticeMutation,
    ConsentMutation,
    DisclosureMutation,
    LegalHoldMutation,
    ControllerMutation,
    DataCategoryMutation,
    PurposeMutation,
    ServiceMutation,
    SystemMutation,
    ThirdPartyMutation,
    RetentionRuleMutation,
);

/// Every root field, with the action that it is.
pub const OPERATIONS: &[(&str, Action)] = &[
    ("viewer", Action::SeeViewer),
    ("node", Action::SeeViewer),
    ("controller", Action::SeeController),
    ("customer", Action::SeeCustomer),
    ("findCustomer", Action::FindCustomer),
    ("customers", Action::ListCustomers),
    ("system", Action::SeeSystems),
    ("systems", Action::SeeSystems),
    ("thirdParty", Action::SeeThirdParties),
    ("thirdParties", Action::SeeThirdParties),
    ("service", Action::SeeServices),
    ("services", Action::SeeServices),
    ("dataCategories", Action::SeeDataCategories),
    ("purposes", Action::SeePurposes),
    ("retentionRules", Action::SeeRetentionRules),
    ("disclosureCheck", Action::CheckDisclosure),
    ("task", Action::ListTasks),
    ("tasks", Action::ListTasks),
    ("auditEvents", Action::ReadAuditLog),
    ("registerCustomer", Action::RegisterCustomer),
    ("rectifyCustomer", Action::RectifyCustomer),
    ("startSubscription", Action::StartSubscription),
    ("endSubscription", Action::EndSubscription),
    ("switchService", Action::SwitchService),
    ("recordDataLocations", Action::RecordDataLocations),
    ("deliverNotice", Action::DeliverNotice),
    ("grantConsent", Action::GrantConsent),
    ("withdrawConsent", Action::WithdrawConsent),
    ("shareData", Action::ShareData),
    ("placeLegalHold", Action::PlaceLegalHold),
    ("liftLegalHold", Action::LiftLegalHold),
    ("updateController", Action::UpdateController),
    ("createDataCategory", Action::CreateDataCategory),
    ("updateDataCategory", Action::UpdateDataCategory),
    ("retireDataCategory", Action::RetireDataCategory),
    ("createPurpose", Action::CreatePurpose),
    ("updatePurpose", Action::UpdatePurpose),
    ("retirePurpose", Action::RetirePurpose),
    ("createService", Action::CreateService),
    ("updateService", Action::UpdateService),
    ("retireService", Action::RetireService),
    ("setDataRequirements", Action::SetDataRequirements),
    ("createSystem", Action::CreateSystem),
    ("updateSystem", Action::UpdateSystem),
    ("retireSystem", Action::RetireSystem),
    ("createThirdParty", Action::CreateThirdParty),
    ("updateThirdParty", Action::UpdateThirdParty),
    ("assessThirdParty", Action::AssessThirdParty),
    ("retireThirdParty", Action::RetireThirdParty),
    ("setRetentionRule", Action::SetRetentionRule),
    ("retireRetentionRule", Action::RetireRetentionRule),
];

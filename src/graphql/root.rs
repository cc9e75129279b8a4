//! The roots: each noun's questions and mutations, joined.

use super::{
    audit::AuditQuery,
    catalog::CatalogQuery,
    customer::{CustomerMutation, CustomerQuery},
    data_location::DataLocationMutation,
    subscription::SubscriptionMutation,
    system::SystemQuery,
    third_party::ThirdPartyQuery,
    viewer::ViewerQuery,
};
use crate::policy::Action;
use async_graphql::MergedObject;

/// What can be asked.
#[derive(Default, MergedObject)]
pub struct Query(ViewerQuery, CustomerQuery, SystemQuery, ThirdPartyQuery, CatalogQuery, AuditQuery);

/// What can be done. Fields of one request are carried out one after another, and each stands alone.
#[derive(Default, MergedObject)]
pub struct Mutation(CustomerMutation, SubscriptionMutation, DataLocationMutation);

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
    ("auditEvents", Action::ReadAuditLog),
    ("registerCustomer", Action::RegisterCustomer),
    ("rectifyCustomer", Action::RectifyCustomer),
    ("startSubscription", Action::StartSubscription),
    ("recordDataLocations", Action::RecordDataLocations),
];

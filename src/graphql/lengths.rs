//! How long lists without pages can be, for the cost of a document: the reference data knows, and the rest is bounded.

use super::budget::DEFAULT_PAGE;
use crate::{
    connector::sql::{MOST_COLUMNS, MOST_TABLES},
    domain::{catalog::Catalog, data_location, import, incident, job::MOST_SMALL_GROUPS, system},
};

/// Entries that a document is charged for beforehand of lists that are short as a rule: reasons why data may be where
/// it is, and categories of one customer's. What is longer is charged for when it is there.
pub const FEW: u64 = 5;

/// The most that this list has, by type and field.
pub fn length(catalog: &Catalog, of: &str, field: &str) -> u64 {
    known(catalog, of, field).unwrap_or(DEFAULT_PAGE)
}

fn known(catalog: &Catalog, of: &str, field: &str) -> Option<u64> {
    let most = catalog.most();
    Some(match (of, field) {
        // What a service gives away is some of what it needs, and what is kept some of what services once brought there.
        ("Service", "requirements")
        | ("DisclosureCheck", "disclosures" | "blockers")
        | ("ProcessingActivity", "timeLimits")
        | ("ShareDataPayload", "blockers" | "dataLocations")
        | (_, "keptByLaw") => most.requirements,
        // Each need of a service's for a purpose of its own, at the most.
        ("ProcessingRecord", "activities" | "processorActivities")
        | ("ProcessingRecordSnapshot", "changes") => catalog.services.len() as u64,
        ("ThirdParty", "systems") => most.systems,
        ("Incident", "systems") => incident::MOST_SYSTEMS as u64,
        ("ThirdParty", "subProcessors") => most.sub_processors,
        ("RecordDataLocationsPayload", "blockers")
        | ("DataLocation", "justifications")
        | ("DisposalPlanItem", "reasons")
        | ("Customer", "legalHolds")
        | ("Notice", "disclosures")
        | ("RequestClock", "pauses")
        | ("SmallGroup", "services")
        | ("InventoryRow", "key")
        | ("Incident", "notifications" | "affectedCategories")
        | ("ProcessingRecord", "jointControllers")
        | ("ProcessingActivity", "recipients" | "systems")
        | ("ProcessorActivity", "subProcessors")
        | ("ProcessingRecordChange", "fields")
        | (_, "categories" | "inventory" | "gaps" | "transfers") => FEW,
        ("SqlConnector", "tables") => most.tables,
        ("SqlTableMapping", "columns") => most.columns,
        ("SqlTableMapping", "joins") => system::MOST_STEPS as u64,
        ("DescribeSystemPayload", "tables") => MOST_TABLES as u64,
        ("DescribedTable", "columns") => MOST_COLUMNS as u64,
        ("DescribeSystemPayload", "problems") => 1,
        ("AuditInclusionProof", "withheld") => 3,
        // The company has the most fields.
        ("CatalogChange", "fields") => 15,
        ("CheckConnectorPayload", "problems") => system::MOST_PROBLEMS as u64,
        // Seldom more than one at each system.
        ("DisposalPlan", "systems") | (_, "tasks") => catalog.systems.len() as u64,
        ("RecordDataLocationsPayload", "dataLocations" | "userErrors") => data_location::MOST as u64,
        ("SmallGroups", "smallest") => MOST_SMALL_GROUPS.unsigned_abs(),
        ("ImportedRows", "refusals") => import::MOST as u64,
        // As many as a filter has fields.
        ("Report", "limits") => 12,
        ("Import", "doneChunks") => import::MOST_DONE as u64,
        (_, "userErrors") => 20,
        // Each language once; granted once and ended once.
        (_, "translations") | ("Consent", "events") => 2,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::{
        complete::{Shapes, base},
        sdl,
    };
    use async_graphql::parser::types::BaseType;

    #[test]
    fn every_list_of_objects_without_pages_has_a_known_length() {
        let shapes = Shapes::of_sdl(&sdl()).unwrap();
        let catalog = Catalog::default();
        let mut lists = 0;
        for (of, field, ty) in shapes.fields() {
            let is_list = matches!(ty.base, BaseType::List(_)) && shapes.is_object(base(ty));
            if is_list && !of.ends_with("Connection") {
                lists += 1;
                assert!(known(&catalog, of, field).is_some(), "nothing says how long {of}.{field} can be");
            }
        }
        assert!(lists > 10, "{lists}");
    }
}

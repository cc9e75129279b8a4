//! All entities, for what is asked of each.

/// Calls `$with!(entity)` for each entity; `properties::entities` finds one that is missing here.
macro_rules! each_entity {
    ($with:ident) => {
        $with!(
            answer_link,
            assessment,
            audit_event,
            audit_subject,
            catalog_version,
            connector_state,
            consent,
            consent_category,
            consent_event,
            controller,
            customer,
            customer_lookup,
            data_category,
            data_location,
            data_request,
            data_request_category,
            data_request_pause,
            data_requirement,
            disclosure,
            disclosure_category,
            disposal_plan,
            disposal_plan_item,
            envelope,
            erased_lookup,
            legal_hold,
            legal_hold_category,
            master_key,
            notice,
            notice_line,
            purpose,
            reconciliation,
            reconciliation_difference,
            reconciliation_found,
            restriction,
            retention_rule,
            sealed,
            service,
            subject_key,
            subscription,
            system,
            task,
            task_evidence,
            task_location,
            task_message,
            task_request,
            third_party
        )
    };
}
pub(crate) use each_entity;

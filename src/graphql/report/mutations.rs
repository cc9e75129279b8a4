//! A report is asked for.

use super::{
    enums::{ReportFormat, ReportKind},
    types::Report,
};
use crate::{
    access::{Code, Refusal},
    domain::{
        inventory::Dimension,
        report::{RequestReport, Wanted},
    },
    graphql::{
        audit::AuditFilter,
        context::{access, catalog},
        enums::Locale,
        error::OrError,
        finding::FindingFilter,
        inventory::{InventoryDimension, InventoryFilter},
        node::id_or_nobody,
        scalars::DateTime,
        user_error::{UserError, outcome},
    },
    policy::Action,
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

#[derive(Default)]
pub struct ReportMutation;

/// How an inventory is counted in a report.
#[derive(Debug, Default, InputObject)]
pub struct InventoryReportInput {
    /// One to four different ones; SYSTEM and CATEGORY unless told.
    group_by: Option<Vec<InventoryDimension>>,
    filter: Option<InventoryFilter>,
    /// Now unless told. Of the past it is not known in what state something was, nor whether anything justified it.
    as_of: Option<DateTime>,
}

/// Which report, and as what. What is not for its kind must be left out.
#[derive(Debug, InputObject)]
pub struct RequestReportInput {
    kind: ReportKind,
    #[graphql(default_with = "ReportFormat::Xlsx")]
    format: ReportFormat,
    /// The controller's language unless told.
    locale: Option<Locale>,
    /// Of CSV: which table, as `ReportKind` lists them; the first unless told.
    table: Option<String>,
    /// Of CUSTOMER: whom.
    customer_id: Option<ID>,
    /// Of INCIDENT: which.
    incident_id: Option<ID>,
    /// Of INVENTORY.
    inventory: Option<InventoryReportInput>,
    /// Of FINDINGS: only these.
    findings: Option<FindingFilter>,
    /// Of AUDIT: only these events.
    audit: Option<AuditFilter>,
}

#[derive(SimpleObject)]
pub struct RequestReportPayload {
    report: Option<Report>,
    user_errors: Vec<UserError>,
}

impl RequestReportInput {
    /// What is asked for, or what of the input is missing or not for such a report.
    fn wanted(self, ctx: &Context<'_>) -> Result<std::result::Result<Wanted, Refusal>> {
        let Self { kind, customer_id, incident_id, inventory, findings, audit, .. } = self;
        let foreign = [
            ("customerId", customer_id.is_some() && kind != ReportKind::Customer),
            ("incidentId", incident_id.is_some() && kind != ReportKind::Incident),
            ("inventory", inventory.is_some() && kind != ReportKind::Inventory),
            ("findings", findings.is_some() && kind != ReportKind::Findings),
            ("audit", audit.is_some() && kind != ReportKind::Audit),
        ];
        if let Some((field, _)) = foreign.into_iter().find(|(_, is)| *is) {
            let refusal =
                Refusal::new(Code::OutOfRange, "This is not for a report of this kind: leave it out.");
            return Ok(Err(refusal.at(field)));
        }
        let missing = |field| Err(Refusal::new(Code::Required, "Say which.").at(field));
        Ok(match kind {
            ReportKind::Ropa => Ok(Wanted::Ropa),
            ReportKind::Inventory => {
                let InventoryReportInput { group_by, filter, as_of } = inventory.unwrap_or_default();
                let by = group_by.map(|all| all.into_iter().map(Into::into).collect());
                Ok(Wanted::Inventory {
                    by: by.unwrap_or_else(|| vec![Dimension::System, Dimension::Category]),
                    filter: filter.unwrap_or_default().into_domain(ctx)?,
                    as_of: as_of.map(|moment| moment.0),
                })
            }
            ReportKind::Findings => Ok(Wanted::Findings(findings.unwrap_or_default().into_domain(ctx)?)),
            ReportKind::Customer => customer_id
                .map_or_else(|| missing("customerId"), |id| Ok(Wanted::Customer(id_or_nobody(&id)))),
            ReportKind::Incident => incident_id
                .map_or_else(|| missing("incidentId"), |id| Ok(Wanted::Incident(id_or_nobody(&id)))),
            ReportKind::Audit => Ok(Wanted::Audit(audit.unwrap_or_default().into_domain(ctx)?)),
        })
    }
}

#[Object]
impl ReportMutation {
    /// Asks for a report as a file, which is made in the background: follow it by `report` until it is READY, and fetch it from its
    /// `downloadUrl`.
    /// Making it is an access of everybody in it, by the caller and for the purpose that they state now.
    ///
    /// A SERVICE needs the scope `requestReport`, and for each kind one of its own, such as `requestReport.ropa`.
    ///
    /// userErrors: TOO_MANY_REPORTS.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn request_report(
        &self,
        ctx: &Context<'_>,
        input: RequestReportInput,
    ) -> Result<RequestReportPayload> {
        access(ctx).require(Action::RequestReport).await.or_error()?;
        let (format, locale) = (input.format.into(), input.locale.map(Into::into));
        let only_table = input.table.clone();
        let wanted = input.wanted(ctx)?;
        if let Ok(wanted) = &wanted {
            access(ctx).require(wanted.action()).await.or_error()?;
        }
        let command = RequestReport { catalog: catalog(ctx), wanted, format, locale, only_table };
        let made = access(ctx).write(command).await;
        let (report, user_errors) = outcome(made)?;
        Ok(RequestReportPayload { report: report.map(Report), user_errors })
    }
}

//! What can be done, one variant per inquiry and command, and who may do it.
//!
//! An action fixes its audit kind and the type of thing it is about, so that an event cannot be filed wrongly.

use super::Role::{self, Admin, Agent, Auditor, Compliance, Customer};
use entity::enums::AuditKind;

/// What is fixed about an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// How the audit log files it.
    pub kind: AuditKind,
    /// The API type that it is about.
    pub target: &'static str,
    /// Who may, whoever it is about.
    pub roles: &'static [Role],
    /// Whether a `CUSTOMER` may, about themselves.
    pub own: bool,
    /// Whether it is about persons, and so needs a purpose.
    pub personal: bool,
    /// The root fields that lead here: a `SERVICE` may if its scopes name one of them. A mutation leads to what it
    /// gives back.
    pub scopes: &'static [&'static str],
}

const ANYBODY: &[Role] = &[Customer, Agent, Compliance, Auditor, Role::Service, Admin];
/// Any role; a script by its scopes.
const ANYONE: &[Role] = &[Customer, Agent, Compliance, Auditor, Admin];
const STAFF: &[Role] = &[Agent, Compliance, Auditor];
const SERVING: &[Role] = &[Agent, Compliance];
const OVERSEEING: &[Role] = &[Compliance, Auditor];
const CATALOG: &[Role] = &[Agent, Compliance, Auditor, Admin];
const KEEPERS: &[Role] = &[Admin, Compliance];
const WATCHING: &[Role] = &[Admin, Compliance, Auditor];
const OFFICER: &[Role] = &[Compliance];
const OPERATOR: &[Role] = &[Admin];
/// Nobody with a token: only a part of the program itself.
const NOBODY: &[Role] = &[];

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident: $kind:ident $target:literal $roles:ident $(own $own:tt)? $(personal $personal:tt)? [$($scope:literal),*];)*) => {
        /// Everything that can be asked for or done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action { $($(#[$doc])* $name),* }

        impl Action {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Everything that a `SERVICE` may have as a scope.
            #[must_use]
            pub fn scopes() -> std::collections::BTreeSet<&'static str> {
                Self::ALL.iter().flat_map(|action| action.facts().scopes).copied().collect()
            }

            /// The variant's own name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }

            /// What is fixed about it.
            #[must_use]
            pub const fn facts(self) -> Facts {
                match self {
                    $(Self::$name => Facts {
                        kind: AuditKind::$kind,
                        target: $target,
                        roles: $roles,
                        own: actions!(@flag $($own)?),
                        personal: actions!(@flag $($personal)?),
                        scopes: &[$($scope),*],
                    }),*
                }
            }
        }
    };
    (@flag) => { false };
    (@flag yes) => { true };
}

actions! {
    /// Who is asking.
    SeeViewer: Read "Viewer" ANYBODY ["viewer"];
    /// The company itself.
    SeeController: Read "Controller" ANYONE ["controller"];
    /// One customer.
    SeeCustomer: Read "Customer" STAFF own yes personal yes
        ["customer", "customers", "findCustomer", "node", "registerCustomer", "rectifyCustomer", "eraseCustomer", "anonymizeCustomer", "bulkAnonymize", "approveJob", "cancelJob", "job", "jobs", "jobProgress",
        "startSubscription", "recordDataLocations", "deliverNotice", "grantConsent", "withdrawConsent", "shareData", "endSubscription",
        "switchService", "placeLegalHold", "liftLegalHold", "completeTask", "retryTask", "task", "tasks", "findings", "acknowledgeFinding",
        "dataRequest", "dataRequests", "submitDataRequest", "pauseDataRequest", "resumeDataRequest",
        "extendDataRequest", "rejectDataRequest", "withdrawDataRequest", "verifyIdentity", "deliverReply", "report", "reports", "requestReport", "requestReport.customer", "requestReport.findings"];
    /// One customer by what they are called elsewhere.
    FindCustomer: Read "Customer" SERVING personal yes ["findCustomer"];
    /// All customers.
    ListCustomers: Read "Customer" STAFF personal yes ["customers"];
    /// Where customers' data lies.
    SeeDataMap: Read "DataLocation" STAFF own yes personal yes
        ["customer", "customers", "findCustomer", "node", "recordDataLocations", "shareData", "endSubscription",
        "switchService", "withdrawConsent", "liftLegalHold", "setDataRequirements", "setRetentionRule",
        "retireRetentionRule", "updateController", "updatePurpose", "completeTask", "retryTask", "task", "tasks", "findings", "acknowledgeFinding",
        "dataRequest", "dataRequests", "submitDataRequest", "pauseDataRequest", "resumeDataRequest",
        "extendDataRequest", "rejectDataRequest", "withdrawDataRequest", "verifyIdentity", "deliverReply", "eraseCustomer", "anonymizeCustomer", "bulkAnonymize", "approveJob", "cancelJob", "job", "jobs", "jobProgress", "requestReport.customer"];
    /// Why data may be where it is.
    Justify: Read "DataLocation" STAFF own yes personal yes
        ["customer", "customers", "findCustomer", "node", "recordDataLocations", "shareData", "endSubscription",
        "switchService", "withdrawConsent", "liftLegalHold", "setDataRequirements", "setRetentionRule",
        "retireRetentionRule", "updateController", "updatePurpose", "completeTask", "retryTask", "task", "tasks", "findings", "acknowledgeFinding",
        "dataRequest", "dataRequests", "submitDataRequest", "pauseDataRequest", "resumeDataRequest",
        "extendDataRequest", "rejectDataRequest", "withdrawDataRequest", "verifyIdentity", "deliverReply", "eraseCustomer", "anonymizeCustomer", "bulkAnonymize", "approveJob", "cancelJob", "job", "jobs", "jobProgress", "requestReport.customer"];
    /// What customers ordered.
    SeeSubscriptions: Read "ServiceSubscription" STAFF own yes personal yes
        ["customer", "customers", "findCustomer", "node", "endSubscription", "switchService", "requestReport.customer"];
    /// What customers were told and allowed.
    SeeConsents: Read "Consent" STAFF own yes personal yes
        ["customer", "customers", "findCustomer", "node", "disclosureCheck", "deliverNotice", "grantConsent", "withdrawConsent",
        "shareData", "requestReport.customer"];
    /// What of customers' was given to third parties.
    SeeDisclosures: Read "Disclosure" STAFF own yes personal yes
        ["customer", "customers", "findCustomer", "node", "shareData", "requestReport.customer"];
    /// What is to be done at systems with customers' data, of those that are named.
    SeeTasks: Read "Task" STAFF own yes personal yes
        ["customer", "customers", "findCustomer", "node", "task", "tasks", "endSubscription", "switchService",
        "withdrawConsent", "liftLegalHold", "completeTask", "retryTask", "findings", "acknowledgeFinding",
        "dataRequest", "dataRequests", "submitDataRequest", "pauseDataRequest", "resumeDataRequest",
        "extendDataRequest", "rejectDataRequest", "withdrawDataRequest", "verifyIdentity", "deliverReply", "eraseCustomer", "anonymizeCustomer", "bulkAnonymize", "approveJob", "cancelJob", "job", "jobs", "jobProgress"];
    /// What people attested of tasks. Not for customers: it is written among those who do the work.
    SeeEvidence: Read "Task" STAFF personal yes
        ["customer", "customers", "findCustomer", "node", "task", "tasks", "endSubscription", "switchService",
        "withdrawConsent", "liftLegalHold", "completeTask", "retryTask", "findings", "acknowledgeFinding",
        "dataRequest", "dataRequests", "submitDataRequest", "pauseDataRequest", "resumeDataRequest",
        "extendDataRequest", "rejectDataRequest", "withdrawDataRequest", "verifyIdentity", "deliverReply", "eraseCustomer", "anonymizeCustomer", "bulkAnonymize", "approveJob", "cancelJob", "job", "jobs", "jobProgress"];
    /// The number that somebody had who is gone, for whoever has to find them by it.
    SeeFormerReferences: Read "Task" OFFICER personal yes
        ["customer", "customers", "findCustomer", "node", "task", "tasks", "endSubscription", "switchService",
        "withdrawConsent", "liftLegalHold", "completeTask", "retryTask", "findings", "acknowledgeFinding",
        "dataRequest", "dataRequests", "submitDataRequest", "pauseDataRequest", "resumeDataRequest",
        "extendDataRequest", "rejectDataRequest", "withdrawDataRequest", "verifyIdentity", "deliverReply", "eraseCustomer", "anonymizeCustomer"];
    /// All that is to be done at systems.
    ListTasks: Read "Task" STAFF personal yes ["task", "tasks", "bulkAnonymize", "approveJob", "cancelJob", "job", "jobs", "jobProgress"];
    /// All that is wrong right now.
    ListFindings: Read "Finding" OVERSEEING personal yes ["findings", "acknowledgeFinding", "requestReport.findings"];
    /// What the company does with personal data (Art. 30), as it is and as it was approved. It names no customer.
    SeeProcessingRecord: Read "ProcessingRecord" OVERSEEING
        ["processingRecord", "processingRecordSnapshot", "processingRecordSnapshots", "approveProcessingRecord", "requestReport.ropa"];
    /// Personal-data breaches. So few may be concerned that it is somebody in particular.
    SeeIncidents: Read "Incident" OVERSEEING personal yes
        ["incident", "incidents", "node", "findings", "acknowledgeFinding", "reportIncident", "updateIncident", "recordIncidentNotification", "closeIncident", "requestReport.incident"];
    /// How much lies where, and what for. A small number may be somebody in particular.
    CountInventory: Read "InventoryRow" OVERSEEING personal yes ["inventory", "inventoryPicture", "requestReport.inventory"];
    /// What disposals would do, or did.
    SeePlans: Read "DisposalPlan" STAFF own yes personal yes ["node",
        "dataRequest", "dataRequests", "submitDataRequest", "pauseDataRequest", "resumeDataRequest",
        "extendDataRequest", "rejectDataRequest", "withdrawDataRequest", "verifyIdentity", "deliverReply",
        "customer", "customers", "findCustomer", "eraseCustomer", "anonymizeCustomer", "bulkAnonymize", "approveJob", "cancelJob", "job", "jobs", "jobProgress"];
    /// How much a disposal would do, or did, at each system. It names nobody.
    SeePlanCounts: Read "DisposalPlan" ANYONE
        ["node", "endSubscription", "switchService", "withdrawConsent", "liftLegalHold", "setDataRequirements",
        "setRetentionRule", "retireRetentionRule", "updateController", "updatePurpose",
        "dataRequest", "dataRequests", "submitDataRequest", "pauseDataRequest", "resumeDataRequest",
        "extendDataRequest", "rejectDataRequest", "withdrawDataRequest", "verifyIdentity", "deliverReply",
        "customer", "customers", "findCustomer", "eraseCustomer", "anonymizeCustomer", "bulkAnonymize", "approveJob", "cancelJob", "job", "jobs", "jobProgress"];
    /// Lists of customers on their way to bulk work, each to whoever brought it.
    SeeSelections: Read "CustomerSelection" OFFICER ["node", "uploadSelection"];
    /// Imports, each to whoever brings it in.
    SeeImports: Read "Import" OFFICER ["node", "beginImport", "finishImport"];
    /// Bulk work, and how far it has come. It names nobody.
    SeeJobs: Read "Job" OVERSEEING ["node", "job", "jobs", "jobProgress", "bulkAnonymize", "approveJob", "cancelJob", "task", "tasks"];
    /// Whom bulk work could not be done with.
    SeeJobFailures: Read "Job" OVERSEEING personal yes ["node", "job", "jobs", "jobProgress", "bulkAnonymize", "approveJob", "cancelJob"];
    /// What forbids the disposal of customers' data.
    SeeLegalHolds: Read "LegalHold" STAFF personal yes
        ["customer", "customers", "findCustomer", "node", "placeLegalHold", "liftLegalHold", "findings", "acknowledgeFinding"];
    /// What customers asked for by their rights, of those that are named.
    SeeDataRequests: Read "DataRequest" STAFF own yes personal yes
        ["customer", "customers", "findCustomer", "node", "findings", "acknowledgeFinding", "dataRequest", "dataRequests", "submitDataRequest", "pauseDataRequest", "resumeDataRequest",
        "extendDataRequest", "rejectDataRequest", "withdrawDataRequest", "verifyIdentity", "deliverReply",
        "task", "tasks", "eraseCustomer", "anonymizeCustomer", "requestReport.customer"];
    /// What was gathered for customers who asked for it.
    SeeExports: Read "DataRequest" SERVING own yes personal yes
        ["customer", "customers", "findCustomer", "node", "dataRequest", "dataRequests", "submitDataRequest", "pauseDataRequest",
        "resumeDataRequest", "extendDataRequest", "rejectDataRequest", "withdrawDataRequest", "verifyIdentity", "deliverReply",
        "task", "tasks", "eraseCustomer", "anonymizeCustomer"];
    /// All that customers asked for by their rights.
    ListDataRequests: Read "DataRequest" STAFF personal yes ["dataRequests"];
    /// Who looked at or changed a customer's data.
    SeeAccessLog: Read "AuditEvent" STAFF own yes personal yes
        ["customer", "customers", "findCustomer", "node", "auditEvents", "auditInclusionProof", "requestReport.customer"];
    /// Whose data is at a place.
    SeeCustomersAt: Read "Customer" OVERSEEING personal yes ["thirdParty.customers", "system.customers", "incident.affectedCustomers", "requestReport.incident"];
    /// Places where data is stored.
    SeeSystems: Read "System" CATALOG
        ["system", "systems", "node", "createSystem", "updateSystem", "retireSystem", "checkConnector", "describeSystem",
        "reconcileSystem", "findings", "acknowledgeFinding"];
    /// How the program reaches places.
    SeeConnectors: Read "System" KEEPERS ["system.connector", "systems.connector"];
    /// How the map and what places hold were compared. It names nobody.
    SeeReconciliations: Read "Reconciliation" WATCHING
        ["node", "system", "systems", "reconcileSystem", "findings", "acknowledgeFinding"];
    /// On whom and what they disagree.
    SeeDifferences: Read "Reconciliation" OVERSEEING personal yes
        ["node", "system", "systems", "reconcileSystem", "findings", "acknowledgeFinding"];
    /// Those that data may go to.
    SeeThirdParties: Read "ThirdParty" CATALOG
        ["thirdParty", "thirdParties", "node", "createThirdParty", "updateThirdParty", "assessThirdParty", "retireThirdParty",
        "findings", "acknowledgeFinding"];
    /// What customers can order.
    SeeServices: Read "Service" ANYONE ["service", "services", "node", "findings", "acknowledgeFinding"];
    /// Kinds of personal data.
    SeeDataCategories: Read "DataCategory" ANYONE ["dataCategories", "node"];
    /// What data is used for.
    SeePurposes: Read "Purpose" ANYONE ["purposes", "node"];
    /// What the law makes the company keep.
    SeeRetentionRules: Read "RetentionRule" ANYONE ["retentionRules", "node"];
    /// The audit log.
    ReadAuditLog: Read "AuditEvent" OVERSEEING personal yes ["auditEvents", "auditInclusionProof", "findings", "acknowledgeFinding", "node", "requestReport.audit"];
    /// Reports as files, and who asked for them.
    SeeReports: Read "Report" OVERSEEING personal yes ["report", "reports", "node", "requestReport"];
    /// What is in a report, by whoever asked for it.
    FetchReport: Read "Report" OVERSEEING personal yes ["requestReport"];

    /// Puts a customer on record.
    RegisterCustomer: Write "Customer" SERVING personal yes ["registerCustomer"];
    /// Corrects a profile.
    RectifyCustomer: Write "Customer" SERVING personal yes ["rectifyCustomer"];
    /// Keeps a customer's data and uses it no more (Art. 18).
    RestrictCustomer: Write "Customer" SERVING personal yes ["restrictCustomer"];
    /// Uses a customer's data again.
    LiftRestriction: Write "Customer" OFFICER personal yes ["liftRestriction"];
    /// Erases a customer.
    EraseCustomer: Dispose "Customer" OFFICER personal yes ["eraseCustomer"];
    /// Anonymizes a customer.
    AnonymizeCustomer: Dispose "Customer" OFFICER personal yes ["anonymizeCustomer"];
    /// Brings a list of customers for bulk work.
    UploadSelection: Write "CustomerSelection" OFFICER ["uploadSelection"];
    /// Anonymizes many customers.
    BulkAnonymize: Dispose "Job" OFFICER personal yes ["bulkAnonymize"];
    /// Lets large bulk work go ahead. A person does, who has looked at it: no script may, whatever its scopes.
    ApproveJob: Dispose "Job" OFFICER [];
    /// Calls bulk work off.
    CancelJob: Write "Job" OFFICER ["cancelJob"];
    /// Begins to bring a file in.
    BeginImport: Write "Import" OFFICER ["beginImport"];
    /// Says that all of a file is brought in.
    FinishImport: Write "Import" OFFICER ["finishImport"];
    /// Puts customers on record that the company has already.
    ImportCustomers: Write "Import" OFFICER personal yes ["importCustomers"];
    /// Puts on record what customers have ordered already.
    ImportSubscriptions: Write "Import" OFFICER personal yes ["importSubscriptions"];
    /// Puts on record what customers have allowed already.
    ImportConsents: Write "Import" OFFICER personal yes ["importConsents"];
    /// Puts on the map where customers' data lies already.
    ImportDataLocations: Write "Import" OFFICER personal yes ["importDataLocations"];
    /// Starts a service for a customer.
    StartSubscription: Write "ServiceSubscription" SERVING personal yes ["startSubscription"];
    /// Ends a customer's service.
    EndSubscription: Write "ServiceSubscription" SERVING personal yes ["endSubscription"];
    /// Swaps a customer's service for another.
    SwitchService: Write "ServiceSubscription" SERVING personal yes ["switchService"];
    /// Forbids the disposal of a customer's data.
    PlaceLegalHold: Write "LegalHold" OFFICER personal yes ["placeLegalHold"];
    /// Ends a hold.
    LiftLegalHold: Write "LegalHold" OFFICER personal yes ["liftLegalHold"];
    /// Asks for a report as a file.
    RequestReport: Write "Report" OVERSEEING personal yes ["requestReport"];
    /// Freezes the record of processing activities.
    ApproveProcessingRecord: Write "ProcessingRecord" OFFICER ["approveProcessingRecord"];
    /// Says why something that is wrong stays so for now.
    AcknowledgeFinding: Write "Finding" OFFICER personal yes ["acknowledgeFinding"];
    /// Puts a personal-data breach on record.
    ReportIncident: Write "Incident" OFFICER ["reportIncident"];
    /// Corrects what is known of a breach.
    UpdateIncident: Write "Incident" OFFICER ["updateIncident"];
    /// Records that somebody was told of a breach.
    RecordIncidentNotification: Write "Incident" OFFICER ["recordIncidentNotification"];
    /// Ends the work on a breach.
    CloseIncident: Write "Incident" OFFICER ["closeIncident"];
    /// Records what a customer asks for by their rights.
    SubmitDataRequest: Write "DataRequest" SERVING own yes personal yes ["submitDataRequest"];
    /// Stops a request's clock.
    PauseDataRequest: Write "DataRequest" SERVING personal yes ["pauseDataRequest"];
    /// Starts a request's clock again.
    ResumeDataRequest: Write "DataRequest" SERVING personal yes ["resumeDataRequest"];
    /// Gives a request more time.
    ExtendDataRequest: Write "DataRequest" OFFICER personal yes ["extendDataRequest"];
    /// Refuses a request.
    RejectDataRequest: Write "DataRequest" OFFICER personal yes ["rejectDataRequest"];
    /// Records how it was made sure who asks, and disposes of what they asked for.
    VerifyIdentity: Write "DataRequest" SERVING personal yes ["verifyIdentity"];
    /// Records that a customer was given an answer.
    DeliverReply: Write "DataRequest" SERVING personal yes ["deliverReply"];
    /// Takes a request back.
    WithdrawDataRequest: Write "DataRequest" SERVING own yes personal yes ["withdrawDataRequest"];
    /// Attests what came of a task.
    CompleteTask: Dispose "Task" OFFICER personal yes ["completeTask"];
    /// Has a task tried again.
    RetryTask: Dispose "Task" OFFICER personal yes ["retryTask"];
    /// Records where data lies.
    RecordDataLocations: Write "DataLocation" SERVING personal yes ["recordDataLocations"];

    /// What would go to third parties, and what stands in the way.
    CheckDisclosure: Read "Customer" SERVING own yes personal yes ["disclosureCheck", "startSubscription", "switchService", "shareData",
        "recordDataLocations"];
    /// Tells a customer which data goes where.
    DeliverNotice: Write "Notice" SERVING personal yes ["deliverNotice"];
    /// Records a customer's permission.
    GrantConsent: Write "Consent" SERVING own yes personal yes ["grantConsent"];
    /// Taking a permission back.
    WithdrawConsent: Write "Consent" SERVING own yes personal yes ["withdrawConsent"];
    /// Gives data to a third party.
    ShareData: Disclose "Disclosure" SERVING personal yes ["shareData"];

    /// Changes what is on record about the company itself.
    UpdateController: Administer "Controller" KEEPERS ["updateController"];
    /// Hands the reference data over as one document.
    ExportCatalog: Read "Controller" KEEPERS ["catalogDocument"];
    /// Makes the reference data what a document says.
    ImportCatalog: Administer "Controller" KEEPERS ["importCatalog"];
    /// Adds a kind of personal data.
    CreateDataCategory: Administer "DataCategory" KEEPERS ["createDataCategory"];
    /// Changes how a category is described or protected.
    UpdateDataCategory: Administer "DataCategory" KEEPERS ["updateDataCategory"];
    /// Takes a category out of use.
    RetireDataCategory: Administer "DataCategory" KEEPERS ["retireDataCategory"];
    /// Adds something that data is used for.
    CreatePurpose: Administer "Purpose" KEEPERS ["createPurpose"];
    /// Changes how a purpose is described.
    UpdatePurpose: Administer "Purpose" KEEPERS ["updatePurpose"];
    /// Takes a purpose out of use.
    RetirePurpose: Administer "Purpose" KEEPERS ["retirePurpose"];
    /// Adds something that customers can order.
    CreateService: Administer "Service" KEEPERS ["createService"];
    /// Changes how a service is described.
    UpdateService: Administer "Service" KEEPERS ["updateService"];
    /// Takes a service off the list.
    RetireService: Administer "Service" KEEPERS ["retireService"];
    /// Says what data a service needs.
    SetDataRequirements: Administer "Service" KEEPERS ["setDataRequirements"];
    /// Adds a place where data is stored.
    CreateSystem: Administer "System" KEEPERS ["createSystem"];
    /// Changes what is on record about a place.
    UpdateSystem: Administer "System" KEEPERS ["updateSystem"];
    /// Takes a place out of use.
    RetireSystem: Administer "System" KEEPERS ["retireSystem"];
    /// Says how the program reaches a place.
    SetConnector: Administer "System" OPERATOR ["createSystem.connector", "updateSystem.connector", "importCatalog.connector"];
    /// Tries how the program reaches a place.
    CheckConnector: Administer "System" OPERATOR ["checkConnector"];
    /// Asks a place's database what is where in it.
    DescribeSystem: Administer "System" OPERATOR ["describeSystem"];
    /// Has the map compared with what a place itself holds.
    ReconcileSystem: Administer "System" KEEPERS ["reconcileSystem"];
    /// The same, for one customer.
    ReconcileCustomer: Write "Customer" OFFICER personal yes ["reconcileSystem.customer"];
    /// Puts a third party on record.
    CreateThirdParty: Administer "ThirdParty" KEEPERS ["createThirdParty"];
    /// Changes what is on record about a third party.
    UpdateThirdParty: Administer "ThirdParty" KEEPERS ["updateThirdParty"];
    /// Vets a third party.
    AssessThirdParty: Administer "ThirdParty" OFFICER ["assessThirdParty", "importCatalog.assessment"];
    /// Ends a relationship for good.
    RetireThirdParty: Administer "ThirdParty" OFFICER ["retireThirdParty", "importCatalog.retirement"];
    /// Says how long the law keeps a category for a purpose.
    SetRetentionRule: Administer "RetentionRule" KEEPERS ["setRetentionRule"];
    /// Ends a rule of retention.
    RetireRetentionRule: Administer "RetentionRule" KEEPERS ["retireRetentionRule"];
    /// Does what is to be done by now, or leaves it to people.
    CarryOutTasks: Dispose "Task" NOBODY [];
    /// Takes in what a third party says of what it was asked.
    HearThirdParty: Dispose "Task" NOBODY [];
    /// Compares the map with what systems hold.
    CompareMap: Write "Reconciliation" NOBODY [];
    /// Finds out whom bulk work is about, and what becomes of them.
    RunJob: Write "Job" NOBODY [];
    /// Makes reports that were asked for, keeps them, and destroys them when their time is over.
    MakeReport: Write "Report" NOBODY [];
    /// Does with the next of them what was asked for.
    AnonymizeMany: Dispose "Job" NOBODY [];
    /// Finds what time has changed on maps, and puts it right.
    SweepDataMap: Dispose "DataLocation" NOBODY [];
    /// Keeps the erasure ledger whole, and erases again whom a restored backup brought back.
    KeepErasures: Dispose "Customer" NOBODY [];
    /// Takes events into the log's tree, and signs it.
    SealAuditLog: Administer "AuditEvent" NOBODY [];
    /// Looks what is wrong with the log, and says so.
    WatchAuditLog: Administer "AuditEvent" NOBODY [];
    /// Hands the log over, to be looked through elsewhere.
    ExportAuditLog: Read "AuditEvent" NOBODY [];
    DetachAuditMonth: Administer "AuditMonth" NOBODY [];
    /// Shows what was signed about the log: hashes and sizes.
    SeeCheckpoint: Read "AuditCheckpoint" ANYONE
        ["auditCheckpoint", "auditConsistencyProof", "auditInclusionProof", "auditEvents", "customer", "customers", "findCustomer",
        "findings", "acknowledgeFinding", "node"];
    /// Fills an empty database with what every installation ships with.
    SeedCatalog: Administer "Controller" NOBODY [];
    /// Starts to work with the server's master keys.
    UseMasterKeys: Administer "MasterKey" NOBODY [];
    /// Turns a freshly seeded database into the example company.
    LoadDemo: Administer "Controller" NOBODY [];
}

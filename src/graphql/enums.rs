//! Closed vocabularies of the API. They are the entities' own, with what a reader of the schema needs to know.

use async_graphql::Enum;

/// The languages of names and explanations, and of customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::Locale")]
pub enum Locale {
    Sv,
    En,
}

/// By which way something came from, or went to, a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::Channel")]
pub enum Channel {
    Email,
    Phone,
    Chat,
    Meeting,
    OrderForm,
    /// The customer did it themselves, signed in.
    Portal,
    Letter,
    /// Taken over from another system in bulk.
    Import,
    /// A program, on nobody's word in particular.
    System,
}

/// How much a category needs protecting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::Sensitivity")]
pub enum Sensitivity {
    Ordinary,
    /// Protected beyond the ordinary, such as the Swedish personnummer.
    Confidential,
    /// Art. 9: health, beliefs, biometrics, ...
    Special,
    /// Art. 10: convictions and offences.
    Criminal,
}

/// Art. 6(1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::LegalBasis")]
pub enum LegalBasis {
    /// (a)
    Consent,
    /// (b)
    Contract,
    /// (c)
    LegalObligation,
    /// (d)
    VitalInterests,
    /// (e)
    PublicTask,
    /// (f)
    LegitimateInterests,
}

/// Art. 9(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::SpecialCategoryCondition")]
pub enum SpecialCategoryCondition {
    /// (a)
    ExplicitConsent,
    /// (b)
    EmploymentAndSocialSecurity,
    /// (c)
    VitalInterests,
    /// (d)
    NotForProfitBody,
    /// (e)
    MadePublicByTheSubject,
    /// (f)
    LegalClaims,
    /// (g)
    SubstantialPublicInterest,
    /// (h)
    HealthCare,
    /// (i)
    PublicHealth,
    /// (j)
    ArchivingAndResearch,
}

/// The event that a retention rule counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::RetentionStart")]
pub enum RetentionStart {
    Collected,
    SubscriptionEnded,
    /// The end of the calendar year in which the fiscal year ended that `documentDate` falls in; without one, the end of the subscription counts.
    FiscalYearEnded,
}

/// How data goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::DisposalMethod")]
pub enum DisposalMethod {
    Erase,
    /// Make it impossible to tie to the customer, by anyone, for good.
    Anonymize,
}

/// How a third party stands to the company, by GDPR terms (Art. 4(7), 4(8), 26).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::ThirdPartyRole")]
pub enum ThirdPartyRole {
    Processor,
    JointController,
    /// Decides by itself what it does with the data.
    Controller,
}

/// How far a third party is trusted with data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::TrustStatus")]
pub enum TrustStatus {
    /// On record, not vetted yet.
    Proposed,
    Approved,
    /// Nothing new goes there.
    Suspended,
    /// For good.
    Retired,
}

/// Art. 44-49.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::TransferSafeguard")]
pub enum TransferSafeguard {
    /// None is needed: the data stays in the European Economic Area.
    Eea,
    /// An adequacy decision (Art. 45).
    Adequacy,
    /// Standard contractual clauses (Art. 46(2)(c), (d)).
    Scc,
    /// Binding corporate rules (Art. 47).
    Bcr,
    /// An exception for a specific situation (Art. 49).
    Derogation,
}

/// The same words as in UserErrorCode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::domain::gate::BlockerCode")]
pub enum DisclosureBlockerCode {
    ThirdPartyNotApproved,
    ReviewOverdue,
    NoAgreement,
    NoTransferSafeguard,
    NotRequiredByALiveService,
    NoticeNotDelivered,
    ConsentMissing,
    CustomerRestricted,
}

/// What happened to a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::ConsentEventKind")]
pub enum ConsentEventKind {
    Granted,
    /// By the customer.
    Withdrawn,
    /// By the program: no live service needs it any more.
    Lapsed,
}

/// In what a picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PictureFormat {
    /// An image that stands by itself, and says in words what it shows to those who do not see it.
    Svg,
    /// Text in the language of Mermaid, to be drawn and changed elsewhere.
    Mermaid,
}

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::ImportKind")]
pub enum ImportKind {
    Customers,
    Subscriptions,
    Consents,
    DataLocations,
}

/// Whose data it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::CustomerKind")]
pub enum CustomerKind {
    Person,
    Organization,
}

/// How the company stands to a customer. In this version, ACTIVE or DORMANT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::CustomerStatus")]
pub enum CustomerStatus {
    /// Has a live subscription.
    Active,
    /// Has none.
    Dormant,
    /// Data is kept, and used for nothing else (Art. 18).
    Restricted,
    /// Final. Nothing that Kartotek itself holds of their data can be tied to them; its records of what was done with it go by a random
    /// id, and are pseudonymous. What is kept as proof is among them: case numbers, the evidence of consents and of tasks, and when
    /// each thing was done. They came, and their services began, in a year; on which day of it is taken out.
    Anonymized,
    /// Final.
    Erased,
}

/// What has become of data in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::DataLocationState")]
pub enum DataLocationState {
    Held,
    /// Kept, and used for nothing but what the law allows.
    Restricted,
    /// Nothing justifies it any more: it is to go.
    DisposalPending,
    Erased,
    /// Nothing of it is left, or nothing that can be tied to the customer. What was only pseudonymized is HELD.
    Anonymized,
    /// It was not found where it should be.
    LostTrack,
}

/// How far a comparison has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::ReconciliationState")]
pub enum ReconciliationState {
    Running,
    Succeeded,
    /// The system could not be read to the end. Nothing in the map was changed.
    Failed,
}

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::JobState")]
pub enum JobState {
    /// A dry run has its plan; nothing was changed. Final.
    Preview,
    /// Large: a second person must approve it.
    AwaitingApproval,
    Queued,
    Running,
    /// Every customer is done here; work at systems and third parties is still open (`tasks`).
    AwaitingTasks,
    /// Done here and everywhere.
    Succeeded,
    /// Over, but some customers or tasks could not be done; each is named.
    SucceededWithFailures,
    Cancelled,
}

/// How the map and the system disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::DifferenceKind")]
pub enum DifferenceKind {
    /// On the map, not in the system. The location becomes LOST_TRACK, unless it is on its way out anyway.
    MissingInSystem,
    /// In the system, not on the map.
    MissingOnMap,
    /// Disposed of by the map, and still or again in the system. Disposal starts over.
    StillThere,
}

/// What a plan says of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::DisposalDecision")]
pub enum DisposalDecision {
    Erase,
    Anonymize,
    /// The law or a hold keeps it, for that alone.
    Restrict,
    /// A live service needs it; it stays as it is.
    Keep,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::TaskAction")]
pub enum TaskAction {
    Erase,
    Anonymize,
    Rectify,
    /// Collect the data for access or portability.
    Export,
    /// Keep it and use it for nothing else; also the lifting of that.
    Restrict,
    /// Look whether it is there. Each attempt does so by itself, and `reconcileSystem` does: no task asks for it.
    Verify,
}

/// How far a task has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::TaskState")]
pub enum TaskState {
    Pending,
    Running,
    /// Done, and there is evidence of it.
    Succeeded,
    /// Failed, and will be tried again by itself.
    Retrying,
    /// Told, and no final answer yet.
    AwaitingThirdParty,
    /// Up to a person now.
    NeedsHuman,
    /// Will not be done: not needed any more, or a person attested that it cannot be.
    Cancelled,
}

/// The ways to reach a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::ConnectorKind")]
pub enum ConnectorKind {
    /// A database of the company's own.
    Sql,
    /// A third party's privacy API.
    Http,
    /// A letter to the third party's privacy contact.
    Email,
    /// A work item for a person.
    Manual,
}

/// What a system knows a customer by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::SubjectKeyKind")]
pub enum SubjectKeyKind {
    /// The location's `externalReference`.
    ExternalReference,
    /// The customer's `reference`.
    Reference,
    Email,
    Phone,
    NationalId,
}

/// What can become of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::MaskMethod")]
pub enum MaskMethod {
    /// Deletes the row, once everything mapped in it is to go; until then the value becomes NULL.
    Delete,
    /// Sets it to NULL.
    Null,
    /// Puts `parameter` in its place.
    Constant,
    /// A keyed hash. Pseudonymous, and so still personal data: refused in this version, as what disposes of nothing.
    Hash,
    /// A random value of the same form.
    Random,
    /// Keeps the YEAR or the MONTH (`parameter`) of a date. What keeps a part is refused unless all that says whose it is goes with
    /// it: it would be a pseudonym.
    TruncateDate,
    /// Keeps what follows the @. See TRUNCATE_DATE.
    EmailDomainOnly,
    /// Keeps the first `parameter` characters of a text, 1 to 3, with as many `*` behind them; a text with fewer than twice as many
    /// characters keeps none. Or rounds a number down to a multiple of `parameter`, 10 or more. See TRUNCATE_DATE.
    Generalize,
}

/// What the evidence rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::EvidenceKind")]
pub enum EvidenceKind {
    /// Changed in a database, and read again.
    ReadBack,
    /// The third party's own confirmation, signed or authenticated.
    Confirmed,
    /// A person's word.
    Attested,
}

/// What came of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::TaskOutcome")]
pub enum TaskOutcome {
    Done,
    /// There was nothing of the customer's; the evidence says why that is right.
    NothingFound,
    /// The holder keeps it, on a ground that the evidence gives.
    Kept,
    /// Impossible, or a disproportionate effort (Art. 19); the evidence says why.
    Impossible,
    /// Not needed any more.
    Superseded,
}

/// What made a task necessary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::TaskCause")]
pub enum TaskCause {
    DataRequest,
    /// The profile was corrected.
    Rectification,
    SubscriptionEnded,
    ConsentWithdrawn,
    RequirementsChanged,
    /// A grace or retention period ran out.
    PeriodEnded,
    HoldLifted,
    Restriction,
    Erasure,
    BulkJob,
    Reconciliation,
    /// What was brought in says that what needed it has ended. It waits a week, for what else is brought in to say otherwise.
    Import,
}

/// What sort of actor it was. In this version, no THIRD_PARTY.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::ActorKind")]
pub enum ActorKind {
    Person,
    Script,
    /// A third party's own system.
    ThirdParty,
    /// A part of the program itself, such as its set-up.
    Program,
}

/// What sort of operation it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::AuditKind")]
pub enum AuditKind {
    Read,
    Write,
    /// Erased or anonymized.
    Dispose,
    /// Given to a third party.
    Disclose,
    Authenticate,
    /// Changed reference data or set-up.
    Administer,
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::AuditOutcome")]
pub enum AuditOutcome {
    Allowed,
    /// Not allowed to this actor.
    Denied,
    /// Allowed, and refused by a rule or broken; nothing was changed.
    Failed,
}

/// What a token lets its bearer do. Several add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::policy::Role")]
pub enum Role {
    /// A customer: their own data and access log.
    Customer,
    /// Serves customers.
    Agent,
    /// Compliance officer: the whole inventory, third parties and the audit log.
    Compliance,
    /// Reads the inventory and the audit log. Sees no profiles.
    Auditor,
    /// A script: may call the root fields that its token's scopes name, by their names.
    Service,
    /// Keeps the reference data. Sees no profiles.
    Admin,
}

//! Closed vocabularies, stored as the words that the API uses.

use sea_orm::entity::prelude::*;

/// An enum stored as its SCREAMING_SNAKE_CASE name.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum,
            serde::Serialize, serde::Deserialize,
        )]
        #[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name { $($(#[$vdoc])* $variant),* }
    )*};
}

words! {
    /// The languages of notices, replies and names.
    Locale { Sv, En }

    /// What happened to a consent.
    ConsentEventKind {
        Granted,
        /// By the customer.
        Withdrawn,
        /// By the program: no live service needs it any more.
        Lapsed,
    }

    /// By which way something came from, or went to, a customer.
    Channel {
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
    Sensitivity {
        Ordinary,
        /// Protected beyond the ordinary, such as the Swedish personnummer.
        Confidential,
        /// Art. 9: health, beliefs, biometrics, ...
        Special,
        /// Art. 10: convictions and offences.
        Criminal,
    }

    /// Art. 6(1).
    LegalBasis { Consent, Contract, LegalObligation, VitalInterests, PublicTask, LegitimateInterests }

    /// Art. 9(2).
    SpecialCategoryCondition {
        ExplicitConsent,
        EmploymentAndSocialSecurity,
        VitalInterests,
        NotForProfitBody,
        MadePublicByTheSubject,
        LegalClaims,
        SubstantialPublicInterest,
        HealthCare,
        PublicHealth,
        ArchivingAndResearch,
    }

    /// The event that a retention rule counts from.
    RetentionStart {
        Collected,
        SubscriptionEnded,
        /// The end of the calendar year in which the fiscal year ended.
        FiscalYearEnded,
    }

    /// How data goes.
    DisposalMethod {
        Erase,
        /// Make it impossible to tie to the customer, by anyone, for good.
        Anonymize,
    }

    /// What a plan says of a line of the map.
    DisposalDecision {
        Erase,
        Anonymize,
        /// The law or a hold keeps it, for that alone.
        Restrict,
        /// A live service needs it; it stays as it is.
        Keep,
    }

    /// What can justify data.
    JustificationKind {
        /// A live service needs it, or the grace after one runs.
        Subscription,
        RetentionRule,
        /// Disposal is forbidden while a claim or an inquiry goes on.
        LegalHold,
        /// Registered a while ago, and nothing ordered yet: steps before a contract (Art. 6(1)(b)).
        Prospect,
        /// The customer has asked for it, and it has not been collected yet.
        DataRequest,
    }

    /// What is to be done at a system.
    TaskAction { Erase, Anonymize, Rectify, Export, Restrict, Verify }

    /// What evidence rests on.
    EvidenceKind {
        /// Changed in a database, and read again.
        ReadBack,
        /// The third party's own confirmation, signed or authenticated.
        Confirmed,
        /// A person's word.
        Attested,
    }

    /// The ways to reach a system.
    ConnectorKind {
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
    SubjectKeyKind {
        /// The location's own.
        ExternalReference,
        /// The customer's.
        Reference,
        Email,
        Phone,
        NationalId,
    }

    /// What can become of a value.
    MaskMethod {
        /// Deletes the row, once everything mapped in it is to go; until then the value becomes null.
        Delete,
        Null,
        /// Puts the parameter in its place.
        Constant,
        /// A keyed hash. Pseudonymous, and so still personal data.
        Hash,
        /// A random value of the same form.
        Random,
        /// Keeps the `YEAR` or the `MONTH` (the parameter) of a date.
        TruncateDate,
        /// Keeps what follows the @.
        EmailDomainOnly,
        /// Keeps so many first characters of a text, or rounds a number down to a multiple: the parameter.
        Generalize,
    }

    /// What made a task necessary.
    TaskCause {
        DataRequest,
        Rectification,
        SubscriptionEnded,
        ConsentWithdrawn,
        RequirementsChanged,
        PeriodEnded,
        HoldLifted,
        Restriction,
        Erasure,
        BulkJob,
        Reconciliation,
        /// What was brought in says that what needed it has ended.
        Import,
    }

    /// How far bulk work has come.
    JobState {
        /// A dry run has its plan.
        Preview,
        /// A second person must let it go ahead.
        AwaitingApproval,
        Queued,
        Running,
        /// Every customer is done here; work elsewhere is still open.
        AwaitingTasks,
        Succeeded,
        /// Over, but some customers or tasks could not be done.
        SucceededWithFailures,
        Cancelled,
    }

    /// What is done while bulk work runs.
    JobStep {
        /// Its customers are found.
        Select,
        /// It is found out what becomes of them.
        Plan,
        /// That is carried out.
        CarryOut,
    }

    /// How far a customer has come whom bulk work is about.
    JobCustomerState { Selected, Planned, Done, Failed }

    /// How far a task has come.
    TaskState { Pending, Running, Succeeded, Retrying, AwaitingThirdParty, NeedsHuman, Cancelled }

    /// What came of a task.
    TaskOutcome { Done, NothingFound, Kept, Impossible, Superseded }

    /// What is sealed apart from a profile.
    SealedKind {
        /// What was wrong elsewhere, and is to be corrected.
        Correction,
        /// What was gathered for the customer.
        Export,
        /// What a profile is to say, as the customer asked.
        Profile,
    }

    /// The right that a customer uses.
    DataRequestType {
        /// Art. 15
        Access,
        /// Art. 20
        Portability,
        /// Art. 16
        Rectification,
        /// Art. 17
        Erasure,
        /// Art. 18
        Restriction,
        /// Art. 21
        Objection,
    }

    /// Art. 18(1).
    RestrictionGround {
        /// (a) while it is being checked
        AccuracyContested,
        /// (b) and the customer wants restriction, not erasure
        UnlawfulProcessing,
        /// (c) the customer needs the data for a claim
        LegalClaims,
        /// (d) while it is being checked
        ObjectionPending,
    }

    /// How far a request has come.
    DataRequestStatus { Received, Verified, InProgress, Completed, PartiallyCompleted, Rejected, Withdrawn }

    /// What lets more time be taken (Art. 12(3)).
    ExtensionReason { Complexity, NumberOfRequests }

    /// What lets a request's clock stand still.
    PauseReason {
        /// Awaiting proof of who is asking (Art. 12(6)).
        Identity,
        /// Awaiting word of what is meant.
        Clarification,
    }

    /// What lets a request be refused.
    RejectionGround {
        IdentityNotProven,
        ManifestlyUnfounded,
        Excessive,
        RightsOfOthers,
        FreedomOfExpression,
        LegalObligation,
        PublicHealth,
        ArchivingAndResearch,
        LegalClaims,
        CompellingGrounds,
        RightDoesNotApply,
    }

    /// How a third party stands to the company, by GDPR terms (Art. 4(7), 4(8), 26).
    ThirdPartyRole { Processor, JointController, Controller }

    /// How far a third party is trusted with data.
    TrustStatus { Proposed, Approved, Suspended, Retired }

    /// What makes a transfer lawful (Art. 44-49).
    TransferSafeguard { Eea, Adequacy, Scc, Bcr, Derogation }

    /// Whose data it is.
    CustomerKind { Person, Organization }

    /// What the rows of a file that is brought in are.
    ImportKind { Customers, Subscriptions, Consents, DataLocations }

    /// How the company stands to a customer.
    CustomerStatus { Active, Dormant, Restricted, Anonymized, Erased }

    /// What has become of data in a place.
    DataLocationState { Held, Restricted, DisposalPending, Erased, Anonymized, LostTrack }

    /// How likely a breach is to harm people, which decides who must be told (Art. 33, 34).
    IncidentRisk { Unlikely, Likely, High }

    /// Who was told of a breach.
    IncidentRecipient { SupervisoryAuthority, Customers }

    /// What a report tells.
    ReportKind {
        /// The record of processing activities (Art. 30).
        Ropa,
        /// How many data locations there are where, and what the places are.
        Inventory,
        /// All that is wrong right now.
        Findings,
        /// Where one customer's data is and why, what they ordered, allowed and asked for, and who looked.
        Customer,
        /// A breach, and whose data was there.
        Incident,
        /// Events of the audit log.
        Audit,
    }

    /// What a report is as a file.
    ReportFormat { Csv, Xlsx, Json, Html }

    /// How far a report has come.
    ReportState {
        Queued,
        Running,
        /// It can be downloaded.
        Ready,
        Failed,
        /// It was there, and its time is over.
        Expired,
    }

    /// How far a comparison of the map with a system has come.
    ReconciliationState { Running, Succeeded, Failed }

    /// How the map and a system disagree.
    DifferenceKind { MissingInSystem, MissingOnMap, StillThere }

    /// What a customer can be found by.
    LookupKind { Reference, Email, Phone, NationalId }

    /// What sort of actor it was.
    ActorKind { Person, Script, ThirdParty, Program }

    /// What sort of operation it was.
    AuditKind { Read, Write, Dispose, Disclose, Authenticate, Administer }

    /// What is wrong with the audit log: what keeps it as it is, or what it says.
    AuditAlarmKind { Protection, Content }

    /// How an operation ended.
    AuditOutcome { Allowed, Denied, Failed }
}

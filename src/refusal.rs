//! What rules say no with: the words, and what is told with them.

/// Words for what rules say no with: those of the API's `UserErrorCode`.
macro_rules! codes {
    ($($name:ident = $word:literal),* $(,)?) => {
        /// What a rule says no with.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($name),* }

        impl Code {
            /// The word in the API and the audit log.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// The one of this word.
            #[must_use]
            pub fn of(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }
        }
    };
}

codes! {
    Required = "REQUIRED", InvalidFormat = "INVALID_FORMAT", OutOfRange = "OUT_OF_RANGE",
    TooLong = "TOO_LONG", NotFound = "NOT_FOUND", AlreadyExists = "ALREADY_EXISTS",
    VersionConflict = "VERSION_CONFLICT", InUse = "IN_USE", Retired = "RETIRED",
    InvalidTransition = "INVALID_TRANSITION", Cycle = "CYCLE", InvalidNationalId = "INVALID_NATIONAL_ID",
    CustomerGone = "CUSTOMER_GONE", CustomerRestricted = "CUSTOMER_RESTRICTED", NotRestricted = "NOT_RESTRICTED",
    NotJustified = "NOT_JUSTIFIED", AlreadyRestricted = "ALREADY_RESTRICTED", ThirdPartyNotApproved = "THIRD_PARTY_NOT_APPROVED",
    ReviewOverdue = "REVIEW_OVERDUE", NoAgreement = "NO_AGREEMENT",
    NoTransferSafeguard = "NO_TRANSFER_SAFEGUARD", AssessmentIncomplete = "ASSESSMENT_INCOMPLETE",
    SpecialCategoryConditionMissing = "SPECIAL_CATEGORY_CONDITION_MISSING",
    NotAThirdParty = "NOT_A_THIRD_PARTY", NotRequiredByALiveService = "NOT_REQUIRED_BY_A_LIVE_SERVICE",
    NoticeNotDelivered = "NOTICE_NOT_DELIVERED", NoticeMismatch = "NOTICE_MISMATCH",
    NoticeChanged = "NOTICE_CHANGED", ConsentMissing = "CONSENT_MISSING",
    ConsentWithdrawn = "CONSENT_WITHDRAWN", ChooseOne = "CHOOSE_ONE", PlanChanged = "PLAN_CHANGED",
    PlanExpired = "PLAN_EXPIRED", SubscriptionEnded = "SUBSCRIPTION_ENDED", SameService = "SAME_SERVICE",
    HoldLifted = "HOLD_LIFTED", AlreadyRunning = "ALREADY_RUNNING", TaskFinished = "TASK_FINISHED", TaskRunning = "TASK_RUNNING",
    AddressNotAllowed = "ADDRESS_NOT_ALLOWED", GroundNotApplicable = "GROUND_NOT_APPLICABLE",
    SecretInInput = "SECRET_IN_INPUT", SecretNotFound = "SECRET_NOT_FOUND",
    ConnectorUnsuitable = "CONNECTOR_UNSUITABLE", ClockPaused = "CLOCK_PAUSED", ReplyNotReady = "REPLY_NOT_READY",
    DuplicateRequest = "DUPLICATE_REQUEST", RequestClosed = "REQUEST_CLOSED", RequestUnderWay = "REQUEST_UNDER_WAY", ClockRunning = "CLOCK_RUNNING",
    AlreadyExtended = "ALREADY_EXTENDED", ExtensionTooLate = "EXTENSION_TOO_LATE", AlreadyVerified = "ALREADY_VERIFIED",
    PreviouslyErased = "PREVIOUSLY_ERASED", NothingSelected = "NOTHING_SELECTED",
    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED", NotAwaitingApproval = "NOT_AWAITING_APPROVAL", OwnJob = "OWN_JOB",
    JobFinished = "JOB_FINISHED", ProgramFailed = "PROGRAM_FAILED",
    IncidentClosed = "INCIDENT_CLOSED", NotificationMissing = "NOTIFICATION_MISSING",
    RecordChanged = "RECORD_CHANGED", TooManyReports = "TOO_MANY_REPORTS",
}

/// One thing that a rule says no to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    /// For a person to read: what is wrong and what to do. No personal values.
    pub message: String,
    /// The path within the input, in the client's words; empty when no single field is to blame.
    pub field: Vec<String>,
}

impl Refusal {
    /// A refusal that no single field is to blame for.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: Vec::new() }
    }

    /// ... because of this field, given as a path with dots: `locations.3.category`.
    #[must_use]
    pub fn at(self, path: &str) -> Self {
        Self { field: path.split('.').map(str::to_owned).collect(), ..self }
    }
}

//! What a mutation refuses with: data, in its payload.

use super::error::to_graphql;
use crate::access::{Code, Refusal, Stop};
use async_graphql::{Enum, Result, SimpleObject};

/// Why a mutation was refused. Nothing was changed.
#[derive(Clone, Debug, SimpleObject)]
pub struct UserError {
    code: UserErrorCode,
    /// For a person to read. It holds no personal values; programs go by `code`.
    message: String,
    /// The path within `input`, list positions as digits: ["locations", "3", "category"]. Null when no single
    /// field is to blame.
    field: Option<Vec<String>>,
}

/// Everything that a mutation can refuse with. Each mutation's description lists its own; REQUIRED,
/// INVALID_FORMAT, OUT_OF_RANGE, TOO_LONG and NOT_FOUND can come from any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Code")]
pub enum UserErrorCode {
    /// A value is missing or empty.
    Required,
    /// Not in the form that the field's description asks for.
    InvalidFormat,
    /// A number, date or period that is not allowed here.
    OutOfRange,
    /// A text or a list is longer than allowed.
    TooLong,
    /// No such thing, or none that the caller may know of.
    NotFound,
    /// Exactly one of several alternatives must be given.
    ChooseOne,
    /// The reference, key, name or line is already there.
    AlreadyExists,
    /// Somebody changed it meanwhile: read it again.
    VersionConflict,
    /// Something live still depends on it.
    InUse,
    /// It is retired, and nothing new may refer to it.
    Retired,
    /// The status cannot go from what it is to what was asked.
    InvalidTransition,
    /// The chain of parents would lead back to itself.
    Cycle,
    /// Not a real personnummer, samordningsnummer or organisationsnummer: date or check digit is wrong.
    InvalidNationalId,
    /// This person was erased. Say that they came back of their own accord, or leave them out.
    PreviouslyErased,
    /// The customer is anonymized or erased, and that is final.
    CustomerGone,
    /// Processing is restricted (Art. 18): nothing but keeping is allowed.
    CustomerRestricted,
    /// Processing is restricted already.
    AlreadyRestricted,
    /// Processing is not restricted on the customer's request.
    NotRestricted,
    /// The service has ended already.
    SubscriptionEnded,
    /// The subscription is to this service already.
    SameService,
    /// No live service, law or hold needs this category at this system.
    NotJustified,
    /// Nothing may be given to a third party that is not approved.
    ThirdPartyNotApproved,
    /// The third party's approval has lapsed.
    ReviewOverdue,
    /// There is no data-processing agreement in force with it.
    NoAgreement,
    /// It is outside the EEA, and nothing on record makes the transfer lawful (Art. 44-49).
    NoTransferSafeguard,
    /// Approval needs an agreement, a review date, measures and, outside the EEA, a safeguard.
    AssessmentIncomplete,
    /// A special category (Art. 9) is used for a purpose that names no condition of Art. 9(2).
    SpecialCategoryConditionMissing,
    /// The system is the company's own.
    NotAThirdParty,
    /// No service that the customer has needs it there for that purpose.
    NotRequiredByALiveService,
    /// The customer has not been told, or it reads differently by now.
    NoticeNotDelivered,
    /// The notice does not say what was asked to be allowed.
    NoticeMismatch,
    /// The notice would read differently now.
    NoticeChanged,
    /// The customer has not allowed it.
    ConsentMissing,
    /// It was withdrawn already, or has lapsed.
    ConsentWithdrawn,
    /// What was planned and what is there now differ: ask for a new plan.
    PlanChanged,
    /// It is too late to carry the plan out: ask for a new one.
    PlanExpired,
    /// The hold was lifted already.
    HoldLifted,
    /// The customer has asked for it already, and that is under way.
    DuplicateRequest,
    /// The request has been carried out, refused or taken back already.
    RequestClosed,
    /// Another request of the customer's is being carried out, and the two cannot both be: take that one back first.
    RequestUnderWay,
    /// It is on record already who asks.
    AlreadyVerified,
    /// There is nothing to answer the customer yet.
    ReplyNotReady,
    /// The request's clock stands still already.
    ClockPaused,
    /// The request's clock runs already.
    ClockRunning,
    /// More time was taken before, which is possible once.
    AlreadyExtended,
    /// The first month is over, within which more time can be taken.
    ExtensionTooLate,
    /// A request of this kind, or as far as it has come, cannot be refused on this ground.
    GroundNotApplicable,
    /// The system is being reconciled this moment.
    AlreadyRunning,
    /// The task has ended already.
    TaskFinished,
    /// The program is working on the task right now.
    TaskRunning,
    /// The system has no connector, or one that cannot do this.
    ConnectorUnsuitable,
    /// The connector's address is not one that the operator lets the program reach.
    AddressNotAllowed,
    /// A password or another secret stands where everybody can read it: name it instead.
    SecretInInput,
    /// The operator has set apart no such secret.
    SecretNotFound,
    /// The selection holds no customer.
    NothingSelected,
    /// This key was used before, with another input.
    IdempotencyKeyReused,
    /// The job waits for nobody's approval.
    NotAwaitingApproval,
    /// Whoever asked for a job cannot approve it.
    OwnJob,
    /// Nothing of the job can be stopped any more.
    JobFinished,
    /// The program itself failed with one customer of a job: its log says why, and they are as they were.
    ProgramFailed,
    /// A closed incident stays as it is.
    IncidentClosed,
    /// Somebody must be told of an incident, or how bad it is be judged, before it can be closed.
    NotificationMissing,
    /// The record of processing activities is not, or no more, what its approver has seen.
    RecordChanged,
    /// Too many reports of the caller's are still being made.
    TooManyReports,
}

impl UserError {
    /// Whether it is the gate to third parties that refused.
    pub fn is_the_gates(&self) -> bool {
        matches!(
            self.code,
            UserErrorCode::ThirdPartyNotApproved
                | UserErrorCode::ReviewOverdue
                | UserErrorCode::NoAgreement
                | UserErrorCode::NoTransferSafeguard
                | UserErrorCode::NotRequiredByALiveService
                | UserErrorCode::NoticeNotDelivered
                | UserErrorCode::ConsentMissing
                | UserErrorCode::CustomerRestricted
        )
    }
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        let field = (!refusal.field.is_empty()).then_some(refusal.field);
        Self { code: refusal.code.into(), message: refusal.message, field }
    }
}

/// What a command made, or why it refused; anything else is an error of the whole field.
///
/// # Errors
/// Denied and broken.
pub fn outcome<T>(result: Result<T, Stop>) -> Result<(Option<T>, Vec<UserError>)> {
    match result {
        Ok(made) => Ok((Some(made), Vec::new())),
        Err(Stop::Refused(refusals)) => Ok((None, refusals.into_iter().map(UserError::from).collect())),
        Err(stop) => Err(to_graphql(&stop)),
    }
}

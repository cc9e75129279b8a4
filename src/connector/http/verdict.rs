//! What a statement comes to for the task: as good as what proves that it is theirs.

use super::{
    super::{Answer, Evidence, Failure, Subject},
    sign::Signed,
    statement::{Statement, Status, opaque},
};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The request that a statement is to be about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub key: Uuid,
    pub subject: &'a Subject,
    pub now: DateTime<Utc>,
}

/// What proves that a statement is theirs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Proof<'a> {
    /// It came over a connection to the host that was asked, whose certificate was checked.
    pub certificate: bool,
    /// The headers of its signature, and that one of the signatures which is right.
    pub signature: Option<(Signed<'a>, &'a str)>,
}

impl Proof<'_> {
    /// A signature proves who said something, and not what it was said to: that has to stand in what is signed, or an
    /// old answer about somebody else would do.
    fn is_enough_for(&self, statement: &Statement) -> bool {
        self.certificate || (self.signature.is_some() && statement.about.is_some())
    }

    fn document(&self, subject: &Subject) -> Value {
        let mut document = Map::new();
        document.insert("certificate".to_owned(), json!(self.certificate));
        if let Some((signed, signature)) = self.signature {
            // All digits, as it was verified.
            document.insert("timestamp".to_owned(), json!(signed.timestamp));
            document.insert("signature".to_owned(), json!(signature));
            if let Some(id) = opaque(signed.id, subject) {
                document.insert("id".to_owned(), json!(id));
            }
        }
        document.into()
    }
}

/// The answer, if there is one in the statement and it is proven.
pub(super) fn conclude(statement: Statement, proof: &Proof, asked: &Asked) -> Result<Answer, Failure> {
    if statement.about.is_some_and(|about| about != asked.key) {
        return Err(passing("they answered about another request"));
    }
    let proven = proof.is_enough_for(&statement);
    let evidence = |mut facts: Map<String, Value>| {
        facts.insert("proof".to_owned(), proof.document(asked.subject));
        Evidence::Confirmed { document: facts.into(), at: asked.now }
    };
    match statement.status {
        // Believed as it is: who makes it up gains no more than that a deadline passes.
        Status::Received => Ok(Answer::Accepted),
        Status::Unsaid => Err(passing("their answer does not say whether it is done")),
        Status::Error => Err(passing("they report an error")),
        Status::Cancelled => Err(lasting("they have cancelled the request")),
        _ if !proven => Err(lasting("nothing proves that the answer is theirs: it is not signed")),
        Status::Completed => {
            let evidence = evidence(statement.facts);
            Ok(match statement.data {
                Some(data) => Answer::Gathered { data, evidence },
                None => Answer::Done(evidence),
            })
        }
        Status::NothingFound => Ok(Answer::NothingFound(evidence(statement.facts))),
        Status::Kept(Some(ground)) => Ok(Answer::Kept { ground, evidence: evidence(statement.facts) }),
        Status::Kept(None) => Err(lasting("they refuse, without a ground that can be recorded: ask them")),
    }
}

pub(super) fn passing(message: impl Into<String>) -> Failure {
    Failure::Passing { message: message.into(), retry_after: None }
}

pub(super) fn lasting(message: impl Into<String>) -> Failure {
    Failure::Lasting { message: message.into() }
}

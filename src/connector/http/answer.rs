//! What an answer means: its status first, and only if that is a good one what is in it.

use super::{
    super::{Answer, Failure},
    sign::{Keys, SIGNATURE, Signed},
    statement::{Statement, Status},
    verdict::{Asked, Proof, conclude, lasting, passing},
};
use chrono::{DateTime, Utc};
use reqwest::{
    StatusCode,
    header::{HeaderMap, RETRY_AFTER},
};
use std::time::{Duration, SystemTime};

/// However long they ask to wait, the next attempt is no later: the law's deadline goes on meanwhile.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// An answer with a good status, as it came.
#[derive(Clone, Copy)]
pub(super) struct Heard<'a> {
    pub status: StatusCode,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    /// Whether it came from the host that was asked, as its certificate proves.
    pub https: bool,
}

/// What a status means that is not a good one (RFC 9110, section 15).
pub(super) fn refusal(status: StatusCode, headers: &HeaderMap, now: DateTime<Utc>) -> Option<Failure> {
    let message = match status.as_u16() {
        200..=299 => return None,
        // Not followed: a redirect may lead anywhere, and would take the person's keys along.
        300..=399 => "they redirect to another address: register the one that answers".to_owned(),
        code => format!("they answered with status {code}"),
    };
    // A conflict is what a server says while it still works on the attempt before, which has the same idempotency key
    // (draft-ietf-httpapi-idempotency-key-header).
    // 401, 403 and 404 speak of the way there, such as a token that was changed, and not of what was asked.
    let passes = status.is_server_error()
        || [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status)
        || [StatusCode::REQUEST_TIMEOUT, StatusCode::CONFLICT, StatusCode::TOO_EARLY].contains(&status)
        || status == StatusCode::TOO_MANY_REQUESTS;
    Some(if passes {
        Failure::Passing { message, retry_after: retry_after(headers, now) }
    } else {
        lasting(message)
    })
}

/// What they say in an answer whose status is a good one. Good is not yet done.
pub(super) fn understand(heard: Heard, keys: &Keys, asked: &Asked) -> Result<Answer, Failure> {
    // A signature need not be there, but one that is there has to be right.
    let signature = if heard.headers.contains_key(SIGNATURE) {
        let signed = Signed::from_headers(heard.headers);
        let right = signed.and_then(|signed| Ok((signed, keys.verify(signed, heard.body, asked.now)?)));
        Some(right.map_err(|unproven| passing(format!("the answer's signature is not theirs: {unproven}")))?)
    } else {
        None
    };
    let statement = match Statement::read(heard.body, asked.subject) {
        Ok(statement) => promised(heard.status, statement),
        // Who has accepted a request may say so in any way.
        Err(_) if heard.status == StatusCode::ACCEPTED => return Ok(Answer::Accepted),
        Err(_) if heard.body.is_empty() => return Err(passing("they answered with nothing")),
        Err(_) => return Err(passing("their answer is not JSON that says what became of the request")),
    };
    conclude(statement, &Proof { certificate: heard.https, signature }, asked)
}

/// What a status takes away from what is said: 202 is not done yet, whatever the body says (RFC 9110, section 15.3.3),
/// and 201 is how OpenDSR says that a request was received.
fn promised(status: StatusCode, mut statement: Statement) -> Statement {
    let waits = match status {
        StatusCode::ACCEPTED => statement.status != Status::Error,
        StatusCode::CREATED => statement.status == Status::Unsaid && statement.about.is_some(),
        _ => false,
    };
    if waits {
        statement.status = Status::Received;
    }
    statement
}

/// Seconds, or a date in one of the three forms of RFC 9110, section 5.6.7.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit()) {
        text.parse().map_or(LONGEST_WAIT, Duration::from_secs)
    } else {
        let until = httpdate::parse_http_date(text).ok()?;
        until.duration_since(SystemTime::from(now)).unwrap_or_default()
    };
    Some(wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests;

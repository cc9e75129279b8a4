//! Puts a letter into the form of a mail (RFC 5322).

use super::{
    super::Failure,
    english,
    letter::{Kind, Letter},
    send::lasting,
    swedish,
};
use chrono::{DateTime, Utc};
use entity::enums::Locale;
use lettre::{
    Address, Message,
    message::{
        Mailbox,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0},
    },
};

/// A mail, as it goes out.
pub(super) struct Mail {
    pub from: Address,
    pub to: Address,
    pub bytes: Vec<u8>,
}

/// Writes the letter. What it holds of a person stands in its text alone, and in none of its headers, which every
/// server on the way may log.
pub(super) fn compose(letter: &Letter, from: &Mailbox, now: DateTime<Utc>) -> Result<Mail, Failure> {
    let to = letter.to.parse::<Address>();
    let to = to.map_err(|_| lasting("what is given for the recipient is not an e-mail address"))?;
    let (subject, text, language) = match letter.locale {
        Locale::Sv => (swedish::subject(letter), swedish::text(letter), "sv"),
        Locale::En => (english::subject(letter), english::text(letter), "en"),
    };
    let first = id(letter, Kind::Asking, from);
    let message = Message::builder()
        .from(from.clone())
        .to(to.clone().into())
        .subject(subject)
        .date(now.into())
        .message_id(Some(id(letter, letter.kind, from)))
        // Holiday notices are no answer (RFC 3834, section 5).
        .raw_header(plain("Auto-Submitted", "auto-generated"))
        .raw_header(plain("Content-Language", language))
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN)
        // Any server passes it on as it is, whatever is in it and however long its lines are.
        .header(ContentTransferEncoding::QuotedPrintable);
    let message = match letter.kind {
        Kind::Asking => message,
        Kind::Reminding { .. } => message.in_reply_to(first.clone()).references(first),
    };
    let message = message.body(text).map_err(|_| lasting("the letter could not be put together"))?;
    Ok(Mail { from: from.email.clone(), to, bytes: message.formatted() })
}

/// The same each time that the same letter is sent, so that one that comes twice is seen to be the same.
fn id(letter: &Letter, kind: Kind, from: &Mailbox) -> String {
    let (case, domain) = (letter.case, from.email.domain());
    match kind {
        Kind::Asking => format!("<{case}@{domain}>"),
        Kind::Reminding { nth, .. } => format!("<{case}.{nth}@{domain}>"),
    }
}

fn plain(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
mod tests;

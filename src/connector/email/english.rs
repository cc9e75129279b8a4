//! Letters in English.

use super::{
    letter::{Kind, Letter},
    words::{Words, list, written},
};
use chrono::NaiveDate;
use entity::enums::{SubjectKeyKind, TaskAction};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) fn subject(letter: &Letter) -> String {
    let (controller, case) = (letter.controller(), letter.case_number());
    let request = words(letter.action, letter.lifts).request;
    match letter.kind {
        Kind::Asking => format!("{controller}: {request}, case {case}"),
        Kind::Reminding { nth, .. } => format!("{controller}: reminder {nth}, {request}, case {case}"),
    }
}

pub(super) fn text(letter: &Letter) -> String {
    let Words { asks, ground, note, answer, .. } = words(letter.action, letter.lifts);
    let (controller, case) = (letter.controller(), letter.case_number());
    let opening = match letter.kind {
        Kind::Asking => format!("{controller} asks you to {asks}."),
        Kind::Reminding { nth, asked_on } => format!(
            "On {}, {controller} asked you to {asks}. We have not received an answer. This is reminder number {nth}.",
            day(asked_on)
        ),
    };
    let about = match letter.categories() {
        none if none.is_empty() => "This concerns all data that you hold about the person.".to_owned(),
        names => format!("This concerns:{}", list(&names)),
    };
    let known_by = format!("You know the person by {}: {}", kind(letter), letter.identifiers());
    let note = note.map(|note| format!("\n\n{note}")).unwrap_or_default();
    let by = day(letter.answer_by);
    let reply = match &letter.answer_url {
        Some(url) => format!(
            "To answer, please open this link. It needs no login and can be used once:\n{url}\n\n\
             You can also reply to this e-mail, stating the case number {case}."
        ),
        None => format!("Please reply to this e-mail, stating the case number {case}."),
    };
    format!(
        "Hello,\n\n{opening}\n\n{about}\n\n{known_by}\n\n{ground}{note}\n\n\
         Please tell us by {by} at the latest {answer}.\n\n{reply} Please do not put any personal data in \
         your answer.\n\n\
         Kind regards\n{controller}\n\n\
         This e-mail was sent automatically. A person will read your answer.\n"
    )
}

fn day(day: NaiveDate) -> String {
    written(day, MONTHS)
}

fn kind(letter: &Letter) -> &'static str {
    match letter.known_by.0 {
        SubjectKeyKind::ExternalReference => "your own reference",
        SubjectKeyKind::Reference => "our customer number",
        SubjectKeyKind::Email => "the e-mail address",
        SubjectKeyKind::Phone => "the telephone number",
        SubjectKeyKind::NationalId => "the national identity or registration number",
    }
}

fn words(action: TaskAction, lifts: bool) -> Words {
    match action {
        TaskAction::Erase => ERASE,
        TaskAction::Anonymize => ANONYMIZE,
        TaskAction::Rectify => RECTIFY,
        TaskAction::Export => EXPORT,
        TaskAction::Restrict if lifts => LIFT,
        TaskAction::Restrict => RESTRICT,
        TaskAction::Verify => VERIFY,
    }
}

const ERASE: Words = Words {
    request: "request for erasure",
    asks: "erase data about a person",
    ground: "The request is based on Article 17(1) of the General Data Protection Regulation (GDPR). If you process \
             the data on our behalf, it is an instruction under Article 28(3)(a) and (g); please make sure that your \
             sub-processors do the same. If you are a controller yourselves, it is a notification under Article 19.",
    note: None,
    answer: "that the data has been erased, that you hold no such data, or which data you have to keep, under which \
             law and for how long",
};

const ANONYMIZE: Words = Words {
    request: "request for anonymization",
    asks: "anonymize data about a person",
    ground: "The request is based on Articles 5(1)(e) and 17(1) of the General Data Protection Regulation (GDPR): the \
             data may no longer be kept in a form that permits identification of the person. If you process the data \
             on our behalf, it is an instruction under Article 28(3)(a); please make sure that your sub-processors do \
             the same. If you are a controller yourselves, it is a notification under Article 19.",
    note: Some(
        "The data is anonymous when nobody can connect it with the person, not even with the help of other data \
         (recital 26). Replacing the name by a number, or by a hash, is pseudonymization (Article 4(5)) and is not enough.",
    ),
    answer: "that the data has been anonymized, that you hold no such data, or which data you have to keep as it is, \
             under which law and for how long",
};

const RECTIFY: Words = Words {
    request: "request for rectification",
    asks: "correct data about a person",
    ground: "The request is based on Article 16 of the General Data Protection Regulation (GDPR). If you process the \
             data on our behalf, it is an instruction under Article 28(3)(a) and (e). If you are a controller \
             yourselves, it is a notification under Article 19.",
    note: Some(
        "The correct data is not given here, because e-mail is not a safe way to send it. Please get in touch, and we \
         will agree on how you receive it.",
    ),
    answer: "that the data has been corrected, that you hold no such data, or why you do not correct it",
};

const EXPORT: Words = Words {
    request: "request for a copy of data",
    asks: "hand over a copy of data about a person",
    ground: "The request is based on Articles 15(3) and 20 of the General Data Protection Regulation (GDPR). If you \
             process the data on our behalf, you are to assist us under Article 28(3)(e). If you are a controller \
             yourselves, we ask for your cooperation, so that the person receives a complete answer.",
    note: Some(
        "Please do not send the copy by ordinary e-mail. Get in touch, and we will agree on a safe way to hand it \
         over.",
    ),
    answer: "that the copy has been handed over, that you hold no such data, or why you do not hand it over",
};

const RESTRICT: Words = Words {
    request: "request for restriction of processing",
    asks: "restrict the processing of data about a person",
    ground: "The request is based on Article 18 of the General Data Protection Regulation (GDPR). If you process the \
             data on our behalf, it is an instruction under Article 28(3)(a) and (e); please make sure that your \
             sub-processors do the same. If you are a controller yourselves, it is a notification under Article 19.",
    note: Some(
        "Until we tell you otherwise, the data may be stored, but not processed in any way that Article 18(2) does \
         not permit. Please do not erase it.",
    ),
    answer: "that the processing has been restricted, that you hold no such data, or why you do not restrict it",
};

const LIFT: Words = Words {
    request: "end of a restriction of processing",
    asks: "process data about a person again as before, as a restriction is lifted",
    ground: "The restriction under Article 18 of the General Data Protection Regulation (GDPR) that we asked you for is \
             lifted (Article 18(3)). If you process the data on our behalf, this is an instruction under Article \
             28(3)(a). If you are a controller yourselves, it is a notification under Article 19.",
    note: None,
    answer: "that the restriction has been lifted, or that you hold no such data",
};

const VERIFY: Words = Words {
    request: "question about data held",
    asks: "say whether you hold data about a person",
    ground: "We need to know in order to show where the person's data is, and to tell the person (Articles 5(2), \
             15(1)(c) and 19 of the General Data Protection Regulation, GDPR). If you process the data on our behalf, \
             we ask for the answer under Article 28(3)(h).",
    note: Some("Please do not change or erase anything because of this question."),
    answer: "whether you hold such data and, if so, what kinds of data",
};

//! What becomes of data as things happen, as the rules say it, over facts in plain Rust. Shares nothing with the program.

use crate::properties::justified::{
    chance::THIRD_PARTYS,
    rules::{Consent, Customer, Line, PROFILE, Requirement, World},
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::ConsentEventKind;

/// What is to be done with a line that is on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub action: String,
    /// `None`: at once.
    pub not_before: Option<DateTime<Utc>>,
}

/// How a line goes that a service of the customer's ever needed: as what it needs now says, else as what it needed
/// once; erased, where they differ.
fn on_end(world: &World, customer: &Customer, line: &Line) -> Option<&'static str> {
    let had = |need: &&Requirement| customer.subscriptions.iter().any(|had| had.service == need.service);
    let tied = world.requirements.iter().filter(|need| need.places(line)).filter(had).collect::<Vec<_>>();
    let live = tied.iter().filter(|need| !need.retired).collect::<Vec<_>>();
    let said = if live.is_empty() { tied.iter().collect() } else { live };
    let method = if said.iter().any(|need| need.on_end == "ERASE") { "ERASE" } else { "ANONYMIZE" };
    (!said.is_empty()).then_some(method)
}

/// The state that a line is in, and what is to be done.
pub fn settled(world: &World, customer: &Customer, line: &Line, now: DateTime<Utc>) -> (String, Option<Due>) {
    let reasons = world.reasons(customer, line, now);
    let is = |kind: &str| reasons.iter().any(|reason| reason.kind == kind);
    let live = reasons.iter().any(|reason| reason.kind == "SUBSCRIPTION" && reason.until.is_none());
    if line.erased {
        (line.state.clone(), None)
    } else if live || is("PROSPECT") {
        ("HELD".to_owned(), None)
    } else if is("RETENTION_RULE") {
        ("RESTRICTED".to_owned(), None)
    } else {
        let own = line.system == 0 && PROFILE.contains(&&*line.category);
        let known = own || line.state != "HELD";
        match on_end(world, customer, line).or(known.then_some("ERASE")) {
            Some(_) if is("LEGAL_HOLD") => ("RESTRICTED".to_owned(), None),
            Some(action) => {
                let not_before = reasons.iter().filter_map(|reason| reason.until).max();
                // As it was first decided.
                let action = line.goes.clone().unwrap_or_else(|| action.to_owned());
                let due = Due { action, not_before };
                ("DISPOSAL_PENDING".to_owned(), (!line.kept).then_some(due))
            }
            // Nothing ever justified it: for a person to look at.
            None => ("HELD".to_owned(), None),
        }
    }
}

/// Whether a permission ends by itself: nothing live needs it, and something did since it was given.
fn lapses(world: &World, customer: &Customer, consent: &Consent) -> bool {
    let about = |need: &&Requirement| {
        need.system == THIRD_PARTYS
            && need.purpose == consent.purpose
            && consent.categories.contains(&need.category)
    };
    let needs = || world.requirements.iter().filter(about);
    let orders = |need: &Requirement| {
        let service = need.service;
        customer.subscriptions.iter().filter(move |had| had.service == service)
    };
    let live = needs().any(|need| !need.retired && orders(need).any(|had| had.ended_at.is_none()));
    let was_live = needs().any(|need| {
        let late_enough = |end: Option<DateTime<Utc>>| end.is_none_or(|end| end >= consent.granted_at);
        // What was retired before there were customers was never theirs.
        let theirs = !need.retired || need.retired_at.is_some();
        let orders = |need| orders(need).filter(|had| need_was_there(need, had.started_at));
        theirs && late_enough(need.retired_at) && orders(need).any(|had| late_enough(had.ended_at))
    });
    consent.ended_as.is_none() && !live && was_live
}

fn need_was_there(need: &Requirement, started_at: DateTime<Utc>) -> bool {
    need.retired_at.is_none_or(|retired_at| retired_at > started_at)
}

/// How long what an import sends on its way out waits at least, and a consent that it brings for its service.
pub const WHILE_IMPORTING: TimeDelta = TimeDelta::days(7);

/// Brings everything up to date, after an import or something else; `ends` says whose service that ended.
pub fn settle(world: &mut World, now: DateTime<Utc>, imported: bool, ends: Option<usize>) {
    let all = world.clone();
    for (at, (customer, was)) in world.customers.iter_mut().zip(&all.customers).enumerate() {
        for (consent, before) in customer.consents.iter_mut().zip(&was.consents) {
            let waits = ends != Some(at) && before.waits.is_some_and(|end| now <= end);
            if !waits && lapses(&all, was, before) {
                (consent.ended_as, consent.ended_at) = (Some(ConsentEventKind::Lapsed), Some(now));
            }
        }
    }
    let all = world.clone();
    for (customer, was) in world.customers.iter_mut().zip(&all.customers) {
        for (line, before) in customer.lines.iter_mut().zip(&was.lines) {
            let (state, due) = settled(&all, was, before, now);
            line.kept &= state == "DISPOSAL_PENDING";
            if state != "DISPOSAL_PENDING" {
                line.waits = None;
            } else if before.state != state && imported {
                line.waits = Some(now + WHILE_IMPORTING);
            }
            (line.state, line.goes) = (state, due.map(|due| due.action));
        }
    }
}

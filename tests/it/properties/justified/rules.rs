//! What justifies data, as the rules say it, over facts in plain Rust. Shares nothing with the program.

use super::calendar::{Length, PROSPECT, day_of};
use super::chance::{THIRD_PARTYS, UNASKED};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use entity::enums::ConsentEventKind;

/// What a retention rule counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Collected,
    SubscriptionEnded,
    FiscalYearEnded,
}

/// A service needs a category at a system for a purpose.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// Which of the services.
    pub service: usize,
    pub category: &'static str,
    /// Which of the systems; the first is Kartotek itself.
    pub system: usize,
    pub purpose: &'static str,
    pub grace: Length,
    /// How data goes when the service ends.
    pub on_end: &'static str,
    pub retired: bool,
    /// When it was retired, where that was after customers came.
    pub retired_at: Option<DateTime<Utc>>,
}

/// A statute keeps a category, and what is below it, for a purpose.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// By which it is known.
    pub statute: String,
    pub category: &'static str,
    pub purpose: &'static str,
    pub keep_for: Length,
    pub counted_from: Start,
    pub retired: bool,
}

#[derive(Clone, Debug)]
pub struct Subscription {
    /// As the API has it, once it is on record.
    pub id: String,
    pub service: usize,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// A permission to give data to the third party that has the last of the systems.
#[derive(Clone, Debug)]
pub struct Consent {
    pub purpose: &'static str,
    /// As the API has it, once it is on record.
    pub id: String,
    pub categories: Vec<&'static str>,
    pub granted_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    /// How it ended: the customer withdrew it, or it lapsed with a service.
    pub ended_as: Option<ConsentEventKind>,
    /// How long it waits for the service that it is for: an import brought it.
    pub waits: Option<DateTime<Utc>>,
}

/// What forbids disposal of some categories and all below them, or of everything.
#[derive(Clone, Debug)]
pub struct Hold {
    /// As the API has it, once it is on record.
    pub id: String,
    pub categories: Option<Vec<&'static str>>,
    pub lifted: bool,
}

#[derive(Clone, Debug)]
pub struct Line {
    /// As the API has it, once it is on record.
    pub id: String,
    pub category: String,
    pub system: usize,
    pub collected_at: DateTime<Utc>,
    pub document_date: Option<NaiveDate>,
    /// Only its tombstone is there.
    pub erased: bool,
    /// Once it is on record.
    pub state: String,
    /// How it goes, once that is decided.
    pub goes: Option<String>,
    /// Its holder keeps it, and that stands.
    pub kept: bool,
    /// Until when it waits at least, as an import sent it on its way out.
    pub waits: Option<DateTime<Utc>>,
}

impl Line {
    /// One that has just come to be there.
    pub fn new(id: String, category: &str, system: usize, collected_at: DateTime<Utc>) -> Self {
        Self {
            id,
            category: category.to_owned(),
            system,
            collected_at,
            document_date: None,
            erased: false,
            state: "HELD".to_owned(),
            goes: None,
            kept: false,
            waits: None,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Customer {
    /// As the API has it, once it is on record.
    pub id: String,
    pub reference: String,
    pub created_at: DateTime<Utc>,
    pub subscriptions: Vec<Subscription>,
    pub consents: Vec<Consent>,
    pub holds: Vec<Hold>,
    pub lines: Vec<Line>,
}

/// What a profile says of somebody, which is all that Kartotek itself keeps for whoever has ordered nothing yet.
pub const PROFILE: [&str; 5] = [
    "user.name",
    "user.contact.email",
    "user.contact.phone_number",
    "user.contact.address",
    "user.government_id.national_identification_number",
];

/// All that the answers follow from.
#[derive(Clone, Debug)]
pub struct World {
    pub fiscal_year_end_month: u32,
    pub requirements: Vec<Requirement>,
    pub rules: Vec<Rule>,
    pub customers: Vec<Customer>,
}

/// Something that justifies a line until it ends, or for as long as nobody knows when it does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    pub kind: String,
    pub purpose: Option<String>,
    pub subscription: Option<String>,
    pub statute: Option<String>,
    pub until: Option<DateTime<Utc>>,
}

impl Customer {
    fn forbids(&self, need: &Requirement) -> bool {
        let asked = need.system == THIRD_PARTYS && need.purpose != UNASKED;
        let covers = |consent: &&Consent| {
            consent.purpose == need.purpose && consent.categories.contains(&need.category)
        };
        let of = self.consents.iter().filter(covers).collect::<Vec<_>>();
        let taken_back = |one: &&&Consent| one.ended_as == Some(ConsentEventKind::Withdrawn);
        // Given at all since, whatever became of it, short of being taken back.
        let anew = |since: Option<DateTime<Utc>>| {
            let given = |one: &&&Consent| match one.ended_as {
                None => true,
                Some(ConsentEventKind::Lapsed) => Some(one.granted_at) > since,
                Some(_) => false,
            };
            of.iter().any(|one| given(&one))
        };
        asked && of.iter().filter(taken_back).any(|one| !anew(one.ended_at))
    }
}

impl World {
    /// What justifies a line at some time or other. A tombstone holds nothing that could need a reason.
    pub fn ever(&self, customer: &Customer, line: &Line) -> Vec<Reason> {
        if line.erased {
            return Vec::new();
        }
        let mut reasons = self.subscriptions(customer, line);
        reasons.extend(self.rules.iter().filter_map(|rule| self.kept(rule, customer, line)));
        let held = |hold: &&Hold| {
            let about =
                |above: &str| line.category == above || line.category.starts_with(&format!("{above}."));
            !hold.lifted
                && hold.categories.as_ref().is_none_or(|categories| categories.iter().any(|one| about(one)))
        };
        for _ in customer.holds.iter().filter(held) {
            let kind = "LEGAL_HOLD".to_owned();
            reasons.push(Reason { kind, purpose: None, subscription: None, statute: None, until: None });
        }
        let in_profile = line.system == 0 && PROFILE.contains(&&*line.category);
        if in_profile && customer.subscriptions.is_empty() {
            let until = Some(PROSPECT.after(customer.created_at));
            let kind = "PROSPECT".to_owned();
            reasons.push(Reason { kind, purpose: None, subscription: None, statute: None, until });
        }
        reasons
    }

    /// What justifies a line now.
    pub fn reasons(&self, customer: &Customer, line: &Line, now: DateTime<Utc>) -> Vec<Reason> {
        let mut reasons = self.ever(customer, line);
        reasons.retain(|reason| reason.until.is_none_or(|until| now < until));
        reasons.sort();
        reasons
    }

    /// A service that the customer has needs it, or one that they had did, and its grace runs; unless it rests on a
    /// permission that they took back.
    fn subscriptions(&self, customer: &Customer, line: &Line) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let needs = self.requirements.iter().filter(|need| !need.retired && need.places(line));
        for need in needs.filter(|need| !customer.forbids(need)) {
            for had in customer.subscriptions.iter().filter(|had| had.service == need.service) {
                reasons.push(Reason {
                    kind: "SUBSCRIPTION".to_owned(),
                    purpose: Some(need.purpose.to_owned()),
                    subscription: Some(had.id.clone()),
                    statute: None,
                    until: had.ended_at.map(|ended_at| need.grace.after(ended_at)),
                });
            }
        }
        reasons
    }

    /// The law keeps what some service, now or once, brought there for the rule's purpose.
    fn kept(&self, rule: &Rule, customer: &Customer, line: &Line) -> Option<Reason> {
        let below = line.category.starts_with(&format!("{}.", rule.category));
        if rule.retired || !(line.category == rule.category || below) {
            return None;
        }
        let brought =
            self.requirements.iter().filter(|need| need.purpose == rule.purpose && need.places(line));
        let by = brought.map(|need| need.service).collect::<Vec<_>>();
        if by.is_empty() {
            return None;
        }
        // The end of the last of the services that brought it: none known while one is live.
        let ordered = customer.subscriptions.iter().filter(|had| by.contains(&had.service));
        let ends = ordered.map(|had| had.ended_at).collect::<Vec<_>>();
        let last = if ends.contains(&None) { None } else { ends.iter().flatten().max().copied() };
        let until = match (rule.counted_from, line.document_date) {
            (Start::Collected, _) => Some(rule.keep_for.after(line.collected_at)),
            (Start::FiscalYearEnded, Some(day)) => Some(self.after_fiscal_year(rule.keep_for, day)),
            _ if ends.is_empty() => return None,
            (Start::SubscriptionEnded, _) => last.map(|end| rule.keep_for.after(end)),
            (Start::FiscalYearEnded, None) => {
                last.map(|end| self.after_fiscal_year(rule.keep_for, day_of(end)))
            }
        };
        Some(Reason {
            kind: "RETENTION_RULE".to_owned(),
            purpose: Some(rule.purpose.to_owned()),
            subscription: None,
            statute: Some(rule.statute.clone()),
            until,
        })
    }

    /// After the calendar year in which the fiscal year of a day ends.
    fn after_fiscal_year(&self, keep_for: Length, day: NaiveDate) -> DateTime<Utc> {
        let next = i32::from(day.month() > self.fiscal_year_end_month);
        keep_for.after_day(NaiveDate::from_ymd_opt(day.year() + next, 12, 31).unwrap())
    }
}

impl Requirement {
    /// Whether it is what has the line where it is.
    pub fn places(&self, line: &Line) -> bool {
        self.category == line.category && self.system == line.system
    }
}

//! A company, its services and its customers as chance would have them, the same each time for the same seed.

use super::{
    calendar::{LENGTHS, Length, PROSPECT, day_of, midnight},
    rules::{Consent, Customer, Hold, Line, Requirement, Rule, Start, Subscription, World},
};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};
use entity::enums::ConsentEventKind;

/// What requirements and lines are of. One begins as another and is not below it.
pub const CATEGORIES: [&str; 7] = [
    "user.contact",
    "user.contact.email",
    "user.name",
    "user.ore",
    "user.ore.iron",
    "user.ore.iron.rust",
    "user.orefield",
];
pub const PURPOSES: [&str; 3] = ["DIG", "KEEP", "SELL"];
pub const SERVICES: usize = 4;
/// The first is Kartotek itself.
pub const SYSTEMS: usize = 3;
/// A third party has this one.
pub const THIRD_PARTYS: usize = 2;
/// Sharing for this purpose needs nobody's permission.
pub const UNASKED: &str = PURPOSES[1];

const CUSTOMERS: usize = 24;
const FISCAL_YEAR_ENDS: [u32; 6] = [1, 4, 6, 8, 11, 12];

/// Numbers as from dice (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll(u64::try_from(end).unwrap())).unwrap()
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    pub fn percent(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    /// Two end months of fiscal years.
    pub fn fiscal_year_ends(&mut self) -> [u32; 2] {
        let first = self.pick(&FISCAL_YEAR_ENDS);
        let others = FISCAL_YEAR_ENDS.into_iter().filter(|month| *month != first);
        [first, self.pick(&others.collect::<Vec<_>>())]
    }

    fn length_but(&mut self, other_than: Option<Length>) -> Length {
        let others = LENGTHS.into_iter().filter(|length| Some(*length) != other_than);
        self.pick(&others.collect::<Vec<_>>())
    }

    /// A day of which such a length ends about now, the first or the last of a fiscal year, or any of some years.
    fn day(&mut self, about: &About) -> NaiveDate {
        let today = day_of(about.now);
        let day = match self.roll(10) {
            0..6 => self.pick(&about.lengths).before(today) + Days::new(self.roll(25)) - Days::new(3),
            6..8 => self.edge_of_fiscal_year(today, about),
            _ => today - Days::new(self.roll(3_000)),
        };
        day.min(today)
    }

    /// The first or the last day of a fiscal year that is kept until about now, or of the one before.
    fn edge_of_fiscal_year(&mut self, today: NaiveDate, about: &About) -> NaiveDate {
        let month = self.pick(&about.fiscal_year_ends);
        let year = self.pick(&about.lengths).before(today).year() - i32::from(self.percent(50));
        let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap() + Months::new(1);
        first - Days::new(self.roll(2))
    }

    /// A moment of such a day before now, often the very first or the very last.
    fn moment(&mut self, about: &About) -> DateTime<Utc> {
        let day = self.day(about);
        let moment = match self.roll(5) {
            0 | 1 => midnight(day),
            2 | 3 => midnight(day + Days::new(1)) - TimeDelta::microseconds(1),
            _ => midnight(day) + TimeDelta::microseconds(self.roll(86_400_000_000).cast_signed()),
        };
        moment.min(about.now - TimeDelta::hours(1))
    }

    /// A document's day, often the first or the last of a fiscal year.
    fn document_date(&mut self, about: &About) -> NaiveDate {
        let today = day_of(about.now);
        if self.percent(60) { self.edge_of_fiscal_year(today, about).min(today) } else { self.day(about) }
    }
}

/// What days are chosen about: when something ends, or begins.
#[derive(Clone)]
struct About {
    now: DateTime<Utc>,
    lengths: Vec<Length>,
    fiscal_year_ends: [u32; 2],
}

/// A company as of now. Of its fiscal years' end months, it has the first now, and is to have the other.
pub fn world(dice: &mut Dice, now: DateTime<Utc>, fiscal_year_ends: [u32; 2]) -> World {
    let requirements = (0..SERVICES).flat_map(|service| requirements(dice, service)).collect::<Vec<_>>();
    let rules = rules(dice);
    let graces = requirements.iter().map(|need| need.grace);
    let lengths = graces.chain(rules.iter().map(|rule| rule.keep_for)).collect();
    let about = About { now, lengths, fiscal_year_ends };
    let customers = (0..CUSTOMERS).map(|number| customer(dice, number, &about, &requirements)).collect();
    World { fiscal_year_end_month: fiscal_year_ends[0], requirements, rules, customers }
}

/// What a service needs, and what it needed once or for another time.
fn requirements(dice: &mut Dice, service: usize) -> Vec<Requirement> {
    let mut needs = Vec::<Requirement>::new();
    for _ in 0..7 {
        let (category, purpose) = (dice.pick(&CATEGORIES), dice.pick(&PURPOSES));
        let (system, grace) = (dice.below(SYSTEMS), dice.length_but(None));
        let same =
            |need: &Requirement| (need.category, need.purpose, need.system) == (category, purpose, system);
        if needs.iter().any(same) {
            continue;
        }
        let on_end = dice.pick(&["ERASE", "ANONYMIZE"]);
        let need = Requirement {
            service,
            category,
            system,
            purpose,
            grace,
            on_end,
            retired: false,
            retired_at: None,
        };
        match dice.roll(5) {
            0 => needs.push(Requirement { retired: true, ..need }),
            1 => {
                let grace = dice.length_but(Some(need.grace));
                needs.extend([Requirement { retired: true, ..need.clone() }, Requirement { grace, ..need }]);
            }
            _ => needs.push(need),
        }
    }
    needs
}

/// Statutes in force, and some that were, with others in their place or none.
fn rules(dice: &mut Dice) -> Vec<Rule> {
    let mut rules = Vec::<Rule>::new();
    let starts = [Start::Collected, Start::SubscriptionEnded, Start::FiscalYearEnded];
    let above = ["user", "user.contact", "user.name", "user.ore", "user.ore.iron", "user.ore.iron.rust"];
    for number in 0..12 {
        let (category, purpose) = (dice.pick(&above), dice.pick(&PURPOSES));
        if rules.iter().any(|rule| (rule.category, rule.purpose) == (category, purpose)) {
            continue;
        }
        let mut rule = |retired| Rule {
            statute: format!("chapter {number}{}", if retired { ", as it was" } else { "" }),
            category,
            purpose,
            keep_for: dice.length_but(None),
            counted_from: starts[if retired { dice.below(3) } else { number % 3 }],
            retired,
        };
        match number % 6 {
            4 => rules.push(rule(true)),
            5 => rules.extend([rule(true), rule(false)]),
            _ => rules.push(rule(false)),
        }
    }
    rules
}

fn customer(dice: &mut Dice, number: usize, about: &About, requirements: &[Requirement]) -> Customer {
    // A third have ordered nothing.
    let ordered = if number.is_multiple_of(3) { 0 } else { 1 + dice.roll(3) };
    let subscription = |dice: &mut Dice| Subscription {
        id: String::new(),
        service: dice.below(SERVICES),
        // Of those that ended it is of no matter here.
        started_at: about.now,
        ended_at: dice.percent(75).then(|| dice.moment(about)),
    };
    let lines = 3 + dice.roll(5);
    Customer {
        id: String::new(),
        reference: format!("R-{number}"),
        created_at: dice.moment(&About { lengths: vec![PROSPECT], ..about.clone() }),
        subscriptions: (0..ordered).map(|_| subscription(dice)).collect(),
        consents: (0..dice.roll(5)).map(|_| consent(dice, about.now)).collect(),
        holds: (0..dice.roll(3) / 2).map(|_| hold(dice)).collect(),
        lines: (0..lines).map(|_| line(dice, about, requirements)).collect(),
    }
}

fn consent(dice: &mut Dice, now: DateTime<Utc>) -> Consent {
    let ends = [None, Some(ConsentEventKind::Withdrawn), Some(ConsentEventKind::Lapsed)];
    let mut categories = (0..3).map(|_| dice.pick(&CATEGORIES)).collect::<Vec<_>>();
    categories.sort_unstable();
    categories.dedup();
    let ended_as = ends[dice.below(3)];
    // Sooner or later than another; all of it after services ended, and before others began.
    let granted_at = now - TimeDelta::minutes(40 - dice.roll(30).cast_signed());
    let ended_at = ended_as.map(|_| granted_at + TimeDelta::minutes(dice.roll(9).cast_signed()));
    let id = String::new();
    Consent { id, purpose: dice.pick(&PURPOSES), categories, granted_at, ended_at, ended_as, waits: None }
}

fn hold(dice: &mut Dice) -> Hold {
    let categories = dice.percent(60).then(|| vec![dice.pick(&["user.ore", "user.contact", "user.name"])]);
    Hold { id: String::new(), categories, lifted: dice.percent(30) }
}

/// Mostly where something needs it, or did.
fn line(dice: &mut Dice, about: &About, requirements: &[Requirement]) -> Line {
    let (category, system) = if dice.percent(85) {
        let need = dice.pick(requirements);
        (need.category, need.system)
    } else {
        (dice.pick(&CATEGORIES), dice.below(SYSTEMS))
    };
    Line {
        id: String::new(),
        category: category.to_owned(),
        system,
        collected_at: dice.moment(about),
        document_date: dice.percent(50).then(|| dice.document_date(about)),
        erased: dice.percent(8),
        state: String::new(),
        goes: None,
        kept: false,
        waits: None,
    }
}

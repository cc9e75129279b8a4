//! A company, its services and its customers as chance would have them, the same each time for the same seed.

use super::{
    calendar::{LENGTHS, Length, PROSPECT, day_of, midnight},
    rules::{Customer, Line, Requirement, Rule, Start, Subscription, World},
};
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};

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

const CUSTOMERS: usize = 18;
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

    fn percent(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    /// The end month of a fiscal year, other than this one.
    pub fn fiscal_year_end(&mut self, other_than: u32) -> u32 {
        let others = FISCAL_YEAR_ENDS.into_iter().filter(|month| *month != other_than);
        self.pick(&others.collect::<Vec<_>>())
    }

    fn length_but(&mut self, other_than: Option<Length>) -> Length {
        let others = LENGTHS.into_iter().filter(|length| Some(*length) != other_than);
        self.pick(&others.collect::<Vec<_>>())
    }

    /// A day of which such a length ends about now, or any of some years.
    fn day(&mut self, today: NaiveDate, lengths: &[Length]) -> NaiveDate {
        let day = if self.percent(75) {
            self.pick(lengths).before(today) + Days::new(self.roll(25)) - Days::new(3)
        } else {
            today - Days::new(self.roll(3_000))
        };
        day.min(today)
    }

    /// A moment of such a day before now, often the very first or the very last.
    fn moment(&mut self, now: DateTime<Utc>, lengths: &[Length]) -> DateTime<Utc> {
        let day = self.day(day_of(now), lengths);
        let moment = match self.roll(4) {
            0 => midnight(day),
            1 => midnight(day + Days::new(1)) - TimeDelta::microseconds(1),
            _ => midnight(day) + TimeDelta::microseconds(self.roll(86_400_000_000).cast_signed()),
        };
        moment.min(now - TimeDelta::hours(1))
    }

    /// A document's day, often the first or the last of a month.
    fn document_date(&mut self, today: NaiveDate, lengths: &[Length]) -> NaiveDate {
        let day = self.day(today, lengths);
        let first = day.with_day(1).unwrap();
        match self.roll(3) {
            0 => first,
            1 => first - Days::new(1),
            _ => day,
        }
    }
}

/// A company as of now.
pub fn world(dice: &mut Dice, now: DateTime<Utc>) -> World {
    let fiscal_year_end_month = dice.fiscal_year_end(0);
    let requirements = (0..SERVICES).flat_map(|service| requirements(dice, service)).collect::<Vec<_>>();
    let rules = rules(dice);
    let mut lengths = requirements.iter().map(|need| need.grace).collect::<Vec<_>>();
    lengths.extend(rules.iter().map(|rule| rule.keep_for));
    let customers =
        (0..CUSTOMERS).map(|number| customer(dice, number, now, &requirements, &lengths)).collect();
    World { fiscal_year_end_month, requirements, rules, customers }
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
        let need = Requirement { service, category, system, purpose, grace, retired: false };
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

fn customer(
    dice: &mut Dice,
    number: usize,
    now: DateTime<Utc>,
    requirements: &[Requirement],
    lengths: &[Length],
) -> Customer {
    // A third have ordered nothing.
    let ordered = if number.is_multiple_of(3) { 0 } else { 1 + dice.roll(3) };
    let subscription = |dice: &mut Dice| Subscription {
        id: String::new(),
        service: dice.below(SERVICES),
        ended_at: dice.percent(75).then(|| dice.moment(now, lengths)),
    };
    let lines = 3 + dice.roll(5);
    Customer {
        reference: format!("R-{number}"),
        created_at: dice.moment(now, &[PROSPECT]),
        subscriptions: (0..ordered).map(|_| subscription(dice)).collect(),
        lines: (0..lines).map(|_| line(dice, now, requirements, lengths)).collect(),
    }
}

/// Mostly where something needs it, or did.
fn line(dice: &mut Dice, now: DateTime<Utc>, requirements: &[Requirement], lengths: &[Length]) -> Line {
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
        collected_at: dice.moment(now, lengths),
        document_date: dice.percent(50).then(|| dice.document_date(day_of(now), lengths)),
        erased: dice.percent(8),
    }
}

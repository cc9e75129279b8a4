//! The inventory, beside the obvious way to count: one line after the other.

use crate::{
    properties::justified::{
        chance::{CATEGORIES, Dice, PURPOSES, SERVICES, SYSTEMS, THIRD_PARTYS},
        record::Places,
        rules::{Customer, Line, World},
    },
    support::TestApp,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const ASK: &str = "query ($by: [InventoryDimension!]!, $filter: InventoryFilter) {
    inventory(groupBy: $by, filter: $filter) { key { value } locations COSTLY } }";

const DIMENSIONS: [&str; 7] =
    ["SYSTEM", "THIRD_PARTY", "CATEGORY", "PURPOSE", "SERVICE", "STATE", "LEGAL_BASIS"];

/// Those that depend on what customers have ordered.
const OF_USE: [&str; 3] = ["PURPOSE", "SERVICE", "LEGAL_BASIS"];

const STATES: [&str; 4] = ["HELD", "RESTRICTED", "DISPOSAL_PENDING", "ERASED"];

/// Locations, whose they are, and how many of them nothing justifies.
type Counts = BTreeMap<Vec<String>, (u64, BTreeSet<String>, u64)>;

/// What is counted, as chance would have it.
struct Asked {
    by: Vec<&'static str>,
    states: Vec<&'static str>,
    systems: Option<Vec<usize>>,
    category: Option<&'static str>,
    services: Option<Vec<usize>>,
    purposes: Option<Vec<&'static str>>,
    in_house: Option<bool>,
}

/// Some of these.
fn some<T: Clone>(dice: &mut Dice, of: &[T], percent: u64) -> Option<Vec<T>> {
    dice.percent(percent).then(|| of.iter().filter(|_| dice.percent(50)).cloned().collect())
}

impl Asked {
    fn any(dice: &mut Dice) -> Self {
        let mut by = DIMENSIONS.to_vec();
        let number = 1 + dice.below(4);
        while by.len() > number {
            by.remove(dice.below(by.len()));
        }
        let numbers = |most: usize| (0..most).collect::<Vec<_>>();
        Self {
            by,
            states: some(dice, &STATES, 40).unwrap_or_else(|| STATES[..3].to_vec()),
            systems: some(dice, &numbers(SYSTEMS), 30),
            category: dice.percent(30).then(|| dice.pick(&CATEGORIES)),
            services: some(dice, &numbers(SERVICES), 20),
            purposes: some(dice, &PURPOSES, 20),
            in_house: dice.percent(20).then(|| dice.percent(50)),
        }
    }

    fn is_of_use(&self) -> bool {
        self.by.iter().any(|one| OF_USE.contains(one)) || self.services.is_some() || self.purposes.is_some()
    }

    fn filter(&self, places: &Places) -> Value {
        let ids = |of: &Option<Vec<usize>>, ids: &[String]| {
            of.as_ref().map(|of| of.iter().map(|at| ids[*at].clone()).collect::<Vec<_>>())
        };
        json!({ "states": self.states, "systemIds": ids(&self.systems, &places.systems),
            "categories": self.category.map(|key| [key]), "serviceIds": ids(&self.services, &places.services),
            "purposes": self.purposes, "inHouse": self.in_house })
    }

    fn counts(&self, line: &Line) -> bool {
        let below = |above: &str| line.category == above || line.category.starts_with(&format!("{above}."));
        self.states.contains(&line.state.as_str())
            && self.systems.as_ref().is_none_or(|all| all.contains(&line.system))
            && self.category.is_none_or(below)
            && self.in_house.is_none_or(|is| is == (line.system != THIRD_PARTYS))
    }

    /// The services that need the line, each with the purpose that it does so for; one that is nothing if none does.
    fn needs(&self, world: &World, customer: &Customer, line: &Line) -> Vec<Option<(usize, &'static str)>> {
        if !self.is_of_use() {
            return vec![None];
        }
        let live = |service: usize| {
            customer.subscriptions.iter().any(|had| had.service == service && had.ended_at.is_none())
        };
        let needs = world.requirements.iter().filter(|need| {
            !need.retired
                && need.category == line.category
                && need.system == line.system
                && live(need.service)
        });
        let asked = |need: &(usize, &'static str)| {
            self.services.as_ref().is_none_or(|all| all.contains(&need.0))
                && self.purposes.as_ref().is_none_or(|all| all.contains(&need.1))
        };
        let needs =
            needs.map(|need| (need.service, need.purpose)).filter(asked).map(Some).collect::<Vec<_>>();
        let has_to = self.services.is_some() || self.purposes.is_some();
        if needs.is_empty() && !has_to { vec![None] } else { needs }
    }

    fn key(&self, places: &Places, line: &Line, need: Option<(usize, &'static str)>) -> Vec<String> {
        let value = |dimension: &&str| match *dimension {
            "SYSTEM" => places.systems[line.system].clone(),
            "THIRD_PARTY" if line.system == THIRD_PARTYS => places.third_party.clone(),
            "CATEGORY" => line.category.clone(),
            "STATE" => line.state.clone(),
            "PURPOSE" => need.map(|need| need.1.to_owned()).unwrap_or_default(),
            "SERVICE" => need.map(|need| places.services[need.0].clone()).unwrap_or_default(),
            "LEGAL_BASIS" => need.map(|_| "CONTRACT".to_owned()).unwrap_or_default(),
            _ => String::new(),
        };
        self.by.iter().map(value).collect()
    }
}

/// That it counts what there is, whether it looks at each line or at the sum alone.
pub async fn compare(app: &TestApp, world: &World, places: &Places, dice: &mut Dice, after: &str) {
    let asked = Asked::any(dice);
    let mut expected = Counts::new();
    for customer in &world.customers {
        for line in customer.lines.iter().filter(|line| asked.counts(line)) {
            let unjustified = line.state != "ERASED" && world.reasons(customer, line, app.now()).is_empty();
            let needs = asked.needs(world, customer, line);
            let keys = needs.into_iter().map(|need| asked.key(places, line, need));
            for key in keys.collect::<BTreeSet<_>>() {
                let group = expected.entry(key).or_default();
                group.0 += 1;
                group.1.insert(customer.id.clone());
                group.2 += u64::from(unjustified);
            }
        }
    }
    for costly in ["", "customers unjustified"] {
        let variables = json!({ "by": asked.by, "filter": asked.filter(places) });
        let answer = app.auditor().ask(&ASK.replace("COSTLY", costly), variables.clone()).await;
        let mut found = BTreeMap::new();
        for row in answer.data()["inventory"].as_array().unwrap() {
            let key = row["key"].as_array().unwrap().iter();
            let key = key.map(|one| one["value"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
            let number = |name: &str| row[name].as_u64();
            found.insert(key, (number("locations").unwrap(), number("customers"), number("unjustified")));
        }
        let counted = expected.iter().map(|(key, (locations, customers, unjustified))| {
            let asked = !costly.is_empty();
            let customers = asked.then_some(customers.len() as u64);
            (key.clone(), (*locations, customers, asked.then_some(*unjustified)))
        });
        assert_eq!(found, counted.collect(), "{after}: {costly} {variables}");
    }
}

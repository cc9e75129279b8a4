//! One customer's map: by which service, or what else, their data is at which system, and whose that is.

use super::{
    drawing::{Drawing, Node, Picture},
    words::Words,
};
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        catalog::Catalog,
        justification::{Facts, Justification},
    },
    policy::{Action, Target},
};
use entity::{
    data_location,
    enums::{JustificationKind, Locale},
    ids::{CustomerId, DataLocationId, ServiceId, SystemId},
    touch::Recorded,
};
use sea_orm::FromQueryResult;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// The picture of one customer's map, as it is now.
#[derive(Clone, Debug)]
pub struct PictureOfCustomer {
    pub catalog: Arc<Catalog>,
    pub customer: CustomerId,
    /// The customer's number, as it is shown.
    pub reference: String,
    pub locale: Locale,
}

/// What a box stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Key {
    Customer,
    Service(ServiceId),
    /// Anything but a service.
    Reason(JustificationKind),
    /// Nothing justifies it.
    Nothing,
    System(SystemId),
}

#[derive(FromQueryResult)]
struct Overdue {
    system_id: SystemId,
    tasks: i64,
}

impl Inquiry for PictureOfCustomer {
    const ACTION: Action = Action::SeeDataMap;
    const SNAPSHOT: bool = true;
    type Output = Picture;

    fn target(&self) -> Target {
        Target::customer(self.customer)
    }

    async fn run(self, r: &Reader) -> Result<Picture, Stop> {
        // That there is nothing is told as well.
        r.tells(self.customer, &[]);
        let among = |sql: &mut Sql| {
            sql.push("l.customer_id = ").bind(self.customer.0).push(" AND l.held_to IS NULL");
        };
        let mut sql = Sql::new("SELECT l.* FROM data_location l WHERE ");
        among(&mut sql);
        let lines = r.rows(sql, data_location::Entity::touch).await?;
        let mut sql = Sql::default();
        Facts::new(&self.catalog, r.now()).query(&mut sql, &among);
        let mut facts = HashMap::<DataLocationId, Vec<Justification>>::new();
        for fact in r.numbers::<Justification>(sql).await? {
            facts.entry(fact.location_id).or_default().push(fact);
        }
        let mut sql = Sql::new("SELECT t.system_id, count(*) AS tasks FROM task t WHERE t.customer_id = ");
        sql.bind(self.customer.0).push(" AND t.finished_at IS NULL AND t.due_at < ").bind(r.now());
        sql.push(" GROUP BY t.system_id");
        let overdue = r.numbers::<Overdue>(sql).await?;
        let overdue = overdue.into_iter().map(|row| (row.system_id, row.tasks)).collect();
        Ok(self.drawn(&lines, &facts, &overdue))
    }
}

impl PictureOfCustomer {
    fn drawn(
        &self,
        lines: &[data_location::Model],
        facts: &HashMap<DataLocationId, Vec<Justification>>,
        overdue: &HashMap<SystemId, i64>,
    ) -> Picture {
        // In the order of what they stand for, and so the same each time.
        let mut ways = BTreeMap::<(Key, SystemId), i64>::new();
        for line in lines {
            let reasons = facts.get(&line.id).into_iter().flatten().map(|fact| self.reason(fact));
            let mut reasons = reasons.collect::<BTreeSet<_>>();
            if reasons.is_empty() {
                reasons.insert(Key::Nothing);
            }
            for reason in reasons {
                *ways.entry((reason, line.system_id)).or_default() += 1;
            }
        }
        let words = Words { catalog: &self.catalog, locale: self.locale };
        let title = format!("{} {}", words.say("Datakarta för", "Data map of"), self.reference);
        let mut drawing = Drawing::new(title);
        let customer = drawing.place(Key::Customer, || self.customer_box(&words));
        for ((reason, system), weight) in ways {
            let is_wrong = reason == Key::Nothing;
            let by = drawing.place(reason, || self.reason_box(reason, &words));
            let at = drawing.place(Key::System(system), || system_box(system, &words, overdue.get(&system)));
            drawing.add(customer, by, weight, is_wrong);
            drawing.add(by, at, weight, is_wrong);
            if is_wrong && let Some(at) = drawing.picture.nodes.get_mut(at) {
                at.warnings.push(words.unjustified(weight));
            }
        }
        drawing.picture
    }

    fn reason(&self, fact: &Justification) -> Key {
        let need = fact.requirement_id.and_then(|id| self.catalog.requirements.get(&id));
        need.map_or(Key::Reason(fact.kind), |need| Key::Service(need.service_id))
    }

    fn customer_box(&self, words: &Words<'_>) -> Node {
        let detail = Some(words.say("Kund", "Customer").to_owned());
        Node { column: 0, name: self.reference.clone(), detail, warnings: Vec::new() }
    }

    fn reason_box(&self, reason: Key, words: &Words<'_>) -> Node {
        let (name, detail) = match reason {
            Key::Service(id) => {
                let row = self.catalog.services.get(&id);
                let name = row.map(|row| self.catalog.name_in(self.locale, &row.name, &row.translations));
                (name.unwrap_or_default().to_owned(), Some(words.say("Tjänst", "Service").to_owned()))
            }
            Key::Reason(kind) => (words.reason(kind).to_owned(), None),
            _ => (words.say("Utan grund", "Without a reason").to_owned(), None),
        };
        Node { column: 1, name, detail, warnings: Vec::new() }
    }
}

fn system_box(id: SystemId, words: &Words<'_>, overdue: Option<&i64>) -> Node {
    let (name, detail) = words.system(id);
    let warnings = overdue.map(|number| words.overdue(*number)).into_iter().collect();
    Node { column: 2, name, detail: Some(detail), warnings }
}

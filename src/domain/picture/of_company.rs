//! The whole company's map: how much of which category is at which system, and whose that is.

use super::{
    drawing::{Drawing, Node, Picture},
    words::Words,
};
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        catalog::Catalog,
        inventory::{CountInventory, Dimension, InventoryFilter, Value},
        people,
    },
    policy::{Action, Target},
};
use entity::{
    enums::Locale,
    ids::{CategoryKey, CustomerId, SystemId, ThirdPartyId},
};
use sea_orm::FromQueryResult;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// The picture of all that is on maps.
#[derive(Clone, Debug)]
pub struct PictureOfCompany {
    pub catalog: Arc<Catalog>,
    pub filter: InventoryFilter,
    /// Whether to show how much nothing justifies, which looks at each location.
    pub unjustified: bool,
    pub locale: Locale,
}

/// What a box stands for, by its place among the categories.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Category(usize),
    System(SystemId),
    Holder(Option<ThirdPartyId>),
}

#[derive(FromQueryResult)]
struct Whose {
    customer_id: CustomerId,
}

#[derive(FromQueryResult)]
struct Overdue {
    system_id: SystemId,
    tasks: i64,
}

impl Inquiry for PictureOfCompany {
    const ACTION: Action = Action::CountInventory;
    const SEARCH: bool = true;
    const SNAPSHOT: bool = true;
    /// `None`: there is too much to draw.
    type Output = Option<Picture>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let count = |by: &[Dimension], unjustified: bool| CountInventory {
            catalog: self.catalog.clone(),
            by: by.to_vec(),
            filter: self.filter.clone(),
            as_of: None,
            customers: false,
            unjustified,
        };
        let Some(groups) = count(&[Dimension::Category, Dimension::System], false).run(r).await? else {
            return Ok(None);
        };
        let mut wrong = HashMap::<SystemId, i64>::new();
        if self.unjustified {
            for group in count(&[Dimension::System], true).run(r).await?.unwrap_or_default() {
                if let [(_, Value::System(id))] = group.key[..] {
                    wrong.insert(id, group.unjustified.unwrap_or_default());
                }
            }
        }
        let mut sql = Sql::new(
            "SELECT t.system_id, count(*) AS tasks FROM task t WHERE t.finished_at IS NULL AND t.due_at < ",
        );
        // Of what is drawn, and nothing beside it.
        let drawn = groups.iter().flat_map(|group| &group.key).filter_map(|(_, value)| match value {
            Value::System(id) => Some(id.0),
            _ => None,
        });
        let drawn = drawn.collect::<BTreeSet<_>>();
        sql.bind(r.now()).push(" AND t.system_id IN ").list(drawn).push(" GROUP BY t.system_id");
        let overdue = r.numbers::<Overdue>(sql).await?;
        let few = overdue.iter().filter(|row| row.tasks.unsigned_abs() <= people::FEW);
        let mut sql = Sql::new(
            "SELECT DISTINCT t.customer_id FROM task t WHERE t.finished_at IS NULL AND t.customer_id IS NOT NULL AND t.due_at < ",
        );
        sql.bind(r.now()).push(" AND t.system_id IN ").list(few.map(|row| row.system_id.0));
        for one in r.numbers::<Whose>(sql).await? {
            r.tells(one.customer_id, &[]);
        }
        let overdue = overdue.into_iter().map(|row| (row.system_id, row.tasks)).collect();
        let groups = groups.into_iter().filter_map(|group| match &group.key[..] {
            [(_, Value::Category(category)), (_, Value::System(system))] => {
                Some((category.clone(), *system, group.locations))
            }
            _ => None,
        });
        Ok(Some(self.drawn(groups, &wrong, &overdue)))
    }
}

impl PictureOfCompany {
    fn drawn(
        &self,
        groups: impl Iterator<Item = (CategoryKey, SystemId, i64)>,
        wrong: &HashMap<SystemId, i64>,
        overdue: &HashMap<SystemId, i64>,
    ) -> Picture {
        let words = Words { catalog: &self.catalog, locale: self.locale };
        let mut drawing =
            Drawing::new(words.say("Företagets datakarta", "The company's data map").to_owned());
        let mut places = HashMap::<CategoryKey, usize>::new();
        for (category, system, locations) in groups {
            let next = places.len();
            let number = *places.entry(category.clone()).or_insert(next);
            let from = drawing.place(Key::Category(number), || self.category_box(&category, &words));
            let unjustified = wrong.get(&system).copied().filter(|number| *number > 0);
            let at = drawing.place(Key::System(system), || {
                let late = overdue.get(&system).map(|number| words.overdue(*number));
                let unjustified = unjustified.map(|number| words.unjustified(number));
                let warnings = late.into_iter().chain(unjustified).collect();
                Node { column: 1, name: words.system(system).0, detail: self.country(system), warnings }
            });
            let holder = self.catalog.systems.get(&system).and_then(|row| row.third_party_id);
            let with = drawing.place(Key::Holder(holder), || self.holder_box(holder, &words));
            drawing.add(from, at, locations, false);
            drawing.add(at, with, locations, unjustified.is_some() || overdue.contains_key(&system));
        }
        drawing.picture
    }

    fn category_box(&self, key: &CategoryKey, words: &Words<'_>) -> Node {
        let row = self.catalog.categories.get(key);
        let name = row.map(|row| self.catalog.name_in(words.locale, &row.name, &row.translations));
        let name = name.unwrap_or_default().to_owned();
        Node { column: 0, name, detail: Some(key.to_string()), warnings: Vec::new() }
    }

    fn country(&self, system: SystemId) -> Option<String> {
        self.catalog.systems.get(&system).map(|row| row.country.clone())
    }

    fn holder_box(&self, id: Option<ThirdPartyId>, words: &Words<'_>) -> Node {
        let row = id.and_then(|id| self.catalog.third_parties.get(&id));
        let company = self.catalog.controller.as_ref();
        let (name, country) = match row {
            Some(row) => (row.name.clone(), Some(row.country.clone())),
            None => (words.say("Internt", "In-house").to_owned(), company.map(|row| row.country.clone())),
        };
        Node { column: 2, name, detail: country, warnings: Vec::new() }
    }
}

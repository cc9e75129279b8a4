//! How many data locations there are where, and what the places are.

use super::{
    columns::{number, table, text},
    content::{Cell, Column, Table},
    making::{Making, NotMade},
    places,
    sink::Sink,
};
use crate::domain::{
    catalog::Catalog,
    inventory::{CountInventory, Dimension, InventoryFilter, MOST_GROUPS, Value},
};
use chrono::{DateTime, Utc};
use std::sync::Arc;

impl CountInventory {
    /// As a report counts.
    pub(super) fn for_report(
        catalog: &Arc<Catalog>,
        by: &[Dimension],
        filter: &InventoryFilter,
        as_of: Option<DateTime<Utc>>,
    ) -> Self {
        Self {
            catalog: catalog.clone(),
            by: by.to_vec(),
            filter: filter.clone(),
            as_of,
            customers: true,
            // What nothing justified is not known of the past.
            unjustified: as_of.is_none(),
        }
    }
}

/// A column of a dimension.
const fn column(of: Dimension) -> Column {
    match of {
        Dimension::System => text("system", "System", "System"),
        Dimension::ThirdParty => text("thirdParty", "Tredje part", "Third party").is("dpv:hasRecipient"),
        Dimension::Category => text("category", "Kategori", "Category").is("dpv:hasPersonalData"),
        Dimension::Purpose => text("purpose", "Ändamål", "Purpose").is("dpv:hasPurpose"),
        Dimension::Service => text("service", "Tjänst", "Service").is("dpv:hasService"),
        Dimension::Country => text("country", "Land", "Country").is("dpv:hasCountry"),
        Dimension::Sensitivity => text("sensitivity", "Skyddsbehov", "Sensitivity"),
        Dimension::State => text("state", "Tillstånd", "State"),
        Dimension::LegalBasis => text("legalBasis", "Rättslig grund", "Legal basis"),
    }
}

pub(super) fn tables(by: &[Dimension]) -> Vec<Table> {
    let mut columns = by.iter().map(|of| column(*of)).collect::<Vec<_>>();
    columns.extend([
        number("locations", "Förekomster", "Data locations"),
        number("customers", "Kunder", "Customers"),
        number("unjustified", "Utan grund", "Unjustified"),
    ]);
    let mut all = vec![table("groups", ("Förekomster", "Data locations"), &columns)];
    all.extend(places::tables());
    all
}

pub(super) async fn write<S: Sink + 'static>(
    m: &mut Making<'_, S>,
    (by, filter, as_of): (&[Dimension], &InventoryFilter, Option<DateTime<Utc>>),
) -> Result<(), NotMade> {
    let catalog = m.catalog.clone();
    for one in tables(by).into_iter().filter(|one| m.has(one.key)).collect::<Vec<_>>() {
        m.table(&one)?;
        if one.key == "groups" {
            let groups = m.ask(CountInventory::for_report(&catalog, by, filter, as_of)).await?;
            let too_many = || {
                NotMade::Unfit(format!(
                    "There are more than {MOST_GROUPS} groups: group by less, or filter more."
                ))
            };
            for group in groups.ok_or_else(too_many)? {
                let mut row = group.key.iter().map(|(of, value)| key(m, *of, value)).collect::<Vec<_>>();
                row.extend([group.locations.into(), group.customers.into(), group.unjustified.into()]);
                m.row(&row)?;
            }
        } else {
            for row in places::rows(one.key, &catalog, m.labels()) {
                m.row(&row)?;
            }
        }
        m.keep().await?;
    }
    Ok(())
}

fn key<S: Sink + 'static>(m: &Making<'_, S>, of: Dimension, value: &Value) -> Cell {
    let labels = m.labels();
    match value {
        Value::Category(key) => labels.category(key).into(),
        Value::Purpose(key) => labels.purpose(key).into(),
        Value::Service(id) => labels.service(*id).into(),
        Value::Word(word) if of != Dimension::Country => labels.word(word).into(),
        Value::Nothing => Cell::Nothing,
        value => value.label(of, m.catalog, labels.locale).into(),
    }
}

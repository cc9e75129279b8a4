//! Makes a report.

use super::{
    about::about,
    audit,
    content::{About, Part, Table, Text},
    customer, findings, incident, inventory,
    lease::Taken,
    making::{Making, NotMade, OPERATION},
    ropa,
    sink::Sink,
    wanted::Wanted,
};
use crate::{
    access::{Door, Stop},
    domain::{
        catalog::Catalog,
        customer::CustomersByIds,
        incident::IncidentsByIds,
        picture::{Picture, PictureOfCompany, PictureOfCustomer},
    },
};
use entity::enums::ReportFormat;
use std::{io, sync::Arc};

/// Makes a report that is in hand, into the file that `begin` begins with what it says of itself and the parts
/// that it will have.
///
/// # Errors
/// When whoever asked for it may not see what is in it, the format cannot hold it, it is in hand no more, or the database fails.
pub async fn make<S: Sink + 'static>(
    door: &Arc<Door>,
    catalog: &Arc<Catalog>,
    taken: &Taken,
    begin: impl FnOnce(ReportFormat, &About, &[Part<'_>]) -> io::Result<S> + Send,
) -> Result<(), NotMade> {
    let subject = subject(door, taken).await?;
    let mut tables = tables(&taken.wanted);
    if let Some(only) = &taken.row.only_table {
        tables.retain(|table| table.key == only);
    }
    let picture = picture(door, catalog, taken, subject.as_deref()).await?;
    let texts = texts(taken);
    let parts = picture.iter().map(Part::Picture);
    let parts = parts.chain(tables.iter().map(Part::Table)).chain(texts.iter().map(Part::Text));
    let about = about(catalog, taken, door.now(), subject.as_deref());
    let mut sink = begin(taken.row.format, &about, &parts.collect::<Vec<_>>())?;
    if let Some(picture) = &picture {
        sink.picture(picture)?;
    }
    let mut making = Making::new(door, catalog, taken, sink);
    match &taken.wanted {
        Wanted::Ropa => ropa::write(&mut making).await?,
        Wanted::Inventory { by, filter, as_of } => {
            inventory::write(&mut making, (by, filter, *as_of)).await?;
        }
        Wanted::Findings(filter) => findings::write(&mut making, filter).await?,
        Wanted::Customer(id) => customer::write(&mut making, *id, &subject.unwrap_or_default()).await?,
        Wanted::Incident(id) => incident::write(&mut making, *id).await?,
        Wanted::Audit(filter) => audit::write(&mut making, filter).await?,
    }
    making.finish().await
}

/// Whom or what all of it is about, as they or it is called.
async fn subject(door: &Arc<Door>, taken: &Taken) -> Result<Option<String>, Stop> {
    let access = door.errand(taken.caller.clone(), OPERATION);
    if let Wanted::Incident(id) = taken.wanted {
        let found = access.read(IncidentsByIds(vec![id])).await?.pop();
        return Ok(found.map(|one| one.row.summary));
    }
    let Some(id) = taken.wanted.customer() else { return Ok(None) };
    let found = access.read(CustomersByIds(vec![id])).await?.pop();
    Ok(found.map(|one| one.row.reference))
}

/// The data map, for those who look at the file.
async fn picture(
    door: &Arc<Door>,
    catalog: &Arc<Catalog>,
    taken: &Taken,
    subject: Option<&str>,
) -> Result<Option<Picture>, Stop> {
    if taken.row.format != ReportFormat::Html {
        return Ok(None);
    }
    let (access, catalog, locale) =
        (door.errand(taken.caller.clone(), OPERATION), catalog.clone(), taken.row.locale);
    match &taken.wanted {
        Wanted::Inventory { filter, as_of: None, .. } => {
            // Nothing where there is too much to draw.
            access.read(PictureOfCompany { catalog, filter: filter.clone(), unjustified: true, locale }).await
        }
        Wanted::Customer(customer) => {
            let reference = subject.unwrap_or_default().to_owned();
            let picture = PictureOfCustomer { catalog, customer: *customer, reference, locale };
            access.read(picture).await.map(Some)
        }
        _ => Ok(None),
    }
}

/// The texts of a report, behind its tables, before anything stands in them.
fn texts(taken: &Taken) -> Vec<Text> {
    let is_whole = taken.row.only_table.is_none();
    if is_whole && matches!(taken.wanted, Wanted::Incident(_)) {
        vec![incident::form(String::new())]
    } else {
        Vec::new()
    }
}

/// The tables of a report, in the order of the file.
fn tables(wanted: &Wanted) -> Vec<Table> {
    match wanted {
        Wanted::Ropa => ropa::tables(),
        Wanted::Inventory { by, .. } => inventory::tables(by),
        Wanted::Findings(_) => vec![findings::table()],
        Wanted::Customer(_) => customer::tables(),
        Wanted::Incident(_) => incident::tables(),
        Wanted::Audit(_) => vec![audit::table()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        audit::AuditFilter,
        finding::FindingFilter,
        inventory::{Dimension, InventoryFilter},
    };
    use entity::ids::{CustomerId, IncidentId};
    use std::collections::BTreeSet;
    use uuid::Uuid;

    #[test]
    fn the_tables_that_can_be_asked_for_are_those_that_there_are() {
        let inventory = Wanted::Inventory {
            by: vec![Dimension::System],
            filter: InventoryFilter::default(),
            as_of: None,
        };
        for wanted in [
            Wanted::Ropa,
            inventory,
            Wanted::Findings(FindingFilter::default()),
            Wanted::Customer(CustomerId(Uuid::nil())),
            Wanted::Incident(IncidentId(Uuid::nil())),
            Wanted::Audit(AuditFilter::default()),
        ] {
            let there = tables(&wanted).into_iter().map(|table| table.key).collect::<BTreeSet<_>>();
            assert_eq!(there, wanted.tables().iter().copied().collect());
            for table in tables(&wanted) {
                let keys = table.columns.iter().map(|one| one.key).collect::<BTreeSet<_>>();
                assert_eq!(keys.len(), table.columns.len(), "{}", table.key);
            }
        }
    }
}

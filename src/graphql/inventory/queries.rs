//! Counting over all maps.

use super::{
    filter::InventoryFilter,
    types::{InventoryDimension, InventoryRow},
};
use crate::{
    domain::{
        inventory::{CountInventory, MOST_GROUPS},
        picture::PictureOfCompany,
    },
    graphql::{
        context::{access, catalog, charge_beyond_few},
        enums::{Locale, PictureFormat},
        error::{OrError, coded},
        picture::drawn,
        scalars::DateTime,
    },
    policy::Action,
};
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct InventoryQuery;

#[Object]
impl InventoryQuery {
    /// Counts over the whole inventory, exact to the moment. By SYSTEM, THIRD_PARTY, CATEGORY, COUNTRY, SENSITIVITY and STATE, and
    /// filtered by those, it answers in constant time whatever its size; by what customers have ordered (PURPOSE, SERVICE,
    /// LEGAL_BASIS), for the past, and with `customers` or `unjustified`, it looks at each location. At most 10,000 rows,
    /// else QUERY_TOO_COMPLEX: group by less or filter more.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn inventory(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "One to four different dimensions. Each row has a key for each, in this order.")]
        group_by: Vec<InventoryDimension>,
        filter: Option<InventoryFilter>,
        #[graphql(
            desc = "Now unless told; not in the future. In what state something was, and whether anything justified it, is not \
                    known of the past, so what was lost track of counts as there; where systems and third parties are, and what a category is, is as of now."
        )]
        as_of: Option<DateTime>,
    ) -> Result<Vec<InventoryRow>> {
        access(ctx).require(Action::CountInventory).await.or_error()?;
        let ahead = ctx.look_ahead();
        let inquiry = CountInventory {
            catalog: catalog(ctx),
            by: group_by.into_iter().map(Into::into).collect(),
            filter: filter.unwrap_or_default().into_domain(ctx)?,
            as_of: as_of.map(|moment| moment.0),
            customers: ahead.field("customers").exists(),
            unjustified: ahead.field("unjustified").exists(),
        };
        let Some(groups) = access(ctx).read(inquiry).await.or_error()? else {
            let message = format!("There are more than {MOST_GROUPS} groups: group by less, or filter more.");
            return Err(coded("QUERY_TOO_COMPLEX", &message));
        };
        charge_beyond_few(ctx, groups.len())?;
        Ok(groups.into_iter().map(InventoryRow).collect())
    }

    /// The company's data map as a picture: categories, the systems where they are, and who has those, with how many data locations
    /// each line stands for. What nothing justifies, and tasks that are overdue, are told in words at their system.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn inventory_picture(
        &self,
        ctx: &Context<'_>,
        filter: Option<InventoryFilter>,
        #[graphql(
            default = true,
            desc = "Whether to show how much nothing justifies, which takes longer the more there is."
        )]
        unjustified: bool,
        #[graphql(default_with = "PictureFormat::Svg")] format: PictureFormat,
        #[graphql(desc = "The controller's language unless told.")] locale: Option<Locale>,
    ) -> Result<String> {
        access(ctx).require(Action::CountInventory).await.or_error()?;
        let catalog = catalog(ctx);
        let locale = locale.map_or(catalog.locale(), Into::into);
        let filter = filter.unwrap_or_default().into_domain(ctx)?;
        let inquiry = PictureOfCompany { catalog, filter, unjustified, locale };
        let Some(picture) = access(ctx).read(inquiry).await.or_error()? else {
            return Err(coded("QUERY_TOO_COMPLEX", "This is too much for a picture: filter more."));
        };
        Ok(drawn(&picture, format))
    }
}

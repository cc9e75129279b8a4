//! What a customer says is right, as far as the caller may see it.

use crate::{
    access::{Inquiry, Profile, Reader, Revealed, Stop},
    domain::task::unseal,
    policy::{Action, ProfileField, Target},
};
use entity::{
    enums::SealedKind,
    ids::{CustomerId, DataRequestId},
    sealed,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// These fields of what a customer says is right in a request; `None` when there is none, or no longer.
#[derive(Clone, Debug)]
pub struct RevealCorrections {
    pub customer: CustomerId,
    pub request: DataRequestId,
    pub fields: Vec<ProfileField>,
}

impl Inquiry for RevealCorrections {
    const ACTION: Action = Action::SeeDataRequests;
    type Output = Option<Revealed>;

    fn target(&self) -> Target {
        Target::customer(self.customer)
    }

    async fn run(self, r: &Reader) -> Result<Option<Revealed>, Stop> {
        let asked =
            sealed::Entity::find_by_id(self.request.0).filter(sealed::Column::Kind.eq(SealedKind::Profile));
        let Some(row) = r.one(asked).await? else { return Ok(None) };
        let profile = unseal::<Profile>(r, &row)?;
        Ok(Some(r.show(row.customer_id, &profile, &self.fields)))
    }
}

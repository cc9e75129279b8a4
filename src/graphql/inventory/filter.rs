//! What of the inventory is counted.

use crate::{
    domain::inventory,
    graphql::{
        enums::{DataLocationState, LegalBasis, Sensitivity},
        error::bad_input,
        named,
    },
};
use async_graphql::{Context, ID, InputObject, Result};

/// What to count.
#[derive(Debug, Default, InputObject)]
pub struct InventoryFilter {
    system_ids: Option<Vec<ID>>,
    third_party_ids: Option<Vec<ID>>,
    /// true: only in-house; false: only at third parties.
    in_house: Option<bool>,
    /// Keys, each with everything below it.
    categories: Option<Vec<String>>,
    /// Keys.
    purposes: Option<Vec<String>>,
    service_ids: Option<Vec<ID>>,
    /// ISO 3166-1 alpha-2.
    countries: Option<Vec<String>>,
    sensitivities: Option<Vec<Sensitivity>>,
    /// HELD, RESTRICTED and DISPOSAL_PENDING unless told.
    states: Option<Vec<DataLocationState>>,
    legal_bases: Option<Vec<LegalBasis>>,
}

impl InventoryFilter {
    /// What the filter asks for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for what there is not.
    pub fn into_domain(self, ctx: &Context<'_>) -> Result<inventory::InventoryFilter> {
        let systems = |ids: Vec<ID>| {
            ids.iter().map(|id| named::system(ctx, "filter.systemIds", id)).collect::<Result<Vec<_>>>()
        };
        let third_parties = |ids: Vec<ID>| {
            ids.iter()
                .map(|id| named::third_party(ctx, "filter.thirdPartyIds", id))
                .collect::<Result<Vec<_>>>()
        };
        let services = |ids: Vec<ID>| {
            ids.iter().map(|id| named::service(ctx, "filter.serviceIds", id)).collect::<Result<Vec<_>>>()
        };
        Ok(inventory::InventoryFilter {
            systems: self.system_ids.map(systems).transpose()?,
            third_parties: self.third_party_ids.map(third_parties).transpose()?,
            in_house: self.in_house,
            categories: self
                .categories
                .map(|keys| named::categories(ctx, "filter.categories", keys))
                .transpose()?,
            purposes: self.purposes.map(|keys| named::purposes(ctx, "filter.purposes", keys)).transpose()?,
            services: self.service_ids.map(services).transpose()?,
            countries: self.countries.map(countries).transpose()?,
            sensitivities: self.sensitivities.map(|all| all.into_iter().map(Into::into).collect()),
            states: self.states.map(|all| all.into_iter().map(Into::into).collect()),
            legal_bases: self.legal_bases.map(|all| all.into_iter().map(Into::into).collect()),
        })
    }
}

fn countries(codes: Vec<String>) -> Result<Vec<String>> {
    let is_code = |code: &String| code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_uppercase());
    if codes.iter().all(is_code) {
        Ok(codes)
    } else {
        Err(bad_input("filter.countries", "Give ISO 3166-1 alpha-2 codes, such as SE."))
    }
}

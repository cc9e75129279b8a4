//! What a customer was told.

use crate::{
    domain::gate::Proposed,
    graphql::{
        catalog::Service,
        connection::connection,
        context::{catalog, charge_beyond_few, charge_for, loaders},
        customer::Customer,
        disclosure::ProposedDisclosure,
        enums::{Channel, Locale},
        error::{OrError, missing},
        node,
        scalars::{DateTime, Json},
    },
};
use async_graphql::{Context, ID, Object, Result};
use entity::{notice, notice_line};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone)]
pub struct Notice(pub notice::Model);

connection!(NoticeConnection, NoticeEdge, Notice);

/// What a customer was told, word for word, before being asked.
#[Object]
impl Notice {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn customer(&self, ctx: &Context<'_>) -> Result<Customer> {
        let found = loaders(ctx).batch.load_one(self.0.customer_id).await.or_error()?;
        found.map(Customer).ok_or_else(missing)
    }

    async fn service(&self, ctx: &Context<'_>) -> Result<Service> {
        catalog(ctx).services.get(&self.0.service_id).cloned().map(Service).ok_or_else(missing)
    }

    async fn text(&self) -> &str {
        &self.0.text
    }

    async fn locale(&self) -> Locale {
        self.0.locale.into()
    }

    /// Lower-case hex SHA-256 of `text` in UTF-8.
    async fn sha256(&self) -> String {
        hex::encode(&self.0.sha256)
    }

    /// The same as a machine reads it: a TILT document (https://transparency-information-language.github.io/schema/).
    async fn tilt(&self, ctx: &Context<'_>) -> Result<Json> {
        charge_for(ctx, &self.0.tilt)?;
        Ok(Json(self.0.tilt.clone()))
    }

    /// What it says, line by line.
    async fn disclosures(&self, ctx: &Context<'_>) -> Result<Vec<ProposedDisclosure>> {
        let lines = loaders(ctx).batch.load_one(self.0.id).await.or_error()?.unwrap_or_default();
        let said = said(lines);
        charge_beyond_few(ctx, said.len())?;
        Ok(said)
    }

    async fn delivered_at(&self) -> DateTime {
        DateTime(self.0.delivered_at)
    }

    async fn channel(&self) -> Channel {
        self.0.channel.into()
    }

    /// The actor's name.
    async fn delivered_by(&self) -> &str {
        &self.0.delivered_by
    }
}

/// The lines of a notice, by place and purpose.
fn said(lines: Vec<notice_line::Model>) -> Vec<ProposedDisclosure> {
    let mut of = BTreeMap::<_, BTreeSet<_>>::new();
    for line in lines {
        let key = (line.third_party_id, line.system_id, line.purpose, line.consent_needed);
        of.entry(key).or_default().insert(line.category);
    }
    let one = |((third_party, system, purpose, consent_needed), categories)| ProposedDisclosure {
        proposed: Proposed { third_party, system, purpose, categories },
        consent_needed,
        consent: None,
    };
    of.into_iter().map(one).collect()
}

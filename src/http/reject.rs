//! Who is not let in, on record: at once the first time, then once a minute with how often.

use super::{
    identify::Front,
    rejections::{Told, Who, Why},
};
use crate::{
    access::{Rejected, Released, Stop},
    policy::Actor,
};
use std::net::IpAddr;

impl Front {
    /// Answers a caller who is not let in: `bearer`, if a good token names somebody. That it was tried is on record,
    /// once a minute for each bearer and, where there is none, each address. When there are too many of those, an event
    /// that names nobody and no address stands for the rest.
    pub(super) async fn reject<T>(
        &self,
        (why, bearer): (Why, Option<Actor>),
        (client, request_id): (IpAddr, String),
        answer: T,
        instead: impl FnOnce(&Stop) -> T,
    ) -> Released<T> {
        let who = bearer.as_ref().map_or_else(|| client.into(), Who::from);
        let told = self.rejections.count(who, why, self.door.now());
        let rejected = told.as_ref().map(|told| rejected(told, Some(client), request_id));
        let lost = |stop: &Stop| {
            self.rejections.give_back(told.into_iter().collect());
            instead(stop)
        };
        self.door.reject(rejected, answer, lost).await
    }

    /// Puts on record how often those were not let in who did not come back since. To be called every few seconds.
    pub async fn record_rejections(&self) {
        self.record_all(self.rejections.due(self.door.now())).await;
    }

    /// Puts on record what is counted and not on record yet, before the server ends.
    pub async fn record_last_rejections(&self) {
        self.record_all(self.rejections.rest()).await;
    }

    async fn record_all(&self, all: Vec<Told>) {
        let mut all = all.into_iter();
        while let Some(told) = all.next() {
            let client = if let Who::Address(address) = told.who { Some(address) } else { None };
            let rejected = rejected(&told, client, self.door.request_id());
            // The log says itself what is wrong with it.
            if self.door.record_rejected(rejected).await.is_err() {
                let lost = std::iter::once(told).chain(all).collect();
                return self.rejections.give_back(lost);
            }
        }
    }
}

fn rejected(told: &Told, client: Option<IpAddr>, request_id: String) -> Rejected {
    let bearer = match &told.who {
        Who::Bearer { kind, issuer, subject } => Some(Actor::without_role(*kind, issuer, subject)),
        Who::Address(_) | Who::Others => None,
    };
    let client = client.filter(|_| told.who != Who::Others);
    let (outcome, code) = (told.why.outcome(), told.why.code());
    Rejected { outcome, code, bearer, client, request_id, count: told.count }
}

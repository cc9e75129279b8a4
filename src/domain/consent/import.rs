//! What customers have allowed already, and what they were told for it, is put on record, many in one transaction.

use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks},
        customer::Whose,
        disposal::settle_all,
        import::{Chunk, Imported, Tally},
    },
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    consent, consent_category, consent_event,
    enums::{Channel, ConsentEventKind, ImportKind, Locale, TaskCause},
    ids::{CategoryKey, ConsentEventId, ConsentId, CustomerId, NoticeId, PurposeKey, ThirdPartyId},
    json::{Said, SaidService},
    notice, service,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// The most categories that one consent is for.
const MOST: usize = 200;

/// The longest text of a notice, in characters.
const NOTICE: usize = 100_000;

/// A consent as a file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentRow {
    /// The customer's reference.
    pub customer: String,
    /// The key of the service that they were told about.
    pub service: String,
    /// The third party's name.
    pub third_party: String,
    pub purpose: PurposeKey,
    pub categories: Vec<CategoryKey>,
    pub granted_at: DateTime<Utc>,
    /// What they were told first, word for word.
    pub notice_text: String,
    /// When they allowed it unless told.
    pub notice_delivered_at: Option<DateTime<Utc>>,
    /// The customer's own unless told.
    pub notice_locale: Option<Locale>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Such as a call's or a letter's reference.
    pub evidence: Option<String>,
}

/// Puts consents on record with the notices that they rest on. What a notice from elsewhere says is known as a text alone: before
/// anything more is given to the third party, the customer is told anew.
#[derive(Clone, Debug)]
pub struct ImportConsents {
    pub catalog: Arc<Catalog>,
    pub chunk: Chunk<ConsentRow>,
}

/// What makes a consent that consent.
type Key = (CustomerId, ThirdPartyId, PurposeKey, DateTime<Utc>);

/// What makes a notice that notice.
type NoticeKey = (CustomerId, Vec<u8>, DateTime<Utc>);

/// A row whose names lead somewhere.
struct Read<'a> {
    at: usize,
    row: &'a ConsentRow,
    customer: CustomerId,
    third_party: ThirdPartyId,
    categories: BTreeSet<CategoryKey>,
    evidence: Option<String>,
    notice: Told<'a>,
}

/// What a customer was told.
struct Told<'a> {
    service: &'a service::Model,
    locale: Locale,
    text: String,
    sha256: Vec<u8>,
    delivered_at: DateTime<Utc>,
}

impl Read<'_> {
    fn key(&self) -> Key {
        (self.customer, self.third_party, self.row.purpose.clone(), self.row.granted_at)
    }

    fn notice_key(&self) -> NoticeKey {
        (self.customer, self.notice.sha256.clone(), self.notice.delivered_at)
    }
}

impl Command for ImportConsents {
    const ACTION: Action = Action::ImportConsents;
    type Output = Imported;

    fn target(&self) -> Target {
        Target::thing(self.chunk.import)
    }

    async fn run(self, w: &mut Writer) -> Result<Imported, Stop> {
        let opened = match self.chunk.open(w, ImportKind::Consents).await? {
            Ok(opened) => opened,
            Err(before) => return Ok(before),
        };
        let catalog = catalog::held(w, &self.catalog).await?;
        let mut tally = Tally::default();
        let whose = Whose::lock(w, self.chunk.rows.iter().map(|row| row.customer.as_str())).await?;
        let read = self.read(w.now(), &catalog, &whose, &mut tally);
        let new = leave_out_known(w, read, &mut tally).await?;
        let notices = put_notices(w, &new).await?;
        put(w, &new, &notices).await?;
        tally.created += new.len();
        let concerned = new.iter().map(|one| one.customer).collect::<BTreeSet<_>>();
        for customer in &concerned {
            w.changed(*customer, &["consents", "notices"]);
        }
        // What was given with their leave may not be there any more.
        tally.disposal_pending +=
            settle_all(w, &catalog, &whose.among(&concerned), TaskCause::Import).await?;
        self.chunk.close(w, opened, tally).await
    }
}

impl ImportConsents {
    fn read<'a>(
        &'a self,
        now: DateTime<Utc>,
        catalog: &'a Catalog,
        whose: &Whose,
        tally: &mut Tally,
    ) -> Vec<Read<'a>> {
        let parties = catalog.third_parties.values().map(|row| (row.name.as_str(), row.id));
        let parties = parties.collect::<HashMap<_, _>>();
        let mut read = Vec::with_capacity(self.chunk.rows.len());
        for (at, row) in self.chunk.rows.iter().enumerate() {
            let mut checks = Checks::new();
            let service = catalog.service_by_key(row.service.trim());
            if service.is_none() {
                checks.refuse("service", Code::NotFound, "There is no such service: give its key.");
            }
            let third_party = parties.get(row.third_party.trim());
            if third_party.is_none() {
                checks.refuse("thirdParty", Code::NotFound, "There is no third party of this name.");
            }
            if !catalog.purposes.contains_key(&row.purpose) {
                checks.refuse("purpose", Code::NotFound, "There is no such purpose: give its key.");
            }
            let categories = row.categories(catalog, &mut checks);
            row.check_times(now, &mut checks);
            let text = checks.block("noticeText", &row.notice_text, NOTICE);
            let evidence = row.evidence.as_ref().map(|text| checks.line("evidence", text, BLOCK / 10));
            let stands = tally.check(at, checks);
            let Some(customer) = whose.of(at, &row.customer, tally) else { continue };
            let (Some(service), Some(third_party), true) = (service, third_party, stands) else { continue };
            let notice = Told {
                service,
                locale: row.notice_locale.unwrap_or(customer.locale),
                sha256: Sha256::digest(text.as_bytes()).to_vec(),
                text,
                delivered_at: row.notice_delivered_at.unwrap_or(row.granted_at),
            };
            let (customer, third_party) = (customer.id, *third_party);
            read.push(Read { at, row, customer, third_party, categories, evidence, notice });
        }
        read
    }
}

impl ConsentRow {
    fn categories(&self, catalog: &Catalog, checks: &mut Checks) -> BTreeSet<CategoryKey> {
        if self.categories.is_empty() {
            checks.refuse("categories", Code::Required, "Give at least one.");
        }
        checks.at_most("categories", &self.categories, MOST);
        if self.categories.iter().any(|key| !catalog.categories.contains_key(key)) {
            checks.refuse("categories", Code::NotFound, "One of them is no category: give their keys.");
        }
        self.categories.iter().cloned().collect()
    }

    fn check_times(&self, now: DateTime<Utc>, checks: &mut Checks) {
        if self.granted_at > now {
            checks.refuse("grantedAt", Code::OutOfRange, "This lies in the future.");
        }
        if self.notice_delivered_at.is_some_and(|told| told > self.granted_at) {
            let message = "They were told after they allowed it: such a consent is none (Art. 4(11)).";
            checks.refuse("noticeDeliveredAt", Code::OutOfRange, message);
        }
        if self.withdrawn_at.is_some_and(|end| end > now) {
            checks.refuse("withdrawnAt", Code::OutOfRange, "This lies in the future.");
        }
        if self.withdrawn_at.is_some_and(|end| end < self.granted_at) {
            checks.refuse("withdrawnAt", Code::OutOfRange, "It was taken back before it was given.");
        }
    }
}

/// What was taken back, and when: no file from before brings it back.
#[derive(Default)]
struct TakenBack(HashMap<(CustomerId, ThirdPartyId, PurposeKey), Vec<TakenAt>>);

/// Of which categories, and when.
type TakenAt = (BTreeSet<CategoryKey>, DateTime<Utc>);

impl TakenBack {
    fn add(
        &mut self,
        (customer, third_party, purpose, _): &Key,
        of: &BTreeSet<CategoryKey>,
        end: DateTime<Utc>,
    ) {
        self.0.entry((*customer, *third_party, purpose.clone())).or_default().push((of.clone(), end));
    }

    /// Whether any of what a row says was allowed was taken back after that.
    fn since(&self, one: &Read<'_>) -> bool {
        let (customer, third_party, purpose, granted_at) = one.key();
        let ends = self.0.get(&(customer, third_party, purpose));
        let after = |(of, end): &TakenAt| *end >= granted_at && !of.is_disjoint(&one.categories);
        ends.is_some_and(|all| all.iter().any(after))
    }
}

/// What is on record already stays as it is; in one file, the first row counts.
async fn leave_out_known<'a>(
    w: &Writer,
    read: Vec<Read<'a>>,
    tally: &mut Tally,
) -> Result<Vec<Read<'a>>, Stop> {
    let customers = read.iter().map(|one| one.customer).collect::<BTreeSet<_>>();
    let theirs = consent::Entity::find().filter(consent::Column::CustomerId.is_in(customers));
    let theirs = w.all(theirs).await?;
    let of_them = consent_category::Entity::find()
        .filter(consent_category::Column::ConsentId.is_in(theirs.iter().map(|row| row.id)));
    let mut categories = HashMap::<ConsentId, BTreeSet<CategoryKey>>::new();
    for one in w.all(of_them).await? {
        categories.entry(one.consent_id).or_default().insert(one.category);
    }
    let (mut known, mut taken_back) = (HashMap::<Key, _>::new(), TakenBack::default());
    for row in theirs {
        let categories = categories.remove(&row.id).unwrap_or_default();
        let key = (row.customer_id, row.third_party_id, row.purpose, row.granted_at);
        if let Some(end) = row.ended_at.filter(|_| row.ended_as == Some(ConsentEventKind::Withdrawn)) {
            taken_back.add(&key, &categories, end);
        }
        known.insert(key, (categories, row.ended_at));
    }
    let mut left = Vec::with_capacity(read.len());
    for one in read {
        let says = (one.categories.clone(), one.row.withdrawn_at);
        match known.get(&one.key()) {
            None if one.row.withdrawn_at.is_none() && taken_back.since(&one) => {
                let message = "They took such a consent back at this moment or later: say when they gave it anew, or \
                               leave the row out.";
                tally.reject(one.at, Refusal::new(Code::AlreadyExists, message).at("grantedAt"));
            }
            None => {
                if let Some(end) = one.row.withdrawn_at {
                    taken_back.add(&one.key(), &one.categories, end);
                }
                known.insert(one.key(), says);
                left.push(one);
            }
            Some(known) if *known == says => tally.unchanged += 1,
            Some(_) => {
                let message = "A consent of this moment is on record, for other categories or with another end: \
                               use `withdrawConsent`, or leave the row out.";
                tally.reject(one.at, Refusal::new(Code::AlreadyExists, message).at("grantedAt"));
            }
        }
    }
    Ok(left)
}

/// The notices that the consents rest on, each once.
async fn put_notices(w: &Writer, new: &[Read<'_>]) -> Result<BTreeMap<NoticeKey, NoticeId>, Stop> {
    let customers = new.iter().map(|one| one.customer).collect::<BTreeSet<_>>();
    let theirs = notice::Entity::find()
        .filter(notice::Column::CustomerId.is_in(customers))
        .filter(notice::Column::Channel.eq(Channel::Import));
    let known = w.all(theirs).await?.into_iter();
    let mut known = known
        .map(|row| ((row.customer_id, row.sha256, row.delivered_at), row.id))
        .collect::<BTreeMap<_, _>>();
    let mut rows = Vec::new();
    for one in new {
        if known.contains_key(&one.notice_key()) {
            continue;
        }
        let id = NoticeId(w.id());
        known.insert(one.notice_key(), id);
        let Told { service, locale, text, sha256, delivered_at } = &one.notice;
        let service_said = SaidService { key: service.key.clone(), name: service.name.clone() };
        rows.push(notice::Model {
            id,
            customer_id: one.customer,
            service_id: service.id,
            locale: *locale,
            text: text.clone(),
            sha256: sha256.clone(),
            // Nothing of what it says is known but the text.
            tilt: serde_json::json!({}),
            said: Said { service: service_said, ..Said::default() },
            channel: Channel::Import,
            delivered_at: *delivered_at,
            delivered_by: w.actor_name(),
        });
    }
    w.insert_all::<notice::Entity>(&rows).await?;
    Ok(known)
}

async fn put(w: &Writer, new: &[Read<'_>], notices: &BTreeMap<NoticeKey, NoticeId>) -> Result<(), Stop> {
    let (mut consents, mut categories, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for one in new {
        let Some(notice) = notices.get(&one.notice_key()) else { continue };
        let id = ConsentId(w.id());
        consents.push(consent::Model {
            id,
            customer_id: one.customer,
            third_party_id: one.third_party,
            purpose: one.row.purpose.clone(),
            notice_id: *notice,
            granted_at: one.row.granted_at,
            ended_at: one.row.withdrawn_at,
            ended_as: one.row.withdrawn_at.map(|_| ConsentEventKind::Withdrawn),
        });
        categories.extend(one.categories.iter().map(|category| consent_category::Model {
            consent_id: id,
            customer_id: one.customer,
            category: category.clone(),
        }));
        let granted = (ConsentEventKind::Granted, one.row.granted_at, one.evidence.clone());
        let withdrawn = one.row.withdrawn_at.map(|end| (ConsentEventKind::Withdrawn, end, None));
        for (kind, occurred_at, evidence) in std::iter::once(granted).chain(withdrawn) {
            events.push(consent_event::Model {
                id: ConsentEventId(w.id()),
                consent_id: id,
                customer_id: one.customer,
                kind,
                occurred_at,
                channel: Channel::Import,
                evidence,
                recorded_by: w.actor_name(),
            });
        }
    }
    w.insert_all::<consent::Entity>(&consents).await?;
    w.insert_all::<consent_category::Entity>(&categories).await?;
    w.insert_all::<consent_event::Entity>(&events).await
}

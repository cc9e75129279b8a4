//! Rows by the chunk: each what the API and the program bring in at once, and the same whenever the file is read.

use super::{
    cells::{Cells, Wrong},
    source::{Source, Unreadable},
    table::{Raw, Record, Table},
    value::{KINDS, LOCALES, TRUTHS, day, need_moment, take_moment, take_word},
};
use crate::domain::{
    consent::ConsentRow, customer::CustomerRow, data_location::DataLocationRow, import::MOST,
    subscription::SubscriptionRow,
};
use entity::{
    enums::ImportKind,
    ids::{CategoryKey, PurposeKey},
};
use jiff::tz::TimeZone;

/// After how much of JSON a chunk is full: with one row more it fits into a request, whose body a server takes 512 KiB of.
const FULL: usize = 400 << 10;

/// Entries of lists, its rows among them, after which a chunk is full: a server takes 10,000 in a request.
const FULL_LISTS: usize = 7_000;

/// The most entries of one row's lists: no company has as many categories.
const LISTED: usize = 1_000;

/// The longest row that can be right, as JSON: a notice is the longest text.
const LONGEST: usize = 90 << 10;

/// What the names of columns take of a row's JSON, at most.
const NAMES: usize = 250;

/// Rows that make sense by themselves.
#[derive(Clone, Debug)]
pub enum Rows {
    Customers(Vec<CustomerRow>),
    Subscriptions(Vec<SubscriptionRow>),
    Consents(Vec<ConsentRow>),
    DataLocations(Vec<DataLocationRow>),
}

/// Rows after which a chunk ends where the next customer begins: what is brought in side by side would wait for each other where
/// one customer is in both.
const ENOUGH: usize = MOST - MOST / 10;

/// Some rows of a file, and those that make no sense.
#[derive(Debug)]
pub struct Chunk {
    /// Its place in the file, from 0 on.
    pub number: i32,
    pub rows: Rows,
    /// All of its rows, as they stand in the file.
    pub(super) records: Vec<(u64, Raw)>,
    /// Where each of `rows` is among them.
    pub(super) places: Vec<usize>,
    pub(super) wrong: Vec<(usize, Wrong)>,
    /// Its columns, by what the file calls them.
    pub(super) names: Vec<(&'static str, String)>,
}

impl Chunk {
    /// How many of its rows could not be read.
    #[must_use]
    pub fn unread(&self) -> u32 {
        u32::try_from(self.records.len() - self.places.len()).unwrap_or(u32::MAX)
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The line that its first row begins on.
    #[must_use]
    pub fn first_line(&self) -> u64 {
        self.records.first().map_or(0, |(line, _)| *line)
    }
}

/// The chunks of a file, in order.
pub struct Chunks {
    table: Table,
    kind: ImportKind,
    zone: TimeZone,
    number: i32,
    bytes: u64,
    /// The first row of the next one, which was looked at.
    next: Option<Record>,
}

impl std::fmt::Debug for Chunks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chunks")
            .field("kind", &self.kind)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl Chunks {
    /// Those of a file, whose rows are of this kind; days are those of this time zone.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open(source: &Source, kind: ImportKind, zone: TimeZone) -> Result<Self, Unreadable> {
        Ok(Self { table: Table::open(source)?, kind, zone, number: 0, bytes: 0, next: None })
    }

    /// How much of the file was gone through, in bytes of its text, about.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The names of its columns as the file has them; `None` for objects.
    #[must_use]
    pub fn header(&self) -> Option<Vec<String>> {
        Some(self.table.header()?.iter().map(str::to_owned).collect())
    }

    /// The next one.
    ///
    /// # Errors
    /// When the file cannot be read any further. Nothing from this chunk on is to be brought in.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, Unreadable> {
        let (mut records, mut places, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
        let (mut rows, mut size, mut entries, mut whose) = (Rows::none(self.kind), 0, 0, None);
        while records.len() < MOST && size < FULL && entries < FULL_LISTS {
            let next = match self.next.take() {
                Some(next) => Some(next),
                None => self.table.next()?,
            };
            let Some(Record { line, raw, cells }) = next else { break };
            let at = records.len();
            let its = cells.as_ref().ok().and_then(|cells| cells.get("customer")).map(str::to_owned);
            if at >= ENOUGH && its != whose {
                self.next = Some(Record { line, raw, cells });
                break;
            }
            whose = its;
            let listed = cells.as_ref().map_or(0, listed);
            // With quotes and a comma for each.
            let json = raw.json() + 3 * listed;
            self.bytes += raw.len() as u64;
            records.push((line, raw));
            if json > LONGEST {
                wrong.push((at, Wrong::row("the row is longer than any that can be right")));
                continue;
            }
            if listed > LISTED {
                wrong.push((at, Wrong::at("categories", "these are more than there can be")));
                continue;
            }
            (size, entries) = (size + json, entries + 1 + listed);
            match cells.map_err(|one| vec![one]).and_then(|cells| rows.add(cells, &self.zone)) {
                Ok(()) => places.push(at),
                Err(all) => wrong.extend(all.into_iter().map(|one| (at, one))),
            }
        }
        if records.is_empty() {
            return Ok(None);
        }
        let number = self.number;
        self.number += 1;
        let names = self.table.names();
        Ok(Some(Chunk { number, rows, records, places, wrong, names }))
    }
}

/// How many entries its lists have.
fn listed(cells: &Cells) -> usize {
    cells.get("categories").map_or(0, |text| categories(text).count())
}

fn categories(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || ",;|".contains(c)).filter(|key| !key.is_empty())
}

impl Raw {
    /// Bytes, about as they stand in the file.
    fn len(&self) -> usize {
        match self {
            Self::Fields(fields) => fields.as_slice().len() + fields.len(),
            Self::Text(text) => text.len(),
        }
    }

    /// Bytes as JSON, at most.
    fn json(&self) -> usize {
        let text = match self {
            Self::Fields(fields) => fields.as_slice(),
            Self::Text(text) => text,
        };
        let one = |byte: u8| match byte {
            b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 2,
            0..0x20 => 6,
            _ => 1,
        };
        NAMES + text.bytes().map(one).sum::<usize>()
    }
}

impl Rows {
    const fn none(kind: ImportKind) -> Self {
        match kind {
            ImportKind::Customers => Self::Customers(Vec::new()),
            ImportKind::Subscriptions => Self::Subscriptions(Vec::new()),
            ImportKind::Consents => Self::Consents(Vec::new()),
            ImportKind::DataLocations => Self::DataLocations(Vec::new()),
        }
    }

    /// Adds one, or says all that is wrong with it.
    fn add(&mut self, mut cells: Cells, zone: &TimeZone) -> Result<(), Vec<Wrong>> {
        let mut wrong = Vec::new();
        match self {
            Self::Customers(rows) => rows.push(customer(&mut cells, zone, &mut wrong)),
            Self::Subscriptions(rows) => rows.push(subscription(&mut cells, zone, &mut wrong)),
            Self::Consents(rows) => rows.push(consent(&mut cells, zone, &mut wrong)),
            Self::DataLocations(rows) => rows.push(data_location(&mut cells, zone, &mut wrong)),
        }
        if wrong.is_empty() {
            return Ok(());
        }
        match self {
            Self::Customers(rows) => drop(rows.pop()),
            Self::Subscriptions(rows) => drop(rows.pop()),
            Self::Consents(rows) => drop(rows.pop()),
            Self::DataLocations(rows) => drop(rows.pop()),
        }
        Err(wrong)
    }
}

fn customer(cells: &mut Cells, zone: &TimeZone, wrong: &mut Vec<Wrong>) -> CustomerRow {
    CustomerRow {
        reference: cells.need("reference", wrong),
        kind: take_word(cells, "kind", KINDS, wrong),
        locale: take_word(cells, "locale", LOCALES, wrong),
        name: cells.need("name", wrong),
        email: cells.take("email"),
        phone: cells.take("phone"),
        address: cells.take("address"),
        national_id: cells.take("nationalId"),
        dormant_since: take_moment(cells, "dormantSince", zone, wrong),
        returning: take_word(cells, "returning", TRUTHS, wrong).unwrap_or_default(),
    }
}

fn subscription(cells: &mut Cells, zone: &TimeZone, wrong: &mut Vec<Wrong>) -> SubscriptionRow {
    SubscriptionRow {
        customer: cells.need("customer", wrong),
        service: cells.need("service", wrong),
        started_at: need_moment(cells, "startedAt", zone, wrong),
        ended_at: take_moment(cells, "endedAt", zone, wrong),
        end_reason: cells.take("endReason"),
    }
}

fn consent(cells: &mut Cells, zone: &TimeZone, wrong: &mut Vec<Wrong>) -> ConsentRow {
    let categories = cells.need("categories", wrong);
    ConsentRow {
        customer: cells.need("customer", wrong),
        service: cells.need("service", wrong),
        third_party: cells.need("thirdParty", wrong),
        purpose: PurposeKey(cells.need("purpose", wrong)),
        categories: self::categories(&categories).map(|key| CategoryKey(key.to_owned())).collect(),
        granted_at: need_moment(cells, "grantedAt", zone, wrong),
        notice_text: cells.need("noticeText", wrong),
        notice_delivered_at: take_moment(cells, "noticeDeliveredAt", zone, wrong),
        notice_locale: take_word(cells, "noticeLocale", LOCALES, wrong),
        withdrawn_at: take_moment(cells, "withdrawnAt", zone, wrong),
        evidence: cells.take("evidence"),
    }
}

fn data_location(cells: &mut Cells, zone: &TimeZone, wrong: &mut Vec<Wrong>) -> DataLocationRow {
    let document_date = cells.take("documentDate").and_then(|text| {
        let day = day(&text);
        if day.is_none() {
            wrong.push(Wrong::at("documentDate", "give a day, such as 2024-03-31"));
        }
        day
    });
    DataLocationRow {
        customer: cells.need("customer", wrong),
        system: cells.need("system", wrong),
        category: cells.need("category", wrong),
        external_reference: cells.take("externalReference"),
        collected_at: need_moment(cells, "collectedAt", zone, wrong),
        document_date,
    }
}

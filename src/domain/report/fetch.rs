//! A report is fetched, by a link that only whoever asked for it gets, and that works for a few minutes.

use super::lease::{bound_to, on_behalf, what};
use crate::{
    access::{Apart, Caller, Command, Inquiry, Reader, Sql, Stop, Writer},
    domain::checks::not_found,
    policy::{Action, Target},
};
use chrono::TimeDelta;
use entity::{
    enums::{ReportFormat, ReportState},
    ids::ReportId,
    report, report_part,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// How long a link works.
const LASTS: TimeDelta = TimeDelta::minutes(5);

/// What a link to a report says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub report: ReportId,
    /// Unix time in seconds: it does not work from then on.
    pub until: i64,
    /// What proves that this program has handed it out.
    pub signature: Vec<u8>,
}

fn signed_text(report: ReportId, until: i64) -> String {
    format!("reports/{report}/{until}")
}

/// The name of a report's file: it says nothing of what is in it.
fn file_name(row: &report::Model) -> String {
    let (kind, extension) =
        (format!("{:?}", row.kind).to_lowercase(), format!("{:?}", row.format).to_lowercase());
    format!("{kind}-{}.{extension}", row.requested_at.format("%Y-%m-%d"))
}

/// A new link to a report that is ready, as a path; for whoever asked for it alone.
#[derive(Clone, Debug)]
pub struct LinkTo(pub report::Model);

impl Inquiry for LinkTo {
    const ACTION: Action = Action::SeeReports;
    type Output = Option<String>;

    fn target(&self) -> Target {
        Target::thing(self.0.id)
    }

    async fn run(self, r: &Reader) -> Result<Option<String>, Stop> {
        let row = self.0;
        let is_theirs = row.state == ReportState::Ready && row.requested_by == r.caller().actor.id();
        let expires_at = row.expires_at.filter(|at| is_theirs && *at > r.now());
        let Some(expires_at) = expires_at else { return Ok(None) };
        let until = expires_at.min(r.now() + LASTS).timestamp();
        let signature = hex::encode(r.sign_link(&signed_text(row.id, until)));
        let (id, name) = (row.id, file_name(&row));
        Ok(Some(format!("/reports/{id}/{name}?until={until}&signature={signature}")))
    }
}

/// A report that can be fetched.
#[derive(Clone, Debug)]
pub struct Fetchable {
    pub id: ReportId,
    pub name: String,
    pub format: ReportFormat,
    /// Bytes.
    pub size: u64,
    /// Of the file, in hex.
    pub sha256: String,
    /// Who asked for it.
    pub caller: Caller,
    /// The numbers of its parts, in order.
    parts: Vec<i64>,
}

impl Fetchable {
    /// Its parts, in order.
    pub fn parts(&self) -> impl Iterator<Item = PartOfReport> + use<> {
        let id = self.id;
        self.parts.clone().into_iter().map(move |number| PartOfReport { id, number })
    }
}

#[derive(sea_orm::FromQueryResult)]
struct Number {
    number: i64,
}

/// The report that a link leads to, as long as it works.
#[derive(Clone, Debug)]
pub struct ByLink(pub Link);

impl Inquiry for ByLink {
    const ACTION: Action = Action::MakeReport;
    type Output = Option<Fetchable>;

    fn target(&self) -> Target {
        Target::thing(self.0.report)
    }

    async fn run(self, r: &Reader) -> Result<Option<Fetchable>, Stop> {
        let Link { report, until, signature } = self.0;
        // Before anything is asked of the database. Signed once more, two signatures tell nothing of each other by how long it takes to compare them.
        let twice = |signature: &[u8]| r.sign_link(&hex::encode(signature));
        let is_ours = twice(&signature) == twice(&r.sign_link(&signed_text(report, until)));
        if until <= r.now().timestamp() || !is_ours {
            return Ok(None);
        }
        let ready = report::Entity::find_by_id(report).filter(report::Column::State.eq(ReportState::Ready));
        let Some(row) = r.one(ready).await? else { return Ok(None) };
        let mut sql = Sql::new("SELECT number FROM report_part WHERE report_id = ");
        sql.bind(report.0).push(" ORDER BY number");
        let parts = r.numbers::<Number>(sql).await?.into_iter().map(|row| row.number).collect();
        let (name, caller) = (file_name(&row), on_behalf(&row)?);
        Ok(Some(Fetchable {
            id: row.id,
            name,
            format: row.format,
            size: u64::try_from(row.size).unwrap_or_default(),
            sha256: row.sha256.unwrap_or_default(),
            caller,
            parts,
        }))
    }
}

/// Puts it on record that a report is fetched by whoever asked for it.
#[derive(Clone, Copy, Debug)]
pub struct FetchReport(pub ReportId);

impl Command for FetchReport {
    const ACTION: Action = Action::FetchReport;
    type Output = ();

    fn target(&self) -> Target {
        Target::thing(self.0)
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        let row = w.lock(report::Entity::find_by_id(self.0)).await?;
        let row =
            row.filter(|row| row.state == ReportState::Ready && row.requested_by == w.caller().actor.id());
        let row = row.ok_or_else(|| not_found("", "report"))?;
        let downloads = row.downloads + 1;
        w.update::<report::Entity>(report::Model { downloads, ..row }).await.map(drop)
    }
}

/// What is in a part; `None` when it is gone meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct PartOfReport {
    id: ReportId,
    number: i64,
}

impl Inquiry for PartOfReport {
    const ACTION: Action = Action::MakeReport;
    type Output = Option<Vec<u8>>;

    fn target(&self) -> Target {
        Target::thing(self.id)
    }

    async fn run(self, r: &Reader) -> Result<Option<Vec<u8>>, Stop> {
        let part = r.one(report_part::Entity::find_by_id((self.id, self.number))).await?;
        let Some(row) = part else { return Ok(None) };
        let report_part::Model { master_key_id, wrapped, sealed, .. } = row;
        let apart = Apart { master_key_id, wrapped, sealed };
        Ok(Some(r.open_apart(bound_to(self.id), &what(self.number), &apart)?.to_vec()))
    }
}

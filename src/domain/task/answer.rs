//! A third party answers a letter by its link.

use super::settle::{Heard, settle};
use crate::{
    access::{Code, Command, Inquiry, Reader, Refusal, Sql, Stop, Writer},
    connector::{Answer, Evidence, Failure},
    domain::catalog::{self, Catalog},
    policy::{Action, Target},
};
use entity::{
    answer_link, customer,
    enums::{TaskOutcome, TaskState},
    ids::SystemId,
    task,
    touch::Touch,
};
use sea_orm::{EntityTrait, FromQueryResult};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// What a link is for, as far as whoever holds it has to see: nothing that says who the person is.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Asked {
    pub system_id: SystemId,
    /// What calls and letters about the task are known by.
    pub call_key: Uuid,
    customer_id: entity::ids::CustomerId,
}

/// What the link with this hash is for; `None` when there is none, and when it is used or too old.
#[derive(Clone, Copy, Debug)]
pub struct AskedByLink(pub [u8; 32]);

impl Inquiry for AskedByLink {
    const ACTION: Action = Action::HearThirdParty;
    type Output = Option<Asked>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Option<Asked>, Stop> {
        let mut sql = Sql::new(
            "SELECT t.system_id, t.call_key, t.customer_id FROM answer_link k JOIN task t ON t.id = k.task_id \
             WHERE k.used_at IS NULL AND k.hash = ",
        );
        sql.bind(self.0.to_vec()).push(" AND k.expires_at > ").bind(r.now());
        sql.push(" AND (t.finished_at IS NULL OR t.outcome = 'SUPERSEDED')");
        Ok(r.rows(sql, |row: &Asked| Touch::of(row.customer_id)).await?.pop())
    }
}

/// Why a holder keeps what they were asked to dispose of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptFor {
    /// Art. 17(3)(b)
    LegalObligation,
    /// Art. 17(3)(e)
    LegalClaims,
    /// Art. 17(3)(c), (d)
    PublicInterest,
    /// One that they have to be asked for.
    Another,
}

impl KeptFor {
    const fn word(self) -> &'static str {
        match self {
            Self::LegalObligation => "LEGAL_OBLIGATION",
            Self::LegalClaims => "LEGAL_CLAIMS",
            Self::PublicInterest => "PUBLIC_INTEREST",
            Self::Another => "ANOTHER",
        }
    }
}

/// What a third party says by a link. Nothing in words of their own: those may be about the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaidByLink {
    Done,
    NothingFound,
    Kept(KeptFor),
}

/// Takes in what a third party says by a link: once, and then no link about that task is good any more.
#[derive(Clone, Debug)]
pub struct AnswerByLink {
    pub catalog: Arc<Catalog>,
    pub hash: [u8; 32],
    pub said: SaidByLink,
}

impl Command for AnswerByLink {
    const ACTION: Action = Action::HearThirdParty;
    type Output = ();

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        let nothing = || Stop::from(Refusal::new(Code::NotFound, "This link is used, or too old."));
        let catalog = catalog::held(w, &self.catalog).await?;
        let find = || answer_link::Entity::find_by_id(self.hash.to_vec());
        let link = w.one(find()).await?.ok_or_else(nothing)?;
        w.lock(customer::Entity::find_by_id(link.customer_id)).await?.ok_or_else(nothing)?;
        let row = w.lock(task::Entity::find_by_id(link.task_id)).await?.ok_or_else(nothing)?;
        // Once more, as somebody may have used it a moment ago.
        let link = w.one(find()).await?.ok_or_else(nothing)?;
        let called_off = row.outcome == Some(TaskOutcome::Superseded);
        if link.used_at.is_some() || link.expires_at <= w.now() || (row.finished_at.is_some() && !called_off)
        {
            return Err(nothing());
        }
        w.about(Target::customer(row.customer_id));
        let mut sql = Sql::new("UPDATE answer_link SET used_at = ");
        sql.bind(w.now()).push(" WHERE used_at IS NULL AND task_id = ").bind(row.id.0);
        w.execute(sql).await?;
        let came = self.said.came(row.call_key, w.now());
        // A reminder that is being sent comes too late to matter.
        let running = row.state == TaskState::Running;
        let lease = row.lease + i64::from(running);
        let state = if running { TaskState::AwaitingThirdParty } else { row.state };
        settle(w, &catalog, task::Model { lease, state, ..row }, Heard { came, later: true }).await.map(drop)
    }
}

impl SaidByLink {
    fn came(self, case: Uuid, at: chrono::DateTime<chrono::Utc>) -> Result<Answer, Failure> {
        let evidence = |status: &str| Evidence::Confirmed {
            document: json!({ "status": status, "subjectRequestId": case, "proof": { "link": true } }),
            at,
        };
        match self {
            Self::Done => Ok(Answer::Done(evidence("completed"))),
            Self::NothingFound => Ok(Answer::NothingFound(evidence("not_found"))),
            Self::Kept(KeptFor::Another) => {
                let message = "They keep it on another ground than those that can be chosen: ask them which.";
                Err(Failure::Lasting { message: message.to_owned() })
            }
            Self::Kept(ground) => {
                Ok(Answer::Kept { ground: ground.word().to_owned(), evidence: evidence("kept") })
            }
        }
    }
}

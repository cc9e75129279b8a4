//! After a restored backup: whoever the ledger says was erased, and who is here again, is erased again.

use super::{
    again::{EraseAgain, RememberAgain},
    keeper::blocking,
};
use crate::{
    access::{Door, Inquiry, Reader, Sql, Stop},
    domain::{catalog::Catalog, customer::Hash},
    ledger::{Entries, Intent, Ledger},
    policy::{Action, Target},
};
use entity::ids::CustomerId;
use sea_orm::FromQueryResult;
use std::{collections::BTreeSet, sync::Arc};

/// Entries that are looked at together.
const AT_ONCE: usize = 500;

/// What came of an entry that asks for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They were here again, and are gone.
    Erased,
    /// They are here again.
    Here,
    /// They are here again, and could not be erased.
    Failed(String),
    /// It was intended, and nothing says that it was done: nobody but a person can tell what is right.
    Unfinished,
}

/// What it came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Entries of the ledger that were carried out once.
    pub entries: u64,
    /// Customers of those who were here.
    pub here_again: u64,
    pub failed: u64,
    /// Entries that nothing says were carried out.
    pub unfinished: u64,
    /// The numbers of lines that broke off.
    pub torn: Vec<u64>,
}

/// Goes through the whole ledger.
#[derive(Clone, Debug)]
pub struct Replay {
    pub door: Arc<Door>,
    pub catalog: Arc<Catalog>,
    pub ledger: Arc<Ledger>,
    pub dry_run: bool,
}

impl Replay {
    /// Erases again whoever was erased and is here, and tells of each; of a dry run, who that would be. A customer who came
    /// back and registered is another one, with another id, and stays.
    ///
    /// # Errors
    /// When the ledger or the database fails. Of one that cannot be erased `tell` is told, and the others go on.
    pub async fn run(&self, mut tell: impl FnMut(&Intent, &Outcome)) -> Result<Replayed, Stop> {
        let mut told = Replayed::default();
        let ledger = self.ledger.clone();
        let Some(mut entries) = blocking(move || ledger.entries()).await? else { return Ok(told) };
        loop {
            let (some, rest) = blocking(move || next(entries)).await?;
            entries = rest;
            if some.is_empty() {
                break;
            }
            told.entries += some.len() as u64;
            self.remember(&some).await?;
            let customers = some.iter().map(|intent| intent.customer).collect::<Vec<_>>();
            let access = self.door.program("ledger", "findReturned");
            let here = access.read(AreHere { customers, gone: false }).await?;
            let here = here.into_iter().collect::<BTreeSet<_>>();
            for intent in some.iter().filter(|intent| here.contains(&intent.customer)) {
                let outcome = self.again(intent).await;
                told.here_again += 1;
                told.failed += u64::from(matches!(outcome, Outcome::Failed(_)));
                tell(intent, &outcome);
            }
        }
        let left = entries.left();
        told.torn = left.torn;
        for intent in &left.open {
            told.unfinished += 1;
            tell(intent, &Outcome::Unfinished);
        }
        Ok(told)
    }

    async fn again(&self, intent: &Intent) -> Outcome {
        if self.dry_run {
            return Outcome::Here;
        }
        let (catalog, becomes) = (self.catalog.clone(), intent.becomes);
        let command = EraseAgain { catalog, customer: intent.customer, becomes };
        match self.door.program("ledger", "eraseAgain").write(command).await {
            Ok(_) => Outcome::Erased,
            Err(error) => Outcome::Failed(error.to_string()),
        }
    }

    async fn remember(&self, some: &[Intent]) -> Result<(), Stop> {
        let hashes = some.iter().flat_map(|intent| &intent.lookups);
        let hashes = hashes
            .filter_map(|(kind, hex)| Some((*kind, hex::decode(hex).ok().filter(|hash| hash.len() == 32)?)))
            .collect::<Vec<Hash>>();
        if self.dry_run || hashes.is_empty() {
            return Ok(());
        }
        self.door.program("ledger", "rememberErased").write(RememberAgain(hashes)).await
    }
}

fn next(mut entries: Entries) -> std::io::Result<(Vec<Intent>, Entries)> {
    Ok((entries.done(AT_ONCE)?, entries))
}

/// Those of these customers who are gone, or who are here and are not.
#[derive(Clone, Debug)]
pub(super) struct AreHere {
    pub customers: Vec<CustomerId>,
    pub gone: bool,
}

#[derive(FromQueryResult)]
struct Id {
    id: CustomerId,
}

impl Inquiry for AreHere {
    const ACTION: Action = Action::KeepErasures;
    type Output = Vec<CustomerId>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<CustomerId>, Stop> {
        let mut sql = Sql::new("SELECT id FROM customer WHERE disposed_as IS ");
        sql.push(if self.gone { "NOT NULL" } else { "NULL" }).push(" AND id IN ");
        sql.list(self.customers.iter().map(|id| id.0));
        Ok(r.numbers::<Id>(sql).await?.into_iter().map(|row| row.id).collect())
    }
}

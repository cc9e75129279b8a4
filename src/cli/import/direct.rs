//! Into the database at hand, by whoever runs the server: on record as the program's own doing.

use super::sink::{Batch, Begun, Came, is_of_a_row, kept_out};
use crate::{
    access::{Access, Door, Engine, Stop, SystemClock, engine},
    cli::{catalog, client::TRY_AGAIN, connectors, database, failure::Failure, keys},
    config::Config,
    connector::Connectors,
    domain::{
        catalog::Catalogs,
        consent::ImportConsents,
        customer::ImportCustomers,
        data_location::ImportDataLocations,
        demo::Seed,
        import::{BeginImport, Chunk, FinishImport, Imported, RowRefusal},
        master_key::UseMasterKeys,
        subscription::ImportSubscriptions,
    },
    rows::Rows,
    server::NotStarted,
};
use entity::{enums::ImportKind, ids::ImportId};
use std::sync::Arc;

/// A database that is open.
#[derive(Clone, Debug)]
pub(super) struct Direct {
    door: Arc<Door>,
    catalogs: Arc<Catalogs>,
    connectors: Arc<Connectors>,
    engine: Engine,
}

impl Direct {
    /// Opens the one of the configuration.
    pub(super) async fn open(config: &Config) -> Result<Self, Failure> {
        let settings = database::settings(config);
        database::must_be_there(&settings).await?;
        let (master_keys, _) = keys::master(config, false)?;
        let door =
            Door::open(&settings, master_keys, Box::new(SystemClock)).await.map_err(database::failure)?;
        let used = door.program("setup", "useMasterKeys").write(UseMasterKeys).await;
        used.map_err(|stop| database::not_started(NotStarted::of_keys(stop)))?;
        // A database that nobody has served yet has nothing to begin with.
        door.program("setup", "seedCatalog").write(Seed).await.map_err(failed)?;
        let catalogs = Arc::new(Catalogs::load(&door).await.map_err(failed)?);
        let connectors = Arc::new(connectors::reach(config)?);
        Ok(Self { door, catalogs, connectors, engine: engine(&settings) })
    }

    fn access(&self, operation: &str) -> Access {
        self.door.program("import", operation)
    }

    pub(super) async fn begin(&self, kind: ImportKind, digest: &str, again: bool) -> Result<Begun, Failure> {
        let begin = BeginImport { kind, digest: digest.to_owned(), again };
        let begun = self.access("beginImport").write(begin).await.map_err(failed)?;
        Ok(Begun {
            id: begun.import.id.to_string(),
            finished_at: begun.import.finished_at,
            zone: self.catalogs.current().zone(),
            next: begun.next,
            done: begun.done.into_iter().map(|one| (one.number, one.rejected)).collect(),
            counts: begun.counts.into(),
        })
    }

    pub(super) async fn bring_in(&self, batch: Batch) -> Result<Came, Failure> {
        let catalog = self.catalogs.current();
        let Batch { import, number, rows, unread, strict, dry_run } = batch;
        let import = id(&import)?;
        macro_rules! chunk {
            ($rows:ident) => {
                Chunk { import, number, rows: $rows, unread, strict, dry_run }
            };
        }
        let imported = match rows {
            Rows::Customers(rows) => {
                self.access("importCustomers").write(ImportCustomers { catalog, chunk: chunk!(rows) }).await
            }
            Rows::Subscriptions(rows) => {
                self.access("importSubscriptions")
                    .write(ImportSubscriptions { catalog, chunk: chunk!(rows) })
                    .await
            }
            Rows::Consents(rows) => {
                self.access("importConsents").write(ImportConsents { catalog, chunk: chunk!(rows) }).await
            }
            Rows::DataLocations(rows) => {
                self.access("importDataLocations")
                    .write(ImportDataLocations { catalog, chunk: chunk!(rows) })
                    .await
            }
        };
        match imported {
            Err(Stop::Refused(refusals)) if strict && refusals.iter().all(|one| is_of_a_row(&one.field)) => {
                Ok(kept_out(refusals.into_iter().map(|one| (one.field, one.message)).collect()))
            }
            imported => Ok(came(imported.map_err(failed)?)),
        }
    }

    pub(super) async fn finish(&self, import: &str, chunks: i32) -> Result<(), Failure> {
        let finish = FinishImport { import: id(import)?, chunks };
        self.access("finishImport").write(finish).await.map_err(failed)?;
        Ok(())
    }

    /// Where its reference data is changed.
    pub(super) fn reference_data(&self) -> catalog::Direct {
        catalog::Direct::over(self.door.clone(), self.connectors.clone())
    }

    /// Goes by reference data that was changed.
    pub(super) async fn renew(&self) -> Result<(), Failure> {
        self.catalogs.refresh().await.map_err(failed)?;
        Ok(())
    }

    /// `SQLite` has one writer, which nobody else need wait for longer than one batch takes.
    pub(super) fn lanes(&self) -> usize {
        match self.engine {
            Engine::Sqlite => 1,
            Engine::Postgres => 4,
        }
    }

    pub(super) async fn close(self) {
        drop(self.catalogs);
        self.connectors.close().await;
        self.door.close().await;
    }
}

fn id(text: &str) -> Result<ImportId, Failure> {
    let id = text.parse::<uuid::Uuid>().map_err(Failure::new)?;
    Ok(ImportId(id))
}

fn came(imported: Imported) -> Came {
    let Imported { counts, refusals, before: _ } = imported;
    let refused =
        |RowRefusal { row, refusal }: RowRefusal| (row, refusal.field.last().cloned(), refusal.message);
    Came { counts: counts.into(), refused: refusals.into_iter().map(refused).collect(), kept_out: false }
}

/// What to say when the database did not do it.
fn failed(stop: Stop) -> Failure {
    match stop {
        Stop::Refused(refusals) => {
            let told =
                refusals.iter().take(20).map(|one| format!("{}: {}", one.field.join("."), one.message));
            Failure::new(told.collect::<Vec<_>>().join("\n  "))
        }
        Stop::Denied(no) => Failure::new(no),
        Stop::Broken(broken) => Failure::new(broken)
            .hint("what is brought in so far stays: run the same command again to go on")
            .with_code(TRY_AGAIN),
    }
}

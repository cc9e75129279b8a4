//! The reference data of a database at hand, for the operator on the server. The log names the program's own part.

use super::import::{ImportFailure, ReferenceData, Refused};
use crate::{
    access::{Door, Stop, SystemClock},
    cli::{connectors, database, failure::Failure, keys},
    config::Config,
    connector::Connectors,
    domain::{
        catalog_document::{Document, ExportCatalog, ImportCatalog, Imported, Powers},
        demo::Seed,
    },
};
use serde_json::json;
use std::sync::Arc;

/// A database at hand.
#[derive(Debug)]
pub struct Direct {
    door: Arc<Door>,
    connectors: Arc<Connectors>,
}

impl Direct {
    /// Opens the database of these settings, which must be up to date. No master key is needed: nobody's profile is read.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn open(config: &Config) -> Result<Self, Failure> {
        let settings = database::settings(config);
        database::must_be_there(&settings).await?;
        let connectors = Arc::new(connectors::reach(config)?);
        let door = Door::open(&settings, keys::none()?, Box::new(SystemClock)).await;
        Ok(Self { door: door.map_err(database::failure)?, connectors })
    }

    /// Over a door that is open already.
    #[must_use]
    pub fn over(door: Arc<Door>, connectors: Arc<Connectors>) -> Self {
        Self { door, connectors }
    }

    /// Closes the database.
    pub async fn close(self) {
        self.connectors.close().await;
        self.door.close().await;
    }
}

impl ReferenceData for Direct {
    async fn export(&self) -> Result<Document, Failure> {
        Ok(self.door.program("export", "exportCatalog").read(ExportCatalog).await?)
    }

    async fn import(
        &self,
        document: &Document,
        expected_hash: Option<&str>,
        dry_run: bool,
    ) -> Result<Imported, ImportFailure> {
        // A database that nobody has served yet has nothing to begin with.
        self.door.program("setup", "seedCatalog").write(Seed).await?;
        let command = ImportCatalog {
            document: json!(document),
            expected_hash: expected_hash.map(str::to_owned),
            dry_run,
            powers: Powers::of_the_operator(),
            connectors: self.connectors.clone(),
        };
        match self.door.program("import", "importCatalog").write(command).await {
            Ok(imported) => Ok(imported),
            Err(Stop::Refused(refusals)) => {
                let refused = refusals.into_iter().map(|one| Refused {
                    code: one.code.word().to_owned(),
                    message: one.message,
                    field: one.field,
                });
                Err(ImportFailure::Refused(refused.collect()))
            }
            Err(stop) => Err(stop.into()),
        }
    }
}

//! The reference data behind a server's API, for whoever has a token for it.

use super::import::{ImportFailure, ReferenceData, Refused};
use crate::{
    cli::{client, failure::Failure},
    client::{Again, Client, ClientError, Question},
    domain::catalog_document::{CatalogChange, Document, EntryName, Imported},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// A server.
#[derive(Debug)]
pub(in crate::cli) struct Remote<'a>(pub &'a Client);

const DOCUMENT: Question =
    Question { document: "{ catalogDocument }", field: "catalogDocument", again: Again::Safe };

/// What would change, by the page.
const CHANGES: Question = Question {
    document: "mutation ($input: ImportCatalogInput!, $after: String) { importCatalog(input: $input) { hash unchanged \
               page: changes(first: 200, after: $after) { nodes { kind key change fields { field from to } } \
               pageInfo { hasNextPage endCursor } } userErrors { code message field } } }",
    field: "importCatalog",
    again: Again::Safe,
};

/// What is in use and not in the document, by the page.
const OTHERS: Question = Question {
    document: "mutation ($input: ImportCatalogInput!, $after: String) { importCatalog(input: $input) { hash unchanged \
               page: notInDocument(first: 200, after: $after) { nodes { kind key } \
               pageInfo { hasNextPage endCursor } } userErrors { code message field } } }",
    field: "importCatalog",
    again: Again::Safe,
};

/// Done twice, the second time finds other changes than were agreed on.
const IMPORT: Question = Question {
    document: "mutation ($input: ImportCatalogInput!) { importCatalog(input: $input) { hash \
               userErrors { code message field } } }",
    field: "importCatalog",
    again: Again::Unsafe,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    nodes: Vec<T>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Part<T> {
    hash: String,
    unchanged: usize,
    page: Page<T>,
}

#[derive(Deserialize)]
struct Done {
    hash: String,
}

impl Remote<'_> {
    /// All pages of a dry run, with its hash and how many entries are so already.
    async fn pages<T: DeserializeOwned>(
        &self,
        question: &Question,
        document: &Document,
    ) -> Result<(Vec<T>, String, usize), ImportFailure> {
        let (mut all, mut after) = (Vec::new(), None::<String>);
        loop {
            let variables = json!({ "input": { "document": document, "dryRun": true }, "after": after });
            let part: Part<T> = self.0.ask(question, variables).await.map_err(failure)?;
            all.extend(part.page.nodes);
            after = part.page.page_info.end_cursor;
            if !part.page.page_info.has_next_page || after.is_none() {
                return Ok((all, part.hash, part.unchanged));
            }
        }
    }
}

impl ReferenceData for Remote<'_> {
    async fn export(&self) -> Result<Document, Failure> {
        let document: Value = self.0.ask(&DOCUMENT, json!({})).await.map_err(forbidden)?;
        Document::read(&document).map_err(|_| {
            Failure::new("the server's reference data has another form: is it of another version?")
        })
    }

    async fn import(
        &self,
        document: &Document,
        expected_hash: Option<&str>,
        dry_run: bool,
    ) -> Result<Imported, ImportFailure> {
        let (changes, hash, unchanged) = self.pages::<CatalogChange>(&CHANGES, document).await?;
        let (not_in_document, _, _) = self.pages::<EntryName>(&OTHERS, document).await?;
        let shown = Imported { changes, unchanged, not_in_document, hash };
        if dry_run {
            return Ok(shown);
        }
        let expected = expected_hash.unwrap_or(&shown.hash);
        let input = json!({ "input": { "document": document, "expectedHash": expected } });
        let done: Done = self.0.ask(&IMPORT, input).await.map_err(failure)?;
        Ok(Imported { hash: done.hash, ..shown })
    }
}

fn failure(error: ClientError) -> ImportFailure {
    match error {
        ClientError::Refused(refused) => {
            let one = |one: crate::client::UserError| Refused {
                code: one.code,
                message: one.message,
                field: one.field.unwrap_or_default(),
            };
            ImportFailure::Refused(refused.into_iter().map(one).collect())
        }
        error => ImportFailure::Failed(forbidden(error)),
    }
}

fn forbidden(error: ClientError) -> Failure {
    if error.code() == Some("FORBIDDEN") {
        return Failure::new(error).hint(
            "the token needs the role ADMIN or COMPLIANCE, or SERVICE with the scopes importCatalog and catalogDocument",
        );
    }
    client::failure(error)
}

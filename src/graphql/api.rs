//! Answers a GraphQL request: within its budget, through the caller's session, released once it is on record.

use super::{
    Over, budget,
    complete::{Shapes, ask_what_is_there},
    context::Request,
    documents::Documents,
    error::{bad_input, coded},
    job::{Followed, Subscription},
    known,
    lengths::length,
    merge,
    root::{Mutation, OPERATIONS, Query},
    scalars::explained,
    unset,
};
use crate::{
    access::{Released, Session, Stop},
    connector::Connectors,
    domain::{catalog::Catalogs, erasure::Erasures},
};
use async_graphql::{
    Error, PathSegment, Pos, Response, SDLExportOptions, Schema, ServerError, ValidationMode, Value,
    Variables,
    parser::types::{
        DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};
use entity::enums::AuditKind;
use futures::StreamExt;
use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};

type Root = Schema<Query, Mutation, Subscription>;

fn schema() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    // A suggestion tells somebody who guesses field names which ones there are.
    Schema::build(Query::default(), Mutation::default(), Subscription).disable_suggestions()
}

/// The schema as text: the committed `schema.graphql` is exactly this.
#[must_use]
pub fn sdl() -> String {
    let style =
        SDLExportOptions::new().include_specified_by().prefer_single_line_descriptions().use_space_ident();
    schema().finish().sdl_with_options(style)
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    Executed,
    Malformed,
    ParseFailed,
    ValidationFailed,
    TooComplex,
    NotAllowedOverGet,
    Unavailable,
}

/// An answer, and what became of the request.
#[derive(Debug)]
pub struct Answered {
    pub response: Response,
    pub became: Became,
}

/// What is asked.
#[derive(Debug)]
pub struct Question {
    pub document: String,
    pub operation_name: Option<String>,
    pub variables: Variables,
    /// By GET: nothing may be changed, and nothing personal may be in the text.
    pub over_get: bool,
    /// It is to be followed, and not asked once. Here it is said what was told.
    pub follows: Option<Arc<Followed>>,
}

/// The GraphQL API. Holds the schema and lets nobody execute it but through [`Api::answer`].
#[derive(Clone)]
pub struct Api {
    schema: Root,
    /// The same without validation, for documents that were found valid before.
    unchecked: Root,
    introspection: bool,
    /// What the schema says of types, for the cost of a document and for completing results.
    shapes: Arc<Shapes>,
    documents: Arc<Documents>,
    catalogs: Arc<Catalogs>,
    connectors: Arc<Connectors>,
    erasures: Arc<Erasures>,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Api")
    }
}

/// A request that is not carried out.
struct Refused {
    became: Became,
    error: Error,
    code: &'static str,
}

impl Api {
    /// The API over the reference data at hand.
    ///
    /// # Errors
    /// Not in a released program: a test reads the schema's text.
    pub fn new(
        catalogs: Arc<Catalogs>,
        connectors: Arc<Connectors>,
        erasures: Arc<Erasures>,
        introspection: bool,
    ) -> Result<Self, async_graphql::parser::Error> {
        let build = |mode| {
            let builder = schema().validation_mode(mode);
            if introspection { builder } else { builder.disable_introspection() }.finish()
        };
        let schema = build(ValidationMode::Strict);
        let sdl = schema.sdl();
        Ok(Self {
            shapes: Arc::new(Shapes::of_sdl(&sdl)?),
            schema,
            introspection,
            unchecked: build(ValidationMode::Fast),
            documents: Arc::new(Documents::new()),
            catalogs,
            connectors,
            erasures,
        })
    }

    /// The answer to a caller who was identified. It leaves once what was read for it is on record.
    pub async fn answer(&self, mut session: Session, question: Question) -> Released<Answered> {
        let stated = self.check_purpose(&mut session);
        match stated.and_then(|()| self.prepare(&question)) {
            Ok(parsed) => self.execute(session, question, &parsed).await,
            Err(Refused { became, error, code }) => {
                let parsed = self.documents.get_or_parse(&question.document).ok();
                let operation = parsed.as_ref().and_then(|parsed| {
                    Some((&parsed.document, operation(&parsed.document, question.operation_name.as_deref())?))
                });
                let (name, kind) = operation.map_or(("graphql", AuditKind::Read), filed_under);
                session.failed(name, kind, code, refusal(became, error), unavailable).await
            }
        }
    }

    /// The answer to a caller who was identified, and whose request is malformed.
    pub async fn refuse(&self, mut session: Session, error: ServerError) -> Released<Answered> {
        // One thing wrong is enough to say; still, the log is no place for a caller's own words.
        let _ = self.check_purpose(&mut session);
        let response = Response::from_errors(vec![error]);
        let answered = Answered { response, became: Became::Malformed };
        session.failed("graphql", AuditKind::Read, "BAD_USER_INPUT", answered, unavailable).await
    }

    /// A purpose that there is not goes no further: the log is no place for a caller's own words.
    fn check_purpose(&self, session: &mut Session) -> Result<(), Refused> {
        let catalog = self.catalogs.current();
        let known = |purpose: &str| catalog.purposes.get(purpose).is_some_and(|row| row.retired_at.is_none());
        if session.caller().purpose.as_deref().is_none_or(known) {
            return Ok(());
        }
        session.forget_purpose();
        let error = bad_input("Access-Purpose", "There is no such purpose: `purposes` lists them.");
        Err(Refused { became: Became::ValidationFailed, error, code: "BAD_USER_INPUT" })
    }

    fn prepare(&self, question: &Question) -> Result<Arc<super::documents::Parsed>, Refused> {
        let parsed = self.documents.get_or_parse(&question.document).map_err(|failed| {
            let code = failed.code();
            let became = match code {
                "QUERY_TOO_COMPLEX" => Became::TooComplex,
                "GRAPHQL_VALIDATION_FAILED" => Became::ValidationFailed,
                _ => Became::ParseFailed,
            };
            Refused { became, error: coded(code, &failed.to_string()), code }
        })?;
        let Some(operation) = operation(&parsed.document, question.operation_name.as_deref()) else {
            let message = "Name one of the document's operations with `operationName`.";
            return Err(invalid(message));
        };
        if let Some(name) = missing_variable(operation, &question.variables) {
            return Err(invalid(&format!("The variable ${name} needs a value.")));
        }
        match (operation.ty == OperationType::Subscription, question.follows.is_some()) {
            (true, false) => {
                return Err(invalid("Subscriptions go to /graphql/ws, by graphql-transport-ws."));
            }
            (false, true) => return Err(invalid("Only subscriptions are answered here: ask at /graphql.")),
            (true, true) if !names_one_field(operation) => {
                return Err(invalid("A subscription has exactly one root field, and no fragment around it."));
            }
            _ => {}
        }
        if !self.introspection && asks_of_the_schema(&parsed.document, operation) {
            return Err(invalid("Introspection is switched off here: the schema is in `schema.graphql`."));
        }
        if question.over_get && operation.ty == OperationType::Mutation {
            let error = coded("BAD_USER_INPUT", "Send mutations by POST.");
            return Err(Refused { became: Became::NotAllowedOverGet, error, code: "BAD_USER_INPUT" });
        }
        if operation.ty == OperationType::Mutation && repeats(&root_fields(&parsed.document, operation)) {
            // The executor would carry it out twice and answer once.
            return Err(invalid(
                "Give every mutation in a request a name of its own: `first: registerCustomer(…)`.",
            ));
        }
        let catalog = self.catalogs.current();
        let length = |of: &str, field: &str| length(&catalog, of, field);
        budget::cost(&parsed.document, operation, &question.variables, &self.shapes, &length).map_err(
            |complex| {
                let code = complex.code();
                Refused { became: Became::TooComplex, error: coded(code, &complex.to_string()), code }
            },
        )?;
        if !parsed.valid.load(Ordering::Relaxed)
            && let Err(conflict) = merge::check(&parsed.document, operation, &self.shapes)
        {
            return Err(invalid(&conflict.to_string()));
        }
        Ok(parsed)
    }

    #[expect(clippy::disallowed_methods, reason = "here answers are executed, and released below")]
    async fn execute(
        &self,
        session: Session,
        question: Question,
        parsed: &super::documents::Parsed,
    ) -> Released<Answered> {
        let over = Over { get: question.over_get };
        let operation = operation(&parsed.document, question.operation_name.as_deref());
        let variables = with_defaults(question.variables, operation);
        let context = Arc::new(Request::new(
            session,
            self.catalogs.clone(),
            self.connectors.clone(),
            self.erasures.clone(),
        ));
        let mut request = async_graphql::Request::new(question.document).variables(variables.clone());
        request.operation_name.clone_from(&question.operation_name);
        let mut asked = parsed.document.clone();
        ask_what_is_there(&mut asked);
        let unset = operation.map(|operation| unset::names(operation, &variables)).unwrap_or_default();
        if !unset.is_empty() {
            unset::leave_out(&mut asked, &unset);
        }
        request.set_parsed_query(asked);
        let known = parsed.valid.load(Ordering::Relaxed);
        let plain = operation.is_some_and(|operation| known::are_plain(operation, &variables));
        let schema = if known && plain && unset.is_empty() { &self.unchecked } else { &self.schema };
        let request = request.data(context.clone()).data(over);
        let mut response = match question.follows {
            None => schema.execute(request).await,
            // What is followed gives one answer, and is asked again.
            Some(followed) => {
                let mut answers = schema.execute_stream(request.data(followed));
                answers.next().await.unwrap_or_default()
            }
        };

        let session = &context.session;
        let (name, kind) = operation
            .map_or(("graphql", AuditKind::Read), |operation| filed_under((&parsed.document, operation)));
        // Without a path, an error is about the request as a whole, and nothing was executed.
        if !response.errors.is_empty() && response.errors.iter().all(|error| error.path.is_empty()) {
            let code = "GRAPHQL_VALIDATION_FAILED";
            for error in &mut response.errors {
                set_code(error, code);
                if let Some(explained) = explained(&error.message) {
                    error.message = explained;
                }
            }
            response.data = Value::Null;
            let answered = Answered { response, became: Became::ValidationFailed };
            return session.failed(name, kind, code, answered, unavailable).await;
        }
        // With one operation, another name cannot mean another part of the document; what was left out was not looked at.
        if unset.is_empty() && matches!(parsed.document.operations, DocumentOperations::Single(_)) {
            parsed.valid.store(true, Ordering::Relaxed);
        }
        response.errors.iter_mut().for_each(|error| set_code(error, "BAD_USER_INPUT"));
        let request_id = &session.caller().request_id;
        response.errors.iter_mut().for_each(|error| say_where_to_look(error, request_id));
        if let Some(operation) = operation {
            let data = std::mem::take(&mut response.data);
            response.data =
                self.shapes.complete(&parsed.document, operation, &variables, data, &response.errors);
            let fields = root_fields(&parsed.document, operation);
            for error in &response.errors {
                // An argument that could not be read ended the field before it asked for anything more.
                let field = root_key(error).and_then(|key| fields.iter().find(|(known, _)| known == key));
                if let Some((key, field)) = field {
                    // What failed below was a question about what is there, or has just been made.
                    let kind = if error.path.len() > 1 { AuditKind::Read } else { kind };
                    session.failed_root(key, field, kind, recorded_code(error));
                }
            }
        }
        session.release(Answered { response, became: Became::Executed }, unavailable).await
    }
}

fn invalid(message: &str) -> Refused {
    let code = "GRAPHQL_VALIDATION_FAILED";
    Refused { became: Became::ValidationFailed, error: coded(code, message), code }
}

fn refusal(became: Became, error: Error) -> Answered {
    let mut error = error.into_server_error(Pos::default());
    error.locations.clear();
    Answered { response: Response::from_errors(vec![error]), became }
}

/// What goes instead when an answer could not be put on record.
fn unavailable(_: &Stop) -> Answered {
    let message = "This cannot be put on record right now, and so it is not answered: try again shortly.";
    refusal(Became::Unavailable, coded("UNAVAILABLE", message))
}

fn set_code(error: &mut ServerError, code: &str) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
}

/// What broke inside is told to the log only; the request id leads there.
fn say_where_to_look(error: &mut ServerError, request_id: &str) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_some_and(|code| *code == "INTERNAL".into()) {
        extensions.set("requestId", request_id);
    }
}

/// The code on record for an error that no operation has put there itself.
fn recorded_code(error: &ServerError) -> &'static str {
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    let ours = ["INTERNAL", "QUERY_TOO_COMPLEX", "UNAVAILABLE"];
    ours.into_iter().find(|known| code == Some(&Value::from(*known))).unwrap_or("BAD_USER_INPUT")
}

fn root_key(error: &ServerError) -> Option<&str> {
    match error.path.first() {
        Some(PathSegment::Field(key)) => Some(key),
        _ => None,
    }
}

/// The operation meant: the one of that name, or the only one.
fn operation<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Option<&'a OperationDefinition> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(&operation.node),
        (DocumentOperations::Multiple(operations), Some(name)) => {
            operations.get(name).map(|found| &found.node)
        }
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next().map(|found| &found.node)
        }
        (DocumentOperations::Single(_), Some(_)) | (DocumentOperations::Multiple(_), None) => None,
    }
}

/// The variables sent, and the operation's own defaults for the others, which the executor forgets in `@include`.
fn with_defaults(mut variables: Variables, operation: Option<&OperationDefinition>) -> Variables {
    for definition in operation.map(|operation| &operation.variable_definitions).into_iter().flatten() {
        let name = &definition.node.name.node;
        if let (false, Some(default)) = (variables.contains_key(name), &definition.node.default_value) {
            variables.insert(name.clone(), default.node.clone());
        }
    }
    variables
}

fn asks_of_the_schema(document: &ExecutableDocument, operation: &OperationDefinition) -> bool {
    root_fields(document, operation).iter().any(|(_, field)| field == "__schema" || field == "__type")
}

/// A variable that must have a value and has none (GraphQL, 6.1.2). The executor would find out only where it is used,
/// and what a mutation does before that would stand.
fn missing_variable<'a>(operation: &'a OperationDefinition, variables: &Variables) -> Option<&'a str> {
    let missing =
        operation.variable_definitions.iter().map(|definition| &definition.node).find(|definition| {
            let value = variables.get(&definition.name.node);
            let none = match value {
                None => definition.default_value.is_none(),
                Some(value) => *value == Value::Null,
            };
            none && !definition.var_type.node.nullable
        });
    missing.map(|definition| definition.name.node.as_str())
}

/// What a document goes by in the log that is not carried out: its root field, if it has only one, and that is one of
/// ours; the log is no place for a caller's own words.
fn filed_under(
    (document, operation): (&ExecutableDocument, &OperationDefinition),
) -> (&'static str, AuditKind) {
    let kind = if operation.ty == OperationType::Mutation { AuditKind::Write } else { AuditKind::Read };
    let name = match &root_fields(document, operation)[..] {
        [(_, only)] => OPERATIONS.iter().find(|(known, _)| known == only).map(|(known, _)| *known),
        _ => None,
    };
    (name.unwrap_or("graphql"), kind)
}

/// Whether an operation is one field and nothing else, in whatever way it is written.
fn names_one_field(operation: &OperationDefinition) -> bool {
    let plain = |selection: &Selection| match selection {
        Selection::Field(field) => field.node.directives.is_empty(),
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => false,
    };
    matches!(&operation.selection_set.node.items[..], [one] if plain(&one.node))
}

fn repeats(fields: &[(String, String)]) -> bool {
    let keys = fields.iter().map(|(key, _)| key).collect::<HashSet<_>>();
    keys.len() < fields.len()
}

/// The root fields of an operation, as (name in the answer, name in the schema).
fn root_fields(document: &ExecutableDocument, operation: &OperationDefinition) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    collect(document, &operation.selection_set.node, &mut fields);
    fields
}

fn collect(document: &ExecutableDocument, set: &SelectionSet, fields: &mut Vec<(String, String)>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                fields.push((field.node.response_key().node.to_string(), field.node.name.node.to_string()));
            }
            Selection::InlineFragment(fragment) => {
                collect(document, &fragment.node.selection_set.node, fields);
            }
            Selection::FragmentSpread(spread) => {
                // The budget has refused fragments that lead back to themselves.
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    collect(document, &fragment.node.selection_set.node, fields);
                }
            }
        }
    }
}

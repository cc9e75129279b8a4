//! What the fields of a JSON file mean, as JSON-LD 1.1 says it: in the file itself, so that nobody has to ask another host.

use super::Part;
use crate::domain::report::{Column, ColumnKind, Table};
use entity::enums::ReportKind;
use serde_json::{Map, Value, json};

/// What has no name elsewhere is called by its own key, after this.
pub(super) const OWN: &str = "urn:kartotek:report#";

/// Short names of vocabularies.
pub(super) const PREFIXES: [(&str, &str); 5] = [
    ("dpv", "https://w3id.org/dpv#"),
    ("eu-gdpr", "https://w3id.org/dpv/legal/eu/gdpr#"),
    ("pd", "https://w3id.org/dpv/pd#"),
    ("dct", "http://purl.org/dc/terms/"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// What the whole is, where a vocabulary has a word for it.
pub(super) const fn class(kind: ReportKind) -> Option<&'static str> {
    match kind {
        ReportKind::Ropa => Some("dpv:ROPA"),
        ReportKind::Incident => Some("eu-gdpr:DataBreachReport"),
        _ => None,
    }
}

/// A term as an IRI.
pub(super) fn iri(term: &str) -> String {
    let known = term.split_once(':').and_then(|(short, name)| {
        let (_, long) = PREFIXES.iter().find(|(prefix, _)| *prefix == short)?;
        Some(format!("{long}{name}"))
    });
    known.unwrap_or_else(|| term.to_owned())
}

/// The context of a file of these parts. Columns mean something only within their table: another may have one of the same key.
pub(super) fn context(parts: &[Part<'_>]) -> Value {
    let mut context = Map::new();
    context.insert("@version".to_owned(), json!(1.1));
    context.insert("@vocab".to_owned(), json!(OWN));
    for (short, long) in PREFIXES {
        context.insert(short.to_owned(), json!(long));
    }
    context.insert("id".to_owned(), json!("@id"));
    context.insert("title".to_owned(), json!("dct:title"));
    context.insert("madeBy".to_owned(), json!("dct:creator"));
    context.insert("madeAt".to_owned(), json!({ "@id": "dct:created", "@type": "xsd:dateTime" }));
    for part in parts {
        if let Part::Table(table) = part {
            context.insert(table.key.to_owned(), of_table(table));
        }
    }
    Value::Object(context)
}

fn of_table(table: &Table) -> Value {
    let columns = table.columns.iter().map(|column| (column.key.to_owned(), of_column(column)));
    json!({ "@id": format!("{OWN}{}", table.key), "@context": columns.collect::<Map<_, _>>() })
}

/// Its words, if they have names elsewhere, mean those only here.
fn of_column(column: &Column) -> Value {
    let id = column.term.map_or_else(|| format!("{OWN}{}", column.key), str::to_owned);
    if !column.words.is_empty() {
        let words = column.words.iter().map(|(word, term)| ((*word).to_owned(), json!(term)));
        return json!({ "@id": id, "@type": "@vocab", "@context": words.collect::<Map<_, _>>() });
    }
    match kind(column.kind) {
        Some(kind) => json!({ "@id": id, "@type": kind }),
        None => json!({ "@id": id }),
    }
}

const fn kind(kind: ColumnKind) -> Option<&'static str> {
    match kind {
        ColumnKind::Text | ColumnKind::List => None,
        ColumnKind::Number => Some("xsd:integer"),
        ColumnKind::Moment => Some("xsd:dateTime"),
        ColumnKind::Day => Some("xsd:date"),
        ColumnKind::Flag => Some("xsd:boolean"),
    }
}

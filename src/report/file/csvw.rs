//! What the columns of a CSV file are, as the W3C's CSV on the Web says it, for a file beside it.

use super::{
    Totals,
    content::moment,
    csv::{SEPARATOR, name},
    json_ld::{OWN, iri},
    words::Words,
};
use crate::domain::report::{About, Column, ColumnKind, Table};
use serde_json::{Map, Value, json};

pub(super) fn description(about: &About, table: &Table, totals: &Totals) -> Value {
    let words = Words::of(about.locale);
    let own = |key: &str| format!("{OWN}{key}");
    let filter = about.filter.iter().map(|(name, value)| json!(format!("{name}: {value}")));
    let mut all = Map::new();
    let mut say = |key: &str, value: Value| all.insert(key.to_owned(), value);
    say("@context", json!(["http://www.w3.org/ns/csvw", { "@language": words.language }]));
    // Where the table is called something else, it is for whoever calls it so to say that here.
    say("url", json!("report.csv"));
    say("dc:title", json!(about.title));
    if let Some(company) = &about.company {
        say("dc:publisher", json!(company));
    }
    say("dc:creator", json!(about.made_by));
    say("dc:created", json!({ "@value": moment(about.made_at), "@type": "xsd:dateTime" }));
    say("dc:identifier", json!(format!("urn:uuid:{}", about.id)));
    say("dc:description", json!(words.safe));
    say(&own("filter"), filter.collect());
    say(&own("rows"), json!(totals.rows));
    say(&own("contentSha256"), json!(totals.content_sha256));
    let columns = table.columns.iter().map(|column| of_column(table, column)).collect::<Value>();
    say("tableSchema", json!({ "columns": columns }));
    Value::Object(all)
}

fn of_column(table: &Table, column: &Column) -> Value {
    let datatype = match column.kind {
        ColumnKind::Text | ColumnKind::List => json!("string"),
        ColumnKind::Number => json!("integer"),
        ColumnKind::Moment => json!("dateTime"),
        ColumnKind::Day => json!("date"),
        ColumnKind::Flag => json!({ "base": "boolean", "format": "yes|no" }),
    };
    // Of no language is what the file calls it, by which readers tell that this describes that column.
    let titles = json!({ "und": name(table, column), "sv": column.sv, "en": column.en });
    let mut told = Map::new();
    told.insert("name".to_owned(), json!(column.key));
    told.insert("titles".to_owned(), titles);
    told.insert("datatype".to_owned(), datatype);
    if column.kind == ColumnKind::List {
        told.insert("separator".to_owned(), json!(SEPARATOR));
    }
    if let Some(term) = column.term {
        told.insert("propertyUrl".to_owned(), json!(iri(term)));
    }
    Value::Object(told)
}

//! What was gathered for a customer as a page: one file, which needs nothing else to be read and printed.

use super::{export::Export, reply::Asked, words::Words};
use crate::domain::{catalog::Catalog, notice::say};
use entity::{enums::Locale, ids::CategoryKey};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Map, Value};

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}\
    table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}caption{text-align:left;font-weight:600;padding:.3rem 0}\
    th,td{border:1px solid #999;padding:.3rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
    p{white-space:pre-line}pre{white-space:pre-wrap;overflow-wrap:anywhere}";

impl Export {
    /// The page, which begins with the letter.
    #[must_use]
    pub fn html(&self, catalog: &Catalog, locale: Locale) -> String {
        let words = Words { catalog, locale };
        let title = words.title(self.reply.request.row.kind);
        let letter = self.reply.text(catalog, locale).unwrap_or_default();
        let page = html! {
            (DOCTYPE)
            html lang=(say!(locale, "sv", "en")) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width";
                    meta name="robots" content="noindex";
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    main {
                        h1 { (title) }
                        @for part in letter.split("\n\n").skip(1) { p { (part.trim_end()) } }
                        h2 { (say!(locale, "Uppgifterna", "The data")) }
                        @for asked in &self.reply.asked { (self.system(asked, words)) }
                    }
                }
            }
        };
        page.into_string()
    }

    fn system(&self, asked: &Asked, words: Words<'_>) -> Markup {
        html! {
            section {
                h3 { (words.place(asked.task.system_id)) }
                @if let Some(gathered) = self.of(asked) {
                    @for source in &gathered.0 { (of_source(source, words)) }
                } @else {
                    p { (say!(words.locale, "Inget härifrån.", "Nothing from here.")) }
                }
            }
        }
    }
}

/// A table for what has rows; whatever else somebody sent as they sent it.
fn of_source(source: &Value, words: Words<'_>) -> Markup {
    let Some(rows) = source.get("rows").and_then(Value::as_array) else {
        let document = source.get("document").unwrap_or(source);
        return html! { pre { (serde_json::to_string_pretty(document).unwrap_or_default()) } };
    };
    let categories = source.get("categories").and_then(Value::as_object);
    let mut columns = categories.into_iter().flat_map(Map::keys).collect::<Vec<_>>();
    columns.sort_unstable();
    let name = |column: &str| {
        let key = categories.and_then(|all| all.get(column)?.as_str());
        key.map_or_else(|| column.to_owned(), |key| words.name(&CategoryKey::from(key)))
    };
    html! {
        table {
            caption { (source.get("source").and_then(Value::as_str).unwrap_or_default()) }
            thead { tr { @for column in &columns { th scope="col" { (name(column)) " (" (column) ")" } } } }
            tbody {
                @for row in rows { tr { @for column in &columns { td { (shown(row.get(column.as_str()))) } } } }
            }
        }
    }
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

//! The document as people keep it: YAML.

use crate::domain::catalog_document::Document;

/// What stands above an export. No time: two exports of the same are the same file.
const HEAD: &str = "\
# Kartotek's reference data, as `kartotek export` of version VERSION writes it.
# Change it here and import it (`kartotek import FILE`): what would change is shown first, and importing it twice changes
# nothing. What is not named here is left alone; `retired: true` takes something out of use. Of an entry, what is left out
# stays as it is, and `null` takes it away. Connectors name secrets and hold none.
";

/// The most that a file may have. The largest catalogues are a small part of that.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct NotADocument {
    /// From 1.
    pub line: u64,
    /// From 1.
    pub column: u64,
    pub message: String,
}

/// Reads a document.
///
/// # Errors
/// When it is no YAML, or says something that a document cannot.
pub fn from_yaml(text: &str) -> Result<Document, NotADocument> {
    if text.len() > MOST_BYTES {
        let message = format!("the file is larger than {MOST_BYTES} bytes");
        return Err(NotADocument { line: 1, column: 1, message });
    }
    // Parts of the file itself are not told: it has people's addresses in it.
    let options = serde_saphyr::options! { with_snippet: false, strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
        let told = error.without_snippet().to_string();
        let message = told.rsplit_once(" at line ").map_or(told.as_str(), |(message, _)| message);
        NotADocument { line, column, message: without_values(message) }
    })
}

/// The message, without what stands in the file other than keys.
fn without_values(message: &str) -> String {
    let is_of_a_key = message.starts_with("unknown field ") || message.starts_with("duplicate ");
    match message.find("expected ") {
        Some(at) if !is_of_a_key => message[at..].to_owned(),
        _ => message.split(", set ").next().unwrap_or_default().to_owned(),
    }
}

/// Writes a document, with an explanation above it.
///
/// # Errors
/// Not for documents that were exported.
pub fn to_yaml(document: &Document) -> Result<String, serde_saphyr::ser_error::Error> {
    let body = serde_saphyr::to_string(document)?;
    let mut text = HEAD.replace("VERSION", env!("CARGO_PKG_VERSION"));
    for line in body.lines() {
        // Lists of the document begin at the margin, and nothing else does. An empty line may end a text, and two would too.
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) && !text.ends_with("\n\n") {
            text.push('\n');
        }
        text.push_str(line);
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        catalog_document::{ServiceEntry, SystemEntry},
        change::Change,
    };
    use proptest::prelude::*;

    fn wrong(text: &str) -> String {
        from_yaml(text).unwrap_err().to_string()
    }

    #[test]
    fn a_mistake_is_told_with_its_place_and_without_values() {
        let unknown = wrong("systems:\n- name: Register\n  contry: SE\n");
        assert!(
            unknown.starts_with("line 3, column 3: unknown field `contry`, expected one of name, was"),
            "{unknown}"
        );
        let twice = wrong("systems:\n- name: A\n  name: B\n");
        assert!(twice.starts_with("line 3, column 3: duplicate mapping key: name"), "{twice}");
        assert!(twice.ends_with("name"), "{twice}");
        let number = wrong("controller:\n  fiscalYearEndMonth: 070 123 45 67\n");
        assert!(number.starts_with("line 2, column 23: ") && !number.contains("070"), "{number}");
        let word = wrong("purposes:\n- key: A\n  legalBasis: anna@example.com\n");
        assert!(word.starts_with("line 3, column ") && !word.contains("anna"), "{word}");
        assert!(wrong("systems: 3\n").starts_with("line 1, column 10: "));
        assert!(wrong("a: [").starts_with("line "));
    }

    #[test]
    fn a_file_that_multiplies_itself_is_refused_at_once() {
        let mut bomb = "controller: {name: x}\nservices:\n- key: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..12 {
            let of = level - 1;
            let aliases = format!("*a{of},").repeat(10);
            bomb.push_str(&["- key: &a", &level.to_string(), " [", &aliases, "]\n"].concat());
        }
        let began = std::time::Instant::now();
        assert!(from_yaml(&bomb).is_err());
        assert!(began.elapsed().as_secs() < 5);
    }

    #[test]
    fn words_that_yaml_takes_for_something_else_stay_words() {
        let read =
            from_yaml("systems:\n- {name: 12, country: NO, owner: null, thirdParty: 'null'}\n").unwrap();
        let system = &read.systems[0];
        assert_eq!((system.name.as_str(), &system.country), ("12", &Change::Set("NO".to_owned())));
        assert_eq!((&system.owner, &system.third_party), (&Change::Clear, &Change::Set("null".to_owned())));
        assert_eq!(system.measures, Change::Keep);
    }

    fn change() -> impl Strategy<Value = Change<String>> {
        prop_oneof![Just(Change::Keep), Just(Change::Clear), text().prop_map(Change::Set)]
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["[ -~åäö\n]{0,40}", "(no|null|~|12|1e3|- a|a: b|#|'|\"|\\*a|&a|!t|2026-01-01|<<|yes)"]
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_is_read(name in text(), owner in change(), country in change(), about in change(),
            measures in prop::collection::vec(text(), 0..4)) {
            let document = Document {
                systems: vec![SystemEntry { name: name.clone(), owner, country, measures: Change::Set(measures),
                    ..SystemEntry::default() }],
                services: vec![ServiceEntry { key: name, description: about, requirements: Some(Vec::new()),
                    ..ServiceEntry::default() }],
                ..Document::default()
            };
            let text = to_yaml(&document).unwrap();
            prop_assert_eq!(from_yaml(&text), Ok(document), "{}", text);
        }
    }
}

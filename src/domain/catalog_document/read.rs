//! From JSON to the document: what it may be, and where it is not that.

use super::model::Document;
use crate::access::{Code, Refusal};
use serde::Deserialize;
use serde_json::Value;
use serde_path_to_error::Segment;

/// What the import's argument is called; paths begin with it.
pub(super) const ROOT: &str = "document";

impl Document {
    /// Reads it, and takes away white space around texts, which is never meant.
    ///
    /// # Errors
    /// `INVALID_FORMAT` at the first place where it is no document.
    pub fn read(json: &Value) -> Result<Self, Refusal> {
        if !json.is_object() {
            let message = "This has another form here: give an object with the lists of the document.";
            return Err(Refusal::new(Code::InvalidFormat, message).at(ROOT));
        }
        let mut json = json.clone();
        tidy(&mut json);
        let mut track = serde_path_to_error::Track::new();
        let read = Self::deserialize(serde_path_to_error::Deserializer::new(&json, &mut track));
        read.map_err(|error| {
            let mut field = vec![ROOT.to_owned()];
            field.extend(track.path().iter().filter_map(|step| match step {
                Segment::Seq { index } => Some(index.to_string()),
                Segment::Map { key } => Some(key.clone()),
                // What a choice is made of has its name as a key.
                Segment::Enum { .. } | Segment::Unknown => None,
            }));
            Refusal { code: Code::InvalidFormat, message: explained(&error.to_string()), field }
        })
    }
}

/// What is wrong, without the value that is: that may be somebody's telephone number.
#[must_use]
pub fn explained(error: &str) -> String {
    // The words are serde's own, and a test knows them.
    if let Some(rest) = error.strip_prefix("unknown field ") {
        return format!("There is no field {}.", rest.replacen(", expected", ": it is", 1));
    }
    match error.split_once("expected ") {
        Some((_, form)) => format!("This has another form here: give {form}."),
        None => "This has another form here: see the documentation of the catalogue document.".to_owned(),
    }
}

fn tidy(json: &mut Value) {
    match json {
        Value::String(text) => {
            let trimmed = text.trim();
            if trimmed.len() < text.len() || text.contains("\r\n") {
                *text = trimmed.replace("\r\n", "\n");
            }
        }
        Value::Array(list) => list.iter_mut().for_each(tidy),
        Value::Object(fields) => fields.values_mut().for_each(tidy),
        _ => {}
    }
}

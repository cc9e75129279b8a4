//! A row that is an object of JSON.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// Its fields as they stand there. A name may be there twice, and neither is to be lost.
#[derive(Clone, Debug)]
pub(super) struct Object(pub Vec<(String, Value)>);

impl Object {
    /// The first text of that name.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(it, _)| it == name)?.1.as_str()
    }

    /// Its names, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Object(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// What stands between the braces of an object that is right, field by field, as it is written.
pub(super) fn fields(text: &str) -> Vec<&str> {
    let text = text.trim();
    let inner = text.strip_prefix('{').and_then(|it| it.strip_suffix('}')).unwrap_or_default();
    let (mut all, mut begin, mut depth, mut in_text, mut escaped) = (Vec::new(), 0, 0_usize, false, false);
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                all.push(inner[begin..at].trim());
                begin = at + 1;
            }
            _ => {}
        }
    }
    all.push(inner[begin..].trim());
    all.retain(|field| !field.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_s_fields_as_they_are_written() {
        let text = r#" {"a": 12345678901234567890.50, "b":"x,\"}", "b" : [1,{"c":[2]}],"d":null } "#;
        let Object(read) = serde_json::from_str(text).unwrap();
        assert_eq!(read.iter().map(|(name, _)| &**name).collect::<Vec<_>>(), ["a", "b", "b", "d"]);
        let written =
            [r#""a": 12345678901234567890.50"#, r#""b":"x,\"}""#, r#""b" : [1,{"c":[2]}]"#, r#""d":null"#];
        assert_eq!(fields(text), written);
        assert!(fields("{}").is_empty());
        assert!(serde_json::from_str::<Object>("[]").is_err());
    }
}

//! JSON read strictly: a name twice in one object is an error, since two readers would disagree about which one holds.

use std::fmt;

use async_graphql::{Name, Number, Value, indexmap::IndexMap};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::refusal::Refusal;

/// Reads bytes as one JSON value. Says where it is wrong, and nothing of what it says there.
pub fn read(bytes: &[u8]) -> Result<Value, Refusal> {
    let Ok(text) = str::from_utf8(bytes) else { return Err(Refusal::bad("The body is not UTF-8.")) };
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| {
        let what = if error.is_data() { "names something twice or has a NUL" } else { "is not valid JSON" };
        Refusal::bad(format!("The JSON {what} (line {}, column {}).", error.line(), error.column()))
    })
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        // No text of ours has one, and a database may take the character for the end of the text.
        if value.contains('\0') { Err(E::custom("NUL")) } else { Ok(Value::String(value)) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Self)? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = IndexMap::new();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Self)?;
            if object.insert(Name::new(name), value).is_some() {
                return Err(A::Error::custom("a name twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_is_json() {
        let text =
            r#" { "a": [1, -2, 1.5, true, null, "å\n\ud83c\udfc3"], "b": { "a": 18446744073709551615 } } "#;
        let expected = json!({ "a": [1, -2, 1.5, true, null, "å\n🏃"], "b": { "a": u64::MAX } });
        assert_eq!(read(text.as_bytes()).unwrap(), Value::from_json(expected).unwrap());
    }

    /// H3, H4, H5, and the nesting of G8.
    #[test]
    fn refuses_what_is_not() {
        let nested = "[".repeat(20_000);
        let nested_objects = "{\"a\":".repeat(20_000);
        let refused: [&[u8]; 20] = [
            b"",
            b"{",
            b"{\"a\":1}x",
            b"{\"a\":1}{}",
            b"{\"a\":1,}",
            b"{\"a\":1,\"a\":2}",
            b"{\"a\":{\"b\":1,\"b\":1}}",
            b"{\"a\":1,\"\\u0061\":2}",
            b"\xef\xbb\xbf{}",
            b"{} // no",
            b"/* no */ {}",
            b"{'a':1}",
            b"{\"a\":NaN}",
            b"{\"a\":1e999}",
            b"{\"a\":\"\xff\"}",
            b"{\"a\":\"\xc0\xaf\"}",
            b"{\"a\":\"\\ud800\"}",
            b"{\"a\":\"\\u0000\"}",
            nested.as_bytes(),
            nested_objects.as_bytes(),
        ];
        for bytes in refused {
            assert!(read(bytes).is_err(), "{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(40)]));
        }
    }

    #[test]
    fn says_where_and_not_what() {
        let refusal = format!("{:?}", read(b"{\n \"secret\": 1, \"secret\": 2}").unwrap_err());
        assert!(refusal.contains("line 2, column"), "{refusal}");
        assert!(!refusal.contains("secret"), "{refusal}");
    }
}

//! JSON that every reader understands alike: no duplicate keys, nothing that only some parsers take.
//!
//! A rule that looks for a sign-in must not be dodged by a body that the application reads and the
//! gateway does not. What does not parse here is *unclear*, and the caller decides against it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// `None` for what is no JSON, or JSON that two parsers may read differently.
pub fn parse(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice::<Strict>(bytes)
        .ok()
        .map(|strict| strict.0)
}

/// Whether some parser may take the bytes for JSON.
pub fn looks_like_json(content_type: &str, bytes: &[u8]) -> bool {
    let named = content_type.to_ascii_lowercase().contains("json");
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    // Some parsers take comments, and what comes before the first brace.
    let loose = content_type.to_ascii_lowercase().starts_with("text/") && text.contains(&b'{');
    !bytes.is_empty() && (named || loose || matches!(first, Some(b'{' | b'[')))
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON without duplicate keys")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
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

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if map.insert(key, value).is_some() {
                return Err(A::Error::custom("a duplicate key"));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_that_two_parsers_may_read_differently_is_unclear() {
        assert!(parse(br#"{"a":[1,2.5,"x",null,true,{"b":{}}]}"#).is_some());
        for unclear in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"a":NaN}"#,
            "\u{feff}{\"a\":1}",
            r#"{"a":"\ud800"}"#,
            "{'a':1}",
            "{\"a\":1} x",
        ] {
            assert!(parse(unclear.as_bytes()).is_none(), "{unclear}");
            assert!(
                looks_like_json("text/plain", unclear.as_bytes()),
                "{unclear}"
            );
        }
        let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
        assert!(parse(deep.as_bytes()).is_none());
        assert!(!looks_like_json(
            "application/x-www-form-urlencoded",
            b"a=1"
        ));
        assert!(looks_like_json("application/json", b"a=1"));
    }
}

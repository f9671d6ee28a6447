//! JSON with each key once: of two values for one key different readers take different ones.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::problem::{Problem, Problems, tell};

/// Reads a whole document.
///
/// # Errors
/// What is no JSON, with its line and column.
pub(super) fn parse(text: &str, problems: &mut Problems) -> Result<Value, Problem> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Once { path: "$".to_owned(), problems }.deserialize(&mut reader);
    value
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| Problem { path: "$".to_owned(), message: format!("is no JSON: {error}") })
}

struct Once<'p> {
    path: String,
    problems: &'p mut Problems,
}

impl<'de> DeserializeSeed<'de> for Once<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let Once { path, problems } = self;
        let mut values = Vec::new();
        loop {
            let path = format!("{path}[{}]", values.len());
            match list.next_element_seed(Once { path, problems: &mut *problems })? {
                Some(value) => values.push(value),
                None => return Ok(Value::Array(values)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let Once { path, problems } = self;
        let mut fields = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let path = format!("{path}.{name}");
            let once = Once { path: path.clone(), problems: &mut *problems };
            let value = map.next_value_seed(once)?;
            if fields.insert(name, value).is_some() {
                tell(problems, &path, "stands here twice; keep one of them");
            }
        }
        Ok(Value::Object(fields))
    }
}

//! JSON read strictly: each object has exactly the fields it should, none twice, and every problem is told at once with its path.
//!
//! serde stops at the first problem and takes the last of two equal keys, where another reader takes the first; so the tree is
//! read here, and two readings are refused. Paths are spelled `$.roles.dpo.keys[0]`; a key that is not a plain name is `?`.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::name::shown;
use crate::refused::too_large;
use crate::{Document, Refused};

/// The largest JSON file that is read, in bytes.
pub(crate) const MAX_JSON: usize = 65_536;

/// So many problems of one file are told.
const MAX_PROBLEMS: usize = 100;

/// Whole numbers up to here are read alike by everybody (RFC 8259 §6).
pub(crate) const MAX_NUMBER: u64 = (1 << 53) - 1;

/// The problems of one file, collected.
pub(crate) struct Problems {
    of: Document,
    pub(crate) list: Vec<Refused>,
}

impl Problems {
    pub(crate) fn new(of: Document) -> Self {
        Self { of, list: Vec::new() }
    }

    /// Beyond [`MAX_PROBLEMS`] nothing is added: a reader has enough, and paths can be long.
    pub(crate) fn add(&mut self, path: &str, what: impl Into<String>) {
        if self.list.len() >= MAX_PROBLEMS {
            return;
        }
        self.list.push(Refused::Field { of: self.of, path: path.to_owned(), what: what.into() });
    }

    /// The value if nothing was wrong with it.
    pub(crate) fn or<T>(self, value: Option<T>) -> Result<T, Vec<Refused>> {
        match value {
            Some(value) if self.list.is_empty() => Ok(value),
            _ => Err(self.list),
        }
    }
}

/// An object whose fields are taken one by one; what is left over is told by [`Object::done`].
pub(crate) struct Object {
    path: String,
    fields: Map<String, Value>,
}

impl Object {
    /// The object that a file is.
    pub(crate) fn parse(bytes: &[u8], problems: &mut Problems) -> Option<Self> {
        if let Some(problem) = too_large(bytes, MAX_JSON) {
            problems.list.push(problem);
            return None;
        }
        let mut twice = Vec::new();
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let tree = Once { path: "$".to_owned(), twice: &mut twice }
            .deserialize(&mut reader)
            .and_then(|tree| reader.end().map(|()| tree));
        for path in twice {
            problems.add(&path, "the key stands here twice");
        }
        match tree {
            Ok(tree) => Self::of("$".to_owned(), tree, problems),
            Err(e) => {
                problems
                    .add("$", format!("is not JSON from line {}, column {}", e.line(), e.column()));
                None
            }
        }
    }

    fn of(path: String, value: Value, problems: &mut Problems) -> Option<Self> {
        match value {
            Value::Object(fields) => Some(Self { path, fields }),
            _ => {
                problems.add(&path, "expected an object");
                None
            }
        }
    }

    /// The path of a field.
    pub(crate) fn at(&self, name: &str) -> String {
        format!("{}.{}", self.path, shown(name))
    }

    fn take(&mut self, name: &str, problems: &mut Problems) -> Option<Value> {
        let value = self.fields.shift_remove(name);
        if value.is_none() {
            problems.add(&self.at(name), "is missing");
        }
        value
    }

    /// A text that `read` understands; `expected` says what that is.
    pub(crate) fn text<T>(
        &mut self,
        name: &str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
        problems: &mut Problems,
    ) -> Option<T> {
        let value = self.take(name, problems)?;
        let read = value.as_str().and_then(read);
        if read.is_none() {
            problems.add(&self.at(name), format!("expected {expected}"));
        }
        read
    }

    /// As [`Object::text`], where `null` says that there is none.
    pub(crate) fn text_or_null<T>(
        &mut self,
        name: &str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
        problems: &mut Problems,
    ) -> Option<Option<T>> {
        if self.fields.get(name).is_some_and(Value::is_null) {
            self.fields.shift_remove(name);
            return Some(None);
        }
        self.text(name, &format!("{expected}, or null"), read, problems).map(Some)
    }

    /// A whole number from `least` to [`MAX_NUMBER`].
    pub(crate) fn number(
        &mut self,
        name: &str,
        least: u64,
        problems: &mut Problems,
    ) -> Option<u64> {
        let value = self.take(name, problems)?;
        let number = value.as_u64().filter(|n| (least..=MAX_NUMBER).contains(n));
        if number.is_none() {
            problems.add(
                &self.at(name),
                format!("expected a whole number from {least} to {MAX_NUMBER}"),
            );
        }
        number
    }

    /// An object within.
    pub(crate) fn object(&mut self, name: &str, problems: &mut Problems) -> Option<Self> {
        let value = self.take(name, problems)?;
        Self::of(self.at(name), value, problems)
    }

    /// As [`Object::object`], where `null` says that there is none.
    pub(crate) fn object_or_null(
        &mut self,
        name: &str,
        problems: &mut Problems,
    ) -> Option<Option<Self>> {
        if self.fields.get(name).is_some_and(Value::is_null) {
            self.fields.shift_remove(name);
            return Some(None);
        }
        self.object(name, problems).map(Some)
    }

    /// A list of texts that `read` understands.
    pub(crate) fn texts(
        &mut self,
        name: &str,
        expected: &str,
        read: impl Fn(&str) -> bool,
        problems: &mut Problems,
    ) -> Option<Vec<String>> {
        let Value::Array(values) = self.take(name, problems)? else {
            problems.add(&self.at(name), format!("expected a list of {expected}"));
            return None;
        };
        let mut texts = Vec::with_capacity(values.len());
        for (n, value) in values.iter().enumerate() {
            match value.as_str().filter(|text| read(text)) {
                Some(text) => texts.push(text.to_owned()),
                None => {
                    problems.add(&format!("{}[{n}]", self.at(name)), format!("expected {expected}"))
                }
            }
        }
        Some(texts)
    }

    /// The keys of an object whose fields have names of their own.
    pub(crate) fn names(&self) -> Vec<String> {
        self.fields.keys().cloned().collect()
    }

    /// Tells every field that was not taken.
    pub(crate) fn done(self, problems: &mut Problems) {
        for name in self.fields.keys() {
            problems.add(&self.at(name), "is not known");
        }
    }
}

/// Reads a value and notes where a key stands twice; the first is kept.
struct Once<'t> {
    path: String,
    twice: &'t mut Vec<String>,
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
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Once {
            path: format!("{}[{}]", self.path, values.len()),
            twice: self.twice,
        })? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let path = format!("{}.{}", self.path, shown(&name));
            let value = map.next_value_seed(Once { path: path.clone(), twice: self.twice })?;
            if fields.contains_key(&name) {
                if self.twice.len() < MAX_PROBLEMS {
                    self.twice.push(path);
                }
            } else {
                fields.insert(name, value);
            }
        }
        Ok(Value::Object(fields))
    }
}

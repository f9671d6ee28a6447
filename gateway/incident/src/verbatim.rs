//! JSON in another room's own form: carried and measured here, read only there.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// A JSON text that is written as it stands, or nothing. Making one costs one serialisation and writing it one copy.
#[derive(Clone, Debug, Default)]
pub struct Verbatim(Option<Box<RawValue>>);

impl Verbatim {
    /// A value as its JSON text. A value that JSON cannot tell (a map with keys that are no strings) becomes nothing.
    pub fn of(value: &impl Serialize) -> Self {
        Self(to_raw_value(value).ok())
    }

    /// Whether there is nothing, so that the field is left out.
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// The text; empty if there is nothing.
    pub fn text(&self) -> &str {
        self.0.as_deref().map_or("", RawValue::get)
    }

    /// The value that the text stands for.
    ///
    /// # Errors
    /// If there is nothing, or the text is that of another type.
    pub fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.text())
    }
}

impl PartialEq for Verbatim {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Serialize for Verbatim {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Verbatim {
    /// By way of a value: a record is a tagged, flattened type, and those cannot hand on the text itself.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(if value.is_null() { Self::default() } else { Self::of(&value) })
    }
}

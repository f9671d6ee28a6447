//! Sizes and times as people write them in a configuration file: `"32MiB"`, `"250ms"`.

use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A number of bytes, written `512`, `"64KiB"`, `"32MiB"` or `"1GiB"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(u64);

impl Size {
    /// A size in bytes.
    pub const fn bytes(count: u64) -> Size {
        Size(count)
    }

    /// A size in units of 1024 bytes.
    pub const fn kibibytes(count: u64) -> Size {
        Size(count * KIB)
    }

    /// A size in units of 1024 × 1024 bytes.
    pub const fn mebibytes(count: u64) -> Size {
        Size(count * MIB)
    }

    /// The number of bytes; saturates where the platform's `usize` is narrower.
    pub fn get(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A length of time in whole milliseconds, written `"250ms"`, `"30s"`, `"5min"` (or `"5m"`) or `"1h"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(u64);

impl Time {
    /// A time in milliseconds.
    pub const fn millis(count: u64) -> Time {
        Time(count)
    }

    /// A time in seconds.
    pub const fn seconds(count: u64) -> Time {
        Time(count * 1000)
    }

    /// The same as a [`Duration`].
    pub const fn get(self) -> Duration {
        Duration::from_millis(self.0)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, self.0, &SIZE_UNITS)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, self.0, &TIME_UNITS)
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(Reader {
                units: &SIZE_UNITS,
                bare: true,
                expected: "a size such as \"32MiB\"",
            })
            .map(Size)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(Reader {
                units: &TIME_UNITS,
                bare: false,
                expected: "a time such as \"250ms\", \"30s\", \"5min\" or \"1h\"",
            })
            .map(Time)
    }
}

impl JsonSchema for Size {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "string", "pattern": "^[0-9]+ ?(B|KiB|MiB|GiB)$" }, { "type": "integer", "minimum": 0 }] })
    }
}

impl JsonSchema for Time {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+ ?(ms|s|m|min|h)$" })
    }
}

struct Reader {
    units: &'static [(&'static str, u64)],
    bare: bool,
    expected: &'static str,
}

impl de::Visitor<'_> for Reader {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let factor = self.units.iter().find(|(name, _)| *name == unit.trim_start());
        let count = number.parse::<u64>().ok();
        factor
            .zip(count)
            .and_then(|((_, factor), count)| count.checked_mul(*factor))
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }

    fn visit_u64<E: de::Error>(self, count: u64) -> Result<u64, E> {
        if self.bare {
            Ok(count)
        } else {
            Err(E::invalid_type(de::Unexpected::Unsigned(count), &self))
        }
    }

    fn visit_i64<E: de::Error>(self, count: i64) -> Result<u64, E> {
        match u64::try_from(count) {
            Ok(count) => self.visit_u64(count),
            Err(_) => Err(E::invalid_value(de::Unexpected::Signed(count), &self)),
        }
    }
}

fn show(f: &mut fmt::Formatter<'_>, value: u64, units: &[(&str, u64)]) -> fmt::Result {
    let fits =
        units.iter().rev().find(|(_, factor)| value >= *factor && value.is_multiple_of(*factor));
    match fits.or(units.first()) {
        Some((unit, factor)) => write!(f, "{}{unit}", value / factor),
        None => write!(f, "{value}"),
    }
}

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const SIZE_UNITS: [(&str, u64); 4] = [("B", 1), ("KiB", KIB), ("MiB", MIB), ("GiB", 1024 * MIB)];
/// Of two names of one unit the later is the one that is written.
const TIME_UNITS: [(&str, u64); 5] =
    [("ms", 1), ("s", 1000), ("m", 60_000), ("min", 60_000), ("h", 3_600_000)];

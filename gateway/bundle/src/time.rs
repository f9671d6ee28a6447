//! Moments as readings of a clock: whole seconds, UTC, one spelling.

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// Seconds since 1970-01-01 00:00:00 UTC, from 0 to the end of the year 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Time(i64);

/// 9999-12-31T23:59:59Z: four digits of the year, and no more.
const LAST: i64 = 253_402_300_799;

impl Time {
    /// A reading of the clock; one outside of the range is taken to its nearer end.
    pub fn from_unix(seconds: i64) -> Self {
        Self(seconds.clamp(0, LAST))
    }

    /// Seconds since 1970.
    pub fn unix(self) -> i64 {
        self.0
    }

    /// Reads `2026-11-22T10:00:00Z` (RFC 3339) and no other spelling: no offset, no fraction, no small letters.
    pub fn parse(text: &str) -> Option<Self> {
        let seconds = text.parse::<Timestamp>().ok()?.as_second();
        Some(Self::from_unix(seconds)).filter(|time| time.to_string() == text)
    }

    /// This many seconds later; ends at the end of the range.
    pub fn plus(self, seconds: i64) -> Self {
        Self::from_unix(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this; negative if it is in truth later.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_second(self.0) {
            Ok(moment) => write!(f, "{}", moment.strftime("%Y-%m-%dT%H:%M:%SZ")),
            Err(_) => write!(f, "{}", self.0),
        }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

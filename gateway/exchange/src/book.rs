//! Everything a request is judged by, as one value that is swapped as a whole.

use std::fmt;

use detect::Detector;
use dialect::Limits;
use geo::Atlas;
use policy::Rulebook;

/// The gateway's secret keys for tokens and pseudonyms, 32 random bytes each. `Debug` prints nothing of them.
pub struct Keys {
    /// Derives token keys (see `protect`).
    pub tokens: [u8; 32],
    /// Derives the keyed hashes by which records correlate values and callers.
    pub pseudonyms: [u8; 32],
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(..)")
    }
}

/// Detector, rulebook, atlas and bounds of one moment. Immutable; shared by all requests that arrive while it is
/// current, and kept alive by those that are still open when it is replaced.
pub struct Book {
    /// Text to findings.
    pub detector: Detector,
    /// Situation to decision.
    pub rulebook: Rulebook,
    /// Address to place.
    pub atlas: Atlas,
    /// Keys for tokens and pseudonyms.
    pub keys: Keys,
    /// Bounds for reading bodies.
    pub limits: Limits,
    /// Units of work allowed in one judgement, beside those for each byte of the body.
    pub fuel_base: u64,
    /// Units of work allowed for each byte of the body.
    pub fuel_per_byte: u64,
    /// Largest answer that is read whole, and largest event of a streamed one, in bytes.
    pub answer_limit: usize,
    /// Names the period in which the same value keeps the same token, e.g. `2026-11`.
    pub token_period: String,
}

impl Book {
    /// The work allowed for a text of `bytes` bytes.
    #[must_use]
    pub fn fuel(&self, bytes: usize) -> detect::Fuel {
        detect::Fuel::new(self.fuel_base.saturating_add(self.fuel_per_byte.saturating_mul(bytes as u64)))
    }
}

impl fmt::Debug for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Book").field("policy", &self.rulebook.name()).finish_non_exhaustive()
    }
}

//! Everything a request is judged by, as one value that is swapped as a whole.

use std::collections::BTreeMap;
use std::fmt;

use detect::Fuel;
use dialect::Limits;
use geo::Atlas;
use policy::{DestinationId, DestinationInfo, Rulebook, Validity};

use crate::{Endpoint, Search};

/// A secret text, such as a provider's API key. `Debug` prints its length.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret in.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one place that sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

/// The gateway's keys for tokens and pseudonyms. `Debug` prints nothing of them.
#[derive(Clone)]
pub struct Keys {
    /// From which token keys are derived (see `protect`).
    pub tokens: [u8; 32],
    /// For the keyed hashes by which records correlate values and callers (see `incident`).
    pub pseudonyms: incident::Key,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(..)")
    }
}

/// Bounds of one judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Units of work allowed beside those for each byte.
    pub fuel_base: u64,
    /// Units of work allowed for each byte of a body.
    pub fuel_per_byte: u64,
    /// Largest answer that is read whole, and largest event of a streamed one, in bytes.
    pub answer: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { fuel_base: 1_000_000, fuel_per_byte: 512, answer: 32 << 20 }
    }
}

/// Search, rulebook, atlas, keys and bounds of one moment. Immutable; shared by all requests that arrive while it is
/// current, and kept alive by those that are still open when it is replaced.
pub struct Book {
    /// Text to findings.
    pub search: Search,
    /// Situation to decision.
    pub rulebook: Rulebook,
    /// Address to place.
    pub atlas: Atlas,
    /// Keys for tokens and pseudonyms.
    pub keys: Keys,
    /// Keys that the gateway holds for destinations, by name.
    pub destination_keys: BTreeMap<String, Secret>,
    /// Bounds for reading bodies.
    pub limits: Limits,
    /// Bounds of one judgement.
    pub bounds: Bounds,
    /// When the policy expires, in seconds since 1970-01-01 UTC; none if it did not come as a bundle.
    pub expires: Option<i64>,
    /// Where routes lead: the listener, none if from each, and the name of the destination. What a caller may be told of.
    pub routed: Vec<(Option<String>, String)>,
    endpoints: Vec<Endpoint>,
    /// The digests that every decision record names, as it names them.
    pub(crate) digests: Digests,
}

/// Digests in hexadecimal.
pub(crate) struct Digests {
    pub(crate) policy: String,
    pub(crate) detectors: String,
}

impl Book {
    /// Puts a book together.
    ///
    /// # Errors
    /// Each destination whose URL cannot be used.
    pub fn new(
        search: Search,
        rulebook: Rulebook,
        atlas: Atlas,
        keys: Keys,
        destination_keys: BTreeMap<String, Secret>,
        bounds: Bounds,
    ) -> Result<Self, Vec<String>> {
        let mut endpoints = Vec::new();
        let mut problems = Vec::new();
        for info in rulebook.destinations() {
            match Endpoint::of(info) {
                Ok(endpoint) => endpoints.push(endpoint),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let limits = Limits::default();
        let digests =
            Digests { policy: hex::encode(rulebook.digest()), detectors: search.digest() };
        Ok(Self {
            search,
            rulebook,
            atlas,
            keys,
            destination_keys,
            limits,
            bounds,
            expires: None,
            routed: Vec::new(),
            endpoints,
            digests,
        })
    }

    /// A destination's endpoint. Numbers of this book's rulebook always exist.
    #[must_use]
    pub fn endpoint(&self, destination: DestinationId) -> &Endpoint {
        &self.endpoints[destination.index()]
    }

    /// A destination's description. Numbers of this book's rulebook always exist.
    #[must_use]
    pub fn destination(&self, destination: DestinationId) -> &DestinationInfo {
        &self.rulebook.destinations()[destination.index()]
    }

    /// Whether a caller of a listener can ask for a destination, so that it may be told of it.
    #[must_use]
    pub fn is_led_to(&self, listener: &str, destination: &str) -> bool {
        self.routed.iter().any(|(from, to)| {
            to == destination && from.as_deref().is_none_or(|from| from == listener)
        })
    }

    /// How the policy stands to its own end at the latest reading of the clock, in nanoseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn validity(&self, latest_reading: u64) -> Validity {
        let now = i64::try_from(latest_reading / 1_000_000_000).unwrap_or(i64::MAX);
        self.expires.map_or(Validity::Current, |expires| Validity::at(expires, now))
    }

    /// The work allowed for a text of `bytes` bytes.
    #[must_use]
    pub fn fuel(&self, bytes: usize) -> Fuel {
        let bounds = &self.bounds;
        Fuel::new(
            bounds.fuel_base.saturating_add(bounds.fuel_per_byte.saturating_mul(bytes as u64)),
        )
    }
}

impl fmt::Debug for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Book").field("policy", &self.rulebook.name()).finish_non_exhaustive()
    }
}

//! The values that other rooms measure and that policy only compares.

use std::fmt;

/// An ISO 3166-1 alpha-2 code, upper case. User-assigned codes (XA–XZ and the like) count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Reads an upper-case code.
    pub fn parse(text: &str) -> Option<Country> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() && text != "EU" => {
                Some(Country([*a, *b]))
            }
            _ => None,
        }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How well a claimed place stands against the evidence, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// The evidence contradicts the claim.
    Refuted,
    /// Nothing can be said.
    Unprovable,
    /// Only the claim itself.
    Declared,
    /// Nothing contradicts the claim.
    Consistent,
    /// The evidence proves the claim.
    Proven,
}

/// How sure a detector is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It looks like it.
    Possible,
    /// The form and the context agree.
    Likely,
    /// A check digit or a marking settles it.
    Confirmed,
}

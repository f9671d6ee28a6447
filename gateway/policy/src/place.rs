//! The values that other rooms measure and that policy only compares.

pub use detect::Level;
pub use geo::{Country, Grade};

/// A country by its code, also by one that ISO 3166 leaves to its users (XA to XZ and the like). In a policy such a code
/// counts only if a group lists it.
pub(crate) fn country(code: &str) -> Option<Country> {
    Country::parse(code).or_else(|_| Country::declare(code)).ok()
}

/// The country that was meant by a code that is reserved for it: `UK` for `GB`.
pub(crate) fn reserved(code: &str) -> Option<Country> {
    match Country::parse(code) {
        Err(geo::NotACountry::Reserved(country)) => Some(country),
        _ => None,
    }
}

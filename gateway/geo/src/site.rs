//! Where an address is, on what evidence, and what that is worth against a claim.
//!
//! Invariants: every doubt has a value of its own and none of them counts as being inside a claim; a grade is the lowest of
//! all addresses, since the connection may go to any of them.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::country::Country;

/// One address of a destination and what is known of its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// The address as it was asked for, which is the one to connect to.
    pub address: IpAddr,
    /// The country, if [`Site::standing`] is [`Standing::Country`].
    pub country: Option<Country>,
    /// Why there is a country or none.
    pub standing: Standing,
    /// What each source said, strongest first; a weaker source may contradict a stronger one.
    pub evidence: Vec<Evidence>,
}

/// What kind of answer there is to where an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// In one country, says the strongest source that has an opinion.
    Country,
    /// In our own network: loopback, private, link-local, or declared to be ours. Not a country.
    Local,
    /// In many places at once; a country would mean nothing.
    Anycast,
    /// Not the address of a public host: multicast, documentation, relays.
    Reserved,
    /// There is a database, and none has an entry for the address.
    NotListed,
    /// An entry there is, but not with the code of a country (such as `EU`, or a code nobody declared).
    NotACountry,
    /// An entry there is, but it cannot be read: the database is damaged.
    Unreadable,
    /// There is no database.
    NoDatabase,
}

/// What one source said of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Who said it.
    pub source: Source,
    /// The country code it gave; `None` if it gave no single country.
    pub says: Option<String>,
    /// When the source was made, in Unix seconds, if it says so.
    pub build: Option<u64>,
}

/// Who says where a place is. Ordered, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A field of the provider's own protocol that fixes or echoes the place.
    ControlField,
    /// The provider's published list of its addresses and their regions.
    RangeFile,
    /// A database of countries by address: an opinion, useful to find contradictions.
    CountryDatabase,
    /// A contract or the operator's word.
    Declaration,
    /// Nobody.
    None,
}

/// What the evidence is worth against a claim. Ordered, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// The evidence contradicts the claim.
    Refuted,
    /// There is no evidence that could decide.
    Unprovable,
    /// The claim is the operator's word, by contract; nothing contradicts it.
    Declared,
    /// The evidence agrees with the claim, and could have contradicted it.
    Consistent,
    /// The provider's own control leaves no other place.
    Proven,
}

impl Grade {
    /// The name in records and policies.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refuted => "refuted",
            Self::Unprovable => "unprovable",
            Self::Declared => "declared",
            Self::Consistent => "consistent",
            Self::Proven => "proven",
        }
    }
}

impl std::fmt::Display for Grade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// Compares the countries claimed for a destination with what its addresses say.
///
/// One address outside the claim refutes it. Otherwise one address whose country is not known makes it unprovable, and so
/// does an empty claim or a destination without addresses. An address of our own network is in no country: a claim of
/// countries is unprovable by it. The result is never [`Grade::Declared`] or [`Grade::Proven`], which addresses cannot give.
///
/// ```
/// use geo::{Atlas, Country, Grade, grade};
///
/// let germany: Vec<Country> = Country::parse("DE").into_iter().collect();
/// let site = Atlas::empty().locate([160, 79, 104, 10].into());
/// assert_eq!(grade(&germany, &[site]), Grade::Unprovable);
/// ```
pub fn grade(claimed: &[Country], sites: &[Site]) -> Grade {
    if claimed.is_empty() {
        return Grade::Unprovable;
    }
    lowest(sites, |site| match (site.standing, site.country) {
        (Standing::Country, Some(country)) if claimed.contains(&country) => Grade::Consistent,
        (Standing::Country, Some(_)) => Grade::Refuted,
        _ => Grade::Unprovable,
    })
}

/// Compares a claim to be in our own network ("here") with what the addresses say.
///
/// Only local addresses are consistent with it; an address on the public Internet refutes it, in whatever country. This is stricter than for countries, because a local
/// destination is trusted most and a forged name is the easiest way to pose as one.
pub fn grade_here(sites: &[Site]) -> Grade {
    lowest(sites, |site| match site.standing {
        Standing::Local => Grade::Consistent,
        _ => Grade::Refuted,
    })
}

fn lowest(sites: &[Site], of: impl Fn(&Site) -> Grade) -> Grade {
    sites.iter().map(of).min().unwrap_or(Grade::Unprovable)
}

#[cfg(test)]
mod tests;

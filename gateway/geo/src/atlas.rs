//! Where addresses are, by databases in the MaxMind DB format.
//!
//! Invariants: the strongest database that has an entry decides; what is known to be anycast, local or reserved is decided
//! before any of them. A damaged database yields [`Standing::Unreadable`], never a country and never a panic.
//!
//! Record forms that are read: `{"country_code": "DE"}` and `{"country": {"iso_code": "DE"}}`, and beside either
//! `{"anycast": true}` or `{"traits": {"is_anycast": true}}`. `registered_country` is not read: it is where the holder of
//! the block has its seat, not where the host is.

use std::net::IpAddr;
use std::{error, fmt};

use maxminddb::{LookupResult, MaxMindDbError, Reader, path};

use crate::address::{self, Standing as Kind};
use crate::anycast;
use crate::country::Country;
use crate::site::{Evidence, Site, Source, Standing};

/// A set of databases to look addresses up in. Immutable in use, so it can be shared and swapped as a whole.
#[derive(Default)]
pub struct Atlas {
    /// Strongest first.
    volumes: Vec<Volume>,
}

struct Volume {
    source: Source,
    reader: Reader<Vec<u8>>,
}

/// What one database says of an address.
enum Entry {
    Missing,
    Unreadable,
    Anycast,
    /// A record; the code it gives, if any.
    Says(Option<String>),
}

impl Atlas {
    /// An atlas without a database: every public address is [`Standing::NoDatabase`].
    pub fn empty() -> Self {
        Self::default()
    }

    /// An atlas with one database of countries, from the bytes of its `.mmdb` file.
    ///
    /// # Errors
    /// If the bytes are not a MaxMind DB, or its head is damaged. Damage further inside shows at the look-up.
    pub fn from_mmdb(bytes: Vec<u8>) -> Result<Self, AtlasError> {
        let mut atlas = Self::empty();
        atlas.add(Source::CountryDatabase, bytes)?;
        Ok(atlas)
    }

    /// Adds a database. Stronger sources are asked first, equals in the order in which they were added.
    ///
    /// # Errors
    /// As [`Atlas::from_mmdb`]; the atlas then stays as it was.
    pub fn add(&mut self, source: Source, bytes: Vec<u8>) -> Result<(), AtlasError> {
        let reader = Reader::from_source(bytes).map_err(|error| AtlasError::of(&error))?;
        let at = self.volumes.partition_point(|volume| volume.source <= source);
        self.volumes.insert(at, Volume { source, reader });
        Ok(())
    }

    /// When the oldest database was made, in Unix seconds: the age of the atlas is that of its oldest part.
    pub fn build(&self) -> Option<u64> {
        self.volumes.iter().map(Volume::build).min()
    }

    /// Where an address is, and who says so.
    pub fn locate(&self, address: IpAddr) -> Site {
        let place = |standing| Site { address, country: None, standing, evidence: Vec::new() };
        let host = match address::standing(address) {
            Kind::Local => return place(Standing::Local),
            Kind::Reserved => return place(Standing::Reserved),
            Kind::Public(host) => host,
        };
        if anycast::network(host).is_some() {
            let listed =
                Evidence { source: Source::RangeFile, says: None, build: Some(anycast::COMPARED) };
            return Site { evidence: vec![listed], ..place(Standing::Anycast) };
        }
        self.look_up(place(Standing::NoDatabase), host)
    }

    /// Fills in what the databases say. The first that has an entry decides, the others only testify.
    fn look_up(&self, mut site: Site, host: IpAddr) -> Site {
        let mut decided = false;
        for volume in &self.volumes {
            let (standing, country, says) = match volume.entry(host) {
                Entry::Missing => (Standing::NotListed, None, None),
                Entry::Unreadable => (Standing::Unreadable, None, None),
                Entry::Anycast => (Standing::Anycast, None, None),
                Entry::Says(code) => {
                    let country = code.as_deref().and_then(|code| Country::parse(code).ok());
                    let standing =
                        if country.is_some() { Standing::Country } else { Standing::NotACountry };
                    (standing, country, code)
                }
            };
            site.evidence.push(Evidence {
                source: volume.source,
                says,
                build: Some(volume.build()),
            });
            if !decided {
                (site.standing, site.country) = (standing, country);
                decided = standing != Standing::NotListed;
            }
        }
        site
    }
}

impl Volume {
    fn build(&self) -> u64 {
        self.reader.metadata().build_epoch
    }

    fn entry(&self, host: IpAddr) -> Entry {
        if host.is_ipv6() && self.reader.metadata().ip_version == 4 {
            return Entry::Missing;
        }
        let Ok(found) = self.reader.lookup(host) else { return Entry::Unreadable };
        if !found.has_data() {
            return Entry::Missing;
        }
        read(&found).unwrap_or(Entry::Unreadable)
    }
}

fn read(found: &LookupResult<'_, Vec<u8>>) -> Result<Entry, MaxMindDbError> {
    let flags = [
        found.decode_path::<bool>(&path!["anycast"])?,
        found.decode_path(&path!["traits", "is_anycast"])?,
    ];
    if flags.contains(&Some(true)) {
        return Ok(Entry::Anycast);
    }
    let mut code = found.decode_path::<&str>(&path!["country_code"])?;
    if code.is_none() {
        code = found.decode_path(&path!["country", "iso_code"])?;
    }
    // A code longer than any country's is not worth recording: it is foreign text.
    Ok(Entry::Says(code.filter(|code| code.len() <= LONGEST_CODE).map(str::to_owned)))
}

/// Bytes of a country code that is worth keeping as evidence, valid or not.
const LONGEST_CODE: usize = 3;

impl fmt::Debug for Atlas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Atlas")
            .field("databases", &self.volumes.len())
            .field("build", &self.build())
            .finish()
    }
}

/// Why bytes are not a database of addresses. Quotes nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtlasError {
    offset: Option<usize>,
    too_large: bool,
}

impl AtlasError {
    fn of(error: &MaxMindDbError) -> Self {
        match error {
            MaxMindDbError::InvalidDatabase { offset, .. }
            | MaxMindDbError::Decoding { offset, .. } => Self { offset: *offset, too_large: false },
            MaxMindDbError::ResourceLimit { offset, .. } => {
                Self { offset: *offset, too_large: true }
            }
            _ => Self { offset: None, too_large: false },
        }
    }

    /// The byte at which the damage was found, if it has a place.
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }
}

impl fmt::Display for AtlasError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.too_large {
            "the database unpacks to more than is allowed"
        } else {
            "this is not a whole MaxMind DB file"
        };
        f.write_str(what)?;
        if let Some(offset) = self.offset {
            write!(f, " (at byte {offset})")?;
        }
        f.write_str("; fetch it again and compare its checksum")
    }
}

impl error::Error for AtlasError {}

#[cfg(test)]
mod tests;

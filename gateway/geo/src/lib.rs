//! Countries, zones and addresses: where a place is, and on what evidence.
//!
//! Nothing here looks anything up on a network or in a file: addresses, and the bytes of databases come in as values. Nothing here is proof either, except of a contradiction. A database of countries is an opinion on who
//! announces an address; it serves to notice that a claim is false, and [`Grade`] says how much an answer is worth.
//!
//! ```
//! use geo::{Atlas, Country, Grade, Standing, grade, grade_here};
//!
//! let atlas = Atlas::empty(); // or Atlas::from_mmdb(bytes)
//! let own = atlas.locate([10, 0, 0, 7].into());
//! let cdn = atlas.locate([104, 18, 32, 1].into());
//! assert_eq!((own.standing, cdn.standing), (Standing::Local, Standing::Anycast));
//! assert_eq!(grade_here(&[own]), Grade::Consistent);
//! assert_eq!(grade(&[Country::parse("US")?], &[cdn]), Grade::Unprovable);
//! # Ok::<(), geo::NotACountry>(())
//! ```

mod address;
mod anycast;
mod assigned;
mod atlas;
mod country;
mod prefix;
mod site;

pub use atlas::{Atlas, AtlasError};
pub use country::{Country, NotACountry};
pub use prefix::{NotAPrefix, Prefix};
pub use site::{Evidence, Grade, Site, Source, Standing, grade, grade_here};

//! A destination that a request may go to, with what is known of its place.

use std::net::IpAddr;

use geo::{Country, Evidence, Grade, Site};
use policy::DestinationId;

use crate::Book;

/// One destination, every address its name stands for now, and the evidence of where they are.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What the policy is asked about.
    pub facts: policy::Candidate,
    /// Each address with its evidence, in the resolver's order.
    pub sites: Vec<Site>,
}

impl Candidate {
    /// Looks all `addresses` up in the book's atlas and grades the destination's own claim by them.
    #[must_use]
    pub fn new(book: &Book, destination: DestinationId, addresses: &[IpAddr]) -> Self {
        let sites: Vec<Site> =
            addresses.iter().map(|address| book.atlas.locate(*address)).collect();
        let info = book.destination(destination);
        let grade = match (sites.is_empty(), info.zone.is_some() && info.claimed.is_empty()) {
            (true, _) => Grade::Unprovable,
            (false, true) => geo::grade_here(&sites),
            (false, false) => geo::grade(&info.claimed, &sites),
        };
        let mut found: Vec<Country> = sites.iter().filter_map(|site| site.country).collect();
        found.sort_unstable();
        found.dedup();
        // What is not declared the policy itself counts as unknown.
        Self { facts: policy::Candidate { destination, grade, found, place_known: true }, sites }
    }

    /// The evidence of all addresses, for the record.
    pub fn evidence(&self) -> impl Iterator<Item = &Evidence> {
        self.sites.iter().flat_map(|site| site.evidence.iter())
    }
}

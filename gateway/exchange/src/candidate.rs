//! A destination that a request may go to, with what is known of its place.

use std::net::IpAddr;
use std::sync::Arc;

use geo::{Country, Evidence, Grade, Site};
use policy::{DestinationId, DestinationInfo};

use crate::Book;

/// One destination, every address its name stands for now, and the evidence of where they are.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What the policy is asked about.
    pub facts: policy::Candidate,
    /// Each address with its evidence, in the resolver's order.
    pub sites: Vec<Site>,
    /// Why its name stands for no address: a stable code of the resolver.
    pub unresolved: Option<&'static str>,
}

impl Candidate {
    /// Looks all `addresses` up in the book's atlas and grades the destination's own claims by them: that it is in
    /// certain countries, that it is in a zone of our own, or both, which is worth what the worse of them is.
    #[must_use]
    pub fn new(book: &Book, destination: DestinationId, addresses: &[IpAddr]) -> Arc<Self> {
        Arc::new(Self::at(book, destination, addresses))
    }

    /// A destination whose name stands for no address that may be used, and the resolver's code for why.
    #[must_use]
    pub fn unresolved(book: &Book, destination: DestinationId, why: &'static str) -> Arc<Self> {
        Arc::new(Self { unresolved: Some(why), ..Self::at(book, destination, &[]) })
    }

    fn at(book: &Book, destination: DestinationId, addresses: &[IpAddr]) -> Self {
        let sites: Vec<Site> =
            addresses.iter().map(|address| book.atlas.locate(*address)).collect();
        let info = book.destination(destination);
        let in_zone = info.zone.is_some()
            || info.processed.iter().any(|place| Country::parse(place).is_err());
        let grade = match (in_zone, info.claimed.is_empty()) {
            (true, true) => geo::grade_here(&sites),
            (true, false) => geo::grade_here(&sites).min(geo::grade(&info.claimed, &sites)),
            (false, _) => geo::grade(&info.claimed, &sites),
        };
        // What an address contradicts no control and no inventory makes good.
        let grade = if grade == Grade::Refuted {
            grade
        } else {
            said(info).map_or(grade, |said| grade.max(said))
        };
        let mut found: Vec<Country> = sites.iter().filter_map(|site| site.country).collect();
        found.sort_unstable();
        found.dedup();
        // A refuted claim is worth less than none: it could be anywhere. What is not declared at all the policy itself
        // counts as unknown.
        let place_known = grade != Grade::Refuted;
        let facts =
            policy::Candidate { grade, found, place_known, ..policy::Candidate::to(destination) };
        Self { facts, sites, unresolved: None }
    }

    /// The evidence of all addresses, for the record.
    pub fn evidence(&self) -> impl Iterator<Item = &Evidence> {
        self.sites.iter().flat_map(|site| site.evidence.iter())
    }
}

/// What a destination's place is worth by what the policy says of it: with a field by which its operator lets the customer choose the
/// place, and which the gateway sets, no other place is left.
fn said(info: &DestinationInfo) -> Option<Grade> {
    let declared = info.inventory.is_some().then_some(Grade::Declared);
    if info.pins.is_empty() { declared } else { Some(Grade::Proven) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop here")]

    use std::collections::BTreeMap;

    use detect::Detector;
    use geo::Atlas;
    use policy::{Catalogue, Rulebook, Source};

    use super::*;
    use crate::{Bounds, Keys, Search};

    /// A policy with one destination, of which these lines say where it is.
    fn book(places: &str, before: &str) -> Book {
        let text = format!(
            "policy p\n  \"For a test\"\n  default block\n  clock UTC\n\nzone here\n  \"The premises\"\n\n{before}\
             destination d\n  \"Some model\"\n  url http://d.test/v1\n  operator Office, answers to AT\n  tier market\n{places}"
        );
        let sources = [Source { path: "p.policy".to_owned(), text }];
        let rulebook = Rulebook::compile(&sources, &Catalogue { detectors: &[] })
            .unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        let keys = Keys { tokens: [0; 32], pseudonyms: incident::Key::new("k", [0; 32]) };
        let detector = Detector::compile(&[]).unwrap();
        Book::new(
            Search::new(detector),
            rulebook,
            Atlas::empty(),
            keys,
            BTreeMap::new(),
            Bounds::default(),
        )
        .unwrap()
    }

    fn check(places: &str, address: &str, expect: (Grade, bool)) {
        let book = book(places, "");
        let destination = book.rulebook.destination("d").unwrap();
        let candidate = Candidate::new(&book, destination, &[address.parse().unwrap()]);
        let facts = &candidate.facts;
        assert_eq!((facts.grade, facts.place_known), expect, "{places} at {address}");
    }

    #[test]
    fn a_refuted_place_is_not_known() {
        check("  zone here\n", "127.0.0.1", (Grade::Consistent, true));
        check("  zone here\n", "160.79.104.10", (Grade::Refuted, false));
    }

    #[test]
    fn of_two_claims_the_worse_counts() {
        check("  processed in AT\n", "160.79.104.10", (Grade::Unprovable, true));
        check("  zone here\n  processed in AT\n", "127.0.0.1", (Grade::Unprovable, true));
        check("  zone here\n  stored in AT\n", "160.79.104.10", (Grade::Refuted, false));
        check("  processed in here\n", "160.79.104.10", (Grade::Refuted, false));
    }

    #[test]
    fn what_the_policy_says_of_a_place_counts_where_no_address_contradicts_it() {
        let pin = "  processed in AT\n  pins geo to at\n";
        check(pin, "160.79.104.10", (Grade::Proven, true));
        let inventory = "  processed in AT\n  inventory deployment 7, one region\n";
        check(inventory, "160.79.104.10", (Grade::Declared, true));
        check(&format!("  zone here\n{pin}"), "160.79.104.10", (Grade::Refuted, false));
    }

    #[test]
    fn connections_are_shared_with_the_same_destination_after_a_reload() {
        let another = "destination c\n  \"Another\"\n  url http://c.test/v1\n  operator Office, answers to AT\n  tier market\n  processed in AT\n\n";
        let trust = |book: &Book| book.endpoint(book.rulebook.destination("d").unwrap()).trust;
        let (old, new) = (book("  processed in AT\n", ""), book("  processed in AT\n", another));
        assert_eq!(trust(&old), trust(&new));
        assert_ne!(trust(&new), new.endpoint(new.rulebook.destination("c").unwrap()).trust);
    }
}

//! The set against an ordinary one.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn some_countries() -> impl Strategy<Value = BTreeSet<Country>> {
    let valid: Vec<Country> =
        Country::all().chain(Country::declare("ZZ")).chain(Country::declare("AA")).collect();
    proptest::collection::btree_set(proptest::sample::select(valid), 0..40)
}

proptest! {
    #[test]
    fn agrees_with_an_ordinary_set(a in some_countries(), b in some_countries()) {
        let (x, y): (Countries, Countries) = (a.iter().copied().collect(), b.iter().copied().collect());
        let same = |set: Countries, expect: BTreeSet<Country>| {
            assert_eq!(set.len(), expect.len());
            assert!(set.iter().eq(expect));
        };
        same(x, a.clone());
        same(x.union(&y), a.union(&b).copied().collect());
        same(x.intersection(&y), a.intersection(&b).copied().collect());
        same(x.difference(&y), a.difference(&b).copied().collect());
        prop_assert_eq!(x.is_subset(&y), a.is_subset(&b));
        prop_assert_eq!(x.is_disjoint(&y), a.is_disjoint(&b));
        prop_assert_eq!(x.is_empty(), a.is_empty());
        let json = serde_json::to_string(&x).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(serde_json::from_str::<Countries>(&json).ok(), Some(x));
    }
}

#[test]
fn inserts_and_removes() {
    let mut set = Countries::EMPTY;
    for country in Country::all() {
        assert!(set.insert(country) && !set.insert(country));
    }
    assert_eq!(set, Countries::assigned());
    for country in Country::all() {
        assert!(set.remove(country) && !set.remove(country));
    }
    assert!(set.is_empty());
}

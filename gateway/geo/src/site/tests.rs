//! Claims against places.

use super::*;

fn site(says: &str) -> Site {
    let (standing, country) = match says {
        "local" => (Standing::Local, None),
        "anycast" => (Standing::Anycast, None),
        "missing" => (Standing::NotListed, None),
        "none" => (Standing::NoDatabase, None),
        "reserved" => (Standing::Reserved, None),
        code => (Standing::Country, Country::parse(code).ok()),
    };
    Site { address: [9, 9, 9, 9].into(), country, standing, evidence: Vec::new() }
}

fn check(claimed: &[&str], sites: &[&str], expect: Grade) {
    let claimed: Vec<Country> = claimed.iter().flat_map(|code| Country::parse(code)).collect();
    let places: Vec<Site> = sites.iter().map(|says| site(says)).collect();
    assert_eq!(grade(&claimed, &places), expect, "{claimed:?} against {sites:?}");
}

#[test]
fn inside_is_consistent_and_outside_refuted() {
    check(&["DE"], &["DE"], Grade::Consistent);
    check(&["DE", "FR"], &["FR", "DE"], Grade::Consistent);
    check(&["DE"], &["DE", "US"], Grade::Refuted);
    check(&["DE"], &["anycast", "US"], Grade::Refuted);
}

#[test]
fn doubt_is_unprovable() {
    for doubt in ["local", "anycast", "missing", "none", "reserved"] {
        check(&["DE"], &[doubt], Grade::Unprovable);
        check(&["DE"], &["DE", doubt], Grade::Unprovable);
    }
    check(&["DE"], &[], Grade::Unprovable);
    check(&[], &["DE"], Grade::Unprovable);
    check(&[], &[], Grade::Unprovable);
}

#[test]
fn here_means_local() {
    let here = |says: &[&str]| grade_here(&says.iter().map(|s| site(s)).collect::<Vec<_>>());
    assert_eq!(here(&["local", "local"]), Grade::Consistent);
    assert_eq!(here(&["local", "DE"]), Grade::Refuted);
    assert_eq!(here(&["missing"]), Grade::Refuted);
    assert_eq!(here(&["anycast"]), Grade::Refuted);
    assert_eq!(here(&[]), Grade::Unprovable);
}

#[test]
fn grades_and_sources_have_an_order() {
    assert!(Grade::Refuted < Grade::Unprovable && Grade::Unprovable < Grade::Declared);
    assert!(Grade::Declared < Grade::Consistent && Grade::Consistent < Grade::Proven);
    assert!(Source::RangeFile < Source::CountryDatabase);
}

#[test]
fn json_has_names() {
    let mut site = site("DE");
    site.evidence.push(Evidence {
        source: Source::CountryDatabase,
        says: Some("DE".to_owned()),
        build: Some(7),
    });
    let json = serde_json::to_string(&site).unwrap_or_default();
    assert_eq!(
        json,
        r#"{"address":"9.9.9.9","country":"DE","standing":"country","evidence":[{"source":"country-database","says":"DE","build":7}]}"#
    );
    assert_eq!(serde_json::from_str::<Site>(&json).ok(), Some(site));
    for grade in
        [Grade::Refuted, Grade::Unprovable, Grade::Declared, Grade::Consistent, Grade::Proven]
    {
        assert_eq!(serde_json::to_string(&grade).ok(), Some(format!("\"{grade}\"")));
    }
}

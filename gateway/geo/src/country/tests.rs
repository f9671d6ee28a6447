//! Which texts are countries.

use super::*;

fn check(code: &str, expect: Result<&str, NotACountry>) {
    assert_eq!(
        Country::parse(code).map(|c| c.as_str().to_owned()),
        expect.map(str::to_owned),
        "{code}"
    );
}

#[test]
fn assigned_codes_are_countries() {
    check("DE", Ok("DE"));
    check("AX", Ok("AX"));
    check("ZW", Ok("ZW"));
    assert_eq!(Country::all().count(), 249);
    assert!(Country::all().is_sorted_by(|a, b| a < b), "sorted, each once");
    for country in Country::all() {
        check(country.as_str(), Ok(country.as_str()));
        assert!(country.name().is_some_and(|name| !name.is_empty()));
    }
}

#[test]
fn other_texts_are_not() {
    for shape in ["", "D", "de", "De", "DEU", "D1", "ÄÖ", " DE", "D\0"] {
        check(shape, Err(NotACountry::Shape));
    }
    for unassigned in ["EU", "AN", "SU", "AP", "YU", "QL"] {
        check(unassigned, Err(NotACountry::Unassigned));
    }
    for left_to_users in ["AA", "QM", "QZ", "XA", "XK", "XZ", "ZZ"] {
        check(left_to_users, Err(NotACountry::Undeclared));
        assert_eq!(Country::declare(left_to_users).map(|c| c.is_user_assigned()), Ok(true));
    }
    check("UK", Err(NotACountry::Reserved(Country(*b"GB"))));
    check("EL", Err(NotACountry::Reserved(Country(*b"GR"))));
}

#[test]
fn only_user_assigned_codes_are_declared() {
    assert_eq!(Country::declare("QL"), Err(NotACountry::Unassigned));
    assert_eq!(Country::declare("DE"), Err(NotACountry::Unassigned));
    assert!(Country::all().all(|country| !country.is_user_assigned()));
}

#[test]
fn json_is_the_code() {
    let read =
        |json: &str| serde_json::from_str::<Country>(json).map(|c| c.as_str().to_owned()).ok();
    assert_eq!(read(r#""FR""#).as_deref(), Some("FR"));
    assert_eq!(read(r#""XK""#).as_deref(), Some("XK"));
    assert_eq!(read(r#""QL""#), None);
    assert_eq!(read(r#""UK""#), None);
    assert_eq!(serde_json::to_string(&Country(*b"FR")).ok().as_deref(), Some(r#""FR""#));
}

#[test]
fn errors_quote_nothing() {
    let error = Country::parse("hunter2").map_err(|e| e.to_string());
    assert!(error.is_err_and(|text| !text.contains("hunter2")));
}

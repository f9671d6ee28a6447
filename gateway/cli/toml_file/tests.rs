//! What is told of files that are wrong, and where.

use crate::cli::config::Config;

use super::*;

fn problems(text: &str) -> Vec<String> {
    read::<Config>(Path::new("x.toml"), text, "look it up").problems
}

fn check(text: &str, expect: &[&str]) {
    let found = problems(text);
    let starts: Vec<&str> = found.iter().filter_map(|problem| problem.lines().next()).collect();
    assert_eq!(starts.len(), expect.len(), "{found:#?}");
    for (start, expect) in starts.iter().zip(expect) {
        assert!(start.starts_with(expect), "{start}\n is not \n{expect}");
    }
}

#[test]
fn all_are_told_at_once_and_each_with_its_place() {
    check(
        "nonsense = 1\n[limits]\nbody = true\nhead_time = \"soon\"\n[[routes]]\ndialect = \"x\"\n[admin]\naddress = 5\n",
        &[
            "x.toml:1:1: nonsense: there is no such key",
            "x.toml:3:8: limits.body: this boolean cannot be used, expected a size",
            "x.toml:4:13: limits.head_time: this string cannot be used, expected a time",
            "x.toml:5:1: routes[0]: the key `destination` is missing",
            "x.toml:8:11: admin.address: this integer cannot be used",
        ],
    );
}

#[test]
fn a_wrong_value_of_a_needed_key_is_told_once() {
    check(
        "[[routes]]\ndestination = 7\n[[routes]]\ndestination = \"a\"\nx = 1\n",
        &["x.toml:2:15: routes[0].destination: this integer", "x.toml:5:1: routes[1].x: there"],
    );
}

#[test]
fn no_value_is_quoted() {
    let secret = "sk-live-0123456789";
    for text in [
        format!("limits = \"{secret}\""),
        format!("[limits]\nbody = \"{secret}\""),
        format!("[limits]\nheaders = \"{secret}, expected {secret}\""),
        format!("[keys]\ndestinations = \"{secret}\""),
        format!("[keys]\nsecret = [\"{secret}\"]"),
        format!("[journal]\nrecord = \"{secret}\""),
        format!("[admin]\naddress = \"{secret}\""),
        format!("[keys]\nsecret = {secret}"),
        format!("[keys]\nsecret = \"{secret}"),
    ] {
        let found = problems(&text).join("\n");
        assert!(!found.is_empty() && !found.contains(secret), "{found}");
    }
}

#[test]
fn only_the_first_slip_of_the_pen_is_told() {
    check("[dns]\nservers = [\"192.0.2.1:53\"\n[admin]\nhosts = []\n", &["x.toml:"]);
    check("a = \nb = \nc = \n", &["x.toml:1:"]);
    check("not toml at all", &["x.toml:1:"]);
}

#[test]
fn a_key_that_stands_twice_hides_nothing() {
    check(
        "[admin]\nhosts = []\nhosts = []\n[limits]\nbody = true\n",
        &["x.toml:3:1: duplicate key", "x.toml:5:8: limits.body"],
    );
}

#[test]
fn what_can_be_read_is_read() {
    let text = "[[listeners]]\nname = \"a\"\naddress = 5\nh2c = true\n[[listeners]]\n[[routes]]\ndestination = \"d\"\nx = 1\n";
    let read: Reading<Config> = read(Path::new("x.toml"), text, "look it up");
    assert_eq!(read.problems.len(), 4, "{:#?}", read.problems);
    let config = read.value.map(|config| (config.listeners, config.routes));
    let (listeners, routes) = config.unwrap_or_default();
    assert_eq!(listeners.iter().map(|l| (l.name.as_str(), l.h2c)).next(), Some(("a", true)));
    assert_eq!(routes.len(), 1);
    let told = |key: &str| read.places.problem(key, "!");
    assert_eq!(told("listeners[0].name").as_deref(), Some("x.toml:2:1: listeners[0].name: !"));
    assert_eq!(told("routes[0].prefix").as_deref(), Some("x.toml:6:1: routes[0].prefix: !"));
    assert_eq!(told("admin.address").as_deref(), Some("x.toml: admin.address: !"));
    for lost in ["listeners[0].address", "listeners[1].name", "listeners[1]", "listeners"] {
        assert_eq!(told(lost), None, "{lost}");
    }
}

#[test]
fn places_are_those_of_the_file_as_written() {
    let text = "routes = [1, { destination = \"d\" }]\n";
    let read: Reading<Config> = read(Path::new("x.toml"), text, "look it up");
    let told = read.places.problem("routes[0].destination", "!");
    assert_eq!(told.as_deref(), Some("x.toml:1:16: routes[1].destination: !"));
    assert!(read.places.lacks_items("routes") && !read.places.lacks_items("listeners"));
}

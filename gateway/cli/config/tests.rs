//! What is told of a configuration, beyond its form.

#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use std::path::Path;

use super::Config;

/// Each problem begins as expected, behind the name of the file, and there are no others.
fn check(text: &str, expect: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.toml");
    std::fs::write(&path, text).unwrap();
    let (_, problems) = Config::read(&path);
    let behind = |problem: &String| {
        let line = problem.lines().next().unwrap_or_default();
        line.strip_prefix(&*path.to_string_lossy()).unwrap_or(line).to_owned()
    };
    let told: Vec<String> = problems.iter().map(behind).collect();
    assert_eq!(told.len(), expect.len(), "{told:#?}");
    for (told, expect) in told.iter().zip(expect) {
        assert!(told.starts_with(expect), "{told}\n is not \n{expect}");
    }
}

const LISTENERS: &str = "[[listeners]]\nname = \"a\"\naddress = \"127.0.0.1:1\"\n[[listeners]]\nname = \"a\"\naddress = \"127.0.0.1:2\"\n";

#[test]
fn what_is_wrong_after_reading_has_its_place() {
    check(
        "[[routes]]\ndestination = \"d\"\nlistener = \"mian\"\n[[routes]]\ndestination = \"d\"\nprefix = \"x\"\n",
        &[
            ":3:1: routes[0].listener: there is no listener called `mian`; did you mean `main`?",
            ":6:1: routes[1].prefix: must start",
        ],
    );
    check(
        "[identity]\nnetworks = [{ name = \"n\", cidr = \"10.20.0.1/16\" }]\n",
        &[
            ":2:27: identity.networks[0].cidr: host bits are set; the block of this length is `10.20.0.0/16`",
        ],
    );
    check("[admin]\naddress = \"127.0.0.1:8787\"\n", &[":2:1: admin.address: is a listener's"]);
}

#[test]
fn a_name_that_is_used_twice_is_told_once() {
    let routes = "[[routes]]\nlistener = \"b\"\ndestination = \"d\"\n";
    check(
        &format!("{LISTENERS}{routes}"),
        &[
            ":5:1: listeners[1].name: is used twice",
            ":2:1: listeners[0].name: `a` has no route",
            ":8:1: routes[0].listener: there is no listener called `b`",
        ],
    );
}

#[test]
fn a_key_that_cannot_be_read_hides_nothing_and_has_no_echo() {
    // Not that the name has no address, which follows from it.
    check(
        "[dns]\nhosts = { \"a.example\" = [\"x\"] }\n[journal]\ncheckpoint = \"1h\"\n",
        &[":2:26: dns.hosts.a.example[0]: invalid IP address", ":4:1: journal.checkpoint: is"],
    );
    // Not that the other listener is none.
    check(
        "[[listeners]]\nname = 5\naddress = \"x\"\n[[routes]]\nlistener = \"b\"\ndestination = 7\nprefix = \"x\"\n",
        &[
            ":2:8: listeners[0].name: this integer",
            ":3:11: listeners[0].address: invalid socket address",
            ":6:15: routes[0].destination: this integer",
            ":7:1: routes[0].prefix: must start",
        ],
    );
    // Nor that the memory is too small for the default.
    check("[limits]\nbody = true\nmemory = \"1 MiB\"\n", &[":2:8: limits.body: this boolean"]);
    check("routes = 5\n", &[":1:10: routes: this integer"]);
}

#[test]
fn the_file_itself_may_be_missing() {
    let (config, problems) = Config::read(Path::new("/nowhere/x.toml"));
    assert!(config.is_none() && problems.len() == 1);
}

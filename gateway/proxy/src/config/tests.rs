//! The configuration as a file says it.

#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use super::{ProxyConfig, Size, Time};

fn parse(text: &str) -> Result<ProxyConfig, String> {
    toml::from_str(text).map_err(|e| e.message().to_owned())
}

fn check(text: &str, keys: &[&str]) {
    let config = parse(text).unwrap();
    let found: Vec<String> = config.check().into_iter().map(|p| p.key).collect();
    assert_eq!(found, keys, "{text}");
}

const LISTENER: &str = "[[listeners]]\nname = \"a\"\naddress = \"127.0.0.1:8080\"\n";

#[test]
fn defaults_are_within_bounds() {
    check(LISTENER, &[]);
}

#[test]
fn all_values_out_of_bounds_are_told_at_once() {
    check("", &["listeners"]);
    check(
        &format!(
            "{LISTENER}[limits]\nbody = \"2GiB\"\nhead_time = \"1ms\"\n[pool]\nh2_streams = 0\n"
        ),
        &["limits.body", "limits.head_time", "limits.memory", "pool.h2_streams"],
    );
    check(&format!("{LISTENER}{LISTENER}"), &["listeners[1].name", "listeners[1].address"]);
    check("[dns.hosts]\n\"api.x\" = []\n", &["listeners", "dns.hosts.api.x"]);
}

#[test]
fn unknown_keys_are_refused() {
    assert!(parse("[limits]\nbodyy = 1\n").unwrap_err().contains("unknown field"));
}

#[test]
fn sizes_and_times_are_read_with_their_units() {
    let config = parse("[limits]\nbody = \"64 KiB\"\nmemory = 4096\nidle = \"5m\"\n[upstream]\nconnect = \"250ms\"\n").unwrap();
    assert_eq!(config.limits.body, Size::kibibytes(64));
    assert_eq!(config.limits.memory, Size::bytes(4096));
    assert_eq!(config.limits.idle, Time::seconds(300));
    assert_eq!(config.upstream.connect, Time::millis(250));
    let minutes = parse("[limits]\nidle = \"5 min\"\n").unwrap();
    assert_eq!(minutes.limits.idle, Time::seconds(300));
    assert_eq!(minutes.limits.idle.to_string(), "5min");
    for wrong in [
        "idle = 5",
        "idle = \"5\"",
        "idle = \"-5s\"",
        "idle = \"5 days\"",
        "body = \"99999999999GiB\"",
        "body = -1",
    ] {
        assert!(parse(&format!("[limits]\n{wrong}\n")).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_written_is_read_back() {
    let config = parse(&format!("{LISTENER}[dns.hosts]\n\"api.x\" = [\"127.0.0.1\"]\n")).unwrap();
    let text = toml::to_string(&config).unwrap();
    assert_eq!(parse(&text).unwrap(), config);
}

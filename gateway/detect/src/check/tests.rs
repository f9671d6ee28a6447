//! Checks against published vectors.

use super::*;

fn check(name: &str, value: &str, expect: bool) {
    let verdict = Check::named(name).map(|c| c.judge(value));
    assert_eq!(verdict.is_some_and(|v| v != Verdict::Fails), expect, "{name} {value}");
}

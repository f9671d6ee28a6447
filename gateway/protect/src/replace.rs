//! The text that stands in for a finding.

use crate::code::class_word;
use crate::tokeniser::Tokeniser;
use crate::vault::Vault;

/// How a finding is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Nothing stands in its place.
    Remove,
    /// Its class stands in its place, and nothing of its value, length or shape.
    Mask,
    /// A token stands in its place, which the vault can put back.
    Token,
}

/// What to send instead of `value`, which is of the data class `class` of the policy.
///
/// The result is ASCII without quotes, backslashes or control characters, so it needs no escape in JSON.
pub fn replacement(
    method: Method,
    class: &str,
    value: &str,
    tokeniser: &Tokeniser,
    vault: &mut Vault,
) -> String {
    match method {
        Method::Remove => String::new(),
        Method::Mask => mask(class),
        Method::Token => tokeniser.token(class, value, vault),
    }
}

/// The mask of a class: `[HEALTH]` for `health`, `[NATIONALID]` for `national-id`. It is never restored.
pub fn mask(class: &str) -> String {
    format!("[{}]", class_word(class))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokeniser::Scope;

    fn check(method: Method, expect: fn(&str) -> bool) {
        let scope = Scope { tenant: "t", destination: "d", application: "a", period: "p" };
        let mut vault = Vault::default();
        let text = replacement(
            method,
            "national-id",
            "811218-9876",
            &Tokeniser::new(&[1; 32], &scope),
            &mut vault,
        );
        assert!(expect(&text), "{text}");
        assert_eq!(vault.is_empty(), method != Method::Token);
        assert!(text.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\'));
    }

    #[test]
    fn each_method_leaves_what_it_says() {
        check(Method::Remove, str::is_empty);
        check(Method::Mask, |text| text == "[NATIONALID]");
        check(Method::Token, |text| {
            text.starts_with("[NATIONALID-") && text.len() == "[NATIONALID-]".len() + 10
        });
    }
}

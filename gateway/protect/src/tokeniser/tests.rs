//! The same tokens everywhere, and others elsewhere.

use super::*;

const SCOPE: Scope<'_> =
    Scope { tenant: "t", destination: "d", application: "a", period: "2026-11" };

fn token(scope: &Scope<'_>, class: &str, value: &str) -> String {
    Tokeniser::new(&[7; 32], scope).token(class, value, &mut Vault::default())
}

#[test]
fn tokens_are_the_same_everywhere() {
    // Computed apart from this code; a change here unlinks every token that is still in a conversation.
    assert_eq!(token(&SCOPE, "email", "ann@example.org"), "[EMAIL-FPQ6S1M6KV]");
    assert_eq!(token(&SCOPE, "national-id", "811218-9876"), "[NATIONALID-8J8R1T0JS9]");
    assert_eq!(token(&SCOPE, "national-id", "8112189876"), "[NATIONALID-8J8R1T0JS9]");
}

#[test]
fn each_part_of_the_scope_counts() {
    let same = token(&SCOPE, "email", "ann@example.org");
    let others = [
        Scope { tenant: "u", ..SCOPE },
        Scope { destination: "e", ..SCOPE },
        Scope { application: "b", ..SCOPE },
        Scope { period: "2026-12", ..SCOPE },
        // The same letters, divided otherwise.
        Scope { tenant: "td", destination: "", ..SCOPE },
    ];
    let codes: std::collections::BTreeSet<String> = others
        .iter()
        .map(|scope| token(scope, "email", "ann@example.org"))
        .chain([same.clone()])
        .collect();
    assert_eq!(codes.len(), 1 + others.len());
    assert_eq!(token(&SCOPE, "email", "ann@example.org"), same);
    let other_key =
        Tokeniser::new(&[8; 32], &SCOPE).token("email", "ann@example.org", &mut Vault::default());
    assert_ne!(other_key, same);
}

#[test]
fn spellings_are_values_of_their_own() {
    assert_ne!(token(&SCOPE, "name", "Jose\u{301}"), token(&SCOPE, "name", "Jos\u{e9}"));
    assert_ne!(token(&SCOPE, "name", "ann"), token(&SCOPE, "name", "Ann"));
}

#[test]
fn a_number_has_one_token_and_comes_back_as_it_stood_first() {
    let (tokeniser, mut vault) = (Tokeniser::new(&[7; 32], &SCOPE), Vault::default());
    let forms = ["4539 1488 0343 6467", "4539148803436467", "4539-1488-0343-6467"];
    let tokens = forms.map(|form| tokeniser.token("card", form, &mut vault));
    assert_eq!(tokens[0], tokens[1]);
    assert_eq!(tokens[0], tokens[2]);
    assert_eq!(vault.len(), 1);
    assert_eq!(vault.restore(&tokens[2]).text, forms[0]);
}

#[test]
fn values_that_only_differ_in_their_groups_come_back_as_themselves() {
    let (tokeniser, mut vault) = (Tokeniser::new(&[7; 32], &SCOPE), Vault::default());
    let values = ["192.168.1.11", "192.168.11.1", "19.216.81.11", "1.11.2026", "11.1.2026"];
    let tokens = values.map(|value| tokeniser.token("address", value, &mut vault));
    for (value, token) in values.iter().zip(&tokens) {
        assert_eq!(&vault.restore(token).text, value);
        assert_eq!(&tokeniser.token("address", value, &mut vault), token);
    }
}

#[test]
fn nothing_shows_in_debug() {
    assert_eq!(format!("{:?}", Tokeniser::new(&[7; 32], &SCOPE)), "Tokeniser");
}

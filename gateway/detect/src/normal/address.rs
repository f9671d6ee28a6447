//! The signs of an address in words: `john (at) mail (dot) com`, `john_at_mail.com`, `john AT mail DOT com`, `john @ mail . com`.

use std::sync::LazyLock;

use regex_automata::MatchKind;
use regex_automata::util::prefilter::Prefilter;

use super::bytes::{before, byte, count_from};
use super::local::{Local, Says};

/// Words for the signs of an address, lower case.
#[rustfmt::skip]
const SIGNS: &[(&str, char)] = &[
    ("@", '@'), ("a", '@'), ("aet", '@'), ("apenstaartje", '@'), ("arobase", '@'), ("arroba", '@'), ("at", '@'), ("at sign", '@'), ("at-sign", '@'),
    ("chiocciola", '@'), ("klammeraffe", '@'), ("malpa", '@'), ("małpa", '@'), ("ät", '@'), ("собака", '@'), ("＠", '@'),
    (".", '.'), ("d0t", '.'), ("dot", '.'), ("kropka", '.'), ("point", '.'), ("ponto", '.'), ("punct", '.'), ("punkt", '.'),
    ("punt", '.'), ("punto", '.'), ("точка", '.'), ("dash", '-'), ("hyphen", '-'), ("minus", '-'), ("underscore", '_'), ("plus", '+'),
];
/// Longest of them.
const SIGN_MAX: usize = 12;
/// Longest label of a host.
const LABEL_MAX: usize = 40;
/// Bytes around a word of [`WORDS`] in which the sign that tells may stand.
const AROUND: usize = 48;

/// What stands in an address in words that has no bracket and no `@`; the rare part of each word, and few of them:
/// more cost every byte of prose.
static WORDS: LazyLock<Option<Prefilter>> = LazyLock::new(|| {
    let words = [
        "dot ", "DOT ", "Dot ", "unkt ", "unto ", "rroba", "robase", "raffe", "iocciola", "_at_",
        "-at-", "*at*", "\"at\"",
    ];
    Prefilter::new(MatchKind::LeftmostFirst, &words)
});

fn spaces(text: &[u8], at: usize) -> usize {
    count_from(text, at, 2, |b| b == b' ')
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

fn named(word: &[u8]) -> Option<char> {
    let known = |(known, _): &&(&str, char)| known.as_bytes().eq_ignore_ascii_case(word);
    SIGNS.iter().find(known).map(|(_, sign)| *sign)
}

/// Calls `tells` with each place where a sign in words tells of an address, and its end.
pub(super) fn places(text: &[u8], mut tells: impl FnMut(usize, usize)) {
    let Some(words) = WORDS.as_ref() else { return };
    let (mut from, mut seen) = (0, 0);
    while let Some(found) = words.find(text, (from..text.len()).into()) {
        from = found.end;
        for at in found.start.saturating_sub(AROUND).max(seen)..found.end {
            seen = at + 1;
            if may_begin(byte(text, at))
                && let Some(local) = sign(text, at).filter(|local| local.telling)
            {
                tells(at, local.end);
                seen = local.end;
                break;
            }
        }
    }
}

/// Whether a sign in words may begin with this byte.
pub(super) fn may_begin(byte: u8) -> bool {
    byte == b' ' || byte == b'@' || is_frame(byte)
}

/// What stands on both sides of a word in its stead.
pub(super) fn is_frame(byte: u8) -> bool {
    matches!(byte, b'_' | b'-' | b'*' | b'|' | b'~' | b'/' | b'"' | b'\'')
}

/// A sign in words: in brackets or frames with or without spaces around, or bare between the words of an address; or a sign with spaces.
pub(super) fn sign(text: &[u8], at: usize) -> Option<Local> {
    let lead = spaces(text, at);
    if !is_word(before(text, at)) {
        return None;
    }
    match byte(text, at + lead) {
        b'(' | b'[' | b'{' | b'<' => bracketed(text, at + lead),
        b'@' => spaced(text, at, '@'),
        b'.' if lead > 0 => spaced(text, at, '.'),
        frame if is_frame(frame) => framed(text, at + lead),
        _ if lead == 1 => bare(text, at + 1),
        _ => None,
    }
}

fn bracketed(text: &[u8], open: usize) -> Option<Local> {
    let close = match byte(text, open) {
        b'(' => b')',
        b'[' => b']',
        b'{' => b'}',
        _ => b'>',
    };
    let from = open + 1 + spaces(text, open + 1);
    let inner = text.get(from..)?.iter().take(SIGN_MAX + 3).position(|b| *b == close)?;
    let word = text.get(from..from + inner)?.trim_ascii();
    let sign = named(word)?;
    let end = from + inner + 1;
    let end = end + spaces(text, end);
    // `f(a)` is a call.
    let telling = is_word(byte(text, end)) && word.len() > 1 || word == b"@" || word == b".";
    (telling && is_word(byte(text, end))).then_some(Local { end, says: Says::Char(sign), telling })
}

/// ` @ ` and ` . `, with a space on one side at least.
fn spaced(text: &[u8], at: usize, sign: char) -> Option<Local> {
    let lead = spaces(text, at);
    let end = at + lead + 1 + spaces(text, at + lead + 1);
    // ` @name` is someone who is spoken to.
    if end == at + lead + 1 || !byte(text, end).is_ascii_alphanumeric() {
        return None;
    }
    let telling = sign == '@';
    (!telling || dotted(text, end)).then_some(Local { end, says: Says::Char(sign), telling })
}

/// `_at_`, `*dot*`.
fn framed(text: &[u8], open: usize) -> Option<Local> {
    let frame = byte(text, open);
    let inner = text.get(open + 1..)?.iter().take(SIGN_MAX + 1).position(|b| *b == frame)?;
    let sign = named(text.get(open + 1..open + 1 + inner)?).filter(|_| inner > 1)?;
    let end = open + inner + 2;
    let end = end + spaces(text, end);
    let telling = sign == '@';
    let fits = if telling { dotted(text, end) } else { is_word(byte(text, end)) };
    fits.then_some(Local { end, says: Says::Char(sign), telling })
}

/// `at` where ` dot ` follows the next word, a word that means nothing else, or `dot`.
fn bare(text: &[u8], at: usize) -> Option<Local> {
    let word = word(text, at);
    let end = at + word.len() + 1;
    if byte(text, end - 1) != b' ' || label(text, end) == 0 {
        return None;
    }
    let sign = named(word).filter(|sign| matches!(sign, '@' | '.') && word.len() > 1)?;
    let telling = sign == '@';
    let fits = !telling || if word.len() > 2 { dotted(text, end) } else { in_words(text, end) };
    fits.then_some(Local { end, says: Says::Char(sign), telling })
}

/// The word that begins here.
fn word(text: &[u8], at: usize) -> &[u8] {
    text.get(at..at + count_from(text, at, SIGN_MAX + 1, is_word)).unwrap_or_default()
}

/// Length of the label of a host that begins here.
fn label(text: &[u8], at: usize) -> usize {
    count_from(text, at, LABEL_MAX, |b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Whether a label begins here that `dot` in words follows, and another label.
fn in_words(text: &[u8], at: usize) -> bool {
    let end = at + label(text, at);
    let Some(b' ') = text.get(end) else { return false };
    let word = word(text, end + 1);
    let next = end + 1 + word.len();
    // "At this point in time."
    let dot = word.len() > 1 && named(word) == Some('.') && !word.eq_ignore_ascii_case(b"point");
    end > at && dot && byte(text, next) == b' ' && label(text, next + 1) > 0
}

/// Whether a host begins here: labels with a dot of any kind between, of which the last is a word.
fn dotted(text: &[u8], at: usize) -> bool {
    // Framed in dashes, a dash is no part of the label.
    let end = at + label(text, at);
    let dash = text.get(at..end).and_then(|host| memchr::memmem::find(host, b"-dot-"));
    if end == at || dash.is_some() {
        return dash.is_some_and(|n| n > 0);
    }
    if byte(text, end) == b'.' {
        return top(text, end + 1);
    }
    let dot = sign(text, end).filter(|local| local.says == Says::Char('.'));
    dot.is_some_and(|dot| label(text, dot.end) > 0)
}

/// Whether the labels from here on end in a word, and are no call.
fn top(text: &[u8], at: usize) -> bool {
    let mut from = at;
    for _ in 0..5 {
        let end = from + label(text, from);
        if byte(text, end) != b'.' || label(text, end + 1) == 0 {
            let last = text.get(from..end).unwrap_or_default();
            return (2..=24).contains(&last.len())
                && last.iter().all(u8::is_ascii_alphabetic)
                && !matches!(byte(text, end), b'(' | b'_' | b'[');
        }
        from = end + 1;
    }
    false
}

/// Whether a word of an address in words is the name of a sign, or (`begun`) the begin of one.
pub(super) fn is_sign(word: &[u8], begun: bool) -> bool {
    let bare = word.iter().filter(|b| !is_frame(**b) && !b"()[]{}<>".contains(b));
    let begins = |known: &str| {
        let mut letters = known.bytes();
        bare.clone().all(|b| letters.next() == Some(b.to_ascii_lowercase()))
            && (begun || letters.next().is_none())
    };
    SIGNS
        .iter()
        .any(|(known, _)| (known.len() > 1 || begun || !known.starts_with('a')) && begins(known))
}

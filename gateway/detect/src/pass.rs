//! The one pass over a text: where a value may begin.
//!
//! A block of 64 bytes without digits, `@`, `:`, backslashes or multi-byte characters costs a classification and one bit test a word. What is reported here is only
//! a place worth a closer look; `engine` looks.

use crate::anchor::LETTERS;
use crate::blocks::{self, Masks, WIDTH};
use crate::boundary::escape_at;
use crate::key_table::KeyTable;
use crate::shapes::FirstRuns;

/// The kinds of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// A word whose first four bytes begin some pattern.
    Word,
    /// A run of so many digits.
    Digits(usize),
    /// `+`, `(` or `+(` before digits.
    Sign,
    /// Letters before a digit.
    Letters,
    /// A hexadecimal word before a colon or dash, or `::`.
    Hex,
    /// The `@` itself.
    At,
}

/// What a block must know of the one before.
#[derive(Clone, Copy, Default)]
struct Carry {
    alpha: u64,
    alnum: u64,
    wordish: u64,
    /// Places of the next block right after a sign beyond ASCII.
    signs: u64,
    joint: u64,
    upper: u64,
    /// Places of the next block right after an escape.
    escaped: u64,
}

/// Calls `found` for every place; the order is not sorted within a block.
pub(crate) fn pass<E>(
    keys: &KeyTable,
    runs: &FirstRuns,
    text: &[u8],
    mut found: impl FnMut(Begin, usize) -> Result<(), E>,
) -> Result<(), E> {
    let mut carry = Carry::default();
    let (blocks, rest) = text.as_chunks::<WIDTH>();
    for (i, block) in blocks.iter().enumerate() {
        one(keys, runs, text, block, i * WIDTH, &mut carry, &mut found)?;
    }
    if !rest.is_empty() {
        let mut block = [0u8; WIDTH];
        for (place, byte) in block.iter_mut().zip(rest) {
            *place = *byte;
        }
        one(keys, runs, text, &block, blocks.len() * WIDTH, &mut carry, &mut found)?;
    }
    Ok(())
}

#[inline]
fn one<E>(
    keys: &KeyTable,
    runs: &FirstRuns,
    text: &[u8],
    block: &[u8; WIDTH],
    base: usize,
    carry: &mut Carry,
    found: &mut impl FnMut(Begin, usize) -> Result<(), E>,
) -> Result<(), E> {
    let m = blocks::masks(block);
    let alnum = m.alpha | m.digit;
    let (escaped, next_escaped) = if m.backslash | carry.escaped == 0 {
        (0, 0)
    } else {
        escapes(text, m.backslash, base, carry.escaped, found)?
    };
    let starts = alnum & (!(alnum << 1 | carry.alnum) | escaped);
    // The words of `camelCase` and of `HTTPServer`, but not what is among capitals; who may begin there is asked later.
    let among = (m.upper << 1 | carry.upper >> 1) & m.upper >> 1;
    let humps = m.upper & (alnum << 1 | carry.alnum) & !among;
    let (mut words, mut signs) = (starts & m.alpha | humps, 0);
    if m.high != 0 {
        let rare = blocks::rare(block);
        let [two, three] = rare.sign;
        let inside =
            ((alnum | m.high) << 1 | carry.wordish) & !(two << 2 | three << 3 | carry.signs);
        words |= rare.lead & (!inside | escaped) | rare.wide;
        signs = two >> 62 | three >> 61;
    }
    // Collected first: whether a word is one of few is nothing a processor can foresee.
    let mut promising = 0;
    while words != 0 {
        let place = words.trailing_zeros();
        words &= words - 1;
        promising |= u64::from(keys.may_hold(four(text, base + place as usize))) << place;
    }
    while promising != 0 {
        found(Begin::Word, base + promising.trailing_zeros() as usize)?;
        promising &= promising - 1;
    }
    if m.digit | m.at | m.colon | m.dash != 0 {
        marks(text, &m, alnum, base, carry, found)?;
        if m.digit != 0 {
            numbers(runs, text, &m, starts, base, found)?;
            letters(text, block, &m, base, carry, found)?;
        }
    }
    *carry = Carry { escaped: next_escaped, signs, ..next_carry(block, &m, alnum) };
    Ok(())
}

#[inline]
fn next_carry(block: &[u8; WIDTH], m: &Masks, alnum: u64) -> Carry {
    let [.., before, last] = *block;
    let joint = matches!(last, b' ' | b'-' | b'.' | b'/');
    Carry {
        alpha: m.alpha >> 63,
        alnum: alnum >> 63,
        wordish: (alnum | m.high) >> 63,
        joint: u64::from(joint),
        upper: u64::from(before.is_ascii_uppercase()) | u64::from(last.is_ascii_uppercase()) << 1,
        escaped: 0,
        signs: 0,
    }
}

/// The places right after an escape, of this block and of the next; words begin there, whatever stands before.
#[inline(never)]
fn escapes<E>(
    text: &[u8],
    mut backslashes: u64,
    base: usize,
    carried: u64,
    found: &mut impl FnMut(Begin, usize) -> Result<(), E>,
) -> Result<(u64, u64), E> {
    let (mut here, mut next) = (carried, 0);
    while backslashes != 0 {
        let at = backslashes.trailing_zeros() as usize;
        backslashes &= backslashes - 1;
        match at + escape_at(text, base + at) {
            after if after == at => {}
            after if after < WIDTH => here |= 1 << after,
            after => next |= 1 << (after - WIDTH),
        }
    }
    let mut bits = here;
    while bits != 0 {
        let at = base + bits.trailing_zeros() as usize;
        bits &= bits - 1;
        let ahead = text.get(at..text.len().min(at + LETTERS + 2)).unwrap_or_default();
        let run = |kind: fn(&u8) -> bool| ahead.iter().take_while(|b| kind(b)).count();
        let next = |n: usize, kind: fn(&u8) -> bool| ahead.get(n).is_some_and(kind);
        let letters = run(u8::is_ascii_alphabetic);
        let joint = usize::from(next(letters, |b| matches!(b, b' ' | b'-' | b'.' | b'/')));
        if letters > 0 && next(letters + joint, u8::is_ascii_digit) {
            found(Begin::Letters, at)?;
        }
        if next(run(u8::is_ascii_hexdigit), |b| matches!(b, b':' | b'-')) {
            found(Begin::Hex, at)?;
        }
    }
    Ok((here, next))
}

/// Four bytes of text, zeros beyond its end.
#[inline]
fn four(text: &[u8], at: usize) -> u32 {
    if let Some(bytes) = text.get(at..).and_then(|t| t.first_chunk::<4>()) {
        return u32::from_le_bytes(*bytes);
    }
    let mut bytes = [0; 4];
    for (place, byte) in bytes.iter_mut().zip(text.get(at..).unwrap_or_default()) {
        *place = *byte;
    }
    u32::from_le_bytes(bytes)
}

/// Eight bytes of text, zeros beyond its end.
#[inline]
pub(crate) fn eight(text: &[u8], at: usize) -> u64 {
    if let Some(bytes) = text.get(at..).and_then(|t| t.first_chunk::<8>()) {
        return u64::from_le_bytes(*bytes);
    }
    u64::from(four(text, at)) | u64::from(four(text, at + 4)) << 32
}

fn numbers<E>(
    runs: &FirstRuns,
    text: &[u8],
    m: &Masks,
    starts: u64,
    base: usize,
    found: &mut impl FnMut(Begin, usize) -> Result<(), E>,
) -> Result<(), E> {
    let mut bits = starts & m.digit;
    while bits != 0 {
        let offset = bits.trailing_zeros() as usize;
        bits &= bits - 1;
        let at = base + offset;
        let mut run = (m.digit >> offset).trailing_ones() as usize;
        if offset + run == WIDTH {
            run += text
                .get(at + run..)
                .unwrap_or_default()
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count();
        }
        if runs.may_begin(run, text.get(at + run).copied().unwrap_or(0)) {
            found(Begin::Digits(run), at)?;
        }
        let sign = |at: usize| text.get(at).is_some_and(|b| matches!(b, b'+' | b'('));
        if at >= 1 && sign(at - 1) {
            found(Begin::Sign, at - 1)?;
            if at >= 2 && sign(at - 2) {
                found(Begin::Sign, at - 2)?;
            }
        }
    }
    Ok(())
}

fn letters<E>(
    text: &[u8],
    block: &[u8; WIDTH],
    m: &Masks,
    base: usize,
    carry: &Carry,
    found: &mut impl FnMut(Begin, usize) -> Result<(), E>,
) -> Result<(), E> {
    let direct = m.digit & (m.alpha << 1 | carry.alpha);
    let rare = blocks::rare(block);
    let over = m.digit & (rare.joint << 1 | carry.joint) & (rare.upper << 2 | carry.upper);
    for (mut bits, gap) in [(direct, 0), (over, 1)] {
        while bits != 0 {
            let end = base + bits.trailing_zeros() as usize - gap;
            bits &= bits - 1;
            if let Some(at) = word_before(text, end, LETTERS, u8::is_ascii_alphabetic) {
                found(Begin::Letters, at)?;
            }
        }
    }
    Ok(())
}

/// The begin of the word that ends at `end`, if it has at most `most` bytes, all of a kind.
fn word_before(text: &[u8], end: usize, most: usize, kind: fn(&u8) -> bool) -> Option<usize> {
    let before = text.get(..end)?;
    let n = before.iter().rev().take(most + 1).take_while(|b| kind(b)).count();
    let at = end - n;
    let inside = at > 0 && text.get(at - 1).is_some_and(u8::is_ascii_alphanumeric);
    (n > 0 && n <= most && !inside).then_some(at)
}

fn marks<E>(
    text: &[u8],
    m: &Masks,
    alnum: u64,
    base: usize,
    carry: &Carry,
    found: &mut impl FnMut(Begin, usize) -> Result<(), E>,
) -> Result<(), E> {
    let mut bits = m.at;
    while bits != 0 {
        found(Begin::At, base + bits.trailing_zeros() as usize)?;
        bits &= bits - 1;
    }
    let after_word = alnum << 1 | carry.alnum;
    let mut bits = (m.colon | m.dash) & after_word;
    while bits != 0 {
        let at = base + bits.trailing_zeros() as usize;
        bits &= bits - 1;
        let colon = text.get(at) == Some(&b':');
        // A dash counts after two digits only, and with another three bytes on.
        if !colon && text.get(at + 3) != Some(&b'-') {
            continue;
        }
        let begin = word_before(text, at, if colon { 5 } else { 2 }, u8::is_ascii_hexdigit);
        if let Some(begin) = begin
            && text.get(begin).is_some_and(u8::is_ascii_alphabetic)
        {
            found(Begin::Hex, begin)?;
        }
    }
    let mut bits = m.colon & !after_word;
    while bits != 0 {
        let at = base + bits.trailing_zeros() as usize;
        bits &= bits - 1;
        if text.get(at + 1) == Some(&b':') {
            found(Begin::Hex, at)?;
        }
    }
    Ok(())
}

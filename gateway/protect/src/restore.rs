//! Puts values back where a model wrote their tokens, more or less.
//!
//! What a token may look like is told in [`crate::token`].
//!
//! Within the address of a page no value is put back; see [`crate::url`].
//!
//! Invariants: text without tokens comes out as it went in; a token is never found inside a longer run of ASCII letters and
//! digits (letters of other scripts do bound it, since several scripts write no spaces); the result does not depend on how
//! the text is cut; what is held back may still become a token of this vault.
//! Work: each place where a token could begin looks at most [`crate::HOLD_MAX`] bytes ahead, so time is linear in the text.

use std::fmt;

use crate::code::{fold, is_closing, is_opening};
use crate::heads::HEAD;
use crate::seen::Seen;
use crate::shape::Shape;
use crate::source::{Cut, Source, put};
use crate::url::Url;
use crate::vault::Vault;

/// The tokens of a vault in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// In the order of the text.
    pub hits: Vec<Hit>,
    /// Bytes up to which nothing that follows can change what was found.
    pub decided: usize,
}

/// A token in a text, with what stands in its place. `Debug` prints lengths only.
#[derive(Clone, PartialEq, Eq)]
pub struct Hit {
    /// Byte where the token starts.
    pub start: usize,
    /// Byte behind it.
    pub end: usize,
    /// The value, written as the text's [`Target`] asks.
    pub with: String,
}

impl fmt::Debug for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hit({}..{}, {} bytes)", self.start, self.end, self.with.len())
    }
}

/// What was in a text that went by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Tokens of the vault.
    pub restored: usize,
    /// What looks exactly like a token of ours and is not in the vault.
    pub unrestorable: usize,
}

/// A stretch of the text as it is, or a value in the place of a token.
enum Piece<'p> {
    Literal(&'p str),
    /// The value, and how many bytes the token has in whose place it stands.
    Value(&'p str, usize),
}

/// What the text before a place says of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    /// A letter or digit stands directly before it, so that no token begins here without a bracket.
    pub(crate) after_word: bool,
    /// So many brackets are open.
    pub(crate) open: u32,
    /// Whether it lies within an address.
    pub(crate) url: Url,
}

impl Place {
    fn pass(&mut self, c: char) {
        self.after_word = c.is_ascii_alphanumeric();
        self.open = match c {
            c if is_opening(c) => self.open.saturating_add(1),
            c if is_closing(c) => self.open.saturating_sub(1),
            _ => self.open,
        };
    }
}

impl Vault {
    /// Finds the tokens in a text that more may follow, unless it is the `last` of it. `seen` stands for what came before.
    ///
    /// What lies behind [`Tokens::decided`] may still become a token of this vault; at most [`crate::HOLD_MAX`] bytes do.
    ///
    /// ```
    /// # use protect::{Scope, Seen, Target, Tokeniser, Vault};
    /// # let scope = Scope { tenant: "t", destination: "d", application: "a", period: "p" };
    /// let mut vault = Vault::default();
    /// let token = Tokeniser::new(&[7; 32], &scope).token("email", "ann@example.org", &mut vault);
    /// let seen = Seen::new(Target::Plain);
    /// let begun = format!("Write to {}", &token[..4]);
    /// assert_eq!(vault.find(&seen, &begun, false).decided, 9);
    /// let whole = format!("Write to {token}.");
    /// let found = vault.find(&seen, &whole, false);
    /// assert_eq!((found.hits[0].start, found.hits[0].with.as_str()), (9, "ann@example.org"));
    /// ```
    #[must_use]
    pub fn find(&self, seen: &Seen, text: &str, last: bool) -> Tokens {
        if self.is_empty() {
            return Tokens { hits: Vec::new(), decided: text.len() };
        }
        let mut hits = Vec::new();
        let mut at = 0;
        let (mut place, mut nest) = (seen.place, seen.nest);
        let decided =
            self.scan(
                Source { text, target: seen.target, last },
                &mut place,
                |piece| match piece {
                    Piece::Literal(literal) => {
                        nest.pass(literal);
                        at += literal.len();
                    }
                    Piece::Value(value, token) => {
                        let mut with = String::new();
                        put(value, nest.layers(), &mut with);
                        nest.pass_token();
                        hits.push(Hit { start: at, end: at + token, with });
                        at += token;
                    }
                },
            );
        Tokens { hits, decided }
    }

    /// Notes that a text went by, which must not end inside a token, and counts what was in it.
    pub fn pass(&self, seen: &mut Seen, text: &str) -> Passed {
        let mut passed = Passed::default();
        if self.is_empty() {
            passed.unrestorable = seen.shape.count(text);
            return passed;
        }
        let (mut place, mut shape, mut nest) = (seen.place, seen.shape, seen.nest);
        self.scan(
            Source { text, target: seen.target, last: true },
            &mut place,
            |piece| match piece {
                Piece::Literal(literal) => {
                    passed.unrestorable += shape.count(literal);
                    nest.pass(literal);
                }
                Piece::Value(..) => {
                    shape = Shape::default();
                    nest.pass_token();
                    passed.restored += 1;
                }
            },
        );
        (seen.place, seen.shape, seen.nest) = (place, shape, nest);
        passed
    }

    /// Cuts a text into pieces, up to the first place that cannot be decided yet, which is returned.
    fn scan<'p>(
        &'p self,
        source: Source<'p>,
        place: &mut Place,
        mut emit: impl FnMut(Piece<'p>),
    ) -> usize {
        // Up to where the text was looked at for addresses: only before tokens does it matter what is one.
        let (mut at, mut literal, mut looked) = (0, 0, 0);
        loop {
            at = self.skip(source.text, at, place);
            let Ok(Some((c, next))) = source.next(at) else { break };
            let word = c.is_ascii_alphanumeric() && !place.after_word;
            if word || c == '\\' || is_opening(c) {
                match self.token_at(source, at, *place) {
                    Err(Cut) => break,
                    Ok(Some(token)) => {
                        source.look(looked, token.start, &mut place.url);
                        (at, looked) = (token.end, token.end);
                        place.after_word = false;
                        if place.url.holds() {
                            continue;
                        }
                        let value = self.value(token.value);
                        emit(Piece::Literal(source.slice(literal, token.start)));
                        emit(Piece::Value(value, token.end - token.start));
                        literal = token.end;
                        // What follows may go on an address that the value is.
                        value.chars().for_each(|c| place.url.take(c));
                        continue;
                    }
                    Ok(None) => {}
                }
            }
            place.pass(c);
            at = next;
        }
        source.look(looked, at, &mut place.url);
        emit(Piece::Literal(source.slice(literal, at)));
        at
    }

    /// PERF: passes over words that begin no key and over what stands between words, byte by byte. A byte of a longer
    /// character is passed over with the rest of it, unless the character could be a bracket.
    fn skip(&self, text: &str, mut at: usize, place: &mut Place) -> usize {
        let bytes = text.as_bytes();
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let word = rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
            if word > 0 {
                let head: [u8; HEAD] =
                    std::array::from_fn(|n| rest.get(n).map_or(0, |b| fold(char::from(*b))));
                if !place.after_word && self.may_begin(&head[..word.min(HEAD)]) {
                    return at;
                }
            }
            let between = rest.iter().skip(word).take_while(|b| is_dull(**b)).count();
            if word + between == 0 {
                return at;
            }
            place.after_word = between == 0;
            at += word + between;
        }
    }
}

/// Whether a byte neither belongs to a word nor begins a bracket, a backslash or a character that could be a bracket.
fn is_dull(byte: u8) -> bool {
    // 0xE3 begins 【 and 】, 0xEF begins ［ and ］.
    !byte.is_ascii_alphanumeric() && !matches!(byte, b'[' | b']' | b'\\' | 0xe3 | 0xef)
}

#[cfg(test)]
mod tests;

//! Puts values back where a model wrote their tokens, more or less.
//!
//! A token is found by its code, which the vault holds, not by its form. Tolerated are: any case; O for 0, I and L for 1;
//! any hyphen, dash, space, underscore or colon for the hyphen, none at all, and the same inside of class or code (in all
//! [`SEPARATORS_MAX`], three in a row); a bracket lost on either side or both, the class lost; full-width brackets; brackets and
//! underscores escaped as in Markdown; a space inside of the brackets. What stands around a token, such as bold or
//! backticks, stays.
//!
//! A closing bracket without an opening one is left if an earlier bracket is still open, which it may close.
//! One pair of brackets is taken, the inner one: in `[[EMAIL-7F3K9Q2MXA]](…)` the outer pair was the caller's own.
//! For the same reason a backslash before the bracket is taken only if the closing one has one too.
//!
//! Invariants: text without tokens comes out as it went in; a token is never found inside a longer run of ASCII letters and
//! digits (letters of other scripts do bound it, since several scripts write no spaces); the result does not depend on how
//! the text is cut; what is held back may still become a token of this vault.
//! Work: each place where a token could begin looks at most [`crate::HOLD_MAX`] bytes ahead, so time is linear in the text.

use std::borrow::Cow;
use std::fmt;

use crate::code::{KEY_MAX, fold, is_closing, is_opening, is_separator};
use crate::held::Held;
use crate::shape::Shape;
use crate::source::{Cut, Source, Target};
use crate::vault::Vault;

/// The most separators in one token, however they are spread.
pub(crate) const SEPARATORS_MAX: usize = 8;

/// The most separators in a row.
const GAP_MAX: usize = 3;

/// A whole text with its values put back. `Debug` prints lengths only.
#[derive(Clone, PartialEq, Eq)]
pub struct Restored<'t> {
    /// The text; borrowed if there was nothing to put back.
    pub text: Cow<'t, str>,
    /// How many tokens were put back.
    pub restored: usize,
    /// How many tokens look exactly like ours and are not in the vault. They were left as they are.
    pub unrestorable: usize,
}

impl fmt::Debug for Restored<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Restored")
            .field("bytes", &self.text.len())
            .field("restored", &self.restored)
            .field("unrestorable", &self.unrestorable)
            .finish()
    }
}

/// A stretch of the text as it is, or a value in the place of a token.
enum Piece<'p> {
    Literal(&'p str),
    Value(&'p str),
}

/// A token found in a text: its bytes, and where the vault has its value.
struct Token {
    start: usize,
    end: usize,
    value: usize,
}

/// What the text before a place says of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    /// A letter or digit stands directly before it, so that no token begins here without a bracket.
    after_word: bool,
    /// So many brackets are open.
    open: u32,
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

/// How a token begins.
#[derive(Clone, Copy)]
enum Opening {
    Bare,
    Bracket,
    /// With a backslash; the bracket is at this place.
    Escaped(usize),
}

impl Vault {
    /// Puts the values back into a whole plain text. Borrows the text if there is nothing to put back.
    pub fn restore<'t>(&self, text: &'t str) -> Restored<'t> {
        self.restore_in(Target::Plain, text)
    }

    /// As [`Vault::restore`], for text of a given kind.
    ///
    /// ```
    /// # use protect::{Scope, Target, Tokeniser, Vault};
    /// # let scope = Scope { tenant: "t", destination: "d", application: "a", period: "p" };
    /// let mut vault = Vault::default();
    /// let token = Tokeniser::new(&[7; 32], &scope).token("name", "Ann \"Nan\" O'Neill", &mut vault);
    /// let arguments = format!(r#"{{"to": "{token}"}}"#);
    /// assert_eq!(vault.restore_in(Target::JsonString, &arguments).text, r#"{"to": "Ann \"Nan\" O'Neill"}"#);
    /// ```
    pub fn restore_in<'t>(&self, target: Target, text: &'t str) -> Restored<'t> {
        let mut shape = Shape::default();
        if self.is_empty() {
            return Restored {
                text: Cow::Borrowed(text),
                restored: 0,
                unrestorable: shape.count(text),
            };
        }
        let (mut out, mut restored, mut unrestorable) = (String::new(), 0, 0);
        self.scan(
            Source { text, target, last: true },
            &mut Place::default(),
            |piece| match piece {
                Piece::Literal(literal) => {
                    unrestorable += shape.count(literal);
                    // A literal as long as the text is the text, which is then borrowed.
                    if literal.len() < text.len() {
                        out.push_str(literal);
                    }
                }
                Piece::Value(value) => {
                    shape = Shape::default();
                    restored += 1;
                    target.put(value, &mut out);
                }
            },
        );
        let text = if restored == 0 { Cow::Borrowed(text) } else { Cow::Owned(out) };
        Restored { text, restored, unrestorable }
    }

    /// Takes the next piece of a stream and appends what is decided to `out`, values put back.
    ///
    /// At most [`crate::HOLD_MAX`] bytes are held back, and only such as may still become a token of this vault. If the vault is
    /// empty the piece is appended as it is; a caller who has it anyway can send it on without asking.
    ///
    /// ```
    /// # use protect::{Held, Scope, Target, Tokeniser, Vault};
    /// # let scope = Scope { tenant: "t", destination: "d", application: "a", period: "p" };
    /// let mut vault = Vault::default();
    /// let token = Tokeniser::new(&[7; 32], &scope).token("email", "ann@example.org", &mut vault);
    /// let (mut held, mut out) = (Held::new(Target::Plain), String::new());
    /// for piece in ["Write to ", &token[..4], &token[4..], "."] {
    ///     vault.step(&mut held, piece, &mut out);
    /// }
    /// vault.finish(&mut held, &mut out);
    /// assert_eq!(out, "Write to ann@example.org.");
    /// assert_eq!(held.restored(), 1);
    /// ```
    pub fn step(&self, held: &mut Held, text: &str, out: &mut String) {
        if held.text.is_empty() {
            let decided = self.advance(held, text, false, out);
            held.text.push_str(text.get(decided..).unwrap_or_default());
        } else {
            let mut joined = std::mem::take(&mut held.text);
            joined.push_str(text);
            let decided = self.advance(held, &joined, false, out);
            joined.drain(..decided);
            held.text = joined;
        }
    }

    /// Ends a stream: appends what was held back. The state is then as before the first piece, but keeps its counts.
    pub fn finish(&self, held: &mut Held, out: &mut String) {
        let rest = std::mem::take(&mut held.text);
        self.advance(held, &rest, true, out);
        held.place = Place::default();
        held.shape = Shape::default();
    }

    /// Appends what can be decided of a text to `out`; how many bytes that was.
    fn advance(&self, held: &mut Held, text: &str, last: bool, out: &mut String) -> usize {
        if self.is_empty() {
            held.unrestorable += held.shape.count(text);
            out.push_str(text);
            return text.len();
        }
        let (target, mut place) = (held.target, held.place);
        let decided = self.scan(Source { text, target, last }, &mut place, |piece| match piece {
            Piece::Literal(literal) => {
                held.unrestorable += held.shape.count(literal);
                out.push_str(literal);
            }
            Piece::Value(value) => {
                held.shape = Shape::default();
                held.restored += 1;
                target.put(value, out);
            }
        });
        held.place = place;
        decided
    }

    /// Cuts a text into pieces, up to the first place that cannot be decided yet, which is returned.
    fn scan<'p>(
        &'p self,
        source: Source<'p>,
        place: &mut Place,
        mut emit: impl FnMut(Piece<'p>),
    ) -> usize {
        let (mut at, mut literal) = (0, 0);
        while let Ok(Some((c, next))) = source.next(at) {
            let word = c.is_ascii_alphanumeric() && !place.after_word;
            if word || c == '\\' || is_opening(c) {
                match self.token_at(source, at, *place) {
                    Err(Cut) => break,
                    Ok(Some(token)) => {
                        emit(Piece::Literal(source.slice(literal, token.start)));
                        emit(Piece::Value(self.value(token.value)));
                        (at, literal) = (token.end, token.end);
                        place.after_word = false;
                        continue;
                    }
                    Ok(None) => {}
                }
            }
            place.pass(c);
            at = next;
        }
        emit(Piece::Literal(source.slice(literal, at)));
        at
    }

    /// The token that begins at a place.
    fn token_at(
        &self,
        source: Source<'_>,
        start: usize,
        place: Place,
    ) -> Result<Option<Token>, Cut> {
        let Some((opening, inside)) = opening(source, start)? else { return Ok(None) };
        let Some((value, end)) = self.body(source, inside)? else { return Ok(None) };
        if matches!(opening, Opening::Bare) && place.open > 0 {
            return Ok(Some(Token { start, end, value }));
        }
        Ok(Some(match (closing(source, opening, end)?, opening) {
            // The backslash was there before the token was.
            (Some((end, false)), Opening::Escaped(bracket)) => Token { start: bracket, end, value },
            (Some((end, _)), _) => Token { start, end, value },
            (None, _) => Token { start, end, value },
        }))
    }

    /// The value of the longest run of class and code at a place, and the place behind it.
    fn body(&self, source: Source<'_>, mut at: usize) -> Result<Option<(usize, usize)>, Cut> {
        let (mut key, mut length, mut separators) = ([0u8; KEY_MAX], 0, 0);
        let mut found = None;
        loop {
            let before = length;
            loop {
                match source.next(at) {
                    Ok(Some((c, next))) if c.is_ascii_alphanumeric() => {
                        let Some(place) = key.get_mut(length) else { return Ok(found) };
                        (*place, length, at) = (fold(c), length + 1, next);
                    }
                    Ok(_) => break,
                    // More letters may come. If no key begins like this, they make no difference.
                    Err(Cut) if self.begins(&key[..length]) => return Err(Cut),
                    Err(Cut) => return Ok(found),
                }
            }
            if length == before {
                return Ok(found);
            }
            let (value, longer) = self.find(&key[..length]);
            found = value.map(|value| (value, at)).or(found);
            if !longer {
                return Ok(found);
            }
            let gap = gap(source, &mut at, SEPARATORS_MAX - separators)?;
            if gap == 0 {
                return Ok(found);
            }
            separators += gap;
        }
    }

    fn begins(&self, key: &[u8]) -> bool {
        let (value, longer) = self.find(key);
        value.is_some() || longer
    }
}

/// Skips separators and counts them.
fn gap(source: Source<'_>, at: &mut usize, most: usize) -> Result<usize, Cut> {
    let mut count = 0;
    while count < most.min(GAP_MAX) {
        match source.next(*at)? {
            Some((c, next)) if is_separator(c) => (count, *at) = (count + 1, next),
            _ => break,
        }
    }
    Ok(count)
}

/// How a token could begin at a place, and where its inside does. `None` if it cannot.
fn opening(source: Source<'_>, start: usize) -> Result<Option<(Opening, usize)>, Cut> {
    let Some((c, next)) = source.next(start)? else { return Ok(None) };
    let (opening, inside) = match c {
        '\\' => match source.next(next)? {
            Some((c, inside)) if is_opening(c) => (Opening::Escaped(next), inside),
            _ => return Ok(None),
        },
        c if is_opening(c) => (Opening::Bracket, next),
        _ => return Ok(Some((Opening::Bare, start))),
    };
    match source.next(inside)? {
        Some((' ', next)) => Ok(Some((opening, next))),
        _ => Ok(Some((opening, inside))),
    }
}

/// Where the closing bracket of a token ends, and whether it has a backslash. `None` if there is none.
fn closing(source: Source<'_>, opening: Opening, end: usize) -> Result<Option<(usize, bool)>, Cut> {
    let (mut c, mut next) = match source.next(end)? {
        Some(first) => first,
        None => return Ok(None),
    };
    let spaced = c == ' ' && !matches!(opening, Opening::Bare);
    let escaped = c == '\\';
    if spaced || escaped {
        match source.next(next)? {
            Some(second) => (c, next) = second,
            None => return Ok(None),
        }
    }
    Ok(is_closing(c).then_some((next, escaped)))
}

#[cfg(test)]
mod tests;

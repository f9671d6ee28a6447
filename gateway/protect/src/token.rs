//! One token as models write it.
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
//! Work: a look at one place reads at most [`crate::HOLD_MAX`] bytes.

use crate::code::{KEY_MAX, fold, is_closing, is_opening, is_separator};
use crate::heads::HEAD;
use crate::restore::Place;
use crate::source::{Cut, Source};
use crate::vault::Vault;

/// The most separators in one token, however they are spread.
pub(crate) const SEPARATORS_MAX: usize = 8;

/// The most separators in a row.
const GAP_MAX: usize = 3;

/// A token found in a text: its bytes, and where the vault has its value.
pub(crate) struct Token {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) value: usize,
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
    /// The token that begins at a place: at a bracket, a backslash or the first letter of a word.
    pub(crate) fn token_at(
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
        let closing = closing(source, opening, end)?;
        let start = match (opening, closing) {
            // The backslash was there before the token was.
            (Opening::Escaped(bracket), Some((_, false))) => bracket,
            _ => start,
        };
        let end = closing.map_or(end, |(behind, _)| behind);
        Ok(Some(Token { start, end, value }))
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
                        if length == HEAD && !self.may_begin(&key[..length]) {
                            return Ok(found);
                        }
                    }
                    Ok(_) => break,
                    // More letters may come. If no key begins like this, they make no difference.
                    Err(Cut) if self.begins(&key[..length]) => return Err(Cut),
                    Err(Cut) => return Ok(found),
                }
            }
            if length == before || !self.may_begin(&key[..length]) {
                return Ok(found);
            }
            let (value, longer) = self.look_up(&key[..length]);
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
        let (value, longer) = self.look_up(key);
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

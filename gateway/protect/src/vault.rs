//! Which code stands for which value, for the length of one exchange.
//!
//! Invariants: a code stands for one value, which is a number perhaps in several groupings, kept as it came first; the bytes held stay within the limit; the values are wiped when the vault is
//! dropped. Keys are folded (see [`crate::code::fold`]): the code alone, and class and code together.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;

use zeroize::Zeroizing;

use crate::code::fold;
use crate::grouping::is_same;
use crate::heads::Heads;

/// The values behind the tokens of one exchange. `Debug` prints counts only.
pub struct Vault {
    keys: BTreeMap<Box<[u8]>, usize>,
    heads: Heads,
    values: Vec<Zeroizing<Box<str>>>,
    bytes: usize,
    limit: usize,
    refused: usize,
}

impl Vault {
    /// A vault that holds at most so many bytes of values and codes.
    pub fn with_limit(bytes: usize) -> Self {
        Self {
            keys: BTreeMap::new(),
            heads: Heads::default(),
            values: Vec::new(),
            bytes: 0,
            limit: bytes,
            refused: 0,
        }
    }

    /// Whether there is nothing to restore. Then text can be passed on as it is.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many values are held.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// How many tokens were refused because the vault was full; their values were masked.
    pub fn refused(&self) -> usize {
        self.refused
    }

    /// Keeps a value under the first of the codes that is free or already its own, and returns that code. What is its own already
    /// stays as it is.
    /// `None` if there is no such code or no room.
    pub(crate) fn keep(
        &mut self,
        word: &str,
        value: &str,
        codes: impl Iterator<Item = String>,
    ) -> Option<String> {
        for code in codes {
            let at = match self.keys.get(folded("", &code).as_ref()) {
                Some(&at) if is_same(self.value(at), value) => at,
                Some(_) => continue,
                None => self.admit(value, &code)?,
            };
            return self.admit_key(folded(word, &code), at).then_some(code);
        }
        self.refused += 1;
        None
    }

    fn admit(&mut self, value: &str, code: &str) -> Option<usize> {
        let at = self.values.len();
        if !self.fits(value.len() + code.len()) {
            return None;
        }
        self.values.push(Zeroizing::new(Box::from(value)));
        self.bytes += value.len();
        self.admit_key(folded("", code), at).then_some(at)
    }

    fn admit_key(&mut self, key: Box<[u8]>, at: usize) -> bool {
        if self.keys.contains_key(&key) {
            return true;
        }
        let fits = self.fits(key.len());
        if fits {
            self.bytes += key.len();
            self.heads.add(&key);
            self.keys.insert(key, at);
        }
        fits
    }

    fn fits(&mut self, more: usize) -> bool {
        let fits = self.bytes.saturating_add(more) <= self.limit;
        self.refused += usize::from(!fits);
        fits
    }

    /// The value at a place that the vault gave out.
    pub(crate) fn value(&self, at: usize) -> &str {
        self.values.get(at).map_or("", |value| value)
    }

    /// Whether a beginning of at most [`crate::heads::HEAD`] letters begins a key; of a longer one, whether it may.
    pub(crate) fn may_begin(&self, key: &[u8]) -> bool {
        self.heads.begin(key)
    }

    /// The value that a folded key stands for, and whether longer keys begin with it.
    pub(crate) fn look_up(&self, key: &[u8]) -> (Option<usize>, bool) {
        let mut from_here = self.keys.range::<[u8], _>((Bound::Included(key), Bound::Unbounded));
        match from_here.next() {
            Some((first, &at)) if first.as_ref() == key => {
                (Some(at), from_here.next().is_some_and(|(next, _)| next.starts_with(key)))
            }
            first => (None, first.is_some_and(|(first, _)| first.starts_with(key))),
        }
    }
}

fn folded(word: &str, code: &str) -> Box<[u8]> {
    word.chars().chain(code.chars()).map(fold).collect()
}

impl Default for Vault {
    /// A vault of at most 8 MiB.
    fn default() -> Self {
        Self::with_limit(8 << 20)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("values", &self.values.len())
            .field("bytes", &self.bytes)
            .field("refused", &self.refused)
            .finish()
    }
}

#[cfg(test)]
mod tests;

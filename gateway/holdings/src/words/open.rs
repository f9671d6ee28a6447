//! The word that is being read.

use super::cache::{Cache, Look};
use super::run::{ASCII, SHORT, has_pair, run_of, short};
use super::{Make, Word};
use crate::fold::{self, Class};
use crate::spelling;

/// Most folded bytes of one word; longer runs are not words and end whatever stood before them.
const MAX_WORD: usize = 96;

/// The word that is being read, if one is.
pub(super) struct Open<'h> {
    look: Look<'h>,
    cache: &'h mut Cache,
    open: bool,
    start: usize,
    end: usize,
    make: u8,
    len: usize,
    folded: [u8; MAX_WORD],
}

impl<'h> Open<'h> {
    pub(super) fn new(look: Look<'h>, cache: &'h mut Cache) -> Open<'h> {
        let folded = [0; MAX_WORD];
        Open { look, cache, open: false, start: 0, end: 0, make: 0, len: 0, folded }
    }

    fn begin(&mut self, at: usize, make: u8) {
        (self.open, self.start, self.make, self.len) = (true, at, make, 0);
    }

    fn push(&mut self, byte: u8) {
        match self.folded.get_mut(self.len) {
            Some(slot) => *slot = byte,
            None => self.make |= Make::TOO_LONG,
        }
        self.len = self.len.saturating_add(1);
    }

    pub(super) fn close(&mut self, out: &mut Vec<Word>) {
        if !self.open {
            return;
        }
        self.open = false;
        if let Some(folded) = self.folded.get_mut(..self.len) {
            let mixed = Make(self.make).any(Make::FOREIGN)
                && Make(self.make).any(Make::LOWER | Make::UPPER);
            self.len = spelling::normal(folded, mixed);
        }
        let (hash, make) = match self.folded.first_chunk() {
            Some(first) if self.len <= SHORT => {
                self.cache.word(short(*first, self.len), self.len, &self.look)
            }
            _ => self.folded.get(..self.len).map_or((0, 0), |folded| self.look.up(folded)),
        };
        self.make |= make;
        let (start, end) = (self.start as u32, self.end as u32);
        out.push(Word { hash, start, end, make: Make(self.make) });
    }

    /// A character that is not ASCII, `len` bytes at `at`.
    pub(super) fn foreign(&mut self, c: char, at: usize, out: &mut Vec<Word>) {
        let cell = fold::looked_up(c);
        let class = cell.map_or_else(|| fold::class(c), |cell| cell.class);
        match class {
            Class::Between => return self.close(out),
            Class::Nothing => return,
            Class::Mark if !self.open => return,
            Class::Mark => {}
            Class::Word if self.open && !Make(self.make).is_single() => {}
            Class::Word | Class::Alone | Class::Syllable => {
                self.close(out);
                let make = match class {
                    Class::Alone => Make::ALONE,
                    Class::Syllable => Make::SYLLABLE,
                    _ => 0,
                };
                self.begin(at, make);
            }
        }
        self.end = at + c.len_utf8();
        match cell {
            Some(cell) => cell.folded().iter().for_each(|byte| self.push_foreign(*byte)),
            None => fold::fold(c, |byte| self.push_foreign(byte)),
        }
    }

    fn push_foreign(&mut self, byte: u8) {
        self.make |= if byte.is_ascii_digit() { Make::DIGIT } else { Make::FOREIGN };
        self.push(byte);
    }

    /// A run of ASCII letters and digits from `at`; where it ends.
    pub(super) fn ascii(&mut self, bytes: &[u8], at: usize, out: &mut Vec<Word>) -> usize {
        if self.open && Make(self.make).is_single() {
            self.close(out);
        }
        let rest = bytes.get(at..).unwrap_or(&[]);
        if !self.open {
            if let Some(first) = rest.first_chunk() {
                let (run, make) = run_of(u128::from_le_bytes(*first));
                // Of ASCII letters and digits only capitals lack this bit.
                let folded = short(*first, run) | short([0x20; SHORT], run);
                // Behind a longer run, or before what is not ASCII, the word may go on.
                let ends = rest
                    .get(run)
                    .is_none_or(|next| next.is_ascii() && ASCII[usize::from(*next)] == 0);
                if ends && !has_pair(folded) {
                    let (hash, more) = self.cache.word(folded, run, &self.look);
                    let (start, end) = (at as u32, (at + run) as u32);
                    out.push(Word { hash, start, end, make: Make(make | more) });
                    return at + run;
                }
            }
            self.begin(at, 0);
        }
        for byte in rest {
            let make = ASCII[usize::from(*byte)];
            if make == 0 {
                break;
            }
            self.make |= make;
            self.push(byte.to_ascii_lowercase());
        }
        let run = rest.iter().position(|byte| ASCII[usize::from(*byte)] == 0).unwrap_or(rest.len());
        self.end = at + run;
        self.end
    }
}

//! Sets of small numbers.

use std::iter::Zip;
use std::ops::Range;
use std::slice::Iter;

/// A set of numbers, one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    pub(crate) fn insert(&mut self, number: usize) {
        if self.0.len() <= number / 64 {
            self.0.resize(number / 64 + 1, 0);
        }
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    #[inline]
    pub(crate) fn has(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 != 0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Empties the set and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds all of `other`.
    #[inline]
    pub(crate) fn add(&mut self, other: &Bits) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, others) in self.0.iter_mut().zip(&other.0) {
            *mine |= others;
        }
    }

    /// The numbers that are also in `other`, from the smallest on.
    #[inline]
    pub(crate) fn common<'b>(&'b self, other: &'b Bits) -> Common<'b> {
        Common { words: self.0.iter().zip(&other.0), base: 0, bits: 0 }
    }

    /// The numbers, from the smallest on.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.within(0..self.0.len() * 64)
    }

    /// Those of a range, from the smallest on.
    #[inline]
    pub(crate) fn within(&self, range: Range<usize>) -> Numbers<'_> {
        let mut numbers = Numbers { words: &self.0, at: range.start / 64, bits: 0, end: range.end };
        numbers.bits = numbers.word() & (u64::MAX << (range.start % 64));
        numbers
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.0.len() * size_of::<u64>()
    }
}

/// Numbers of a set, from the smallest on.
pub(crate) struct Numbers<'b> {
    words: &'b [u64],
    /// The word that is read, and what is left of it.
    at: usize,
    bits: u64,
    /// Behind the last number that is told.
    end: usize,
}

impl Numbers<'_> {
    fn word(&self) -> u64 {
        self.words.get(self.at).copied().unwrap_or(0)
    }
}

impl Iterator for Numbers<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            self.at += 1;
            if self.at * 64 >= self.end || self.at >= self.words.len() {
                return None;
            }
            self.bits = self.word();
        }
        let number = self.at * 64 + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        (number < self.end).then_some(number)
    }
}

/// Numbers of two sets, from the smallest on.
pub(crate) struct Common<'b> {
    words: Zip<Iter<'b, u64>, Iter<'b, u64>>,
    /// Behind the numbers of the word that is read, and what is left of it.
    base: usize,
    bits: u64,
}

impl Iterator for Common<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            let (mine, others) = self.words.next()?;
            self.bits = mine & others;
            self.base += 64;
        }
        let number = self.base - 64 + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(numbers: &[usize]) -> Bits {
        let mut bits = Bits::default();
        for number in numbers {
            bits.insert(*number);
        }
        bits
    }

    #[test]
    fn sets_are_sets() {
        let mut bits = set(&[3, 64, 200]);
        assert!(bits.has(64) && !bits.has(65) && !bits.has(9999));
        assert_eq!(bits.iter().collect::<Vec<_>>(), [3, 64, 200]);
        assert_eq!(bits.common(&set(&[3, 65, 200, 900])).collect::<Vec<_>>(), [3, 200]);
        assert_eq!(bits.within(4..200).collect::<Vec<_>>(), [64]);
        assert_eq!(bits.within(64..900).collect::<Vec<_>>(), [64, 200]);
        bits.add(&set(&[500]));
        assert_eq!(bits.iter().collect::<Vec<_>>(), [3, 64, 200, 500]);
        bits.clear();
        assert!(bits.is_empty());
    }
}

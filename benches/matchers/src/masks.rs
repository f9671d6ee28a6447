//! Sets of claims, one bit each. A claim is one pattern of one rule.

/// A set of small numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mask(Vec<u64>);

impl Mask {
    pub fn insert(&mut self, number: usize) {
        if self.0.len() <= number / 64 {
            self.0.resize(number / 64 + 1, 0);
        }
        self.0[number / 64] |= 1 << (number % 64);
    }

    #[inline]
    pub fn has(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 != 0)
    }

    /// Empties the set and keeps its memory.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    #[inline]
    pub fn add(&mut self, other: &Set) {
        let end = other.from + other.words.len();
        if self.0.len() < end {
            self.0.resize(end, 0);
        }
        for (mine, others) in self.0[other.from..].iter_mut().zip(&other.words) {
            *mine |= others;
        }
    }

    /// Becomes what is in both.
    pub fn both(&mut self, a: &Mask, b: &Mask) {
        self.0.clear();
        self.0.extend(a.0.iter().zip(&b.0).map(|(a, b)| a & b));
    }

    /// Becomes what is in the first only.
    pub fn without(a: &Mask, b: &Mask) -> Mask {
        let others = b.0.iter().copied().chain(std::iter::repeat(0));
        Mask(a.0.iter().zip(others).map(|(a, b)| a & !b).collect())
    }

    pub fn set(&self) -> Set {
        let from = self.0.iter().take_while(|word| **word == 0).count();
        let end = self.0.iter().rposition(|word| *word != 0).map_or(from, |i| i + 1);
        Set { from, words: self.0[from..end].to_vec() }
    }
}

/// The same, that does not change any more, without the zeros at its ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Set {
    from: usize,
    words: Vec<u64>,
}

impl Set {
    fn pairs<'a>(&'a self, mask: &'a Mask) -> impl Iterator<Item = (u64, u64)> + 'a {
        let others = mask.0.get(self.from..).unwrap_or_default();
        self.words.iter().copied().zip(others.iter().copied())
    }

    /// Whether something is in both.
    #[inline]
    pub fn meets(&self, mask: &Mask) -> bool {
        self.pairs(mask).any(|(a, b)| a & b != 0)
    }

    /// Calls `each` with what is in both.
    #[inline]
    pub fn shared(&self, mask: &Mask, mut each: impl FnMut(usize)) {
        for (i, (a, b)) in (self.from..).zip(self.pairs(mask)) {
            let mut bits = a & b;
            while bits != 0 {
                each(i * 64 + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
    }

    pub fn bytes(&self) -> usize {
        self.words.len() * 8
    }
}

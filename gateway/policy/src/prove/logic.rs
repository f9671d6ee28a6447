//! Boolean formulas, whatever answers questions about them: a solver finds one situation, a decision diagram counts all.

use std::ops::Not;

/// What formulas are built with.
pub trait Logic {
    /// A fact or a formula, or its opposite.
    type Lit: Copy + Ord + Not<Output = Self::Lit>;

    /// What is always true.
    fn truth(&self) -> Self::Lit;

    /// A new fact, true or false.
    fn fact(&mut self) -> Self::Lit;

    /// New facts of which exactly one is true, always.
    fn choice(&mut self, of: usize) -> Vec<Self::Lit>;

    /// One of these must be true, always.
    fn demand(&mut self, any: &[Self::Lit]);

    /// Any of these.
    fn any(&mut self, of: impl IntoIterator<Item = Self::Lit>) -> Self::Lit;

    /// All of these.
    fn all(&mut self, of: impl IntoIterator<Item = Self::Lit>) -> Self::Lit {
        let opposite: Vec<Self::Lit> = of.into_iter().map(Not::not).collect();
        !self.any(opposite)
    }

    /// One of the two and not the other.
    fn differ(&mut self, one: Self::Lit, other: Self::Lit) -> Self::Lit {
        if one == other {
            return !self.truth();
        }
        let some = self.any([one, other]);
        let not_both = self.any([!one, !other]);
        self.all([some, not_both])
    }
}

//! Transformations of the plane (ISO 32000-2, 8.3.3).

/// A transformation: `[a b c d e f]`.
#[derive(Clone, Copy)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self::translation(0.0, 0.0);

    /// Moves by `x` and `y`.
    pub(super) const fn translation(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// What this and then `next` do.
    pub(super) fn then(self, next: Self) -> Self {
        let Self([a, b, c, d, e, f]) = self;
        let Self([g, h, i, j, k, l]) = next;
        Self([
            a * g + b * i,
            a * h + b * j,
            c * g + d * i,
            c * h + d * j,
            e * g + f * i + k,
            e * h + f * j + l,
        ])
    }

    /// Where the origin comes to stand.
    pub(super) fn origin(self) -> (f64, f64) {
        let Self([.., x, y]) = self;
        (x, y)
    }
}

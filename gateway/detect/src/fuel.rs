//! The bound on work: judgement is limited by steps, never by time, so that it can be repeated.
//!
//! One unit is one byte looked at or one step of verification.

/// Most values that are found in the texts of one scan. Each takes memory in all that follows, so they are bounded too: more
/// than this in one body is a data set, not a request.
pub const MAX_FINDINGS: usize = 32_768;

/// What a scan may still spend; by default nothing.
#[derive(Clone, Debug, Default)]
pub struct Fuel(u64);

/// The fuel ran out before the texts were read to the end, or there are more than [`MAX_FINDINGS`] values in them. Nothing may
/// be concluded about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent;

impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the inspection budget ran out before the text was read to the end")
    }
}

impl std::error::Error for Spent {}

impl Fuel {
    /// Fuel for `units` steps. Ordinary text needs one to three units a byte, dense personal data about thirty.
    #[must_use]
    pub fn new(units: u64) -> Fuel {
        Fuel(units)
    }

    /// Units left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.0
    }

    /// Takes what another one has spent since it had `before` units.
    pub(crate) fn burn_since(&mut self, before: u64, other: &Fuel) -> Result<(), Spent> {
        self.burn(usize::try_from(before - other.0).unwrap_or(usize::MAX))
    }

    /// Takes `units`; nothing is left if there are fewer.
    ///
    /// # Errors
    /// [`Spent`] if there were fewer.
    pub fn burn(&mut self, units: usize) -> Result<(), Spent> {
        match self.0.checked_sub(units as u64) {
            Some(left) => {
                self.0 = left;
                Ok(())
            }
            None => {
                self.0 = 0;
                Err(Spent)
            }
        }
    }
}

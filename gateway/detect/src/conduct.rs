//! How detectors behave on text in which there is nothing to find: which of them speak, and which are tried often.

use crate::detector::{Detector, Scratch};
use crate::finding::{DetectorId, Lane, Level, Piece, Text};
use crate::fuel::{Fuel, Spent};

/// What one detector did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conduct {
    /// Which detector.
    pub detector: DetectorId,
    /// Steps that its patterns took over all texts: what it costs where there is nothing to find.
    pub steps: u64,
    /// Where it spoke, at level likely or above.
    pub spoke: Vec<Piece>,
    /// Whether it is tried at every byte that can begin it.
    pub slow: bool,
}

impl Detector {
    /// What each detector did on these texts, in the order of their ids.
    ///
    /// # Errors
    /// [`Spent`] when there is too much to tell.
    pub fn conduct(&self, texts: &[&str]) -> Result<Vec<Conduct>, Spent> {
        let conduct = |(id, info): (u16, &crate::Info)| Conduct {
            detector: DetectorId(id),
            steps: 0,
            spoke: Vec::new(),
            slow: info.lane == Lane::Slow,
        };
        let mut all: Vec<Conduct> = (0u16..).zip(self.infos()).map(conduct).collect();
        let mut scratch = Scratch::default();
        scratch.work.tally = vec![0; all.len()];
        for (index, body) in (0u32..).zip(texts) {
            let texts = [Text::alone("", body)];
            let found = self.scan(&mut scratch, &texts, &mut Fuel::new(u64::MAX))?;
            for finding in found.iter().filter(|finding| finding.level() >= Level::Likely) {
                let Some(conduct) = all.get_mut(usize::from(finding.detector().0)) else {
                    continue;
                };
                conduct.spoke.extend(finding.pieces().iter().map(|p| Piece { text: index, ..*p }));
            }
        }
        for (conduct, steps) in all.iter_mut().zip(&scratch.work.tally) {
            conduct.steps = *steps;
        }
        Ok(all)
    }
}

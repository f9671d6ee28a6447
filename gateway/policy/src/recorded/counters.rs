//! How far counters had got, on record.

use serde::{Deserialize, Serialize};

use super::{UnknownName, unknown};
use crate::Rulebook;
use crate::counter::Counted;
use crate::rulebook::number;

/// How far a counter had got: between two of its bands of that day, so that a policy with other bands can be asked too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedCounter {
    /// The counter.
    pub counter: String,
    /// The highest band that was reached; 0 if none was.
    pub reached: u64,
    /// The next band, which was not; none if there was no higher one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<u64>,
}

impl Rulebook {
    pub(super) fn record_counted(&self, counted: &Counted) -> Vec<RecordedCounter> {
        let all = (0..).zip(&self.model.counters);
        all.filter_map(|(at, counter)| {
            let reached = counted.of(at)?;
            Some(RecordedCounter {
                counter: counter.info.name.clone(),
                reached: counter.band(reached),
                below: counter.info.bands.get(usize::from(reached)).copied(),
            })
        })
        .collect()
    }

    /// What is on record of counters. Where a band of this policy lies between those on record nobody knows whether it was reached.
    pub(super) fn recorded_counted(
        &self,
        records: &[RecordedCounter],
    ) -> Result<Counted, UnknownName> {
        let mut counted = Counted::default();
        for record in records {
            let at = number(&self.model.counters, |known| &known.info.name, &record.counter);
            let at = at.ok_or_else(|| unknown("counter", &record.counter))?;
            let Some(counter) = self.model.counters.get(usize::from(at)) else { continue };
            let least = counter.reached(record.reached);
            let most = record
                .below
                .map_or(counter.bands(), |below| counter.reached(below.saturating_sub(1)));
            counted.set(at, (least == most).then_some(least));
        }
        Ok(counted)
    }
}

//! What an epoch says of those before it, and whether it is what those after it say.

use super::Walk;
use crate::epoch::{self, Event, Named};
use crate::note::{Checkpoint, NoteError};
use crate::verify::Demand;

impl Walk<'_> {
    /// Entries that speak of epochs.
    pub(super) fn read_event(&mut self, index: u64, entry: &[u8]) {
        let event =
            entry.starts_with(br#"{"schema":"seawall.epoch/"#).then(|| Event::from_entry(entry));
        match event.flatten() {
            Some(Event::EpochOpened { epoch, origin, previous }) if index == 0 => {
                let signed = self.answer.report.checkpoint.as_ref().map(|c| c.origin.clone());
                if epoch != self.number || signed.is_some_and(|signed| signed != origin) {
                    self.problem("", "its first entry opens another epoch");
                }
                match (previous, self.question.previous) {
                    (Some(named), _) => self.demand(named, false),
                    (None, Some(before)) if epoch != 1 || before != 0 => {
                        self.problem("", format!("its first entry does not name epoch {before}"));
                    }
                    _ => {}
                }
            }
            Some(Event::EpochClosed(named)) if index > 0 => self.demand(named, true),
            _ if index == 0 => self.problem("", "its first entry does not open the epoch"),
            _ => {}
        }
    }

    fn demand(&mut self, named: Named, is_final: bool) {
        match Checkpoint::open(&named.checkpoint, self.question.keys) {
            Ok(checkpoint) if epoch::of(&checkpoint.origin) == named.epoch => {
                let said_by = format!("epoch {}", self.number);
                self.answer.demands.push((named.epoch, Demand { checkpoint, said_by, is_final }));
            }
            Ok(_) => self.problem("", "names a checkpoint under the wrong epoch"),
            Err(error) => {
                let what = format!("the checkpoint it names of epoch {}: {error}", named.epoch);
                match error {
                    NoteError::Unsigned => {
                        self.answer.strange.push((named.epoch, self.place(what)))
                    }
                    _ => self.problem("", what),
                }
            }
        }
    }

    pub(super) fn end_demands(&mut self) {
        let open: Vec<&Demand> = self.demands.open.drain(..).collect();
        for demand in open {
            let what = format!(
                "has {} entries, but {} names a checkpoint of {}",
                self.edge.size(),
                demand.said_by,
                demand.checkpoint.size
            );
            self.problem("", what);
        }
        let final_size =
            self.question.demands.iter().find(|d| d.is_final).map(|d| d.checkpoint.size);
        if let Some(size) = final_size {
            let end = self.edge.size().max(self.signed() + self.answer.report.unsigned);
            if end > size {
                self.problem("", format!("was closed with {size} entries and has {end}"));
            }
        }
    }
}

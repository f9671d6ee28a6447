//! Verifying a journal offline: everything is computed again from the entries and compared with every file.
//!
//! What is found is a [`Problem`]: a changed bit, a missing, extra, reordered or cut record, a checkpoint that does not
//! verify, an epoch that does not continue the one before. What a crash leaves behind the last checkpoint is told apart:
//! [`EpochReport::torn_bytes`]. What no log can show by itself is that its newest part was rolled back as a whole,
//! checkpoint included: for that, keep checkpoints elsewhere and give them as `kept`.

mod epoch;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::disk::{RealDisk, SharedDisk};
use crate::epoch as epochs;
use crate::hash::Hash;
use crate::note::{Checkpoint, PublicKey};

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, relative to the journal.
    pub file: String,
    /// What is wrong with it, naming indices and sizes.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.what)
    }
}

/// What was found in one epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochReport {
    /// Its number.
    pub epoch: u64,
    /// A process was writing it while it was read.
    pub live: bool,
    /// Its verified checkpoint.
    pub checkpoint: Option<Checkpoint>,
    /// Whether there is a checkpoint that cannot be believed, for a reason that is among the problems.
    pub refused: bool,
    /// Entries behind the checkpoint: consistent, but not signed yet.
    pub unsigned: u64,
    /// Bytes at the end of the hot log that are no whole batch and that nothing calls durable: a crash leaves such.
    pub torn_bytes: u64,
    /// Files read.
    pub files: u64,
    /// Whether a later epoch names its final checkpoint.
    pub closed: bool,
}

/// What verifying a journal found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The epochs, oldest first.
    pub epochs: Vec<EpochReport>,
    /// Everything that must not be. Empty: the journal is what its keys signed.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Whether no problem was found.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    /// Entries that signed checkpoints cover.
    pub fn signed(&self) -> u64 {
        self.epochs.iter().filter_map(|e| e.checkpoint.as_ref()).map(|c| c.size).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for epoch in &self.epochs {
            write!(f, "epoch {}: ", epoch.epoch)?;
            match &epoch.checkpoint {
                Some(checkpoint) => {
                    write!(f, "{} entries signed, root {}", checkpoint.size, checkpoint.root)?
                }
                None if epoch.refused => f.write_str("a checkpoint that was not verified")?,
                None => f.write_str("no checkpoint")?,
            }
            if epoch.unsigned > 0 {
                write!(f, ", {} not signed yet", epoch.unsigned)?;
            }
            if epoch.torn_bytes > 0 {
                write!(f, ", torn tail of {} bytes", epoch.torn_bytes)?;
            }
            writeln!(f, "{}", if epoch.live { ", being written" } else { "" })?;
        }
        self.problems.iter().try_for_each(|problem| writeln!(f, "{problem}"))
    }
}

/// A checkpoint that an epoch must contain, and who says so.
#[derive(Clone)]
struct Demand {
    checkpoint: Checkpoint,
    said_by: String,
    /// It must be the whole epoch, not a beginning of it.
    is_final: bool,
}

/// What is known before an epoch is read.
struct Question<'q> {
    keys: &'q [PublicKey],
    demands: &'q [Demand],
    /// The epoch before it, if its directory is there.
    previous: Option<u64>,
}

/// Verifies every epoch in a directory under the keys that may have signed it.
///
/// `kept` are checkpoints that were stored elsewhere; each must be part of the journal.
///
/// # Errors
/// If the directory cannot be read. What is wrong in it is in the report.
pub fn verify(dir: &Path, keys: &[PublicKey], kept: &[Checkpoint]) -> io::Result<Report> {
    let disk: SharedDisk = Arc::new(RealDisk::existing(dir)?);
    verify_on(&disk, dir, keys, kept)
}

/// A live journal changes while it is read: only what three readings find is a problem.
pub(crate) fn verify_on(
    disk: &SharedDisk,
    dir: &Path,
    keys: &[PublicKey],
    kept: &[Checkpoint],
) -> io::Result<Report> {
    let mut report = verify_once(disk, dir, keys, kept)?;
    for _ in 0..2 {
        if report.is_sound() || !report.epochs.iter().any(|epoch| epoch.live) {
            break;
        }
        report = verify_once(disk, dir, keys, kept)?;
    }
    Ok(report)
}

fn verify_once(
    disk: &SharedDisk,
    dir: &Path,
    keys: &[PublicKey],
    kept: &[Checkpoint],
) -> io::Result<Report> {
    let numbers = epochs::list(disk, dir)?;
    let mut report = Report::default();
    if numbers.is_empty() {
        let what = "there is no epoch: this is no journal, or all of it is gone".to_owned();
        report.problems.push(Problem { file: ".".to_owned(), what });
    }
    let mut demands: BTreeMap<u64, Vec<Demand>> = BTreeMap::new();
    for checkpoint in kept {
        let demand = Demand {
            checkpoint: checkpoint.clone(),
            said_by: "a checkpoint that was kept".to_owned(),
            is_final: false,
        };
        demands.entry(epochs::of(&checkpoint.origin)).or_default().push(demand);
    }
    let mut strange = Vec::new();
    // Newest first: an epoch says what the earlier ones must contain.
    for (position, number) in numbers.iter().enumerate().rev() {
        let asked = demands.remove(number).unwrap_or_default();
        let previous = position.checked_sub(1).and_then(|before| numbers.get(before).copied());
        let question = Question { keys, demands: &asked, previous };
        let answer = epoch::read(disk, dir, *number, &question)?;
        for (epoch, demand) in answer.demands {
            demands.entry(epoch).or_default().push(demand);
        }
        strange.extend(answer.strange);
        report.epochs.insert(0, answer.report);
        report.problems.extend(answer.problems);
    }
    let refused = |number: u64| report.epochs.iter().any(|e| e.epoch == number && e.refused);
    strange.retain(|(number, _)| !refused(*number));
    report.problems.extend(strange.into_iter().map(|(_, problem)| problem));
    for (epoch, demands) in demands {
        let said_by = demands.first().map_or("", |demand| demand.said_by.as_str());
        let what = format!("the epoch is missing, but {said_by} names its checkpoint");
        report.problems.push(Problem { file: epochs::name(epoch), what });
    }
    for item in disk.list(dir)? {
        if !item.is_dir || !numbers.iter().any(|number| epochs::name(*number) == item.name) {
            report.problems.push(Problem { file: item.name, what: "does not belong here".into() });
        }
    }
    Ok(report)
}

/// Checks demands as the tree grows past their sizes.
struct Demands<'d> {
    open: Vec<&'d Demand>,
}

impl<'d> Demands<'d> {
    fn new(demands: &'d [Demand]) -> Self {
        Self { open: demands.iter().collect() }
    }

    fn wants(&self, size: u64) -> bool {
        self.open.iter().any(|demand| demand.checkpoint.size == size)
    }

    /// The demands of this size that the root does not meet.
    fn meet(&mut self, size: u64, root: Hash) -> Vec<&'d Demand> {
        let (now, later) = self.open.drain(..).partition(|d| d.checkpoint.size == size);
        self.open = later;
        let now: Vec<&Demand> = now;
        now.into_iter().filter(|demand| demand.checkpoint.root != root).collect()
    }
}

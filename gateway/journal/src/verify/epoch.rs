//! Verifying one epoch: bundles, tiles, checkpoint, hot log.

mod demands;
mod entries;
mod hot_log;
mod tiles;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::{Demand, Demands, EpochReport, Problem, Question};
use crate::disk::{SharedDisk, TEMPORARY};
use crate::edge::Edge;
use crate::epoch::{self, CLOSED, LOCK};
use crate::hash::Hash;
use crate::note::{Checkpoint, NoteError};
use crate::seal::CHECKPOINT;
use crate::segment;
use crate::tile::Tile;

/// A journal whose key was replaced has more than one.
const STRANGE_KEY: &str = "is signed by a key that was not given; add its public key with --key";

/// What one epoch says.
pub(super) struct Answer {
    pub(super) report: EpochReport,
    pub(super) problems: Vec<Problem>,
    /// What earlier epochs must contain.
    pub(super) demands: Vec<(u64, Demand)>,
    /// Earlier epochs whose checkpoint, as named here, no given key signed. It is told of such an epoch already, if that
    /// is so of its own checkpoint.
    pub(super) strange: Vec<(u64, Problem)>,
}

struct Walk<'w> {
    disk: &'w SharedDisk,
    dir: PathBuf,
    number: u64,
    question: &'w Question<'w>,
    files: BTreeSet<String>,
    edge: Edge,
    /// The entries of the partial bundle.
    bundle: Vec<u8>,
    /// Full tiles behind the checkpoint, which need not be on disk yet, by path.
    made: BTreeMap<String, Vec<u8>>,
    demands: Demands<'w>,
    /// Leaf hashes from the first entry of the hot log on.
    recent: Vec<Hash>,
    recent_from: u64,
    answer: Answer,
}

/// Reads an epoch; every finding is in the answer.
pub(super) fn read(
    disk: &SharedDisk,
    dir: &Path,
    number: u64,
    question: &Question<'_>,
) -> io::Result<Answer> {
    let mut walk = Walk::new(disk, dir.join(epoch::name(number)), number, question)?;
    // The checkpoint first: what is written later only adds to what it covers.
    walk.read_checkpoint();
    let root = walk.dir.clone();
    walk.collect(&root, "")?;
    walk.answer.report.files = walk.files.len() as u64;
    walk.read_bundles();
    walk.read_hot_log();
    walk.read_partials();
    walk.require_tiles();
    walk.end_demands();
    Ok(walk.answer)
}

impl<'w> Walk<'w> {
    fn new(
        disk: &'w SharedDisk,
        dir: PathBuf,
        number: u64,
        question: &'w Question<'w>,
    ) -> io::Result<Walk<'w>> {
        let report = EpochReport {
            epoch: number,
            live: disk.is_locked(&dir.join(LOCK))?,
            checkpoint: None,
            refused: false,
            unsigned: 0,
            torn_bytes: 0,
            files: 0,
            closed: question.demands.iter().any(|demand| demand.is_final),
        };
        Ok(Walk {
            disk,
            dir,
            number,
            question,
            files: BTreeSet::new(),
            edge: Edge::default(),
            bundle: Vec::new(),
            made: BTreeMap::new(),
            demands: Demands::new(question.demands),
            recent: Vec::new(),
            recent_from: 0,
            answer: Answer {
                report,
                problems: Vec::new(),
                demands: Vec::new(),
                strange: Vec::new(),
            },
        })
    }

    fn problem(&mut self, file: &str, what: impl Into<String>) {
        let file = format!("{}/{file}", epoch::name(self.number));
        self.answer.problems.push(Problem { file, what: what.into() });
    }

    /// A problem of the epoch as a whole.
    fn place(&self, what: String) -> Problem {
        Problem { file: format!("{}/", epoch::name(self.number)), what }
    }

    fn signed(&self) -> u64 {
        self.answer.report.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size)
    }

    fn read(&self, file: &str) -> Option<Vec<u8>> {
        self.disk.read(&self.dir.join(file)).ok()
    }

    fn read_checkpoint(&mut self) {
        let Some(bytes) = self.read(CHECKPOINT) else { return };
        let Ok(note) = String::from_utf8(bytes) else {
            return self.refuse_checkpoint("the checkpoint is not UTF-8".to_owned());
        };
        match Checkpoint::open(&note, self.question.keys) {
            Ok(checkpoint) => {
                if epoch::of(&checkpoint.origin) != self.number {
                    self.problem(CHECKPOINT, "the checkpoint is that of another epoch");
                }
                self.answer.report.checkpoint = Some(checkpoint);
            }
            Err(NoteError::Unsigned) => self.refuse_checkpoint(STRANGE_KEY.to_owned()),
            Err(error) => self.refuse_checkpoint(error.to_string()),
        }
    }

    /// There is a checkpoint, and it says nothing that can be believed.
    fn refuse_checkpoint(&mut self, what: String) {
        self.answer.report.refused = true;
        self.problem(CHECKPOINT, what);
    }

    /// Lists every file and finds those that have no place in a log.
    fn collect(&mut self, dir: &Path, prefix: &str) -> io::Result<()> {
        let items = match self.disk.list(dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            items => items?,
        };
        for item in items {
            let name = format!("{prefix}{}", item.name);
            if item.is_dir {
                self.collect(&dir.join(&item.name), &format!("{name}/"))?;
                continue;
            }
            let segment =
                name.strip_prefix("wal/").is_some_and(|name| segment::first_in(name).is_some());
            let known = segment || name == CHECKPOINT || Tile::from_path(&name).is_some();
            let marker = name == LOCK || name == CLOSED;
            if marker && item.bytes > 0 {
                self.problem(&name, "must be empty");
            } else if !known && !marker && !name.ends_with(TEMPORARY) {
                self.problem(&name, "does not belong here");
            }
            self.files.insert(name);
        }
        Ok(())
    }
}

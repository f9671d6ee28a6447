//! One policy folder as its author has it open: files on disk, above them what is not saved yet, and what the compiler makes
//! of it all.

use std::collections::BTreeMap;

use policy::{
    Catalogue, Day, Diagnostic, Outline, Proof, Rulebook, Source, TestResult, check, run_tests,
    with_packs,
};

use crate::text::Lines;

/// A file of more bytes is not read: a policy of a thousand rules has a third of it.
pub(crate) const MAX_BYTES: usize = 1 << 20;

/// What a policy may name under `detect`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detector {
    /// The name of the detector.
    pub id: String,
    /// The family it belongs to.
    pub family: String,
    /// What it finds, in one line.
    pub title: String,
}

/// A folder at work.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    disk: BTreeMap<String, String>,
    open: BTreeMap<String, String>,
    /// Packs that the policy may name.
    packs: Vec<Source>,
    names: Vec<(String, String)>,
    pub(crate) detectors: Vec<Detector>,
    /// Of the present texts; none after a change.
    reading: Option<Reading>,
    /// Files that have been told of, so that they are told when nothing is wrong any more.
    pub(crate) told: Vec<String>,
}

/// What the compiler makes of the present texts.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) sources: Vec<Source>,
    pub(crate) outline: Outline,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Of them, packs that there are not.
    missing: Vec<Diagnostic>,
    pub(crate) tests: Vec<TestResult>,
    /// One for each invariant, in alphabetical order; `None` while nothing was asked of the prover since the last change.
    pub(crate) proofs: Option<Vec<Proof>>,
    /// The day on which it was read, by the policy's clock.
    pub(crate) today: Day,
}

impl Desk {
    pub(crate) fn new(disk: Vec<Source>, packs: Vec<Source>, detectors: Vec<Detector>) -> Desk {
        let names = detectors.iter().map(|one| (one.id.clone(), one.family.clone())).collect();
        let mut desk = Desk { names, packs, detectors, ..Desk::default() };
        desk.set_disk(disk);
        desk
    }

    /// What the files hold now.
    pub(crate) fn set_disk(&mut self, disk: Vec<Source>) {
        self.disk = disk.into_iter().map(|source| (source.path, source.text)).collect();
        self.reading = None;
    }

    /// Shadows a file by what its editor shows.
    pub(crate) fn open(&mut self, file: &str, text: String) {
        self.open.insert(file.to_owned(), text);
        self.reading = None;
    }

    /// The text that an editor shows, to be changed.
    pub(crate) fn shown(&mut self, file: &str) -> Option<&mut String> {
        self.reading = None;
        self.open.get_mut(file)
    }

    /// From now on the file counts as it is on disk.
    pub(crate) fn close(&mut self, file: &str) {
        self.open.remove(file);
        self.reading = None;
    }

    /// Files that are too large to be read.
    pub(crate) fn oversized(&self) -> Vec<&str> {
        let all = self.disk.iter().filter(|(file, _)| !self.open.contains_key(*file));
        let all = all.chain(&self.open).filter(|(_, text)| text.len() > MAX_BYTES);
        all.map(|(file, _)| file.as_str()).collect()
    }

    fn sources(&self) -> Vec<Source> {
        let files: BTreeMap<&String, &String> = self.disk.iter().chain(&self.open).collect();
        let sized = files.into_iter().filter(|(_, text)| text.len() <= MAX_BYTES);
        sized.map(|(path, text)| Source { path: path.clone(), text: text.clone() }).collect()
    }

    pub(crate) fn catalogue(&self) -> Catalogue<'_> {
        Catalogue { detectors: &self.names }
    }

    /// What there is to know, without the prover unless it was asked already.
    pub(crate) fn reading(&mut self, now: i64) -> &Reading {
        let read = match self.reading.take() {
            Some(reading) => reading,
            None => Reading::of(self.sources(), &self.packs, &self.catalogue(), now),
        };
        self.reading.insert(read)
    }

    /// What [`Desk::reading`] found, if nothing has changed since.
    pub(crate) fn read(&self) -> Option<&Reading> {
        self.reading.as_ref()
    }

    /// The same with the prover's verdicts.
    pub(crate) fn prove(&mut self, now: i64) -> &Reading {
        let mut read = match self.reading.take() {
            Some(reading) => reading,
            None => Reading::of(self.sources(), &self.packs, &self.catalogue(), now),
        };
        if read.proofs.is_none() {
            read.prove(&self.catalogue(), now);
        }
        self.reading.insert(read)
    }
}

impl Reading {
    fn of(own: Vec<Source>, packs: &[Source], catalogue: &Catalogue<'_>, now: i64) -> Reading {
        // A pack that does not exist is told, and the rest of the policy is read as if it were not named.
        let (sources, missing) = match with_packs(own.clone(), packs) {
            Ok(sources) => (sources, None),
            Err(missing) => (own, Some(missing)),
        };
        let outline = Outline::of(&sources, catalogue);
        let today = Day::from_unix(now, outline.clock());
        let (diagnostics, tests) = match Rulebook::compile(&sources, catalogue) {
            Ok(book) => (book.warnings().clone(), run_tests(&book)),
            Err(diagnostics) => (diagnostics, Vec::new()),
        };
        let missing: Vec<Diagnostic> = missing.iter().flatten().cloned().collect();
        let diagnostics = missing.iter().chain(&diagnostics).cloned().collect();
        Reading { sources, outline, diagnostics, missing, tests, proofs: None, today }
    }

    fn prove(&mut self, catalogue: &Catalogue<'_>, now: i64) {
        let report = check(&self.sources, catalogue, Some(now));
        self.diagnostics = self.missing.iter().chain(&report.diagnostics).cloned().collect();
        self.tests = report.tests;
        self.proofs = Some(report.proofs);
    }

    /// The number and text of a file.
    pub(crate) fn file(&self, path: &str) -> Option<(usize, &Source)> {
        self.sources.iter().enumerate().find(|(_, source)| source.path == path)
    }

    /// The lines of a file by its number.
    pub(crate) fn lines(&self, file: usize) -> Lines<'_> {
        Lines::of(self.sources.get(file).map_or("", |source| source.text.as_str()))
    }
}

//! Our engine through its public face.

use detect::{Detector, Fuel, RuleFile, Scratch, Text};

use crate::finding::Level as SharedLevel;
use crate::measure::now;
use crate::resolve::Hit;
use crate::rules::File;

/// A finding that can be compared: detector, begin, end, level.
pub type Plain = (u16, usize, usize, u8);

pub struct Ours {
    pub detector: Detector,
    scratch: Scratch,
    /// Seconds that compiling took.
    pub compiled: f64,
}

impl Ours {
    pub fn new(files: &[File]) -> Ours {
        let files: Vec<RuleFile<'_>> =
            files.iter().map(|(name, text)| RuleFile { name, text }).collect();
        let start = now();
        let detector = Detector::compile(&files).unwrap_or_else(|p| panic!("{:?}", p.first()));
        let compiled = now() - start;
        Ours { detector, scratch: Scratch::default(), compiled }
    }

    pub fn count(&mut self, text: &str) -> u64 {
        self.scan(text, |found| found.len() as u64)
    }

    pub fn findings(&mut self, text: &str) -> Vec<Plain> {
        self.scan(text, |found| {
            let plain = |f: &detect::Finding| {
                let span = f.pieces()[0].span;
                (f.detector().0, span.start, span.end, f.level() as u8)
            };
            found.iter().map(plain).collect()
        })
    }

    fn scan<T>(&mut self, text: &str, then: impl FnOnce(&[detect::Finding]) -> T) -> T {
        let texts = [Text::alone("", text)];
        let mut fuel = Fuel::new(u64::MAX);
        let Ok(found) = self.detector.scan(&mut self.scratch, &texts, &mut fuel) else {
            panic!("out of fuel")
        };
        then(found.findings)
    }
}

/// The rival's hits in the same form.
pub fn plain(hits: &[Hit]) -> Vec<Plain> {
    let level = |l: SharedLevel| l as u8;
    hits.iter().map(|h| (h.detector, h.span.start, h.span.end, level(h.level))).collect()
}

/// How many findings only one of the two has.
pub fn differences(a: &[Plain], b: &[Plain]) -> Vec<(bool, Plain)> {
    use std::collections::BTreeSet;
    let (a, b): (BTreeSet<_>, BTreeSet<_>) =
        (a.iter().copied().collect(), b.iter().copied().collect());
    let only = |x: &BTreeSet<Plain>, y: &BTreeSet<Plain>, ours| {
        x.difference(y).map(|f| (ours, *f)).collect::<Vec<_>>()
    };
    [only(&a, &b, true), only(&b, &a, false)].concat()
}

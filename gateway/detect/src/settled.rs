//! Streams: up to where the findings of a growing text are final.
//!
//! A caller holds the text that is not settled, and keeps at least [`LOOK_BEHIND`] bytes of what it has already let go as left context.
//! A place is open when a pattern that began there could still go on, or when its right-hand neighbours and context have not all
//! arrived; what overlaps something open is open too.

use crate::anchor::{USER_PART, is_user_part};
use crate::compile::{Engine, PATTERN_MAX};
use crate::context::{AFTER, floor};
use crate::detector::Detector;
use crate::engine::{VALUE_MAX, extended};
use crate::pass::{Begin, four, pass};

/// The most bytes that can be unsettled, and the left context that a caller must keep.
pub const LOOK_BEHIND: usize = VALUE_MAX + PATTERN_MAX + 512;

/// Bytes at the end within which the pass cannot yet tell whether something begins.
const UNDECIDED: usize = 12;

impl Detector {
    /// The byte offset, on a character boundary, up to which findings cannot change whatever follows.
    #[must_use]
    pub fn settled(&self, text: &str) -> usize {
        let from = floor(text, text.len().saturating_sub(LOOK_BEHIND));
        let mut tail = Tail {
            engine: &self.engine,
            text: text.as_bytes(),
            from,
            open: text.len(),
            spans: Vec::new(),
        };
        tail.user_part();
        tail.undecided();
        tail.places();
        floor(text, tail.open_with_neighbours())
    }
}

struct Tail<'t> {
    engine: &'t Engine,
    text: &'t [u8],
    from: usize,
    /// The first open place.
    open: usize,
    /// Matches that are complete.
    spans: Vec<(usize, usize)>,
}

impl Tail<'_> {
    /// What may become the part of an address before its `@`.
    fn user_part(&mut self) {
        let n = self.text.iter().rev().take(USER_PART).take_while(|b| is_user_part(**b)).count();
        self.open = self.text.len() - n;
    }

    /// Near the end every pattern is tried at every byte.
    fn undecided(&mut self) {
        for at in self.text.len().saturating_sub(UNDECIDED).max(self.from)..self.text.len() {
            for form in 0..self.engine.forms.len() {
                self.attempt(u16::try_from(form).unwrap_or(u16::MAX), at);
            }
        }
    }

    /// Before that, where the pass says that something may begin.
    fn places(&mut self) {
        let (engine, from) = (self.engine, self.from);
        let text = self.text.get(from..).unwrap_or_default();
        let mut fit = Vec::new();
        let done = pass(&engine.keys, &engine.digits, text, |begin, at| {
            let at = at + from;
            let shapes = match begin {
                Begin::Word => {
                    for entry in engine.keys.get(four(self.text, at)) {
                        self.attempt(entry.form, at.saturating_sub(usize::from(entry.key.back)));
                    }
                    return Ok(());
                }
                Begin::At => {
                    self.at_sign(at);
                    return Ok(());
                }
                Begin::Digits => &engine.digits,
                Begin::Sign => &engine.sign,
                Begin::Letters => &engine.letters,
                Begin::Hex => &engine.hex,
            };
            let (open, _) = shapes.run(self.text, at, &mut fit);
            if open {
                self.open = self.open.min(at);
            }
            for form in &fit {
                self.attempt(*form, at);
            }
            Ok::<(), std::convert::Infallible>(())
        });
        let Ok(()) = done;
        for (form, first) in &engine.slow {
            for at in from.max(self.text.len().saturating_sub(PATTERN_MAX + AFTER))..self.text.len()
            {
                if self
                    .text
                    .get(at)
                    .is_some_and(|b| first.get(usize::from(*b)).copied().unwrap_or(false))
                {
                    self.attempt(*form, at);
                }
            }
        }
    }

    fn at_sign(&mut self, at: usize) {
        let before = self.text.get(..at).unwrap_or_default();
        let n = before.iter().rev().take(USER_PART).take_while(|b| is_user_part(**b)).count();
        for form in &self.engine.at {
            for from in at - n..at {
                self.attempt(*form, from);
            }
        }
    }

    fn attempt(&mut self, form: u16, at: usize) {
        let Some((form, rule)) = self.engine.form(form) else { return };
        let far = at + PATTERN_MAX + AFTER < self.text.len() && rule.extend.is_none();
        if far || !rule.may_start(self.text, at) {
            return;
        }
        let run = form.matcher.run(self.text, at);
        let Some(end) = run.end else {
            if run.open {
                self.open = self.open.min(at);
            }
            return;
        };
        let end = rule.extend.map_or(end, |e| extended(e, self.text, end));
        if run.open || end + AFTER >= self.text.len() {
            self.open = self.open.min(at);
        } else {
            self.spans.push((at, end));
        }
    }

    /// The first open place, moved before every match that reaches into what is open.
    fn open_with_neighbours(&mut self) -> usize {
        self.spans.sort_unstable_by(|a, b| b.cmp(a));
        let mut open = self.open;
        // From the last to the first begin: each step can only move the mark left, so one round is not enough for long matches.
        loop {
            let before = open;
            for (start, end) in &self.spans {
                if *start < open && open < *end {
                    open = *start;
                }
            }
            if open == before {
                return open;
            }
        }
    }
}

//! Streams: up to where the findings of a growing text are final.
//!
//! A caller holds the text that is not settled, at most [`LOOK_BEHIND`] bytes, and keeps of what it has already let go what
//! [`context_from`] tells.
//! A place is open when a pattern that began there could still go on, or when its right-hand neighbours and context have not all
//! arrived; what overlaps something open is open too.

use crate::anchor::{USER_PART, is_user_part};
use crate::bits::Bits;
use crate::boundary::starts_word;
use crate::compile::{Engine, Extend, Form, Rule};
use crate::context::{AFTER, WINDOW_MAX};
use crate::detector::Detector;
use crate::gate::Gate;
use crate::keys;
use crate::matcher::Run;
use crate::normal;
use crate::pass::{Begin, eight, pass};
use crate::pattern::PATTERN_MAX;
use crate::shapes::Fit;
use crate::weigh::{VALUE_MAX, extended};

/// The most bytes that can be unsettled: what a caller must be able to hold.
pub const LOOK_BEHIND: usize = BLOCK_MAX + NEAR;

/// The bytes, of what a text says, before what is not settled that still count: words, lines and neighbours.
const CONTEXT: usize = WINDOW_MAX + 56;

/// Longest block (a private key) that is waited for to end.
const BLOCK_MAX: usize = 64 * 1024;

/// Bytes at the end in which a value of any other form may be open.
const NEAR: usize = VALUE_MAX + PATTERN_MAX + 512;

/// Bytes at the end within which the pass cannot yet tell whether something begins.
const UNDECIDED: usize = keys::BACK as usize + keys::LENGTH + keys::BEHIND;

/// The byte offset, on a character boundary, from which on a caller must keep what it has let go up to `at`, and scan it together with
/// what follows. That is 256 bytes, and up to twelve times as much where characters are written as several, as in escapes. More changes nothing.
#[must_use]
pub fn context_from(text: &str, at: usize) -> usize {
    normal::back(text, at, CONTEXT)
}

impl Detector {
    /// The byte offset, on a character boundary, up to which findings cannot change whatever follows.
    #[must_use]
    pub fn settled(&self, text: &str) -> usize {
        normal::settled(text, NEAR, &|text, open| self.settled_as_it_stands(text, open))
    }

    /// The same for a text that says what its bytes say, when it is known to be open from `open` on.
    fn settled_as_it_stands(&self, text: &str, open: usize) -> usize {
        let from = text.floor_char_boundary(text.len().saturating_sub(NEAR));
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
        tail.block();
        tail.open = tail.open.min(open);
        text.floor_char_boundary(tail.open_with_neighbours())
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

    /// Near the end every pattern is tried at every place where a word may begin: the pass cannot tell yet.
    fn undecided(&mut self) {
        let engine = self.engine;
        let mut fit = Fit::default();
        for at in self.text.len().saturating_sub(UNDECIDED).max(self.from)..self.text.len() {
            if !starts_word(self.text, at) {
                continue;
            }
            for gate in engine.gates() {
                self.shapes(gate, at, 0, &mut fit);
            }
            let rest = self.text.get(at..).unwrap_or_default();
            match (rest.first_chunk::<2>(), rest.first()) {
                (Some(pair), _) => {
                    for form in engine.by_pair.get(pair).into_iter().flatten() {
                        self.attempt(*form, at);
                    }
                }
                // Whatever begins with the last byte may go on.
                (None, Some(last)) => {
                    let begins = engine.by_first.get(usize::from(*last));
                    if begins.is_some_and(|forms| !forms.is_empty()) {
                        self.open = self.open.min(at);
                    }
                }
                (None, None) => {}
            }
        }
    }

    /// A block that began before the rest was looked at and has not ended.
    fn block(&mut self) {
        let from = self.text.len().saturating_sub(LOOK_BEHIND);
        let before = self.text.get(from..self.from).unwrap_or_default();
        let Some(at) = memchr::memmem::rfind(before, b"-----BEGIN ") else { return };
        let blocks = |(_, rule): (&Form, &Rule)| rule.extend == Some(Extend::Pem);
        for form in self.engine.by_first.get(usize::from(b'-')).into_iter().flatten() {
            if self.engine.form(*form).is_some_and(blocks) {
                self.attempt(*form, from + at);
            }
        }
    }

    /// Before that, where the pass says that something may begin.
    fn places(&mut self) {
        let (engine, from) = (self.engine, self.from);
        let text = self.text.get(from..).unwrap_or_default();
        let mut fit = Fit::default();
        let done = pass(&engine.keys, &engine.first_runs, text, |begin, at| {
            let at = at + from;
            let gate = match begin {
                Begin::Word => {
                    for entry in engine.keys.get(self.text, at, eight(self.text, at)) {
                        self.attempt(entry.form, at.saturating_sub(usize::from(entry.back)));
                    }
                    return Ok(());
                }
                Begin::At => {
                    self.at_sign(at);
                    return Ok(());
                }
                Begin::Digits(digits) => {
                    self.shapes(&engine.numbers, at, digits, &mut fit);
                    self.shapes(&engine.digits, at, digits, &mut fit);
                    return Ok(());
                }
                Begin::Sign => &engine.sign,
                Begin::Letters => &engine.letters,
                Begin::Hex => &engine.hex,
            };
            self.shapes(gate, at, 0, &mut fit);
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

    /// What fits widely may fit, whatever its words are: they may still come.
    fn shapes(&mut self, gate: &Gate, at: usize, digits: usize, fit: &mut Fit) {
        let far = self.is_far(at);
        if far && gate.extended.is_empty() {
            return;
        }
        let run = gate.free.run(self.text, at, digits, fit);
        if !gate.extended.is_empty() {
            let mut memory = Bits::default();
            let fitting = gate.free.fitting(fit, &mut memory).iter();
            for group in fitting.filter_map(|group| gate.free.groups().get(group)) {
                let extended = |pattern: &usize| gate.extended.has(*pattern);
                for pattern in group.patterns.clone().filter(extended) {
                    let form = gate.free.forms().get(pattern);
                    form.into_iter().for_each(|form| self.attempt(*form, at));
                }
            }
        }
        if !far {
            self.note(at, &run, run.end);
            let run = gate.asking.shapes.run(self.text, at, digits, fit);
            self.note(at, &run, run.end);
        }
    }

    /// Whether no pattern that begins here reaches what has not arrived.
    fn is_far(&self, at: usize) -> bool {
        at + PATTERN_MAX + AFTER < self.text.len()
    }

    /// Takes up a match that ends at `end`, and whether it may go on.
    fn note(&mut self, at: usize, run: &Run, end: Option<usize>) {
        match end {
            None if !run.open => {}
            Some(end) if !run.open && end + AFTER < self.text.len() => self.spans.push((at, end)),
            _ => self.open = self.open.min(at),
        }
    }

    fn at_sign(&mut self, at: usize) {
        let before = self.text.get(..at).unwrap_or_default();
        let n = before.iter().rev().take(USER_PART).take_while(|b| is_user_part(**b)).count();
        for mailbox in &self.engine.at {
            for from in at - n..at {
                self.attempt(mailbox.form, from);
            }
        }
    }

    fn attempt(&mut self, form: u16, at: usize) {
        let Some((form, rule)) = self.engine.form(form) else { return };
        let far = rule.extend.is_none() && self.is_far(at);
        if far || !form.starts.may_start(self.text, at) {
            return;
        }
        let run = form.matcher.run(self.text, at, form.goes_on);
        let end = run.end.map(|end| rule.extend.map_or(end, |e| extended(e, self.text, end)));
        self.note(at, &run, end);
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

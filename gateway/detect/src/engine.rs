//! A closer look at the places that the pass found: matcher, guard, extension, check, context.
//!
//! Everything here is a pure function of the text, the rules and the label. A value that fails its check does not consume the
//! text, so a true value inside a longer false one is still found.

use std::ops::Range;

use crate::anchor::{USER_PART, is_user_part};
use crate::bits::Bits;
use crate::check::Verdict;
use crate::compile::{Engine, Extend, Rule};
use crate::finding::{Level, Span};
use crate::fuel::{Fuel, MAX_FINDINGS, Spent};
use crate::gate::Gate;
use crate::guard;
use crate::neighbours::Neighbours;
use crate::pass::{Begin, four, pass};
use crate::plain::floor;
use crate::resolve::Hit;
use crate::surroundings::{Says, Surroundings};

/// Longest token after extension, in bytes.
pub(crate) const VALUE_MAX: usize = 8192;

/// Working memory of one text.
#[derive(Default)]
pub(crate) struct Work {
    pub(crate) hits: Vec<Hit>,
    fit: Bits,
    open: Bits,
    around: Surroundings,
    /// Whether the label of this text has been read.
    labelled: bool,
}

/// A text under inspection.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'t> {
    pub(crate) label: &'t str,
    pub(crate) text: &'t str,
    pub(crate) neighbours: Neighbours<'t>,
}

impl<'t> Subject<'t> {
    /// A text without label and neighbours.
    pub(crate) fn bare(text: &'t str) -> Subject<'t> {
        Subject { label: "", text, neighbours: Neighbours::none() }
    }
}

impl Engine {
    /// Collects the hits of one text into `work.hits`, unresolved.
    pub(crate) fn hits(
        &self,
        subject: Subject<'_>,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        work.hits.clear();
        work.labelled = false;
        work.around.reset();
        let text = subject.text.as_bytes();
        fuel.burn(text.len())?;
        pass(&self.keys, &self.digits.shapes, text, |begin, at| {
            self.look(subject, begin, at, work, fuel)
        })?;
        for (form, first) in &self.slow {
            for (at, byte) in text.iter().enumerate() {
                if first.get(usize::from(*byte)).copied().unwrap_or(false) {
                    self.attempt(subject, *form, at, work, fuel)?;
                }
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn look(
        &self,
        subject: Subject<'_>,
        begin: Begin,
        at: usize,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        match begin {
            Begin::Word => {
                let text = subject.text.as_bytes();
                for entry in self.keys.get(four(text, at), four(text, at + 4)) {
                    if let Some(at) = at.checked_sub(usize::from(entry.key.back)) {
                        self.attempt(subject, entry.form, at, work, fuel)?;
                    }
                }
                Ok(())
            }
            Begin::Digits => self.shapes(&self.digits, subject, at, work, fuel),
            Begin::Sign => self.shapes(&self.sign, subject, at, work, fuel),
            Begin::Letters => self.shapes(&self.letters, subject, at, work, fuel),
            Begin::Hex => self.shapes(&self.hex, subject, at, work, fuel),
            Begin::At => self.user_part(subject, at, work, fuel),
        }
    }

    fn shapes(
        &self,
        gate: &Gate,
        subject: Subject<'_>,
        at: usize,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        let mut fit = std::mem::take(&mut work.fit);
        let (_, steps) = gate.shapes.run(subject.text.as_bytes(), at, &mut fit);
        let mut done = fuel.burn(steps);
        if gate.asks(&fit) {
            let place = at..floor(subject.text, at + steps).max(at);
            done = done.and_then(|()| self.read(subject, &place, work, fuel));
            gate.narrow(&mut fit, work.around.words(), &mut work.open);
        }
        let forms = gate.shapes.forms();
        for form in fit.iter().filter_map(|pattern| forms.get(pattern)) {
            done = done.and_then(|()| self.attempt(subject, *form, at, work, fuel).map(|_| ()));
        }
        work.fit = fit;
        done
    }

    fn user_part(
        &self,
        subject: Subject<'_>,
        at: usize,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        let text = subject.text.as_bytes();
        let before = text.get(..at).unwrap_or_default();
        let n = before.iter().rev().take(USER_PART).take_while(|b| is_user_part(**b)).count();
        for form in &self.at {
            for from in at - n..at {
                // Not only the earliest, which is the longest: another value may take its place from it.
                self.attempt(subject, *form, from, work, fuel)?;
            }
        }
        Ok(())
    }

    /// Tries one form at one place; whether it left a hit.
    fn attempt(
        &self,
        subject: Subject<'_>,
        form: u16,
        at: usize,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<bool, Spent> {
        let Some((form, rule)) = self.form(form) else { return Ok(false) };
        if !rule.may_start(subject.text.as_bytes(), at) {
            return Ok(false);
        }
        let run = form.matcher.run(subject.text.as_bytes(), at);
        fuel.burn(run.steps + 1)?;
        match run.end {
            Some(end) if end > at => {
                self.judge(subject, form.rule, Span { start: at, end }, work, fuel)
            }
            _ => Ok(false),
        }
    }

    /// Guard, extension, check and context of a match.
    fn judge(
        &self,
        subject: Subject<'_>,
        rule_index: u16,
        span: Span,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<bool, Spent> {
        let Some(rule) = self.rules.get(usize::from(rule_index)) else { return Ok(false) };
        let text = subject.text;
        let end = rule.extend.map_or(span.end, |e| extended(e, text.as_bytes(), span.end));
        let Some(value) = text.get(span.start..end) else { return Ok(false) };
        fuel.burn(value.len())?;
        let (checked, end) = match rule.check.map(|c| c.judge(value)) {
            None => (true, end),
            Some(Verdict::Holds(n)) => (true, span.start + n),
            Some(Verdict::Fails) if rule.level.unchecked.is_none() => return Ok(false),
            Some(Verdict::Fails) => (false, end),
        };
        let span = Span { start: span.start, end };
        if !rule.guard.allows(text, span.start, span.end) {
            return Ok(false);
        }
        let line = rule.line_is_context && guard::alone_on_line(text, span.start, span.end);
        let says = if line { Says::Yes(0) } else { self.says(subject, rule, span, work, fuel)? };
        let Some(level) = level(rule, checked, says) else { return Ok(false) };
        let checked = checked && rule.check.is_some();
        let context = matches!(says, Says::Yes(_));
        // Before overlaps are resolved a place may have several readings.
        if work.hits.len() >= 4 * MAX_FINDINGS {
            return Err(Spent);
        }
        work.hits.push(Hit {
            detector: rule_index,
            span,
            level,
            checked,
            context,
            rank: rule.rank,
        });
        Ok(true)
    }

    /// The judgement alone, for the oracle.
    #[cfg(test)]
    pub(crate) fn judge_for_tests(
        &self,
        subject: Subject<'_>,
        rule: u16,
        start: usize,
        end: usize,
        work: &mut Work,
        fuel: &mut Fuel,
    ) {
        work.around.reset();
        let _ = self.judge(subject, rule, Span { start, end }, work, fuel);
    }

    fn says(
        &self,
        subject: Subject<'_>,
        rule: &Rule,
        span: Span,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<Says, Spent> {
        if rule.positive.is_empty() && rule.negative.is_empty() {
            return Ok(Says::Nothing);
        }
        let value = span.start..span.end;
        self.read(subject, &value, work, fuel)?;
        work.around.turn_to(&value, subject.text.len());
        Ok(work.around.says(&rule.positive, &rule.negative, rule.window))
    }

    /// Reads the words of the label and of what stands around a place.
    fn read(
        &self,
        subject: Subject<'_>,
        place: &Range<usize>,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        if !work.labelled {
            work.around.label(&self.vocabulary, subject.label);
            work.labelled = true;
        }
        let (text, neighbours) = (subject.text, subject.neighbours);
        fuel.burn(work.around.read(&self.vocabulary, text, neighbours, place, self.reach))
    }
}

/// The level of a match, or nothing if it is not to be reported.
fn level(rule: &Rule, checked: bool, says: Says) -> Option<Level> {
    match (checked, says) {
        (true, Says::Yes(_)) => rule.level.context.or(rule.level.bare),
        (true, Says::Nothing) => rule.level.bare,
        (true, Says::SomethingElse) => rule.level.bare.and_then(Level::lower),
        (false, Says::Yes(_)) => rule.level.unchecked,
        (false, _) => None,
    }
}

/// Where a value that goes on beyond its pattern ends.
pub(crate) fn extended(extend: Extend, text: &[u8], end: usize) -> usize {
    let rest = text.get(end..).unwrap_or_default();
    match extend {
        Extend::Token => end + rest.iter().take(VALUE_MAX).take_while(|b| is_token(**b)).count(),
        Extend::Pem => end + pem(rest),
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=')
}

/// Bytes of a PEM block after its first line, however many. The next line of dashes ends the search, so that many blocks cost no more than one.
fn pem(rest: &[u8]) -> usize {
    let dashes = memchr::memmem::find(rest, b"-----").unwrap_or(rest.len());
    if rest.get(dashes..).is_some_and(|mark| mark.starts_with(b"-----END ")) {
        let line = rest.iter().skip(dashes + 9).take(48).take_while(|b| **b != b'\n').count();
        return dashes + 9 + line;
    }
    // Without an end the block runs as far as base64 does: a cut key is still a key.
    let base64 = |b: &u8| {
        b.is_ascii_alphanumeric()
            || matches!(b, b'+' | b'/' | b'=' | b'\n' | b'\r' | b'\\' | b' ' | b':' | b',' | b'-')
    };
    rest.iter().take(dashes).take_while(|b| base64(b)).count()
}

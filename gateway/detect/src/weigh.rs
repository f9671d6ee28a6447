//! Whether a match is a value: extension, check, guard, context.
//!
//! A pure function of the text, the rule and the label.

use std::ops::Range;

use crate::bits::Bits;
use crate::check::{Check, Verdict};
use crate::compile::{Engine, Extend, Rule};
use crate::engine::{Subject, Work};
use crate::finding::{Level, Span};
use crate::fuel::{Fuel, Spent};
use crate::guard::{self, Guard};
use crate::resolve::Hit;
use crate::surroundings::{Reach, Says};

/// Longest token after extension, in bytes.
pub(crate) const VALUE_MAX: usize = 8192;

/// What becomes of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weighed {
    Hit(Hit),
    /// Its check fails.
    Check,
    /// It is a part of something else.
    Beside,
    /// It needs a word, and there is none.
    Silent,
    /// A word of something else is nearer.
    Other,
}

impl Weighed {
    fn without(checked: bool, says: Says) -> Weighed {
        match (checked, says) {
            (false, _) => Weighed::Check,
            (true, Says::SomethingElse) => Weighed::Other,
            (true, _) => Weighed::Silent,
        }
    }
}

/// What is known of a value: several patterns and rules ask the same of it.
#[derive(Default)]
pub(crate) struct Known {
    value: Range<usize>,
    /// The checks that it has failed.
    failed: Bits,
    /// What the guards said that were asked.
    allowed: [Option<bool>; Guard::COUNT],
}

impl Known {
    /// Forgets the text.
    pub(crate) fn reset(&mut self) {
        self.turn_to(0..0);
    }

    fn turn_to(&mut self, value: Range<usize>) {
        if self.value != value {
            self.value = value;
            self.failed.clear();
            self.allowed = Default::default();
        }
    }

    fn allows(&mut self, guard: Guard, text: &str, start: usize, end: usize) -> bool {
        self.turn_to(start..end);
        match self.allowed.get_mut(guard as usize) {
            Some(known) => *known.get_or_insert_with(|| guard.allows(text, start, end)),
            None => false,
        }
    }

    fn judge(&mut self, check: Check, start: usize, value: &str) -> Verdict {
        self.turn_to(start..start + value.len());
        if self.failed.has(check.number) {
            return Verdict::Fails;
        }
        let verdict = check.judge(value);
        if verdict == Verdict::Fails {
            self.failed.insert(check.number);
        }
        verdict
    }
}

impl Engine {
    /// Extension, check, guard and context of a match, in this order; where it ends and what becomes of it.
    pub(crate) fn weigh(
        &self,
        subject: Subject<'_>,
        detector: u16,
        span: Span,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(Span, Weighed), Spent> {
        let nothing = (span, Weighed::Silent);
        let Some(rule) = self.rules.get(usize::from(detector)) else { return Ok(nothing) };
        let text = subject.text;
        let end = rule.extend.map_or(span.end, |e| extended(e, text.as_bytes(), span.end));
        let Some(value) = text.get(span.start..end) else { return Ok(nothing) };
        fuel.burn(value.len())?;
        // Where the check takes all of it, the guard is asked first: it costs less.
        let guarded = rule.check.is_some_and(Check::takes_all);
        if guarded && !work.known.allows(rule.guard, text, span.start, end) {
            return Ok((Span { end, ..span }, Weighed::Beside));
        }
        let (checked, span) = match rule.check.map(|c| work.known.judge(c, span.start, value)) {
            None => (true, Span { end, ..span }),
            Some(Verdict::Holds(n)) => {
                (true, Span { start: span.start + n.start, end: span.start + n.end })
            }
            Some(Verdict::Fails) if rule.level.unchecked.is_none() => {
                return Ok((Span { end, ..span }, Weighed::Check));
            }
            Some(Verdict::Fails) => (false, Span { end, ..span }),
        };
        if !guarded && !rule.guard.allows(text, span.start, span.end) {
            return Ok((span, Weighed::Beside));
        }
        let alone = || {
            (guard::alone_on_line(text, span.start, span.end)
                || guard::in_list(text, span.start, span.end))
                && rule.check.is_none_or(|check| !among_others(check, text, span))
        };
        let says = match self.says(subject, rule, span, work, fuel)? {
            // A label or a word of something else says more than the line.
            Says::Nothing if rule.line_is_context && alone() => Says::Yes(0),
            says => says,
        };
        let Some(level) = level(rule, checked, says) else {
            return Ok((span, Weighed::without(checked, says)));
        };
        let checked = checked && rule.check.is_some();
        let context = matches!(says, Says::Yes(_));
        Ok((span, Weighed::Hit(Hit { detector, span, level, checked, context, rank: rule.rank })))
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
        self.read(subject, &value, Reach::of_words(rule.window), work, fuel)?;
        work.around.turn_to(&value, subject.text);
        Ok(work.around.says(&rule.positive, &rule.negative, rule.window))
    }

    /// Reads the words of the label and of what stands around a place.
    pub(crate) fn read(
        &self,
        subject: Subject<'_>,
        place: &Range<usize>,
        reach: Reach,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        if !work.labelled {
            work.around.label(&self.vocabulary, subject.label);
            work.labelled = true;
        }
        let (text, neighbours) = (subject.text, subject.neighbours);
        fuel.burn(work.around.read(&self.vocabulary, text, neighbours, place, reach))
    }
}

/// Whether values that are written alike stand around it and fail its check, more than one more than hold: a column of something else,
/// of which one in ten holds by chance.
fn among_others(check: Check, text: &str, span: Span) -> bool {
    let (mut hold, mut fail) = (0, 0);
    for other in guard::alike_near(text, span.start, span.end) {
        match check.judge(other) {
            Verdict::Holds(_) => hold += 1,
            Verdict::Fails => fail += 1,
        }
    }
    fail > hold + 1
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
        Extend::Base64 => end + rest.iter().take(VALUE_MAX).take_while(|b| is_base64(**b)).count(),
        Extend::Pem => end + pem(rest),
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=')
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
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

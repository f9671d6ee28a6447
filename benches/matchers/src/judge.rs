//! What follows a match, by the same checks, guards and context words as ours; in the order that rejects soonest.

use crate::boundary::{in_escape, may_begin};
use crate::check::Verdict;
use crate::context::{AFTER, Says, Surroundings};
use crate::finding::{Level, Span};
use crate::gate::Gate;
use crate::guard::alone_on_line;
use crate::neighbours::Neighbours;
use crate::resolve::Hit;
use crate::rules::{Extend, Rule, Rules};
use crate::words::Words;

const VALUE_MAX: usize = 8192;

/// Working memory of one text.
#[derive(Default)]
pub struct Desk {
    pub hits: Vec<Hit>,
    around: Surroundings,
}

impl Desk {
    pub fn reset(&mut self) {
        self.hits.clear();
        self.around.reset();
    }
}

/// The quick way to the words around a value.
pub struct Quick {
    pub gate: Gate,
    pub words: Words,
}

/// Whether a value of the rule may begin here.
#[inline]
pub fn may_start(rule: &Rule, text: &[u8], at: usize) -> bool {
    let joined = || rule.inside_identifier && at > 0 && text[at - 1] == b'_';
    (may_begin(text, at) || joined()) && !(rule.begins_anyhow && in_escape(text, at))
}

/// Judges a match; whether it left a hit. Without the quick way, the words are always read as `detect` reads them.
pub fn judge(
    rules: &Rules,
    number: u16,
    text: &str,
    (start, end): (usize, usize),
    desk: &mut Desk,
    mut quick: Option<&mut Quick>,
) -> bool {
    let rule = &rules.rules[usize::from(number)];
    let end = rule.extend.map_or(end, |e| extended(e, text.as_bytes(), end));
    let (level_bare, mut near) = (rule.level.bare, None);
    let words_near = |quick: &mut Option<&mut Quick>, end: usize| match quick {
        Some(quick) => quick.gate.near(&rule.tokens, text.as_bytes(), start, end),
        None => true,
    };
    // Most shapes need a word and have none: no check can save them.
    if level_bare.is_none() && !rule.line_is_context {
        if !words_near(&mut quick, end) {
            return false;
        }
        near = Some(true);
    }
    let Some(value) = text.get(start..end) else { return false };
    let (checked, end) = match rule.check.map(|c| c.judge(value)) {
        None => (true, end),
        Some(Verdict::Holds(n)) => (true, start + n),
        Some(Verdict::Fails) if rule.level.unchecked.is_none() => return false,
        Some(Verdict::Fails) => (false, end),
    };
    if !rule.guard.allows(text, start, end) {
        return false;
    }
    let says = if rule.line_is_context && alone_on_line(text, start, end) {
        Says::Yes(0)
    } else if rule.positive.is_empty() && rule.negative.is_empty()
        || !near.unwrap_or_else(|| words_near(&mut quick, end))
    {
        Says::Nothing
    } else {
        let set = (&rule.quick.0, &rule.quick.1, rule.window);
        let said = quick.and_then(|quick| quick.words.says(text, (start, end), set));
        said.unwrap_or_else(|| {
            let none = Neighbours::none();
            desk.around.read(&rules.vocabulary, text, none, start..end, rules.reach);
            desk.around.says(&rule.positive, &rule.negative, rule.window)
        })
    };
    let Some(level) = level(rule, checked, says) else { return false };
    desk.hits.push(Hit {
        detector: number,
        span: Span { start, end },
        level,
        checked: checked && rule.check.is_some(),
        context: matches!(says, Says::Yes(_)),
        rank: rule.rank,
    });
    true
}

fn level(rule: &Rule, checked: bool, says: Says) -> Option<Level> {
    match (checked, says) {
        (true, Says::Yes(_)) => rule.level.context.or(rule.level.bare),
        (true, Says::Nothing) => rule.level.bare,
        (true, Says::SomethingElse) => rule.level.bare.and_then(Level::lower),
        (false, Says::Yes(_)) => rule.level.unchecked,
        (false, _) => None,
    }
}

fn extended(extend: Extend, text: &[u8], end: usize) -> usize {
    let rest = &text[end..];
    let token = |b: &&u8| b.is_ascii_alphanumeric() || b"-_.=".contains(b);
    match extend {
        Extend::Token => end + rest.iter().take(VALUE_MAX).take_while(token).count(),
        Extend::Pem => end + pem(rest),
    }
}

fn pem(rest: &[u8]) -> usize {
    let dashes = memchr::memmem::find(rest, b"-----").unwrap_or(rest.len());
    if rest[dashes..].starts_with(b"-----END ") {
        let line = rest.iter().skip(dashes + 9).take(48).take_while(|b| **b != b'\n');
        return dashes + 9 + line.count();
    }
    let base64 = |b: &&u8| b.is_ascii_alphanumeric() || b"+/=\n\r\\ :,-".contains(b);
    rest[..dashes].iter().take_while(base64).count()
}

/// Bytes after a value in which words count.
pub const WORDS_AFTER: usize = AFTER;

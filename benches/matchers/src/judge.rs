//! What follows a match, by the same checks, guards and context words as ours; in the order that rejects soonest.

use crate::boundary::{in_escape, may_begin};
use crate::check::Verdict;
use crate::finding::{Level, Span};
use crate::guard::{alone_on_line, in_list};
use crate::near::{Near, Tokens};
use crate::neighbours::Neighbours;
use crate::resolve::Hit;
use crate::rules::{Extend, Rule, Rules};
use crate::surroundings::{Reach, Says, Surroundings};

const VALUE_MAX: usize = 8192;

/// The words around a value.
#[derive(Default)]
pub struct Desk {
    around: Surroundings,
}

impl Desk {
    pub fn reset(&mut self) {
        self.around.reset();
    }

    fn says(
        &mut self,
        rules: &Rules,
        rule: &Rule,
        text: &str,
        (start, end): (usize, usize),
    ) -> Says {
        let (value, none) = (start..end, Neighbours::none());
        self.around.read(&rules.vocabulary, text, none, &value, Reach::of_words(rule.window));
        self.around.turn_to(&value, text);
        self.around.says(&rule.positive, &rule.negative, rule.window)
    }
}

/// Whether a value of the rule may begin here.
#[inline]
pub fn may_start(rule: &Rule, text: &[u8], at: usize) -> bool {
    let joined = || rule.inside_identifier && at > 0 && text[at - 1] == b'_';
    (may_begin(text, at) || joined()) && !(rule.begins_anyhow && in_escape(text, at))
}

/// Judges a match. Without the quick way the words are always read as `detect` reads them.
pub fn judge(
    rules: &Rules,
    number: u16,
    text: &str,
    (start, end): (usize, usize),
    desk: &mut Desk,
    mut near: Option<(&mut Near, &Tokens)>,
) -> Option<Hit> {
    let rule = &rules.rules[usize::from(number)];
    let end = rule.extend.map_or(end, |e| extended(e, text.as_bytes(), end));
    let value = text.get(start..end)?;
    let (checked, (start, end)) = match rule.check.map(|c| c.judge(value)) {
        None => (true, (start, end)),
        Some(Verdict::Holds(n)) => (true, (start + n.start, start + n.end)),
        Some(Verdict::Fails) if rule.level.unchecked.is_none() => return None,
        Some(Verdict::Fails) => (false, (start, end)),
    };
    if !rule.guard.allows(text, start, end) {
        return None;
    }
    let mut any = || {
        let near = near.as_mut();
        near.is_none_or(|(near, tokens)| near.any(tokens, text.as_bytes(), (start, end)))
    };
    let wordless = rule.positive.is_empty() && rule.negative.is_empty();
    let says =
        if wordless || !any() { Says::Nothing } else { desk.says(rules, rule, text, (start, end)) };
    let alone = || alone_on_line(text, start, end) || in_list(text, start, end);
    let line = || rule.line_is_context && alone();
    // A word of something else says more than the line.
    let says = if says == Says::Nothing && line() { Says::Yes(0) } else { says };
    Some(Hit {
        detector: number,
        span: Span { start, end },
        level: level(rule, checked, says)?,
        checked: checked && rule.check.is_some(),
        context: matches!(says, Says::Yes(_)),
        rank: rule.rank,
    })
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
    let base64 = |b: &&u8| b.is_ascii_alphanumeric() || b"+/=-_".contains(b);
    match extend {
        Extend::Token => end + rest.iter().take(VALUE_MAX).take_while(token).count(),
        Extend::Base64 => end + rest.iter().take(VALUE_MAX).take_while(base64).count(),
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

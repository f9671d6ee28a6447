//! The patterns of rules, each compiled once for all detectors that have it.

use std::sync::Arc;

use regex_syntax::hir::Hir;

use super::{Compiler, Starts};
use crate::anchor::{Anchor, anchors};
use crate::finding::Lane;
use crate::matcher::Matcher;
use crate::pattern::read_pattern;
use crate::problem::RuleFile;
use crate::rule_file::RawDetector;

/// One pattern of a rule.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) rule: u16,
    /// Equal patterns share one.
    pub(crate) matcher: Arc<Matcher>,
    /// Its values go on beyond it, so it may end inside a word.
    pub(crate) goes_on: bool,
    /// Where values of its rule may start.
    pub(crate) starts: Starts,
}

/// What becomes of a pattern.
#[derive(Clone)]
pub(super) struct Pattern {
    hir: Hir,
    matcher: Arc<Matcher>,
    anchors: Vec<Anchor>,
}

impl Compiler {
    /// Takes up the patterns of a rule.
    pub(super) fn patterns(&mut self, file: &RuleFile<'_>, raw: &RawDetector, rule: u16) -> Lane {
        let mut lane = Lane::Fast;
        if raw.patterns.get_ref().is_empty() {
            self.problem(
                file,
                raw.patterns.span(),
                "`patterns` is empty",
                "give at least one regular expression",
            );
        }
        for pattern in raw.patterns.get_ref() {
            match self.pattern(pattern.get_ref()) {
                Err((message, help)) => self.problem(file, pattern.span(), message, help),
                Ok(Pattern { hir, matcher, anchors }) => {
                    if anchors.iter().any(|a| matches!(a, Anchor::Everywhere(_))) {
                        lane = Lane::Slow;
                    }
                    let goes_on = raw.extend.is_some() && matches!(anchors[..], [Anchor::Words(_)]);
                    self.forms.push(Form { rule, matcher, goes_on, starts: Starts::default() });
                    self.patterns.push(hir);
                    self.anchors.push(anchors);
                }
            }
        }
        lane
    }

    /// A pattern compiled, once for all detectors that have it.
    fn pattern(&mut self, text: &str) -> Result<Pattern, (String, &'static str)> {
        if let Some(known) = self.known.get(text) {
            return Ok(known.clone());
        }
        let hir = read_pattern(text)?;
        let too_large = |_| {
            let help = "lower the repetition bounds, or use `extend`";
            ("the pattern is too large".to_owned(), help)
        };
        let mut matcher = Matcher::new(&hir).map_err(too_large)?;
        matcher.share(&mut self.classes);
        let matcher = Arc::new(matcher);
        let anchors = anchors(&hir, &matcher);
        let pattern = Pattern { hir, matcher, anchors };
        self.known.insert(text.to_owned(), pattern.clone());
        Ok(pattern)
    }

    /// The anchors of each form of a rule.
    pub(super) fn anchors_of(&self, rule: u16) -> impl Iterator<Item = &[Anchor]> {
        let forms = self.forms.iter().zip(&self.anchors);
        forms.filter(move |(form, _)| form.rule == rule).map(|(_, anchors)| anchors.as_slice())
    }

    /// Tells the forms of a rule where its values may start.
    pub(super) fn start_forms(&mut self, rule: u16, starts: Starts) {
        let forms = self.forms.iter_mut().rev();
        forms.take_while(|form| form.rule == rule).for_each(|form| form.starts = starts);
    }

    /// Drops the forms of a rule, which are the last ones.
    pub(super) fn drop_forms(&mut self, rule: u16) {
        self.forms.retain(|form| form.rule != rule);
        self.patterns.truncate(self.forms.len());
        self.anchors.truncate(self.forms.len());
    }
}

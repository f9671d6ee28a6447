//! Walking along one line, word by word, with a good message when the next word is not what it should be.

use super::lexer::{Shape, Token, written};
use crate::diagnostic::{At, Diagnostic};
use crate::near::nearest;
use crate::trail::{Expected, Trail};

/// A position in a list of tokens of one line.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a, 's> {
    source: usize,
    tokens: &'a [Token<'s>],
    next: usize,
    /// Where the line ends; the place of "something is missing here".
    end: usize,
    trail: &'a Trail,
}

impl<'a, 's> Cursor<'a, 's> {
    /// A cursor over tokens that follow byte `after` of the file.
    pub(crate) fn new(
        source: usize,
        tokens: &'a [Token<'s>],
        after: usize,
        trail: &'a Trail,
    ) -> Cursor<'a, 's> {
        let end = tokens.last().map_or(after, |token| token.span.end);
        Cursor { source, tokens, next: 0, end, trail }
    }

    pub(crate) fn peek(&self) -> Option<&'a Token<'s>> {
        self.tokens.get(self.next)
    }

    /// The next token as a word, without taking it; "" for a text, a comma or the end.
    pub(crate) fn word_ahead(&self) -> &'s str {
        self.peek().filter(|token| token.shape == Shape::Word).map_or("", |token| token.text)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.next >= self.tokens.len()
    }

    /// Takes the next token if it is this word.
    pub(crate) fn eat(&mut self, word: &str) -> bool {
        self.trail.expect_words(self.word_ahead(), &[word]);
        let found = self.word_ahead() == word;
        self.next += usize::from(found);
        found
    }

    /// Takes the words if they all follow.
    pub(crate) fn eat_all(&mut self, words: &[&str]) -> bool {
        self.eat_opening(words, "")
    }

    /// Takes the words if they all follow; `rest` tells a reader how they go on.
    pub(crate) fn eat_opening(&mut self, words: &[&str], rest: &'static str) -> bool {
        let start = self.next;
        for (number, word) in words.iter().enumerate() {
            if self.word_ahead() == *word {
                self.next += 1;
                continue;
            }
            let left = || words.get(number..).unwrap_or(&[]).join(" ");
            self.trail.expect(self.word_ahead(), || Expected::Words { words: left(), rest });
            self.next = start;
            return false;
        }
        true
    }

    pub(crate) fn eat_comma(&mut self) -> bool {
        let found = self.peek().is_some_and(|token| token.shape == Shape::Comma);
        self.next += usize::from(found);
        found
    }

    pub(crate) fn take(&mut self, shape: Shape) -> Option<&'a Token<'s>> {
        let token = self.peek().filter(|token| token.shape == shape)?;
        self.next += 1;
        Some(token)
    }

    /// What is left of the line as it was written in this text, with single blanks and without the comments between.
    pub(crate) fn written(&self, text: &str) -> String {
        written(text, self.tokens.get(self.next..).unwrap_or(&[]))
    }

    /// Leaves nothing on the line.
    pub(crate) fn skip_to_end(&mut self) {
        self.next = self.tokens.len();
    }

    /// The place of a token.
    pub(crate) fn at(&self, token: &Token<'_>) -> At {
        At { source: self.source, span: token.span.clone() }
    }

    /// From the next token to the end of the line, or the end itself.
    pub(crate) fn rest(&self) -> At {
        let start = self.peek().map_or(self.end, |token| token.span.start);
        At { source: self.source, span: start..self.end.max(start) }
    }

    /// The place where the next word stands or should stand.
    pub(crate) fn here(&self) -> At {
        match self.peek() {
            Some(token) => self.at(token),
            None => At { source: self.source, span: self.end..self.end },
        }
    }

    /// Demands one of these words. A near miss is mended, so reading goes on.
    pub(crate) fn demand(
        &mut self,
        words: &[&'static str],
        problems: &mut Vec<Diagnostic>,
    ) -> Option<&'static str> {
        let ahead = self.word_ahead();
        self.trail.expect_words(ahead, words);
        if let Some(word) = words.iter().find(|word| **word == ahead) {
            self.next += 1;
            return Some(word);
        }
        let expected =
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ");
        let problem = Diagnostic::error("P008", &self.here(), format!("expected {expected} here"));
        let problem = problem.label(if self.is_done() {
            "the line ends here"
        } else {
            "something else stands here"
        });
        match nearest(ahead, words.iter().copied()).filter(|_| !ahead.is_empty()) {
            Some(near) => {
                problems.push(
                    problem.help(format!("did you mean `{near}`?")).patch(self.here().span, near),
                );
                self.next += 1;
                words.iter().copied().find(|word| *word == near)
            }
            None => {
                problems.push(problem.help(format!("write {expected}")));
                None
            }
        }
    }

    /// Demands a word, whatever it says.
    pub(crate) fn name(
        &mut self,
        what: &str,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<&'a Token<'s>> {
        let found = self.take(Shape::Word);
        if found.is_none() {
            problems.push(
                Diagnostic::error("P008", &self.here(), format!("{what} is missing here"))
                    .label("should be named here")
                    .help(format!("name {what}")),
            );
        }
        found
    }

    /// `A, B, C`, up to the end of the line or one of the words in `stop`. A missing comma is reported.
    pub(crate) fn list(
        &mut self,
        what: &str,
        stop: &[&str],
        problems: &mut Vec<Diagnostic>,
    ) -> Vec<&'a Token<'s>> {
        let mut items = Vec::new();
        loop {
            let Some(item) = self.name(what, problems) else { return items };
            items.push(item);
            if self.eat_comma() {
                continue;
            }
            let ahead = self.word_ahead();
            self.trail.expect_words(ahead, stop);
            if ahead.is_empty() || stop.contains(&ahead) {
                return items;
            }
            if ahead == "or" {
                self.or_in_a_list(item, problems);
                continue;
            }
            let gap = item.span.end..item.span.end;
            problems.push(
                Diagnostic::error("P008", &self.here(), "a comma is missing in this list")
                    .label("follows without a comma")
                    .help("items of a list are separated by commas")
                    .patch(gap, ","),
            );
        }
    }

    /// In a list a comma says `or`.
    fn or_in_a_list(&mut self, before: &Token<'_>, problems: &mut Vec<Diagnostic>) {
        let at = self.here();
        problems.push(
            Diagnostic::error("P008", &at, "a list has commas, not `or`")
                .label("write a comma")
                .help(
                    "each item of a list suffices; for other conditions write a rule of their own",
                )
                .patch(before.span.end..at.span.end, ","),
        );
        self.next += 1;
    }

    /// Reports whatever is left on the line.
    pub(crate) fn finish(&self, problems: &mut Vec<Diagnostic>) {
        if !self.is_done() {
            let at = self.rest();
            problems.push(
                Diagnostic::error("P008", &at, "the line should end before this")
                    .label("not expected here")
                    // What is taken out of a policy may be what it restricts: that is for its author to do.
                    .help("remove it, or put it on a line of its own"),
            );
        }
    }
}

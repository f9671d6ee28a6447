//! Characters to tokens. Spans are bytes of the file, end exclusive.
//!
//! What a reader cannot see has no place in a policy, be it in a word, a text or a comment: a line break that only some
//! editors show would make a condition look like part of the comment before it.

use std::ops::Range;

use crate::diagnostic::{At, Diagnostic};
use crate::hidden::{is_hidden, is_selector};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Anything without white space, comma or quote.
    Word,
    /// `"…"`; may run over several lines.
    Text,
    /// `,`
    Comma,
}

/// One token and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Token<'s> {
    pub(crate) shape: Shape,
    /// The word, or what is between the quotes.
    pub(crate) text: &'s str,
    pub(crate) span: Range<usize>,
    /// First token of its line of the file.
    pub(crate) opens_line: bool,
    /// Stands in column 0.
    pub(crate) column_zero: bool,
}

/// Tokens and comments of one file.
#[derive(Debug, Default)]
pub(crate) struct Lexed<'s> {
    pub(crate) tokens: Vec<Token<'s>>,
    /// `# …` to the end of the line, as spans; kept for the formatter.
    pub(crate) comments: Vec<Range<usize>>,
}

impl Token<'_> {
    /// A string with its line breaks and indentation made single spaces.
    pub(crate) fn sentence(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Tokens as they are written in their text, with single blanks and without the comments between.
pub(crate) fn written(text: &str, tokens: &[Token<'_>]) -> String {
    let (mut written, mut end) = (String::new(), None);
    for token in tokens {
        if end.is_some_and(|end| end < token.span.start) {
            written.push(' ');
        }
        let words = text.get(token.span.clone()).unwrap_or("").split_whitespace();
        written.push_str(&words.collect::<Vec<_>>().join(" "));
        end = Some(token.span.end);
    }
    written
}

/// Reads a whole file. Never fails: what cannot be read is reported and stepped over.
pub(crate) fn lex<'s>(source: usize, text: &'s str, problems: &mut Vec<Diagnostic>) -> Lexed<'s> {
    let mut lexer = Lexer { source, text, at: 0, opens_line: true, out: Lexed::default() };
    lexer.at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    lexer.report_hidden(problems);
    while let Some(c) = lexer.peek() {
        lexer.step(c, problems);
    }
    lexer.out
}

/// Quotation marks of other kinds than a policy's.
const QUOTES: &str = "“”„‟«»‹›「」『』＂";

struct Lexer<'s> {
    source: usize,
    text: &'s str,
    at: usize,
    opens_line: bool,
    out: Lexed<'s>,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Reports each run of hidden characters, wherever it stands. A carriage return belongs to the line feed behind it.
    fn report_hidden(&self, problems: &mut Vec<Diagnostic>) {
        let (mut run, mut before): (Option<Range<usize>>, char) = (None, ' ');
        let rest = self.rest();
        for (at, c) in rest.char_indices().chain([(rest.len(), ' ')]) {
            let span = self.at + at..self.at + at + c.len_utf8();
            let ends_line = c == '\r' && rest.get(at + 1..).is_some_and(|t| t.starts_with('\n'));
            let hidden = is_hidden(c) && !ends_line || is_selector(c) && before.is_alphanumeric();
            before = c;
            if hidden {
                run = Some(run.map_or(span.start, |run| run.start)..span.end);
            } else if let Some(run) = run.take() {
                let at = At { source: self.source, span: run.clone() };
                problems.push(
                    Diagnostic::error(
                        "P006",
                        &at,
                        "a hidden character does not belong in a policy",
                    )
                    .label("cannot be seen, or hides what stands beside it, so cannot be reviewed")
                    .help("delete it")
                    .patch(run, ""),
                );
            }
        }
    }

    fn step(&mut self, c: char, problems: &mut Vec<Diagnostic>) {
        let start = self.at;
        match c {
            '\n' => {
                self.at += 1;
                self.opens_line = true;
            }
            // Reported already, and then as if it were not there.
            _ if c.is_whitespace() || is_hidden(c) => self.at += c.len_utf8(),
            '#' => {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
                self.out.comments.push(start..self.at);
            }
            ',' => {
                self.at += 1;
                self.push(Shape::Comma, start..self.at, start..self.at);
            }
            '"' => self.string(problems),
            _ if QUOTES.contains(c) => self.typographic(problems),
            _ => self.word(),
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let ends = |c: char| c.is_whitespace() || is_hidden(c) || c == ',' || c == '"';
        self.at += self.rest().find(ends).unwrap_or(self.rest().len());
        self.push(Shape::Word, start..self.at, start..self.at);
    }

    /// A string ends at its quote. If a line begins in column 0 before that, the quote was forgotten:
    /// the string then ends with its first line, so that the next block is read as usual.
    fn string(&mut self, problems: &mut Vec<Diagnostic>) {
        let start = self.at;
        let body = self.text.get(start + 1..).unwrap_or("");
        let quote = body.find('"');
        let inside = body.get(..quote.unwrap_or(body.len())).unwrap_or("");
        let runs_into_block = inside
            .split('\n')
            .skip(1)
            .any(|line| line.starts_with(|c: char| !c.is_whitespace() && c != '#'));
        if let Some(length) = quote
            && !runs_into_block
        {
            self.at = start + 1 + length + 1;
            self.push(Shape::Text, start + 1..start + 1 + length, start..self.at);
            return;
        }
        let line = inside.split('\n').next().unwrap_or("").trim_end();
        self.at = start + 1 + line.len();
        let at = At { source: self.source, span: start..self.at };
        problems.push(
            Diagnostic::error("P006", &at, "this text has no closing quote")
                .label("begins here and does not end before the next block")
                .help("close it")
                .patch(self.at..self.at, "\""),
        );
        self.push(Shape::Text, start + 1..self.at, start..self.at);
    }

    /// A text in the quotes of word processors, up to the first of them with which the line or an item of a list ends.
    fn typographic(&mut self, problems: &mut Vec<Diagnostic>) {
        let start = self.at;
        let line = self.rest().split('\n').next().unwrap_or("").trim_end();
        let opening = line.chars().next().map_or(0, char::len_utf8);
        let ends = |at: usize, c: char| {
            let behind = line.get(at + c.len_utf8()..).unwrap_or("").trim_start();
            behind.is_empty() || behind.starts_with([',', '#'])
        };
        let closes = |(at, c): &(usize, char)| *at > 0 && QUOTES.contains(*c) && ends(*at, *c);
        let closing = line.char_indices().find(closes);
        let (inside, end) = match closing {
            Some((at, c)) => (opening..at, at + c.len_utf8()),
            None => (opening..line.len(), line.len()),
        };
        let text = line.get(inside.clone()).unwrap_or("");
        self.at = start + end;
        let at = At { source: self.source, span: start..self.at };
        let problem =
            Diagnostic::error("P006", &at, "a text stands in straight quotes in a policy")
                .label("these are the quotes of a word processor")
                .help("write it as \"…\"");
        let mended = format!("\"{text}\"");
        problems.push(if text.contains('"') {
            problem
        } else {
            problem.patch(start..self.at, mended)
        });
        self.push(Shape::Text, start + inside.start..start + inside.end, start..self.at);
    }

    fn push(&mut self, shape: Shape, inside: Range<usize>, span: Range<usize>) {
        let before = self.text.get(..span.start).and_then(|t| t.bytes().last());
        let column_zero = matches!(before, None | Some(b'\n')) || span.start == 3 && self.at_mark();
        let text = self.text.get(inside).unwrap_or("");
        self.out.tokens.push(Token { shape, text, span, opens_line: self.opens_line, column_zero });
        self.opens_line = false;
    }

    fn at_mark(&self) -> bool {
        self.text.starts_with('\u{feff}')
    }
}

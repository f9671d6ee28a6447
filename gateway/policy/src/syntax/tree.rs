//! Tokens to blocks and lines: the concrete syntax tree.

use std::ops::Range;

use super::lexer::{Lexed, Shape, Token, lex};
use crate::diagnostic::{At, Diagnostic};
use crate::near::nearest;

/// The words that open a block.
pub(crate) const BLOCKS: [&str; 22] = [
    "policy",
    "pack",
    "class",
    "group",
    "zone",
    "territory",
    "counter",
    "agency",
    "department",
    "application",
    "role",
    "people",
    "purpose",
    "basis",
    "sector",
    "criticality",
    "destination",
    "pool",
    "rule",
    "exception",
    "invariant",
    "confirmation",
];
/// The block whose name is a sentence.
pub(crate) const TEST: &str = "test";

/// Words that open a line of a rule; after a dangling comma they show that the list had ended.
pub(crate) const LINE_WORDS: [&str; 17] = [
    "when", "and", "then", "law", "owner", "because", "remedy", "expect", "given", "granted",
    "mode", "from", "until", "review", "to", "on", "verify",
];

/// One file.
#[derive(Debug)]
pub(crate) struct Document<'s> {
    pub(crate) blocks: Vec<Block<'s>>,
    /// Spans of the comments, in order.
    pub(crate) comments: Vec<Range<usize>>,
}

/// A block: its word, what follows on the same line, and the lines below.
#[derive(Debug)]
pub(crate) struct Block<'s> {
    pub(crate) source: usize,
    pub(crate) keyword: Token<'s>,
    pub(crate) head: Vec<Token<'s>>,
    pub(crate) lines: Vec<Line<'s>>,
}

/// One logical line: a line that ends with a comma goes on.
#[derive(Debug)]
pub(crate) struct Line<'s> {
    pub(crate) source: usize,
    /// At least one token.
    pub(crate) tokens: Vec<Token<'s>>,
}

impl Line<'_> {
    /// From the first token to the last.
    pub(crate) fn at(&self) -> At {
        let start = self.tokens.first().map_or(0, |t| t.span.start);
        let end = self.tokens.last().map_or(start, |t| t.span.end);
        At { source: self.source, span: start..end }
    }

    /// The word or text that opens the line.
    pub(crate) fn key(&self) -> &Token<'_> {
        &self.tokens[0]
    }
}

impl Block<'_> {
    /// The place of the opening word.
    pub(crate) fn at(&self) -> At {
        At { source: self.source, span: self.keyword.span.clone() }
    }
}

/// Reads one file. What cannot be read is reported and stepped over.
pub(crate) fn parse<'s>(
    source: usize,
    text: &'s str,
    problems: &mut Vec<Diagnostic>,
) -> Document<'s> {
    let Lexed { tokens, comments } = lex(source, text, problems);
    let mut blocks: Vec<Block<'s>> = Vec::new();
    let mut after_comma = false;
    let mut lost = false;
    for token in tokens {
        let comma = token.shape == Shape::Comma;
        if token.column_zero {
            opens(source, &token, problems);
            blocks.push(Block { source, keyword: token, head: Vec::new(), lines: Vec::new() });
        } else if let Some(block) = blocks.last_mut() {
            place(block, token, after_comma, problems);
        } else if !lost {
            lost = true;
            let at = At { source, span: token.span };
            problems.push(
                Diagnostic::error("P007", &at, "this line belongs to no block")
                    .label("a block begins with a word at the start of a line")
                    .help(format!("begin with one of: {}, {TEST}", BLOCKS.join(", "))),
            );
        }
        after_comma = comma;
    }
    blocks.retain(|block| is_block(&block.keyword));
    Document { blocks, comments }
}

/// The word, if it opens a block.
pub(crate) fn block_word(word: &str) -> Option<&'static str> {
    block_words().find(|known| *known == word)
}

/// All words that open a block.
pub(crate) fn block_words() -> impl Iterator<Item = &'static str> {
    BLOCKS.into_iter().chain([TEST])
}

fn is_block(token: &Token<'_>) -> bool {
    token.shape == Shape::Word && block_word(token.text).is_some()
}

fn opens(source: usize, token: &Token<'_>, problems: &mut Vec<Diagnostic>) {
    if is_block(token) {
        return;
    }
    let at = At { source, span: token.span.clone() };
    let words = BLOCKS.iter().copied().chain([TEST]);
    let problem = Diagnostic::error("P002", &at, "this word opens no block that I know");
    let problem = problem.label("a word at the start of a line opens a block");
    problems.push(match nearest(token.text, words) {
        Some(near) => problem.help(format!("did you mean `{near}`?")).patch(at.span, near),
        None => problem.help(format!(
            "indent it if it belongs to the block above; blocks: {}, {TEST}",
            BLOCKS.join(", ")
        )),
    });
}

fn place<'s>(
    block: &mut Block<'s>,
    token: Token<'s>,
    after_comma: bool,
    problems: &mut Vec<Diagnostic>,
) {
    let source = block.source;
    let dangling = token.opens_line && after_comma && LINE_WORDS.contains(&token.text);
    if dangling {
        let line = block.lines.last_mut().map_or(&mut block.head, |line| &mut line.tokens);
        if let Some(comma) = line.pop() {
            let at = At { source, span: comma.span };
            problems.push(
                Diagnostic::error("P008", &at, "this list ends with a comma")
                    .label("nothing follows")
                    .help("remove it, or name what was meant to follow")
                    .patch(at.span.clone(), ""),
            );
        }
    }
    let joined = !after_comma && joins(block, &token);
    if joined {
        problems.push(line_of_its_own(block, &token));
    }
    if joined || token.opens_line && (!after_comma || dangling) {
        block.lines.push(Line { source, tokens: vec![token] });
    } else if let Some(line) = block.lines.last_mut() {
        line.tokens.push(token);
    } else {
        block.head.push(token);
    }
    block.lines.retain(|line| !line.tokens.is_empty());
}

/// Whether a word is an `and` within a line of conditions or actions, but for that of `between A and B`.
fn joins(block: &Block<'_>, token: &Token<'_>) -> bool {
    let is_and = token.shape == Shape::Word && token.text == "and" && !token.opens_line;
    let tokens = block.lines.last().map_or(&[][..], |line| &line.tokens);
    let between = tokens.iter().rev().nth(1).is_some_and(|word| word.text == "between");
    let key = tokens.first().map_or("", |key| key.text);
    is_and && !between && ["when", "given", "then", "and"].contains(&key)
}

fn line_of_its_own(block: &Block<'_>, token: &Token<'_>) -> Diagnostic {
    let at = At { source: block.source, span: token.span.clone() };
    let before = block.lines.last().map_or(at.span.start, |line| line.at().span.end);
    Diagnostic::error("P008", &at, "`and` begins a line of its own")
        .label("the line should end before this")
        .help("begin a new line here")
        .patch(before..at.span.start, "\n  ")
}

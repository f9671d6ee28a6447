//! The one form in which a policy file is written: no options, so nobody argues and no edit moves more than it means.
//!
//! - Lines stand two blanks in; what follows their first word begins in one column of the block.
//! - A sentence stands on a line of its own; breaks inside a text are its author's.
//! - Lists are filled up to 100 columns; country codes in them are sorted.
//! - One blank line between blocks, none inside; comments stay with what they stand above, beside or under.
//!
//! # Invariants
//! - The words of a file stay the same, and their order but for country codes in a list; so does each comment.
//! - What is in this form already stays as it is.

mod comments;
mod line;

use comments::Comments;
use line::Layout;

use crate::diagnostic::Diagnostics;
use crate::grammar::is_free;
use crate::syntax::{Block, Line, Shape, TEST, parse};
use crate::{Diagnostic, Source};

/// Blanks before a line of a block.
const INDENT: usize = 2;
/// What follows the first word of a line stands this many columns behind it, or one behind the longest word of the block.
const STOP: usize = 8;

/// Writes a policy file in its canonical form.
///
/// Only its syntax is looked at: names need not exist.
///
/// # Errors
/// What cannot be read, all at once. Whoever reads on after a mistake guesses, and a guess is not written.
pub fn format(source: &Source) -> Result<String, Diagnostics> {
    let mut problems: Vec<Diagnostic> = Vec::new();
    let document = parse(0, &source.text, &mut problems);
    if !problems.is_empty() {
        return Err(Diagnostics::new(problems, std::slice::from_ref(source)));
    }
    let comments = Comments::new(&source.text, &document.comments);
    let mut printer = Printer { comments, out: String::new(), above: Above::Nothing };
    for block in &document.blocks {
        printer.between(block.keyword.span.start);
        printer.block(block);
    }
    printer.between(source.text.len());
    Ok(printer.out)
}

/// What was written last.
#[derive(Clone, Copy)]
enum Above {
    Nothing,
    Block,
    /// A comment between blocks, and where it ends in the file.
    Comment(usize),
}

struct Printer<'d> {
    comments: Comments<'d>,
    out: String,
    above: Above,
}

impl Printer<'_> {
    /// Comments that stand before this place: what is indented under a block belongs to it, up to the first that is not.
    fn between(&mut self, until: usize) {
        let mut inside = matches!(self.above, Above::Block);
        while let Some(comment) = self.comments.before(until) {
            inside &= !comment.in_column_zero;
            if inside {
                self.own_line(INDENT, comment.text);
            } else {
                self.gap(comment.span.start);
                self.own_line(0, comment.text);
                self.above = Above::Comment(comment.span.end);
            }
        }
    }

    fn own_line(&mut self, indent: usize, text: &str) {
        self.out.push_str(&format!("{:indent$}{text}\n", ""));
    }

    /// The blank line before what begins here: always one after a block, after a comment if there was one.
    fn gap(&mut self, at: usize) {
        let blank = match self.above {
            Above::Nothing => false,
            Above::Block => true,
            Above::Comment(end) => self.comments.has_blank_line(end..at),
        };
        if blank {
            self.out.push('\n');
        }
    }

    fn block(&mut self, block: &Block<'_>) {
        self.gap(block.keyword.span.start);
        let keys = block.lines.iter().filter(|line| line.tokens.len() > 1);
        let longest = keys.map(|line| line.key()).filter(|key| key.shape == Shape::Word);
        let longest = longest.map(|key| key.text.chars().count() + 1).max().unwrap_or(0);
        let stop = STOP.max(longest);
        let split = sentence_in_head(block);
        let (head, sentence) = block.head.split_at(split);
        let layout = Layout { column: INDENT + stop, is_free: false, has_places: false };
        let last = head.last().unwrap_or(&block.keyword).span.end;
        let until = sentence.first().map_or(last, |token| token.span.end);
        layout.write(
            block.keyword.text,
            block.keyword.span.end,
            head,
            &mut self.comments,
            &mut self.out,
        );
        if !sentence.is_empty() {
            self.out.push('\n');
            let layout = Layout { column: INDENT, is_free: false, has_places: false };
            layout.write(&" ".repeat(INDENT), last, sentence, &mut self.comments, &mut self.out);
        }
        self.end_line(until);
        let mut chain = "";
        for line in &block.lines {
            let key = line.key().text;
            chain = if key == "and" { chain } else { key };
            self.line(block.keyword.text, chain, line, stop);
        }
        self.above = Above::Block;
    }

    /// One line; `chain` is its key, or that of the line which it continues.
    fn line(&mut self, kind: &str, chain: &str, line: &Line<'_>, stop: usize) {
        while let Some(comment) = self.comments.before(line.at().span.start) {
            self.own_line(INDENT, comment.text);
        }
        let key = line.key();
        let end = line.at().span.end;
        if key.shape == Shape::Word {
            let layout = Layout {
                column: INDENT + stop,
                is_free: is_free(kind, key.text),
                has_places: PLACES.contains(&chain),
            };
            let lead = format!("{:INDENT$}{}", "", key.text);
            let rest = line.tokens.get(1..).unwrap_or(&[]);
            layout.write(&lead, key.span.end, rest, &mut self.comments, &mut self.out);
        } else {
            let layout = Layout { column: INDENT, is_free: false, has_places: false };
            let lead = " ".repeat(INDENT);
            layout.write(&lead, key.span.start, &line.tokens, &mut self.comments, &mut self.out);
        }
        self.end_line(end);
    }

    /// Ends a line whose last token ends at this place, with the comment that stands behind it.
    fn end_line(&mut self, end: usize) {
        if let Some(comment) = self.comments.beside(end) {
            self.out.push_str(&format!("  {}", comment.text));
        }
        self.out.push('\n');
    }
}

/// Where the sentence of a block begins among the words of its head: at their end if it is to stay there, as the name of a
/// test does, or beside a second sentence.
fn sentence_in_head(block: &Block<'_>) -> usize {
    let all = block.head.len();
    let moves = block.keyword.text != TEST
        && all > 1
        && block.head.last().is_some_and(|token| token.shape == Shape::Text)
        && block.lines.iter().all(|line| line.key().shape != Shape::Text);
    if moves { all - 1 } else { all }
}

/// Lines whose country codes are a set; `and` is as the line that it continues.
pub(crate) const PLACES: [&str; 10] = [
    "countries",
    "without",
    "operator",
    "seat",
    "owned",
    "processed",
    "stored",
    "keys",
    "when",
    "given",
];

//! One line of a block: its words filled up to the width, or kept in the breaks of its author if comments stand between.

use super::comments::Comments;
use crate::place::country;
use crate::syntax::{LINE_WORDS, Shape, Token};

/// Columns up to which a list is filled. Words are never cut, so a text can be longer.
const WIDTH: usize = 100;

/// How a line is written.
pub(super) struct Layout {
    /// Where its words begin, and where it goes on after a break.
    pub(super) column: usize,
    /// It holds a text: blanks and commas stay as they are.
    pub(super) is_free: bool,
    /// Its country codes are a set.
    pub(super) has_places: bool,
}

impl Layout {
    /// Writes `lead` and the tokens behind it, which follow byte `after` of the file; the comment at the end of the line
    /// is left.
    pub(super) fn write(
        &self,
        lead: &str,
        after: usize,
        tokens: &[Token<'_>],
        comments: &mut Comments<'_>,
        out: &mut String,
    ) {
        out.push_str(lead);
        let Some(last) = tokens.last() else { return };
        let is_head = !lead.starts_with(' ');
        let pad = if is_head { 1 } else { self.column.saturating_sub(lead.chars().count()) };
        out.push_str(&" ".repeat(pad));
        if comments.is_before(last.span.start) {
            self.keep(after, tokens, comments, out);
        } else {
            self.fill(tokens, out);
        }
    }

    fn fill(&self, tokens: &[Token<'_>], out: &mut String) {
        let mut tokens: Vec<&Token<'_>> = tokens.iter().collect();
        if self.has_places {
            sort_countries(&mut tokens);
        }
        for (number, chunk) in self.chunks(&tokens).iter().enumerate() {
            let column = out.rsplit('\n').next().unwrap_or("").chars().count();
            let width = chunk.split('\n').next().unwrap_or("").chars().count();
            // After a comma, such a word at the start of a line would open a line of the block.
            let opens =
                chunk.split([' ', ',']).next().is_some_and(|word| LINE_WORDS.contains(&word));
            if number > 0 && column + 1 + width > WIDTH && !opens {
                out.push_str(&format!("\n{:1$}", "", self.column));
            } else if number > 0 {
                out.push(' ');
            }
            out.push_str(&chunk.replace('\n', &format!("\n{:1$}", "", self.column + 1)));
        }
    }

    /// Pieces between which a line may break: each but the last ends with a comma.
    fn chunks(&self, tokens: &[&Token<'_>]) -> Vec<String> {
        let mut chunks = vec![String::new()];
        let mut before: Option<&Token<'_>> = None;
        for token in tokens.iter().copied() {
            let apart = before.is_some_and(|before| self.apart(before, token));
            let breaks = before.is_some_and(|before| before.shape == Shape::Comma) && apart;
            if breaks {
                chunks.push(String::new());
            }
            if let Some(chunk) = chunks.last_mut() {
                if apart && !breaks {
                    chunk.push(' ');
                }
                chunk.push_str(&written(token));
            }
            before = Some(token);
        }
        chunks
    }

    /// Whether a blank stands between two tokens.
    fn apart(&self, before: &Token<'_>, token: &Token<'_>) -> bool {
        if self.is_free { before.span.end < token.span.start } else { token.shape != Shape::Comma }
    }

    /// The breaks of the author, with the comments where they stand.
    fn keep(
        &self,
        after: usize,
        tokens: &[Token<'_>],
        comments: &mut Comments<'_>,
        out: &mut String,
    ) {
        let (mut before, mut end): (Option<&Token<'_>>, usize) = (None, after);
        let column = self.column;
        for token in tokens {
            let mut breaks = token.opens_line;
            if token.opens_line
                && let Some(comment) = comments.beside(end)
            {
                let blanks = if out.ends_with(' ') { "" } else { "  " };
                out.push_str(&format!("{blanks}{}", comment.text));
            }
            while let Some(comment) = comments.before(token.span.start) {
                out.push_str(&format!("\n{:column$}{}", "", comment.text));
                breaks = true;
            }
            if breaks {
                out.push_str(&format!("\n{:column$}", ""));
            } else if before.is_some_and(|before| self.apart(before, token)) {
                out.push(' ');
            }
            out.push_str(&written(token).replace('\n', &format!("\n{:1$}", "", column + 1)));
            (before, end) = (Some(token), token.span.end);
        }
    }
}

/// A token as it is written: a text with single blanks, in the lines of its author.
fn written(token: &Token<'_>) -> String {
    match token.shape {
        Shape::Word | Shape::Comma => token.text.to_owned(),
        Shape::Text => {
            let line = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
            let lines = token.text.lines().map(line).filter(|line| !line.is_empty());
            format!("\"{}\"", lines.collect::<Vec<_>>().join("\n"))
        }
    }
}

/// Sorts each list of nothing but country codes that ends the line, or is followed by its term.
fn sort_countries(tokens: &mut [&Token<'_>]) {
    let is_code = |token: &&Token<'_>| {
        token.shape == Shape::Word && token.text.len() == 2 && country(token.text).is_some()
    };
    let is_comma = |token: &&Token<'_>| token.shape == Shape::Comma;
    let end = tokens.iter().position(|token| ["from", "until"].contains(&token.text));
    let end = end.filter(|end| *end > 0 && tokens.get(end - 1).is_some_and(is_code));
    let end = end.unwrap_or(tokens.len());
    let mut start = end;
    while start > 0 && tokens.get(start - 1).is_some_and(is_code) {
        start -= 1;
        if start == 0 || !tokens.get(start - 1).is_some_and(is_comma) {
            let mut codes: Vec<_> =
                tokens.iter().take(end).skip(start).step_by(2).copied().collect();
            codes.sort_by_key(|code| code.text);
            for (place, code) in tokens.iter_mut().take(end).skip(start).step_by(2).zip(codes) {
                *place = code;
            }
            return;
        }
        start -= 1;
    }
}

//! What is wrong with a rule file: where, what, and how to mend it.

use std::fmt;
use std::ops::Range;

/// One TOML detector file.
#[derive(Clone, Copy)]
pub struct RuleFile<'a> {
    /// Path as it should stand in messages.
    pub name: &'a str,
    /// The whole file.
    pub text: &'a str,
}

/// One mistake in a rule file. Displays as `file:line:col: message` and a line of help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file's name as given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {}\n  help: {}",
            self.file, self.line, self.column, self.message, self.help
        )
    }
}

impl RuleFile<'_> {
    /// Whether a byte range stands in this file, and not in what was put in for something that is missing there.
    pub(crate) fn holds(&self, at: &Range<usize>) -> bool {
        at.start < self.text.len()
    }

    /// The line of a byte, from 1.
    pub(crate) fn line(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or(self.text);
        before.bytes().filter(|b| *b == b'\n').count() + 1
    }

    /// A problem at a byte range of this file.
    pub(crate) fn problem(
        &self,
        at: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Problem {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Problem {
            file: self.name.to_owned(),
            line: self.line(at.start),
            column: before.get(line_start..).unwrap_or("").chars().count() + 1,
            message: message.into(),
            help: help.into(),
        }
    }
}

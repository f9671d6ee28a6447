//! Why a file or its rules are refused.

use std::fmt;

/// All that is wrong with a file or with rules, one sentence each. Quotes no term, value or text; names of the author's own choice
/// (columns, rules) may stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    lines: Vec<String>,
}

impl Problem {
    pub(crate) fn one(line: impl Into<String>) -> Problem {
        Problem { lines: vec![line.into()] }
    }

    /// `Ok` if there is nothing to say.
    pub(crate) fn none_of(lines: Vec<String>) -> Result<(), Problem> {
        if lines.is_empty() { Ok(()) } else { Err(Problem { lines }) }
    }

    /// The sentences, each with what is wrong and how to mend it; at least one.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines.join("\n"))
    }
}

impl std::error::Error for Problem {}

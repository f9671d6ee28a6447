//! What is wrong with a policy: where, why, and how to mend it.
//!
//! Codes are stable and never reused. `P0xx` are errors, `P1xx` warnings; `rules/README.md` lists them.

use std::ops::Range;

use serde::Serialize;

use crate::hidden::shown;
use crate::{Positions, Source};

mod render;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Gravity {
    /// The policy compiles; the author should look.
    Warning,
    /// The policy does not compile.
    Error,
}

/// A place in the sources: file number and bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) source: usize,
    pub(crate) span: Range<usize>,
}

/// A replacement that mends the mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Patch {
    /// Bytes of the file to replace.
    pub span: Range<usize>,
    /// What to put there.
    pub with: String,
}

/// Another place that helps to understand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Related {
    /// Path of the file, as given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is to be seen there.
    pub label: String,
    #[serde(skip)]
    at: (usize, Range<usize>),
}

impl Related {
    /// Bytes of the file that are meant.
    pub fn span(&self) -> Range<usize> {
        self.at.1.clone()
    }
}

/// One mistake or one doubt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable code, such as `P010`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Gravity,
    /// Path of the file, as given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Bytes of the file that are meant.
    pub span: Range<usize>,
    /// What is wrong, in one line.
    pub message: String,
    /// The cause, written under the place.
    pub label: String,
    /// How to mend it.
    pub help: Option<String>,
    /// The mend as an edit, where it is known.
    pub patch: Option<Patch>,
    /// Another place that helps to understand.
    pub related: Option<Related>,
    #[serde(skip)]
    source: usize,
}

/// All that was found in one run, in the order of the files.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    sources: Vec<Source>,
}

impl Diagnostic {
    pub(crate) fn error(code: &'static str, at: &At, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Gravity::Error, code, at, message.into())
    }

    pub(crate) fn warning(code: &'static str, at: &At, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Gravity::Warning, code, at, message.into())
    }

    fn new(severity: Gravity, code: &'static str, at: &At, message: String) -> Diagnostic {
        Diagnostic {
            code,
            severity,
            file: String::new(),
            line: 0,
            column: 0,
            span: at.span.clone(),
            message,
            label: String::new(),
            help: None,
            patch: None,
            related: None,
            source: at.source,
        }
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn patch(mut self, span: Range<usize>, with: impl Into<String>) -> Diagnostic {
        self.patch = Some(Patch { span, with: with.into() });
        self
    }

    pub(crate) fn related(mut self, at: &At, label: impl Into<String>) -> Diagnostic {
        self.related = Some(Related {
            file: String::new(),
            line: 0,
            column: 0,
            label: label.into(),
            at: (at.source, at.span.clone()),
        });
        self
    }

    /// Where it is.
    pub(crate) fn at(&self) -> At {
        At { source: self.source, span: self.span.clone() }
    }

    /// Fills in path, line and column, and keeps every span on character boundaries inside its file.
    fn place(&mut self, sources: &[Source], positions: &[Positions<'_>]) {
        if let Some((source, positions)) = sources.get(self.source).zip(positions.get(self.source))
        {
            self.span = clamp(&source.text, &self.span);
            self.file.clone_from(&source.path);
            (self.line, self.column) = positions.line(self.span.start);
            if let Some(patch) = &mut self.patch {
                patch.span = clamp(&source.text, &patch.span);
            }
        }
        if let Some(related) = &mut self.related
            && let Some((source, positions)) =
                sources.get(related.at.0).zip(positions.get(related.at.0))
        {
            related.at.1 = clamp(&source.text, &related.at.1);
            related.file.clone_from(&source.path);
            (related.line, related.column) = positions.line(related.at.1.start);
        }
    }
}

impl Diagnostics {
    pub(crate) fn new(mut list: Vec<Diagnostic>, sources: &[Source]) -> Diagnostics {
        let positions: Vec<_> = sources.iter().map(|source| Positions::of(&source.text)).collect();
        list.iter_mut().for_each(|diagnostic| diagnostic.place(sources, &positions));
        list.sort_by(|a, b| {
            (a.source, a.span.start, a.code, &a.message).cmp(&(
                b.source,
                b.span.start,
                b.code,
                &b.message,
            ))
        });
        list.dedup();
        Diagnostics { list, sources: sources.to_vec() }
    }

    /// The diagnostics in the order of the files.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// Those of one file.
    #[must_use]
    pub fn of_file(&self, path: &str) -> Diagnostics {
        let list = self.list.iter().filter(|found| found.file == path).cloned().collect();
        Diagnostics { list, sources: self.sources.clone() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many are errors.
    pub fn errors(&self) -> usize {
        self.list.iter().filter(|d| d.severity == Gravity::Error).count()
    }

    /// How many are warnings.
    pub fn warnings(&self) -> usize {
        self.len() - self.errors()
    }

    /// A JSON array with the public fields of [`Diagnostic`].
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(&self.list).unwrap_or_default()
    }
}

/// Place, code and message in one line, and the mend in another if there is one; no text of the file.
impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Diagnostic { file, line, column, code, message, .. } = self;
        let (file, message) = (shown(file), shown(message));
        write!(f, "{file}:{line}:{column}: {code}: {message}")?;
        self.help.iter().try_for_each(|help| write!(f, "\n  help: {}", shown(help)))
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl std::fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

fn clamp(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start);
    let end = text.ceil_char_boundary(span.end).max(start);
    start..end
}

//! Diagnostics for a terminal: each with the lines it is about.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Patch as Mend, Renderer, Snippet,
};

use super::{Diagnostic, Diagnostics, Gravity};
use crate::hidden::shown;
use crate::{Positions, Source};

/// Bytes of a file that are laid out around one mistake. All of it would be read again for each of them.
const EXCERPT_MAX: usize = 4096;

impl Diagnostics {
    /// For a terminal: each with the lines it is about, a mark under the cause, and the mend.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Unicode);
        let files: Vec<File<'_>> = self.sources.iter().map(File::of).collect();
        let mut text = String::new();
        for diagnostic in &self.list {
            match groups(diagnostic, &files) {
                Some(groups) => text.push_str(&renderer.render(&groups)),
                None => text.push_str(&diagnostic.to_string()),
            }
            text.push_str("\n\n");
        }
        text
    }
}

/// A file of which pieces are shown.
struct File<'s> {
    path: Cow<'s, str>,
    text: &'s str,
    positions: Positions<'s>,
}

/// The lines around some spans of a file.
struct Excerpt<'s> {
    path: &'s str,
    text: &'s str,
    /// Its place in the file: byte, and line from 1.
    start: usize,
    line: usize,
}

impl<'s> File<'s> {
    fn of(source: &'s Source) -> Self {
        let positions = Positions::of(&source.text);
        Self { path: shown(&source.path), text: &source.text, positions }
    }

    /// `None`: those lines are too long to be shown.
    fn excerpt(&'s self, span: Range<usize>) -> Option<Excerpt<'s>> {
        let start = self.text.get(..span.start)?.rfind('\n').map_or(0, |at| at + 1);
        let end =
            self.text.get(span.end..)?.find('\n').map_or(self.text.len(), |n| span.end + n + 1);
        let text = self.text.get(start..end).filter(|text| text.len() <= EXCERPT_MAX)?;
        Some(Excerpt { path: &self.path, text, start, line: self.positions.line(start).0 })
    }
}

impl<'s> Excerpt<'s> {
    fn snippet<T: Clone>(&self) -> Snippet<'s, T> {
        Snippet::source(self.text).path(self.path).line_start(self.line)
    }

    fn span(&self, span: &Range<usize>) -> Range<usize> {
        span.start - self.start..span.end - self.start
    }

    fn mark(&self, kind: AnnotationKind, span: &Range<usize>, label: &'s str) -> Annotation<'s> {
        kind.span(self.span(span)).label(label)
    }
}

/// `None`: what it is about is too long to be shown.
fn groups<'a>(diagnostic: &'a Diagnostic, files: &'a [File<'a>]) -> Option<Vec<Group<'a>>> {
    let level = match diagnostic.severity {
        Gravity::Error => Level::ERROR,
        Gravity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
    let Some(file) = files.get(diagnostic.source) else {
        return Some(vec![Group::with_title(title)]);
    };
    let group = title.elements(snippets(diagnostic, file, files)?);
    let help = diagnostic.help.as_deref();
    let Some(patch) = &diagnostic.patch else {
        return Some(vec![match help {
            Some(help) => group.element(Level::HELP.message(help)),
            None => group,
        }]);
    };
    let around = file.excerpt(patch.span.clone())?;
    let mend = around.snippet().patch(Mend::new(around.span(&patch.span), patch.with.as_str()));
    let help = help.unwrap_or("write");
    Some(vec![group, Level::HELP.secondary_title(help).element(mend)])
}

/// The lines with the mistake and, apart if it is elsewhere, with what helps to understand it.
fn snippets<'a>(
    diagnostic: &'a Diagnostic,
    file: &'a File<'a>,
    files: &'a [File<'a>],
) -> Option<Vec<Snippet<'a, Annotation<'a>>>> {
    let (kind, span) = (AnnotationKind::Primary, &diagnostic.span);
    let here = file.excerpt(span.clone())?;
    let Some(related) = &diagnostic.related else {
        return Some(vec![here.snippet().annotation(here.mark(kind, span, &diagnostic.label))]);
    };
    let (source, other) = &related.at;
    let both = span.start.min(other.start)..span.end.max(other.end);
    if *source == diagnostic.source
        && let Some(around) = file.excerpt(both)
    {
        let mark = around.mark(AnnotationKind::Context, other, &related.label);
        let snippet = around.snippet().annotation(around.mark(kind, span, &diagnostic.label));
        return Some(vec![snippet.annotation(mark)]);
    }
    let mut all = vec![here.snippet().annotation(here.mark(kind, span, &diagnostic.label))];
    if let Some(there) = files.get(*source).and_then(|file| file.excerpt(other.clone())) {
        let mark = there.mark(AnnotationKind::Context, other, &related.label);
        all.push(there.snippet().annotation(mark));
    }
    Some(all)
}

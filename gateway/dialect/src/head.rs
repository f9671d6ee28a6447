//! The head of a request: path segments, query names and values, and header values are parts too.

use crate::document::Document;
use crate::operation::{Dialect, Operation, fixed_segments};
use crate::part::{Modality, Origin, Part, Place, Reading, Role};
use crate::percent;
use crate::reading;
use crate::splice::{Edit, EditProblem, RawEdit, apply};
use crate::unreadable::{Code, Unreadable};
use crate::walk::{Walk, Walked};

/// The head of a request as it would leave.
#[derive(Clone, Copy)]
pub struct Head<'h> {
    /// The method, upper case.
    pub method: &'h str,
    /// The path after the route prefix is stripped, percent-encoded as received.
    pub path: &'h str,
    /// The query without its `?`.
    pub query: Option<&'h str>,
    /// The headers that would leave, names in lower case.
    pub headers: &'h [(String, String)],
}

impl std::fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Head({} bytes of path, {} headers)", self.path.len(), self.headers.len())
    }
}

/// The head as a request keeps it.
#[derive(Clone, Default)]
pub(crate) struct Kept {
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
}

impl Kept {
    pub(crate) fn new(head: &Head<'_>) -> Kept {
        Kept {
            path: head.path.to_owned(),
            query: head.query.map(str::to_owned),
            headers: head.headers.to_vec(),
        }
    }

    /// The path of a part of the head: `path[2]`, `query.user`, `header.x-title`.
    pub(crate) fn path_of(&self, document: &Document, origin: Origin, label: Place) -> String {
        match origin {
            Origin::Path { start, .. } => {
                let before = self.path.get(..start as usize).unwrap_or_default();
                format!("path[{}]", before.matches('/').count().saturating_sub(1))
            }
            Origin::Query { start, .. } => {
                let before = self
                    .query
                    .as_deref()
                    .and_then(|query| query.get(..start as usize))
                    .unwrap_or_default();
                let position = before.matches('&').count();
                match document.str_at(label) {
                    _ if before.is_empty() || before.ends_with('&') => {
                        format!("query.{{{position}}}#name")
                    }
                    known if crate::table::is_known_name(known) => format!("query.{known}"),
                    _ => format!("query.{{{position}}}"),
                }
            }
            Origin::Header { index } => {
                let name = self.headers.get(index as usize).map_or("", |header| header.0.as_str());
                format!("header.{name}")
            }
            _ => String::new(),
        }
    }

    /// Applies the edits of head parts; edits must be sorted and checked.
    pub(crate) fn splice(
        &mut self,
        document: &Document,
        edits: &[Edit<'_>],
    ) -> Result<(), EditProblem> {
        let (mut path, mut query) = (Vec::new(), Vec::new());
        let mut headers: Vec<(usize, RawEdit)> = Vec::new();
        for edit in edits {
            match document.parts.get(edit.part).map(|part| part.origin) {
                Some(Origin::Path { start, end }) => {
                    path.push(encoded(&self.path, start, end, edit, false))
                }
                Some(Origin::Query { start, end }) => {
                    let text = self.query.as_deref().unwrap_or_default();
                    query.push(encoded(text, start, end, edit, true));
                }
                Some(Origin::Header { index }) => {
                    if edit.with.chars().any(char::is_control) {
                        return Err(EditProblem::new("not-a-header-value", edit.part));
                    }
                    let raw = RawEdit {
                        start: edit.span.0,
                        end: edit.span.1,
                        with: edit.with.to_owned(),
                    };
                    headers.push((index as usize, raw));
                }
                _ => {}
            }
        }
        if !path.is_empty() {
            self.path = apply(&self.path, path);
        }
        if let (Some(text), false) = (&mut self.query, query.is_empty()) {
            *text = apply(text, query);
        }
        headers.reverse();
        for (index, edit) in headers {
            if let Some((_, value)) = self.headers.get_mut(index) {
                *value = apply(value, vec![edit]);
            }
        }
        Ok(())
    }
}

/// Whether a content type (RFC 9110 §8.3) names JSON, and no charset but UTF-8.
fn is_json_type(value: &str) -> bool {
    let essence = value.split(';').next().map(str::trim);
    essence.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) && is_utf8_type(value)
}

/// Whether a content type names no charset but UTF-8. Whatever else begins with the word, as RFC 8187's `charset*` does, or
/// opens a quote and does not close it, is another charset to somebody.
#[must_use]
pub fn is_utf8_type(value: &str) -> bool {
    value.split(';').skip(1).map(str::trim).all(|parameter| {
        let (name, charset) = parameter.split_once('=').unwrap_or((parameter, ""));
        let is_charset = name.get(..7).is_some_and(|word| word.eq_ignore_ascii_case("charset"));
        let charset = charset.strip_prefix('"').map_or(Some(charset), |c| c.strip_suffix('"'));
        let is_utf8 =
            |charset: &str| ["utf-8", "utf8"].iter().any(|utf| charset.eq_ignore_ascii_case(utf));
        !is_charset || name.len() == 7 && charset.is_some_and(is_utf8)
    })
}

fn encoded(text: &str, start: u32, end: u32, edit: &Edit<'_>, plus: bool) -> RawEdit {
    let raw = text.get(start as usize..end as usize).unwrap_or_default();
    let at = |decoded| start as usize + percent::raw_offset(raw, decoded, plus);
    RawEdit { start: at(edit.span.0), end: at(edit.span.1), with: percent::encode(edit.with) }
}

impl Walk<'_> {
    /// Adds the parts of the head.
    pub(crate) fn head(
        &mut self,
        head: &Head<'_>,
        dialect: Dialect,
        operation: Operation,
    ) -> Walked {
        self.path(head.path, fixed_segments(operation, head.path))?;
        if let Some(query) = head.query {
            let single = dialect != Dialect::Unknown && operation != Operation::ListModels;
            self.query(query, single)?;
        }
        let is_json = matches!(operation, Operation::Chat | Operation::CountTokens);
        for (index, (name, value)) in head.headers.iter().enumerate() {
            if is_json && name == "content-type" && !is_json_type(value) {
                let expected = "application/json in UTF-8";
                return Err(Unreadable::new(
                    Code::ContentType,
                    "header.content-type".into(),
                    0,
                    expected,
                ));
            }
            let (label, text) = (self.kept(name)?, self.kept(value)?);
            let origin = Origin::Header { index: index as u32 };
            self.push(Part::text(Role::Header, origin, text, label))?;
        }
        Ok(())
    }

    fn path(&mut self, path: &str, fixed: usize) -> Walked {
        let segments = path.strip_prefix('/').unwrap_or(path);
        let mut start = path.len() - segments.len();
        for (position, segment) in segments.split('/').enumerate() {
            let end = start + segment.len();
            if position >= fixed && !segment.is_empty() {
                let origin = Origin::Path { start: start as u32, end: end as u32 };
                self.percent(segment, false, Role::Path, origin, Place::default())?;
            }
            start = end + 1;
        }
        Ok(())
    }

    fn query(&mut self, query: &str, single: bool) -> Walked {
        let mut start = 0;
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = percent::decode(name, true);
            if single
                && decoded.as_deref().is_some_and(|name| reading::folded_is(name, reading::SINGLE))
            {
                let expected = "`model`, `stream` and `store` in the body only";
                return Err(Unreadable::new(Code::TwoReadings, "query".into(), start, expected));
            }
            let middle = start + name.len();
            if !name.is_empty() {
                let origin = Origin::Query { start: start as u32, end: middle as u32 };
                self.percent(name, true, Role::Query, origin, Place::default())?;
            }
            if !value.is_empty() {
                let label = self.kept(decoded.as_deref().unwrap_or_default())?;
                let origin =
                    Origin::Query { start: middle as u32 + 1, end: (start + pair.len()) as u32 };
                self.percent(value, true, Role::Query, origin, label)?;
            }
            start += pair.len() + 1;
        }
        Ok(())
    }

    fn percent(
        &mut self,
        raw: &str,
        plus: bool,
        role: Role,
        origin: Origin,
        label: Place,
    ) -> Walked {
        match percent::decode(raw, plus) {
            Some(text) => {
                let text = self.kept(&text)?;
                let part = Part::text(role, origin, text, label);
                let of = self.document.parts.len() as u32;
                self.push(part)?;
                match percent::decode(raw, false).filter(|_| plus && raw.contains('+')) {
                    Some(text) => {
                        let text = self.kept(&text)?;
                        self.push(Part { text, reading: Reading::Plus { of }, ..part })
                    }
                    None => Ok(()),
                }
            }
            None => self.push(Part::opaque(role, Modality::Opaque, origin, label)),
        }
    }

    fn kept(&mut self, text: &str) -> Result<Place, Unreadable> {
        self.keep(text).ok_or_else(|| {
            Unreadable::new(
                Code::TooLargeDecoded,
                "head".into(),
                0,
                "less text in path, query and headers",
            )
        })
    }
}

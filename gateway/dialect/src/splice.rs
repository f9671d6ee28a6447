//! Edits of decoded text, carried back to the bytes that were received. What no edit touches stays byte for byte.
//!
//! An edit inside n JSON strings is mapped through each of them from the inside out, one pass over each string,
//! and its replacement is escaped once for each. Cost is linear in body and edits, however they lie.

use std::fmt;

use bytes::Bytes;

use crate::document::Document;
use crate::escape::{Mapper, escaped, unescape};
use crate::json::{self, Kind, Node, Strictness};
use crate::limits::Limits;
use crate::part::{Modality, Origin, Part, Reading};
use crate::reread::Back;

/// A replacement of a piece of a part's text.
#[derive(Clone, Copy)]
pub struct Edit<'e> {
    /// Index in `parts()`.
    pub part: usize,
    /// Bytes of the decoded text, end exclusive, on character boundaries. Empty to insert.
    pub span: (usize, usize),
    /// What stands there afterwards, not escaped.
    pub with: &'e str,
}

impl fmt::Debug for Edit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Edit(part {}, {}..{}, {} bytes)",
            self.part,
            self.span.0,
            self.span.1,
            self.with.len()
        )
    }
}

/// Why edits were refused. Nothing is edited then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditProblem {
    code: &'static str,
    part: usize,
}

impl EditProblem {
    pub(crate) fn new(code: &'static str, part: usize) -> EditProblem {
        EditProblem { code, part }
    }

    /// The stable code: `no-such-part`, `not-text`, `out-of-bounds`, `not-a-boundary`, `overlapping`, `not-a-header-value`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The index of the part that was to be edited.
    pub fn part(&self) -> usize {
        self.part
    }
}

impl fmt::Display for EditProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in an edit of part {}", self.code, self.part)
    }
}

impl std::error::Error for EditProblem {}

/// A replacement of bytes of one layer's text, or of the body, by bytes as they stand there.
pub(crate) struct RawEdit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) with: String,
}

/// Checks the edits and sorts them by part and place.
pub(crate) fn sorted<'e>(
    document: &Document,
    edits: &[Edit<'e>],
) -> Result<Vec<Edit<'e>>, EditProblem> {
    let mut sorted = edits.to_vec();
    sorted.sort_by_key(|edit| (edit.part, edit.span));
    for edit in &sorted {
        let problem = |code| Err(EditProblem::new(code, edit.part));
        let Some(part) = document.parts.get(edit.part) else { return problem("no-such-part") };
        if part.modality != Modality::Text {
            return problem("not-text");
        }
        let text = document.str_at(part.text);
        let (start, end) = edit.span;
        if start > end || end > text.len() {
            return problem("out-of-bounds");
        }
        if !text.is_char_boundary(start) || !text.is_char_boundary(end) {
            return problem("not-a-boundary");
        }
    }
    for pair in sorted.windows(2) {
        if let [a, b] = pair
            && a.part == b.part
            && b.span.0 < a.span.1
        {
            return Err(EditProblem::new("overlapping", b.part));
        }
    }
    Ok(in_first_readings(document, sorted))
}

/// Edits of second readings as edits of the first ones; those that then overlap are one edit, with the words of the
/// one that begins first.
fn in_first_readings<'e>(document: &Document, edits: Vec<Edit<'e>>) -> Vec<Edit<'e>> {
    let is_second = |edit: &Edit<'_>| {
        document.parts.get(edit.part).is_some_and(|part| part.is_second_reading())
    };
    if !edits.iter().any(is_second) {
        return edits;
    }
    let mut carried: Vec<Edit<'e>> = Vec::with_capacity(edits.len());
    for group in edits.chunk_by(|a, b| a.part == b.part) {
        let first = carried.len();
        carried.extend_from_slice(group);
        carry_back(document, carried.get_mut(first..).unwrap_or_default());
    }
    // Stable: of two edits of the same bytes that of the first reading comes first.
    carried.sort_by_key(|edit| (edit.part, edit.span.0, std::cmp::Reverse(edit.span.1)));
    carried.dedup_by(|later, earlier| {
        let overlap = later.part == earlier.part && later.span.0 < earlier.span.1;
        if overlap {
            earlier.span.1 = earlier.span.1.max(later.span.1);
        }
        overlap
    });
    carried
}

/// Carries the edits of one part, in order, back to the first reading of its text.
fn carry_back(document: &Document, edits: &mut [Edit<'_>]) {
    while let Some(part) = edits.first().and_then(|edit| document.parts.get(edit.part)) {
        let of = match part.reading {
            Reading::First => return,
            Reading::Unescaped { of } | Reading::Plus { of } => of as usize,
        };
        let text = document.parts.get(of).map_or("", |part| document.str_at(part.text));
        let mut back = Back::new(text);
        for edit in edits.iter_mut() {
            edit.part = of;
            if matches!(part.reading, Reading::Unescaped { .. }) {
                edit.span = (back.offset(edit.span.0), back.offset(edit.span.1));
            }
        }
    }
}

/// The body after the edits of its JSON parts; edits must come from [`sorted`]. Other edits are left out.
pub(crate) fn body(document: &Document, edits: &[Edit<'_>]) -> Bytes {
    let mut layers: Vec<Vec<RawEdit>> = Vec::new();
    layers.resize_with(document.layers.len(), Vec::new);
    for group in edits.chunk_by(|a, b| a.part == b.part) {
        let Some(part) = group.first().and_then(|edit| document.parts.get(edit.part)) else {
            continue;
        };
        let Origin::Json { layer, node } = part.origin else { continue };
        if let (Some(list), Some(node)) =
            (layers.get_mut(layer as usize), document.nodes.get(node as usize))
        {
            in_layer(document, part, layer, *node, group, list);
        }
    }
    for layer in (1..layers.len()).rev() {
        let list = layers.get_mut(layer).map(std::mem::take).unwrap_or_default();
        if !list.is_empty() {
            outwards(document, layer, list, &mut layers);
        }
    }
    match layers.into_iter().next() {
        Some(list) if !list.is_empty() => apply(&document.text, list).into(),
        _ => document.body.clone(),
    }
}

/// A body with `null` in the place of every log probability: those spell the text beside them, token by token and byte
/// by byte, so where text was taken out they cannot stay. As it was if it has none.
pub(crate) fn without_logprobs(body: &Bytes) -> Bytes {
    let strictness =
        Strictness { depth: Limits::DEPTH_MAX, lone_surrogates: true, nodes: usize::MAX };
    let (Ok(text), mut nodes) = (std::str::from_utf8(body), Vec::new()) else {
        return body.clone();
    };
    if json::read(text, strictness, &mut nodes).is_err() {
        return body.clone();
    }
    let mut list = Vec::new();
    let mut at = 0;
    while let Some(node) = nodes.get(at) {
        at += 1;
        let name = text.get(node.range()).unwrap_or_default();
        if node.kind == Kind::Name
            && (name == "logprobs" || node.escaped && unescape(name) == "logprobs")
            && let Some(value) =
                nodes.get(at).filter(|value| matches!(value.kind, Kind::Object | Kind::Array))
        {
            let range = value.range();
            list.push(RawEdit { start: range.start, end: range.end, with: "null".to_owned() });
            at = value.next as usize;
        }
    }
    if list.is_empty() { body.clone() } else { apply(text, list).into() }
}

/// Edits of one part as edits of its layer's text.
fn in_layer(
    document: &Document,
    part: &Part,
    layer: u32,
    node: Node,
    group: &[Edit<'_>],
    list: &mut Vec<RawEdit>,
) {
    if node.kind == Kind::Number {
        let inner = group.iter().map(|e| RawEdit {
            start: e.span.0,
            end: e.span.1,
            with: e.with.to_owned(),
        });
        let text = apply(document.str_at(part.text), inner.collect());
        let range = node.range();
        list.push(RawEdit {
            start: range.start,
            end: range.end,
            with: format!("\"{}\"", escaped(&text)),
        });
        return;
    }
    let mut mapper = Mapper::new(document.str_at(document.raw(layer, node)));
    let base = node.start as usize;
    for edit in group {
        let start = base + mapper.raw_offset(edit.span.0);
        let end = base + mapper.raw_offset(edit.span.1);
        list.push(RawEdit { start, end, with: escaped(edit.with) });
    }
}

/// Edits of a layer's text as edits of the text of the layer that holds it as a string.
fn outwards(
    document: &Document,
    layer: usize,
    mut list: Vec<RawEdit>,
    layers: &mut [Vec<RawEdit>],
) {
    let Some((outer, holder)) = document.layers.get(layer).and_then(|layer| layer.parent) else {
        return;
    };
    let Some(node) = document.nodes.get(holder as usize).copied() else { return };
    let Some(into) = layers.get_mut(outer as usize) else { return };
    list.sort_by_key(|edit| (edit.start, edit.end));
    let mut mapper = Mapper::new(document.str_at(document.raw(outer, node)));
    let base = node.start as usize;
    for edit in list {
        let start = base + mapper.raw_offset(edit.start);
        let end = base + mapper.raw_offset(edit.end);
        into.push(RawEdit { start, end, with: escaped(&edit.with) });
    }
}

/// A text with pieces replaced.
pub(crate) fn apply(text: &str, mut list: Vec<RawEdit>) -> String {
    list.sort_by_key(|edit| (edit.start, edit.end));
    let added: usize = list.iter().map(|edit| edit.with.len()).sum();
    let mut out = String::with_capacity(text.len() + added);
    let mut at = 0;
    for edit in list {
        out.push_str(text.get(at..edit.start).unwrap_or_default());
        out.push_str(&edit.with);
        at = edit.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

//! Fields of a body by name: set, whatever stood there, and read.

use bytes::Bytes;

use crate::escape::{escaped, unescape};
use crate::json::{self, Kind, Node, Strictness};
use crate::limits::Limits;

/// A JSON object whose field `name` is the text `value`: in the place of what the field held, or before all others. The rest stays byte
/// for byte. `None` if the body is no JSON object, or has two fields of that name.
#[must_use]
pub fn with_field(body: &Bytes, name: &str, value: &str) -> Option<Bytes> {
    let (text, nodes) = read(body)?;
    let object = *nodes.first().filter(|node| node.kind == Kind::Object)?;
    let (place, written) = match field(text, &nodes, 0, name).and_then(|at| nodes.get(at)) {
        Some(held) => (raw(*held), quoted(value)),
        None => {
            let begin = object.range().start + 1;
            let comma = if object.next > 1 { "," } else { "" };
            (begin..begin, format!("{}:{}{comma}", quoted(name), quoted(value)))
        }
    };
    Some(Bytes::from([text.get(..place.start)?, &written, text.get(place.end..)?].concat()))
}

/// The text that a field of the body's own object holds. `None` if there is none, or it is no text, or the body no JSON object.
#[must_use]
pub fn field_at_top(body: &[u8], name: &str) -> Option<String> {
    let (text, nodes) = read(body)?;
    let value = field(text, &nodes, 0, name).and_then(|at| nodes.get(at))?;
    (value.kind == Kind::String).then(|| said(text, *value))
}

/// What the field at the end of `path` says, in the body's own object and in objects within it, as events have around them, in their
/// order: a text unescaped, anything else as it is written. What lists hold is not looked at: a model may have written it. Nothing if
/// the body is no JSON.
#[must_use]
pub fn fields_at(body: &[u8], path: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    if let Some((text, nodes)) = read(body) {
        gather(text, &nodes, (0, AROUND), path, &mut found);
    }
    found
}

/// How many objects may stand around the first of a path.
const AROUND: usize = 3;

fn gather(
    text: &str,
    nodes: &[Node],
    (object, around): (usize, usize),
    path: &[String],
    found: &mut Vec<String>,
) {
    if nodes.get(object).is_none_or(|node| node.kind != Kind::Object) {
        return;
    }
    let end = path.iter().try_fold(object, |object, name| field(text, nodes, object, name));
    if let Some(node) = end.and_then(|end| nodes.get(end)) {
        found.push(said(text, *node));
    }
    for (_, value) in fields(nodes, object).filter(|_| around > 0) {
        gather(text, nodes, (value, around - 1), path, found);
    }
}

fn read(body: &[u8]) -> Option<(&str, Vec<Node>)> {
    let text = std::str::from_utf8(body).ok()?;
    let strictness =
        Strictness { depth: Limits::DEPTH_MAX, lone_surrogates: true, nodes: usize::MAX };
    let mut nodes = Vec::new();
    json::read(text, strictness, &mut nodes).ok()?;
    Some((text, nodes))
}

/// Where names and values of an object stand among the nodes.
fn fields(nodes: &[Node], object: usize) -> impl Iterator<Item = (usize, usize)> {
    let holder = nodes.get(object).filter(|node| node.kind == Kind::Object);
    let end = holder.map_or(0, |node| node.next as usize);
    let next = move |at: usize| nodes.get(at + 1).map_or(end, |value| value.next as usize);
    std::iter::successors(Some(object + 1), move |at| Some(next(*at)))
        .take_while(move |at| *at < end)
        .map(|at| (at, at + 1))
}

/// Where the value of a field of an object stands among the nodes.
fn field(text: &str, nodes: &[Node], object: usize, name: &str) -> Option<usize> {
    let named = |at: usize| {
        let key = nodes.get(at)?;
        let written = text.get(key.range())?;
        Some(if key.escaped { unescape(written) == name } else { written == name })
    };
    fields(nodes, object).find(|(key, _)| named(*key) == Some(true)).map(|(_, value)| value)
}

/// A text unescaped, anything else as it is written.
fn said(text: &str, value: Node) -> String {
    let written = text.get(value.range()).unwrap_or_default();
    if value.escaped { unescape(written) } else { written.to_owned() }
}

/// The bytes of a value with its quotes.
fn raw(value: Node) -> std::ops::Range<usize> {
    let range = value.range();
    if value.kind == Kind::String { range.start - 1..range.end + 1 } else { range }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expect: Option<&str>) {
        let pinned = with_field(&Bytes::from(body.to_owned()), "geo", "u\"s");
        let text = pinned.as_deref().map(String::from_utf8_lossy);
        assert_eq!(text.as_deref(), expect, "{body}");
    }

    #[test]
    fn a_field_has_the_value_afterwards() {
        check(r#"{}"#, Some(r#"{"geo":"u\"s"}"#));
        check(r#" { "a" : [{"geo":1}] } "#, Some(r#" {"geo":"u\"s", "a" : [{"geo":1}] } "#));
        check(r#"{"a":{"geo":2},"geo":"eu","b":3}"#, Some(r#"{"a":{"geo":2},"geo":"u\"s","b":3}"#));
        check(r#"{"g\u0065o" : {"x":[1]} }"#, Some(r#"{"g\u0065o" : "u\"s" }"#));
        check(r#"{"geo":null}"#, Some(r#"{"geo":"u\"s"}"#));
        check(r#"{"geo":"a","geo":"b"}"#, None);
        for none in ["[]", "\"geo\"", "", "{\"geo\":", "{} {}"] {
            check(none, None);
        }
    }

    #[test]
    fn fields_are_read_within_objects_and_not_within_lists() {
        let check = |body: &str, expect: &[&str]| {
            let path = ["usage".to_owned(), "geo".to_owned()];
            assert_eq!(fields_at(body.as_bytes(), &path), expect, "{body}");
        };
        check(r#"{"usage":{"geo":"us","tokens":3}}"#, &["us"]);
        check(r#"{"type":"start","message":{"id":1,"usage":{"g\u0065o":"u\u0073"}}}"#, &["us"]);
        check(r#"{"usage":{"geo":null},"message":{"usage":{"geo":"eu"}}}"#, &["null", "eu"]);
        check(r#"{"a":[{"usage":{"geo":"eu"}}],"geo":"eu","usage":"geo"}"#, &[]);
        check(r#"{"a":{"b":{"c":{"d":{"usage":{"geo":"eu"}}}}}}"#, &[]);
        for none in ["", "[]", "{", r#"{"usage":{"geo":"eu","geo":"us"}}"#] {
            check(none, &[]);
        }
    }
}

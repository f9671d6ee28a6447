//! A field of a body set to a value, whatever stood there.

use bytes::Bytes;

use crate::escape::{escaped, unescape};
use crate::json::{self, Kind, Node, Strictness};
use crate::limits::Limits;

/// A JSON object whose field `name` is the text `value`: in the place of what the field held, or before all others. The rest stays byte
/// for byte. `None` if the body is no JSON object, or has two fields of that name.
#[must_use]
pub fn with_field(body: &Bytes, name: &str, value: &str) -> Option<Bytes> {
    let text = std::str::from_utf8(body).ok()?;
    let strictness =
        Strictness { depth: Limits::DEPTH_MAX, lone_surrogates: true, nodes: usize::MAX };
    let mut nodes = Vec::new();
    json::read(text, strictness, &mut nodes).ok()?;
    let object = *nodes.first().filter(|node| node.kind == Kind::Object)?;
    let (place, written) = match field(text, &nodes, object, name) {
        Some(held) => (raw(held), quoted(value)),
        None => {
            let begin = object.range().start + 1;
            let comma = if object.next > 1 { "," } else { "" };
            (begin..begin, format!("{}:{}{comma}", quoted(name), quoted(value)))
        }
    };
    Some(Bytes::from([text.get(..place.start)?, &written, text.get(place.end..)?].concat()))
}

/// The value of a field of an object.
fn field(text: &str, nodes: &[Node], object: Node, name: &str) -> Option<Node> {
    let mut at = 1;
    while at < object.next as usize {
        let (key, value) = (nodes.get(at)?, nodes.get(at + 1)?);
        let written = text.get(key.range())?;
        let same = if key.escaped { unescape(written) == name } else { written == name };
        if same {
            return Some(*value);
        }
        at = value.next as usize;
    }
    None
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
}

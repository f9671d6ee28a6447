//! JSON values with their members in order and their numbers as they were written.
//!
//! Invariants: read by the strict reader (one reading only), written without white space; a number keeps its source text,
//! so `1.10` and a 30-digit integer survive translation.

use std::fmt;

use super::Untranslatable;
use crate::escape::{quote_into, unescape};
use crate::json::{self, Fault, Kind, Node, Strictness};
use crate::table::is_known_name;

/// Deepest nesting that is read.
const DEPTH_MAX: usize = 128;

/// Most values in one text, so that memory stays in proportion to what is read.
const NODES_MAX: usize = 1 << 21;

/// A JSON value.
#[derive(Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    String(String),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl Value {
    /// Reads a whole JSON text; `place` names it in the complaint.
    pub(crate) fn parse(source: &str, place: &str) -> Result<Self, Untranslatable> {
        match tape(source) {
            Ok(nodes) => Ok(Self::build(source, &nodes, 0)),
            Err(fault) => {
                let why = format!(
                    "not JSON with one reading: expected {} at byte {}",
                    fault.expected, fault.at
                );
                Err(Untranslatable::new(
                    place,
                    why,
                    "send one JSON value without repeated member names",
                ))
            }
        }
    }

    /// Reads bytes.
    pub(crate) fn parse_bytes(source: &[u8]) -> Result<Self, Untranslatable> {
        let text = std::str::from_utf8(source).map_err(|fault| {
            Untranslatable::new(
                "",
                format!("not UTF-8 at byte {}", fault.valid_up_to()),
                "send UTF-8",
            )
        })?;
        Self::parse(text, "")
    }

    fn build(source: &str, nodes: &[Node], at: usize) -> Self {
        let Some(node) = nodes.get(at) else { return Self::Null };
        let children = || {
            let next = |at: &usize| nodes.get(*at).map(|node| node.next as usize);
            std::iter::successors(Some(at + 1), next)
                .take_while(|child| *child < node.next as usize)
        };
        match node.kind {
            Kind::Literal => match raw(source, *node) {
                "true" => Self::Bool(true),
                "false" => Self::Bool(false),
                _ => Self::Null,
            },
            Kind::Number => Self::Number(raw(source, *node).to_owned()),
            Kind::String | Kind::Name => Self::String(text(source, *node)),
            Kind::Array => {
                Self::Array(children().map(|child| Self::build(source, nodes, child)).collect())
            }
            Kind::Object => {
                // A name is followed by its value, so both come up here.
                let names =
                    children().filter(|at| nodes.get(*at).is_some_and(|n| n.kind == Kind::Name));
                let member =
                    |at: usize| (text(source, nodes[at]), Self::build(source, nodes, at + 1));
                Self::Object(names.map(member).collect())
            }
        }
    }

    /// An object with these members, those that are `Null` left out.
    pub(crate) fn object<const N: usize>(members: [(&str, Value); N]) -> Self {
        let given = members.into_iter().filter(|(_, value)| *value != Self::Null);
        Self::Object(given.map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// A string.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// The member of an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Object(members) => {
                members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The text of a string.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string member; empty when there is none.
    pub(crate) fn str_of(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_str).unwrap_or("")
    }

    /// A whole number that is not negative.
    pub(crate) fn as_count(&self) -> Option<u64> {
        match self {
            Self::Number(source) => source.parse().ok(),
            _ => None,
        }
    }

    /// A whole-number member; zero when there is none.
    pub(crate) fn count_of(&self, name: &str) -> u64 {
        self.get(name).and_then(Value::as_count).unwrap_or(0)
    }

    /// The items of an array; none for anything else.
    pub(crate) fn items(&self) -> &[Value] {
        match self {
            Self::Array(items) => items,
            _ => &[],
        }
    }

    /// What a member that is absent would mean as well: null, false, zero, empty.
    pub(crate) fn is_default(&self) -> bool {
        match self {
            Self::Null | Self::Bool(false) => true,
            Self::Bool(true) => false,
            Self::Number(source) => source.parse() == Ok(0.0),
            Self::String(text) => text.is_empty(),
            Self::Array(items) => items.is_empty(),
            Self::Object(members) => members.is_empty(),
        }
    }

    /// Writes the value without white space.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(true) => out.extend_from_slice(b"true"),
            Self::Bool(false) => out.extend_from_slice(b"false"),
            Self::Number(source) => out.extend_from_slice(source.as_bytes()),
            Self::String(text) => quote_into(text, out),
            Self::Array(items) => {
                out.push(b'[');
                for (number, item) in items.iter().enumerate() {
                    separate(number, out);
                    item.write(out);
                }
                out.push(b']');
            }
            Self::Object(members) => {
                out.push(b'{');
                for (number, (name, value)) in members.iter().enumerate() {
                    separate(number, out);
                    quote_into(name, out);
                    out.push(b':');
                    value.write(out);
                }
                out.push(b'}');
            }
        }
    }

    /// The written value.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024);
        self.write(&mut out);
        out
    }

    /// The written value as text.
    pub(crate) fn to_source(&self) -> String {
        // INVARIANT: everything written is ASCII or comes from strings.
        String::from_utf8(self.to_bytes()).unwrap_or_default()
    }
}

fn separate(number: usize, out: &mut Vec<u8>) {
    if number > 0 {
        out.push(b',');
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number.to_string())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({} bytes)", self.to_bytes().len())
    }
}

/// An object being taken apart: what nobody has taken at the end is reported as lost, so nothing is dropped silently.
pub(crate) struct Fields {
    path: String,
    /// With the position of each in the object.
    members: Vec<(usize, (String, Value))>,
}

impl Fields {
    /// Opens an object found at `path`.
    pub(crate) fn open(value: Value, path: impl Into<String>) -> Result<Self, Untranslatable> {
        let path = path.into();
        match value {
            Value::Object(members) => {
                Ok(Self { path, members: members.into_iter().enumerate().collect() })
            }
            _ => Err(Untranslatable::new(path, "not an object", "send an object here")),
        }
    }

    /// Where a member is, e.g. `messages[0].content`.
    pub(crate) fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Where the object itself is.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Takes a member; null counts as absent.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        let found = self.members.iter().position(|(_, (key, _))| key == name)?;
        let (_, (_, value)) = self.members.remove(found);
        (value != Value::Null).then_some(value)
    }

    /// Whether a member is a string that is not empty.
    pub(crate) fn has_text(&self, name: &str) -> bool {
        self.members.iter().any(|(_, (key, value))| {
            key == name && value.as_str().is_some_and(|text| !text.is_empty())
        })
    }

    /// Takes a string member; empty when absent.
    pub(crate) fn text(&mut self, name: &str) -> Result<String, Untranslatable> {
        match self.take(name) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text),
            Some(_) => {
                Err(Untranslatable::new(self.at(name), "not a string", "send a string here"))
            }
        }
    }

    /// Takes an array member with the path of each item; empty when absent.
    pub(crate) fn list(&mut self, name: &str) -> Result<Vec<(String, Value)>, Untranslatable> {
        let at = self.at(name);
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(numbered(&at, items)),
            Some(_) => Err(Untranslatable::new(at, "not an array", "send an array here")),
        }
    }

    /// Takes members that mean nothing to the other side and carry nothing of the client's.
    pub(crate) fn ignore(&mut self, names: &[&str]) {
        self.members.retain(|(_, (key, _))| !names.contains(&key.as_str()));
    }

    /// Reports what is left: names that are no words of the dialects could be data, so they stand as `{n}`, their position
    /// in the object.
    pub(crate) fn rest(self, lost: &mut Vec<String>) {
        for (position, (name, value)) in &self.members {
            match value.is_default() {
                true => {}
                false if is_known_name(name) => lost.push(self.at(name)),
                false => lost.push(self.at(&format!("{{{position}}}"))),
            }
        }
    }
}

/// The items of an array with the path of each.
pub(crate) fn numbered(path: &str, items: Vec<Value>) -> Vec<(String, Value)> {
    items
        .into_iter()
        .enumerate()
        .map(|(number, item)| (format!("{path}[{number}]"), item))
        .collect()
}

/// Reads a JSON text strictly. Half surrogate pairs, which models do send, stand for U+FFFD.
fn tape(source: &str) -> Result<Vec<Node>, Fault> {
    let strictness = Strictness { depth: DEPTH_MAX, lone_surrogates: true, nodes: NODES_MAX };
    let mut nodes = Vec::new();
    json::read(source, strictness, &mut nodes).map(|()| nodes)
}

/// The bytes of a member's value, quotes included, of the object that a JSON text is.
pub(super) fn member_of(source: &str, name: &str) -> Option<(usize, usize)> {
    let nodes = tape(source).ok()?;
    let mut at = 1;
    while nodes.first()?.kind == Kind::Object && at < nodes.len() {
        let (key, value) = (nodes.get(at)?, nodes.get(at + 1)?);
        if text(source, *key) == name {
            let quotes = usize::from(value.kind == Kind::String);
            return Some((value.range().start - quotes, value.range().end + quotes));
        }
        at = value.next as usize;
    }
    None
}

fn raw(source: &str, node: Node) -> &str {
    source.get(node.range()).unwrap_or("")
}

fn text(source: &str, node: Node) -> String {
    if node.escaped { unescape(raw(source, node)) } else { raw(source, node).to_owned() }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should stop here")]
mod tests {
    use super::*;

    #[test]
    fn order_and_numbers_survive() {
        let check = |source: &str| {
            assert_eq!(
                Value::parse(source, "").map(|value| value.to_source()).ok().as_deref(),
                Some(source)
            )
        };
        check(r#"{"b":1.10,"a":[123456789012345678901234567890,-0.0,1e5,true,null],"":"é\n"}"#);
        check("[]");
        assert!(Value::parse(r#"{"a":1,"a":1}"#, "x").is_err());
    }

    #[test]
    fn what_nobody_takes_is_lost() {
        let value =
            Value::parse(r#"{"a":1,"stop":{"c":2},"d":null,"e":false,"f":"x"}"#, "").unwrap();
        let mut fields = Fields::open(value, "m[0]").unwrap();
        assert_eq!(fields.take("f").as_ref().and_then(Value::as_str), Some("x"));
        let mut lost = Vec::new();
        fields.rest(&mut lost);
        assert_eq!(lost, ["m[0].{0}", "m[0].stop"]);
    }
}

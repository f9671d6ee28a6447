//! The JSON Schema of the twin.

use serde_json::{Map, Value, json};

use super::VERSION;
use super::export::is_list;
use crate::grammar::{self, Atom, Form, Kind, LineKind, Says, Segment, Usage};
use crate::syntax::TEST;

/// The schema (draft 2020-12) of what [`export`](crate::export) writes and [`import`](crate::import) reads.
///
/// It knows forms, not names: whether a class exists is said by the compiler.
#[must_use]
pub fn schema() -> Value {
    let mut definitions = Map::new();
    definitions.insert(
        "word".to_owned(),
        json!({ "type": "string", "pattern": "^[^\\s,\"#][^\\s,\"]*$" }),
    );
    definitions.insert("text".to_owned(), json!({ "type": "string" }));
    definitions.insert(
        "day".to_owned(),
        json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
    );
    definitions
        .insert("hh:mm".to_owned(), json!({ "type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$" }));
    for kind in grammar::kinds() {
        definitions.insert(kind.word.to_owned(), block(kind));
    }
    let chains = ["rule", "invariant", "test"].iter().filter_map(|word| grammar::kind(word));
    for line in chains.flat_map(|kind| kind.lines.iter().map(move |line| (kind, line))) {
        if let (kind, LineKind { key, says: Says::Chain(usage) }) = line {
            definitions.entry(chain_name(kind.word, key)).or_insert_with(|| says(usage));
        }
    }
    let kinds =
        grammar::kinds().iter().map(|kind| json!({ "$ref": format!("#/$defs/{}", kind.word) }));
    let kinds: Vec<Value> = kinds.collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The JSON twin of a Seawall policy",
        "type": "object",
        "required": ["version", "files"],
        "additionalProperties": false,
        "properties": {
            "version": { "const": VERSION },
            "files": { "type": "array", "items": {
                "type": "object",
                "required": ["path", "blocks"],
                "additionalProperties": false,
                "properties": {
                    "path": { "type": "string", "pattern": "\\.policy$" },
                    "blocks": { "type": "array", "items": { "anyOf": kinds } },
                },
            } },
        },
        "$defs": definitions,
    })
}

/// The name under which a chain stands in the schema: conditions are the same everywhere.
fn chain_name(kind: &str, key: &str) -> String {
    match (kind, key) {
        (_, "when") => "condition".to_owned(),
        ("rule", "then") => "action".to_owned(),
        (_, "then") => "demand".to_owned(),
        (_, key) => key.to_owned(),
    }
}

fn block(kind: &Kind) -> Value {
    let mut properties = Map::new();
    let name = if kind.word == TEST { "text" } else { "word" };
    properties.insert(kind.word.to_owned(), json!({ "$ref": format!("#/$defs/{name}") }));
    let mut required = vec![kind.word.to_owned()];
    if kind.word != TEST {
        properties.insert("sentence".to_owned(), json!({ "$ref": "#/$defs/text" }));
    }
    for segment in kind.head.forms.iter().flat_map(|form| &form.segments) {
        for variant in &segment.variants {
            properties.insert(segment.key(variant), value_of(segment));
            if !segment.is_optional {
                required.push(segment.key(variant));
            }
        }
    }
    for line in &kind.lines {
        properties.insert(line.key.to_owned(), line_of(kind, line));
    }
    json!({ "type": "object", "required": required, "additionalProperties": false, "properties": properties })
}

fn line_of(kind: &Kind, line: &LineKind) -> Value {
    let item = match &line.says {
        Says::Chain(_) => json!({ "$ref": format!("#/$defs/{}", chain_name(kind.word, line.key)) }),
        Says::Usage(usage) if !is_list(line) => return says(usage),
        Says::Usage(usage) => {
            let items: Vec<Value> = usage.forms.iter().flat_map(items_of).collect();
            any_of(items)
        }
    };
    json!({ "type": "array", "minItems": 1, "items": item })
}

/// What a form adds to the list of a line that may stand more than once: its items, if it is a list itself.
fn items_of(form: &Form) -> Vec<Value> {
    match form.segments.as_slice() {
        [Segment { value: Some(Atom::List(items)), .. }] => items.iter().map(item).collect(),
        _ => vec![form_of(form, false)],
    }
}

fn says(usage: &Usage) -> Value {
    any_of(usage.forms.iter().map(|form| form_of(form, usage.is_sentence)).collect())
}

fn any_of(mut schemas: Vec<Value>) -> Value {
    if schemas.len() == 1 { schemas.remove(0) } else { json!({ "anyOf": schemas }) }
}

fn form_of(form: &Form, is_sentence: bool) -> Value {
    match form.segments.as_slice() {
        [segment] if !is_sentence => item(segment),
        segments => object(segments),
    }
}

fn object(segments: &[Segment]) -> Value {
    let (mut properties, mut one_of, mut required) = (Map::new(), Vec::new(), Vec::new());
    for segment in segments {
        let keys: Vec<String> =
            segment.variants.iter().map(|variant| segment.key(variant)).collect();
        for key in &keys {
            properties.insert(key.clone(), value_of(segment));
        }
        match keys.as_slice() {
            _ if segment.is_optional => {}
            [key] => required.push(key.clone()),
            keys => {
                one_of.push(keys.iter().map(|key| json!({ "required": [key] })).collect::<Vec<_>>())
            }
        }
    }
    let mut schema = json!({
        "type": "object", "additionalProperties": false, "properties": properties, "required": required,
    });
    if !one_of.is_empty() {
        let choices: Vec<Value> = one_of.into_iter().map(|keys| json!({ "oneOf": keys })).collect();
        schema["allOf"] = choices.into();
    }
    schema
}

/// A form of one segment, without an object around its value if it has no words.
fn item(segment: &Segment) -> Value {
    let named = segment.variants.iter().filter(|variant| !variant.key.is_empty());
    let keys: Vec<&str> = named.map(|variant| variant.key.as_str()).collect();
    if segment.value.is_none() {
        let words: Vec<String> = keys.iter().map(|key| key.replace('_', " ")).collect();
        return json!({ "enum": words });
    }
    let mut schemas = Vec::new();
    if keys.len() < segment.variants.len() {
        schemas.push(value_of(segment));
    }
    for key in keys {
        schemas.push(json!({
            "type": "object", "required": [key], "additionalProperties": false,
            "properties": { key: value_of(segment) },
        }));
    }
    any_of(schemas)
}

fn value_of(segment: &Segment) -> Value {
    match &segment.value {
        None => json!({ "const": true }),
        Some(atom) if segment.value_is_optional => {
            any_of(vec![json!({ "const": true }), value(atom)])
        }
        Some(atom) => value(atom),
    }
}

fn value(atom: &Atom) -> Value {
    match atom {
        Atom::Word(name) => match name.to_lowercase().as_str() {
            known @ ("day" | "hh:mm") => json!({ "$ref": format!("#/$defs/{known}") }),
            name => json!({ "$ref": "#/$defs/word", "description": format!("a {name}") }),
        },
        Atom::Choice(words) => json!({ "enum": words }),
        Atom::Row(atoms) => {
            let words = atoms.iter().map(|atom| match atom {
                Atom::Choice(words) => format!("({})", words.join("|")),
                _ => "[^\\s,\"]+".to_owned(),
            });
            json!({ "type": "string", "pattern": format!("^{}$", words.collect::<Vec<_>>().join(" ")) })
        }
        Atom::Text | Atom::Free | Atom::Who | Atom::Company => json!({ "$ref": "#/$defs/text" }),
        Atom::List(items) => {
            json!({ "type": "array", "minItems": 1, "items": any_of(items.iter().map(item).collect()) })
        }
    }
}

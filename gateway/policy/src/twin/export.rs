//! Policy files to their JSON twin.

use serde_json::{Map, Value, json};

use super::VERSION;
use super::read::{Rest, fields_of, sentence};
use crate::diagnostic::{At, Diagnostic, Diagnostics};
use crate::format::PLACES;
use crate::grammar::{self, LineKind, Says};
use crate::place::country;
use crate::resolve::REPEATED;
use crate::syntax::{Block, Line, Shape, TEST, parse};
use crate::{Source, nearest};

/// Writes policy files as one JSON document; [`schema`](crate::schema) says what it looks like.
///
/// Only their form is looked at: names need not exist.
///
/// # Errors
/// What cannot be read, all at once, each with its place.
pub fn export(sources: &[Source]) -> Result<Value, Diagnostics> {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let document = parse(number, &source.text, &mut problems);
        let mut reader = Reader { text: &source.text, problems: &mut problems };
        let blocks: Vec<Value> = document.blocks.iter().map(|block| reader.block(block)).collect();
        files.push(json!({ "path": source.path, "blocks": blocks }));
    }
    if problems.is_empty() {
        return Ok(json!({ "version": VERSION, "files": files }));
    }
    Err(Diagnostics::new(problems, sources))
}

/// One block in the form of the twin; none if it has no such form.
pub(crate) fn export_block(block: &Block<'_>, text: &str) -> Option<Value> {
    let mut problems = Vec::new();
    let said = Reader { text, problems: &mut problems }.block(block);
    problems.is_empty().then_some(said)
}

struct Reader<'x> {
    text: &'x str,
    problems: &'x mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn block(&mut self, block: &Block<'_>) -> Value {
        let mut fields = Map::new();
        let Some(kind) = grammar::kind(block.keyword.text) else { return Value::Null };
        self.head(block, kind, &mut fields);
        let mut chain: Option<&LineKind> = None;
        for line in &block.lines {
            let key = line.key();
            if key.shape == Shape::Text && line.tokens.len() == 1 {
                fields.insert("sentence".to_owned(), key.sentence().into());
                continue;
            }
            let known = kind.lines.iter().find(|known| known.key == key.text);
            let Some(known) = known.or(chain.filter(|_| key.text == "and")) else {
                self.unknown(block, line, &kind.lines);
                continue;
            };
            let rest = Rest { text: self.text, tokens: line.tokens.get(1..).unwrap_or(&[]) };
            let said = match &known.says {
                Says::Usage(usage) => sentence(usage, rest),
                Says::Chain(usage) => {
                    chain = Some(known);
                    sentence(usage, rest)
                }
            };
            match said.map(|said| sorted(known.key, said)) {
                Some(said) => self.add(known, said, line, &mut fields),
                None => self.no_form(line.at()),
            }
        }
        Value::Object(fields)
    }

    /// Name, what follows it, and a sentence at its end.
    fn head(&mut self, block: &Block<'_>, kind: &grammar::Kind, fields: &mut Map<String, Value>) {
        let wanted = if kind.word == TEST { Shape::Text } else { Shape::Word };
        let Some((name, rest)) = block.head.split_first().filter(|(n, _)| n.shape == wanted) else {
            return self.no_form(block.at());
        };
        fields.insert(kind.word.to_owned(), name.sentence().into());
        let form = kind.head.forms.first();
        let rest = Rest { text: self.text, tokens: rest };
        let left = form.map_or(Some(rest), |form| fields_of(form, rest, fields));
        match left.map(|left| left.tokens) {
            Some([]) => {}
            Some([token]) if token.shape == Shape::Text && kind.word != TEST => {
                fields.insert("sentence".to_owned(), token.sentence().into());
            }
            _ => self.no_form(block.at()),
        }
    }

    /// Lines that may stand more than once are one list.
    fn add(
        &mut self,
        known: &LineKind,
        said: Value,
        line: &Line<'_>,
        fields: &mut Map<String, Value>,
    ) {
        if !is_list(known) {
            if fields.insert(known.key.to_owned(), said).is_some() {
                self.no_form(line.at());
            }
            return;
        }
        let list = fields.entry(known.key).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            match said {
                Value::Array(items) => list.extend(items),
                one => list.push(one),
            }
        }
    }

    fn unknown(&mut self, block: &Block<'_>, line: &Line<'_>, lines: &[LineKind]) {
        let key = line.key();
        let at = At { source: line.source, span: key.span.clone() };
        let message = format!("a {} has no line `{}`", block.keyword.text, key.text);
        let problem = Diagnostic::error("P003", &at, message).label("unknown line");
        let known = lines.iter().map(|line| line.key);
        self.problems.push(match nearest(key.text, known.clone()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")).patch(at.span, near),
            None => problem.help(format!("it can have: {}", known.collect::<Vec<_>>().join(", "))),
        });
    }

    fn no_form(&mut self, at: At) {
        self.problems.push(
            Diagnostic::error("P080", &at, "this cannot be written as JSON")
                .label("not one of the forms that the language has")
                .help("`seawall rules check` says what is wrong with it"),
        );
    }
}

/// Whether a line is a list in the twin: it may stand more than once, or is continued with `and`.
pub(super) fn is_list(line: &LineKind) -> bool {
    matches!(line.says, Says::Chain(_)) || REPEATED.contains(&line.key)
}

/// Country codes in the order of the canonical form.
pub(super) fn sorted(key: &str, mut said: Value) -> Value {
    if PLACES.contains(&key) {
        sort(&mut said);
    }
    said
}

fn sort(said: &mut Value) {
    let is_code =
        |item: &Value| item.as_str().is_some_and(|code| code.len() == 2 && country(code).is_some());
    match said {
        Value::Array(items) if items.iter().all(is_code) => {
            items.sort_by(|a, b| a.as_str().cmp(&b.as_str()))
        }
        Value::Array(items) => items.iter_mut().for_each(sort),
        Value::Object(fields) => fields.values_mut().for_each(sort),
        _ => {}
    }
}

//! What each field of each dialect is, as tables. The parser runs on them, and the coverage statement is generated
//! from them, so the two cannot part.
//!
//! A pattern is the path of a field: `messages[].content[].text`. `~name` stands for every spelling that a lenient
//! reader could take for `name`. Whatever no row names, or whose JSON type is not the one its row expects, is read
//! freely: every name, string and number in it becomes a part. So a forgotten row costs precision, never sight.

use std::sync::LazyLock;

use crate::operation::{Dialect, Operation};
use crate::part::{Modality, Role};

mod anthropic;
mod openai;
mod shared;

/// Whose text a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Whoever the message's `role` says.
    Speaker,
    /// Always the same.
    Always(Role),
}

/// The settings that must have exactly one reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flag {
    Stream,
    Store,
}

/// How the parser treats a field.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Treatment {
    /// The rows of another table stand here.
    Use(&'static [Row]),
    /// A string is a text part.
    Text { who: Who, flows: bool },
    /// A string is a text part that the provider signed or resolves: inspected, but an edit breaks it.
    Sealed,
    /// A string that holds JSON: its names, strings and numbers are parts.
    Json(Role),
    /// One of these words is structure; any other string is a part.
    Words(&'static [&'static str]),
    /// The type of a content block. One of these words is structure. Any other makes the block, in a request, content that is
    /// not understood, whose strings are parts nevertheless.
    Block(&'static [&'static str]),
    /// A short number is structure; a string or a long number is a part.
    Number,
    /// Anything: every name, string and number is a part.
    Free(Who),
    /// A JSON schema: as free, but the schema language's own words are structure.
    Schema,
    /// What the provider measured: names and numbers are structure, strings are parts.
    Meter,
    /// Content of this modality, whatever it looks like; what is short or not base64 is text too.
    Payload(Modality),
    /// Text if the sibling `type` says so, else content whose modality comes from the block and its media type; what is
    /// short or not base64 is text too.
    Source,
    /// A URL: text, and a part of this modality for what it points to; of a data URL only what is before the data is text.
    Locator(Modality),
    /// The id of something that the provider keeps: text, and a part of this modality.
    Reference(Modality),
    /// Anything: a part of this modality, and every name, string and number in it is one.
    Attached(Modality),
    /// Numbers that spell text, for example the bytes of a token.
    Bytes,
    /// The model: a string, and a text part.
    Model,
    /// A switch: true, false or null.
    Flag(Flag),
    /// Refused with `two-readings`.
    Refused,
}

/// One line of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row(pub(crate) &'static str, pub(crate) Treatment);

/// Which way a body goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// To the provider.
    Request,
    /// From the provider.
    Answer,
}

impl Side {
    /// The stable name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Side::Request => "request",
            Side::Answer => "answer",
        }
    }
}

/// A field as the walker meets it.
#[derive(Debug, Default)]
pub(crate) struct Rule {
    names: Vec<(&'static str, u32)>,
    lookalikes: Vec<&'static str>,
    pub(crate) items: Option<u32>,
    pub(crate) treatment: Option<Treatment>,
}

impl Rule {
    /// The rule of a member, by its unescaped name.
    #[inline]
    pub(crate) fn member(&self, name: &str) -> Option<u32> {
        self.names.iter().find(|(known, _)| *known == name).map(|(_, rule)| *rule)
    }

    pub(crate) fn has_members(&self) -> bool {
        !self.names.is_empty() || !self.lookalikes.is_empty()
    }

    /// Whether a reader that does not mind case takes the name for one of the rule's that it is not.
    pub(crate) fn has_other_case(&self, name: &str) -> bool {
        self.names.iter().any(|(known, _)| crate::reading::same_but_for_case(name, known))
    }

    /// Whether a lenient reader could take the name for one that has a single meaning here.
    pub(crate) fn is_lookalike(&self, name: &str) -> bool {
        !self.lookalikes.is_empty() && crate::reading::folded_is(name, &self.lookalikes)
    }
}

/// A compiled table.
#[derive(Debug)]
pub(crate) struct Table {
    rules: Vec<Rule>,
    /// All rows with those of used tables in place; what coverage tells.
    pub(crate) lines: Vec<(String, Treatment)>,
}

impl Table {
    fn compile(rows: &'static [Row]) -> Table {
        let mut table = Table { rules: vec![Rule::default()], lines: Vec::new() };
        table.add(rows, "", 0);
        table
    }

    fn add(&mut self, rows: &'static [Row], prefix: &str, base: u32) {
        for Row(pattern, treatment) in rows {
            let dot = if prefix.is_empty() || pattern.is_empty() || pattern.starts_with('[') {
                ""
            } else {
                "."
            };
            let whole = format!("{prefix}{dot}{pattern}");
            let Some(at) = self.place(pattern, base) else {
                self.lines.push((whole, Treatment::Refused));
                continue;
            };
            if let Treatment::Use(more) = treatment {
                self.add(more, &whole, at);
                continue;
            }
            if let Some(rule) = self.rules.get_mut(at as usize) {
                rule.treatment = Some(*treatment);
            }
            self.lines.push((whole, *treatment));
        }
    }

    /// The rule at a pattern below `base`, made if it is new; `None` for a lookalike, which is a mark on its object.
    fn place(&mut self, pattern: &'static str, base: u32) -> Option<u32> {
        let mut at = base;
        for segment in pattern.split('.').filter(|segment| !segment.is_empty()) {
            let name = segment.trim_end_matches("[]");
            if let Some(known) = name.strip_prefix('~') {
                self.rules.get_mut(at as usize)?.lookalikes.push(known);
                return None;
            }
            if !name.is_empty() {
                at = self.step(at, Some(name));
            }
            for _ in 0..(segment.len() - name.len()) / 2 {
                at = self.step(at, None);
            }
        }
        Some(at)
    }

    fn step(&mut self, from: u32, name: Option<&'static str>) -> u32 {
        let new = self.rules.len() as u32;
        let Some(rule) = self.rules.get_mut(from as usize) else { return from };
        let known = match name {
            Some(name) => rule.member(name),
            None => rule.items,
        };
        if let Some(known) = known {
            return known;
        }
        match name {
            Some(name) => rule.names.push((name, new)),
            None => rule.items = Some(new),
        }
        self.rules.push(Rule::default());
        new
    }

    /// The rule with an index that this table gave.
    #[inline]
    pub(crate) fn rule(&self, index: u32) -> Option<&Rule> {
        self.rules.get(index as usize)
    }
}

/// The table of a body.
pub(crate) fn table(dialect: Dialect, operation: Operation, side: Side) -> &'static Table {
    match (dialect, operation, side) {
        (Dialect::OpenAiChat, Operation::Chat, Side::Request) => &OPENAI_REQUEST,
        (Dialect::OpenAiChat, Operation::Chat, Side::Answer) => &OPENAI_ANSWER,
        (Dialect::AnthropicMessages, Operation::Chat | Operation::CountTokens, Side::Request) => {
            &ANTHROPIC_REQUEST
        }
        (Dialect::AnthropicMessages, Operation::Chat | Operation::CountTokens, Side::Answer) => {
            &ANTHROPIC_ANSWER
        }
        _ => &ANYTHING,
    }
}

/// Whether a name is a word of the dialects, so that a path may show it.
pub(crate) fn is_known_name(name: &str) -> bool {
    KNOWN_NAMES.binary_search(&name).is_ok()
}

/// Whether a name or string is a word of the JSON schema language.
pub(crate) fn is_schema_word(word: &str) -> bool {
    SCHEMA_WORDS.binary_search(&word).is_ok()
}

static OPENAI_REQUEST: LazyLock<Table> = LazyLock::new(|| Table::compile(openai::REQUEST));
static OPENAI_ANSWER: LazyLock<Table> = LazyLock::new(|| Table::compile(openai::ANSWER));
static ANTHROPIC_REQUEST: LazyLock<Table> = LazyLock::new(|| Table::compile(anthropic::REQUEST));
static ANTHROPIC_ANSWER: LazyLock<Table> = LazyLock::new(|| Table::compile(anthropic::ANSWER));
static ANYTHING: LazyLock<Table> =
    LazyLock::new(|| Table::compile(&[Row("", Treatment::Free(Who::Always(Role::Unknown)))]));

static KNOWN_NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let tables: [&Table; 4] =
        [&OPENAI_REQUEST, &OPENAI_ANSWER, &ANTHROPIC_REQUEST, &ANTHROPIC_ANSWER];
    let rules = tables.iter().flat_map(|table| &table.rules);
    let mut names: Vec<&str> =
        rules.flat_map(|rule| rule.names.iter().map(|(name, _)| *name)).collect();
    names.extend(SCHEMA_WORDS);
    names.sort_unstable();
    names.dedup();
    names
});

/// Keywords and type names of JSON schema (2020-12 core and validation, with those of OpenAPI 3); sorted.
const SCHEMA_WORDS: &[&str] = &[
    "$defs",
    "$id",
    "$ref",
    "$schema",
    "additionalProperties",
    "allOf",
    "anyOf",
    "array",
    "boolean",
    "const",
    "contains",
    "default",
    "definitions",
    "dependentRequired",
    "description",
    "discriminator",
    "else",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "integer",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "null",
    "nullable",
    "number",
    "object",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "strict",
    "string",
    "then",
    "title",
    "type",
    "unevaluatedProperties",
    "uniqueItems",
    "writeOnly",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_words_are_sorted() {
        assert!(SCHEMA_WORDS.is_sorted());
    }

    #[test]
    fn no_row_stands_twice() {
        for table in [&*OPENAI_REQUEST, &OPENAI_ANSWER, &ANTHROPIC_REQUEST, &ANTHROPIC_ANSWER] {
            let mut patterns: Vec<_> = table.lines.iter().map(|line| &line.0).collect();
            let all = patterns.len();
            patterns.sort();
            patterns.dedup();
            assert_eq!(patterns.len(), all);
        }
    }
}

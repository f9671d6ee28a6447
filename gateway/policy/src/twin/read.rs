//! Tokens of a line to JSON, by the grammar.

use serde_json::{Map, Value};

use crate::grammar::{Atom, Form, Segment, Usage};
use crate::syntax::{Shape, Token, written};

/// Tokens that are left of a line, and the text that they stand in.
#[derive(Clone, Copy)]
pub(super) struct Rest<'r, 's> {
    pub(super) text: &'r str,
    pub(super) tokens: &'r [Token<'s>],
}

impl<'r, 's> Rest<'r, 's> {
    fn skip(self, count: usize) -> Rest<'r, 's> {
        Rest { tokens: self.tokens.get(count..).unwrap_or(&[]), ..self }
    }

    fn word(self) -> Option<&'s str> {
        self.tokens.first().filter(|token| token.shape == Shape::Word).map(|token| token.text)
    }

    fn is_comma(self) -> bool {
        self.tokens.first().is_some_and(|token| token.shape == Shape::Comma)
    }

    /// What is left after these words, a comma among them; none if others stand here.
    fn after(self, words: &[String]) -> Option<Rest<'r, 's>> {
        words.iter().try_fold(self, |rest, word| {
            let stands = if word == "," { rest.is_comma() } else { rest.word() == Some(word) };
            stands.then(|| rest.skip(1))
        })
    }
}

/// What the tokens say in the first form that takes them all.
pub(super) fn sentence(usage: &Usage, rest: Rest<'_, '_>) -> Option<Value> {
    usage.forms.iter().find_map(|form| {
        let mut fields = Map::new();
        let left = fields_of(form, rest, &mut fields)?;
        if !left.tokens.is_empty() {
            return None;
        }
        Some(if usage.is_sentence { Value::Object(fields) } else { bare(form, fields) })
    })
}

/// Reads the segments of a form into the fields of an object.
pub(super) fn fields_of<'r, 's>(
    form: &Form,
    mut rest: Rest<'r, 's>,
    fields: &mut Map<String, Value>,
) -> Option<Rest<'r, 's>> {
    for (number, segment) in form.segments.iter().enumerate() {
        match one(segment, form.segments.get(number + 1), rest) {
            Some((key, value, left)) => {
                fields.insert(key, value);
                rest = left;
            }
            None if segment.is_optional => {}
            None => return None,
        }
    }
    Some(rest)
}

/// A form of one segment is its value, or its words, without an object around it if nothing is lost by that.
fn bare(form: &Form, fields: Map<String, Value>) -> Value {
    let [segment] = form.segments.as_slice() else { return Value::Object(fields) };
    item(segment, fields)
}

fn item(segment: &Segment, fields: Map<String, Value>) -> Value {
    let mut entries = fields.into_iter();
    match entries.next() {
        Some((key, Value::Bool(_))) if segment.value.is_none() => key.replace('_', " ").into(),
        Some((key, value)) if segment.variants.iter().any(|variant| variant.key == key) => {
            Value::Object(Map::from_iter([(key, value)]))
        }
        Some((_, value)) => value,
        None => Value::Null,
    }
}

/// One segment: its key, its value, and what is left.
fn one<'r, 's>(
    segment: &Segment,
    next: Option<&Segment>,
    rest: Rest<'r, 's>,
) -> Option<(String, Value, Rest<'r, 's>)> {
    let spellings =
        segment.variants.iter().flat_map(|v| v.spellings.iter().map(move |words| (v, words)));
    let mut spellings: Vec<_> = spellings.collect();
    // `possible` is a level before it is the name of a class.
    spellings.sort_by_key(|(_, words)| std::cmp::Reverse(words.len()));
    spellings.into_iter().find_map(|(variant, words)| {
        let after = rest.after(words)?;
        let key = segment.key(variant);
        let Some(atom) = &segment.value else { return Some((key, true.into(), after)) };
        match value(atom, next, after) {
            Some((value, left)) => Some((key, value, left)),
            None if segment.value_is_optional => Some((key, true.into(), after)),
            None => None,
        }
    })
}

fn value<'r, 's>(
    atom: &Atom,
    next: Option<&Segment>,
    rest: Rest<'r, 's>,
) -> Option<(Value, Rest<'r, 's>)> {
    match atom {
        Atom::Word(_) => Some((rest.word()?.into(), rest.skip(1))),
        Atom::Choice(words) => {
            let word = rest.word().filter(|word| words.iter().any(|known| known == word))?;
            Some((word.into(), rest.skip(1)))
        }
        Atom::Row(atoms) => {
            let (mut said, mut left) = (Vec::new(), rest);
            for atom in atoms {
                let (one, after) = value(atom, None, left)?;
                said.push(one.as_str()?.to_owned());
                left = after;
            }
            Some((said.join(" ").into(), left))
        }
        Atom::Text => {
            let token = rest.tokens.first().filter(|token| token.shape == Shape::Text)?;
            Some((token.sentence().into(), rest.skip(1)))
        }
        Atom::Who => {
            let token = rest.tokens.first().filter(|token| token.shape != Shape::Comma)?;
            Some((token.sentence().into(), rest.skip(1)))
        }
        Atom::Free => {
            let all = match rest.tokens {
                [] => return None,
                [token] if token.shape == Shape::Text => token.sentence(),
                tokens => written(rest.text, tokens),
            };
            Some((all.into(), rest.skip(rest.tokens.len())))
        }
        Atom::Company => company(next, rest),
        Atom::List(items) => list(items, rest),
    }
}

/// Words and texts up to the first words of the next segment; commas between are not part of a name.
fn company<'r, 's>(next: Option<&Segment>, rest: Rest<'r, 's>) -> Option<(Value, Rest<'r, 's>)> {
    let ends = |rest: Rest<'_, '_>| {
        let variants = next.iter().flat_map(|segment| &segment.variants);
        variants.flat_map(|variant| &variant.spellings).any(|words| rest.after(words).is_some())
    };
    let (mut names, mut left) = (Vec::new(), rest);
    while !left.tokens.is_empty() && !ends(left) {
        if !left.is_comma() {
            names.extend(left.tokens.first().map(Token::sentence));
        }
        left = left.skip(1);
    }
    (!names.is_empty()).then(|| (names.join(" ").into(), left))
}

/// Items with commas between. A level holds for the items behind it until another one stands there.
fn list<'r, 's>(items: &[Segment], rest: Rest<'r, 's>) -> Option<(Value, Rest<'r, 's>)> {
    let (mut values, mut left, mut level) = (Vec::new(), rest, None);
    loop {
        let (segment, key, value, after) = items.iter().find_map(|segment| {
            one(segment, None, left).map(|(key, value, after)| (segment, key, value, after))
        })?;
        let has_levels = segment.variants.len() > 1;
        if has_levels && segment.variants.iter().any(|variant| variant.key == key) {
            level = Some(key.clone());
        }
        let key = level.clone().filter(|_| has_levels).unwrap_or(key);
        values.push(item(segment, Map::from_iter([(key, value)])));
        if !after.is_comma() {
            return Some((Value::Array(values), after));
        }
        left = after.skip(1);
    }
}

//! JSON to the words of a line, by the grammar.

use serde_json::{Map, Value};

use super::problem::{Problems, tell, unknown};
use crate::grammar::{Atom, Form, Segment, Usage, Variant};
use crate::syntax::{Shape, lex};

/// The words of a line in the first form that says all of it; otherwise what is wrong with the likeliest one.
pub(super) fn sentence(
    usage: &Usage,
    said: &Value,
    path: &str,
    problems: &mut Problems,
) -> Option<String> {
    let mut best: Option<(usize, Problems)> = None;
    for form in &usage.forms {
        let mut found = Vec::new();
        let (words, fit) = whole(form, usage.is_sentence, said, path, &mut found);
        if found.is_empty() {
            return words;
        }
        if best.as_ref().is_none_or(|(most, _)| fit > *most) {
            best = Some((fit, found));
        }
    }
    match best {
        Some((fit, found)) if fit > 0 => problems.extend(found),
        _ => tell(problems, path, no_form(usage, said)),
    }
    None
}

/// What is said of a value that is in no form.
fn no_form(usage: &Usage, said: &Value) -> String {
    let keys = keys(&usage.forms);
    match said {
        Value::Object(fields) => match fields.keys().next() {
            Some(key) => format!("`{key}` {}", unknown(key, &keys)),
            None => format!("says nothing; expected one of {}", keys.join(", ")),
        },
        _ if usage.is_sentence => {
            format!("expected an object with one of the keys {}", keys.join(", "))
        }
        _ => format!("expected {}", expected(usage)),
    }
}

/// All keys that begin a form.
fn keys(forms: &[Form]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for segment in forms.iter().filter_map(|form| form.segments.first()) {
        keys.extend(segment.variants.iter().map(|variant| segment.key(variant)));
    }
    keys.sort();
    keys.dedup();
    keys
}

fn expected(usage: &Usage) -> String {
    let forms = usage.forms.iter().map(|form| match form.segments.as_slice() {
        [segment] => expected_item(segment),
        _ => {
            format!("an object with the key `{}`", keys(std::slice::from_ref(form)).join("` or `"))
        }
    });
    forms.collect::<Vec<_>>().join(", or ")
}

fn expected_item(segment: &Segment) -> String {
    let named = segment.variants.iter().filter(|variant| !variant.key.is_empty());
    let named: Vec<&str> = named.map(|variant| variant.key.as_str()).collect();
    match &segment.value {
        None => format!("\"{}\"", named.join("\" or \"").replace('_', " ")),
        Some(_) if !named.is_empty() => {
            format!("an object with the key `{}`", named.join("` or `"))
        }
        Some(atom) => expected_value(atom),
    }
}

fn expected_value(atom: &Atom) -> String {
    match atom {
        Atom::Word(name) => format!("one word, a {}", name.to_lowercase()),
        Atom::Choice(words) => format!("one of {}", words.join(", ")),
        Atom::Row(atoms) => {
            atoms.iter().map(expected_value).collect::<Vec<_>>().join(", a blank and ")
        }
        Atom::Text | Atom::Free | Atom::Who | Atom::Company => "a text".to_owned(),
        Atom::List(items) => {
            let items: Vec<String> = items.iter().map(expected_item).collect();
            format!("a list; each item {}", items.join(", or "))
        }
    }
}

/// The words of one form, and how much of the value is in it.
fn whole(
    form: &Form,
    is_sentence: bool,
    said: &Value,
    path: &str,
    problems: &mut Problems,
) -> (Option<String>, usize) {
    match (form.segments.as_slice(), said) {
        ([segment], said) if !is_sentence => item(segment, said, path, problems),
        (_, Value::Object(fields)) => {
            let (words, taken) = fields_of(form, fields, path, problems);
            for key in fields.keys().filter(|key| !taken.contains(key)) {
                let known: Vec<String> = form
                    .segments
                    .iter()
                    .flat_map(|s| s.variants.iter().map(|variant| s.key(variant)))
                    .collect();
                tell(problems, &format!("{path}.{key}"), unknown(key, &known));
            }
            (words, taken.len())
        }
        _ => {
            tell(problems, path, "expected an object");
            (None, 0)
        }
    }
}

/// Takes what the segments of a form say from the fields of an object.
pub(super) fn fields_of<'f>(
    form: &Form,
    fields: &'f Map<String, Value>,
    path: &str,
    problems: &mut Problems,
) -> (Option<String>, Vec<&'f String>) {
    let (mut words, mut taken) = (Vec::new(), Vec::new());
    for segment in &form.segments {
        let found = segment.variants.iter().find_map(|variant| {
            fields.get_key_value(&segment.key(variant)).map(|(key, value)| (variant, key, value))
        });
        match found {
            Some((variant, key, value)) => {
                taken.push(key);
                words.extend(one(segment, variant, value, &format!("{path}.{key}"), problems));
            }
            None if segment.is_optional => {}
            None => {
                let keys: Vec<String> = segment.variants.iter().map(|v| segment.key(v)).collect();
                tell(problems, path, format!("lacks the key `{}`", keys.join("` or `")));
            }
        }
    }
    (problems.is_empty().then(|| words.join(" ")), taken)
}

/// A form of one segment without an object around its value.
fn item(
    segment: &Segment,
    said: &Value,
    path: &str,
    problems: &mut Problems,
) -> (Option<String>, usize) {
    let bare = segment.variants.iter().find(|variant| variant.key.is_empty());
    let named = |key: &str| segment.variants.iter().find(|variant| variant.key == key);
    match said {
        Value::String(words)
            if segment.value.is_none() && named(&words.replace(' ', "_")).is_some() =>
        {
            (Some(words.clone()), 2)
        }
        Value::Object(fields) => {
            let mut entries = fields.iter();
            match (entries.next(), entries.next()) {
                (Some((key, value)), None) if let Some(variant) = named(key) => {
                    (one(segment, variant, value, &format!("{path}.{key}"), problems), 2)
                }
                _ => {
                    tell(problems, path, format!("expected {}", expected_item(segment)));
                    (None, 0)
                }
            }
        }
        said => match (bare, &segment.value) {
            (Some(variant), Some(atom)) => {
                let alike = matches!(atom, Atom::List(_)) == said.is_array();
                (one(segment, variant, said, path, problems), usize::from(alike))
            }
            _ => {
                tell(problems, path, format!("expected {}", expected_item(segment)));
                (None, 0)
            }
        },
    }
}

fn one(
    segment: &Segment,
    variant: &Variant,
    said: &Value,
    path: &str,
    problems: &mut Problems,
) -> Option<String> {
    let lead = variant.spellings.first().map_or(String::new(), |words| words.join(" "));
    let lead = lead.replace(" ,", ",");
    match (&segment.value, said) {
        (None, Value::Bool(true)) => Some(lead),
        (Some(_), Value::Bool(true)) if segment.value_is_optional => Some(lead),
        (None, _) => {
            tell(problems, path, "expected true; leave the key out if it is not so");
            None
        }
        (Some(atom), said) => {
            let value = value(atom, said, path, problems)?;
            Some(if lead.is_empty() { value } else { format!("{lead} {value}") })
        }
    }
}

fn value(atom: &Atom, said: &Value, path: &str, problems: &mut Problems) -> Option<String> {
    if let (Atom::List(items), Value::Array(said)) = (atom, said) {
        return list(items, said, path, problems);
    }
    let written = said.as_str().and_then(|said| match atom {
        Atom::Word(_) => is_word(said).then(|| said.to_owned()),
        Atom::Choice(words) => words.iter().find(|word| *word == said).cloned(),
        Atom::Row(atoms) => row(atoms, said),
        Atom::Text => quoted(said),
        Atom::Who => {
            if is_word(said) {
                Some(said.to_owned())
            } else {
                quoted(said)
            }
        }
        Atom::Free => free(said).or_else(|| quoted(said)),
        // A comma would be dropped, and the words that follow a company end its name.
        Atom::Company if said.contains([',', '"']) || said.contains("answers") => quoted(said),
        Atom::Company => free(said),
        Atom::List(_) => None,
    });
    if written.is_none() {
        let near = match (atom, said) {
            (Atom::Choice(words), Value::String(said)) => {
                crate::nearest(said, words.iter().map(String::as_str))
            }
            _ => None,
        };
        let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        let text = match atom {
            Atom::Text | Atom::Free | Atom::Who | Atom::Company if said.is_string() => {
                "; a policy can hold it with single blanks, no quotes and nothing that cannot be seen"
            }
            _ => "",
        };
        tell(problems, path, format!("expected {}{near}{text}", expected_value(atom)));
    }
    written
}

fn list(items: &[Segment], said: &[Value], path: &str, problems: &mut Problems) -> Option<String> {
    if said.is_empty() {
        tell(problems, path, "is an empty list; name at least one, or leave the key out");
        return None;
    }
    let forms = items.iter().map(|segment| Form { segments: vec![segment.clone()] }).collect();
    let usage = Usage { forms, is_sentence: false };
    let mut words = Vec::new();
    for (number, one) in said.iter().enumerate() {
        words.extend(sentence(&usage, one, &format!("{path}[{number}]"), problems));
    }
    (words.len() == said.len()).then(|| words.join(", "))
}

/// Whether this can be an item of the list that the line is, so that it stands beside others on one line.
pub(super) fn is_list_item(usage: &Usage, said: &Value) -> bool {
    usage.forms.iter().any(|form| match form.segments.as_slice() {
        [Segment { value: Some(Atom::List(items)), .. }] => {
            list(items, std::slice::from_ref(said), "", &mut Vec::new()).is_some()
        }
        _ => false,
    })
}

/// One word for each atom, with single blanks between.
fn row(atoms: &[Atom], said: &str) -> Option<String> {
    let words: Vec<&str> = said.split(' ').collect();
    let fits = |(atom, word): (&Atom, &&str)| match atom {
        Atom::Choice(known) => known.iter().any(|known| known == word),
        _ => is_word(word),
    };
    let all = words.len() == atoms.len() && atoms.iter().zip(&words).all(fits);
    all.then(|| said.to_owned())
}

pub(super) fn is_word(said: &str) -> bool {
    let mut problems = Vec::new();
    let lexed = lex(0, said, &mut problems);
    matches!(lexed.tokens.as_slice(), [one] if one.shape == Shape::Word && one.text == said)
        && problems.is_empty()
}

pub(super) fn quoted(said: &str) -> Option<String> {
    let single = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = format!("\"{said}\"");
    let mut problems = Vec::new();
    lex(0, &text, &mut problems);
    (single == said && !said.contains('"') && problems.is_empty()).then_some(text)
}

/// A text without quotes, if it reads the same so.
fn free(said: &str) -> Option<String> {
    let mut problems = Vec::new();
    let lexed = lex(0, said, &mut problems);
    let single = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let first = lexed.tokens.first().is_some_and(|token| token.shape == Shape::Word);
    let ends = lexed.tokens.last().is_some_and(|token| token.shape != Shape::Comma);
    (single == said && first && ends && lexed.comments.is_empty() && problems.is_empty())
        .then(|| said.to_owned())
}

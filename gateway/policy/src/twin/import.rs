//! The JSON twin to policy files in canonical form.

use serde_json::{Map, Value};

use super::export::{export, is_list, sorted};
use super::problem::{Problem, Problems, tell, unknown};
use super::{VERSION, once, write};
use crate::grammar::{self, Kind, LineKind, Says};
use crate::syntax::TEST;
use crate::{Source, format};

/// Reads the JSON twin of a policy, and writes its files in canonical form.
///
/// # Errors
/// Every mistake of the document at once, each with its path, what was expected, and the nearest name.
pub fn import(text: &str) -> Result<Vec<Source>, Vec<Problem>> {
    let mut problems = Vec::new();
    let document = once::parse(text, &mut problems).map_err(|problem| vec![problem])?;
    let sources = files(&document, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let files = document.get("files").and_then(Value::as_array);
    let again = export(&sources).ok();
    for (number, file) in files.into_iter().flatten().enumerate() {
        let pointer = format!("/files/{number}/blocks");
        let read = again.as_ref().and_then(|again| again.pointer(&pointer));
        differences(file.get("blocks"), read, number, &mut problems);
    }
    if problems.is_empty() { Ok(sources) } else { Err(problems) }
}

/// What was written must be read as what was given: a name may be a word of the language where it stands.
fn differences(given: Option<&Value>, read: Option<&Value>, file: usize, problems: &mut Problems) {
    let blocks =
        |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let read = blocks(read);
    for (number, mut block) in blocks(given).into_iter().enumerate() {
        for (key, said) in block.as_object_mut().into_iter().flatten() {
            *said = sorted(key, said.take());
        }
        if read.get(number) != Some(&block) {
            let path = format!("$.files[{file}].blocks[{number}]");
            tell(
                problems,
                &path,
                "would be read as something else; a name in it is a word of the language",
            );
        }
    }
}

fn files(document: &Value, problems: &mut Problems) -> Vec<Source> {
    let Some(fields) = object(document, "$", &["version", "files"], problems) else {
        return Vec::new();
    };
    if fields.get("version") != Some(&VERSION.into()) {
        tell(
            problems,
            "$.version",
            format!("expected {VERSION}, the form that this gateway reads"),
        );
    }
    let Some(files) = fields.get("files").and_then(Value::as_array) else {
        tell(problems, "$.files", "expected a list of files");
        return Vec::new();
    };
    let mut sources: Vec<Source> = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let path = format!("$.files[{number}]");
        let Some(fields) = object(file, &path, &["path", "blocks"], problems) else { continue };
        let name = fields.get("path").and_then(Value::as_str).unwrap_or("");
        if !is_file_name(name) {
            tell(
                problems,
                &format!("{path}.path"),
                "expected the path of a .policy file inside of one folder, such as rules/health.policy",
            );
        }
        if sources.iter().any(|known| known.path == name) {
            tell(problems, &format!("{path}.path"), "is the path of another file too");
        }
        let text = blocks(fields.get("blocks"), &format!("{path}.blocks"), problems);
        let source = Source { path: name.to_owned(), text };
        let text = format(&source).unwrap_or_default();
        sources.push(Source { text, ..source });
    }
    sources
}

/// Plain names, so that nothing is written outside of the folder.
fn is_file_name(path: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.contains(|c: char| c.is_control() || "\\:".contains(c))
    };
    path.split('/').all(plain) && path.strip_suffix(".policy").is_some_and(|stem| !stem.is_empty())
}

fn object<'v>(
    value: &'v Value,
    path: &str,
    keys: &[&str],
    problems: &mut Problems,
) -> Option<&'v Map<String, Value>> {
    let Some(fields) = value.as_object() else {
        tell(problems, path, format!("expected an object with {}", keys.join(" and ")));
        return None;
    };
    let known: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    for key in fields.keys().filter(|key| !known.contains(key)) {
        tell(problems, &format!("{path}.{key}"), unknown(key, &known));
    }
    Some(fields)
}

fn blocks(blocks: Option<&Value>, path: &str, problems: &mut Problems) -> String {
    let Some(blocks) = blocks.and_then(Value::as_array) else {
        tell(problems, path, "expected a list of blocks");
        return String::new();
    };
    let mut text = String::new();
    for (number, block) in blocks.iter().enumerate() {
        text.push_str(&self::block(block, &format!("{path}[{number}]"), problems));
    }
    text
}

/// The kind whose word is a key. `zone`, `sector` and `criticality` are lines of other kinds too: such a block is of the
/// kind that has them.
fn kind_of(fields: &Map<String, Value>) -> Option<&'static Kind> {
    let named = || grammar::kinds().iter().filter(|kind| fields.contains_key(kind.word));
    let has = |kind: &Kind, word: &str| kind.lines.iter().any(|line| line.key == word);
    named().find(|kind| named().all(|other| other.word == kind.word || has(kind, other.word)))
}

/// One block.
fn block(block: &Value, path: &str, problems: &mut Problems) -> String {
    let fields = block.as_object();
    let kind = fields.and_then(kind_of);
    let (Some(fields), Some(kind)) = (fields, kind) else {
        let kinds: Vec<&str> = grammar::kinds().iter().map(|kind| kind.word).collect();
        let first = fields.and_then(|fields| fields.keys().next());
        let near = first.and_then(|key| crate::nearest(key, kinds.iter().copied()));
        let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        tell(
            problems,
            path,
            format!(
                "expected an object with its kind and name, the kind one of {}{near}",
                kinds.join(", ")
            ),
        );
        return String::new();
    };
    let mut lines = vec![head(kind, fields, path, problems)];
    if let Some(sentence) = fields.get("sentence").filter(|_| kind.word != TEST) {
        match sentence.as_str().and_then(write::quoted) {
            Some(sentence) => lines.push(format!("  {sentence}")),
            None => tell(
                problems,
                &format!("{path}.sentence"),
                "expected a text with single blanks and without quotes",
            ),
        }
    }
    for line in &kind.lines {
        if let Some(said) = fields.get(line.key) {
            self::lines(line, said, &format!("{path}.{}", line.key), &mut lines, problems);
        }
    }
    strangers(kind, fields, path, problems);
    lines.join("\n") + "\n\n"
}

fn head(kind: &Kind, fields: &Map<String, Value>, path: &str, problems: &mut Problems) -> String {
    let at = format!("{path}.{}", kind.word);
    let name = fields.get(kind.word).and_then(Value::as_str).unwrap_or("");
    let written = if kind.word == TEST {
        write::quoted(name)
    } else {
        write::is_word(name).then(|| name.to_owned())
    };
    if written.is_none() {
        let what = if kind.word == TEST { "a sentence" } else { "a name, one word" };
        tell(problems, &at, format!("expected {what}"));
    }
    let mut found = Vec::new();
    let more = kind.head.forms.first().map(|form| write::fields_of(form, fields, path, &mut found));
    problems.append(&mut found);
    let more = more.and_then(|(words, _)| words).unwrap_or_default();
    format!("{} {} {more}", kind.word, written.unwrap_or_default()).trim_end().to_owned()
}

/// The lines that one key of a block stands for.
fn lines(
    line: &LineKind,
    said: &Value,
    path: &str,
    out: &mut Vec<String>,
    problems: &mut Problems,
) {
    let usage = match &line.says {
        Says::Chain(usage) => usage,
        Says::Usage(usage) => usage,
    };
    let mut add = |key: &str, said: &Value, path: &str, problems: &mut Problems| {
        let words = write::sentence(usage, said, path, problems).unwrap_or_default();
        out.push(format!("  {key} {words}"));
    };
    if !is_list(line) {
        return add(line.key, said, path, problems);
    }
    let Some(items) = said.as_array().filter(|items| !items.is_empty()) else {
        return tell(problems, path, "expected a list with at least one item");
    };
    let is_chain = matches!(line.says, Says::Chain(_));
    let of_list = |item: &Value| !is_chain && write::is_list_item(usage, item);
    let mut at = 0;
    while let Some(item) = items.get(at) {
        let run = items.iter().skip(at).take_while(|item| of_list(item)).count();
        if run > 0 {
            let run = items.get(at..at + run).unwrap_or(&[]);
            add(line.key, &Value::Array(run.to_vec()), path, problems);
            at += run.len();
            continue;
        }
        let key = if is_chain && at > 0 { "and" } else { line.key };
        add(key, item, &format!("{path}[{at}]"), problems);
        at += 1;
    }
}

/// Keys that the block does not have.
fn strangers(kind: &Kind, fields: &Map<String, Value>, path: &str, problems: &mut Problems) {
    let of_head = kind.head.forms.iter().flat_map(|form| &form.segments);
    let of_head = of_head.flat_map(|s| s.variants.iter().map(|variant| s.key(variant)));
    let lines = kind.lines.iter().map(|line| line.key.to_owned());
    let mut known: Vec<String> = of_head.chain(lines).collect();
    known.push(kind.word.to_owned());
    if kind.word != TEST {
        known.push("sentence".to_owned());
    }
    for key in fields.keys().filter(|key| !known.contains(key)) {
        tell(problems, &format!("{path}.{key}"), unknown(key, &known));
    }
}

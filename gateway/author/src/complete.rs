//! What may stand at the caret, as the compiler says.

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, InsertTextFormat,
    TextEdit,
};
use policy::{Country, Expected, Language, block_words, expected, word_at};

use crate::desk::{Desk, Reading};

/// What may stand at a byte of a file, in place of the word there.
pub(crate) fn at(desk: &Desk, reading: &Reading, path: &str, byte: usize) -> Vec<CompletionItem> {
    let Some((number, source)) = reading.file(path) else { return Vec::new() };
    let mut span = word_at(&source.text, byte);
    span.end = span.end.min(byte.max(span.start));
    let range = reading.lines(number).range(&span);
    let opens = span.start == 0
        || source.text.get(..span.start).is_some_and(|before| before.ends_with('\n'));
    let mut items = if opens {
        blocks()
    } else {
        let found = expected(&reading.sources, &desk.catalogue(), number, span.start);
        found.iter().flat_map(|what| items(desk, reading, what)).collect()
    };
    for item in &mut items {
        let new_text = item.insert_text.take().unwrap_or_else(|| item.label.clone());
        item.text_edit = Some(CompletionTextEdit::Edit(TextEdit { range, new_text }));
    }
    items
}

fn items(desk: &Desk, reading: &Reading, what: &Expected) -> Vec<CompletionItem> {
    match what {
        Expected::Words { words, rest } => {
            let mut words = item(words, CompletionItemKind::KEYWORD, rest);
            words.sort_text = Some(format!("0{}", words.label));
            vec![words]
        }
        Expected::Day => {
            vec![item(&reading.today.to_string(), CompletionItemKind::VALUE, "today")]
        }
        Expected::Name("detector") => detectors(desk),
        Expected::Name("country") => Country::all()
            .map(|one| item(one.as_str(), CompletionItemKind::VALUE, one.name().unwrap_or("")))
            .collect(),
        Expected::Name("language") => Language::all()
            .map(|one| item(one.code(), CompletionItemKind::VALUE, one.name()))
            .collect(),
        Expected::Name(kind) => reading
            .outline
            .names(kind)
            .into_iter()
            .map(|(name, sentence)| {
                let mut known = item(&name, CompletionItemKind::REFERENCE, kind);
                known.documentation = Some(Documentation::String(sentence))
                    .filter(|text| *text != Documentation::String(String::new()));
                known
            })
            .collect(),
    }
}

/// Families first: a policy that names a family keeps up with what is added to it.
fn detectors(desk: &Desk) -> Vec<CompletionItem> {
    let mut families: Vec<&str> = desk.detectors.iter().map(|one| one.family.as_str()).collect();
    families.sort_unstable();
    families.dedup();
    let mut items: Vec<CompletionItem> = families
        .into_iter()
        .map(|family| {
            let count = desk.detectors.iter().filter(|one| one.family == family).count();
            let detail = format!("family of {count} detectors");
            let mut item = item(family, CompletionItemKind::MODULE, &detail);
            item.sort_text = Some(format!("0{family}"));
            item
        })
        .collect();
    let single = desk.detectors.iter().filter(|one| one.id != one.family);
    items.extend(single.map(|one| item(&one.id, CompletionItemKind::VALUE, &one.title)));
    items
}

fn item(label: &str, kind: CompletionItemKind, detail: &str) -> CompletionItem {
    CompletionItem {
        label: label.to_owned(),
        kind: Some(kind),
        detail: Some(detail.to_owned()).filter(|detail| !detail.is_empty()),
        ..CompletionItem::default()
    }
}

/// The words that open blocks; what has obligatory lines comes with them.
fn blocks() -> Vec<CompletionItem> {
    let block = |word: &'static str| {
        let mut item = item(word, CompletionItemKind::KEYWORD, "");
        let body = FORMS.iter().find(|(known, _)| *known == word).map(|(_, body)| *body);
        item.insert_text = Some(match body {
            Some(body) => format!("{word} {body}"),
            None => word.to_owned(),
        });
        item.insert_text_format = body.map(|_| InsertTextFormat::SNIPPET);
        item
    };
    block_words().map(block).collect()
}

/// The lines that a block must have, as a form to fill in.
pub(crate) const FORMS: [(&str, &str); 6] = [
    (
        "rule",
        "${1:name}\n  \"${2:One sentence that says what the law says.}\"\n  when   ${3:data includes nothing}\n  then   ${4:block}\n",
    ),
    (
        "exception",
        "${1:name}\n  to rule ${2:rule}\n  when   ${3:it comes from anonymous}\n  because \"${4:Why it is needed.}\"\n  owner  ${5:owner}\n  granted ${6:2026-01-01} by ${7:who}\n  until  ${8:2026-12-31}\n",
    ),
    (
        "invariant",
        "${1:name}\n  \"${2:What never happens.}\"\n  when   ${3:data includes unread}\n  then   ${4:it must never be sent}\n",
    ),
    (
        "test",
        "\"${1:What it shows}\"\n  given  ${2:data nothing}\n  and    to ${3:destination}\n  on     ${4:2026-01-01}\n  expect ${5:block}\n",
    ),
    (
        "counter",
        "${1:name}\n  \"${2:Whom it counts}\"\n  counts ${3:unclassed}\n  since  ${4:1 January}\n  bands  ${5:100000}\n",
    ),
    (
        "destination",
        "${1:name}\n  \"${2:What it is}\"\n  url      ${3:https://llm.example/v1}\n  speaks   ${4:openai-chat}\n  operator ${5:Example Ltd}, answers to ${6:US}\n  tier     ${7:market}\n",
    ),
];

//! Where a name is declared and used, and giving it another.

use std::collections::HashMap;
use std::ops::Range;

use lsp_types::{Location, PrepareRenameResponse, TextEdit, Url, WorkspaceEdit};
use policy::{Catalogue, Diagnostics, Gravity, Mention, Outline, Rulebook, Source, is_name};

use crate::desk::Reading;

/// What the word at a place stands for, and the word.
pub(crate) fn at(reading: &Reading, file: usize, byte: usize) -> Option<Mention> {
    let touches = |span: &Range<usize>| span.start <= byte && byte <= span.end;
    let mentions = reading.outline.mentions().iter();
    let mut mentions = mentions.filter(|mention| mention.file == file && touches(&mention.at));
    if let Some(mention) = mentions.next() {
        return Some(mention.clone());
    }
    let declared = reading.outline.declarations().iter();
    let mut declared = declared.filter(|known| known.file == file && touches(&known.at));
    declared.next().map(|known| Mention {
        kind: known.kind,
        name: known.name.clone(),
        file,
        at: known.at.clone(),
    })
}

/// The address of a file.
pub(crate) fn url(path: &str) -> Option<Url> {
    Url::from_file_path(path).ok()
}

fn location(reading: &Reading, file: usize, span: &Range<usize>) -> Option<Location> {
    let source = reading.sources.get(file)?;
    Some(Location::new(url(&source.path)?, reading.lines(file).range(span)))
}

/// Where it is declared; nothing for what is built in.
pub(crate) fn definition(reading: &Reading, word: &Mention) -> Option<Location> {
    let declared = reading.outline.find(word.kind, &word.name)?;
    location(reading, declared.file, &declared.at)
}

/// Everywhere it stands; its declaration too if asked for.
pub(crate) fn references(reading: &Reading, word: &Mention, declared: bool) -> Vec<Location> {
    let places = places(&reading.outline, word, declared).into_iter();
    places.filter_map(|(file, span)| location(reading, file, &span)).collect()
}

fn places(outline: &Outline, word: &Mention, declared: bool) -> Vec<(usize, Range<usize>)> {
    let declarations = outline.declarations().iter();
    let declarations = declarations
        .filter(|known| declared && known.kind == word.kind && known.name == word.name)
        .map(|known| (known.file, known.at.clone()));
    let mentions = outline.mentions().iter();
    let mentions = mentions
        .filter(|known| known.kind == word.kind && known.name == word.name)
        .map(|known| (known.file, known.at.clone()));
    declarations.chain(mentions).collect()
}

/// Whether the word can have another name, and which bytes it has now.
///
/// # Errors
/// Why it cannot.
pub(crate) fn prepare(reading: &Reading, word: &Mention) -> Result<PrepareRenameResponse, String> {
    let Mention { kind, name, .. } = word;
    if *kind == "test" {
        return Err("a test is named by its sentence; edit the sentence".to_owned());
    }
    let Some(declared) = reading.outline.find(kind, name) else {
        return Err(format!("{kind} `{name}` is not declared in this policy"));
    };
    // What a pack declares, others call by the same name.
    if definition(reading, word).is_none() {
        let file = reading.sources.get(declared.file).map_or("", |source| source.path.as_str());
        return Err(format!(
            "{kind} `{name}` is declared in a pack, {file}; its name is not yours"
        ));
    }
    let range = reading.lines(word.file).range(&word.at);
    Ok(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: name.clone() })
}

/// All places at once. What the policy says must stay the same but for the name.
///
/// # Errors
/// Why the name cannot be used, and what to do.
pub(crate) fn rename(
    reading: &Reading,
    catalogue: &Catalogue<'_>,
    word: &Mention,
    name: &str,
) -> Result<WorkspaceEdit, String> {
    prepare(reading, word)?;
    if !is_name(name) {
        return Err(format!(
            "`{name}` is no name; write one word of letters, digits, `-`, `_` and `.`"
        ));
    }
    if reading.outline.find(word.kind, name).is_some() {
        return Err(format!(
            "there is a {} `{name}` already; choose another name, or merge the two by hand",
            word.kind
        ));
    }
    let places = places(&reading.outline, word, true);
    if !keeps_meaning(reading, catalogue, word, &places, name) {
        return Err(format!("`{name}` means something else at one of the places; choose another"));
    }
    let mut changes: HashMap<Url, Vec<TextEdit>> = HashMap::new();
    for (file, span) in places {
        if let Some(place) = location(reading, file, &span) {
            let edit = TextEdit::new(place.range, name.to_owned());
            changes.entry(place.uri).or_default().push(edit);
        }
    }
    Ok(WorkspaceEdit::new(changes))
}

/// Whether the renamed policy mentions the same names at the same places, and has no mistake more.
fn keeps_meaning(
    reading: &Reading,
    catalogue: &Catalogue<'_>,
    word: &Mention,
    places: &[(usize, Range<usize>)],
    name: &str,
) -> bool {
    let mut sources: Vec<Source> = reading.sources.clone();
    let mut last_first = places.to_vec();
    last_first.sort_by_key(|(file, span)| std::cmp::Reverse((*file, span.start)));
    for (file, span) in last_first {
        if let Some(source) = sources.get_mut(file) {
            source.text.replace_range(span, name);
        }
    }
    let kinds = |outline: &Outline, own: &str| -> Vec<(usize, &'static str, Option<String>)> {
        let others = |mention: &Mention| {
            let is_it = mention.kind == word.kind && mention.name == own;
            (!is_it).then(|| mention.name.clone())
        };
        outline.mentions().iter().map(|m| (m.file, m.kind, others(m))).collect()
    };
    let after = Outline::of(&sources, catalogue);
    let errors = |found: &Diagnostics| found.errors();
    let now = Rulebook::compile(&sources, catalogue).as_ref().err().map_or(0, errors);
    let before = reading.diagnostics.iter().filter(|one| one.severity == Gravity::Error).count();
    kinds(&reading.outline, &word.name) == kinds(&after, name) && now <= before
}

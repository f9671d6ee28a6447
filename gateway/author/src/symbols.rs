//! The blocks of a file or a folder, to jump to and to fold.

use lsp_types::{
    DocumentSymbol, FoldingRange, FoldingRangeKind, Location, SymbolInformation, SymbolKind,
};
use policy::Declaration;

use crate::desk::Reading;
use crate::names::url;

/// The blocks of one file.
#[expect(deprecated, reason = "the type has an old field that must be given")]
pub(crate) fn of_file(reading: &Reading, path: &str) -> Vec<DocumentSymbol> {
    let Some((number, _)) = reading.file(path) else { return Vec::new() };
    let lines = reading.lines(number);
    let blocks = reading.outline.declarations().iter().filter(|known| known.file == number);
    let symbol = |known: &Declaration| DocumentSymbol {
        name: format!("{} {}", known.kind, known.name),
        detail: Some(known.sentence.clone()).filter(|sentence| !sentence.is_empty()),
        kind: kind(known.kind),
        tags: None,
        deprecated: None,
        range: lines.range(&known.span),
        selection_range: lines.range(&known.at),
        children: None,
    };
    blocks.map(symbol).collect()
}

/// The blocks of all files whose kind, name or sentence holds the words, in any case.
#[expect(deprecated, reason = "the type has an old field that must be given")]
pub(crate) fn matching(reading: &Reading, words: &str) -> Vec<SymbolInformation> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let matches = |known: &&Declaration| {
        let text = format!("{} {} {}", known.kind, known.name, known.sentence).to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let symbol = |known: &Declaration| {
        let uri = url(&reading.sources.get(known.file)?.path)?;
        Some(SymbolInformation {
            name: known.name.clone(),
            kind: kind(known.kind),
            tags: None,
            deprecated: None,
            location: Location::new(uri, reading.lines(known.file).range(&known.at)),
            container_name: Some(known.kind.to_owned()),
        })
    };
    reading.outline.declarations().iter().filter(matches).filter_map(symbol).collect()
}

/// Blocks that run over several lines.
pub(crate) fn folds(reading: &Reading, path: &str) -> Vec<FoldingRange> {
    let Some((number, _)) = reading.file(path) else { return Vec::new() };
    let lines = reading.lines(number);
    let blocks = reading.outline.declarations().iter().filter(|known| known.file == number);
    let ranges = blocks.map(|known| lines.range(&known.span));
    let several = ranges.filter(|range| range.end.line > range.start.line);
    let fold = |range: lsp_types::Range| FoldingRange {
        start_line: range.start.line,
        end_line: range.end.line,
        kind: Some(FoldingRangeKind::Region),
        ..FoldingRange::default()
    };
    several.map(fold).collect()
}

/// What editors draw beside it.
fn kind(block: &str) -> SymbolKind {
    match block {
        "policy" => SymbolKind::PACKAGE,
        "class" => SymbolKind::CLASS,
        "group" | "zone" => SymbolKind::NAMESPACE,
        "destination" | "pool" => SymbolKind::INTERFACE,
        "rule" => SymbolKind::FUNCTION,
        "exception" => SymbolKind::EVENT,
        "invariant" => SymbolKind::CONSTANT,
        "test" => SymbolKind::BOOLEAN,
        _ => SymbolKind::VARIABLE,
    }
}

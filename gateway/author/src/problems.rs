//! What is wrong, where, and the edit that mends it.

use std::collections::HashMap;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, DiagnosticRelatedInformation,
    DiagnosticSeverity, Location, NumberOrString, TextEdit, Url, WorkspaceEdit,
};
use policy::{Diagnostic, Gravity, Verdict};

use crate::desk::{MAX_BYTES, Reading};
use crate::names::url;
use crate::text::Lines;

const SOURCE: &str = "seawall";

/// All that is to be told of one file.
pub(crate) fn of(reading: &Reading, path: &str) -> Vec<lsp_types::Diagnostic> {
    let Some((_, source)) = reading.file(path) else { return Vec::new() };
    let lines = Lines::of(&source.text);
    let found = reading.diagnostics.iter().filter(|one| one.file == path);
    let mut told: Vec<_> = found.map(|one| tell(reading, &lines, one)).collect();
    let failed = reading.tests.iter().filter(|test| !test.passed && test.file == path);
    told.extend(failed.map(|test| {
        let declared = reading.outline.find("test", &test.name);
        let range = declared.map_or_else(Default::default, |known| lines.range(&known.at));
        let failures = test.failures.join("\n");
        note(range, DiagnosticSeverity::ERROR, format!("this test fails\n{failures}"))
    }));
    told
}

/// What is told of a file that is not read because of its size.
pub(crate) fn oversized() -> lsp_types::Diagnostic {
    let mebibytes = MAX_BYTES >> 20;
    let message = format!(
        "this file has more than {mebibytes} MiB, so nothing is said about it; divide it, or use `seawall rules check`"
    );
    note(lsp_types::Range::default(), DiagnosticSeverity::WARNING, message)
}

/// What is told of a file that belongs to no policy folder.
pub(crate) fn stray() -> lsp_types::Diagnostic {
    let message = "this file is in no policy folder that is open, so nothing is said about it; open its folder";
    note(lsp_types::Range::default(), DiagnosticSeverity::INFORMATION, message.to_owned())
}

fn note(
    range: lsp_types::Range,
    severity: DiagnosticSeverity,
    message: String,
) -> lsp_types::Diagnostic {
    let mut told = lsp_types::Diagnostic::new_simple(range, message);
    told.severity = Some(severity);
    told.source = Some(SOURCE.to_owned());
    told
}

fn tell(reading: &Reading, lines: &Lines<'_>, found: &Diagnostic) -> lsp_types::Diagnostic {
    let severity = match found.severity {
        Gravity::Error => DiagnosticSeverity::ERROR,
        Gravity::Warning => DiagnosticSeverity::WARNING,
    };
    let parts = [Some(found.message.as_str()), Some(found.label.as_str()), found.help.as_deref()];
    let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let mut told = note(lines.range(&found.span), severity, parts.join("\n"));
    told.code = Some(NumberOrString::String(found.code.to_owned()));
    told.related_information = found.related.as_ref().and_then(|related| {
        let (number, source) = reading.file(&related.file)?;
        let location =
            Location::new(url(&source.path)?, reading.lines(number).range(&related.span()));
        Some(vec![DiagnosticRelatedInformation { location, message: related.label.clone() }])
    });
    told
}

/// The file in its one form, as an edit of all of it; nothing while it cannot be read, for then its form is not known.
pub(crate) fn formatted(reading: &Reading, path: &str) -> Option<Vec<TextEdit>> {
    let (_, source) = reading.file(path)?;
    let text = policy::format(source).ok()?;
    if text == source.text {
        return Some(Vec::new());
    }
    Some(vec![TextEdit::new(Lines::of(&source.text).range(&(0..source.text.len())), text)])
}

/// The mends of what is wrong in a range of a file.
pub(crate) fn mends(
    reading: &Reading,
    path: &str,
    range: lsp_types::Range,
) -> Vec<CodeActionOrCommand> {
    let Some((number, source)) = reading.file(path) else { return Vec::new() };
    let (lines, Some(uri)) = (Lines::of(&source.text), url(path)) else { return Vec::new() };
    let asked = lines.span(range);
    let near = reading.diagnostics.iter().filter(|one| {
        one.file == path && one.span.start <= asked.end && asked.start <= one.span.end
    });
    let mut mends = Vec::new();
    for found in near {
        let told = tell(reading, &lines, found);
        if let Some(patch) = &found.patch {
            let edit = TextEdit::new(lines.range(&patch.span), patch.with.clone());
            let title = title(source.text.get(patch.span.clone()).unwrap_or(""), &patch.with);
            mends.push(mend(title, uri.clone(), edit, told.clone()));
        }
        let names = reading.outline.of_kind("invariant");
        let mut here = names.filter(|known| known.file == number && known.at == found.span);
        if found.code == "P050"
            && let Some(test) = here.next().and_then(|known| counterexample(reading, &known.name))
        {
            let end = lines.position(source.text.len());
            let edit = TextEdit::new(lsp_types::Range::new(end, end), format!("\n{test}\n"));
            mends.push(mend(
                "add the counterexample as a test".to_owned(),
                uri.clone(),
                edit,
                told,
            ));
        }
    }
    mends
}

fn counterexample<'r>(reading: &'r Reading, invariant: &str) -> Option<&'r str> {
    let proof = reading.proofs.iter().flatten().find(|proof| proof.invariant == invariant)?;
    match &proof.verdict {
        Verdict::Violated { test, .. } => Some(test),
        _ => None,
    }
}

fn title(before: &str, after: &str) -> String {
    match (before.trim(), after.trim()) {
        (before, "") => format!("remove `{before}`"),
        ("", after) => format!("insert `{after}`"),
        (before, after) => format!("write `{after}` for `{before}`"),
    }
}

fn mend(
    title: String,
    uri: Url,
    edit: TextEdit,
    told: lsp_types::Diagnostic,
) -> CodeActionOrCommand {
    let changes = HashMap::from([(uri, vec![edit])]);
    CodeActionOrCommand::CodeAction(CodeAction {
        title,
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![told]),
        edit: Some(WorkspaceEdit::new(changes)),
        is_preferred: Some(true),
        ..CodeAction::default()
    })
}

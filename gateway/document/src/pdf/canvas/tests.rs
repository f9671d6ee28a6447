//! What one operator may add is bounded, whatever fonts and resources make of it.

use crate::limits::Limits;
use crate::reading::Reading;

use super::super::file::File;
use super::super::lexer::Lexer;
use super::super::object::Object;
use super::{Canvas, Shared};

/// What may be told in all, and what one glyph or one string may add beyond it.
const BOUND: usize = 16 << 10;
const GLYPH: usize = 64;

/// The lengths of what a content shows, draws and says, with a font each of whose codes has sixteen characters.
fn lengths(content: &[u8], properties: &str) -> [usize; 3] {
    let map = format!(
        "1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <00> <ff> <{}> endbfrange",
        "0416".repeat(16)
    );
    let file = format!(
        "%PDF-1.7\n1 0 obj\n<< /Subtype /Type1 /Encoding /WinAnsiEncoding /ToUnicode 2 0 R >>\nendobj\n\
        2 0 obj\n<< /Length {} >>\nstream\n{map}\nendstream\nendobj\n",
        map.len()
    );
    let resources = format!("<< /Font << /F1 1 0 R >> /Properties << /P << {properties} >> >> >>");
    let Some(Object::Dict(resources)) = Lexer::of_file(resources.as_bytes(), 0).next() else {
        unreachable!("a dictionary")
    };
    let limits = Limits { text_bytes: BOUND, ..Limits::default() };
    let mut reading = Reading::new(&limits);
    let file = File::index(&mut reading, file.as_bytes());
    let mut shared = Shared::default();
    let mut canvas = Canvas::new(&mut reading, &file, &mut shared);
    canvas.run(content, &resources, 0);
    let shown = canvas.shown;
    [shown.text.len(), shown.drawn.len(), shown.spoken.len()]
}

#[test]
fn one_operator_shows_no_more_than_may_be_told() {
    let text = "A".repeat(100_000);
    let many = "(AAAA)".repeat(25_000);
    for content in [
        format!("/F1 9 Tf ({text}) Tj"),
        format!("/F1 9 Tf ({text}) '"),
        format!("/F1 9 Tf 0 0 ({text}) \""),
        format!("/F1 9 Tf [{many}] TJ"),
    ] {
        let [out, drawn, _] = lengths(content.as_bytes(), "");
        assert!(out > BOUND && out <= BOUND + GLYPH, "shown: {out}");
        assert!(drawn <= BOUND + GLYPH, "drawn: {drawn}");
    }
    let [out, ..] = lengths(b"/F1 9 Tf (AA) Tj [(A) 1 (A)] TJ", "");
    assert_eq!(out, 4 * 32);
}

#[test]
fn a_property_that_is_named_often_is_said_no_more_than_may_be_told() {
    let long = "a".repeat(1_000);
    let content = "/Span /P BDC EMC ".repeat(2_000);
    let [.., spoken] = lengths(content.as_bytes(), &format!("/ActualText ({long})"));
    assert!(spoken > BOUND && spoken <= BOUND + 1_001, "said: {spoken}");
}

//! RTF: what replaces characters for old readers, and the character sets of fonts.

use super::*;

/// The text of the body.
fn body(inside: &str) -> (String, Document) {
    let document = open("", format!("{{\\rtf1\\ansi {inside}}}").as_bytes());
    let body = document.texts.iter().find(|piece| piece.label.is_empty());
    (body.map(|piece| piece.text.trim().to_owned()).unwrap_or_default(), document)
}

#[test]
fn what_replaces_a_character_ends_with_its_group() {
    for inside in [
        "{\\u106}ohn",
        "\\u106?ohn",
        "\\u106\\'3fohn",
        "{\\b\\u106}{\\b ohn}",
        "\\uc2{\\u106 ?}ohn",
        "\\uc0\\u106 ohn",
        "{\\uc0\\u106\\b ohn}",
    ] {
        let (text, document) = body(inside);
        assert_eq!(text, "john", "{inside}");
        assert!(document.unread.is_empty(), "{inside}: {:?}", unread(&document));
    }
    // Some readers look for it within groups and behind control words, and others do not.
    for (inside, expect) in [
        ("\\u106{ohn}", "john"),
        ("\\u106\\b ohn", "john"),
        ("\\u106\\-ohn", "john"),
        ("\\u106\\u111?hn", "john"),
    ] {
        let (text, document) = body(inside);
        assert_eq!(text, expect, "{inside}");
        misses(&document, "replaced characters", Why::Broken);
    }
}

#[test]
fn text_without_a_font_is_of_the_default_font() {
    let fonts = "{\\fonttbl{\\f0\\fcharset204 A;}{\\f1\\fcharset0 B;}{\\f2 C;}}";
    for (inside, expect) in [
        ("\\deff0 FONTS\\'cf\\'f0\\'e8", "При"),
        ("\\ansicpg1252\\deff0 FONTS\\'cf\\'f0\\'e8", "При"),
        ("\\deff0 FONTS{\\f1 Gr\\'f6\\'dfe}\\'cf", "GrößeП"),
        ("\\deff0 FONTS\\f1 Gr\\'f6\\'dfe \\plain\\'cf", "Größe П"),
        ("\\ansicpg1251\\deff2 FONTS\\'cf\\'f0\\'e8", "При"),
        ("\\ansicpg1250\\deff1 FONTS\\f2\\'b3", "ł"),
        ("\\deff1 FONTS\\'cf", "Ï"),
        ("FONTS\\'cf", "Ï"),
    ] {
        let (text, document) = body(&inside.replace("FONTS", fonts));
        assert_eq!(text, expect, "{inside}");
        assert!(document.unread.is_empty(), "{inside}: {:?}", unread(&document));
    }
}

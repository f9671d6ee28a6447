//! Plain text and JSON source as characters.

use super::*;

fn check(text: &str, target: Target, last: bool, expect: &str, then: Result<(), Cut>) {
    let source = Source { text, target, last };
    let (mut at, mut read) = (0, String::new());
    let end = loop {
        match source.next(at) {
            Ok(Some((c, next))) => {
                assert!(next > at && text.is_char_boundary(next));
                read.push(c);
                at = next;
            }
            Ok(None) => break Ok(()),
            Err(cut) => break Err(cut),
        }
    };
    assert_eq!((read.as_str(), end), (expect, then), "{text}");
}

#[test]
fn plain_text_is_itself() {
    check("a\\n【é🦀", Target::Plain, true, "a\\n【é🦀", Ok(()));
    check("a\\", Target::Plain, false, "a\\", Err(Cut));
}

#[test]
fn json_is_read_through() {
    check(r#"a\n\"\\\/\u0041\u3010é"#, Target::JsonString, true, "a\n\"\\/A【é", Ok(()));
    check(r"\ud83e\udd80", Target::JsonString, true, "\u{fffd}\u{fffd}", Ok(()));
    check(r"\x\u12g4\é", Target::JsonString, true, "\u{fffd}x\u{fffd}12g4\u{fffd}é", Ok(()));
    for cut in ["\\", "\\u", "\\u1", "\\u12f"] {
        check(cut, Target::JsonString, false, "", Err(Cut));
    }
    check("\\u1", Target::JsonString, true, "\u{fffd}1", Ok(()));
    check("\\", Target::JsonString, true, "\u{fffd}", Ok(()));
    check("\\u1x", Target::JsonString, false, "\u{fffd}1x", Err(Cut));
}

#[test]
fn values_are_escaped_for_json() {
    let value = "a\"b\\c\nd\te\u{1}é🦀\u{7f}";
    let mut out = String::from("\"");
    put(value, 1, &mut out);
    out.push('"');
    assert_eq!(serde_json::from_str::<String>(&out).ok().as_deref(), Some(value));
    let mut plain = String::new();
    put(value, 0, &mut plain);
    assert_eq!(plain, value);
}

//! Accepts what RFC 8259 defines, refuses the rest at the right byte.

use super::*;
use proptest::prelude::*;

const STRICT: Strictness = Strictness { depth: 8, lone_surrogates: false, nodes: 1 << 20 };

fn faults(text: &str) -> Option<(Code, usize)> {
    read(text, STRICT, &mut Vec::new()).err().map(|fault| (fault.code, fault.at))
}

fn accepts(text: &str) {
    assert_eq!(faults(text), None, "{text}");
}

fn refuses(text: &str, code: Code, at: usize) {
    assert_eq!(faults(text), Some((code, at)), "{text}");
}

#[test]
fn accepts_the_grammar() {
    for text in [
        "{}",
        "[]",
        " [ ] ",
        "\"\"",
        "0",
        "-0.5e+10",
        "1E9",
        "true",
        "false",
        "null",
        r#"{"a":[1,{"b":"\u00e9\ud83d\ude00\/"}],"c":null}"#,
        "\r\n\t{ \"a\" : 1 , \"b\" : [ 2 ] }\n",
        "\"é😀\u{7f}\u{2028}\"",
        "[[[[[[[[]]]]]]]]",
    ] {
        accepts(text);
    }
}

#[test]
fn refuses_what_is_no_json() {
    use Code::*;
    for (text, code, at) in [
        ("", NotJson, 0),
        ("   ", NotJson, 3),
        ("{", NotJson, 1),
        ("[1,]", NotJson, 3),
        ("{\"a\":1,}", NotJson, 7),
        ("{a:1}", NotJson, 1),
        ("{'a':1}", NotJson, 1),
        ("[1 2]", NotJson, 3),
        ("{\"a\" 1}", NotJson, 5),
        ("\"abc", NotJson, 4),
        ("tru", NotJson, 0),
        ("nan", NotJson, 0),
        ("[1] // x", TrailingData, 4),
        ("{}{}", TrailingData, 2),
        ("{}\0", TrailingData, 2),
        ("\0", NotJson, 0),
        ("truex", TrailingData, 4),
        ("\u{feff}{}", ByteOrderMark, 0),
        ("\"a\nb\"", ControlCharacter, 2),
        ("\"a\0b\"", ControlCharacter, 2),
        (r#""\x""#, BadEscape, 1),
        (r#""\u12g4""#, BadEscape, 1),
        (r#""\ud83d""#, LoneSurrogate, 1),
        (r#""a\ude00""#, LoneSurrogate, 2),
        (r#""\ud83d\ud83d""#, LoneSurrogate, 1),
        ("01", BadNumber, 1),
        ("-", BadNumber, 1),
        ("1.", BadNumber, 2),
        ("1.e5", BadNumber, 2),
        ("1e", BadNumber, 2),
        ("0x10", BadNumber, 1),
        ("1_000", BadNumber, 1),
        ("[[[[[[[[[]]]]]]]]]", TooDeep, 8),
    ] {
        refuses(text, code, at);
    }
}

#[test]
fn refuses_a_name_twice_however_it_is_spelled() {
    refuses(r#"{"a":1,"b":2,"a":3}"#, Code::DuplicateKey, 14);
    refuses(r#"{"a":1,"\u0061":3}"#, Code::DuplicateKey, 8);
    refuses(r#"[{"x":{"é":1,"\u00e9":2}}]"#, Code::DuplicateKey, 15);
    accepts(r#"{"a":{"a":{"a":1}},"A":2}"#);
    let many: Vec<String> = (0..100).map(|n| format!("\"k{n}\":[{{}},{n}]")).collect();
    accepts(&format!("{{{}}}", many.join(",")));
    let repeated = format!("{{{},\"k\\u0033\":1,\"k3\":2}}", many.join(","));
    refuses(&repeated, Code::DuplicateKey, repeated.find("k\\u0033").unwrap());
}

#[test]
fn many_names_are_not_quadratic() {
    let names: Vec<String> = (0..200_000).map(|n| format!("\"{n:020}\":0")).collect();
    accepts(&format!("{{{}}}", names.join(",")));
}

#[test]
fn the_tape_is_bounded() {
    let bounded = Strictness { nodes: 4, ..STRICT };
    let fault = read("[1,2,3,4]", bounded, &mut Vec::new()).unwrap_err();
    assert_eq!((fault.code, fault.at), (Code::TooManyParts, 7));
}

#[test]
fn lone_surrogates_pass_only_where_they_may() {
    let lenient = Strictness { lone_surrogates: true, ..STRICT };
    assert!(read(r#""\ud83d""#, lenient, &mut Vec::new()).is_ok());
}

#[test]
fn nodes_have_the_bytes_of_their_values() {
    let text = r#"{"a": [1, "x\n"], "b": true}"#;
    let mut nodes = Vec::new();
    read(text, STRICT, &mut nodes).unwrap();
    let shown: Vec<_> =
        nodes.iter().map(|n| (n.kind, &text[n.range()], n.next, n.escaped)).collect();
    assert_eq!(
        shown,
        [
            (Kind::Object, text, 7, false),
            (Kind::Name, "a", 2, false),
            (Kind::Array, r#"[1, "x\n"]"#, 5, false),
            (Kind::Number, "1", 4, false),
            (Kind::String, r"x\n", 5, true),
            (Kind::Name, "b", 6, false),
            (Kind::Literal, "true", 7, false),
        ]
    );
}

/// Any JSON value that serde_json can write.
fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 60, 12, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..12).prop_map(Into::into),
            prop::collection::btree_map(any::<String>(), inner, 0..14)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn accepts_what_another_writer_writes(value in value()) {
        prop_assert_eq!(faults(&serde_json::to_string(&value).unwrap()), None);
        prop_assert_eq!(faults(&serde_json::to_string_pretty(&value).unwrap()), None);
    }

    #[test]
    fn accepts_nothing_that_another_reader_refuses(text in "[\\[\\]{}:,\"\\\\ua0-9.eE+\\- tfn]{0,24}") {
        if faults(&text).is_none() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
        }
    }
}

//! Edits: only what they name changes, through any number of layers.

use proptest::prelude::*;

use super::*;
use crate::EditProblem;

#[test]
fn an_edit_changes_only_its_bytes() {
    let body = " {\"messages\" : [ {\"role\":\"user\",\"content\":\"a\\u00e9 \\/SECRET\\\\ \\ud83d\\ude00z\",\"k\":1.50}]}\n";
    let request = parse(CHAT, body).unwrap();
    assert_eq!(replaced(&request, "absent", ""), body);
    let wanted = body.replace("SECRET", "[X\\\"\\n]");
    assert_eq!(replaced(&request, "SECRET", "[X\"\n]"), wanted);
    assert_eq!(replaced(&request, "é", "e"), body.replace("\\u00e9", "e"));
    assert_eq!(replaced(&request, "😀", "e"), body.replace("\\ud83d\\ude00", "e"));
    assert_eq!(replaced(&request, "1.50", "x"), body.replace("1.50", "\"x\""));
}

#[test]
fn edits_of_the_head_are_encoded() {
    let headers = [("x-a".to_owned(), "Ann and Ann".to_owned())];
    let head = Head {
        method: "GET",
        path: "/v1/models/x%41nn",
        query: Some("q=%41nn+Ann&Ann=1"),
        headers: &headers,
    };
    let request = Request::parse(
        Dialect::OpenAiChat,
        Operation::ListModels,
        &head,
        Bytes::new(),
        &Limits::default(),
    )
    .unwrap();
    let mut edits = Vec::new();
    for (part, found) in request.parts().iter().enumerate() {
        let text = request.text(found);
        edits.extend(text.match_indices("Ann").map(|(at, _)| Edit {
            part,
            span: (at, at + 3),
            with: "a/é",
        }));
    }
    let spliced = request.splice(&edits).unwrap();
    assert_eq!(spliced.path, "/v1/models/xa%2F%C3%A9");
    assert_eq!(spliced.query.as_deref(), Some("q=a%2F%C3%A9+a%2F%C3%A9&a%2F%C3%A9=1"));
    assert_eq!(spliced.headers[0].1, "a/é and a/é");
    let last = request.parts().len() - 1;
    let problem =
        request.splice(&[Edit { part: last, span: (0, 1), with: "a\r\nb: c" }]).unwrap_err();
    assert_eq!(problem.code(), "not-a-header-value");
}

#[test]
fn edits_that_cannot_be_are_refused() {
    let request = parse(CHAT, r#"{"user":"aéb","messages":[{"content":[{"image_url":{"url":"data:image/png;base64,AA"}}]}]}"#).unwrap();
    let splice = |edits: &[(usize, usize, usize)]| {
        let edits: Vec<_> = edits
            .iter()
            .map(|&(part, start, end)| Edit { part, span: (start, end), with: "x" })
            .collect();
        request
            .splice(&edits)
            .map(|spliced| spliced.body)
            .map_err(|problem: EditProblem| problem.code())
    };
    assert_eq!(splice(&[(9, 0, 0)]), Err("no-such-part"));
    assert_eq!(splice(&[(1, 0, 0)]), Err("not-text"));
    assert_eq!(splice(&[(0, 0, 5)]), Err("out-of-bounds"));
    assert_eq!(splice(&[(0, 2, 1)]), Err("out-of-bounds"));
    assert_eq!(splice(&[(0, 0, 2)]), Err("not-a-boundary"));
    assert_eq!(splice(&[(0, 1, 4), (0, 0, 3)]), Err("overlapping"));
    assert!(
        splice(&[(0, 3, 4), (0, 0, 1), (0, 1, 1)])
            .unwrap()
            .starts_with(b"{\"user\":\"xx\xc3\xa9x\"")
    );
}

/// Puts a text into `layers` nested JSON texts as tool arguments, with every character spelled as `spell` wants.
fn nested(text: &str, layers: usize, spell: &[u8]) -> String {
    let mut value = text.to_owned();
    for layer in 0..layers {
        value = format!("{{\"k{layer}\":\"{}\",\"n\":1}}", spelled(&value, spell, layer));
    }
    let arguments = spelled(&value, spell, 9);
    format!(
        "{{\"messages\":[{{\"role\":\"assistant\",\"tool_calls\":[{{\"function\":{{\"arguments\":\"{arguments}\"}}}}]}}],\"z\" : 0}}"
    )
}

fn spelled(text: &str, spell: &[u8], salt: usize) -> String {
    let mut out = String::new();
    for (at, char) in text.chars().enumerate() {
        let mut units = [0; 2];
        match spell[(at * 7 + salt) % spell.len()] % 4 {
            0 => out
                .extend(char.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}"))),
            1 if char == '/' => out.push_str("\\/"),
            _ => out.push_str(&crate::escape::escaped(&char.to_string())),
        }
    }
    out
}

/// The innermost string, found by an independent reader.
fn innermost(body: &[u8], layers: usize) -> String {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    let mut text =
        body["messages"][0]["tool_calls"][0]["function"]["arguments"].as_str().unwrap().to_owned();
    for layer in (0..layers).rev() {
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["n"], 1);
        text = value[format!("k{layer}")].as_str().unwrap().to_owned();
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn edits_inside_layers_come_out_as_if_made_inside(
        text in "x[a-z\"\\\\/\n\t\u{1}é€😀𝄞]{0,30}", layers in 1..4usize, spell in prop::collection::vec(any::<u8>(), 1..9),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6), with in "[a\"\\\\\n\u{2}é😀\\]]{0,6}",
    ) {
        let body = nested(&text, layers, &spell);
        let request = parse(CHAT, &body).unwrap();
        prop_assert_eq!(request.splice(&[]).unwrap().body, body.as_bytes());
        let part = request.parts().iter().position(|part| request.text(part) == text).unwrap();
        let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| boundaries[cut.index(boundaries.len())]).collect();
        cuts.sort_unstable();
        let edits: Vec<Edit<'_>> = cuts.chunks_exact(2).map(|pair| Edit { part, span: (pair[0], pair[1]), with: &with }).collect();
        let mut wanted = text.clone();
        for edit in edits.iter().rev() {
            wanted.replace_range(edit.span.0..edit.span.1, &with);
        }
        let spliced = request.splice(&edits).unwrap().body;
        prop_assert_eq!(innermost(&spliced, layers), wanted);
        let tail = b"\"z\" : 0}";
        prop_assert!(spliced.ends_with(tail), "the tail changed");
    }
}

#[test]
fn very_many_siblings_are_not_quadratic() {
    let fields: String = (0..40_000).map(|n| format!("\"{n}\":0,")).collect();
    let items = vec![r#"{"image_url":"u"}"#; 40_000].join(",");
    let body = format!("{{\"messages\":[{{{fields}\"content\":[{items}]}}]}}");
    assert_eq!(parse(CHAT, &body).unwrap().parts().len(), 4 * 40_000);
}

#[test]
fn very_many_edits_are_not_quadratic() {
    let inner = format!("{{\"t\":\"{}\"}}", "\\n SECRET".repeat(60_000));
    let list: String = (0..40_000).map(|n| format!(",\"SECRET{n}\":\"\\n\"")).collect();
    let arguments = crate::escape::escaped(&inner.replace("\"}", &format!("\"{list}}}")));
    let body = format!(
        "{{\"messages\":[{{\"tool_calls\":[{{\"function\":{{\"arguments\":\"{arguments}\"}}}}]}}]}}"
    );
    let request = parse(CHAT, &body).unwrap();
    assert_eq!(replaced(&request, "SECRET", "gone"), body.replace("SECRET", "gone"));
}

#[test]
fn edits_of_both_readings_are_made_once() {
    let body = r#"{"user":"ann@x.at and \\u0061nn@x.at and b\\u00e9 ann@x.at"}"#;
    let request = parse(CHAT, body).unwrap();
    assert_eq!(replaced(&request, "ann@x.at", "[M]"), r#"{"user":"[M] and [M] and b\\u00e9 [M]"}"#);
    // Found in the one as more than in the other: all of it goes.
    let edits =
        [Edit { part: 0, span: (0, 4), with: "[A]" }, Edit { part: 1, span: (2, 8), with: "[B]" }];
    let spliced = request.splice(&edits).unwrap();
    assert_eq!(spliced.body, r#"{"user":"[A] and \\u0061nn@x.at and b\\u00e9 ann@x.at"}"#);
    let head = Head { query: Some("q=ann%2Ba+b@x.at"), ..BARE };
    let (dialect, operation) = CHAT;
    let limits = Limits::default();
    let request = Request::parse(dialect, operation, &head, "{}".into(), &limits).unwrap();
    let texts: Vec<_> = request.parts().iter().map(|part| request.text(part)).collect();
    assert_eq!(texts, ["q", "ann+a b@x.at", "ann+a+b@x.at"]);
    let edits = [
        Edit { part: 1, span: (6, 12), with: "[B]" },
        Edit { part: 2, span: (0, 12), with: "[A]" },
    ];
    assert_eq!(request.splice(&edits).unwrap().query.as_deref(), Some("q=%5BA%5D"));
}

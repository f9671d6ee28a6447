//! Where a place is in JSON, and where a value put there would end.

use proptest::prelude::*;

use super::*;

fn check_from(start: Nest, source: &str, layers: u8) {
    let mut whole = start;
    whole.pass(source);
    assert_eq!(whole.layers(), layers, "{source}");
    let mut cut = start;
    source.split_inclusive(|_: char| true).for_each(|piece| cut.pass(piece));
    assert_eq!(cut, whole);
}

fn check(source: &str, layers: u8) {
    check_from(Nest::json(), source, layers);
    // The same as the text of a message. Only where no string is around it is text again.
    check_from(Nest::text(), source, layers);
}

#[test]
fn a_string_is_one_layer() {
    check(r#"{"to": ""#, 1);
    check(r#"{"to": "Dear \"friend\" "#, 1);
    check(r#"{"a": "b", "c": ""#, 1);
    check(r#"{"path": "C:\\", "c": ""#, 1);
}

#[test]
fn json_in_a_string_is_one_more() {
    check(r#"{"nested": "{\"about\": \""#, 2);
    check(r#"{"nested": "[\""#, 2);
    check(r#"{"nested": "{\"deeper\": \"{\\\"about\\\": \\\""#, 3);
}

#[test]
fn after_it_ends_it_counts_no_more() {
    check(r#"{"nested": "{\"about\": \"x\"}", "to": ""#, 1);
    check(r#"{"nested": "{\"a\": \"{\\\"b\\\": 1}\"}", "to": ""#, 1);
    check(r#"{"empty": "", "also": "{}", "to": ""#, 1);
}

#[test]
fn what_only_begins_like_json_is_text() {
    check(r#"{"note": "[see \""#, 1);
    check(r#"{"note": "{name}, \""#, 1);
    let mut token = Nest::json();
    token.pass(r#"{"to": ""#);
    token.pass_token();
    token.pass(r#" said \""#);
    assert_eq!(token.layers(), 1);
}

#[test]
fn text_that_is_json_is_escaped_and_other_text_is_not() {
    let check = |source: &str, layers| check_from(Nest::text(), source, layers);
    check("Dear ", 0);
    check("He said \"", 0);
    check("", 0);
    check("{\"title\": \"", 1);
    check(" \n[{\"title\": \"", 1);
    check("[1] He said \"", 0);
    check("[]: \"", 0);
    check("{} \"", 0);
    check("[see](that) \"", 0);
    check("{\"a\": 1}\n{\"b\": \"", 1);
    check("{\"n\": ", 1);
}

#[test]
fn brackets_that_are_closed_are_followed_by_text() {
    let check = |source: &str, layers| check_from(Nest::json(), source, layers);
    check(r#"{"note":"[1] He said \""#, 1);
    check(r#"{"q":"{} \""#, 1);
    check(r#"{"q":"[]: \""#, 1);
    check(r#"{"q":"[\n  \""#, 2);
    check(r#"{"q":"\n{\n \"a\": \""#, 2);
    check(r#"{"q":"{\"a\": 1}\n", "to": ""#, 1);
    check(r#"{"q":"[1]", "to": ""#, 1);
}

#[test]
fn it_is_complete_when_its_brackets_are_closed() {
    let check = |source: &str, expect| {
        let mut nest = Nest::json();
        nest.pass(source);
        assert_eq!(nest.is_complete(), expect, "{source}");
    };
    check("", false);
    check(r#"{"a": "}"#, false);
    check(r#"{"a": "}\"{}"}"#, true);
    check(r#"{"a": "[1]"#, false);
    check("[[1], {}] ", true);
    check("{}{", false);
}

/// As the text of a message.
fn text(source: &str, layers: u8) {
    check_from(Nest::text(), source, layers);
}

#[test]
fn json_begins_behind_text() {
    text("Here:\n```json\n{\"a\": \"", 1);
    text("Here:\n```json\n{\n  \"a\": \"", 1);
    text("Result: {\"a\": \"", 1);
    text("Result: { \"a\" : [1, \"", 1);
    text("- {\"a\":\"", 1);
    text("\u{feff}{\"a\":\"", 1);
    text("\u{feff}[\"", 1);
    text("<think>x</think>{\"a\":\"", 1);
    text("[see] {\"a\":\"", 1);
    text("rows: [[\"", 1);
    text("rows: [ {\"a\":\"", 1);
    text("rows: [1, -2.5, \"", 1);
    text("[1] {\"a\":\"", 1);
    text("{[\"", 1);
    text("See {\"a\": \"{\\\"b\\\": \\\"", 2);
    text("{\"a\": \"b\"} and then {\"c\": \"", 1);
}

#[test]
fn json_begins_behind_text_in_a_string() {
    let json = |source: &str, layers| check_from(Nest::json(), source, layers);
    json(r#"{"a":"```json\n{\"b\":\""#, 2);
    json(r#"{"a":"```json\n{\n\t\"b\":\""#, 2);
    json(r#"{"a":"x {\"b\":\"y\"} z", "c": ""#, 1);
    json(r#"{"a":"x {\"b\":\"y\"} z \""#, 1);
    json(r#"{"a":"an open {\"b", "c": ""#, 1);
    json(r#"{"a":"an open {\"b\":\"", "c": ""#, 1);
    json(r#"{"a":"see {b\", {", "c": ""#, 1);
    json(r#"{"a":"C:\\", "c": "{\"b\":\""#, 2);
    json(r#"{"a":"C:\\"} "#, 1);
}

#[test]
fn tool_arguments_are_json_whatever_they_hold() {
    let json = |source: &str| check_from(Nest::json(), source, 1);
    json("");
    json("\"");
    json("\"a\" \"");
    json("{a:\"");
    json("{'a':");
    json("{\"a\" \"b\" and \"");
    json("{\"a\":\"\n\n");
    json("{} \"");
}

#[test]
fn prose_with_brackets_and_marks_is_text() {
    text("He said \"{name}\" and \"", 0);
    text("See [1] and [2, 3]: \"", 0);
    text("[link](http://x) \"", 0);
    text("Use {\"so\"} or [\"so\"]. \"", 0);
    text("Use {\"so\" he said, \"", 0);
    text("It opens with {\" and never ends.\n\nThe \"", 0);
    text("A { b, [ c and \"", 0);
    text("A [note: \"", 0);
    text("f(x) = {1, 2}; \"", 0);
    text("It is {\"a\": 1} said \"", 0);
    text("Rows: {\"a\": {\"b\": 1} said \"", 0);
    text("\"[\" then \"{\" and \"", 0);
}

/// What a model puts around a token, with the token as `%`.
fn around() -> impl Strategy<Value = String> {
    let before = prop::sample::select(vec![
        "",
        "\u{feff}",
        "\n",
        "```json\n",
        "Result: ",
        "- ",
        "[see] ",
        "{x} [1] ",
        "<b>",
        "It's \"so\": ",
        "é ",
    ]);
    let json = prop::sample::select(vec![
        r#"{"a": "%"}"#,
        r#"["%"]"#,
        "{\n  \"a\": \"%\",\n  \"b\": [1]\n}",
        r#"[1, {"x": "y", "a": "%"}]"#,
        r#"{"a": {"b": ["c", "%"]}}"#,
        r#"{"q": "say \"hi\" \\", "a": "%"}"#,
        r#"{"q": "{\"in\": \"x\"}", "a": "%"}"#,
    ]);
    (prop::collection::vec(before, 0..3), json, "[ a-z.`\n]{0,6}")
        .prop_map(|(before, json, after)| format!("{}{json}{after}", before.concat()))
}

proptest! {
    #[test]
    fn a_value_stays_one_string_of_the_json_that_it_is_in(template in around()) {
        let (before, after) = template.split_once('%').unwrap_or_default();
        let mut nest = Nest::text();
        nest.pass(before);
        prop_assert_eq!(nest.layers(), 1, "{}", before);
        nest.pass_token();
        nest.pass(after);
    }

    #[test]
    fn any_text_is_the_same_however_cut(source in r#"[{}\[\]",:0-9n \\\n\ta]{0,40}"#, json in any::<bool>()) {
        let start = if json { Nest::json() } else { Nest::text() };
        let mut whole = start;
        whole.pass(&source);
        for (cut, _) in source.char_indices() {
            let (head, tail) = source.split_at(cut);
            let mut cut = start;
            cut.pass(head);
            cut.pass(tail);
            prop_assert_eq!(cut, whole);
        }
        prop_assert!(!json || whole.layers() > 0, "tool arguments are never text");
    }
}

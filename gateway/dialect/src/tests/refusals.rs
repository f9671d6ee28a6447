//! What is refused, with its code and place.

use super::*;

fn refuses(of: (Dialect, Operation), body: &str, code: &str, place: &str) {
    let error = parse(of, body).unwrap_err();
    assert_eq!((error.code(), error.place().as_str()), (code, place), "{body}");
}

#[test]
fn a_body_with_two_readings() {
    refuses(CHAT, r#"{"model":"a","Model":"b"}"#, "two-readings", "{1}#name, byte 14");
    refuses(CHAT, r#"{"stream ":true}"#, "two-readings", "{0}#name, byte 2");
    refuses(CHAT, r#"{"\u017ftream":true}"#, "two-readings", "{0}#name, byte 2");
    refuses(CHAT, r#"{"model":["a"]}"#, "two-readings", "model, byte 9");
    refuses(CHAT, r#"{"model":null}"#, "two-readings", "model, byte 9");
    refuses(CHAT, r#"{"stream":"true"}"#, "two-readings", "stream, byte 11");
    refuses(MESSAGES, r#"{"store":1}"#, "two-readings", "store, byte 9");
    refuses(CHAT, r#"{"models":["a"]}"#, "two-readings", "models, byte 10");
    refuses(
        MESSAGES,
        r#"{"extra_body":{"model":"x"}}"#,
        "two-readings",
        "extra_body.model#name, byte 16",
    );
    refuses(CHAT, r#"{"model":"a","model":"b"}"#, "duplicate-key", "model#name, byte 14");
    assert!(parse(CHAT, r#"{"metadata":{"Model":"x"},"extra_body":{"a":1}}"#).is_ok());
}

#[test]
fn a_name_in_another_case() {
    let check = |of, body: &str, place: &str| refuses(of, body, "two-readings", place);
    check(CHAT, r#"{"messages":[],"Messages":[]}"#, "{1}#name, byte 16");
    check(CHAT, r#"{"Messages":[]}"#, "{0}#name, byte 2");
    check(CHAT, r#"{"me\u017f\u017fages":[]}"#, "{0}#name, byte 2");
    check(CHAT, r#"{"messages":[{"content":"a","Content":[]}]}"#, "messages[0].{1}#name, byte 29");
    check(
        CHAT,
        r#"{"messages":[{"tool_calls":[{"function":{"argument\u017f":"{}"}}]}]}"#,
        "messages[0].tool_calls[0].function.{0}#name, byte 42",
    );
    check(CHAT, "{\"top_\u{212a}\":1}", "{0}#name, byte 2");
    check(
        CHAT,
        r#"{"messages":[{"content":[{"type":"text","text":"a","Image_url":{"url":"b"}}]}]}"#,
        "messages[0].content[0].{2}#name, byte 52",
    );
    check(
        MESSAGES,
        r#"{"messages":[{"content":[{"type":"image","Source":{}}]}]}"#,
        "messages[0].content[0].{1}#name, byte 42",
    );
    for fine in [
        r#"{"maxTokens":1,"logit_bias":{"Messages":1}}"#,
        r#"{"tools":[{"function":{"parameters":{"properties":{"Name":{},"name":{}}}}}]}"#,
    ] {
        assert!(parse(CHAT, fine).is_ok(), "{fine}");
    }
    assert_eq!(answer(CHAT, r#"{"Choices":[]}"#).parts().len(), 1);
}

#[test]
fn a_query_that_names_the_model() {
    let head = Head { query: Some("beta=1&Mod%65l=x"), ..BARE };
    let parse = |operation| {
        Request::parse(Dialect::OpenAiChat, operation, &head, Bytes::from("{}"), &Limits::default())
    };
    let error = parse(Operation::Chat).unwrap_err();
    assert_eq!((error.code(), error.byte()), ("two-readings", 7));
    assert!(parse(Operation::ListModels).is_ok());
}

#[test]
fn a_body_that_is_no_json() {
    refuses(CHAT, "", "not-json", "byte 0");
    refuses(
        CHAT,
        r#"{"messages":[{"content":"a"},{"content":"b" "x"}]}"#,
        "not-json",
        "messages[1].content, byte 44",
    );
    refuses(
        CHAT,
        r#"{"messages":[{"content":"\ud800"}]}"#,
        "lone-surrogate",
        "messages[0].content#name, byte 25",
    );
    refuses(CHAT, "{} {}", "trailing-data", "byte 3");
    let body = Bytes::from_static(b"{\"a\":\"\xff\"}");
    let error = Request::parse(CHAT.0, CHAT.1, &BARE, body, &Limits::default()).unwrap_err();
    assert_eq!((error.code(), error.byte()), ("invalid-utf8", 6));
}

#[test]
fn two_readings_inside_tool_arguments() {
    let body = r#"{"messages":[{"tool_calls":[{"function":{"arguments":"{\"a\":1,\"a\":2}"}}]}]}"#;
    refuses(
        CHAT,
        body,
        "duplicate-key",
        "messages[0].tool_calls[0].function.arguments.{1}#name, byte 54",
    );
    assert!(
        parse(CHAT, r#"{"messages":[{"role":"user","content":"{\"a\":1,\"a\":\"\\n\"}"}]}"#)
            .is_ok()
    );
}

#[test]
fn bounds() {
    let parse = |body: &str, limits: Limits| {
        let body = Bytes::copy_from_slice(body.as_bytes());
        Request::parse(CHAT.0, CHAT.1, &BARE, body, &limits).err().map(|error| error.code())
    };
    let limits = Limits::default();
    let deep = format!("{}1{}", "[".repeat(129), "]".repeat(129));
    assert_eq!(parse(&deep, limits), Some("too-deep"));
    assert_eq!(
        parse(r#"{"stop":["a","b","c"]}"#, Limits { parts: 2, ..limits }),
        Some("too-many-parts")
    );
    assert_eq!(
        parse(r#"{"stop":"\n\n\n"}"#, Limits { decoded_bytes: 2, ..limits }),
        Some("too-large-decoded")
    );
    let unbounded = Limits { depth: usize::MAX, nested_json_layers: 255, ..limits };
    assert_eq!(parse(&"[".repeat(1 << 20), unbounded), Some("too-deep"));
}

#[test]
fn the_deepest_body_that_is_read_fits_the_stack() {
    let deepest = Limits::DEPTH_MAX - 8;
    let mut inner = "\"x\"".to_owned();
    for _ in 0..8 {
        let text = format!("{}{inner}{}", "[".repeat(deepest), "]".repeat(deepest));
        inner = serde_json::to_string(&text).unwrap();
    }
    let body =
        format!(r#"{{"messages":[{{"tool_calls":[{{"function":{{"arguments":{inner}}}}}]}}]}}"#);
    let limits = Limits { depth: usize::MAX, nested_json_layers: u8::MAX, ..Limits::default() };
    let request = Request::parse(CHAT.0, CHAT.1, &BARE, Bytes::from(body), &limits).unwrap();
    assert_eq!(request.text(&request.parts()[0]), "x");
    assert_eq!(replaced(&request, "x", "y").len(), request.body().len());
}

#[test]
fn json_below_the_last_layer_is_told_to_be_opaque() {
    let mut inner = r#"{"a":"\n"}"#.to_owned();
    for _ in 0..3 {
        inner = serde_json::json!({ "a": inner }).to_string();
    }
    let body =
        serde_json::json!({"messages": [{"tool_calls": [{"function": {"arguments": inner}}]}]})
            .to_string();
    let opaque = |layers| {
        let limits = Limits { nested_json_layers: layers, ..Limits::default() };
        let request =
            Request::parse(CHAT.0, CHAT.1, &BARE, Bytes::from(body.clone()), &limits).unwrap();
        request.parts().iter().filter(|part| part.modality == Modality::Opaque).count()
    };
    assert_eq!((opaque(4), opaque(3), opaque(0)), (0, 1, 1));
}

#[test]
fn refusals_show_no_foreign_text() {
    let error = parse(CHAT, r#"{"metadata":{"ann@example.org":{"x":"\q"}}}"#).unwrap_err();
    let told = format!("{error} {error:?}");
    assert_eq!(error.place(), "metadata.{0}.{0}#name, byte 37");
    assert!(!told.contains("ann") && told.contains("help: "), "{told}");
}

#[test]
fn a_body_has_one_type() {
    let code = |kind: &str| {
        let headers = [("content-type".to_owned(), kind.to_owned())];
        let head = Head { headers: &headers, ..BARE };
        let (dialect, operation) = CHAT;
        let read = Request::parse(dialect, operation, &head, "{}".into(), &Limits::default());
        read.err().map(|error| error.code())
    };
    for kind in [
        "application/json",
        "Application/JSON; charset=UTF-8",
        "application/json;charset=\"utf-8\"",
        "application/json; odata=verbose",
    ] {
        assert_eq!(code(kind), None, "{kind}");
    }
    for kind in [
        "application/json; charset=utf-7",
        "application/json; odata=x; Charset = iso-8859-1",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/jsonx",
        "",
    ] {
        assert_eq!(code(kind), Some("content-type"), "{kind}");
    }
}

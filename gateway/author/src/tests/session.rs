//! A session from its begin to its end, and clients that do not keep to the rules.

use super::*;

#[test]
fn what_is_not_saved_shadows_the_file() {
    let mut editor = Editor::on(POLICY);
    assert!(
        editor.told().iter().all(|one| one.severity != Some(lsp_types::DiagnosticSeverity::ERROR))
    );
    // The line with two characters beyond ASCII: UTF-16 counts them as one and two.
    let position = |character: u32| json!({ "line": 25, "character": character });
    let change = json!({
        "textDocument": { "uri": FILE, "version": 2 },
        "contentChanges": [{ "range": { "start": position(6), "end": position(9) }, "text": "xy" }],
    });
    editor.server.notify("textDocument/didChange", change);
    let symbols = editor.ask_of_file("textDocument/documentSymbol");
    assert_eq!(symbols[7]["name"], "test xy: clean text goes home", "{symbols}");
    let broken = json!({
        "textDocument": { "uri": FILE, "version": 3 }, "contentChanges": [{ "text": "rule r\n" }],
    });
    editor.server.notify("textDocument/didChange", broken);
    assert!(!editor.told().is_empty());
    editor.server.notify("textDocument/didClose", json!({ "textDocument": { "uri": FILE } }));
    assert!(
        editor.told().iter().all(|one| one.severity != Some(lsp_types::DiagnosticSeverity::ERROR))
    );
}

#[test]
fn nothing_a_client_sends_ends_the_session() {
    let mut editor = Editor::on(POLICY);
    let code = |answer: Result<Value, crate::Refused>| answer.unwrap_err().code;
    assert_eq!(code(editor.server.request("no/such", Value::Null)), -32601);
    assert_eq!(code(editor.server.request("textDocument/hover", json!({ "x": [1] }))), -32602);
    assert_eq!(code(editor.server.request("initialize", json!({ "capabilities": {} }))), -32600);
    for params in [Value::Null, json!([]), json!({ "textDocument": 1 })] {
        for method in ["didOpen", "didChange", "didSave", "didClose"] {
            editor.server.notify(&format!("textDocument/{method}"), params.clone());
        }
    }
    let stray = |uri: &str| json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 0 } });
    for uri in ["file:///etc/passwd", "untitled:x", "http://example.org/p.policy"] {
        assert_eq!(
            editor.server.request("textDocument/hover", stray(uri)),
            Ok(Value::Null),
            "{uri}"
        );
    }
    let document = json!({ "uri": "file:///elsewhere/x.policy", "languageId": "x", "version": 1, "text": "rule" });
    editor.server.notify("textDocument/didOpen", json!({ "textDocument": document }));
    let told = editor.server.publish();
    let stray = told.iter().find(|told| told.uri.path() == "/elsewhere/x.policy").unwrap();
    assert!(stray.diagnostics[0].message.contains("no policy folder"));
    let far = json!({ "line": u32::MAX, "character": u32::MAX });
    let params = json!({ "textDocument": { "uri": FILE }, "position": far });
    assert_eq!(editor.server.request("textDocument/hover", params), Ok(Value::Null));
}

#[test]
fn an_editor_that_can_is_told_to_ask_for_its_lenses_anew() {
    let mut editor = Editor::on(POLICY);
    editor.told();
    assert_eq!(editor.server.takes_lenses(), None, "it did not say that it can");
    let mut server = Server::new(Made(BTreeMap::new()));
    let can =
        json!({ "capabilities": { "workspace": { "codeLens": { "refreshSupport": true } } } });
    server.request("initialize", can).unwrap();
    let document = json!({ "uri": FILE, "languageId": "x", "version": 1, "text": POLICY });
    server.notify("textDocument/didOpen", json!({ "textDocument": document }));
    for time in [1, 2] {
        server.publish();
        assert_eq!((server.takes_lenses(), server.takes_lenses()), (Some(time), None));
        let change = json!({ "textDocument": { "uri": FILE, "version": 2 }, "contentChanges": [{ "text": "rule r\n" }] });
        server.notify("textDocument/didChange", change);
        server.publish();
        assert!(server.is_unproven() && server.takes_lenses().is_none(), "only typed");
        server.pause();
    }
}

#[test]
fn a_file_that_is_too_large_is_told_and_not_read() {
    let text = format!("{POLICY}# {}\n", "x".repeat(10 << 20));
    let mut editor = Editor::on(&text);
    let told = editor.told();
    assert!(told.len() == 1 && told[0].message.contains("more than 1 MiB"), "{told:?}");
    assert_eq!(editor.ask_of_file("textDocument/documentSymbol"), json!([]));
    assert_eq!(editor.completions(), Vec::<String>::new());
}

#[test]
fn a_file_is_written_in_its_one_form() {
    let mut editor = Editor::on("rule   r\n when data includes nothing\n then allow\n");
    let edits = editor.formatted();
    let text = edits[0]["newText"].as_str().unwrap();
    assert!(text.starts_with("rule r\n  when"), "{text}");
    assert_eq!(Editor::on(text).formatted(), json!([]));
    assert_eq!(Editor::on("rul r\n").formatted(), Value::Null);
}

#[test]
fn a_session_begins_and_ends_as_the_protocol_says() {
    let mut server = Server::new(Made(BTreeMap::new()));
    assert_eq!(server.request("shutdown", Value::Null).unwrap_err().code, -32002);
    server.request("initialize", json!({ "capabilities": {} })).unwrap();
    assert!(!server.is_shut_down());
    assert_eq!(server.request("shutdown", Value::Null), Ok(Value::Null));
    assert!(server.is_shut_down());
    assert_eq!(server.request("textDocument/hover", Value::Null).unwrap_err().code, -32600);
}

//! What an editor asks about a place, and what it is shown.

use super::*;

#[test]
fn completes_with_what_the_compiler_expects() {
    let check = |text: &str, wanted: &[&str], unwanted: &[&str]| {
        let found = Editor::on(&format!("{POLICY}{text}")).completions();
        let has = |word: &&&str| found.iter().any(|label| label == **word);
        assert!(wanted.iter().all(|word| has(&word)), "{wanted:?} for {text:?} in {found:?}");
        assert!(!unwanted.iter().any(|word| has(&word)), "{unwanted:?} for {text:?} in {found:?}");
    };
    check("ru", &["rule", "test", "territory"], &["when"]);
    check("rule r\n  ", &["when", "law"], &["rule", "expect"]);
    check("rule r\n  when it le", &["leaves"], &["people"]);
    check("rule r\n  when it leaves ", &["near", "DE"], &["people"]);
    check("rule r\n  when data includes ", &["people", "unread", "nothing"], &["near"]);
    check("class c\n  detect ", &["name", "name.first", "bank-account"], &["people"]);
    check("rule r # when ", &[], &["when", "law"]);
    check("rule r \"when ", &[], &["when", "law"]);
}

/// A word of which only a part is written is replaced up to the caret; what stands behind the caret is left.
#[test]
fn a_completion_replaces_the_word_in_front_of_the_caret() {
    let mut editor = Editor::on(POLICY);
    let items = editor.ask("textDocument/completion", "near\n  then allow", 2, json!({}));
    let item = items.as_array().unwrap().iter().find(|item| item["label"] == "near").unwrap();
    let range = &item["textEdit"]["range"];
    assert_eq!(
        (&range["start"]["character"], &range["end"]["character"]),
        (&json!(18), &json!(20))
    );
    assert_eq!(item["documentation"], "Those nearby");
}

/// Each form that a block is completed with is a block that the compiler takes, names apart.
#[test]
fn the_forms_of_blocks_can_be_compiled() {
    for (word, form) in crate::complete::FORMS {
        let mut text = form.to_owned();
        while let Some((before, rest)) = text.split_once("${") {
            let (field, after) = rest.split_once('}').unwrap();
            text = format!("{before}{}{after}", field.split_once(':').unwrap().1);
        }
        let text =
            text.replace("to rule rule", "to rule clean").replace("to destination", "to home");
        let told = Editor::on(&format!("{POLICY}{word} {text}")).told();
        let errors: Vec<_> = told
            .iter()
            .filter(|one| one.severity == Some(lsp_types::DiagnosticSeverity::ERROR))
            .collect();
        assert!(errors.iter().all(|one| one.message.contains("test fails")), "{word}: {errors:?}");
    }
}

#[test]
fn a_group_tells_who_is_in_it_today() {
    let mut editor = Editor::on(POLICY);
    let hover = editor.ask("textDocument/hover", "near\n  then allow", 1, json!({}));
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(text.contains("2026-11-21: 2 countries and zones: DE FR"), "{text}");
    assert!(text.contains("from 2027-01-01: +CH"), "{text}");
    assert!(text.contains("Those nearby"), "{text}");
    let rule = editor.ask("textDocument/hover", "clean \"", 1, json!({}));
    assert!(rule["contents"]["value"].as_str().unwrap().contains("law Act 1"), "{rule}");
    let family = editor.ask("textDocument/hover", "name\ngroup", 1, json!({}));
    assert!(family["contents"]["value"].as_str().unwrap().contains("what name.last finds"));
    assert_eq!(editor.ask("textDocument/hover", "when", 1, json!({})), Value::Null);
}

/// The text of a policy is nobody's markup.
#[test]
fn a_hover_shows_markup_as_it_is_written() {
    let text = POLICY.replace("Those nearby", "[x](http://evil) <b>!");
    let hover = Editor::on(&text).ask("textDocument/hover", "near \"", 1, json!({}));
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(text.contains("\\[x\\](http://evil) \\<b\\>\\!"), "{text}");
}

#[test]
fn names_are_found_where_they_stand() {
    let mut editor = Editor::on(POLICY);
    let place = editor.ask("textDocument/definition", "near\n  then allow", 0, json!({}));
    assert_eq!(place["range"]["start"], json!({ "line": 4, "character": 6 }));
    let context = json!({ "context": { "includeDeclaration": true } });
    let all = editor.ask("textDocument/references", "near \"", 2, context);
    assert_eq!(all.as_array().unwrap().len(), 3, "{all}");
    let context = json!({ "context": { "includeDeclaration": false } });
    let tests = editor.ask("textDocument/references", "clean \"", 2, context);
    assert_eq!(tests.as_array().unwrap().len(), 1, "a rule is named by its test: {tests}");
}

#[test]
fn a_name_is_changed_everywhere_or_not_at_all() {
    let mut editor = Editor::on(POLICY);
    let to = |name: &str| json!({ "newName": name });
    let edit = editor.ask("textDocument/rename", "near\n  then allow", 1, to("close-by"));
    assert_eq!(edit["changes"][FILE].as_array().unwrap().len(), 3, "{edit}");
    let mut refuse = |words: &str, name: &str, why: &str| {
        let refused = editor.try_ask("textDocument/rename", words, 1, to(name)).unwrap_err();
        assert!(refused.message.contains(why), "{refused:?}");
    };
    refuse("clean \"", "people-at-home", "already");
    refuse("clean \"", "two words", "no name");
    refuse("clean \"", "", "no name");
    refuse("near \"", "DE", "means something else");
    refuse("home \"", "destination", "means something else");
    refuse("DE, FR", "XX", "not declared");
    refuse("é𝒜", "x", "sentence");
    let place = editor.ask("textDocument/prepareRename", "near \"", 1, json!({}));
    assert_eq!(place["placeholder"], "near");
}

#[test]
fn mistakes_come_with_their_mend() {
    let text = POLICY.replace("it leaves near", "it leavs near");
    let mut editor = Editor::on(&text);
    let told = editor.told();
    let found = told.iter().find(|one| one.message.contains("condition")).unwrap();
    assert_eq!(found.code, Some(lsp_types::NumberOrString::String("P020".to_owned())));
    let params = json!({
        "textDocument": { "uri": FILE }, "range": found.range, "context": { "diagnostics": [] }
    });
    let mends = editor.server.request("textDocument/codeAction", params).unwrap();
    assert_eq!(mends[0]["title"], "write `leaves` for `leavs`", "{mends}");
    let edit = &mends[0]["edit"]["changes"][FILE][0];
    assert_eq!(
        (&edit["newText"], &edit["range"]["start"]["character"]),
        (&json!("leaves"), &json!(9))
    );
}

#[test]
fn a_counterexample_can_be_kept_as_a_test() {
    let text =
        POLICY.replace("  and it stays in near\n", "").replace("answers to DE", "answers to US");
    let mut editor = Editor::on(&text);
    let told = editor.told();
    let found = told.iter().find(|one| one.message.contains("does not hold")).unwrap();
    let params = json!({
        "textDocument": { "uri": FILE }, "range": found.range, "context": { "diagnostics": [] }
    });
    let mends = editor.server.request("textDocument/codeAction", params).unwrap();
    let test = mends[0]["edit"]["changes"][FILE][0]["newText"].as_str().unwrap();
    assert!(test.starts_with("\ntest \"Counterexample to people-stay\""), "{test}");
}

#[test]
fn a_line_above_each_block_says_how_it_stands() {
    let mut editor = Editor::on(&POLICY.replace("expect allow by clean", "expect block"));
    let titles = |lenses: &Value| -> Vec<String> {
        let title = |lens: &Value| lens["command"]["title"].as_str().unwrap().to_owned();
        lenses.as_array().unwrap().iter().map(title).collect()
    };
    let before = titles(&editor.ask_of_file("textDocument/codeLens"));
    assert_eq!(before[0], "no test names it");
    assert_eq!(before[2], "to be proved in a moment");
    assert!(before[3].starts_with("FAILS: allow"), "{before:?}");
    let told = editor.told();
    assert!(told.iter().any(|one| one.message.contains("this test fails")), "{told:?}");
    let after = titles(&editor.ask_of_file("textDocument/codeLens"));
    assert!(after[2].starts_with("proved"), "{after:?}");
}

#[test]
fn blocks_are_listed_and_folded() {
    let mut editor = Editor::on(POLICY);
    let symbols = editor.ask_of_file("textDocument/documentSymbol");
    assert_eq!(symbols.as_array().unwrap().len(), 8, "{symbols}");
    assert_eq!(symbols[2]["name"], "group near");
    let folds = editor.ask_of_file("textDocument/foldingRange");
    assert_eq!((&folds[2]["startLine"], &folds[2]["endLine"]), (&json!(4), &json!(6)));
    let query = json!({ "query": "RULE persons" });
    let found = editor.server.request("workspace/symbol", query).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found[0]["name"], "people-at-home");
}

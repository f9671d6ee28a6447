//! Which parts a body has.

use super::*;

fn check(of: (Dialect, Operation), body: &str, wanted: &[&str]) {
    let request = parse(of, body).unwrap();
    assert_eq!(shown(&request), wanted);
}

#[test]
fn a_plain_conversation() {
    check(
        CHAT,
        r#"{"model":"m","messages":[{"role":"developer","content":"Be \"kind\"."},{"role":"user","name":"Ann","content":"Hi"},
            {"content":[{"type":"text","text":"You"},{"type":"odd","text":"too"}],"role":"user"}],"temperature":0.7,"stream":true,"store":null}"#,
        &[
            "model | model | Setting | m",
            "messages[0].content | content | System~ | Be \"kind\".",
            "messages[1].name | name | Setting | Ann",
            "messages[1].content | content | User~ | Hi",
            "messages[2].content[0].text | text | User~ | You",
            "messages[2].content[1] | content | User | opaque",
            "messages[2].content[1].type | type | Setting | odd",
            "messages[2].content[1].text | text | User~ | too",
        ],
    );
    let request = parse(CHAT, r#"{"model":"a\u0062","stream":true,"store":true}"#).unwrap();
    assert_eq!((request.model(), request.stream(), request.store()), (Some("ab"), true, true));
}

#[test]
fn tool_calls_are_read_inside() {
    check(
        CHAT,
        r#"{"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":
            {"name":"find","arguments":"{\"ssn\":\"1\\u0032\",\"age\":40,\"deep\":\"[\\\"x\\\"]\",\"ok\":true}"}}]},
            {"role":"tool","tool_call_id":"c1","content":"{\"n\":[7]}"},{"role":"tool","content":"{broken"}]}"#,
        &[
            "messages[0].tool_calls[0].id | id | Setting | c1",
            "messages[0].tool_calls[0].function.name | name | Tool | find",
            "messages[0].tool_calls[0].function.arguments.{0}#name | arguments | Tool | ssn",
            "messages[0].tool_calls[0].function.arguments.{0} | ssn | Tool | 12",
            "messages[0].tool_calls[0].function.arguments.{1}#name | arguments | Tool | age",
            "messages[0].tool_calls[0].function.arguments.{1} | age | Tool | 40",
            "messages[0].tool_calls[0].function.arguments.{2}#name | arguments | Tool | deep",
            "messages[0].tool_calls[0].function.arguments.{2}[0] | deep | Tool | x",
            "messages[0].tool_calls[0].function.arguments.{3}#name | arguments | Tool | ok",
            "messages[1].tool_call_id | tool_call_id | Setting | c1",
            "messages[1].content.n#name | content | Tool | n",
            "messages[1].content.n[0] | n | Tool | 7",
            "messages[2].content | content | Tool~ | {broken",
        ],
    );
}

#[test]
fn unknown_fields_are_parts_at_any_depth() {
    check(
        CHAT,
        r#"{"zzz":{"k":[{"p\u0071":1.5e3},"v",null,true]},"messages":[{"role":"pirate","content":{"text":"odd"},"x":2}],"max_tokens":12345678,"user":7}"#,
        &[
            "{0}#name |  | Unknown | zzz",
            "{0}.{0}#name | zzz | Unknown | k",
            "{0}.{0}[0].{0}#name | k | Unknown | pq",
            "{0}.{0}[0].{0} | pq | Unknown | 1.5e3",
            "{0}.{0}[1] | k | Unknown | v",
            "messages[0].role | role | Setting | pirate",
            "messages[0].content | content | Unknown | opaque",
            "messages[0].content.text#name | content | Unknown | text",
            "messages[0].content.text | text | Unknown | odd",
            "messages[0].{2}#name | messages | Unknown | x",
            "messages[0].{2} | x | Unknown | 2",
            "max_tokens | max_tokens | Setting | 12345678",
            "user | user | Setting | 7",
        ],
    );
}

#[test]
fn definitions_without_the_words_of_the_schema_language() {
    check(
        CHAT,
        r#"{"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":
            {"ssn":{"type":"string","enum":["a","string"],"default":"b","minLength":3}},"required":["ssn"]}},"extra":1}],"logit_bias":{"50256":-100}}"#,
        &[
            "tools[0].function.name | name | Definition | f",
            "tools[0].function.description | description | Definition | d",
            "tools[0].function.parameters.properties.{0}#name | properties | Definition | ssn",
            "tools[0].function.parameters.properties.{0}.enum[0] | enum | Definition | a",
            "tools[0].function.parameters.properties.{0}.default | default | Definition | b",
            "tools[0].function.parameters.properties.{0}.minLength | minLength | Definition | 3",
            "tools[0].function.parameters.required[0] | required | Definition | ssn",
            "tools[0].{2}#name | tools | Definition | extra",
            "tools[0].{2} | extra | Definition | 1",
            "logit_bias.{0}#name | logit_bias | Setting | 50256",
            "logit_bias.{0} | 50256 | Setting | -100",
        ],
    );
}

#[test]
fn pictures_sounds_and_files() {
    check(
        CHAT,
        r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image\/png;base64,AA\/AA","detail":"low"}},
            {"type":"image_url","image_url":{"url":"https://x.example/a?b=c"}},{"type":"input_audio","input_audio":{"data":"UklG","format":"wav"}},
            {"type":"input_audio","input_audio":{"data":"not base64!","format":"wav"}},
            {"type":"file","file":{"file_data":"data:application/pdf;base64,JVBE","filename":"ann.pdf","file_id":"f1"}}]}]}"#,
        &[
            "messages[0].content[0].image_url.url | url | User | image",
            "messages[0].content[0].image_url.url | url | User | data:image/png;base64,AA/AA",
            "messages[0].content[1].image_url.url | url | User | image",
            "messages[0].content[1].image_url.url | url | User | https://x.example/a?b=c",
            "messages[0].content[2].input_audio.data | data | User | audio",
            "messages[0].content[2].input_audio.data | data | User | UklG",
            "messages[0].content[3].input_audio.data | data | User | audio",
            "messages[0].content[3].input_audio.data | data | User~ | not base64!",
            "messages[0].content[4].file.file_data | file_data | User | file",
            "messages[0].content[4].file.file_data | file_data | User | data:application/pdf;base64,JVBE",
            "messages[0].content[4].file.filename | filename | Setting | ann.pdf",
            "messages[0].content[4].file.file_id | file_id | Setting | file",
            "messages[0].content[4].file.file_id | file_id | Setting | f1",
        ],
    );
}

#[test]
fn anthropic_blocks() {
    check(
        MESSAGES,
        r#"{"model":"c","system":[{"type":"text","text":"sys"}],"messages":[{"role":"user","content":[
            {"type":"image","source":{"data":"iVBO","media_type":"image/png","type":"base64"}},
            {"type":"document","title":"T","source":{"type":"text","media_type":"text/plain","data":"plain"}},
            {"type":"image","source":{"type":"url","url":"http://i"}},
            {"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"res"},{"type":"new","z":"q"}]}]},
            {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"tool_use","id":"t","name":"f","input":{"a":{"b":5}}}]}],
            "metadata":{"user_id":"u","mood":"x"},"stop_sequences":["S"]}"#,
        &[
            "model | model | Setting | c",
            "system[0].text | text | System~ | sys",
            "messages[0].content[0].source.data | data | User | image",
            "messages[0].content[0].source.data | data | User | iVBO",
            "messages[0].content[0].source.media_type | media_type | Setting | image/png",
            "messages[0].content[1].title | title | User~ | T",
            "messages[0].content[1].source.media_type | media_type | Setting | text/plain",
            "messages[0].content[1].source.data | data | User~ | plain",
            "messages[0].content[2].source.url | url | User | image",
            "messages[0].content[2].source.url | url | User | http://i",
            "messages[0].content[3].tool_use_id | tool_use_id | Setting | t",
            "messages[0].content[3].content[0].text | text | Tool~ | res",
            "messages[0].content[3].content[1] | content | Tool | opaque",
            "messages[0].content[3].content[1].type | type | Setting | new",
            "messages[0].content[3].content[1].{1}#name | content | Tool | z",
            "messages[0].content[3].content[1].{1} | z | Tool | q",
            "messages[1].content[0].thinking | thinking | Assistant~ | hm",
            "messages[1].content[0].signature | signature | Setting | c2ln",
            "messages[1].content[1].id | id | Setting | t",
            "messages[1].content[1].name | name | Tool | f",
            "messages[1].content[1].input.{0}#name | input | Tool | a",
            "messages[1].content[1].input.{0}.{0}#name | a | Tool | b",
            "messages[1].content[1].input.{0}.{0} | b | Tool | 5",
            "metadata.user_id | user_id | Setting | u",
            "metadata.{1}#name | metadata | Setting | mood",
            "metadata.{1} | mood | Setting | x",
            "stop_sequences[0] | stop_sequences | Setting~ | S",
        ],
    );
}

#[test]
fn the_head_is_read() {
    let headers = [("x-title".to_owned(), "Ann's app".to_owned())];
    let head = Head {
        method: "GET",
        path: "/v1/files/J%C3%BCrgen",
        query: Some("user=a%40b&J%2E=x+y&bad=%ff&flag"),
        headers: &headers,
    };
    let request = Request::parse(
        Dialect::Unknown,
        Operation::Unknown,
        &head,
        Bytes::new(),
        &Limits::default(),
    )
    .unwrap();
    assert_eq!(
        shown(&request),
        [
            " |  | Unknown | opaque",
            "path[0] |  | Path | v1",
            "path[1] |  | Path | files",
            "path[2] |  | Path | Jürgen",
            "query.{0}#name |  | Query | user",
            "query.user | user | Query | a@b",
            "query.{1}#name |  | Query | J.",
            "query.{1} | J. | Query | x y",
            "query.{1} | J. | Query | x+y",
            "query.{2}#name |  | Query | bad",
            "query.{2} | bad | Query | opaque",
            "query.{3}#name |  | Query | flag",
            "header.x-title | x-title | Header | Ann's app",
        ]
    );
    let head = Head { path: "/v1/models/ft:gpt:ann", ..BARE };
    let request = Request::parse(
        Dialect::OpenAiChat,
        Operation::ListModels,
        &head,
        Bytes::new(),
        &Limits::default(),
    )
    .unwrap();
    assert_eq!(shown(&request), ["path[2] |  | Path | ft:gpt:ann"]);
}

#[test]
fn what_is_not_understood_is_opaque_with_what_can_be_seen() {
    let unknown = (Dialect::Unknown, Operation::Unknown);
    check(unknown, "--boundary", &[" |  | Unknown | opaque"]);
    check(
        unknown,
        r#"{"a":"b"}"#,
        &["{0}#name |  | Unknown | a", "{0} | a | Unknown | b", " |  | Unknown | opaque"],
    );
    check(CHAT, r#"["x"]"#, &[" |  | Unknown | opaque", "[0] |  | Unknown | x"]);
    check(CHAT, r#"{"messages":"hello"}"#, &["messages | messages | Unknown | hello"]);
}

#[test]
fn answers_show_what_was_said_and_not_what_was_measured() {
    let body = r#"{"id":"c","object":"chat.completion","created":1700000000,"model":"m","choices":[{"index":0,"message":{"role":"assistant",
        "content":"Hi","refusal":null,"reasoning":"why","tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{\"a\":\"b\"}"}}],
        "annotations":[{"type":"url_citation","url_citation":{"url":"http://u","start_index":1}}]},
        "logprobs":{"content":[{"token":"Hi","logprob":-0.1,"bytes":[72,105],"top_logprobs":[]}]},"finish_reason":"stop"}],
        "usage":{"total_tokens":12,"tier":"x"},"new":{"y":"z"}}"#;
    let answer = answer(CHAT, body);
    let texts: Vec<_> = answer.parts().iter().map(|part| answer.text(part)).collect();
    assert_eq!(
        texts,
        [
            "c", "m", "Hi", "why", "t", "f", "a", "b", "url", "http://u", "Hi", "", "x", "new",
            "y", "z"
        ]
    );
    assert_eq!(answer.parts().iter().filter(|part| part.modality == Modality::Opaque).count(), 1);
    let cut = super::answer(MESSAGES, r#"{"content":[{"type":"text","text":"a\ud83d"}]}"#);
    assert_eq!(cut.text(&cut.parts()[0]), "a\u{fffd}");
    let page = super::answer(CHAT, "<html>");
    assert_eq!(page.parts().len(), 1);
    let error = super::answer(
        MESSAGES,
        r#"{"type":"error","error":{"type":"overloaded","message":"later"}}"#,
    );
    assert_eq!(error.parts().len(), 2);
}

#[test]
fn a_long_payload_is_no_text() {
    let long = "QUJD".repeat(2000);
    let body = format!(
        r#"{{"messages":[{{"content":[{{"type":"input_audio","input_audio":{{"data":"{long}"}}}},
            {{"type":"image_url","image_url":{{"url":"data:image/png;base64,{long}"}}}},
            {{"type":"input_audio","input_audio":{{"data":"{long}A"}}}}]}}]}}"#
    );
    let request = parse(CHAT, &body).unwrap();
    let lengths: Vec<_> =
        request.parts().iter().map(|part| (part.modality, request.text(part).len())).collect();
    let text = |length| (Modality::Text, length);
    let none = |modality| (modality, 0);
    assert_eq!(
        lengths,
        [
            none(Modality::Audio),
            none(Modality::Image),
            text(22),
            none(Modality::Audio),
            text(long.len() + 1)
        ]
    );
}

/// Near misses of JSON, as clients paste and tools return them.
#[test]
fn text_that_still_holds_escapes_is_read_twice() {
    let spelled = r"\u0061nn@x.at";
    for near in [
        format!(r#"{{\"a\":\"{spelled}\"}}\n{{\"b\":1}}"#).replace("\\\"", "\\\""),
        format!(r#"Result: {{\"a\":\"{spelled}\"}}"#),
        format!(r#"{{\"a\":\"{spelled}\",}}"#),
        format!(r#"{{\"a\":1,\"a\":\"{spelled}\"}}"#),
        format!(r#"\"{spelled}\""#),
    ] {
        for role in ["user", "tool"] {
            let body = format!(r#"{{"messages":[{{"role":"{role}","content":"{near}"}}]}}"#);
            let request = parse(CHAT, &body).unwrap();
            let seen = request.parts().iter().any(|part| request.text(part).contains("ann@x.at"));
            assert!(seen, "{body}");
            let gone = replaced(&request, "ann@x.at", "[MAIL]");
            assert_eq!(gone, body.replace(spelled, "[MAIL]"), "{body}");
        }
    }
    let request = parse(CHAT, r#"{"user":"print('caf\\u00e9') # C:\\users"}"#).unwrap();
    let texts: Vec<_> = request.parts().iter().map(|part| request.text(part)).collect();
    assert_eq!(texts, [r"print('caf\u00e9') # C:\users", r"print('café') # C:\users"]);
}

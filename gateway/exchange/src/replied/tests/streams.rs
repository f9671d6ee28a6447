//! Streams: what is put back and taken out.

use super::*;

fn told(text: &str, cuts: &[usize]) -> Read {
    let (replied, token) = replied(&BOOK, VALUE);
    let text = text.replace("@TOKEN@", &token).replace("@SECRET@", &secret());
    let mut frames: Vec<_> = pieces(&text, cuts).iter().map(|piece| says(piece)).collect();
    frames.extend([finished(), done()]);
    stream(replied, &frames)
}

const PROSE: &str = "Well, the value is @SECRET@, said the model in a longer sentence to @TOKEN@ … And more follows: @SECRET@";
const MASKED: &str = "Well, the value is [SECRET], said the model in a longer sentence to anna.berger@example.org … And more follows: [SECRET]";

#[test]
fn a_secret_cut_anywhere_is_masked_counted_and_on_record() {
    let (_, token) = replied(&BOOK, VALUE);
    let length = PROSE.replace("@TOKEN@", &token).replace("@SECRET@", &secret()).len();
    for cut in 0..length {
        for cuts in [vec![cut], vec![cut, cut + 1], vec![cut, cut + 7, cut + 40]] {
            let read = told(PROSE, &cuts);
            assert_eq!(read.text(), MASKED, "{cuts:?}");
            assert_eq!((read.summary.masked, read.summary.restored), (2, 1), "{cuts:?}");
            assert_eq!(read.summary.findings.iter().map(|f| f.count).sum::<u64>(), 2, "{cuts:?}");
            assert_eq!(read.flow, Flow::Open);
        }
    }
}

#[test]
fn a_mask_leaves_what_is_a_token_and_nothing_else() {
    let token = replied(&BOOK, VALUE).1;
    // As models write it, without the brackets.
    let bare = token.trim_matches(['[', ']']);
    let text = format!("postgres://{bare}:Sup3rS3cret99@db.example.org/db .");
    for cut in 0..text.len() {
        let read = told(&text, &[cut]).text();
        assert!(!read.contains("Sup3rS3cret99") && read.contains(VALUE), "{read}");
    }
}

#[test]
fn a_secret_behind_an_escape_in_arguments_is_masked() {
    let arguments = json!({ "script": format!("export A=1\n{}\nrun", secret()) }).to_string();
    let nested = json!({ "inner": arguments }).to_string();
    for source in [arguments, nested] {
        for cut in 0..source.len() {
            let mut frames: Vec<_> =
                pieces(&source, &[cut]).iter().map(|piece| calls(0, piece)).collect();
            frames.extend([finished(), done()]);
            let read = stream(replied(&BOOK, VALUE).0, &frames);
            assert_eq!(read.arguments(0), source.replace(&secret(), "[SECRET]"), "cut at {cut}");
        }
    }
}

#[test]
fn a_value_in_json_says_one_string_and_no_more() {
    let value = r#"x","approved":true,"y":"z"#;
    let check = |text: &str, pointer: &str| {
        let (replied, token) = replied(&BOOK, value);
        let text = text.replace("@TOKEN@", &token);
        let mut frames: Vec<_> = pieces(&text, &[3, 14]).iter().map(|p| says(p)).collect();
        frames.push(done());
        let read = stream(replied, &frames).text();
        let body: Value = serde_json::from_str(&read).unwrap();
        assert_eq!(body.pointer(pointer).unwrap(), value, "{read}");
    };
    check(r#"{"title": "@TOKEN@", "approved": false}"#, "/title");
    check(r#"  [{"title": "@TOKEN@"}]"#, "/0/title");
    let (replied, token) = replied(&BOOK, value);
    let read = stream(replied, &[says(&format!("[1] He said \"{token}\" now")), done()]);
    assert_eq!(read.text(), format!("[1] He said \"{value}\" now"));
}

#[test]
fn log_probabilities_do_not_spell_what_was_taken_out() {
    let secret = secret();
    let mut frames = Vec::new();
    for piece in pieces(&secret, &[4, 8, 12, 16]) {
        let spelled = json!([{ "token": piece, "bytes": piece.as_bytes(), "top_logprobs": [] }]);
        let more = json!({ "logprobs": { "content": spelled, "refusal": null } });
        frames.push(event(&json!({ "content": piece }), 0, &more));
    }
    frames.extend([finished(), done()]);
    let read = stream(replied(&BOOK, VALUE).0, &frames);
    assert_eq!(read.text(), "[SECRET]");
    for event in read.events() {
        assert!(event["choices"][0]["logprobs"].is_null(), "{event}");
    }
}

#[test]
fn a_text_that_only_seems_complete_is_still_joined() {
    // A provider that says so in every event.
    let stop =
        |text: &str| event(&json!({ "content": text }), 0, &json!({ "finish_reason": "stop" }));
    let (answer, token) = replied(&BOOK, VALUE);
    let (one, two) = token.split_at(6);
    let read = stream(answer, &[stop(&format!("to {one}")), stop(two), stop(" ok"), done()]);
    assert_eq!(read.text(), format!("to {VALUE} ok"));
    let key = secret();
    let (one, two) = key.split_at(9);
    let answer = replied(&BOOK, VALUE).0;
    let read = stream(answer, &[stop(&format!("key {one}")), stop(two), stop(" ok"), done()]);
    assert_eq!(read.text(), "key [SECRET] ok");
    // A call that begins while another is in the middle of a token or a key.
    for whole in [replied(&BOOK, VALUE).1, secret()] {
        let (answer, _) = replied(&BOOK, VALUE);
        let (one, two) = whole.split_at(7);
        let frames = [
            calls(0, &format!("{{\"to\":\"{one}")),
            calls(1, &format!("{{\"to\":\"{one}")),
            calls(0, &format!("{two}\"}}")),
            calls(1, &format!("{two}\"}}")),
            finished(),
            done(),
        ];
        let read = stream(answer, &frames);
        let expect = if whole.starts_with('[') { VALUE } else { "[SECRET]" };
        for call in [0, 1] {
            assert_eq!(read.arguments(call), format!("{{\"to\":\"{expect}\"}}"));
        }
    }
}

/// Texts of blocks that follow each other, one event a piece.
fn blocks(texts: &[&str], length: usize) -> Read {
    let frame = |body: Value| format!("data: {body}\n\n").into_bytes();
    let mut frames = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let begun = json!({ "type": "text", "text": "" });
        frames.push(frame(
            json!({ "type": "content_block_start", "index": index, "content_block": begun }),
        ));
        for piece in pieces(text, &(0..text.len()).step_by(length).collect::<Vec<_>>()) {
            let delta = json!({ "type": "text_delta", "text": piece });
            frames.push(frame(
                json!({ "type": "content_block_delta", "index": index, "delta": delta }),
            ));
        }
        frames.push(frame(json!({ "type": "content_block_stop", "index": index })));
    }
    frames.push(frame(json!({ "type": "message_stop" })));
    let (mut answer, _) = replied(&BOOK, VALUE);
    (answer.from, answer.to) = (Dialect::AnthropicMessages, Dialect::AnthropicMessages);
    stream(answer, &frames)
}

#[test]
fn a_value_that_goes_on_in_the_next_block_is_masked_from_there_on() {
    let key = secret();
    for at in 1..key.len() {
        for length in [1, 3, 100] {
            let (one, two) = key.split_at(at);
            let read =
                blocks(&[&format!("The key is {one}"), &format!("{two} and works.")], length);
            let expect = format!("The key is {one}[SECRET] and works.");
            assert_eq!(read.field("/delta/text"), expect, "{length} at a time");
            assert_eq!((read.flow, read.summary.masked), (Flow::Open, 1));
        }
    }
    // A value at the beginning of a block is one whatever the block before ends in.
    let read = blocks(&["so here is x", &format!("{key} and more.")], 4);
    assert_eq!(read.field("/delta/text"), "so here is x[SECRET] and more.");
}

#[test]
fn what_has_not_all_come_is_not_unreadable() {
    let clean = "Well, it says GZIP said the model.".replace("GZIP", ZIPPED);
    for cut in 1..clean.len() {
        let read = told(&clean, &[cut / 2, cut]);
        assert_eq!((read.text(), read.flow), (clean.clone(), Flow::Open), "cut at {cut}");
    }
}

/// A sentence without anything in it, compressed, as base64.
const ZIPPED: &str = "H4sIAAAAAAACAxXLwQ2AIBBE0VamAquhgdWZCInsJrAc7F68/MNLfqnCFb23TAldCbutOcJRlibthTk3DonIarkjjDBi1lgPcf6fUzw+qkgMnU0AAAA=";

#[test]
fn half_an_emoji_keeps_nothing_from_being_joined() {
    let half = |text: &str, escape: &str| {
        let escaped = format!("{text}{escape}");
        String::from_utf8(says("@@")).unwrap().replace("@@", &escaped).into_bytes()
    };
    for whole in [replied(&BOOK, VALUE).1, secret()] {
        let (answer, _) = replied(&BOOK, VALUE);
        let (one, two) = whole.split_at(8);
        let frames = [
            says(&format!("to {one}")),
            half(two, r" \ud83d"),
            half("", r"\ude00 bye"),
            finished(),
            done(),
        ];
        let read = stream(answer, &frames);
        assert!(read.bytes.contains(r"\ud83d") && read.bytes.contains(r"\ude00 bye"));
        assert!(!read.bytes.contains(&whole) && !read.bytes.contains(two), "{}", read.bytes);
        assert_eq!(read.bytes.contains(VALUE), whole.starts_with('['));
    }
}

#[test]
fn nothing_of_an_event_is_left_unlooked_at() {
    let key = secret();
    let mut body = json!({ "id": key, "system_fingerprint": key, key.clone(): 1, "choices": [{
        "index": 0, "delta": { "content": "x", "code": key } }] });
    body["error"] = json!({ "code": key });
    let frame = format!(": {key}\nid: {key}\nevent: {key}\ndata: {body}\n\n");
    let read = stream(replied(&BOOK, VALUE).0, &[frame.into_bytes(), done()]);
    assert!(!read.bytes.contains(&key), "{}", read.bytes);
    assert_eq!(read.bytes.matches("[SECRET]").count(), 8, "{}", read.bytes);
}

#[test]
fn what_cannot_be_read_is_judged_as_such() {
    let escaped: String = secret().chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    let check = |frame: String| {
        let read = stream(replied(&BOOK, VALUE).0, &[says("so "), frame.clone().into_bytes()]);
        assert_eq!(read.flow, Flow::Cut(Code::AnswerUnreadable), "{frame}");
        assert!(!read.bytes.contains(&escaped));
    };
    check(format!(
        "data: {{\"id\":1,\"id\":2,\"choices\":[{{\"delta\":{{\"content\":\"{escaped}\"}}}}]}}\n\n"
    ));
    check("data: <html>hello</html>\n\n".to_owned());
    check(format!("{{\"choices\":[{{\"message\":{{\"content\":\"{escaped}\"}}}}]}}"));
    let read = stream(replied(&BOOK, VALUE).0, &[b"data: {\"choices\":[\"\xff\"]}\n\n".to_vec()]);
    assert_eq!(read.flow, Flow::Cut(Code::AnswerUnreadable));
}

#[test]
fn a_picture_in_a_stream_needs_a_licence() {
    let picture = json!({ "images": [{ "type": "image_url", "image_url": { "url": "data:image/png;base64,iVBORw0KGgo=" } }] });
    let sound = json!({ "audio": { "data": "UklGRg==" } });
    let strict = book(
        |text| {
            let rule = text.find("rule pictures-in-answers-come-back");
            let Some(start) = rule else { return text };
            let end = text[start + 5..].find("\nrule ").map_or(text.len(), |at| start + 5 + at);
            format!("{}{}", &text[..start], &text[end..])
        },
        Bounds::default(),
    );
    for delta in [picture, sound] {
        let frames = [event(&delta, 0, &json!({})), done()];
        assert_eq!(stream(replied(&BOOK, VALUE).0, &frames).flow, Flow::Open);
        let read = stream(replied(&strict, VALUE).0, &frames);
        assert_eq!(read.flow, Flow::Cut(Code::AnswerBlocked), "{}", read.bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn pieces_make_no_difference(
        words in proptest::collection::vec(0usize..9, 1..24),
        cuts in proptest::collection::vec(0usize..700, 0..40),
        json in any::<bool>(),
    ) {
        let parts = ["plain words and ", "@TOKEN@ ", "@SECRET@ ", "AT61 1904 3002 3457 3201 ",
            "4111 1111 1111 1111, ", "tel. +43 1 234 5678. ", "x@y.example ", "\n\"é🦀\\ ", "[1] "];
        let text: String = words.iter().map(|word| parts[*word]).collect();
        let (_, token) = replied(&BOOK, VALUE);
        let text = text.replace("@TOKEN@", &token).replace("@SECRET@", &secret());
        let text = if json { json!({ "a": text, "b": [text] }).to_string() } else { text };
        let run = |cuts: &[usize]| {
            let say = |piece: &String| if json { calls(0, piece) } else { says(piece) };
            let mut frames: Vec<_> = pieces(&text, cuts).iter().map(say).collect();
            frames.push(done());
            let read = stream(replied(&BOOK, VALUE).0, &frames);
            (read.text(), read.arguments(0), read.summary.masked, read.summary.restored)
        };
        prop_assert_eq!(run(&cuts), run(&[]));
    }
}

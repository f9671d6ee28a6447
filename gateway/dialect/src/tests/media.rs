//! What is not text is never text alone: payloads, blocks that no table knows, and bytes in fields that no table knows.

use super::*;

/// Base64 of bytes without a pattern, as long as a small picture.
fn payload() -> String {
    let mut state = 1u32;
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(alphabet[(state >> 26) as usize])
    };
    (0..8000).map(letter).collect()
}

fn modalities(of: (Dialect, Operation), body: &serde_json::Value) -> Vec<Modality> {
    let request = parse(of, &body.to_string()).unwrap();
    let parts = request.parts().iter().map(|part| part.modality);
    parts.filter(|modality| *modality != Modality::Text).collect()
}

fn check(of: (Dialect, Operation), block: serde_json::Value, expect: Modality) {
    let body = serde_json::json!({"messages": [{"role": "user", "content": [block]}]});
    assert!(
        modalities(of, &body).contains(&expect),
        "{of:?}: {expect:?} is not in {}",
        start(&body)
    );
}

fn start(body: &serde_json::Value) -> String {
    body.to_string().chars().take(200).collect()
}

/// What decoders pass over.
fn spoilt(payload: &str) -> Vec<String> {
    let (head, tail) = payload.split_at(100);
    let data = format!("data:image/png;base64,{payload}");
    vec![
        payload.to_owned(),
        format!("{head} {tail}"),
        format!("{head}!{tail}"),
        format!(" {payload}"),
        format!("{payload}\t"),
        format!("{payload}A=="),
        format!("{head}\u{e9}{tail}"),
        data,
    ]
}

#[test]
fn what_stands_where_a_payload_does_is_content_whatever_it_looks_like() {
    for data in spoilt(&payload()) {
        let source = |kind: &str, media: &str| serde_json::json!({"type": kind, "source": {"type": "base64", "media_type": media, "data": data}});
        check(MESSAGES, source("image", "image/png"), Modality::Image);
        check(MESSAGES, source("document", "application/pdf"), Modality::File);
        let sound = serde_json::json!({"type": "input_audio", "input_audio": {"data": data, "format": "wav"}});
        check(CHAT, sound, Modality::Audio);
        let file = serde_json::json!({"type": "file", "file": {"file_data": data}});
        check(CHAT, file, if data.starts_with("data:") { Modality::Image } else { Modality::File });
        let image = serde_json::json!({"type": "image_url", "image_url": {"url": data}});
        check(CHAT, image, Modality::Image);
    }
}

#[test]
fn a_payload_is_content_however_far_its_type_stands_away() {
    let far: String = (0..200).map(|n| format!("\"z{n}\":1,")).collect();
    for kind in ["\"type\":\"base64\",", "", "\"type\":\"bytes\","] {
        let body = format!(
            r#"{{"messages":[{{"content":[{{"source":{{{far}{kind}"data":"{}"}},{far}"type":"image"}}]}}]}}"#,
            payload()
        );
        let request = parse(MESSAGES, &body).unwrap();
        let is_it = |part: &&crate::Part| {
            part.modality == Modality::Image && request.path_of(part).ends_with("source.data")
        };
        assert_eq!(request.parts().iter().filter(is_it).count(), 1, "{kind}");
        assert!(
            request.parts().iter().all(|part| !request.text(part).contains(&payload())),
            "{kind}"
        );
    }
    let text = serde_json::json!({"type": "document", "source": {"type": "text", "data": "plain"}});
    assert_eq!(modalities(MESSAGES, &serde_json::json!({"messages": [{"content": [text]}]})), []);
}

#[test]
fn bytes_as_numbers_are_content_too() {
    let data = serde_json::json!({"type": "image", "source": {"type": "base64", "data": [137, 80, 78, 71]}});
    check(MESSAGES, data, Modality::File);
    let data = serde_json::json!({"type": "image_url", "image_url": {"url": [137, 80, 78, 71]}});
    check(CHAT, data, Modality::Image);
}

#[test]
fn a_block_of_no_known_type_is_content_and_its_strings_are_read() {
    for block in [
        serde_json::json!({"type": "weird", "says": "ann@x.at"}),
        serde_json::json!({"type": null, "says": "ann@x.at"}),
        serde_json::json!({"type": ["text"], "says": "ann@x.at"}),
        serde_json::json!({"says": "ann@x.at"}),
        serde_json::json!([{"type": "text", "text": "ann@x.at"}]),
    ] {
        for of in [CHAT, MESSAGES] {
            let body = serde_json::json!({"messages": [{"role": "user", "content": [block]}]});
            let request = parse(of, &body.to_string()).unwrap();
            let at = |modality| {
                let is_it = |part: &&crate::Part| part.modality == modality;
                request.parts().iter().find(is_it).map(|part| request.path_of(part))
            };
            assert_eq!(at(Modality::Opaque).as_deref(), Some("messages[0].content[0]"), "{body}");
            assert!(!replaced(&request, "ann@x.at", "").windows(3).any(|w| w == b"ann"), "{body}");
        }
    }
    check(
        CHAT,
        serde_json::json!({"type": "image", "source": {"type": "base64", "data": "AAAA"}}),
        Modality::Opaque,
    );
    check(
        MESSAGES,
        serde_json::json!({"type": "image", "source": {"type": "s3", "bucket": "b"}}),
        Modality::Opaque,
    );
    let system = serde_json::json!({"system": [{"type": "image", "source": {"type": "base64", "data": "AA AA"}}]});
    assert_eq!(modalities(MESSAGES, &system), [Modality::Opaque]);
    let odd = serde_json::json!({"messages": [{"content": {"type": "image_url", "image_url": "https://x"}}]});
    assert_eq!(modalities(CHAT, &odd), [Modality::Opaque]);
    let plain = serde_json::json!({"messages": [{"content": ["a", {"text": "b"}, {"type": "text", "text": "c"}]}]});
    assert_eq!(modalities(CHAT, &plain), []);
}

#[test]
fn bytes_in_any_field_are_content_and_text() {
    let (run, png) = (&payload()[..300], format!("iVBORw0KGgo{}", &payload()[..80]));
    for (value, expect) in [
        (run.to_owned(), Modality::Opaque),
        (format!("{} {}", &run[..150], &run[150..]), Modality::Opaque),
        (png, Modality::Image),
        (format!("data:application/pdf;base64,{}", &run[..80]), Modality::File),
    ] {
        for body in [
            serde_json::json!({"zzz": [{"blob": value}]}),
            serde_json::json!({"zzz": {value.as_str(): 1}}),
            serde_json::json!({"metadata": {"note": value}}),
            serde_json::json!({"user": value}),
            serde_json::json!({"model": value}),
            serde_json::json!({"messages": [{"role": "user", "content": value}]}),
            serde_json::json!({"messages": [{"role": "user", "content": "hi", "blob": value}]}),
            serde_json::json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "hi", "blob": value}]}]}),
            serde_json::json!({"messages": [{"role": "tool", "content": format!("{{\"file\":\"{value}\"}}")}]}),
        ] {
            assert_eq!(modalities(CHAT, &body), [expect], "{body}");
            let request = parse(CHAT, &body.to_string()).unwrap();
            assert!(request.parts().iter().any(|part| request.text(part) == value), "{body}");
        }
    }
}

#[test]
fn what_is_attached_to_a_message_is_content() {
    let message = |name: &str, value: serde_json::Value| {
        let message = serde_json::json!({"role": "user", "content": "hi", name: value});
        modalities(CHAT, &serde_json::json!({"messages": [message]}))
    };
    assert_eq!(message("images", serde_json::json!(["AAAA"])), [Modality::Image]);
    assert_eq!(message("attachments", serde_json::json!([{"file_id": "f1"}])), [Modality::File]);
    for nothing in [serde_json::json!([]), serde_json::json!({}), serde_json::Value::Null] {
        assert_eq!(message("attachments", nothing), []);
    }
}

#[test]
fn what_a_provider_sealed_stays_as_it_came() {
    let seal = payload();
    for (of, message) in [
        (
            MESSAGES,
            serde_json::json!({"content": [{"type": "thinking", "thinking": "hm", "signature": seal}]}),
        ),
        (MESSAGES, serde_json::json!({"content": [{"type": "redacted_thinking", "data": seal}]})),
        (
            CHAT,
            serde_json::json!({"tool_calls": [{"extra_content": {"google": {"thought_signature": seal}}}]}),
        ),
        (
            CHAT,
            serde_json::json!({"reasoning_details": [{"type": "reasoning.encrypted", "data": seal}]}),
        ),
    ] {
        assert_eq!(
            modalities(of, &serde_json::json!({"messages": [message]})),
            [],
            "{}",
            start(&message)
        );
    }
    let picture = serde_json::json!({"type": "image", "data": format!("iVBORw0KGgo{seal}")});
    check(MESSAGES, picture, Modality::Image);
}

#[test]
fn an_answer_keeps_its_own_runs() {
    let body = serde_json::json!({"choices": [{"message": {"content": [{"type": "new", "x": "y"}], "seal": payload()}}]});
    let answer = answer(CHAT, &body.to_string());
    assert!(answer.parts().iter().all(|part| part.modality == Modality::Text));
}

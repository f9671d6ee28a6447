//! Streams: what is held, for how long, and how much of it.

use super::*;

/// All but the last few of many events have come out before the next is sent.
fn check(first: Vec<u8>, then: impl Fn(&str) -> Vec<u8>) {
    let mut frames = vec![first];
    frames.extend((0..200).map(|_| then("some word ")));
    let read = stream(replied(&BOOK, VALUE).0, &frames);
    for (number, out) in read.after.iter().enumerate().take(frames.len()) {
        assert!(out + 3 >= number, "{out} events came out of {number}");
    }
    assert_eq!(read.after.last(), Some(&frames.len()));
}

#[test]
fn text_comes_while_it_is_said() {
    let thinks = |text: &str| event(&json!({ "reasoning_content": text }), 0, &json!({}));
    check(says(""), says);
    for end in ["up", "up.", "up:", "up ", "up\n", "up…", "3", "anna"] {
        check(says(&format!("Let me look that {end}")), |text| calls(0, text));
        check(thinks(&format!("I think so {end}")), says);
    }
    check(says("hello"), |text| event(&json!({ "content": text }), 1, &json!({})));
    // A call is over when its brackets are closed, so the next does not wait for the end.
    check(calls(0, "{\"to\":\"anna.berger@example.org\"}"), |text| calls(1, text));
}

#[test]
fn a_clean_stream_leaves_byte_for_byte() {
    let frames = [
        b": hello\n\n".to_vec(),
        says("Dear "),
        event(&json!({ "content": "second" }), 1, &json!({})),
        calls(0, "{\"a\": 1}"),
        finished(),
        done(),
    ];
    let read = stream(replied(&BOOK, VALUE).0, &frames);
    let mut sent: Vec<String> =
        frames.iter().map(|frame| String::from_utf8(frame.clone()).unwrap()).collect();
    let mut came: Vec<String> = read.bytes.split_inclusive("\n\n").map(str::to_owned).collect();
    assert_eq!(came.first(), sent.first());
    assert_eq!(came.last(), sent.last());
    // Only events of different choices may overtake.
    sent.sort();
    came.sort();
    assert_eq!(sent, came);
}

#[test]
fn what_is_held_is_bounded_and_then_cut() {
    let bounds = Bounds { answer: 64 << 10, ..Bounds::default() };
    let book = book(|text| text, bounds);
    // A call that stops in the middle of a token, and another that goes on.
    let (answer, token) = replied(&book, VALUE);
    let mut frames = vec![calls(0, &format!("{{\"to\": \"{}", &token[..8]))];
    frames.extend((0..2000).map(|_| calls(1, "some word ")));
    let read = stream(answer, &frames);
    assert_eq!(read.flow, Flow::Cut(Code::AnswerUnreadable));
    assert!(read.after.len() < 200 && read.bytes.contains("\"error\""));
}

#[test]
fn what_is_held_is_told() {
    let (mut answer, token) = replied(&BOOK, VALUE);
    let (mut scratch, mut out) = (Scratch::default(), Vec::new());
    answer.start().unwrap();
    let empty = answer.held();
    answer.step(&says(&token[..8]), &mut scratch, &mut out);
    assert!(answer.held() > empty + 100);
    answer.step(&done(), &mut scratch, &mut out);
    assert_eq!(answer.held(), empty);
}

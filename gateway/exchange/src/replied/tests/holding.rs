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
    comes_as_sent(Dialect::OpenAiChat, &frames);
}

fn comes_as_sent(dialect: Dialect, frames: &[Vec<u8>]) {
    let (mut answer, _) = replied(&BOOK, VALUE);
    (answer.from, answer.to) = (dialect, dialect);
    let read = stream(answer, frames);
    let came: Vec<&str> = read.bytes.split_inclusive("\n\n").collect();
    let sent: Vec<&str> = frames.iter().map(|frame| std::str::from_utf8(frame).unwrap()).collect();
    assert_eq!(came, sent);
    assert_eq!((read.flow, read.summary.masked), (Flow::Open, 0));
}

/// Says a text in a choice.
fn chooses(choice: u32, text: &str) -> Vec<u8> {
    event(&json!({ "content": text }), choice, &json!({}))
}

/// One item of each list in turn, until all are used up.
fn in_turn(lists: &[Vec<Vec<u8>>]) -> Vec<Vec<u8>> {
    let longest = lists.iter().map(Vec::len).max().unwrap();
    (0..longest).flat_map(|at| lists.iter().filter_map(move |list| list.get(at).cloned())).collect()
}

const ONE: &str = "Dear Anna, call 4111 or write [soon";
const OTHER: &str = "No. The 12 men wait, [PERSONAL";

#[test]
fn choices_leave_in_the_order_in_which_they_came() {
    for one in 0..ONE.len() {
        for other in 0..OTHER.len() {
            let cut = |choice: u32, text: &str, at: usize| -> Vec<Vec<u8>> {
                pieces(text, &[at, at + 1, at + 5]).iter().map(|p| chooses(choice, p)).collect()
            };
            let mut frames = in_turn(&[cut(0, ONE, one), cut(1, OTHER, other)]);
            let stop = json!({ "finish_reason": "stop" });
            frames.extend([finished(), event(&json!({}), 1, &stop), done()]);
            comes_as_sent(Dialect::OpenAiChat, &frames);
        }
    }
}

#[test]
fn content_blocks_leave_in_the_order_in_which_they_came() {
    let framed = |name: &str, body: Value| format!("event: {name}\ndata: {body}\n\n").into_bytes();
    for cut in 0..OTHER.len() {
        let block = |index: u32, text: &str| -> Vec<Vec<u8>> {
            let begun = json!({ "type": "content_block_start", "index": index, "content_block": { "type": "text", "text": "" } });
            let mut frames = vec![framed("content_block_start", begun)];
            frames.extend(pieces(text, &[cut, cut + 3]).iter().map(|piece| {
                let delta = json!({ "type": "text_delta", "text": piece });
                let body = json!({ "type": "content_block_delta", "index": index, "delta": delta });
                framed("content_block_delta", body)
            }));
            let ended = json!({ "type": "content_block_stop", "index": index });
            frames.push(framed("content_block_stop", ended));
            frames
        };
        let mut frames = in_turn(&[block(0, ONE), block(1, OTHER)]);
        frames.push(framed("message_stop", json!({ "type": "message_stop" })));
        comes_as_sent(Dialect::AnthropicMessages, &frames);
    }
}

/// The most events that are held, in rounds of all choices.
fn rounds_held(words: &[&str], choices: u32) -> usize {
    let list = |choice: u32| -> Vec<Vec<u8>> {
        (0..100).map(|at| chooses(choice, words[at % words.len()])).collect()
    };
    let frames = in_turn(&(0..choices).map(list).collect::<Vec<_>>());
    let read = stream(replied(&BOOK, VALUE).0, &frames);
    let held = read.after.iter().enumerate().take(frames.len()).map(|(at, out)| at + 1 - out);
    held.max().unwrap().div_ceil(choices as usize)
}

#[test]
fn choices_that_come_in_turn_wait_for_a_round_or_two() {
    let words = ["I", " think", " it", " costs", " some", " more", " euros", ",", " he", " said"];
    for choices in [2, 3, 8] {
        assert!(rounds_held(&words, choices) <= 3, "{choices} choices");
    }
}

/// What may be a number of something waits for the words behind it, which may say of what.
#[test]
fn numbers_wait_for_the_words_behind_them() {
    let words =
        ["I", " think", " it", " costs", " 17", " or", " 18", " euros", ",", " he", " said"];
    for choices in [2, 3, 8] {
        let rounds = rounds_held(&words, choices);
        assert!((4..=24).contains(&rounds), "{rounds} rounds of {choices} choices");
    }
}

#[test]
fn a_choice_that_stops_in_a_word_holds_the_others_until_it_ends() {
    let others = || (0..200).map(|_| chooses(1, "some word "));
    let mut frames = vec![says("hello")];
    frames.extend(others());
    let held = stream(replied(&BOOK, VALUE).0, &frames);
    assert_eq!(held.after[200], 0);
    comes_as_sent(Dialect::OpenAiChat, &frames);
    frames.insert(1, finished());
    let read = stream(replied(&BOOK, VALUE).0, &frames);
    assert!(read.after[200] >= 199, "{} of 201", read.after[200]);
    // No end in sight: the bound cuts it.
    let book = book(|text| text, Bounds { answer: 64 << 10, ..Bounds::default() });
    let mut frames = vec![says("hello")];
    (0..10).for_each(|_| frames.extend(others()));
    let read = stream(replied(&book, VALUE).0, &frames);
    assert_eq!(read.flow, Flow::Cut(Code::AnswerUnreadable));
    assert!(read.after.len() < 200 && !read.bytes.contains("some word"));
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

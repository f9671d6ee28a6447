//! Request bodies: whole, encoded, too large, too slow, too many at once.

#![expect(clippy::disallowed_methods, reason = "measures time")]

use std::io::Write;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use proxy::config::{Size, Time};

use crate::client::{Multi, Raw};
use crate::node::{Node, filler, sum};

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

async fn encoded(node: &Node, encoding: &str, body: &[u8]) -> crate::client::Answer {
    let mut client = Raw::plain(node.plain).await;
    let length = body.len();
    client.send(format!("POST /local/x HTTP/1.1\r\nHost: a\r\nContent-Encoding: {encoding}\r\nContent-Length: {length}\r\n\r\n")).await;
    client.try_send(body).await;
    client.answer().await
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_arrive_whole_however_they_are_framed() {
    let node = Node::start().await;
    for length in [0, 1, 4096, 16_300, 16_384, 300_000, 20 << 20] {
        let body = filler(length);
        let expect = format!("length={length} sum={}", sum(&body));
        let answer = Raw::plain(node.plain).await.post("/local/x", &body).await;
        assert!(answer.text().ends_with(&expect), "{length}: {}", answer.text());
        let over_h2 = Multi::plain(node.plain).await.post("/local/x", &body).await.2;
        assert!(String::from_utf8(over_h2).unwrap().ends_with(&expect), "{length} over h2");
        let mut client = Raw::plain(node.plain).await;
        client
            .send("POST /local/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            .await;
        for piece in body.chunks(70_000) {
            client.send(format!("{:x}\r\n", piece.len())).await;
            client.send(piece).await;
            client.send("\r\n").await;
        }
        client.send("0\r\n\r\n").await;
        let answer = client.answer().await;
        assert!(answer.text().ends_with(&expect), "{length} chunked: {}", answer.text());
        assert!(answer.head.contains("connection: keep-alive"));
    }
    node.settle().await;
    assert!(node.budget.peak() >= 20 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn expect_is_answered_before_the_body_comes() {
    let node = Node::start().await;
    let mut client = Raw::plain(node.plain).await;
    client.send("POST /local/x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n").await;
    assert!(client.head().await.starts_with("http/1.1 100 "));
    client.send("hello").await;
    assert!(client.answer().await.text().contains("length=5"));
    client.send("POST /local/x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n").await;
    let answer = client.answer().await;
    assert_eq!(answer.code(), "TooLarge { limit: 33554432 }");
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_too_long_are_told_so_even_while_being_sent() {
    let node = Node::start_with(|config| config.limits.body = Size::kibibytes(64)).await;
    let body = filler(3 << 20);
    let answer = Raw::plain(node.plain).await.post("/local/x", &body).await;
    assert_eq!(answer.code(), "TooLarge { limit: 65536 }");
    assert!(answer.head.contains("connection: close"));
    let mut client = Raw::plain(node.plain).await;
    client.send("POST /local/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    for piece in body.chunks(50_000).take(20) {
        client.try_send(format!("{:x}\r\n", piece.len()).as_bytes()).await;
        client.try_send(piece).await;
        client.try_send(b"\r\n").await;
    }
    assert_eq!(client.answer().await.code(), "TooLarge { limit: 65536 }");
    assert_eq!(Multi::plain(node.plain).await.post("/local/x", &body).await.0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn encoded_bodies_are_decoded_or_refused() {
    let node = Node::start().await;
    let body = filler(200_000);
    let expect = format!("length=200000 sum={}", sum(&body));
    for (encoding, wire) in [
        ("gzip", gzip(&body)),
        ("gzip, gzip", gzip(&gzip(&body))),
        ("zstd", zstd::stream::encode_all(&body[..], 3).unwrap()),
    ] {
        let answer = encoded(&node, encoding, &wire).await;
        assert!(answer.text().ends_with(&expect), "{encoding}: {}", answer.text());
    }
    for (encoding, wire, code) in [
        ("gzip", gzip(&vec![0; 30 << 20]), "RatioTooHigh"),
        ("gzip, gzip", gzip(&gzip(&vec![0; 30 << 20])), "RatioTooHigh"),
        ("gzip", b"not gzip".to_vec(), "Corrupt"),
        ("compress", b"x".to_vec(), "UnknownEncoding"),
        ("gzip, gzip, gzip", gzip(b"x"), "UnknownEncoding"),
    ] {
        let answer = encoded(&node, encoding, &wire).await;
        assert_eq!(answer.code(), code, "{encoding}");
    }
    node.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_bodies_end_at_the_total_deadline_on_both_versions() {
    let node = Node::start_with(|config| config.limits.body_time = Time::millis(500)).await;
    let begun = Instant::now();
    let mut client = Raw::plain(node.plain).await;
    client.send("POST /local/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n").await;
    for _ in 0..8 {
        client.try_send(b"x").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let answer = client.answer().await;
    assert_eq!(answer.code(), "TooSlow");
    let multi = Multi::plain(node.plain).await;
    let (response, mut stream) = multi.open("/local/x", false).await;
    stream.send_data(Bytes::from_static(b"begun"), false).unwrap();
    assert_eq!(response.await.unwrap().status(), 400);
    assert!(begun.elapsed() < Duration::from_secs(8));
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_chunks_are_refused() {
    let node = Node::start().await;
    let head = "POST /local/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for body in [
        "xyz\r\n",
        "\r\nhello\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        "5;a\nhello\r\n",
        "5\r\nhello\r\n0\r\nX: 1\r\n\r\n",
    ] {
        let mut client = Raw::plain(node.plain).await;
        client.send(format!("{head}{body}")).await;
        let answer = client.answer().await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "body-malformed"), "{body:?}");
        assert!(client.is_closed().await);
        // The same, when the body comes after its head was let in.
        let mut client = Raw::plain(node.plain).await;
        client.send(head).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        client.send(format!("3\r\nabc\r\n{body}")).await;
        assert_eq!(client.answer().await.code(), "Malformed", "{body:?}");
        assert!(client.is_closed().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_while_sending_is_no_failure_of_ours() {
    let node = Node::start().await;
    let mut client = Raw::plain(node.plain).await;
    client.send("POST /local/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nabc").await;
    client.finish().await;
    assert!(!client.more().await, "nobody is there to be answered");
    assert_eq!(node.counters.requests.load(Ordering::Relaxed), 1);
    assert_eq!(node.counters.handlers_failed.load(Ordering::Relaxed), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_budget_is_told_to_come_back() {
    let node = Node::start_with(|config| {
        config.limits.body = Size::kibibytes(64);
        config.limits.memory = Size::kibibytes(100);
    })
    .await;
    let body = filler(60_000);
    let address = node.plain;
    let kept = body.clone();
    let first =
        tokio::spawn(async move { Raw::plain(address).await.post("/local/hold", &kept).await });
    tokio::time::sleep(Duration::from_millis(150)).await;
    let answer = Raw::plain(node.plain).await.post("/local/x", &body).await;
    assert_eq!(answer.code(), "Busy");
    assert_eq!(first.await.unwrap().status, 200);
    node.settle().await;
    assert_eq!(node.budget.refused(), 1);
    assert_eq!(Raw::plain(node.plain).await.post("/local/x", &body).await.status, 200);
}

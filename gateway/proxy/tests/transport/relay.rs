//! Through the engine and back: four combinations of protocols, every framing, and what goes wrong upstream.

#![expect(clippy::disallowed_methods, reason = "measures time")]

use std::time::{Duration, Instant};

use proxy::{Deadlines, Peer, Protocols, SendErrorKind};

use crate::client::{Multi, Raw};
use crate::node::{Authority, Node, filler, free_address, sum};
use crate::provider::Provider;

fn tls_peer(provider: &Provider, name: &str, protocols: Protocols) -> Peer {
    Peer { address: provider.address, tls: Some(name.to_owned()), trust: 1, protocols }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_four_combinations_carry_all_sizes() {
    let node = Node::start().await;
    let (h1, h2) = (Provider::h1().await, Provider::h2().await);
    for (address, protocols) in [(h1.address, Protocols::Http1), (h2.address, Protocols::Http2)] {
        node.aim(address, protocols);
        for length in [0, 5, 300_000, 20 << 20] {
            let body = filler(length);
            let expect = format!("length={length} sum={}", sum(&body));
            let answer = Raw::plain(node.plain).await.post("/echo", &body).await;
            assert_eq!(
                (answer.status, answer.text()),
                (200, expect.clone()),
                "h1 to {protocols:?}"
            );
            assert!(answer.head.contains("content-length: "), "{}", answer.head);
            let (status, _, text) = Multi::plain(node.plain).await.post("/echo", &body).await;
            assert_eq!(
                (status, String::from_utf8(text).unwrap()),
                (200, expect),
                "h2 to {protocols:?}"
            );
        }
    }
    let versions: Vec<http::Version> =
        node.target.lock().unwrap().replies.iter().map(|reply| reply.1).collect();
    assert_eq!(versions[..8], [http::Version::HTTP_11; 8]);
    assert_eq!(versions[8..], [http::Version::HTTP_2; 8]);
    assert_eq!(
        (h1.seen.connections(), h2.seen.connections()),
        (1, 1),
        "one connection each served all"
    );
    assert_eq!(node.engine.counters().reused, 14);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_framing_of_an_answer_comes_back() {
    let node = Node::start().await;
    let provider = Provider::h1().await;
    node.aim(provider.address, Protocols::Http1);
    for (path, status, text) in [
        ("/chunked", 200, "hello world"),
        ("/until-close", 200, "until the end"),
        ("/interim", 200, "length=2"),
        ("/no-content", 204, ""),
        ("/close", 200, "length=2"),
        ("/hops", 200, "length=2"),
    ] {
        let mut client = Raw::plain(node.plain).await;
        let answer = client.post(path, b"{}").await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.complete && answer.text().starts_with(text), "{path}: {}", answer.text());
        assert!(
            !answer.head.contains("x-hop") && !answer.head.contains("timeout=5"),
            "{}",
            answer.head
        );
        assert_eq!(
            client.get("/local/next").await.status,
            200,
            "the client's connection lives on after {path}"
        );
        let (over_h2, _, body) = Multi::plain(node.plain).await.post(path, b"{}").await;
        assert!(
            over_h2 == status && String::from_utf8(body).unwrap().starts_with(text),
            "{path} over h2"
        );
    }
    let mut client = Raw::plain(node.plain).await;
    client.send("HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let head = client.head().await;
    assert!(head.starts_with("http/1.1 200") && !head.contains("content-length"), "{head}");
    assert_eq!(client.get("/local/next").await.status, 200);
    assert!(client.take_unread().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn framing_is_ours_and_what_connection_names_stays() {
    let node = Node::start().await;
    let provider = Provider::h1().await;
    node.aim(provider.address, Protocols::Http1);
    let mut client = Raw::plain(node.plain).await;
    client
        .send(
            "POST /echo?a=%20b HTTP/1.1\r\nHost: gateway.test\r\nX-Keep-Me: 1\r\nX-Keep-Hop: 1\r\n\
             Connection: x-keep-hop, transfer-encoding\r\nAccept-Encoding: gzip\r\n\
             Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        )
        .await;
    assert_eq!(client.answer().await.status, 200);
    let expect = "POST /echo?a=%20b HTTP/1.1\r\nhost: provider.test\r\naccept-encoding: identity\r\n\
                  x-keep-me: 1\r\ncontent-length: 2\r\n\r\n";
    assert_eq!(provider.seen.last_head(), expect);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_pass_without_delay_on_all_combinations() {
    let node = Node::start().await;
    for (provider, protocols) in
        [(Provider::h1().await, Protocols::Http1), (Provider::h2().await, Protocols::Http2)]
    {
        node.aim(provider.address, protocols);
        let mut client = Raw::plain(node.plain).await;
        client.send("POST /sse HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await;
        assert!(client.head().await.contains("transfer-encoding: chunked"));
        let mut arrivals = Vec::new();
        loop {
            let chunk = client.chunk().await.expect("a chunk");
            if chunk.is_empty() {
                break;
            }
            assert_eq!(chunk, format!("data: {}\n\n", arrivals.len()).into_bytes());
            arrivals.push(Instant::now());
        }
        assert_eq!(arrivals.len(), 4);
        // They are sent 100 ms apart; had they been held back they would arrive together.
        let gaps = arrivals
            .windows(2)
            .filter(|pair| pair[1] - pair[0] > Duration::from_millis(40))
            .count();
        assert!(gaps >= 2, "{protocols:?}: {arrivals:?}");
        let (status, _, body) = Multi::plain(node.plain).await.post("/sse", b"").await;
        assert_eq!(
            (status, String::from_utf8(body).unwrap().as_str()),
            (200, "data: 0\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\n")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_stops_the_provider() {
    let node = Node::start().await;
    for over_h2 in [false, true] {
        for protocols in [Protocols::Http1, Protocols::Http2] {
            let provider = if protocols == Protocols::Http1 {
                Provider::h1().await
            } else {
                Provider::h2().await
            };
            node.aim(provider.address, protocols);
            if over_h2 {
                let multi = Multi::plain(node.plain).await;
                let (response, _stream) = multi.open("/endless", true).await;
                let mut body = response.await.unwrap().into_body();
                assert!(body.data().await.is_some());
            } else {
                let mut client = Raw::plain(node.plain).await;
                client.send("POST /endless HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await;
                client.head().await;
                assert!(client.chunk().await.is_some());
            }
            provider.seen.wait_for_abort().await;
        }
    }
    let provider = Provider::h1().await;
    node.aim(provider.address, Protocols::Http1);
    let mut client = Raw::plain(node.plain).await;
    client.send("POST /silent HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop(client);
    tokio::time::sleep(Duration::from_millis(200)).await;
    node.settle().await;
    assert!(node.target.lock().unwrap().errors.is_empty(), "leaving is no error upstream");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_died_on_a_kept_connection_is_never_sent_again() {
    let node = Node::start().await;
    let provider = Provider::h1().await;
    node.aim(provider.address, Protocols::Http1);
    let body = filler(50_000);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(Raw::plain(node.plain).await.post("/dies-when-reused", &body).await.status);
    }
    assert_eq!(statuses, [200, 502, 200, 502]);
    assert_eq!((provider.seen.requests(), provider.seen.connections()), (4, 2));
    let error = node.last_error();
    assert!(error.stale() && error.may_have_left(), "{error:?}");
    assert_eq!((node.engine.counters().stale, node.engine.counters().idle), (2, 0));
    // What dies on a new connection is no stale one.
    node.aim(free_address(), Protocols::Http1);
    assert_eq!(Raw::plain(node.plain).await.post("/echo", &body).await.status, 502);
    assert!(!node.last_error().stale());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_h2_connection_that_says_goodbye_is_not_used_again() {
    let node = Node::start().await;
    let provider = Provider::h2().await;
    node.aim(provider.address, Protocols::Http2);
    for path in ["/echo", "/last", "/echo", "/last", "/echo"] {
        assert_eq!(Raw::plain(node.plain).await.post(path, b"{}").await.status, 200, "{path}");
    }
    assert_eq!((provider.seen.requests(), provider.seen.connections()), (5, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_share_an_h2_connection_at_once() {
    let node = Node::start().await;
    let provider = Provider::h2().await;
    node.aim(provider.address, Protocols::Http2);
    assert_eq!(Raw::plain(node.plain).await.post("/echo", b"{}").await.status, 200);
    let body = filler(300_000);
    let multi = Multi::plain(node.plain).await;
    let expect = format!("length=300000 sum={}", sum(&body));
    let posts: Vec<_> = (0..20)
        .map(|_| {
            let (multi, body, address) = (multi.clone(), body.clone(), node.plain);
            tokio::spawn(async move {
                (
                    multi.post("/echo", &body).await.2,
                    Raw::plain(address).await.post("/echo", &body).await.body,
                )
            })
        })
        .collect();
    for post in posts {
        let (over_h2, over_h1) = post.await.unwrap();
        assert_eq!(String::from_utf8(over_h2).unwrap(), expect);
        assert_eq!(String::from_utf8(over_h1).unwrap(), expect);
    }
    assert_eq!((provider.seen.requests(), provider.seen.connections()), (41, 1));
    node.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_could_be_read_two_ways_are_refused() {
    let node = Node::start().await;
    let provider = Provider::h1().await;
    node.aim(provider.address, Protocols::Http1);
    for (path, kind) in [
        ("/two-readings", SendErrorKind::BadResponse),
        ("/not-http", SendErrorKind::BadResponse),
        ("/upgrades", SendErrorKind::BadResponse),
        ("/long-head", SendErrorKind::HeadTooLarge),
        ("/truncated", SendErrorKind::Closed),
    ] {
        let mut client = Raw::plain(node.plain).await;
        client
            .send(format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{{}}"))
            .await;
        if path == "/truncated" {
            assert!(!client.more().await, "cut, not completed");
        } else {
            assert_eq!(client.answer().await.status, 502, "{path}");
        }
        let error = node.last_error();
        assert_eq!((error.kind(), error.may_have_left()), (kind, true), "{path}");
    }
    assert_eq!(node.engine.counters().idle, 0, "none of these connections is used again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_before_the_body_was_sent_is_heard() {
    let node = Node::start().await;
    let provider = Provider::h1().await;
    node.aim(provider.address, Protocols::Http1);
    let answer = Raw::plain(node.plain).await.post("/early", &filler(8 << 20)).await;
    assert_eq!((answer.status, answer.text().as_str()), (413, "large"));
}

#[tokio::test(flavor = "multi_thread")]
async fn deadlines_hold() {
    let node = Node::start().await;
    let provider = Provider::h1().await;
    node.aim(provider.address, Protocols::Http1);
    let long = Duration::from_secs(20);
    let short = Duration::from_millis(300);
    let all = Deadlines { connect: long, first_byte: long, between_reads: long, total: long };
    for (path, deadlines, kind) in [
        ("/silent", Deadlines { first_byte: short, ..all }, SendErrorKind::FirstByteTimeout),
        ("/silent", Deadlines { total: short, ..all }, SendErrorKind::TotalTimeout),
        ("/endless", Deadlines { total: short, ..all }, SendErrorKind::TotalTimeout),
        (
            "/sse",
            Deadlines { between_reads: Duration::from_millis(30), ..all },
            SendErrorKind::ReadTimeout,
        ),
    ] {
        node.target.lock().unwrap().deadlines = Some(deadlines);
        let begun = Instant::now();
        let answer = Raw::plain(node.plain).await.post(path, b"").await;
        assert!(answer.status == 502 || !answer.complete, "{path}: {answer:?}");
        assert_eq!(node.last_error().kind(), kind, "{path}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_always_verified() {
    let (trusted, other) = (Authority::new(), Authority::new());
    let file = trusted.file();
    let node = Node::start_with(move |config| config.trust.ca_file = Some(file)).await;
    let good = Provider::tls(&trusted, "provider.test", &[b"h2", b"http/1.1"]).await;
    for (protocols, version) in [
        (Protocols::Http1, http::Version::HTTP_11),
        (Protocols::Http2, http::Version::HTTP_2),
        (Protocols::Either, http::Version::HTTP_2),
    ] {
        node.aim_at(tls_peer(&good, "provider.test", protocols));
        assert_eq!(Raw::plain(node.plain).await.post("/echo", b"{}").await.status, 200);
        assert_eq!(node.target.lock().unwrap().replies.last().unwrap().1, version);
    }
    let old = Provider::tls(&trusted, "provider.test", &[b"http/1.1"]).await;
    node.aim_at(tls_peer(&old, "provider.test", Protocols::Either));
    assert_eq!(Raw::plain(node.plain).await.post("/echo", b"{}").await.status, 200);
    assert_eq!(node.target.lock().unwrap().replies.last().unwrap().1, http::Version::HTTP_11);
    let bad = Provider::tls(&other, "provider.test", &[b"http/1.1"]).await;
    for (provider, name, kind) in [
        (&bad, "provider.test", SendErrorKind::Tls),
        (&good, "other.test", SendErrorKind::Tls),
        (&good, "", SendErrorKind::ServerName),
    ] {
        node.aim_at(tls_peer(provider, name, Protocols::Either));
        assert_eq!(Raw::plain(node.plain).await.post("/echo", b"{}").await.status, 502);
        let error = node.last_error();
        assert_eq!((error.kind(), error.may_have_left()), (kind, false), "{name}");
    }
    assert_eq!(bad.seen.requests(), 0);
    node.aim(free_address(), Protocols::Http1);
    assert_eq!(Raw::plain(node.plain).await.post("/echo", b"{}").await.status, 502);
    assert_eq!(
        (node.last_error().kind(), node.last_error().may_have_left()),
        (SendErrorKind::Connect, false)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_shared_only_with_equal_peers_and_expire() {
    let node =
        Node::start_with(|config| config.pool.idle_age = proxy::config::Time::seconds(1)).await;
    let provider = Provider::h1().await;
    for trust in [1, 2, 1, 2] {
        node.aim_at(Peer {
            address: provider.address,
            tls: None,
            trust,
            protocols: Protocols::Http1,
        });
        assert_eq!(Raw::plain(node.plain).await.post("/echo", b"{}").await.status, 200);
    }
    assert_eq!((provider.seen.connections(), provider.seen.requests()), (2, 4));
    assert_eq!(node.engine.counters().idle, 2);
    tokio::time::sleep(Duration::from_millis(4500)).await;
    assert_eq!((node.engine.counters().idle, node.engine.counters().expired), (0, 2));
}

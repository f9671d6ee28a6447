//! The OTLP sink against a collector that is away, fails, refuses and comes back.

#![expect(clippy::disallowed_methods, reason = "measures time")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::{fill, options};
use crate::Journal;
use crate::reader::Reader;
use crate::sink::{OtlpOptions, OtlpSink};

type Seen = Arc<Mutex<BTreeMap<String, u64>>>;

/// Answers requests in turn with these statuses, then with 200; counts the records it took by id.
fn collector(listener: TcpListener, statuses: Vec<u16>, seen: Seen) {
    std::thread::spawn(move || {
        let mut statuses = statuses.into_iter();
        for stream in listener.incoming() {
            let Ok(stream) = stream else { continue };
            while let Some(body) = request(&stream) {
                let status = statuses.next().unwrap_or(200);
                if status == 0 {
                    break;
                }
                if status == 200 {
                    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
                    let logs = &body["resourceLogs"][0]["scopeLogs"][0]["logRecords"];
                    for log in logs.as_array().unwrap() {
                        let id = log["attributes"][0]["value"]["stringValue"].as_str().unwrap();
                        *seen.lock().unwrap().entry(id.to_owned()).or_default() += 1;
                    }
                }
                let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\n{{}}");
                (&stream).write_all(answer.as_bytes()).unwrap();
            }
        }
    });
}

fn request(stream: &TcpStream) -> Option<Vec<u8>> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(body)
}

#[test]
fn nothing_is_lost_whatever_the_collector_does() {
    let dir = tempfile::tempdir().unwrap();
    let cursor = dir.path().join("cursors/otlp");
    let log = dir.path().join("log");
    // A port that nobody listens on yet.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (journal, _) = Journal::open(&log, options()).unwrap();
    let sink = OtlpOptions {
        poll: Duration::from_millis(5),
        max_backoff: Duration::from_millis(200),
        batch_bytes: 4000,
        ..OtlpOptions::new(format!("http://{address}/v1/logs"), &cursor)
    };
    let first = OtlpSink::start(Reader::open(&log).unwrap(), sink.clone()).unwrap();
    fill(&journal, 0, 400);
    std::thread::sleep(Duration::from_millis(300));
    assert!(first.metrics().failures.load(Ordering::Relaxed) > 0);
    let seen = Seen::default();
    let listener = TcpListener::bind(address).unwrap();
    collector(listener, vec![503, 0, 429, 200, 500, 400, 200], Arc::clone(&seen));
    let wait = |count: usize| {
        let end = Instant::now() + Duration::from_secs(30);
        while seen.lock().unwrap().len() < count {
            assert!(Instant::now() < end, "{} of {count}", seen.lock().unwrap().len());
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    wait(401);
    drop(first);
    // Another sink goes on where the first one was.
    fill(&journal, 400, 500);
    let second = OtlpSink::start(Reader::open(&log).unwrap(), sink).unwrap();
    wait(501);
    assert_eq!(second.metrics().refused.load(Ordering::Relaxed), 0);
    let twice = seen.lock().unwrap().values().filter(|count| **count > 1).count();
    assert!(twice < 100, "{twice} records came twice");
    drop(second);
    journal.close().unwrap();
}

//! Stopping and upgrading without losing a request: two real processes, real signals.

#![expect(clippy::disallowed_methods, reason = "measures time")]

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use proxy::config::{Listener, Process, ProxyConfig, Time};
use proxy::{Call, Handler, NotPrivate, ServeError, Start, prepare};

use crate::client::Raw;
use crate::node::{free_address, wait_for};

struct Named;

#[async_trait]
impl Handler for Named {
    async fn handle(&self, call: &mut Call<'_>) {
        if call.path() == "/slow" {
            let _ = call.start_stream(200, HeaderMap::new()).await;
            for _ in 0..30 {
                tokio::time::sleep(Duration::from_millis(100)).await;
                let _ = call.write(Bytes::from_static(b".")).await;
            }
            let _ = call.finish().await;
            return;
        }
        let _ =
            call.respond(200, HeaderMap::new(), Bytes::from(std::process::id().to_string())).await;
    }
}

fn listener(address: SocketAddr) -> Listener {
    Listener {
        name: "plain".to_owned(),
        address,
        tls: None,
        h2c: false,
        hosts: Vec::new(),
        origins: Vec::new(),
    }
}

/// Not a test of its own: the process that the tests below start.
#[test]
fn process() {
    let Ok(address) = std::env::var("SEAWALL_TEST_ADDRESS") else { return };
    let folder = std::env::var("SEAWALL_TEST_FOLDER").unwrap();
    let process = Process {
        threads: 1,
        grace: Time::seconds(60),
        stop: Time::seconds(1),
        upgrade_socket: Path::new(&folder).join("run/upgrade.sock"),
    };
    let config = ProxyConfig {
        listeners: vec![listener(address.parse().unwrap())],
        process,
        ..ProxyConfig::default()
    };
    let start =
        Start { upgrade: std::env::var("SEAWALL_TEST_UPGRADE").is_ok(), ..Start::default() };
    prepare(&config, start, Named, Vec::new()).unwrap().run().unwrap();
}

struct Running(Child);

impl Running {
    fn start(address: SocketAddr, folder: &Path, upgrade: bool) -> Running {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "handover::process", "--nocapture"]);
        command.env("SEAWALL_TEST_ADDRESS", address.to_string()).env("SEAWALL_TEST_FOLDER", folder);
        if upgrade {
            command.env("SEAWALL_TEST_UPGRADE", "1");
        }
        Running(command.stdout(std::process::Stdio::null()).spawn().unwrap())
    }

    fn signal(&self, name: &str) {
        assert!(
            Command::new("kill")
                .args([&format!("-{name}"), &self.0.id().to_string()])
                .status()
                .unwrap()
                .success()
        );
    }

    async fn wait(&mut self) {
        for _ in 0..600 {
            if self.0.try_wait().unwrap().is_some() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the process does not end");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks again and again; who answered, in order. Any failure panics.
async fn load(address: SocketAddr, stop: Arc<tokio::sync::Notify>) -> Vec<u32> {
    let mut answers = Vec::new();
    let mut stopped = std::pin::pin!(stop.notified());
    loop {
        let answer = Raw::plain(address).await.get("/who").await;
        assert_eq!(answer.status, 200);
        answers.push(answer.text().parse().unwrap());
        tokio::select! {
            () = &mut stopped => return answers,
            () = tokio::time::sleep(Duration::from_millis(20)) => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_process_takes_over_without_losing_a_request() {
    let (address, folder) = (free_address(), tempfile::tempdir().unwrap());
    let mut old = Running::start(address, folder.path(), false);
    wait_for(address).await;
    let stop = Arc::new(tokio::sync::Notify::new());
    let answers = tokio::spawn(load(address, Arc::clone(&stop)));
    let mut streaming = Raw::plain(address).await;
    let new = Running::start(address, folder.path(), true);
    tokio::time::sleep(Duration::from_millis(700)).await;
    streaming.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await;
    old.signal("QUIT");
    let answer = streaming.answer().await;
    assert!(answer.complete && answer.body.len() == 30, "a running answer is finished");
    old.wait().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    stop.notify_one();
    let answers = answers.await.unwrap();
    assert_eq!(answers.first(), Some(&old.0.id()));
    assert_eq!(answers.last(), Some(&new.0.id()));
    assert!(answers.len() > 50, "{} requests, all answered", answers.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_process_finishes_what_runs() {
    let (address, folder) = (free_address(), tempfile::tempdir().unwrap());
    let mut process = Running::start(address, folder.path(), false);
    wait_for(address).await;
    let mut idle = Raw::plain(address).await;
    assert_eq!(idle.get("/who").await.status, 200);
    let mut running = Raw::plain(address).await;
    running.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await;
    running.head().await;
    process.signal("TERM");
    tokio::time::sleep(Duration::from_millis(200)).await;
    let last = idle.get("/who").await;
    assert!(last.status == 200 && last.head.contains("connection: close"), "{}", last.head);
    let mut dots = 0;
    while let Some(chunk) = running.chunk().await {
        dots += chunk.len();
        if chunk.is_empty() {
            break;
        }
    }
    assert_eq!(dots, 30);
    process.wait().await;
}

/// The grace period of the process is a minute; nothing waits for it when nothing runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_process_ends_when_nothing_runs() {
    let (address, folder) = (free_address(), tempfile::tempdir().unwrap());
    let mut process = Running::start(address, folder.path(), false);
    wait_for(address).await;
    let mut kept = Raw::plain(address).await;
    assert_eq!(kept.get("/who").await.status, 200);
    let begun = Instant::now();
    process.signal("TERM");
    process.wait().await;
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn a_hand_over_that_others_could_take_part_in_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let mut config = ProxyConfig::default();
    config.listeners.push(listener(free_address()));
    config.process.upgrade_socket = folder.path().join("upgrade.sock");
    for upgrade in [false, true] {
        let start = Start { upgrade, ..Start::default() };
        let problem = prepare(&config, start, Named, Vec::new()).err().unwrap();
        assert!(matches!(problem, ServeError::UpgradeSocket(NotPrivate::Open(_))), "{problem}");
    }
}

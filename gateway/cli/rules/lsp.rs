//! `seawall rules lsp`: the language server on standard input and output. `author` answers; here are the wires.

use std::io::{self, BufRead, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use author::{Detector, Folder, Server, Shelf};
use lsp_server::{Message, Notification, Request, Response};
use serde_json::json;

use super::super::{Outcome, Result, books, files, now};

/// Where the policy is, if the editor does not say.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    /// Policy folder; none: for each file the nearest folder above it whose files have a `policy` block.
    folder: Option<PathBuf>,
    /// Folder of more detector files, beside the embedded ones; `detectors` in the policy folder if there is one.
    #[arg(long, value_name = "DIR")]
    detectors: Option<PathBuf>,
    /// For editors that name the wires: there are no others.
    #[arg(long, hide = true)]
    stdio: bool,
}

/// A message of more bytes is not taken.
const MAX_MESSAGE: u64 = 64 << 20;
/// A head of more bytes is none.
const MAX_HEAD: u64 = 4 << 10;
/// Messages that wait until the server has time.
const WAITING: usize = 64;
/// An author who has typed nothing for so long pauses.
const PAUSE: Duration = Duration::from_millis(300);

/// Serves one editor until it leaves.
///
/// # Errors
/// Standard output cannot be written, or the editor leaves without saying so.
pub(super) fn run(options: &Options) -> Result {
    let folder = options.folder.as_ref().map(std::fs::canonicalize).transpose()?;
    let shelf = Disk { folder, detectors: options.detectors.clone() };
    let (send, messages) = sync_channel(WAITING);
    // Ends when standard input does, or when nobody takes what it reads.
    let _reader = std::thread::spawn(move || read_all(&mut io::stdin().lock(), &send));
    pump(Server::new(shelf), &messages, &mut io::stdout().lock())
}

/// What came in.
enum Incoming {
    Message(Message),
    /// A message that cannot be read, and why.
    Unreadable(String),
}

/// Reads until the end, or until it is no longer known where a message begins.
fn read_all(from: &mut impl BufRead, to: &SyncSender<Incoming>) {
    while let Ok(Some(body)) = read_body(from) {
        let incoming = match serde_json::from_slice(&body) {
            Ok(message) => Incoming::Message(message),
            Err(why) => Incoming::Unreadable(why.to_string()),
        };
        let leaves = matches!(&incoming, Incoming::Message(Message::Notification(it)) if it.method == "exit");
        if to.send(incoming).is_err() || leaves {
            return;
        }
    }
}

/// The next body; `None` at the end. `lsp-server` would make room for as many bytes as a head promises.
fn read_body(from: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if from.by_ref().take(MAX_HEAD).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.strip_suffix('\n').ok_or(io::ErrorKind::InvalidData)?.trim_end();
        if line.is_empty() {
            break;
        }
        let (key, value) = line.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
        if key.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let length =
        length.filter(|length| *length <= MAX_MESSAGE).ok_or(io::ErrorKind::InvalidData)?;
    let mut body = Vec::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "bounded by take with the length that was checked"
    )]
    from.by_ref().take(length).read_to_end(&mut body)?;
    let is_whole = body.len() as u64 == length;
    is_whole.then_some(Some(body)).ok_or(io::ErrorKind::UnexpectedEof.into())
}

/// Answers what comes in. What is wrong with files is told when nothing more waits, so that a fast writer is not held up.
fn pump(mut server: Server<Disk>, messages: &Receiver<Incoming>, out: &mut impl Write) -> Result {
    loop {
        let incoming = match messages.try_recv() {
            Ok(incoming) => incoming,
            Err(_) => {
                publish(&mut server, out)?;
                let Some(incoming) = wait(&mut server, messages, out)? else {
                    let problem = "the editor has left without `exit`, or sent what is no message";
                    return Err(super::super::Failure::Broken(problem.to_owned()));
                };
                incoming
            }
        };
        match incoming {
            Incoming::Unreadable(why) => {
                // There is no id to answer to; -32700 is JSON-RPC's code for it.
                let answer = json!({ "jsonrpc": "2.0", "id": null, "error": { "code": -32700, "message": why } });
                write_body(out, &answer.to_string())?;
            }
            Incoming::Message(Message::Notification(it)) if it.method == "exit" => {
                return Ok(if server.is_shut_down() { Outcome::Fine } else { Outcome::No });
            }
            Incoming::Message(Message::Notification(it)) => {
                contained(|| server.notify(&it.method, it.params));
            }
            Incoming::Message(Message::Request(it)) => {
                Message::Response(answer(&mut server, it)).write(out)?;
            }
            Incoming::Message(Message::Response(_)) => {}
        }
    }
}

/// The next message; `None` if none will come. Who types for no while is told what the prover says.
fn wait(
    server: &mut Server<Disk>,
    messages: &Receiver<Incoming>,
    out: &mut impl Write,
) -> io::Result<Option<Incoming>> {
    if server.is_unproven() {
        match messages.recv_timeout(PAUSE) {
            Ok(incoming) => return Ok(Some(incoming)),
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Err(RecvTimeoutError::Timeout) => {
                server.pause();
                publish(server, out)?;
            }
        }
    }
    Ok(messages.recv().ok())
}

fn answer(server: &mut Server<Disk>, asked: Request) -> Response {
    match contained(|| server.request(&asked.method, asked.params)) {
        Some(Ok(answer)) => Response::new_ok(asked.id, answer),
        Some(Err(refused)) => Response::new_err(asked.id, refused.code, refused.message),
        None => {
            let problem = "a defect was contained; please report it".to_owned();
            Response::new_err(asked.id, -32603, problem)
        }
    }
}

fn publish(server: &mut Server<Disk>, out: &mut impl Write) -> io::Result<()> {
    let told = contained(|| server.publish()).unwrap_or_default();
    for params in told {
        let method = "textDocument/publishDiagnostics".to_owned();
        Message::Notification(Notification::new(method, params)).write(out)?;
    }
    if let Some(time) = server.takes_lenses() {
        let method = "workspace/codeLens/refresh".to_owned();
        Message::Request(Request::new(format!("lenses-{time}").into(), method, json!(null)))
            .write(out)?;
    }
    Ok(())
}

/// A defect in one answer must not take the others with it. Texts and readings are only ever replaced whole, so what is left is sound.
fn contained<T>(answer: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(answer)).ok()
}

fn write_body(out: &mut impl Write, body: &str) -> io::Result<()> {
    write!(out, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    out.flush()
}

/// The files of a machine.
struct Disk {
    folder: Option<PathBuf>,
    detectors: Option<PathBuf>,
}

impl Shelf for Disk {
    fn folder_of(&self, roots: &[PathBuf], file: &Path) -> Option<PathBuf> {
        if file.extension().is_none_or(|extension| extension != "policy") {
            return None;
        }
        if let Some(folder) = &self.folder {
            return file.starts_with(folder).then(|| folder.clone());
        }
        let root = roots
            .iter()
            .filter(|root| file.starts_with(root))
            .max_by_key(|root| root.as_os_str().len());
        let above = file.ancestors().skip(1);
        let mut inside =
            above.take_while(|folder| root.is_none_or(|root| folder.starts_with(root)));
        let headed = inside.find(|folder| is_headed(folder));
        headed.or(root.map(PathBuf::as_path)).or(file.parent()).map(Path::to_owned)
    }

    fn read(&self, folder: &Path) -> Folder {
        let (texts, _) = books::readable(folder, "policy");
        let sources = texts.into_iter().map(|(path, text)| policy::Source { path, text }).collect();
        let beside = Some(folder.join("detectors")).filter(|beside| beside.is_dir());
        let own = self.detectors.clone().or(beside);
        Folder {
            sources,
            packs: books::shelf(None).unwrap_or_default(),
            detectors: detectors(own.as_deref()),
        }
    }

    fn now(&self) -> i64 {
        now()
    }
}

/// Whether one of the files of the folder itself has a `policy` block.
fn is_headed(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut policies = paths.filter(|path| path.extension().is_some_and(|e| e == "policy"));
    policies.any(|path| {
        let text = files::read(&path).unwrap_or_default();
        text.lines()
            .any(|line| line.split_whitespace().next() == Some("policy") && line.starts_with('p'))
    })
}

/// All detectors that can be compiled; the embedded ones if those of the folder have mistakes, which `rules check` tells.
pub(super) fn detectors(own: Option<&Path>) -> Vec<Detector> {
    let compiled = books::detector(own, true).or_else(|_| books::detector(None, true));
    let infos = compiled.map(|detector| detector.infos().to_vec()).unwrap_or_default();
    let known = infos.into_iter();
    known.map(|info| Detector { id: info.id, family: info.family, title: info.title }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expect: Option<&str>) {
        let found = read_body(&mut io::Cursor::new(bytes)).ok().flatten();
        assert_eq!(
            found.as_deref(),
            expect.map(str::as_bytes),
            "{}",
            String::from_utf8_lossy(bytes)
        );
    }

    #[test]
    fn takes_only_what_a_head_announces() {
        check(b"Content-Length: 2\r\n\r\n{}rest", Some("{}"));
        check(b"content-length:2\r\nContent-Type: x\r\n\r\n{}", Some("{}"));
        check(b"Content-Length: 99999999999999\r\n\r\n{}", None);
        check(b"Content-Length: -1\r\n\r\n{}", None);
        check(b"Content-Length: 9\r\n\r\n{}", None);
        check(b"\r\n{}", None);
        check(b"no head at all\n", None);
        check(b"", None);
        check(&[b'x'; 1 << 16], None);
    }
}

//! A web server of a few lines, which answers as a test says, also as no honest one would.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// What was asked: the path, and the headers in small letters.
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What is answered: status, headers and body; a body of `None` never ends.
pub(super) struct Answered(
    pub(super) u16,
    pub(super) Vec<(&'static str, String)>,
    pub(super) Option<Vec<u8>>,
);

/// Serves until the test ends; gives the address without a path.
pub(super) fn serve(answer: impl Fn(&Asked) -> Answered + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            // A client that leaves in the middle is what some tests are about.
            thread::spawn(move || drop(converse(&stream, &*answer)));
        }
    });
    format!("127.0.0.1:{}", address.port())
}

fn converse(mut stream: &TcpStream, answer: &dyn Fn(&Asked) -> Answered) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let path = first.split(' ').nth(1).unwrap_or("").to_owned();
    let mut headers = Vec::new();
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let Answered(status, headers, body) = answer(&Asked { path, headers });
    write!(stream, "HTTP/1.1 {status} Any\r\nconnection: close\r\n")?;
    for (name, value) in headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    match body {
        Some(body) => {
            write!(stream, "content-length: {}\r\n\r\n", body.len())?;
            stream.write_all(&body)
        }
        None => {
            write!(stream, "\r\n")?;
            loop {
                stream.write_all(&[b'x'; 65_536])?;
            }
        }
    }
}

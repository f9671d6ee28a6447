//! How the tour is told: what was sent, what left, to where, why, and what came back.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use detect::{Fuel, Scratch, Text};
use exchange::Book;
use journal::reader::Reader;
use serde_json::Value;

use super::scenes::{Scene, Told};
use super::{Answer, line};
use crate::cli::records;
use crate::cli::style::{Ink, Style};

/// How often the journal is asked for the records of an exchange, which are shown once they are signed.
const PATIENCE: u32 = 100;

/// Tells scenes.
pub(super) struct Teller {
    pub(super) style: Style,
    pub(super) book: Arc<Book>,
    pub(super) journal: PathBuf,
}

impl Teller {
    pub(super) fn opening(&self, out: &mut impl Write, gateway: SocketAddr) -> io::Result<()> {
        line(
            out,
            &self.style.paint(
                Ink::Bold,
                "Seawall: a gateway between an agency and the world's AI providers",
            ),
        )?;
        line(
            out,
            &format!(
                "A real gateway on http://{gateway} with the default policy, and two stand-in providers on loopback: one foreign, one domestic."
            ),
        )?;
        line(out, "")
    }

    /// Tells one scene. Returns whether it went as told.
    pub(super) fn scene(
        &self,
        out: &mut impl Write,
        number: usize,
        scene: &Scene,
        answer: &Answer,
        left: &[(&str, Vec<String>)],
    ) -> io::Result<bool> {
        line(out, &self.style.paint(Ink::Bold, &format!("{number}. {}", scene.title)))?;
        self.field(out, "sent", &self.coloured(&prompt(scene.body)))?;
        let mut gone = false;
        for (to, bodies) in left {
            for body in bodies {
                gone = true;
                self.field(
                    out,
                    "left",
                    &format!(
                        "{} {}",
                        self.tokens(&prompt(body)),
                        self.style.paint(Ink::Faint, &format!("→ {to}"))
                    ),
                )?;
            }
        }
        if !gone {
            self.field(out, "left", &self.style.paint(Ink::Red, "nothing"))?;
        }
        self.field(out, "back", &self.coloured(&shown(answer)))?;
        for reason in self.reasons(&answer.exchange) {
            self.field(out, "why", &reason)?;
        }
        let went = as_told(scene, answer, left);
        let mark = if went {
            self.style.paint(Ink::Green, "as told")
        } else {
            self.style.paint(Ink::Red, "NOT as told")
        };
        self.field(out, "", &mark)?;
        line(out, "")?;
        Ok(went)
    }

    pub(super) fn closing(
        &self,
        out: &mut impl Write,
        scenes: usize,
        surprises: usize,
        console: Option<SocketAddr>,
    ) -> io::Result<()> {
        line(
            out,
            &format!(
                "{} of {scenes} as told. Every decision above was on disk before its first byte left.",
                scenes - surprises
            ),
        )?;
        if let Some(console) = console {
            line(
                out,
                &format!(
                    "The gateway stays up; the console is at http://{console} (end with Ctrl-C)."
                ),
            )?;
        }
        Ok(())
    }

    fn field(&self, out: &mut impl Write, name: &str, text: &str) -> io::Result<()> {
        line(out, &format!("   {} {text}", self.style.paint(Ink::Faint, &format!("{name:<5}"))))
    }

    /// The text with each finding in the colour of its class.
    fn coloured(&self, text: &str) -> String {
        let (mut scratch, mut fuel) = (Scratch::default(), Fuel::new(u64::MAX));
        let texts = [Text::alone("", text)];
        let Ok(found) = self.book.search.detector().scan(&mut scratch, &texts, &mut fuel) else {
            return text.to_owned();
        };
        let mut out = String::new();
        let mut from = 0;
        for finding in found {
            let ink = self.ink(finding.detector().0);
            for piece in finding.pieces() {
                let (start, end) = (piece.span.start.max(from), piece.span.end.max(from));
                out.push_str(text.get(from..start).unwrap_or(""));
                out.push_str(&self.style.paint(ink, text.get(start..end).unwrap_or("")));
                from = end;
            }
        }
        out.push_str(text.get(from..).unwrap_or(""));
        out
    }

    fn ink(&self, detector: u16) -> Ink {
        let rulebook = &self.book.rulebook;
        let classes = rulebook
            .class_of(detector)
            .iter()
            .filter_map(|class| rulebook.classes().get(class.index()));
        let names: Vec<&str> = classes.map(|class| class.name.as_str()).collect();
        match () {
            () if names.contains(&"secret") || names.contains(&"classified") => Ink::Red,
            () if names.contains(&"health") => Ink::Magenta,
            () if names.contains(&"financial") => Ink::Blue,
            () => Ink::Cyan,
        }
    }

    /// The text with each token marked.
    fn tokens(&self, text: &str) -> String {
        let mut out = String::new();
        let mut from = 0;
        for range in protect::tokens_in(text) {
            out.push_str(text.get(from..range.start).unwrap_or(""));
            out.push_str(&self.style.paint(Ink::Yellow, text.get(range.clone()).unwrap_or("")));
            from = range.end;
        }
        out.push_str(text.get(from..).unwrap_or(""));
        out
    }

    /// What the decision records of an exchange say, in the words of the rules.
    fn reasons(&self, exchange: &str) -> Vec<String> {
        for _ in 0..PATIENCE {
            let found = Reader::open(&self.journal)
                .and_then(|reader| records::of_exchange(&reader, exchange));
            let found = found.unwrap_or_default();
            let reasons: Vec<String> =
                found.iter().filter_map(|record| self.reason(record)).collect();
            if !reasons.is_empty() {
                return reasons;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Vec::new()
    }

    fn reason(&self, record: &Value) -> Option<String> {
        let action = record["decision"]["action"].as_str();
        let code = record["refusal"].as_str();
        let destination = record["candidate"]["destination"].as_str().unwrap_or("");
        let name = record["decision"]["rules"][0].as_str();
        let rule =
            name.and_then(|name| self.book.rulebook.rules().iter().find(|rule| rule.name == name));
        let what = match (action, code) {
            (Some(action), _) => format!("{action} at {destination}"),
            (None, Some(code)) => code.to_owned(),
            (None, None) => return None,
        };
        let because = match rule {
            Some(rule) => {
                let law = rule.law.as_ref().map(|law| format!(" ({law})")).unwrap_or_default();
                format!("{} — {}{law}", rule.name, rule.sentence)
            }
            None => "it does not have one single reading".to_owned(),
        };
        Some(format!("{}: {because}", self.style.paint(Ink::Bold, &what)))
    }
}

/// Whether what happened is what was told.
fn as_told(scene: &Scene, answer: &Answer, left: &[(&str, Vec<String>)]) -> bool {
    let count = |at: usize| left.get(at).map_or(0, |(_, bodies)| bodies.len());
    let first =
        |at: usize| left.get(at).and_then(|(_, bodies)| bodies.first()).map_or("", String::as_str);
    match scene.told {
        Told::Passes => answer.status == 200 && first(0) == scene.body && count(1) == 0,
        Told::Redacted => {
            let tokens = protect::tokens_in(first(0)).count();
            let back = shown(answer);
            answer.status == 200
                && tokens > 0
                && count(1) == 0
                && protect::tokens_in(&back).count() == 0
                && back.contains(&prompt(scene.body))
        }
        Told::Rerouted => answer.status == 200 && count(0) == 0 && count(1) == 1,
        Told::Refused(code) => {
            answer.status >= 400 && count(0) + count(1) == 0 && answer.body.contains(code)
        }
    }
}

/// The last thing said in a request body.
fn prompt(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let last = body["messages"]
        .as_array()
        .and_then(|messages| messages.last())
        .map(|message| message["content"].clone());
    match last {
        Some(Value::String(text)) => text,
        Some(Value::Array(blocks)) => {
            blocks.iter().filter_map(|block| block["text"].as_str()).collect()
        }
        _ => String::new(),
    }
}

/// What a person would see of an answer: its text, or the refusal's message.
fn shown(answer: &Answer) -> String {
    if let Some(text) = streamed(&answer.body) {
        return text;
    }
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let text =
        body["choices"][0]["message"]["content"].as_str().or(body["content"][0]["text"].as_str());
    match (text, body["error"]["message"].as_str()) {
        (Some(text), _) => text.to_owned(),
        (None, Some(message)) => {
            format!("{} {}: {message}", answer.status, body["error"]["code"].as_str().unwrap_or(""))
        }
        (None, None) => format!("{} {}", answer.status, answer.body),
    }
}

/// The text of a streamed answer.
fn streamed(body: &str) -> Option<String> {
    let events = body.lines().filter_map(|line| line.strip_prefix("data: ")).collect::<Vec<_>>();
    if events.is_empty() {
        return None;
    }
    let text = |event: &str| {
        let event: Value = serde_json::from_str(event).ok()?;
        let delta =
            event["choices"][0]["delta"]["content"].as_str().or(event["delta"]["text"].as_str());
        delta.map(str::to_owned)
    };
    Some(events.into_iter().filter_map(text).collect())
}

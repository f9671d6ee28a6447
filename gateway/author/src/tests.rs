//! The room from outside: an editor's questions over a policy of its own.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed check should stop here")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::Url;
use policy::Source;
use serde_json::{Value, json};

use crate::{Book, Detector, Folder, Medium, Server, Shelf};

mod book;
mod grammar;
mod questions;
mod session;

/// 2026-11-21, noon UTC.
const NOW: i64 = 1_795_262_400;

const POLICY: &str = "\
policy p \"What is tested\"
  owner dpo
class people \"Persons\"
  detect name
group near \"Those nearby\"
  countries DE, FR
  country CH from 2027-01-01
destination home \"At home\"
  url http://127.0.0.1/v1
  speaks openai-chat
  operator Us, answers to DE
  processed in DE
  tier must-control
rule clean \"Clean text goes\"
  when data includes nothing
  then allow
  law Act 1
rule people-at-home \"Persons stay\"
  when data includes people
  and it stays in near
  then allow
invariant people-stay \"Persons never leave\"
  when data includes people
  and it leaves near
  then it must never be sent
test \"é𝒜: clean text goes home\"
  given data nothing
  and to home
  on 2026-11-21
  expect allow by clean
";

/// Files that a test made up, in the folder `/policies`.
struct Made(BTreeMap<String, String>);

impl Shelf for Made {
    fn folder_of(&self, _roots: &[PathBuf], file: &Path) -> Option<PathBuf> {
        file.starts_with("/policies").then(|| PathBuf::from("/policies"))
    }

    fn read(&self, _folder: &Path) -> Folder {
        let source =
            |(path, text): (&String, &String)| Source { path: path.clone(), text: text.clone() };
        Folder {
            sources: self.0.iter().map(source).collect(),
            packs: Vec::new(),
            detectors: detectors(),
        }
    }

    fn now(&self) -> i64 {
        NOW
    }
}

fn detectors() -> Vec<Detector> {
    let one = |id: &str, family: &str| Detector {
        id: id.to_owned(),
        family: family.to_owned(),
        title: format!("what {id} finds"),
    };
    vec![one("name.first", "name"), one("name.last", "name"), one("iban", "bank-account")]
}

/// A server at work on one file, `/policies/p.policy`.
struct Editor {
    server: Server<Made>,
    text: String,
}

const FILE: &str = "file:///policies/p.policy";

impl Editor {
    fn on(text: &str) -> Editor {
        let files = BTreeMap::from([("/policies/p.policy".to_owned(), POLICY.to_owned())]);
        let mut server = Server::new(Made(files));
        server.request("initialize", json!({ "capabilities": {} })).unwrap();
        let document = json!({ "uri": FILE, "languageId": "seawall", "version": 1, "text": text });
        server.notify("textDocument/didOpen", json!({ "textDocument": document }));
        Editor { server, text: text.to_owned() }
    }

    /// Asks at the first place where `words` stand, `in_front` bytes into them.
    fn ask(&mut self, method: &str, words: &str, in_front: usize, more: Value) -> Value {
        self.try_ask(method, words, in_front, more).unwrap()
    }

    fn try_ask(
        &mut self,
        method: &str,
        words: &str,
        in_front: usize,
        more: Value,
    ) -> Result<Value, crate::Refused> {
        let byte = self.text.find(words).unwrap() + in_front;
        let position = crate::text::Lines::of(&self.text).position(byte);
        let mut params = json!({ "textDocument": { "uri": FILE }, "position": position });
        if let (Value::Object(params), Value::Object(more)) = (&mut params, more) {
            params.extend(more);
        }
        self.server.request(method, params)
    }

    fn ask_of_file(&mut self, method: &str) -> Value {
        self.server.request(method, json!({ "textDocument": { "uri": FILE } })).unwrap()
    }

    /// The edits that bring the file into its form.
    fn formatted(&mut self) -> Value {
        let options = json!({ "tabSize": 2, "insertSpaces": true });
        let params = json!({ "textDocument": { "uri": FILE }, "options": options });
        self.server.request("textDocument/formatting", params).unwrap()
    }

    /// What is told of the file.
    fn told(&mut self) -> Vec<lsp_types::Diagnostic> {
        let file = Url::parse(FILE).unwrap();
        let mut told = self.server.publish().into_iter().filter(|told| told.uri == file);
        told.next().map(|told| told.diagnostics).unwrap_or_default()
    }

    /// Everything that may stand at the end of the text.
    fn completions(&mut self) -> Vec<String> {
        let position = crate::text::Lines::of(&self.text).position(self.text.len());
        let params = json!({ "textDocument": { "uri": FILE }, "position": position });
        let items = self.server.request("textDocument/completion", params).unwrap();
        let label = |item: &Value| item["label"].as_str().unwrap().to_owned();
        items.as_array().into_iter().flatten().map(label).collect()
    }
}

//! Roles and the people who have them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::Reader;
use super::reader::Prose;
use crate::diagnostic::Diagnostic;
use crate::info::Person;
use crate::model::Role;
use crate::syntax::{Cursor, Shape};

impl Reader<'_, '_> {
    pub(crate) fn roles(&mut self) -> Vec<Role> {
        let names = self.names;
        let mut roles: Vec<Role> = Vec::new();
        for (name, entry) in names.of("role") {
            let (mut prose, mut people, mut seen) = (Prose::default(), Vec::new(), Vec::new());
            if let Some(block) = entry.block {
                self.head(block, &mut prose, |_, _| ());
            }
            for line in entry.block.iter().flat_map(|block| &block.lines) {
                let keys = ["people", "law", "owner", "review"];
                if let Some(key) = self.key("role", line, &keys, &mut seen)
                    && !self.prose(key, line, &mut prose)
                {
                    self.rest(line, |reader, cursor| {
                        reader.people(cursor, &roles, &mut people);
                    });
                }
            }
            roles.push(Role { name: name.clone(), people, at: entry.at.clone() });
        }
        roles
    }

    /// `NAME [key BASE64], …`; a name may be several words.
    fn people(&mut self, cursor: &mut Cursor<'_, '_>, before: &[Role], people: &mut Vec<Person>) {
        let others = || before.iter().flat_map(|role| &role.people);
        loop {
            let Some(name) = self.person(cursor) else { return };
            let key = if cursor.eat("key") { self.public_key(cursor) } else { None };
            // The same person may have several roles.
            let same = |other: &&Person| other.key == key && other.name != name;
            let twice =
                people.iter().find(|other| other.key == key).or_else(|| others().find(same));
            if let Some(twice) = twice.filter(|_| key.is_some()) {
                let message = format!("`{}` and `{name}` have the same key", twice.name);
                self.problems.push(
                    Diagnostic::error("P011", &cursor.here(), message)
                        .label("a signature would not tell who signed")
                        .help("each person has a key of their own"),
                );
            }
            people.push(Person { name, key });
            if !cursor.eat_comma() {
                return;
            }
        }
    }

    fn person(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<String> {
        if let Some(text) = cursor.take(Shape::Text) {
            return Some(text.sentence());
        }
        let mut words = vec![cursor.name("a person", self.problems)?.text];
        while !matches!(cursor.word_ahead(), "" | "key") {
            words.push(cursor.take(Shape::Word)?.text);
        }
        Some(words.join(" "))
    }

    fn public_key(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<[u8; 32]> {
        let token = cursor.name("a public key", self.problems)?;
        let key = BASE64_STANDARD.decode(token.text).ok().and_then(|bytes| bytes.try_into().ok());
        if key.is_none() {
            self.problems.push(
                Diagnostic::error("P035", &cursor.at(token), "this is not a public key")
                    .label("expected 44 characters of base64: an Ed25519 public key")
                    .help("`seawall approvals key FILE` makes a key and prints the line for the policy"),
            );
        }
        key
    }
}

//! Agencies, departments and applications.

use super::Reader;
use super::reader::Prose;
use crate::Client;
use crate::diagnostic::{At, Diagnostic};
use crate::model::{ClientNode, Pattern, Trait};
use crate::syntax::{Block, Cursor};

const KINDS: [&str; 3] = ["agency", "department", "application"];

impl Reader<'_, '_> {
    pub(crate) fn clients(&mut self) -> Vec<ClientNode> {
        let names = self.names;
        let mut nodes = vec![ClientNode {
            name: "anonymous".to_owned(),
            depth: 0,
            parent: None,
            patterns: Vec::new(),
            traits: Default::default(),
            at: At { source: 0, span: 0..0 },
        }];
        for (kind, depth) in KINDS.iter().zip(1u8..) {
            for (name, entry) in names.of(kind) {
                let parent = entry.block.and_then(|block| {
                    self.head(block, &mut Prose::default(), |reader, cursor| {
                        reader.parent(kind, cursor)
                    })
                });
                let (patterns, traits) =
                    entry.block.map(|block| self.client_lines(kind, block)).unwrap_or_default();
                nodes.push(ClientNode {
                    name: name.clone(),
                    depth,
                    parent,
                    patterns,
                    traits,
                    at: entry.at.clone(),
                });
            }
        }
        self.refuse_shared_patterns(&nodes);
        nodes
    }

    /// `of PARENT`: an agency or, for an application, also a department.
    fn parent(&mut self, kind: &str, cursor: &mut Cursor<'_, '_>) -> Option<Client> {
        let above: &[&'static str] = match kind {
            "department" => &["agency"],
            "application" => &["department", "agency"],
            _ => return None,
        };
        cursor.demand(&["of"], self.problems)?;
        let token = cursor.name("what it belongs to", self.problems)?;
        let found = above.iter().find_map(|kind| self.names.find(kind, token.text));
        if found.is_none() {
            let problem = self.names.unknown(above, token, &cursor.at(token));
            self.problems.push(problem);
        }
        found.map(Client)
    }

    /// How the callers are recognised, and what is declared of them.
    fn client_lines(&mut self, kind: &str, block: &Block<'_>) -> (Vec<Pattern>, [Vec<u16>; 4]) {
        let (mut patterns, mut seen) = (Vec::new(), Vec::new());
        let mut traits: [Vec<u16>; 4] = Default::default();
        let keys = Trait::ALL.map(|of| of.words().1);
        let keys: Vec<_> = keys.into_iter().chain(["clients", "law", "owner", "review"]).collect();
        for line in &block.lines {
            let Some(key) = self.key(kind, line, &keys, &mut seen) else { continue };
            let of = Trait::ALL.into_iter().find(|of| of.words().1 == key);
            match of {
                Some(of) => self.rest(line, |reader, cursor| {
                    traits[of.index()] = reader.numbers(of.words().0, cursor, &[]);
                }),
                None if key == "clients" => {
                    self.rest(line, |reader, cursor| reader.pattern_line(cursor, &mut patterns));
                }
                None => drop(self.prose(key, line, &mut Prose::default())),
            }
        }
        (patterns, traits)
    }

    /// Reads the blocks that declare what callers can have, for their mistakes; each is nothing but its name.
    pub(crate) fn traits(&mut self) {
        for of in Trait::ALL {
            self.named(of.words().0);
        }
    }

    fn pattern_line(&mut self, cursor: &mut Cursor<'_, '_>, patterns: &mut Vec<Pattern>) {
        loop {
            if cursor.eat("key") {
                let name = cursor.name("the name of a key", self.problems);
                patterns.extend(name.map(|token| Pattern::Key(token.text.to_owned())));
            } else if cursor.eat("network") {
                let name = cursor.name("the name of a network", self.problems);
                patterns.extend(name.map(|token| Pattern::Network(token.text.to_owned())));
            } else if cursor.word_ahead().starts_with("spiffe://") {
                patterns.push(spiffe(cursor.word_ahead()));
                cursor.eat(cursor.word_ahead());
            } else {
                let at = cursor.rest();
                self.problems.push(
                    Diagnostic::error(
                        "P008",
                        &at,
                        "I do not understand how these clients are recognised",
                    )
                    .label("neither a key, a network nor a SPIFFE id")
                    .help("write `key NAME`, `network NAME` or `spiffe://trust-domain/path/*`"),
                );
                return;
            }
            if !cursor.eat_comma() {
                return;
            }
        }
    }

    fn refuse_shared_patterns(&mut self, nodes: &[ClientNode]) {
        for (i, node) in nodes.iter().enumerate() {
            for earlier in nodes.iter().take(i) {
                if node.patterns.iter().any(|pattern| earlier.patterns.contains(pattern)) {
                    let message =
                        format!("`{}` and `{}` are recognised alike", earlier.name, node.name);
                    self.problems.push(
                        Diagnostic::error("P011", &node.at, message)
                            .label("has a pattern that is used already")
                            .help("a key, network or id stands for one of them")
                            .related(&earlier.at, "used here"),
                    );
                }
            }
        }
    }
}

fn spiffe(text: &str) -> Pattern {
    match text.strip_suffix('*') {
        Some(prefix) => Pattern::SpiffeUnder(prefix.len(), prefix.to_owned()),
        None => Pattern::Spiffe(text.to_owned()),
    }
}

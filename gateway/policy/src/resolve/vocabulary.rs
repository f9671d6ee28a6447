//! Classes, and blocks that are only a name.

use super::reader::Prose;
use super::{BUILT_IN, Reader};
use crate::ClassId;
use crate::diagnostic::{At, Diagnostic};
use crate::facts::ClassSet;
use crate::info::{ClassInfo, Kind};
use crate::model::Class;
use crate::near::nearest;
use crate::syntax::{Block, Cursor, Token};

impl Reader<'_, '_> {
    pub(crate) fn classes(&mut self) -> Vec<Class> {
        let names = self.names;
        let mut classes = Vec::new();
        for (name, entry) in names.of("class") {
            let (info, redaction_suffices) = match entry.block {
                Some(block) => self.class(name, block),
                None => (built_in(name), true),
            };
            let reach = ClassSet::one(ClassId(entry.number));
            classes.push(Class { info, reach, redaction_suffices, at: entry.at.clone() });
        }
        if classes.len() > ClassSet::MAX {
            let at = classes.last().map_or(At { source: 0, span: 0..0 }, |class| class.at.clone());
            self.problems.push(
                Diagnostic::error(
                    "P060",
                    &at,
                    format!("there are more than {} classes", ClassSet::MAX),
                )
                .label("one too many")
                .help("a class names a legal idea; put detectors that share one under one class"),
            );
        }
        self.reach(&mut classes);
        classes
    }

    fn class(&mut self, name: &str, block: &Block<'_>) -> (ClassInfo, bool) {
        let (mut prose, mut kind, mut detect, mut seen) =
            (Prose::default(), None, Vec::new(), Vec::new());
        let mut suffices = true;
        self.head(block, &mut prose, |_, _| ());
        for line in &block.lines {
            let keys = ["detect", "kind", "redaction", "law", "source", "owner", "review"];
            let Some(key) = self.key("class", line, &keys, &mut seen) else { continue };
            if self.prose(key, line, &mut prose) {
                continue;
            }
            self.rest(line, |reader, cursor| match key {
                "detect" => {
                    let tokens = cursor.list("a detector", &[], reader.problems);
                    let known = tokens.iter().filter_map(|token| reader.detector(token, cursor));
                    detect.extend(known);
                }
                "redaction" => suffices = reader.suffices(cursor),
                _ => kind = reader.kind(cursor),
            });
        }
        let (sentence, law) = (prose.sentence, prose.law);
        (ClassInfo { name: name.to_owned(), sentence, kind, law, detect }, suffices)
    }

    /// `suffices`, or `suffices no`: data of the class may not be sent although it was taken out.
    fn suffices(&mut self, cursor: &mut Cursor<'_, '_>) -> bool {
        cursor.demand(&["suffices"], self.problems);
        !cursor.eat("no")
    }

    fn kind(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<(Kind, ClassId)> {
        let kind = match cursor.demand(&["special-category", "identifier"], self.problems)? {
            "identifier" => Kind::Identifier,
            _ => Kind::SpecialCategory,
        };
        cursor.demand(&["of"], self.problems)?;
        let token = cursor.name("the class it belongs to", self.problems)?;
        let of = self.names.need("class", token, &cursor.at(token), self.problems)?;
        Some((kind, ClassId(of)))
    }

    fn detector(&mut self, token: &Token<'_>, cursor: &Cursor<'_, '_>) -> Option<String> {
        let known =
            self.catalogue.detectors.iter().flat_map(|(id, family)| [id.as_str(), family.as_str()]);
        if known.clone().any(|name| name == token.text) {
            return Some(token.text.to_owned());
        }
        let at = cursor.at(token);
        let problem = Diagnostic::error(
            "P010",
            &at,
            format!("there is no detector or family `{}`", token.text),
        )
        .label("nothing would ever be found under this name");
        let near = nearest(token.text, known);
        let meant = near.map(|near| format!("did you mean `{near}`?"));
        self.problems.push(match (own_data(token.text), near) {
            // A name that is near may be another file of the agency's: it is asked for, not put in.
            (Some((name, kind)), _) => problem.help(format!(
                "{}a gateway has it by a [[holdings]] in seawall.toml, `seawall rules` by `--holdings {name}:{kind}`",
                meant.map(|meant| format!("{meant} otherwise: ")).unwrap_or_default()
            )),
            (None, Some(near)) => {
                problem.help(meant.unwrap_or_default()).patch(at.span.clone(), near)
            }
            (None, None) => {
                problem.help("name a detector or a family of detectors that is installed")
            }
        });
        None
    }

    /// Computes what belongs to each class, and refuses circles.
    fn reach(&mut self, classes: &mut [Class]) {
        let parent = |classes: &[Class], at: usize| {
            classes.get(at).and_then(|class| class.info.kind).map(|(_, of)| of.index())
        };
        for start in 0..classes.len() {
            let mut at = start;
            for step in 0..=classes.len() {
                let Some(of) = parent(classes, at) else { break };
                if step == classes.len() || of == start {
                    let class = &classes[start];
                    let message = format!("class `{}` belongs to itself", class.info.name);
                    let problem = Diagnostic::error("P012", &class.at, message)
                        .label("its `kind` leads back here")
                        .help("remove one of the `kind` lines");
                    self.problems.push(problem);
                    classes[start].info.kind = None;
                    break;
                }
                if let Some(above) = classes.get_mut(of) {
                    above.reach.insert(ClassId(start as u16));
                }
                at = of;
            }
        }
    }

    /// Blocks that are only a name and prose.
    pub(crate) fn named(&mut self, kind: &'static str) {
        let names = self.names;
        for (_, entry) in names.of(kind) {
            if let Some(block) = entry.block {
                self.with_prose(kind, block, |_, _| ());
            }
        }
    }

    /// Reads a block that is nothing but its head and prose.
    pub(crate) fn with_prose<T>(
        &mut self,
        kind: &'static str,
        block: &Block<'_>,
        head: impl FnOnce(&mut Self, &mut Cursor<'_, '_>) -> T,
    ) -> T {
        let (mut prose, mut seen) = (Prose::default(), Vec::new());
        let found = self.head(block, &mut prose, head);
        for line in &block.lines {
            if let Some(key) =
                self.key(kind, line, &["law", "source", "owner", "review"], &mut seen)
            {
                self.prose(key, line, &mut prose);
            }
        }
        found
    }
}

fn built_in(name: &str) -> ClassInfo {
    let sentence =
        BUILT_IN.iter().find(|(known, _)| *known == name).map_or("", |(_, sentence)| sentence);
    let sentence = sentence.to_owned();
    ClassInfo { name: name.to_owned(), sentence, kind: None, law: None, detect: Vec::new() }
}

/// What a name of the agency's own data is to `--holdings`: name and kind, as far as it says them.
fn own_data(name: &str) -> Option<(&str, &str)> {
    match name {
        "own-terms" => Some(("NAME", "dictionary")),
        "own-records" => Some(("NAME", "records")),
        "own-documents" => Some(("NAME", "documents")),
        _ => name.strip_prefix("holdings.").map(|name| (name, "records")),
    }
}

//! Letters that are stored small and show as capitals: markings are known by their capitals, so they are told as they show, too.

use std::collections::HashSet;
use std::mem;

use crate::xml::{Step, Tag, walk};

/// The styles of a document that show letters as capitals, by their identifiers. What is based on one is not followed.
#[derive(Clone, Default)]
pub(crate) struct Styles {
    names: HashSet<String>,
    /// The style that is being declared.
    under: String,
}

impl Styles {
    /// Adds the styles that a part declares.
    pub(crate) fn add(&mut self, xml: &str) {
        // What is broken there is told when the part itself is read.
        let _ = walk(xml, |step| match step {
            Step::Open(tag) => self.open(tag),
            Step::Close(name) => self.close(name),
            Step::Text(_) | Step::Aside(_) => {}
        });
    }

    /// Follows a tag of WordprocessingML (ECMA-376 part 1, 17.7.4.17) or OpenDocument (part 3, 16.2).
    pub(crate) fn open(&mut self, tag: &Tag<'_>) {
        let shows = match tag.name {
            "style" => {
                self.under = tag.attribute("styleId").unwrap_or_else(|| tag.value("name"));
                return;
            }
            "caps" | "smallCaps" => !tag.denies(),
            "text-properties" => {
                tag.value("text-transform") == "uppercase"
                    || tag.value("font-variant") == "small-caps"
            }
            _ => return,
        };
        if shows && !self.under.is_empty() {
            self.names.insert(self.under.clone());
        }
    }

    /// Follows the end of an element.
    pub(crate) fn close(&mut self, name: &str) {
        if name == "style" {
            self.under.clear();
        }
    }

    /// Whether text of this style shows as capitals.
    pub(crate) fn has(&self, name: &str) -> bool {
        !self.names.is_empty() && self.names.contains(name)
    }
}

/// The paragraphs of a text as they show, kept where that is not how they are stored.
#[derive(Default)]
pub(crate) struct Capitals {
    /// The paragraph under way.
    line: String,
    differs: bool,
    out: String,
}

impl Capitals {
    /// Takes text of the paragraph under way.
    pub(crate) fn text(&mut self, text: &str, capital: bool) {
        let from = self.line.len();
        if capital {
            self.line.extend(text.chars().flat_map(char::to_uppercase));
            self.differs |= self.line.get(from..) != Some(text);
        } else {
            self.line.push_str(text);
        }
    }

    /// The paragraph ends.
    pub(crate) fn end(&mut self) {
        if mem::take(&mut self.differs) {
            self.out.push_str(&self.line);
            self.out.push('\n');
        }
        self.line.clear();
    }

    /// The paragraphs that show otherwise than they are stored.
    pub(crate) fn finish(mut self) -> String {
        self.end();
        self.out
    }
}

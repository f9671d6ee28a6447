//! HTML: what is seen, what is hidden, attributes that hold words, comments, and the strings of scripts.
//!
//! The tokens of the WHATWG standard suffice; no tree is built, so nothing grows with depth.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

use crate::piece::{Hints, Role};
use crate::reading::Reading;

/// Attributes whose values are words for people, or carry data of people.
const WORDS: [&str; 12] = [
    "alt",
    "title",
    "value",
    "placeholder",
    "label",
    "summary",
    "content",
    "href",
    "srcdoc",
    "aria-label",
    "aria-description",
    "download",
];
/// Elements that do not interrupt a word.
const INLINE: [&str; 22] = [
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "em", "font", "i", "ins", "kbd", "mark",
    "q", "s", "small", "span", "strong", "sub", "sup", "u",
];
/// Elements without an end tag.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Whether a text begins as HTML does, or is said to be HTML and has tags.
pub(crate) fn is_html(start: &str, hints: &Hints<'_>) -> bool {
    let head = start.get(..start.floor_char_boundary(1024)).unwrap_or(start).to_ascii_lowercase();
    let told = hints.media_type.starts_with("text/html")
        || matches!(hints.extension().as_str(), "html" | "htm" | "xhtml");
    let opening = ["<!doctype html", "<html", "<head", "<body"];
    opening.iter().any(|tag| head.starts_with(tag))
        || (head.starts_with("<?xml") || head.starts_with("<!--")) && head.contains("<html")
        || told && head.contains('<')
}

#[derive(Default)]
struct Page {
    seen: String,
    hidden: String,
    /// Attributes that hold words, with their names.
    words: Vec<(String, String)>,
    comments: String,
    scripts: String,
    /// What is being read, if not what is seen: the element that began it and how many of its name are open.
    within: Option<(Vec<u8>, usize, Within)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Hidden,
    Script,
    Style,
}

/// Tells a page. `role` is that of what is seen; everything else is metadata.
pub(crate) fn read(reading: &mut Reading<'_>, html: &str, role: Role, place: &str) {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut page = Page::default();
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => page.open(&tag),
            Token::EndTag(tag) => page.close(&tag.name),
            Token::String(text) => page.text(&String::from_utf8_lossy(&text.value)),
            Token::Comment(text) => {
                page.comments.push_str(&String::from_utf8_lossy(&text.value));
                page.comments.push('\n');
            }
            Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    page.tell(reading, role, place);
}

impl Page {
    fn open(&mut self, tag: &StartTag<()>) {
        let name: &[u8] = &tag.name;
        for (key, value) in &tag.attributes {
            let key = String::from_utf8_lossy(key).into_owned();
            if WORDS.contains(&key.as_str()) || key.starts_with("data-") {
                let value = String::from_utf8_lossy(&value.value).into_owned();
                if self.words.len() < 1_000_000 && !value.trim().is_empty() {
                    self.words
                        .push((meta_name(tag).filter(|_| key == "content").unwrap_or(key), value));
                }
            }
        }
        let text_name = String::from_utf8_lossy(name);
        if let Some((within, open, _)) = &mut self.within {
            if within.as_slice() == name && !tag.self_closing {
                *open += 1;
            }
        } else if !VOID.contains(&&*text_name)
            && let Some(what) = what_begins(tag, &text_name)
        {
            self.within = Some((name.to_vec(), 1, what));
        }
        self.gap(&text_name);
    }

    fn close(&mut self, name: &[u8]) {
        if let Some((within, open, _)) = &mut self.within
            && within.as_slice() == name
        {
            *open -= 1;
            if *open == 0 {
                self.within = None;
            }
        }
        self.gap(&String::from_utf8_lossy(name));
    }

    fn gap(&mut self, name: &str) {
        if INLINE.contains(&name) || name == "wbr" {
            return;
        }
        let out = self.out();
        if !out.is_empty() && !out.ends_with(['\n', '\t']) {
            out.push(if matches!(name, "td" | "th") { '\t' } else { '\n' });
        }
    }

    fn out(&mut self) -> &mut String {
        match self.within.as_ref().map(|(_, _, what)| *what) {
            None => &mut self.seen,
            Some(Within::Hidden) => &mut self.hidden,
            Some(Within::Script | Within::Style) => &mut self.scripts,
        }
    }

    fn text(&mut self, text: &str) {
        self.out().push_str(text);
    }

    fn tell(self, reading: &mut Reading<'_>, role: Role, place: &str) {
        reading.text(role, "", place, self.seen);
        reading.text(Role::Metadata, "hidden text", place, self.hidden);
        for (label, value) in self.words {
            reading.text(Role::Metadata, &label, place, value);
        }
        reading.text(Role::Metadata, "comment", place, self.comments);
        reading.text(Role::Metadata, "script", place, self.scripts);
    }
}

/// The name under which a `meta` element says something.
fn meta_name(tag: &StartTag<()>) -> Option<String> {
    let value = tag
        .attributes
        .get(b"name".as_slice())
        .or_else(|| tag.attributes.get(b"property".as_slice()))?;
    Some(String::from_utf8_lossy(&value.value).into_owned())
}

/// Elements whose text is not seen. Style sheets from outside are not followed: what a class hides is told as seen.
fn what_begins(tag: &StartTag<()>, name: &str) -> Option<Within> {
    match name {
        "script" => return Some(Within::Script),
        "style" => return Some(Within::Style),
        "template" | "noscript" => return Some(Within::Hidden),
        _ => {}
    }
    let style = tag.attributes.get(b"style".as_slice()).map(|value| {
        let style = String::from_utf8_lossy(&value.value).to_ascii_lowercase();
        style.chars().filter(|c| !c.is_whitespace()).collect::<String>()
    });
    let styles = ["display:none", "visibility:hidden", "font-size:0", "opacity:0;", "mso-hide:all"];
    let hidden = tag.attributes.contains_key(b"hidden".as_slice())
        || style
            .is_some_and(|style| styles.iter().any(|hiding| format!("{style};").contains(hiding)));
    hidden.then_some(Within::Hidden)
}

//! HTML: what is seen, what is hidden, attributes, comments, scripts and styles.
//!
//! The tokens of the WHATWG standard suffice; no tree is built, so nothing grows with depth. A model is often given the source
//! and not the page: so nothing that stands in it may be left out. Where tokens do (attributes that come twice, or in an end tag,
//! or in a tag that does not end), the standard calls it an error, and the whole source is told as well.

use std::collections::BTreeSet;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Doctype, StartTag, Token, Tokenizer};

use crate::grid::{self, Grid};
use crate::piece::{Hints, Role};
use crate::reading::Reading;
use crate::xml::Rest;

/// Elements that do not interrupt a word.
const INLINE: [&str; 47] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "blink", "button", "cite", "code", "data",
    "del", "dfn", "em", "font", "i", "img", "input", "ins", "kbd", "label", "mark", "meter",
    "nobr", "output", "progress", "q", "rb", "rp", "rt", "rtc", "ruby", "s", "samp", "small",
    "span", "strike", "strong", "sub", "sup", "time", "tspan", "tt", "u", "var", "wbr",
];
/// Kinds of fields that do not show their value as text.
const SILENT: [&str; 9] =
    ["hidden", "checkbox", "radio", "file", "image", "password", "color", "range", "reset"];
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
    /// The tables in what is seen.
    grid: Grid,
    hidden: String,
    attributes: Rest,
    /// The names of elements, each once: `<someone@example.org>` is one.
    names: BTreeSet<String>,
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
    let (mut page, mut left_out) = (Page::default(), false);
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => reading.within(place, |reading| page.open(reading, &tag)),
            Token::EndTag(tag) => page.close(&tag.name),
            Token::String(text) => page.text(&String::from_utf8_lossy(&text.value)),
            Token::Comment(text) => {
                page.comments.push_str(&String::from_utf8_lossy(&text.value));
                page.comments.push('\n');
            }
            Token::Doctype(doctype) => page.doctype(&doctype),
            Token::Error(_) => left_out = true,
        }
    }
    reading.within(place, |reading| {
        page.tell(reading, role);
        if left_out {
            reading.text(Role::Metadata, "source", "", html.to_owned());
        }
    });
}

impl Page {
    fn open(&mut self, reading: &mut Reading<'_>, tag: &StartTag<()>) {
        let name: &[u8] = &tag.name;
        let field = shown_value(tag);
        for (key, value) in &tag.attributes {
            if field.is_some() && key.as_slice() == b"value" {
                continue;
            }
            let mut key = String::from_utf8_lossy(key).into_owned();
            if key == "content" {
                key = meta_name(tag).unwrap_or(key);
            }
            let value = String::from_utf8_lossy(&value.value).into_owned();
            if key == "srcdoc" && reading.entry() {
                let hints = Hints { name: "", media_type: "text/html" };
                reading.inner("page in an attribute", value.as_bytes(), &hints);
            }
            if value.trim().is_empty() {
                self.names.insert(key);
            } else {
                self.attributes.value(reading, &key, value);
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
        self.gap(&text_name, true);
        if let Some(value) = field {
            self.field(&value);
        }
        self.name(&text_name);
    }

    /// What stands in a field. Fields of one character are those of a form that has one for each.
    fn field(&mut self, value: &str) {
        let (single, out) = (value.chars().nth(1).is_none(), self.out());
        if !(single || out.is_empty() || out.ends_with(char::is_whitespace)) {
            out.push(' ');
        }
        out.push_str(value);
    }

    fn name(&mut self, name: &str) {
        if !self.names.contains(name) {
            self.names.insert(name.to_owned());
        }
    }

    fn doctype(&mut self, doctype: &Doctype<()>) {
        self.name(&String::from_utf8_lossy(&doctype.name));
        let identifiers = [&doctype.public_identifier, &doctype.system_identifier];
        for identifier in identifiers.into_iter().flatten() {
            self.comments.push_str(&String::from_utf8_lossy(identifier));
            self.comments.push('\n');
        }
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
        let name = String::from_utf8_lossy(name);
        self.gap(&name, false);
        self.name(&name);
    }

    /// What stands between what is before a tag and what is behind it.
    fn gap(&mut self, name: &str, opens: bool) {
        if INLINE.contains(&name) {
            return;
        }
        if self.within.is_some() {
            return grid::end_line(self.out());
        }
        match (name, opens) {
            ("table", true) => self.grid.table(&mut self.seen),
            ("table", false) => self.grid.end_table(&mut self.seen),
            ("td" | "th", true) => self.grid.cell(&mut self.seen),
            ("td" | "th", false) => {}
            ("tr" | "thead" | "tbody" | "tfoot" | "caption", _) => {
                self.grid.end_row(&mut self.seen);
            }
            ("br", _) => self.seen.push('\n'),
            _ => grid::end_line(&mut self.seen),
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
        if self.within.is_none() && self.grid.is_between() && text.trim().is_empty() {
            return;
        }
        self.out().push_str(text);
    }

    fn tell(mut self, reading: &mut Reading<'_>, role: Role) {
        // A row that did not end.
        self.grid.end_row(&mut self.seen);
        reading.text(role, "", "", self.seen);
        reading.text(Role::Metadata, "hidden text", "", self.hidden);
        self.attributes.tell(reading);
        reading.text(Role::Metadata, "comment", "", self.comments);
        reading.text(Role::Metadata, "script", "", self.scripts);
        let names: Vec<String> = self.names.into_iter().collect();
        reading.text(Role::Metadata, "names of elements", "", names.join("\n"));
    }
}

/// The value of a field that shows it.
fn shown_value(tag: &StartTag<()>) -> Option<String> {
    let told = |name: &[u8]| {
        tag.attributes.get(name).map(|value| String::from_utf8_lossy(&value.value).into_owned())
    };
    let kind = told(b"type").unwrap_or_default().to_ascii_lowercase();
    let value = told(b"value").filter(|value| !value.trim().is_empty())?;
    (tag.name.as_slice() == b"input" && !SILENT.contains(&kind.trim())).then_some(value)
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

//! Walking XML: elements by local name, with text and attributes decoded. Entities of a document type are not expanded.

use std::collections::HashSet;

use quick_xml::Reader;
use quick_xml::escape::unescape_with;
use quick_xml::events::{BytesStart, Event};

use crate::piece::{Role, Why};
use crate::reading::Reading;

/// One step of a walk. An empty element opens and closes.
pub(crate) enum Step<'s> {
    /// An element opens.
    Open(&'s Tag<'s>),
    /// An element closes.
    Close(&'s str),
    /// Text between tags, in pieces.
    Text(&'s str),
    /// A comment, or what a document type declares.
    Aside(&'s str),
}

/// An opening tag.
pub(crate) struct Tag<'t> {
    start: &'t BytesStart<'t>,
    /// The local name.
    pub(crate) name: &'t str,
}

impl Tag<'_> {
    /// The value of the attribute with this local name.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        self.attributes().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The value of the attribute, or nothing.
    pub(crate) fn value(&self, name: &str) -> String {
        self.attribute(name).unwrap_or_default()
    }

    /// Whether an attribute says no, as `w:val="0"` does.
    pub(crate) fn denies(&self) -> bool {
        matches!(self.value("val").as_str(), "0" | "false" | "off")
    }

    /// All attributes: local names and values. Declarations of name spaces are left out.
    ///
    /// Where an attribute is not written as XML asks, all that the tag says comes once more as it stands.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let mut all = self.start.attributes();
        all.with_checks(false);
        all.filter_map(|attribute| {
            let Ok(attribute) = attribute else {
                return Some((String::new(), self.start.attributes_raw().to_owned()));
            };
            let key = attribute.key.local_name().into_inner().to_owned();
            (!attribute.key.into_inner().starts_with("xmlns"))
                .then(|| (key, unescaped(&attribute.value)))
        })
    }
}

fn unescaped(value: &str) -> String {
    unescape_with(value, quick_xml::escape::resolve_xml_entity)
        .map_or_else(|_| value.to_owned(), std::borrow::Cow::into_owned)
}

/// Walks a document to its end.
///
/// # Errors
/// `Broken` where it stops being XML; what came before was told.
pub(crate) fn walk(xml: &str, mut visit: impl FnMut(Step<'_>)) -> Result<(), Why> {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    loop {
        match reader.read_event().map_err(|_| Why::Broken)? {
            Event::Start(start) => open(&start, &mut visit),
            Event::Empty(start) => {
                open(&start, &mut visit);
                visit(Step::Close(start.local_name().into_inner()));
            }
            Event::End(end) => visit(Step::Close(end.local_name().into_inner())),
            Event::Text(text) => visit(Step::Text(&text.into_inner())),
            Event::CData(text) => visit(Step::Text(&text.into_inner())),
            Event::Comment(text) => visit(Step::Aside(&text.into_inner())),
            Event::DocType(text) => visit(Step::Aside(&text.into_inner())),
            Event::PI(text) => visit(Step::Aside(&text.into_inner())),
            Event::GeneralRef(entity) => {
                let written = format!("&{};", &*entity.into_inner());
                visit(Step::Text(&unescaped(&written)));
            }
            Event::Decl(decl) if is_usual(&decl) => {}
            Event::Decl(decl) => visit(Step::Aside(&decl)),
            Event::Eof => return Ok(()),
        }
    }
}

/// Whether a declaration says no more than declarations do.
fn is_usual(declaration: &str) -> bool {
    declaration.split_ascii_whitespace().all(|word| {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        matches!(key, "xml" | "version" | "encoding" | "standalone") && value.len() <= 12
    })
}

fn open(start: &BytesStart<'_>, visit: &mut impl FnMut(Step<'_>)) {
    visit(Step::Open(&Tag { start, name: start.local_name().into_inner() }));
}

/// Elements within each other whose names are kept; deeper ones are told under the last of them.
const NAMES: usize = 64;

/// Tells a document of properties: each text and each attribute with a value of its own, under the name of its element.
pub(crate) fn metadata(reading: &mut Reading<'_>, place: &str, xml: &str) {
    let mut names: Vec<String> = Vec::new();
    let (mut depth, mut text) = (0_usize, String::new());
    let walked = walk(xml, |step| match step {
        Step::Open(tag) => {
            tell(reading, place, &names, &mut text);
            for (label, value) in tag.attributes() {
                reading.text(role_of(&label), &label, place, value);
            }
            if depth < NAMES {
                names.push(tag.name.to_owned());
            }
            depth += 1;
        }
        Step::Close(_) => {
            tell(reading, place, &names, &mut text);
            depth = depth.saturating_sub(1);
            names.truncate(depth);
        }
        Step::Text(more) => text.push_str(more),
        Step::Aside(more) => reading.text(Role::Metadata, "", place, more.to_owned()),
    });
    tell(reading, place, &names, &mut text);
    if let Err(why) = walked {
        reading.unread(place, why);
    }
}

fn tell(reading: &mut Reading<'_>, place: &str, names: &[String], text: &mut String) {
    // Lists of values (rdf:li) are called by what they are a list of.
    let plain =
        |name: &&String| !matches!(name.as_str(), "li" | "Alt" | "Seq" | "Bag" | "Description");
    let label = names.iter().rev().find(plain).map_or("", String::as_str);
    reading.text(role_of(label), label, place, std::mem::take(text));
}

/// Names that classification systems write their labels under.
pub(crate) fn role_of(label: &str) -> Role {
    let lower = label.to_ascii_lowercase();
    let marks = [
        "msip_label",
        "classification",
        "sensitivity",
        "tituslabel",
        "protectivemarking",
        "bjclsuserrvm",
    ];
    let dashed = lower.replace('-', "");
    if marks.iter().any(|mark| dashed.contains(mark)) { Role::Label } else { Role::Metadata }
}

/// Values that are remembered, so that each is told once; further ones may be told again.
const MET: usize = 100_000;
/// Bytes from which a value may hold a file.
const LONG: usize = 48;

/// What a part says where its reader knows no meaning: values of attributes, and text where none belongs. A person does not see
/// it, a program may. Each value is told once.
#[derive(Default)]
pub(crate) struct Rest {
    values: String,
    texts: String,
    long: Vec<String>,
    met: HashSet<String>,
}

impl Rest {
    /// Takes the attributes of a tag.
    pub(crate) fn tag(&mut self, reading: &mut Reading<'_>, tag: &Tag<'_>) {
        for (name, value) in tag.attributes() {
            self.value(reading, &name, value);
        }
    }

    /// Takes a value and its name.
    pub(crate) fn value(&mut self, reading: &mut Reading<'_>, name: &str, value: String) {
        if value.trim().is_empty() {
            return;
        }
        let line = format!("{name}: {value}\n");
        if self.met.contains(&line) {
            return;
        }
        if may_hold_a_file(&value) {
            reading.text(Role::Metadata, name, "", value);
        } else {
            self.values.push_str(&line);
        }
        if self.met.len() < MET {
            self.met.insert(line);
        }
    }

    /// Takes text.
    pub(crate) fn text(&mut self, text: &str) {
        let text = text.trim();
        if may_hold_a_file(text) {
            self.long.push(text.to_owned());
        } else if !text.is_empty() {
            self.texts.push_str(text);
            self.texts.push('\n');
        }
    }

    /// Tells what was taken.
    pub(crate) fn tell(self, reading: &mut Reading<'_>) {
        for text in self.long {
            reading.text(Role::Metadata, "other text", "", text);
        }
        reading.text(Role::Metadata, "other text", "", self.texts);
        reading.text(Role::Metadata, "attributes", "", self.values);
    }
}

/// Whether a value is a data URL, or letters of base64 only: it becomes a text of its own, so that what looks for files within
/// texts sees where it begins.
fn may_hold_a_file(value: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_- \t\r\n".contains(&byte);
    value.len() >= LONG && (value.trim_start().starts_with("data:") || value.bytes().all(letter))
}

/// All that a document says, elements on lines of their own, for vocabularies that no reader knows. Comments and attributes
/// are told apart.
pub(crate) fn plain(reading: &mut Reading<'_>, role: Role, xml: &str) {
    let (mut out, mut asides, mut rest) = (String::new(), String::new(), Rest::default());
    let walked = walk(xml, |step| match step {
        Step::Open(tag) => rest.tag(reading, tag),
        Step::Close(_) => {
            if !out.ends_with('\n') {
                out.push('\n');
            }
        }
        Step::Text(text) => out.push_str(text),
        Step::Aside(text) => {
            asides.push_str(text);
            asides.push('\n');
        }
    });
    reading.text(role, "", "", out);
    reading.text(Role::Metadata, "comment", "", asides);
    rest.tell(reading);
    if let Err(why) = walked {
        reading.unread("", why);
    }
}

//! Walking XML: elements by local name, with text and attributes decoded. Entities of a document type are not expanded.

mod joined;
mod rest;

use quick_xml::Reader;
use quick_xml::escape::unescape_with;
use quick_xml::events::{BytesStart, Event};

use crate::piece::{Role, Why};
use crate::reading::Reading;

pub(crate) use joined::joined;
pub(crate) use rest::Rest;

/// One step of a walk. An empty element opens and closes.
pub(crate) enum Step<'s> {
    /// An element opens.
    Open(&'s Tag<'s>),
    /// An element closes.
    Close(&'s str),
    /// All text between two tags: characters, entities and literal text, whatever comments stand between them.
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
    let mut text = String::new();
    loop {
        let event = reader.read_event().map_err(|_| Why::Broken);
        if matches!(
            event,
            Err(_) | Ok(Event::Start(_) | Event::Empty(_) | Event::End(_) | Event::Eof)
        ) && !text.is_empty()
        {
            visit(Step::Text(&text));
            text.clear();
        }
        match event? {
            Event::Start(start) => open(&start, &mut visit),
            Event::Empty(start) => {
                open(&start, &mut visit);
                visit(Step::Close(start.local_name().into_inner()));
            }
            Event::End(end) => visit(Step::Close(end.local_name().into_inner())),
            Event::Text(more) => text.push_str(&more.into_inner()),
            Event::CData(more) => text.push_str(&more.into_inner()),
            Event::Comment(text) => visit(Step::Aside(&text.into_inner())),
            Event::DocType(text) => visit(Step::Aside(&text.into_inner())),
            Event::PI(text) => visit(Step::Aside(&text.into_inner())),
            Event::GeneralRef(entity) => {
                let written = format!("&{};", &*entity.into_inner());
                text.push_str(&unescaped(&written));
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

/// Whether an element only says how a part of a text looks. Names of one letter are not among them, each means much else.
fn is_inline(name: &str) -> bool {
    let inline = [
        "altGlyph", "em", "emphasis", "font", "hi", "span", "strong", "sub", "sup", "textPath",
        "tspan",
    ];
    inline.contains(&name)
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

/// Whether an element is a part of a line: also the runs of offices, whose charts and diagrams are read here.
fn is_run(name: &str) -> bool {
    is_inline(name) || matches!(name, "r" | "t")
}

/// All that a document says, elements on lines of their own, for vocabularies that no reader knows. Comments and attributes
/// are told apart.
pub(crate) fn plain(reading: &mut Reading<'_>, role: Role, xml: &str) {
    let (mut out, mut asides, mut rest) = (String::new(), String::new(), Rest::default());
    // What says how a run looks does not end it.
    let mut look = false;
    let walked = walk(xml, |step| match step {
        Step::Open(tag) => {
            look |= tag.name == "rPr";
            rest.tag(reading, tag);
        }
        Step::Close("rPr") => look = false,
        Step::Close(name) => {
            if !(look || is_run(name) || out.ends_with('\n')) {
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

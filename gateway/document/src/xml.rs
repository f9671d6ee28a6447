//! Walking XML: elements by local name, with text and attributes decoded. Entities of a document type are not expanded.

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
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let mut all = self.start.attributes();
        all.with_checks(false);
        all.filter_map(Result::ok)
            .filter(|attribute| !attribute.key.into_inner().starts_with("xmlns"))
            .map(|attribute| {
                let key = attribute.key.local_name().into_inner().to_owned();
                (key, unescaped(&attribute.value))
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
            Event::Decl(_) => {}
            Event::Eof => return Ok(()),
        }
    }
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

/// All text of a document, elements on lines of their own, for vocabularies that no reader knows. Comments are told apart.
pub(crate) fn plain(reading: &mut Reading<'_>, role: Role, place: &str, xml: &str) {
    let (mut out, mut asides) = (String::new(), String::new());
    let walked = walk(xml, |step| match step {
        Step::Open(_) => {}
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
    reading.text(role, "", place, out);
    reading.text(Role::Metadata, "comment", place, asides);
    if let Err(why) = walked {
        reading.unread(place, why);
    }
}

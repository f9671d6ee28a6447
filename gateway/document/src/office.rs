//! Office Open XML (ECMA-376): documents, sheets and presentations, each a ZIP archive of parts.
//!
//! Every part is read: those with a reader of their own by it, other XML as plain text, everything else as a file within
//! the file. What a part holds twice (a fallback beside a drawing) is told twice.

mod formula;
mod header;
mod number;
mod sheet;
mod slides;
mod word;

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::archive::Package;
use crate::capitals::Styles;
use crate::kind::Kind;
use crate::piece::{Hints, Role};
use crate::reading::Reading;
use crate::xml::{self, Rest, Step};
use crate::{glean, text};

/// Parts that hold the look of a document and no text of people; their text is told all the same if they have any.
const LOOKS: [&str; 9] = [
    "/theme",
    "styles.xml",
    "fonttable.xml",
    "websettings.xml",
    "numbering.xml",
    "calcchain.xml",
    "tablestyles.xml",
    "presprops.xml",
    "viewprops.xml",
];

/// Pictures that are known to be blank, by SHA-256: the previews in the templates of python-docx and python-pptx, which every file
/// that is made with these libraries carries along.
///
/// Any other preview is a picture like each picture. It is small, and there is room in it for a page of text all the same.
const BLANK: [&str; 2] = [
    "96367138dc44ce09bf2c8f0f8e49348a1478d2c5c0af69bbc2bbc38b63cdcead",
    "116f9aa8ea038e39ef47ee99a23592ab569cf77feafecd0a30e222369e931d25",
];

/// What the picture is that a document brings of itself, and what its author can do about it.
pub(crate) const PREVIEW: &str = "preview picture (save the file without one)";

/// Reads the package if it is a document of this family.
pub(crate) fn read(reading: &mut Reading<'_>, package: &mut Package<'_>) -> Option<Kind> {
    if !package.has("[Content_Types].xml") {
        return None;
    }
    let holds = |folder: &str| package.names.iter().any(|name| name.starts_with(folder));
    let kind = if holds("word/") {
        Kind::Docx
    } else if holds("xl/") {
        Kind::Xlsx
    } else if holds("ppt/") {
        Kind::Pptx
    } else {
        return None;
    };
    package.tell_names(reading);
    let (mut done, mut styles) = (Vec::new(), Styles::default());
    match kind {
        Kind::Xlsx => done = sheet::workbook(reading, package),
        Kind::Pptx => done = slides::presentation(reading, package),
        _ => {
            if let Some(xml) = package.text(reading, "word/styles.xml") {
                styles.add(&xml);
            }
        }
    }
    for index in 0..package.names.len() {
        if !reading.entry() {
            break;
        }
        let name = package.names.get(index).cloned().unwrap_or_default();
        if done.contains(&name) {
            continue;
        }
        if let Some(bytes) = package.bytes(reading, index) {
            reading.within(&format!("/{name}"), |reading| part(reading, &name, &bytes, &styles));
        }
    }
    Some(kind)
}

fn part(reading: &mut Reading<'_>, name: &str, bytes: &[u8], styles: &Styles) {
    let lower = name.to_ascii_lowercase();
    let is_xml = lower.ends_with(".xml") || lower.ends_with(".rels") || lower.ends_with(".vml");
    if lower.contains("printersettings") && is_printer(bytes) {
        // What a driver keeps, and every sheet carries: names of printers and papers. Nobody is shown it.
        return glean::read(reading, bytes);
    }
    if lower.starts_with("docprops/thumbnail.") && is_blank(bytes) {
        return;
    }
    if bytes.is_empty() && lower.ends_with('/') {
        return;
    }
    if lower.starts_with("docprops/thumbnail.") {
        return reading.inner(PREVIEW, bytes, &Hints { name, media_type: "" });
    }
    if !is_xml {
        reading.file(bytes, &Hints { name, media_type: "" });
        return;
    }
    let xml = text::of_xml(reading, "", bytes);
    if lower.ends_with(".rels") {
        links(reading, &xml);
    } else if lower == "docprops/custom.xml" {
        custom(reading, &xml);
    } else if lower.starts_with("docmetadata/") {
        labels(reading, &xml);
    } else if lower.starts_with("docprops/")
        || lower.starts_with("customxml/")
        || lower.contains("pivotcache")
        || lower.contains("connections")
        || lower.contains("externallink")
        || lower.contains("people")
        || lower.contains("authors")
        || lower.ends_with("/workbook.xml")
        || lower.contains("/tables/")
    {
        xml::metadata(reading, "", &xml);
    } else if lower == "[content_types].xml" || LOOKS.iter().any(|look| lower.contains(look)) {
        xml::plain(reading, Role::Metadata, &xml);
    } else if lower.contains("chart") {
        xml::plain(reading, Role::Content, &xml);
    } else {
        let aside =
            lower.contains("comment") || lower.contains("settings") || lower.contains("docparts");
        let role = if aside { Role::Metadata } else { Role::Content };
        word::paragraphs(reading, role, &xml, styles);
    }
}

/// A string of a sheet as it shows: `_x0041_` stands for a character that XML cannot hold, and for any other (ECMA-376 part 1,
/// 22.9.2.19).
fn unescaped(written: &str) -> String {
    let mut out = String::with_capacity(written.len());
    let mut rest = written;
    while let Some((before, from)) = rest.split_once("_x") {
        out.push_str(before);
        let code = from.get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = code.filter(|_| from.get(4..5) == Some("_"));
        let shown = code.and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?));
        if let (Some(shown), Some(behind)) = (shown, from.get(5..)) {
            out.push(shown);
            rest = behind;
        } else {
            out.push_str("_x");
            rest = from;
        }
    }
    out.push_str(rest);
    out
}

/// Whether the bytes are a DEVMODE structure (MS-RPRN, 2.2.2.1): a version behind 64 bytes of name, and lengths that fit.
fn is_printer(bytes: &[u8]) -> bool {
    let short = |at: usize| {
        bytes.get(at..at + 2).map_or(0, |two| usize::from(two[0]) | usize::from(two[1]) << 8)
    };
    let (version, own, driver) = (short(64), short(68), short(70));
    matches!(version, 0x0400..=0x0601) && own >= 72 && own + driver <= bytes.len()
}

fn is_blank(bytes: &[u8]) -> bool {
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    BLANK.contains(&digest.as_str())
}

/// Links to the outside, addresses of pages and mail, paths of templates; and where the relations lead within the package.
fn links(reading: &mut Reading<'_>, xml: &str) {
    let mut rest = Rest::default();
    let walked = xml::walk(xml, |step| match step {
        Step::Open(tag) if tag.value("TargetMode") == "External" => {
            reading.text(Role::Metadata, "link", "", tag.value("Target"));
            for (name, value) in tag.attributes().filter(|(name, _)| name != "Target") {
                rest.value(reading, &name, value);
            }
        }
        Step::Open(tag) => rest.tag(reading, tag),
        Step::Text(text) | Step::Aside(text) => rest.text(text),
        Step::Close(_) => {}
    });
    rest.tell(reading);
    if let Err(why) = walked {
        reading.unread("", why);
    }
}

/// Properties that people and labelling systems add (ECMA-376 part 1, 15.2.12.2).
fn custom(reading: &mut Reading<'_>, xml: &str) {
    let (mut name, mut value, mut rest) = (String::new(), String::new(), Rest::default());
    let walked = xml::walk(xml, |step| match step {
        Step::Open(tag) => {
            rest.tag(reading, tag);
            if tag.name == "property" {
                name = tag.value("name");
            }
        }
        Step::Text(text) => value.push_str(text),
        Step::Aside(text) => rest.text(text),
        Step::Close("property") => {
            let role = xml::role_of(&name);
            let text = std::mem::take(&mut value);
            // The name of a label says more than its value, which is often an identifier.
            let text = if role == Role::Label { format!("{name}: {}", text.trim()) } else { text };
            reading.text(role, &name, "", text);
        }
        Step::Close(_) => {}
    });
    rest.text(&value);
    rest.tell(reading);
    if let Err(why) = walked {
        reading.unread("", why);
    }
}

/// Sensitivity labels (MS-OFFCRYPTO, LabelInfo): what stands in the attributes.
fn labels(reading: &mut Reading<'_>, xml: &str) {
    let mut rest = Rest::default();
    let walked = xml::walk(xml, |step| match step {
        Step::Open(tag) if tag.name == "label" => {
            let pairs: Vec<_> =
                tag.attributes().map(|(name, value)| format!("{name}: {value}")).collect();
            reading.text(Role::Label, "label", "", pairs.join("\n"));
        }
        Step::Open(tag) => rest.tag(reading, tag),
        Step::Text(text) | Step::Aside(text) => rest.text(text),
        Step::Close(_) => {}
    });
    rest.tell(reading);
    if let Err(why) = walked {
        reading.unread("", why);
    }
}

/// Where the relations of a part lead, by their ids; paths from the root of the package.
fn relations(
    reading: &mut Reading<'_>,
    package: &mut Package<'_>,
    part: &str,
) -> HashMap<String, String> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let mut found = HashMap::new();
    let Some(xml) = package.text(reading, &format!("{folder}/_rels/{file}.rels")) else {
        return found;
    };
    // What is broken there is told when the part itself is read.
    let _ = xml::walk(&xml, |step| {
        if let Step::Open(tag) = step
            && tag.name == "Relationship"
        {
            found.insert(tag.value("Id"), resolved(folder, &tag.value("Target")));
        }
    });
    found
}

fn resolved(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut parts: Vec<&str> = folder.split('/').collect();
    for step in target.split('/') {
        match step {
            ".." => drop(parts.pop()),
            "." | "" => {}
            step => parts.push(step),
        }
    }
    parts.join("/")
}

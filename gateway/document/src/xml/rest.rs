//! What a part of a package says where its reader knows no meaning.

use std::collections::HashSet;

use crate::piece::Role;
use crate::reading::Reading;

use super::Tag;

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
            if !is_revision(tag.name, &name, &value) {
                self.value(reading, &name, value);
            }
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

/// Whether a value is the number of an editing session, of a paragraph or of a list, which offices draw by lot for each (ECMA-376
/// part 1, 17.15.1.70 and 17.9.14; MS-DOCX, 2.2.4), or a set of bits of a font. Nobody is shown it, and eight digits without a
/// meaning look like much else.
fn is_revision(element: &str, name: &str, value: &str) -> bool {
    let named = name.starts_with("rsid")
        || matches!(name, "paraId" | "textId" | "paraIdParent" | "durableId")
        || matches!(name, "usb0" | "usb1" | "usb2" | "usb3" | "csb0" | "csb1")
        || name == "val" && (element.starts_with("rsid") || matches!(element, "nsid" | "tmpl"));
    named && value.len() == 8 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a value is a data URL, or letters of base64 only: it becomes a text of its own, so that what looks for files within
/// texts sees where it begins.
fn may_hold_a_file(value: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_- \t\r\n".contains(&byte);
    value.len() >= LONG && (value.trim_start().starts_with("data:") || value.bytes().all(letter))
}

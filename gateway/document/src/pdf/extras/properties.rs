//! Properties of the document: its information dictionary (ISO 32000-2, 14.3.3).

use crate::piece::Role;
use crate::reading::Reading;
use crate::xml;

use super::super::file::File;
use super::LEVELS;
use super::strings::Strings;

/// Tells the properties of the document; gives the number of their object.
pub(super) fn tell(
    reading: &mut Reading<'_>,
    file: &File<'_>,
    strings: &mut Strings,
) -> Option<u32> {
    let info = file.trailer().get(b"Info")?;
    let properties = file.dict(info).unwrap_or_default();
    for (key, value) in &properties.0 {
        let label = String::from_utf8_lossy(key);
        strings.name(key, false);
        if let Some(value) = file.resolve(value).text() {
            let role = xml::role_of(&label);
            let value = if role == Role::Label { format!("{label}: {value}") } else { value };
            reading.text(role, &label, "properties", value);
        } else {
            strings.value(reading, &label, value, LEVELS);
        }
    }
    info.reference()
}

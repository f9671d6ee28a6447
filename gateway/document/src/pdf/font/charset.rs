//! Predefined character maps that are ways of writing a known character set (ISO 32000-2, 9.7.5.2).

use encoding_rs::{Encoding, UTF_16BE};

/// The character set of a predefined map (table 116); `None` if it is of none that is known.
pub(super) fn of_predefined(name: &str) -> Option<&'static Encoding> {
    let label = match name {
        _ if name.contains("UCS2") || name.contains("UTF16") => return Some(UTF_16BE),
        _ if name.contains("RKSJ") => "shift_jis",
        "EUC-H" | "EUC-V" => "euc-jp",
        _ if name.starts_with("GBK2K") => "gb18030",
        _ if name.starts_with("GB") => "gbk",
        _ if name.starts_with("ETen") || name.starts_with("B5") || name.starts_with("HKscs") => {
            "big5"
        }
        _ if name.starts_with("KSC") => "euc-kr",
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

/// The bytes of the character that comes next.
pub(super) fn code_length(charset: &'static Encoding, rest: &[u8]) -> usize {
    let first = rest.first().copied().unwrap_or(0);
    if charset == UTF_16BE {
        return if (0xd8..=0xdb).contains(&first) { 4 } else { 2 };
    }
    let single = first < 0x80 || (charset.name() == "Shift_JIS" && matches!(first, 0xa0..=0xdf));
    if single { 1 } else { 2 }
}

//! What a file is, by its content, and which reader takes it.

use memchr::memmem;

use crate::piece::{Hints, Role, Why};
use crate::reading::Reading;
use crate::{archive, glean, html, image, mail, pdf, rtf, table, text, xml};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Plain text, also source code and logs.
    Text,
    /// Values in rows: commas, tabs, semicolons or bars.
    Csv,
    /// JSON, or JSON lines.
    Json,
    /// XML of no known vocabulary.
    Xml,
    /// HTML.
    Html,
    /// Rich Text Format.
    Rtf,
    /// PDF.
    Pdf,
    /// WordprocessingML (ECMA-376).
    Docx,
    /// SpreadsheetML.
    Xlsx,
    /// PresentationML.
    Pptx,
    /// OpenDocument text.
    Odt,
    /// OpenDocument spreadsheet.
    Ods,
    /// OpenDocument presentation or drawing.
    Odp,
    /// A mail (RFC 5322, MIME), or a mailbox of several.
    Mail,
    /// A ZIP archive.
    Zip,
    /// gzip.
    Gzip,
    /// A tar archive.
    Tar,
    /// xz.
    Xz,
    /// Zstandard.
    Zstd,
    /// A picture.
    Image,
    /// The old container of Microsoft: .doc, .xls, .ppt, .msg, and encrypted files of today.
    Compound,
    /// Anything else.
    Unknown,
}

impl Kind {
    /// Whether the file is text as it stands, without a container or an encoding around it.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Csv | Self::Json | Self::Xml | Self::Html)
    }

    /// The stable name, in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Html => "html",
            Self::Rtf => "rtf",
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Pptx => "pptx",
            Self::Odt => "odt",
            Self::Ods => "ods",
            Self::Odp => "odp",
            Self::Mail => "mail",
            Self::Zip => "zip",
            Self::Gzip => "gzip",
            Self::Tar => "tar",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
            Self::Image => "image",
            Self::Compound => "compound",
            Self::Unknown => "unknown",
        }
    }
}

/// Decides what the bytes are and reads them.
pub(crate) fn read(reading: &mut Reading<'_>, bytes: &[u8], hints: &Hints<'_>) -> Kind {
    let head = bytes.get(..1024.min(bytes.len())).unwrap_or(bytes);
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let kind = if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") || starts(b"PK\x07\x08") {
        return archive::zip(reading, bytes);
    } else if let Some(at) = memmem::find(head, b"%PDF-") {
        let before = bytes.get(..at).unwrap_or_default();
        if !before.trim_ascii().is_empty() && before != b"\xef\xbb\xbf" {
            // It may be a file of another kind too.
            reading.unread("bytes before the beginning", Why::Broken);
            glean::read(reading, before);
        }
        pdf::read(reading, bytes.get(at..).unwrap_or(bytes));
        Kind::Pdf
    } else if starts(b"\x1f\x8b") {
        archive::gzip(reading, bytes, hints);
        Kind::Gzip
    } else if starts(b"\xfd7zXZ\0") {
        archive::xz(reading, bytes, hints);
        Kind::Xz
    } else if starts(b"\x28\xb5\x2f\xfd") || archive::is_skipped(bytes) {
        archive::zstd(reading, bytes, hints);
        Kind::Zstd
    } else if archive::is_tar(bytes) {
        archive::tar(reading, bytes);
        Kind::Tar
    } else if starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        compound(reading, bytes);
        Kind::Compound
    } else if starts(b"{\\rtf") {
        rtf::read(reading, bytes);
        Kind::Rtf
    } else if image::is_image(bytes) {
        image::read(reading, bytes);
        Kind::Image
    } else {
        match text::decode(bytes, hints) {
            Some(decoded) => {
                doubts(reading, bytes, &decoded);
                return read_text(reading, bytes, decoded.text, hints);
            }
            None => {
                glean::read(reading, bytes);
                reading.unread("", Why::Unsupported);
                Kind::Unknown
            }
        }
    };
    // A picture or a program can carry an archive behind it, and other readers would open that one. What was read from end to end
    // holds archives as its entries, and has told what stands behind them.
    let whole = matches!(kind, Kind::Pdf | Kind::Tar | Kind::Gzip | Kind::Xz | Kind::Zstd);
    if !whole && archive::has_directory_at_end(bytes) {
        reading.within("archive at its end", |reading| archive::zip(reading, bytes));
    }
    kind
}

/// Tells what a text may say to those who read its bytes in another way.
fn doubts(reading: &mut Reading<'_>, bytes: &[u8], decoded: &text::Decoded) {
    if !decoded.sure {
        reading.unread("character set", Why::Broken);
    }
    if decoded.wide {
        glean::narrow(reading, Role::Metadata, bytes);
    }
    if decoded.text.contains('\0') {
        let rest = decoded.text.replace('\0', "");
        reading.text(Role::Metadata, "", "without zeros", rest);
    }
}

fn read_text(reading: &mut Reading<'_>, bytes: &[u8], decoded: String, hints: &Hints<'_>) -> Kind {
    let start = decoded.trim_start();
    let start = start.get(..start.floor_char_boundary(4096)).unwrap_or(start);
    let extension = hints.extension();
    if mail::is_mail(start, hints) {
        // Mail is read byte by byte; one of wide characters as what they say.
        let wide = bytes.starts_with(b"\xef\xbb\xbf") || memchr::memchr(0, bytes).is_some();
        mail::read(reading, if wide { decoded.as_bytes() } else { bytes });
        return Kind::Mail;
    }
    if html::is_html(start, hints) {
        html::read(reading, &decoded, Role::Content, "");
        return Kind::Html;
    }
    if start.starts_with("<?xml") || (start.starts_with('<') && extension == "xml") {
        markup(reading, &decoded);
        reading.text(Role::Content, "", "", decoded);
        return Kind::Xml;
    }
    if start.starts_with(['{', '[']) && (start.contains('"') || extension == "json") {
        reading.text(Role::Content, "", "", decoded);
        return Kind::Json;
    }
    if let Some(delimiter) = table::delimiter(&decoded, hints) {
        table::csv(reading, &decoded, delimiter);
        return Kind::Csv;
    }
    if start.starts_with('<') {
        markup(reading, &decoded);
    }
    text::wrapped(reading, "file in the text", &decoded);
    reading.text(Role::Content, "", "", decoded);
    Kind::Text
}

/// Tells what the source of XML does not show as one.
fn markup(reading: &mut Reading<'_>, source: &str) {
    text::entities(reading, "entities", source);
    reading.text(Role::Content, "joined", "", xml::joined(source));
}

/// The compound file (MS-CFB): encrypted documents of today stand in one, under a stream of a known name.
fn compound(reading: &mut Reading<'_>, bytes: &[u8]) {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if memmem::find(bytes, &name).is_some() {
        reading.unread("", Why::Encrypted);
        return;
    }
    glean::read(reading, bytes);
    reading.unread("", Why::Unsupported);
}

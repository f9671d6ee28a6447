//! Whether bytes are text, told as they come: UTF-8, UTF-16 or UTF-32, at least nine tenths of it printable.
//!
//! What is no UTF-8 is windows-1252 (of which Latin-1 is a part, where it prints) if three quarters of it are ASCII.

/// Least characters of a text.
const TEXT_MIN: usize = 6;
/// Least bytes of a text in windows-1252: what a broken stream unpacks to may be a few such characters.
const WESTERN_MIN: usize = 16;
/// Characters after which what is not printable tells before the end.
const SURE: usize = 64;

#[derive(Clone, Copy)]
enum Form {
    Eight,
    /// UTF-16; whether the high byte comes first.
    Sixteen(bool),
    /// UTF-32; whether the highest byte comes first.
    ThirtyTwo(bool),
}

/// What was told so far.
#[derive(Default)]
pub(super) struct Telling {
    form: Option<Form>,
    all: usize,
    printable: usize,
    /// Whether some of it is no UTF-8.
    western: bool,
}

impl Telling {
    /// Appends what more bytes say; how many of them make whole characters. `None`: this is no text.
    ///
    /// The first bytes tell in which form the text is written: the first line of a run, or the first block that it unpacks to.
    pub(super) fn more(&mut self, bytes: &[u8], says: &mut String) -> Option<usize> {
        let (form, mark) = match self.form {
            Some(form) => (form, 0),
            None => form(bytes),
        };
        self.form = Some(form);
        let from = says.len();
        let body = bytes.get(mark..)?;
        let told = match form {
            Form::Eight => match prefix(body) {
                Some(text) => {
                    says.push_str(text);
                    text.len()
                }
                None => {
                    self.western = true;
                    western(body, says)?
                }
            },
            Form::ThirtyTwo(big) => thirty_two(body, big, says),
            Form::Sixteen(big) => sixteen(body, big, says),
        };
        let said = says.get(from..)?;
        self.all += said.chars().count();
        self.printable += said.chars().filter(|c| is_printable(*c)).count();
        (self.all < SURE || self.is_printable()).then_some(mark + told)
    }

    fn is_printable(&self) -> bool {
        self.printable * 10 >= self.all * 9
    }

    /// Whether what was told is windows-1252, as is any text with a little of something else behind it.
    pub(super) fn is_western(&self) -> bool {
        self.western
    }

    /// Whether what was told is text, if nothing follows.
    pub(super) fn is_text(&self) -> bool {
        self.all >= TEXT_MIN && self.is_printable()
    }
}

pub(super) fn is_printable(c: char) -> bool {
    !c.is_control() && c != '\u{FFFD}' || matches!(c, '\n' | '\r' | '\t')
}

/// The text that bytes are but for a character cut at their end.
pub(super) fn prefix(bytes: &[u8]) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(e) if e.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..e.valid_up_to())?).ok()
        }
        Err(_) => None,
    }
}

/// Whether bytes that are no UTF-8 may be windows-1252: at least three quarters are printable ASCII.
pub(super) fn is_western(bytes: &[u8]) -> bool {
    let ascii = |b: &&u8| is_printable(char::from(**b)) && b.is_ascii();
    // A file of which the head is text: files are read elsewhere.
    if bytes.starts_with(b"%PDF-") {
        return false;
    }
    bytes.iter().filter(ascii).count() * 4 >= bytes.len() * 3
}

/// Appends windows-1252; how many bytes that are. `None`: it is none.
fn western(bytes: &[u8], says: &mut String) -> Option<usize> {
    (bytes.len() >= WESTERN_MIN && is_western(bytes)).then_some(())?;
    says.extend(bytes.iter().map(|byte| match byte {
        0x80..=0x9F => {
            *WESTERN.get(usize::from(byte - 0x80)).unwrap_or(&char::REPLACEMENT_CHARACTER)
        }
        byte => char::from(*byte),
    }));
    Some(bytes.len())
}

/// What 0x80 to 0x9F are in windows-1252 (WHATWG Encoding Standard); what it lacks is no text.
#[rustfmt::skip]
const WESTERN: [char; 32] = [
    '€', '\u{FFFD}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{FFFD}', 'Ž', '\u{FFFD}',
    '\u{FFFD}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{FFFD}', 'ž', 'Ÿ',
];

/// In which form bytes are written, and how long the mark is that says so.
fn form(bytes: &[u8]) -> (Form, usize) {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => return (Form::ThirtyTwo(false), 4),
        [0, 0, 0xFE, 0xFF, ..] => return (Form::ThirtyTwo(true), 4),
        [0xFF, 0xFE, ..] => return (Form::Sixteen(false), 2),
        [0xFE, 0xFF, ..] => return (Form::Sixteen(true), 2),
        [0xEF, 0xBB, 0xBF, ..] => return (Form::Eight, 3),
        _ => {}
    }
    let fours = bytes.as_chunks::<4>().0;
    let all = |big: bool| {
        fours.len() > 1 && fours.iter().all(|four| long(four, big).is_some_and(|c| c != '\0'))
    };
    if let Some(big) = [false, true].into_iter().find(|big| all(*big)) {
        return (Form::ThirtyTwo(big), 0);
    }
    let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let most = bytes.len() / 2 * 4 / 5;
    let form = if bytes.len() < 8 {
        Form::Eight
    } else if zeros(0) > most {
        Form::Sixteen(true)
    } else if zeros(1) > most {
        Form::Sixteen(false)
    } else {
        Form::Eight
    };
    (form, 0)
}

/// A character of UTF-32.
fn long(four: &[u8; 4], big: bool) -> Option<char> {
    char::from_u32(if big { u32::from_be_bytes(*four) } else { u32::from_le_bytes(*four) })
}

/// Appends UTF-32; the bytes that were told.
fn thirty_two(bytes: &[u8], big: bool, says: &mut String) -> usize {
    let fours = bytes.as_chunks::<4>().0;
    says.extend(fours.iter().map(|four| long(four, big).unwrap_or(char::REPLACEMENT_CHARACTER)));
    fours.len() * 4
}

/// Appends UTF-16; the bytes that were told. The first half of a pair waits for the second.
fn sixteen(bytes: &[u8], big: bool, says: &mut String) -> usize {
    let pairs = bytes.as_chunks::<2>().0;
    let unit =
        |pair: &[u8; 2]| if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) };
    let half = pairs.last().is_some_and(|pair| (0xD800..0xDC00).contains(&unit(pair)));
    let whole = pairs.len() - usize::from(half);
    let units = pairs.iter().take(whole).map(unit);
    says.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    whole * 2
}

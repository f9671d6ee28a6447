//! One character written as several: percent, entity, escape, quoted-printable, `(at)`.
//!
//! A function here looks at one place, at no more than [`REACH`] bytes, and says what is written there. It is *telling* when it
//! hides what a value is made of; `&lt;` or `%2F` in a link is read where something else tells, but does not make a text worth a second look.

use super::address;
use super::bytes::{before, byte};
use super::fold::{Fold, fold, is_control};

/// Most bytes of one written character.
pub(crate) const REACH: usize = 64;

/// What is written at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Local {
    pub(crate) end: usize,
    pub(crate) says: Says,
    pub(crate) telling: bool,
}

/// One character, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    Char(char),
    Nothing,
}

/// Reads the place, whose byte is one of `% & \ = + U ( [ { < @`, a space, a frame of [`address`] or a control character.
pub(crate) fn local(text: &[u8], at: usize) -> Option<Local> {
    let (end, c) = match text.get(at)? {
        b'%' => percent(text, at)?,
        b'&' => entity(text, at)?,
        b'\\' => return escape(text, at),
        b'=' => return quoted(text, at),
        b'U' | b'u' => code_point(text, at)?,
        b'(' | b'[' | b'{' | b'<' => return address::sign(text, at),
        byte if address::may_begin(*byte) => return address::sign(text, at),
        byte if is_control(*byte) => return control(text, at),
        _ => return None,
    };
    Some(Local { end, says: says(c), telling: tells(text, at, end, c) })
}

/// What a character says that was written: controls are not seen.
fn says(c: char) -> Says {
    if u8::try_from(c).is_ok_and(is_control) { Says::Nothing } else { Says::Char(c) }
}

/// What values are made of.
fn is_value(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'.' | b'-' | b'_' | b'+')
}

/// A control character, with what it tells a terminal: `ESC [ 31 m`.
fn control(text: &[u8], at: usize) -> Option<Local> {
    let mut end = at + 1;
    if byte(text, at) == 0x1B && byte(text, end) == b'[' {
        let rest = text.get(end + 1..).unwrap_or_default().iter().take(REACH / 2);
        let told = rest.take_while(|b| matches!(b, b'0'..=b'9' | b';' | b':' | b'?')).count();
        let last = end + 1 + told;
        end = if text.get(last)?.is_ascii_alphabetic() { last + 1 } else { end };
    }
    let (left, right) = (before(text, at), byte(text, end));
    let telling = is_value(left) && (is_value(right) || is_control(right));
    Some(Local { end, says: Says::Nothing, telling })
}

/// Whether a character that was written in another way belongs to what values are made of.
fn tells(text: &[u8], at: usize, end: usize, c: char) -> bool {
    let (left, right) = (before(text, at), byte(text, end));
    match c {
        '@' | '.' | '_' => true,
        '-' | '+' => {
            left.is_ascii_alphanumeric() || right == b'%' || right == b'&' || right == b'\\'
        }
        _ if c.is_ascii_alphanumeric() => true,
        _ if says(c) == Says::Nothing => {
            left.is_ascii_alphanumeric()
                && (is_value(right) || matches!(right, b'%' | b'&' | b'\\'))
        }
        ' ' | '\u{A0}' => {
            let counts = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase();
            counts(left) && counts(right)
        }
        '%' => byte(text, end).is_ascii_hexdigit() && byte(text, end + 1).is_ascii_hexdigit(),
        '&' => byte(text, end) == b'#' || named(text.get(end..).unwrap_or_default()).is_some(),
        '\\' => matches!(right, b'u' | b'x'),
        _ if c.is_ascii() => false,
        _ => match fold(c) {
            Fold::Gone | Fold::Mark => left.is_ascii_alphanumeric(),
            Fold::Form(_) => true,
            Fold::Alike(_) => left.is_ascii_alphanumeric() || right.is_ascii_alphanumeric(),
            Fold::Same | Fold::Common(_) => false,
        },
    }
}

fn hex(text: &[u8], at: usize, digits: usize) -> Option<u32> {
    let mut value = 0;
    for byte in text.get(at..at + digits)? {
        value = value << 4 | char::from(*byte).to_digit(16)?;
    }
    Some(value)
}

/// A character of UTF-8 whose bytes are each written as `lead` and two digits.
fn bytewise(text: &[u8], at: usize, lead: &[u8]) -> Option<(usize, char)> {
    let step = lead.len() + 2;
    let unit = |i: usize| {
        let from = at + i * step;
        let led = text.get(from..from + lead.len())? == lead;
        led.then(|| hex(text, from + lead.len(), 2))?.and_then(|v| u8::try_from(v).ok())
    };
    let first = unit(0)?;
    let length = match first {
        0..=0x7F => return Some((at + step, char::from(first))),
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let mut bytes = [first, 0, 0, 0];
    for (i, place) in bytes.iter_mut().enumerate().take(length).skip(1) {
        *place = unit(i)?;
    }
    let c = std::str::from_utf8(bytes.get(..length)?).ok()?.chars().next()?;
    Some((at + length * step, c))
}

fn percent(text: &[u8], at: usize) -> Option<(usize, char)> {
    if matches!(byte(text, at + 1), b'u' | b'U') {
        return Some((at + 6, char::from_u32(hex(text, at + 2, 4)?)?));
    }
    bytewise(text, at, b"%")
}

/// `U+0041`, only in a row of at least two.
fn code_point(text: &[u8], at: usize) -> Option<(usize, char)> {
    let one = |at: usize| {
        let c = (byte(text, at).eq_ignore_ascii_case(&b'u') && byte(text, at + 1) == b'+')
            .then(|| hex(text, at + 2, 4))?;
        (!byte(text, at + 6).is_ascii_hexdigit()).then_some(())?;
        char::from_u32(c?).map(|c| (at + 6, c))
    };
    let (end, c) = one(at)?;
    let next = if byte(text, end) == b' ' { end + 1 } else { end };
    let ahead = one(next).is_some();
    let back = |n: usize| at.checked_sub(n).is_some_and(|from| one(from).is_some());
    if !ahead && !back(6) && !back(7) {
        return None;
    }
    Some((if ahead { next } else { end }, c))
}

fn entity(text: &[u8], at: usize) -> Option<(usize, char)> {
    if byte(text, at + 1) == b'#' {
        return numeric(text, at + 2);
    }
    let (length, c) = named(text.get(at + 1..)?)?;
    Some((at + 1 + length, c))
}

fn numeric(text: &[u8], at: usize) -> Option<(usize, char)> {
    let x = usize::from(matches!(byte(text, at), b'x' | b'X'));
    let base = if x == 1 { 16 } else { 10 };
    let digits = text.get(at + x..)?.iter().take(10);
    let (mut value, mut n) = (0u32, 0);
    for digit in digits.map_while(|b| char::from(*b).to_digit(base)) {
        value = value.saturating_mul(base).saturating_add(digit);
        n += 1;
    }
    let end = at + x + n;
    // Browsers read a number without its semicolon too.
    (n > 0).then_some(())?;
    Some((end + usize::from(byte(text, end) == b';'), char::from_u32(value)?))
}

/// The entity whose name begins here, with its semicolon: how long it is, and what it stands for.
fn named(text: &[u8]) -> Option<(usize, char)> {
    let length = text.iter().take(22).position(|b| *b == b';')?;
    let name = text.get(..length)?;
    let index = ENTITIES.binary_search_by_key(&name, |(known, _)| known.as_bytes()).ok()?;
    ENTITIES.get(index).map(|(_, c)| (length + 1, *c))
}

/// Named character references of HTML for ASCII, spaces and what is not seen; sorted.
#[rustfmt::skip]
const ENTITIES: &[(&str, char)] = &[
    ("AMP", '&'), ("ApplyFunction", '\u{2061}'), ("GT", '>'), ("Hat", '^'), ("InvisibleComma", '\u{2063}'), ("InvisibleTimes", '\u{2062}'),
    ("LT", '<'), ("NewLine", '\n'), ("NoBreak", '\u{2060}'), ("NonBreakingSpace", '\u{A0}'), ("QUOT", '"'), ("Tab", '\t'),
    ("UnderBar", '_'), ("VerticalLine", '|'), ("ZeroWidthSpace", '\u{200B}'),
    ("amp", '&'), ("apos", '\''), ("ast", '*'), ("bsol", '\\'), ("colon", ':'), ("comma", ','), ("commat", '@'), ("dash", '-'),
    ("dollar", '$'), ("emsp", ' '), ("ensp", ' '), ("equals", '='), ("excl", '!'), ("gt", '>'), ("hyphen", '-'), ("lbrack", '['),
    ("lowbar", '_'), ("lpar", '('), ("lrm", '\u{200E}'), ("mdash", '-'), ("middot", '.'), ("minus", '-'), ("nbsp", '\u{A0}'), ("ndash", '-'),
    ("num", '#'), ("percnt", '%'), ("period", '.'), ("plus", '+'), ("quest", '?'), ("quot", '"'), ("rbrack", ']'), ("rlm", '\u{200F}'),
    ("rpar", ')'), ("semi", ';'), ("shy", '\u{AD}'), ("sol", '/'), ("thinsp", ' '), ("zwj", '\u{200D}'), ("zwnj", '\u{200C}'),
];

/// Escapes of JSON, C, JavaScript, Python and Rust, however many backslashes stand before the letter, and backslashes before signs.
fn escape(text: &[u8], at: usize) -> Option<Local> {
    let slashes = text.get(at..)?.iter().take(8).take_while(|b| **b == b'\\').count();
    let letter = at + slashes;
    let told = |(end, c): (usize, char)| Local {
        end,
        says: says(c),
        telling: tells(text, at, end, c) && !matches!(c, '\n' | '\t'),
    };
    match byte(text, letter) {
        b'u' | b'U' if byte(text, letter + 1) == b'{' => braced(text, letter + 2).map(told),
        b'x' if byte(text, letter + 1) == b'{' => braced(text, letter + 2).map(told),
        b'u' => unicode(text, letter).map(told),
        b'U' => char::from_u32(hex(text, letter + 1, 8)?).map(|c| told((letter + 9, c))),
        b'x' => bytewise(text, at, text.get(at..=letter)?).map(told),
        b'0'..=b'3' => octal(text, letter).map(told),
        b'n' | b'r' | b'f' => Some(told((letter + 1, '\n'))),
        b't' => Some(told((letter + 1, '\t'))),
        c @ (b'@' | b'.' | b'-' | b'_' | b'/' | b'"' | b'+' | b'=') => {
            let between = before(text, at).is_ascii_alphanumeric()
                && byte(text, letter + 1).is_ascii_alphanumeric();
            let telling = between && c == b'@';
            Some(Local { end: letter + 1, says: Says::Char(char::from(c)), telling })
        }
        _ => None,
    }
}

fn braced(text: &[u8], at: usize) -> Option<(usize, char)> {
    let n = text.get(at..)?.iter().take(7).position(|b| *b == b'}')?;
    Some((at + n + 1, char::from_u32(hex(text, at, n).filter(|_| n > 0)?)?))
}

fn unicode(text: &[u8], letter: usize) -> Option<(usize, char)> {
    let first = hex(text, letter + 1, 4)?;
    let end = letter + 5;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first).map(|c| (end, c));
    }
    let slashes = text.get(end..)?.iter().take(8).take_while(|b| **b == b'\\').count();
    let second = (slashes > 0 && byte(text, end + slashes) == b'u')
        .then(|| hex(text, end + slashes + 1, 4))??;
    let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
    char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + low).map(|c| (end + slashes + 5, c))
}

fn octal(text: &[u8], at: usize) -> Option<(usize, char)> {
    let mut value = 0;
    for byte in text.get(at..at + 3)? {
        value = value * 8 + char::from(*byte).to_digit(8)?;
    }
    let c = u8::try_from(value).ok().filter(u8::is_ascii)?;
    Some((at + 3, char::from(c)))
}

/// Quoted-printable, and its line ends.
fn quoted(text: &[u8], at: usize) -> Option<Local> {
    let line = match (byte(text, at + 1), byte(text, at + 2)) {
        (b'\n', _) => 2,
        (b'\r', b'\n') => 3,
        _ => 0,
    };
    if line > 0 {
        let telling =
            before(text, at).is_ascii_graphic() && byte(text, at + line).is_ascii_graphic();
        return Some(Local { end: at + line, says: Says::Nothing, telling });
    }
    let upper = |b: u8| b.is_ascii_digit() || (b'A'..=b'F').contains(&b);
    if !upper(byte(text, at + 1)) || !upper(byte(text, at + 2)) {
        return None;
    }
    let (end, c) = bytewise(text, at, b"=")?;
    // `a=45` is an assignment; what is written so stands between letters, or in a row.
    let chained =
        |i: usize| byte(text, i) == b'=' && upper(byte(text, i + 1)) && upper(byte(text, i + 2));
    let between =
        before(text, at).is_ascii_alphanumeric() && byte(text, end).is_ascii_alphanumeric();
    let row = chained(end) || at.checked_sub(3).is_some_and(chained);
    let telling = if c == '@' { between || row } else { row && tells(text, at, end, c) };
    Some(Local { end, says: says(c), telling })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<(char, usize)>) {
        let at = text.find(|c: char| r"%&\=U".contains(c)).unwrap_or(0);
        let told = local(text.as_bytes(), at).and_then(|l| match l.says {
            Says::Char(c) => Some((c, l.end - at)),
            Says::Nothing => None,
        });
        assert_eq!(told, expect, "{text}");
    }

    #[test]
    fn characters_are_read_in_every_notation() {
        assert!(ENTITIES.is_sorted_by_key(|(name, _)| *name));
        check("a%40b", Some(('@', 3)));
        check("a%C3%A9b", Some(('é', 6)));
        check("a%u0040b", Some(('@', 6)));
        check("100%de", None);
        check("&#64;", Some(('@', 5)));
        check("&#x40;", Some(('@', 6)));
        check("&#0000064", Some(('@', 9)));
        check("&commat;", Some(('@', 8)));
        check("&nothing;", None);
        check(r"\u0040", Some(('@', 6)));
        check(r"\\u0040", Some(('@', 7)));
        check(r"\u{40}", Some(('@', 6)));
        check(r"\U00000040", Some(('@', 10)));
        check(r"\x40", Some(('@', 4)));
        check(r"\xc3\xa9", Some(('é', 8)));
        check(r"\100", Some(('@', 4)));
        check(r"\ud83d\ude00", Some(('😀', 12)));
        check(r"\d", None);
        check("a=40b", Some(('@', 3)));
        check("=C3=A9", Some(('é', 6)));
        check("U+0040U+0041", Some(('@', 6)));
        check("U+0040 is", None);
    }
}

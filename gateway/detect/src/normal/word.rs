//! Digits that people write in words, one by one, in several languages.

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// Digits in English, German, French, Spanish, Italian, Polish, Portuguese and Dutch; lower case, sorted by word.
#[rustfmt::skip]
const DIGITS: &[(&str, char)] = &[
    ("acht", '8'), ("cero", '0'), ("cinco", '5'), ("cinq", '5'), ("cinque", '5'), ("cztery", '4'), ("cuatro", '4'), ("deux", '2'),
    ("dois", '2'), ("dos", '2'), ("drei", '3'), ("drie", '3'), ("due", '2'), ("duas", '2'), ("dwa", '2'), ("dziewiec", '9'),
    ("dziewięć", '9'), ("een", '1'), ("eight", '8'), ("ein", '1'), ("eins", '1'), ("five", '5'), ("four", '4'), ("fuenf", '5'),
    ("fünf", '5'), ("huit", '8'), ("jeden", '1'), ("negen", '9'), ("neuf", '9'), ("neun", '9'), ("nine", '9'), ("niner", '9'),
    ("nove", '9'), ("nueve", '9'), ("nul", '0'), ("null", '0'), ("ocho", '8'), ("oito", '8'), ("one", '1'), ("osiem", '8'),
    ("otto", '8'), ("piec", '5'), ("pięć", '5'), ("quatre", '4'), ("quatro", '4'), ("quattro", '4'), ("sechs", '6'), ("sei", '6'),
    ("seis", '6'), ("sept", '7'), ("sete", '7'), ("sette", '7'), ("seven", '7'), ("siedem", '7'), ("sieben", '7'), ("siete", '7'),
    ("six", '6'), ("szesc", '6'), ("sześć", '6'), ("three", '3'), ("tre", '3'), ("tres", '3'), ("trois", '3'), ("três", '3'),
    ("trzy", '3'), ("twee", '2'), ("two", '2'), ("um", '1'), ("uma", '1'), ("un", '1'), ("une", '1'), ("uno", '1'), ("vier", '4'), ("vijf", '5'),
    ("zero", '0'), ("zes", '6'), ("zeven", '7'), ("zéro", '0'), ("zwei", '2'), ("zwo", '2'), ("één", '1'),
];
/// Words for a dash between digits.
const DASHES: &[&str] = &[
    "dash",
    "minus",
    "hyphen",
    "strich",
    "bindestrich",
    "tiret",
    "guion",
    "trattino",
    "streepje",
    "space",
];
/// Least number of digits in words that are read as a number.
const DIGITS_MIN: usize = 6;
/// Longest word looked at.
const DIGIT_MAX: usize = 12;
/// Most digits of one number.
const RUN_MAX: usize = 64;

/// The first three letters of a digit's word, hashed.
const fn slot(a: u8, b: u8, c: u8) -> usize {
    let key = ((a as u32 | 0x20) | (b as u32 | 0x20) << 8 | (c as u32 | 0x20) << 16)
        .wrapping_mul(0x9E37_79B1);
    (key >> 20) as usize
}

/// A bit for each slot that is taken.
static FIRST: [u64; 64] = {
    let mut bits = [0u64; 64];
    let mut i = 0;
    while i < DIGITS.len() {
        let word = DIGITS[i].0.as_bytes();
        if word.len() >= 3 {
            let slot = slot(word[0], word[1], word[2]);
            bits[slot / 64] |= 1 << (slot % 64);
        }
        if word.len() == 2 {
            let slot = slot(word[0], word[1], b' ');
            bits[slot / 64] |= 1 << (slot % 64);
        }
        i += 1;
    }
    bits
};

/// Whether a digit's word may begin with these three bytes.
#[inline]
pub(crate) fn may_be_digit(text: &[u8], at: usize) -> bool {
    let Some([a, b, c]) = text.get(at..).and_then(|t| t.first_chunk::<3>()) else { return false };
    let slot = slot(*a, *b, *c);
    FIRST.get(slot / 64).is_some_and(|bits| bits >> (slot % 64) & 1 != 0)
}

/// The end of the word that begins here.
fn word_end(text: &[u8], at: usize) -> usize {
    at + text
        .get(at..)
        .unwrap_or_default()
        .iter()
        .take(DIGIT_MAX)
        .take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80)
        .count()
}

/// What the word says: a digit or a dash.
fn digit(text: &[u8], at: usize, end: usize) -> Option<char> {
    if end < at + 2 {
        return None;
    }
    let word = std::str::from_utf8(text.get(at..end)?).ok()?;
    // Only ASCII case is folded; the few other letters are hardly written as capitals in the middle of a number.
    let first = text.get(at).map(u8::to_ascii_lowercase);
    let same = |known: &str| known.bytes().next() == first && known.eq_ignore_ascii_case(word);
    if let Some((_, digit)) = DIGITS.iter().find(|(known, _)| same(known)) {
        return Some(*digit);
    }
    DASHES.iter().any(|dash| same(dash)).then_some('-')
}

/// A run of digits in words that begins here: calls `says` with the place and the digit of each; the end if it is one.
pub(crate) fn spelled(
    text: &[u8],
    at: usize,
    mut says: impl FnMut(usize, usize, char),
) -> Option<usize> {
    if is_word(super::local::before(text, at)) {
        return None;
    }
    let (mut from, mut end, mut digits) = (at, at, 0);
    for _ in 0..RUN_MAX {
        let to = word_end(text, from);
        let Some(c) = digit(text, from, to) else { break };
        says(from, to, c);
        digits += usize::from(c != '-');
        end = to;
        let gap = text.get(to..).unwrap_or_default().iter().take(3);
        let gap = gap
            .take_while(|b| matches!(b, b' ' | b',' | b'.' | b'-' | b'/' | b'\n' | b'\t'))
            .count();
        if gap == 0 {
            break;
        }
        from = to + gap;
    }
    (digits >= DIGITS_MIN).then_some(end)
}

/// The begin of the word around a place.
pub(crate) fn begin(text: &[u8], at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default().iter().rev();
    at - before.take(DIGIT_MAX).take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80).count()
}

/// Whether the word that begins here is a digit's.
pub(crate) fn is_digit(text: &[u8], at: usize) -> bool {
    digit(text, at, word_end(text, at)).is_some()
}

/// The first word of the run of digits in words around a word.
pub(crate) fn spelled_from(text: &[u8], at: usize) -> usize {
    let mut first = at;
    for _ in 0..RUN_MAX {
        let before = text.get(..first).unwrap_or_default();
        let gap = before
            .iter()
            .rev()
            .take(3)
            .take_while(|b| matches!(b, b' ' | b',' | b'.' | b'-' | b'/' | b'\n' | b'\t'))
            .count();
        let end = first - gap;
        let head = before.get(..end).unwrap_or_default();
        let length = head
            .iter()
            .rev()
            .take(DIGIT_MAX)
            .take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80)
            .count();
        if gap == 0 || length == 0 || digit(text, end - length, end).is_none() {
            break;
        }
        first = end - length;
    }
    first
}

//! Digits that people write in words, one by one, in several languages.

use super::bytes::{before, count_back, count_from};

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// Digits in the languages with most speakers and those of Europe; lower case, sorted. Words that are common in prose of another language
/// (Danish `to`, Spanish `en`) are left out.
#[rustfmt::skip]
const DIGITS: &[(&str, char)] = &[
    ("acht", '8'), ("alti", '6'), ("altı", '6'), ("ba", '3'), ("bes", '5'), ("beş", '5'), ("bir", '1'), ("bảy", '7'), ("bốn", '4'), ("cero", '0'),
    ("chín", '9'), ("cinci", '5'), ("cinco", '5'), ("cinq", '5'), ("cinque", '5'), ("cuatro", '4'), ("cztery", '4'), ("delapan", '8'), ("deux", '2'),
    ("devet", '9'), ("deväť", '9'), ("devět", '9'), ("doi", '2'), ("dois", '2'), ("dokuz", '9'), ("dort", '4'), ("dos", '2'), ("două", '2'),
    ("drei", '3'), ("drie", '3'), ("dua", '2'), ("duas", '2'), ("due", '2'), ("dva", '2'), ("dvě", '2'), ("dwa", '2'), ("dziewiec", '9'),
    ("dziewięć", '9'), ("dört", '4'), ("een", '1'), ("eight", '8'), ("ein", '1'), ("eins", '1'), ("empat", '4'), ("enam", '6'), ("ett", '1'),
    ("fem", '5'), ("five", '5'), ("four", '4'), ("fuenf", '5'), ("fyra", '4'), ("fünf", '5'), ("hai", '2'), ("huit", '8'), ("iki", '2'),
    ("jedan", '1'), ("jeden", '1'), ("jedna", '1'), ("kahdeksan", '8'), ("kaksi", '2'), ("không", '0'), ("kolme", '3'), ("kosong", '0'),
    ("kuusi", '6'), ("lima", '5'), ("mbili", '2'), ("moja", '1'), ("một", '1'), ("nane", '8'), ("negen", '9'), ("neljä", '4'), ("neuf", '9'),
    ("neun", '9'), ("nine", '9'), ("niner", '9'), ("nio", '9'), ("nne", '4'), ("nol", '0'), ("noll", '0'), ("nolla", '0'), ("nouă", '9'),
    ("nove", '9'), ("nueve", '9'), ("nul", '0'), ("nula", '0'), ("null", '0'), ("năm", '5'), ("ocho", '8'), ("oh", '0'), ("oito", '8'), ("one", '1'),
    ("opt", '8'), ("osam", '8'), ("osem", '8'), ("osiem", '8'), ("osm", '8'), ("otto", '8'), ("patru", '4'), ("pet", '5'), ("piec", '5'),
    ("pięć", '5'), ("päť", '5'), ("pět", '5'), ("quatre", '4'), ("quatro", '4'), ("quattro", '4'), ("saba", '7'), ("sapte", '7'), ("sase", '6'),
    ("satu", '1'), ("sechs", '6'), ("sedam", '7'), ("sedem", '7'), ("sedm", '7'), ("sei", '6'), ("seis", '6'), ("seitsemän", '7'), ("sekiz", '8'),
    ("sembilan", '9'), ("sept", '7'), ("sete", '7'), ("sette", '7'), ("seven", '7'), ("sex", '6'), ("sieben", '7'), ("siedem", '7'), ("siete", '7'),
    ("sifir", '0'), ("sifuri", '0'), ("sita", '6'), ("six", '6'), ("sju", '7'), ("szesc", '6'), ("sześć", '6'), ("sáu", '6'), ("sıfır", '0'),
    ("tano", '5'), ("tatu", '3'), ("three", '3'), ("tiga", '3'), ("tisa", '9'), ("tre", '3'), ("trei", '3'), ("tres", '3'), ("tri", '3'),
    ("trois", '3'), ("trzy", '3'), ("três", '3'), ("tujuh", '7'), ("två", '2'), ("twee", '2'), ("two", '2'), ("tám", '8'), ("tři", '3'), ("um", '1'),
    ("uma", '1'), ("un", '1'), ("una", '1'), ("une", '1'), ("uno", '1'), ("unu", '1'), ("vier", '4'), ("viisi", '5'), ("vijf", '5'), ("yedi", '7'),
    ("yhdeksän", '9'), ("yksi", '1'), ("zero", '0'), ("zes", '6'), ("zeven", '7'), ("zwei", '2'), ("zwo", '2'), ("zéro", '0'), ("åtta", '8'),
    ("één", '1'), ("üç", '3'), ("četiri", '4'), ("čtyři", '4'), ("şapte", '7'), ("şase", '6'), ("šest", '6'), ("šesť", '6'), ("štyri", '4'),
    ("șapte", '7'), ("șase", '6'), ("ένα", '1'), ("έξι", '6'), ("δύο", '2'), ("εννέα", '9'), ("εννιά", '9'), ("επτά", '7'), ("εφτά", '7'),
    ("μηδέν", '0'), ("οκτώ", '8'), ("οχτώ", '8'), ("πέντε", '5'), ("τέσσερα", '4'), ("τρία", '3'), ("восемь", '8'), ("вісім", '8'), ("два", '2'),
    ("две", '2'), ("девет", '9'), ("девять", '9'), ("дев’ять", '9'), ("единица", '1'), ("едно", '1'), ("ноль", '0'), ("нула", '0'), ("нуль", '0'),
    ("один", '1'), ("одна", '1'), ("осем", '8'), ("пет", '5'), ("пять", '5'), ("п’ять", '5'), ("седем", '7'), ("семь", '7'), ("сім", '7'),
    ("три", '3'), ("четири", '4'), ("четыре", '4'), ("чотири", '4'), ("шест", '6'), ("шесть", '6'), ("шість", '6'), ("אחת", '1'), ("אפס", '0'),
    ("ארבע", '4'), ("חמש", '5'), ("שבע", '7'), ("שלוש", '3'), ("שמונה", '8'), ("שש", '6'), ("שתיים", '2'), ("תשע", '9'), ("آٹھ", '8'), ("أربعة", '4'),
    ("اثنان", '2'), ("اثنين", '2'), ("اربعة", '4'), ("ایک", '1'), ("تسعة", '9'), ("تین", '3'), ("ثلاثة", '3'), ("ثمانية", '8'), ("خمسة", '5'),
    ("دو", '2'), ("سات", '7'), ("سبعة", '7'), ("ستة", '6'), ("سه", '3'), ("شش", '6'), ("صفر", '0'), ("نه", '9'), ("نو", '9'), ("هشت", '8'),
    ("هفت", '7'), ("واحد", '1'), ("واحدة", '1'), ("پانچ", '5'), ("پنج", '5'), ("چار", '4'), ("چهار", '4'), ("چھ", '6'), ("یک", '1'), ("आठ", '8'),
    ("एक", '1'), ("चार", '4'), ("छः", '6'), ("छह", '6'), ("छे", '6'), ("तीन", '3'), ("दो", '2'), ("नौ", '9'), ("पाँच", '5'), ("पांच", '5'),
    ("शून्य", '0'), ("सात", '7'), ("আট", '8'), ("এক", '1'), ("চার", '4'), ("ছয়", '6'), ("তিন", '3'), ("দুই", '2'), ("নয়", '9'), ("পাঁচ", '5'),
    ("শূন্য", '0'), ("সাত", '7'), ("ศูนย์", '0'), ("สอง", '2'), ("สาม", '3'), ("สี่", '4'), ("หก", '6'), ("หนึ่ง", '1'), ("ห้า", '5'), ("เก้า", '9'),
    ("เจ็ด", '7'), ("แปด", '8'), ("いち", '1'), ("きゅう", '9'), ("ご", '5'), ("さん", '3'), ("しち", '7'), ("なな", '7'), ("に", '2'), ("はち", '8'), ("よん", '4'),
    ("れい", '0'), ("ろく", '6'), ("ゼロ", '0'), ("공", '0'), ("구", '9'), ("륙", '6'), ("사", '4'), ("삼", '3'), ("영", '0'), ("오", '5'), ("육", '6'), ("이", '2'),
    ("일", '1'), ("칠", '7'), ("팔", '8'),
];
/// Digits in Han characters, plain and formal.
#[rustfmt::skip]
const HAN: &[(char, char)] = &[
    ('〇', '0'), ('一', '1'), ('七', '7'), ('三', '3'), ('九', '9'), ('二', '2'), ('五', '5'), ('伍', '5'), ('八', '8'), ('六', '6'),
    ('叁', '3'), ('四', '4'), ('壱', '1'), ('壹', '1'), ('捌', '8'), ('柒', '7'), ('玖', '9'), ('肆', '4'), ('贰', '2'), ('陆', '6'),
    ('陸', '6'), ('零', '0'),
];
/// Words for the same digit several times, and how often.
const TIMES: &[(&str, usize)] = &[
    ("doble", 2),
    ("doppel", 2),
    ("doppio", 2),
    ("double", 2),
    ("dupla", 2),
    ("triple", 3),
    ("triplo", 3),
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
const DIGIT_MAX: usize = 24;
/// Most bytes between two of them.
const GAP_MAX: usize = 3;
/// Least of them that are words: digits alone are a row.
const WORDS_MIN: usize = 2;
/// Most digits of one number.
const RUN_MAX: usize = 64;

/// The first three letters of a digit's word, hashed.
const fn slot(a: u8, b: u8, c: u8) -> usize {
    let key = ((a as u32 | 0x20) | (b as u32 | 0x20) << 8 | (c as u32 | 0x20) << 16)
        .wrapping_mul(0x9E37_79B1);
    (key >> 18) as usize
}

/// A bit for each slot that the words of digits take.
static FIRST: Slots = {
    let mut slots = [0; 256];
    let mut i = 0;
    while i < DIGITS.len() {
        slots = with(slots, DIGITS[i].0.as_bytes());
        i += 1;
    }
    let mut i = 0;
    while i < HAN.len() {
        let mut utf8 = [0; 4];
        HAN[i].0.encode_utf8(&mut utf8);
        slots = with(slots, &utf8);
        i += 1;
    }
    slots
};

/// As [`FIRST`], with what may stand beside a digit's word.
static BESIDE: Slots = {
    let mut slots = FIRST;
    let mut i = 0;
    while i < TIMES.len() {
        slots = with(slots, TIMES[i].0.as_bytes());
        i += 1;
    }
    let mut i = 0;
    while i < DASHES.len() {
        slots = with(slots, DASHES[i].as_bytes());
        i += 1;
    }
    slots
};

/// Bits by [`slot`].
type Slots = [u64; 256];

const fn with(mut slots: Slots, word: &[u8]) -> Slots {
    if word.len() >= 2 {
        let slot = slot(word[0], word[1], if word.len() > 2 { word[2] } else { b' ' });
        slots[slot / 64] |= 1 << (slot % 64);
    }
    slots
}

fn has(slots: &Slots, text: &[u8], at: usize) -> bool {
    let Some([a, b, c]) = text.get(at..).and_then(|t| t.first_chunk::<3>()) else { return false };
    let slot = slot(*a, *b, *c);
    slots.get(slot / 64).is_some_and(|bits| bits >> (slot % 64) & 1 != 0)
}

/// Whether a digit's word may begin with these three bytes.
#[inline]
pub(crate) fn may_be_digit(text: &[u8], at: usize) -> bool {
    has(&FIRST, text, at)
}

/// Whether a word that may be a digit's has one like it on either side, as all words of a number have.
pub(crate) fn has_company(text: &[u8], at: usize) -> bool {
    let may = |at: usize| match text.get(at) {
        Some(b'0'..=b'9' | b'o' | b'O') => true,
        Some(byte) if is_letter(*byte) => has(&BESIDE, text, at),
        _ => false,
    };
    if han(text, at).is_some() {
        return true;
    }
    let end = word_end(text, at);
    let gap = count_from(text, end, GAP_MAX, is_gap);
    if gap > 0 && may(end + gap) {
        return true;
    }
    let gap = count_back(text, at, GAP_MAX, is_gap);
    gap > 0 && may(word_begin(text, at - gap))
}

/// What one word says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Digit(char),
    /// The next digit so many times.
    Times(usize),
    Dash,
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// The digit in a Han character that begins here.
fn han(text: &[u8], at: usize) -> Option<char> {
    let bytes = text.get(at..at + 3).filter(|b| matches!(b, [0xE3..=0xE9, ..]))?;
    let c = std::str::from_utf8(bytes).ok()?.chars().next()?;
    HAN.iter().find(|(known, _)| *known == c).map(|(_, digit)| *digit)
}

/// Whether a row of digits in Han characters may be around this one.
pub(crate) fn is_han(text: &[u8], at: usize) -> bool {
    han(text, at).is_some()
        && (han(text, at + 3).is_some()
            || at.checked_sub(3).is_some_and(|before| han(text, before).is_some()))
}

/// The end of the word that begins here: a Han character, a digit, `o`, or letters.
fn word_end(text: &[u8], at: usize) -> usize {
    if han(text, at).is_some() {
        return at + 3;
    }
    if text.get(at).is_some_and(u8::is_ascii_digit) {
        return at + 1;
    }
    at + count_from(text, at, DIGIT_MAX, is_letter)
}

/// The begin of the word that ends here.
fn word_begin(text: &[u8], end: usize) -> usize {
    if end.checked_sub(3).is_some_and(|at| han(text, at).is_some()) {
        return end - 3;
    }
    if before(text, end).is_ascii_digit() {
        return end - 1;
    }
    end - count_back(text, end, DIGIT_MAX, is_letter)
}

/// What a word says.
fn said(text: &[u8], at: usize, end: usize) -> Option<Said> {
    if let Some(digit) = han(text, at).filter(|_| end == at + 3) {
        return Some(Said::Digit(digit));
    }
    let word = text.get(at..end)?;
    match word {
        [b'o' | b'O'] => return Some(Said::Digit('0')),
        [digit @ b'0'..=b'9'] => return Some(Said::Digit(char::from(*digit))),
        [] | [_] => return None,
        _ => {}
    }
    // Only ASCII case is folded; the few other letters are hardly written as capitals in the middle of a number.
    let mut lower = [0; DIGIT_MAX];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    let lower = &*lower;
    if let Ok(index) = DIGITS.binary_search_by_key(&lower, |(known, _)| known.as_bytes()) {
        return DIGITS.get(index).map(|(_, digit)| Said::Digit(*digit));
    }
    if let Some((_, times)) = TIMES.iter().find(|(known, _)| known.as_bytes() == lower) {
        return Some(Said::Times(*times));
    }
    DASHES.iter().any(|dash| dash.as_bytes() == lower).then_some(Said::Dash)
}

fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b',' | b'.' | b'-' | b'/' | b'\n' | b'\r' | b'\t')
}

/// A run of digits in words that begins here: calls `says` with the place and the digit of each; the end if it is one.
pub(crate) fn spelled(
    text: &[u8],
    at: usize,
    mut says: impl FnMut(usize, usize, char),
) -> Option<usize> {
    if is_word(before(text, at)) && han(text, at).is_none() {
        return None;
    }
    let (mut from, mut end, mut digits, mut words, mut times) = (at, at, 0, 0, (at, 1));
    for _ in 0..RUN_MAX {
        let to = word_end(text, from);
        match said(text, from, to) {
            Some(Said::Digit(c)) => {
                let first = if times.1 > 1 { times.0 } else { from };
                for _ in 0..times.1 {
                    says(first, to, c);
                    digits += 1;
                }
                words += usize::from(to - from > 1);
                (times, end) = ((to, 1), to);
            }
            Some(Said::Dash) => {
                says(from, to, '-');
                end = to;
            }
            Some(Said::Times(n)) => times = (from, n),
            None => break,
        }
        let gap = count_from(text, to, GAP_MAX, is_gap);
        if gap == 0 && !(han(text, to).is_some() && han(text, from).is_some()) {
            break;
        }
        from = to + gap;
    }
    let whole = !text.get(end).is_some_and(u8::is_ascii_alphanumeric);
    (digits >= DIGITS_MIN && words >= WORDS_MIN && whole).then_some(end)
}

/// The begin of the word around a place.
pub(crate) fn begin(text: &[u8], at: usize) -> usize {
    at - count_back(text, at, DIGIT_MAX, is_letter)
}

/// Whether the word that begins here is a digit's.
pub(crate) fn is_digit(text: &[u8], at: usize) -> bool {
    said(text, at, word_end(text, at)).is_some()
}

/// The first word of the run of digits in words around a word.
pub(crate) fn spelled_from(text: &[u8], at: usize) -> usize {
    let mut first = at;
    for _ in 0..RUN_MAX {
        let gap = count_back(text, first, GAP_MAX, is_gap);
        let end = first - gap;
        let begin = word_begin(text, end);
        let joined = gap > 0 || han(text, begin).is_some() && han(text, first).is_some();
        let fresh = !is_word(before(text, begin)) || han(text, begin).is_some();
        if !joined || !fresh || said(text, begin, end).is_none() {
            break;
        }
        first = begin;
    }
    first
}

/// Where a run of digits in words begins that may go on behind the end of a text.
pub(super) fn open(text: &[u8]) -> usize {
    // What is written last may be a word's begin.
    let last = word_begin(text, text.len());
    let complete = last < text.len() && is_digit(text, last);
    let gap = count_back(text, last, GAP_MAX, is_gap);
    let previous = word_begin(text, last - gap);
    if previous < last - gap && is_digit(text, previous) && (gap > 0 || complete) {
        spelled_from(text, previous)
    } else {
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let mut says = String::new();
        let end = spelled(text.as_bytes(), 0, |_, _, c| says.push(c));
        assert_eq!(if end.is_some() { says } else { String::new() }, expect, "{text}");
    }

    #[test]
    fn digits_in_words_are_read() {
        assert!(DIGITS.is_sorted_by_key(|(word, _)| word.as_bytes()));
        assert!(DIGITS.iter().all(|(word, _)| word.len() <= DIGIT_MAX));
        check("four five three nine one four", "453914");
        check("four 5 three 9 oh 4", "453904");
        check("double five triple one three", "551113");
        check("четыре пять три девять один четыре", "453914");
        check("四五三九一四", "453914");
        check("4 5 3 9 1 4", "");
        check("one or two of the three", "");
        check("一二三", "");
    }
}

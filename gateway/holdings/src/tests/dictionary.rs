//! Dictionaries: spellings, borders of words, scripts, places.

use proptest::prelude::*;

use super::*;

pub(super) fn dictionary(rules: &str, terms: &[&str]) -> Holdings {
    let rules = DictionaryRules::parse("rules", &format!("name = \"test\"\n{rules}")).unwrap();
    let (mut spill, mut file) = (Vec::new(), Vec::new());
    let mut builder = DictionaryBuilder::new(rules, &key(), 1 << 20, &mut spill);
    for (number, term) in (1..).zip(terms) {
        builder.term(number, term).unwrap();
    }
    builder.finish(&mut file, &mut |_| ()).unwrap();
    open(file)
}

fn check(rules: &str, terms: &[&str], text: &str, expected: &[&str]) {
    let found = found(&dictionary(rules, terms), &[text]);
    let pieces: Vec<_> = found.iter().flat_map(|(_, pieces)| pieces).map(String::as_str).collect();
    assert_eq!(pieces, expected, "{terms:?} in {text:?}");
}

#[test]
fn words_are_found_as_words() {
    let terms = ["Nordlicht", "Projekt Blaue Wand", "Блакитна стіна", "كلمة السر", "सूरज"];
    check(
        "",
        &terms,
        "NORDLICHT, nordlicht! Nordlichter, xNordlicht nordlicht7",
        &["NORDLICHT", "nordlicht"],
    );
    check("", &terms, "das Projekt »Blaue Wand« ist", &["Projekt »Blaue Wand"]);
    check("", &terms, "projekt_blaue-\n  wand", &["projekt_blaue-\n  wand"]);
    check("", &terms, "Projekt Blaue Wände, Projekt Wand", &[]);
    check("", &terms, "це БЛАКИТНА СТІНА.", &["БЛАКИТНА СТІНА"]);
    check("", &terms, "هذه كَلِمَة السّر هنا", &["كَلِمَة السّر"]);
    check("", &terms, "वह सूरज है, सूरजमुखी", &["सूरज"]);
}

#[test]
fn scripts_without_spaces_are_found_anywhere() {
    let terms = ["北京计划", "ロケット", "ดาวเหนือ", "홍길동"];
    check("", &terms, "关于北京计划的报告", &["北京计划"]);
    check("", &terms, "关于北京 计划的报告", &["北京 计划"]);
    check("", &terms, "关于北京，计划的报告", &[]);
    check("", &terms, "新しいロケットです", &["ロケット"]);
    check("", &terms, "新しいﾛｹｯﾄです", &["ﾛｹｯﾄ"]);
    check("", &terms, "โครงการดาวเหนือวันนี้", &["ดาวเหนือ"]);
    check("", &terms, "어제 홍길동은 왔다", &["홍길동"]);
    check("", &terms, "어제 신홍길동은 왔다", &[]);
    check("", &["Vela"], "使用Vela系统", &["Vela"]);
}

#[test]
fn one_word_in_several_spellings() {
    let all = ["Grünspecht", "Gruenspecht", "GRUENSPECHT", "Gru\u{308}nspecht", "grunspecht"];
    for term in ["Grünspecht", "Gruenspecht"] {
        check("", &[term], &all.join(", "), &all);
    }
    check("", &["Ålesund"], "Aalesund, Ålesund", &["Aalesund", "Ålesund"]);
    check("", &["Soerensen"], "Sørensen", &["Sørensen"]);
    check("", &["Sue", "Sues"], "su, Süd, Sus", &[]);
    check("", &["Müller"], "MUELLER Muller", &["MUELLER", "Muller"]);
    check("diacritics = \"keep\"", &["Müller"], "Mueller Müller", &["Müller"]);
}

#[test]
fn letters_of_another_script_that_look_alike() {
    check("", &["Seeadler"], "Sее\u{430}dler, SΕEADLER", &["Sее\u{430}dler", "SΕEADLER"]);
    check("", &["Сова"], "сова", &["сова"]);
}

#[test]
fn tags_and_emphasis_stand_between_words() {
    for text in [
        "Projekt <b>Blaue</b> Wand",
        "Projekt **Blaue** Wand",
        "Projekt <STRONG><i>Blaue</i></STRONG><br />Wand",
        "Projekt <span>Blaue</span> <em>Wand",
    ] {
        check("", &["Projekt Blaue Wand"], text, &[text]);
    }
    check("", &["Seeadler", "b"], "<seeadler>", &["seeadler"]);
}

#[test]
fn case_and_accents_by_option() {
    check("", &["Müller"], "muller MÜLLER Mu\u{308}ller", &["muller", "MÜLLER", "Mu\u{308}ller"]);
    check(
        "diacritics = \"keep\"",
        &["Müller"],
        "muller MÜLLER Mu\u{308}ller",
        &["MÜLLER", "Mu\u{308}ller"],
    );
    check("case = \"exact\"", &["Falke"], "falke Falke FALKE", &["Falke"]);
    check("case = \"exact\"", &["Straße"], "Straße strasse", &["Straße"]);
    check("", &["Straße"], "STRASSE", &["STRASSE"]);
    check(
        "case = \"capitals\"",
        &["WHO", "Orion"],
        "who WHO orion ORION",
        &["WHO", "orion", "ORION"],
    );
    check("case = \"exact\"\ndiacritics = \"keep\"", &["Señal"], "Señal señal Senal", &["Señal"]);
    check("", &["Ørsted"], "orsted ØRSTED", &["orsted", "ØRSTED"]);
    check("", &["Σίσυφος"], "ΣΙΣΥΦΟΣ", &["ΣΙΣΥΦΟΣ"]);
    check("", &["Diyarbakır"], "DİYARBAKIR diyarbakir", &["DİYARBAKIR", "diyarbakir"]);
    check(
        "",
        &["alpha"],
        "al\u{200b}pha ａｌｐｈａ al\u{ad}pha",
        &["al\u{200b}pha", "ａｌｐｈａ", "al\u{ad}pha"],
    );
    for unseen in ["\u{115f}", "\u{1160}", "\u{17b4}", "\u{3164}", "\u{ffa0}", "\u{2060}"] {
        let split = format!("Blue{unseen}bird");
        check("", &["bluebird"], &split, &[&split]);
        check("case = \"exact\"", &["Bluebird"], &split, &[&split]);
    }
    check("", &["A380"], "a380 A\u{663}\u{668}\u{660}", &["a380", "A\u{663}\u{668}\u{660}"]);
}

#[test]
fn longest_term_and_overlaps() {
    let terms = ["red", "red fox", "fox hunt", "red fox den"];
    check("", &terms, "red fox", &["red fox"]);
    check("", &terms, "the red fox hunt", &["red fox", "fox hunt"]);
    check("", &terms, "red fox den red", &["red fox den", "red"]);
}

#[test]
fn what_cannot_be_sought_is_reported() {
    let (mut spill, mut file) = (Vec::new(), Vec::new());
    let mut builder = DictionaryBuilder::new(DictionaryRules::named("x"), &key(), 0, &mut spill);
    let long = "x".repeat(200);
    for (number, term) in (1..).zip(["", "--", "a", "京", "ok", &long]) {
        builder.term(number, term).unwrap();
    }
    let report = builder.finish(&mut file, &mut |_| ()).unwrap();
    assert_eq!((report.taken, report.refused), (1, 5));
    assert_eq!(
        report.examples.iter().map(|refused| refused.line).collect::<Vec<_>>(),
        [1, 2, 3, 4, 6]
    );
}

#[test]
fn clean_text_costs_no_memory() {
    let holdings = dictionary("", &["Nordlicht", "Projekt Blaue Wand"]);
    let text =
        "nothing of this is in the dictionary, nor is the project; projekt blaue ".repeat(50);
    let mut scratch = Scratch::default();
    let mut scan = || {
        let found = holdings.scan(&mut scratch, &[&text], &mut Fuel::new(1_000_000)).unwrap();
        assert!(found.findings().is_empty());
    };
    scan();
    assert_eq!(allocation_counter::measure(scan).count_total, 0);
}

proptest! {
    /// A term is found at every place between other words, and never within one.
    #[test]
    fn found_everywhere_as_a_word(
        before in "([a-z]{1,8}[ ,.\n]){0,20}", after in "([ ,.\n][a-z]{1,8}){0,20}", glue in "[a-z0-9]{1,3}",
    ) {
        let holdings = dictionary("", &["Nordlicht", "Blaue Wand"]);
        for term in ["nordlicht", "BLAUE  WAND"] {
            let whole = format!("{before}{term}{after}");
            let seen = found(&holdings, &[&whole]);
            prop_assert_eq!(seen.len(), 1);
            prop_assert_eq!(&seen[0].1[0], term);
            for inside in [format!("{before}{glue}{term}{after}"), format!("{before}{term}{glue}{after}")] {
                prop_assert!(found(&holdings, &[&inside]).is_empty());
            }
        }
    }

    /// Any text of any script is cut into words without a panic, and findings lie on boundaries of characters.
    #[test]
    fn any_text(text in any::<String>(), term in "\\PC{2,12}") {
        let holdings = dictionary("diacritics = \"keep\"", &[&term]);
        found(&holdings, &[&text]);
        let whole = format!("{text} {term} {text}");
        found(&holdings, &[&whole]);
    }
}

/// Made-up words of which no language has any: a large dictionary must be silent on clean text.
#[test]
fn silent_on_clean_corpora() {
    let mut random = fastrand::Rng::with_seed(1);
    let terms: Vec<String> = (0..20_000)
        .map(|_| {
            let mut word =
                || (0..random.usize(5..9)).map(|_| random.char('a'..='z')).collect::<String>();
            format!("{} {}", word(), word())
        })
        .collect();
    let holdings = dictionary("", &terms.iter().map(String::as_str).collect::<Vec<_>>());
    for folder in ["prose", "chat", "code", "logs"] {
        for (name, text) in corpus(folder) {
            assert_eq!(found(&holdings, &[&text]).len(), 0, "{name}");
        }
    }
}

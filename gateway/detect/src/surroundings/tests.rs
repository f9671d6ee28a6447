//! What counts for a value, and that what was read before does not matter.

use super::*;
use crate::context::{WINDOW, WordsBuilder};

fn check(words: &[&str], text: &str, expect: bool) {
    let mut builder = WordsBuilder::default();
    let mut set = Bits::default();
    for word in words {
        if let Some(number) = builder.number(word) {
            set.insert(number);
        }
    }
    let vocabulary = builder.build();
    let at = text.find('#').unwrap_or(text.len());
    let mut around = Surroundings::default();
    around.read(&vocabulary, text, Neighbours::none(), &(at..at + 1), Reach::of_words(WINDOW_MAX));
    around.turn_to(&(at..at + 1), text);
    let yes = matches!(around.says(&set, &Bits::default(), WINDOW), Says::Yes(_));
    assert_eq!(yes, expect, "{text}");
}

#[test]
fn words_are_found_on_their_boundaries() {
    check(&["ssn"], "my SSN is #", true);
    check(&["ssn"], "lessn #", false);
    check(&["адрес*"], "по адресу: #", true);
    check(&["身份证"], "我的身份证号#", true);
    check(&["tax id"], "tax_id=#", true);
    check(&["ssn"], "# is my ssn", true);
}

#[test]
fn what_is_said_behind_a_value_ends_with_its_sentence_and_its_line() {
    check(&["born"], "on #, born in Leeds", true);
    check(&["born"], "on # he came. Born in Leeds", false);
    check(&["born"], "on # he came\nborn in Leeds", false);
    check(&["生日"], "# 是我的生日", true);
    check(&["生日"], "# 结婚。生日", false);
}

#[test]
fn a_word_before_another_number_is_of_that_number() {
    check(&["tel"], "#, tel 5", false);
    check(&["tel"], "# (tel)", true);
}

#[test]
fn the_longest_word_at_a_place_speaks() {
    let mut builder = WordsBuilder::default();
    let mut number = |word: &str| {
        let mut set = Bits::default();
        builder.number(word).into_iter().for_each(|n| set.insert(n));
        set
    };
    let (short, long) = (number("ip"), number("parse ip"));
    let vocabulary = builder.build();
    let text = "ParseIP(7";
    let mut around = Surroundings::default();
    around.read(&vocabulary, text, Neighbours::none(), &(8..9), Reach::of_words(WINDOW_MAX));
    around.turn_to(&(8..9), text);
    assert_eq!(around.says(&short, &long, WINDOW), Says::SomethingElse);
    assert_eq!(around.says(&long, &short, WINDOW), Says::Yes(1));
}

#[test]
fn what_was_read_before_does_not_matter() {
    let words = ["ssn", "tax id", "身份证", "адрес*"];
    let mut builder = WordsBuilder::default();
    for word in words {
        builder.number(word);
    }
    let vocabulary = builder.build();
    let text = "my ssn: 12, userTaxId 我的身份证号34 x по адресу 5,a-ssn 6 78 ssnssn 9 ".repeat(9);
    let places: Vec<usize> =
        text.bytes().enumerate().filter(|(_, b)| b.is_ascii_digit()).map(|(at, _)| at).collect();
    let mut on = Surroundings::default();
    for at in places {
        let value = at..at + 1;
        on.read(&vocabulary, &text, Neighbours::none(), &value, Reach::of_words(64));
        on.turn_to(&value, &text);
        let mut anew = Surroundings::default();
        anew.read(&vocabulary, &text, Neighbours::none(), &value, Reach::of_words(64));
        anew.turn_to(&value, &text);
        assert_eq!(on.near, anew.near, "at {at}");
    }
}

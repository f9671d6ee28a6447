//! The languages that a request is written in, told from a sample of what is said in it and in its files.
//!
//! The sample is bounded, so that telling takes as long for a book as for a page: at most [`PASSAGES`] passages of
//! [`PASSAGE`] bytes, spread evenly over the texts, the last of them among it. A text of few letters says too little; such
//! texts are looked at together, and where nothing else is said the language is not known. Neither is it where the library
//! itself is in doubt, as it is of lists of names, of code, and between languages that are near to each other.

use dialect::{Modality, Request, Role};
use policy::{Language, Languages};

use crate::files::File;

/// Most passages that are looked at.
const PASSAGES: usize = 6;

/// Bytes of a passage: some two hundred letters in most scripts, enough to tell near languages apart.
const PASSAGE: usize = 240;

/// Letters without which nothing is told.
const LETTERS: usize = 40;

/// Tells them.
pub(super) fn told(request: &Request, files: &[File]) -> Languages {
    let said = request.parts().iter().filter(|part| {
        let settles = matches!(
            part.role,
            Role::Definition | Role::Setting | Role::Path | Role::Query | Role::Header
        );
        part.modality == Modality::Text && !part.is_second_reading() && !settles
    });
    let in_files = files.iter().flat_map(|file| &file.document.texts);
    let texts = said.map(|part| request.text(part));
    of(&texts.chain(in_files.map(|piece| piece.text.as_str())).collect::<Vec<_>>())
}

/// Those of some texts.
fn of(texts: &[&str]) -> Languages {
    let mut languages = Languages::default();
    let mut rest = String::new();
    for passage in passages(texts) {
        if has_letters(passage, LETTERS) {
            note(passage, &mut languages);
        } else if rest.len() + passage.len() <= PASSAGE {
            rest.push_str(passage);
            rest.push('\n');
        }
    }
    if has_letters(&rest, LETTERS) {
        note(&rest, &mut languages);
    } else if languages == Languages::default() && has_letters(&rest, 1) {
        languages.unknown = true;
    }
    languages
}

/// The sample: short texts whole, up to a passage of them in all, and of long ones as much as fits.
fn passages<'t>(texts: &[&'t str]) -> Vec<&'t str> {
    let (long, short): (Vec<&str>, Vec<&str>) =
        texts.iter().partition(|text| text.len() >= LETTERS);
    let every = long.len().div_ceil(PASSAGES).max(1);
    let chosen: Vec<&str> = long.into_iter().rev().step_by(every).collect();
    let of_each = PASSAGES / chosen.len().max(1);
    let mut passages: Vec<&str> = short.into_iter().rev().take(PASSAGE).collect();
    for text in chosen {
        let step = (text.len() / of_each).max(PASSAGE);
        let starts = (0..text.len()).step_by(step).take(of_each);
        passages.extend(starts.filter_map(|start| {
            let start = text.ceil_char_boundary(start);
            text.get(start..text.floor_char_boundary(start + PASSAGE))
        }));
    }
    passages
}

fn has_letters(text: &str, at_least: usize) -> bool {
    text.chars().filter(|letter| letter.is_alphabetic()).take(at_least).count() == at_least
}

/// Notes the language of a passage, or that it could not be told.
fn note(passage: &str, languages: &mut Languages) {
    let told = whatlang::detect(passage).filter(whatlang::Info::is_reliable);
    match told.and_then(|told| Language::of_three_letters(told.lang().code())) {
        Some(language) => languages.insert(language),
        None => languages.unknown = true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GERMAN: &str = "Bitte fasse das Protokoll der Ratssitzung in drei Sätzen zusammen und schreibe auf, wer was tun muss.";
    const ENGLISH: &str = "Please summarise the attached minutes of the council meeting in three sentences and say who has to do what.";
    const FRENCH: &str = "Résume le procès-verbal de la séance du conseil en trois phrases, s'il te plaît, et dis qui doit faire quoi.";
    const CHINESE: &str = "请用三句话总结所附的会议纪要，并列出谁必须做什么。请用三句话总结所附的会议纪要，并列出谁必须做什么。";

    fn check(texts: &[&str], told: &[&str], unknown: bool) {
        let found = of(texts);
        let codes: Vec<&str> = found.told.iter().map(|language| language.code()).collect();
        assert_eq!((&codes[..], found.unknown), (told, unknown), "{texts:?}");
    }

    #[test]
    fn each_text_has_its_own_language() {
        check(&[GERMAN], &["de"], false);
        check(&[ENGLISH, GERMAN], &["de", "en"], false);
        check(&[CHINESE, FRENCH], &["fr", "zh"], false);
        check(&[], &[], false);
        check(&["2026-11-21", "1 2 3"], &[], false);
    }

    #[test]
    fn what_says_too_little_is_not_known_and_counts_for_nothing_beside_what_does() {
        check(&["Guten Morgen"], &[], true);
        check(&["Schreibe bitte einen Brief an den Rat"], &[], true);
        check(&["Hi", ENGLISH, "ok"], &["en"], false);
        check(
            &[
                "Fasse das bitte zusammen.",
                "Und schreibe es auf.",
                "Wer muss was tun?",
                "Wann und wo?",
            ],
            &["de"],
            false,
        );
    }

    #[test]
    fn doubt_is_not_known() {
        check(
            &[
                "let x = foo(bar, baz).unwrap_or_default(); for y in x.iter() { println!(\"{}\", y); }",
            ],
            &[],
            true,
        );
        check(
            &[
                "Maria Huber, Josef Gruber, Anna Bauer, Franz Wagner, Johann Pichler, Elisabeth Steiner",
            ],
            &[],
            true,
        );
        check(
            &[GERMAN, "Opsummer venligst det vedlagte referat fra byrådsmødet i tre sætninger"],
            &["de"],
            true,
        );
    }

    #[test]
    fn a_long_text_is_looked_at_in_several_places_and_no_more() {
        let half = |text: &str| format!("{text} ").repeat(400);
        check(&[&(half(GERMAN) + &half(FRENCH))], &["de", "fr"], false);
        let many: Vec<&str> = std::iter::repeat_n(ENGLISH, 500).chain([GERMAN]).collect();
        check(&many, &["de", "en"], false);
        let long = half(CHINESE);
        let texts: Vec<&str> = std::iter::repeat_n(long.as_str(), 50).collect();
        let sample = passages(&texts);
        assert!(sample.len() <= PASSAGES && sample.iter().all(|passage| passage.len() <= PASSAGE));
    }

    #[test]
    fn every_language_of_the_library_has_a_word_in_policies() {
        let known = |lang: &whatlang::Lang| Language::of_three_letters(lang.code()).is_some();
        assert_eq!(whatlang::Lang::all().iter().filter(|lang| !known(lang)).count(), 0);
        assert_eq!(whatlang::Lang::all().len(), Language::all().count());
    }
}

//! Words of closed lists, languages, volumes and times of day.

use super::Reader;
use crate::diagnostic::{At, Diagnostic};
use crate::syntax::{Cursor, Token};
use crate::trail::Expected;
use crate::{Language, Minute};

/// Units of volume: powers of a thousand (ISO 80000-13).
const UNITS: [&str; 4] = ["B", "KB", "MB", "GB"];

impl Reader<'_, '_> {
    /// One or more of these words, with commas.
    pub(crate) fn chosen(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        words: &[&'static str],
    ) -> Vec<&'static str> {
        let mut chosen = Vec::new();
        while let Some(word) = cursor.demand(words, self.problems) {
            chosen.push(word);
            if !cursor.eat_comma() {
                break;
            }
        }
        chosen
    }

    /// A list of languages to the end of the line.
    pub(crate) fn languages(&mut self, cursor: &mut Cursor<'_, '_>) -> Vec<Language> {
        let tokens = cursor.list("a language", &[], self.problems);
        tokens.iter().filter_map(|token| self.language(token, &cursor.at(token))).collect()
    }

    /// The code of a language.
    pub(crate) fn language(&mut self, token: &Token<'_>, at: &At) -> Option<Language> {
        self.names.trail.expect(token.text, || Expected::Name("language"));
        let language = Language::parse(token.text);
        if language.is_some() {
            self.names.trail.name("language", token.text, at);
            return language;
        }
        let message = format!("`{}` is no language that can be told from a text", token.text);
        let problem = Diagnostic::error("P010", at, message).label("not a code that I know");
        let lower = token.text.to_lowercase();
        let meant = Language::named(token.text).or_else(|| Language::parse(&lower));
        let codes = || Language::all().map(Language::code).collect::<Vec<_>>().join(", ");
        self.problems.push(match meant {
            Some(meant) => problem
                .help(format!("{} is written `{}`", meant.name(), meant.code()))
                .patch(at.span.clone(), meant.code()),
            None => problem.help(format!("languages have codes of ISO 639-1: {}", codes())),
        });
        None
    }

    /// `100 KB`, in bytes.
    pub(crate) fn bytes(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<u64> {
        let token = cursor.name("a number", self.problems)?;
        let Ok(number) = token.text.parse::<u64>() else {
            self.problems.push(
                Diagnostic::error(
                    "P009",
                    &cursor.at(token),
                    format!("`{}` is not a number", token.text),
                )
                .label("not a whole number")
                .help("write a number and its unit as in 100 KB"),
            );
            return None;
        };
        let unit = cursor.demand(&UNITS, self.problems)?;
        let power = UNITS.iter().position(|known| *known == unit).unwrap_or(0) as u32;
        Some(number.saturating_mul(1_000u64.pow(power)))
    }

    /// `22:00 and 06:00`. The same time twice would be no time at all, or the whole day.
    pub(crate) fn between(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<(Minute, Minute)> {
        let start = cursor.rest();
        let from = self.minute(cursor)?;
        cursor.demand(&["and"], self.problems)?;
        let until = self.minute(cursor)?;
        if from == until {
            self.problems.push(
                Diagnostic::error("P009", &start, "nothing lies between a time and itself")
                    .label("the same time twice")
                    .help("name two times, or leave the condition out if it is to hold all day"),
            );
            return None;
        }
        Some((from, until))
    }

    /// `22:00`.
    pub(crate) fn minute(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<Minute> {
        let token = cursor.name("a time of day", self.problems)?;
        let minute = Minute::parse(token.text);
        if minute.is_none() {
            self.problems.push(
                Diagnostic::error(
                    "P009",
                    &cursor.at(token),
                    format!("`{}` is not a time of day", token.text),
                )
                .label("not a time of a clock")
                .help("write hours and minutes as in 22:00"),
            );
        }
        minute
    }
}

//! What the readers of all kinds of blocks share: line keys, free text, days, places, classes.

use super::Names;
use super::names::noun;
use crate::diagnostic::{At, Diagnostic};
use crate::facts::ClassSet;
use crate::model::{Area, Place, Term};
use crate::near::nearest;
use crate::place::{Country, country, reserved};
use crate::rulebook::Catalogue;
use crate::syntax::{Block, Cursor, Line, Shape, Token};
use crate::trail::Expected;
use crate::{ClassId, Day, Level, Source};

/// Reads blocks into the model.
pub(crate) struct Reader<'x, 's> {
    pub(crate) sources: &'x [Source],
    pub(crate) names: &'x Names<'x, 's>,
    pub(crate) catalogue: &'x Catalogue<'x>,
    pub(crate) problems: &'x mut Vec<Diagnostic>,
    /// By source: where its lines end.
    line_ends: Vec<Vec<usize>>,
}

/// Lines that any block may have and that have no effect on decisions.
#[derive(Default)]
pub(crate) struct Prose {
    pub(crate) sentence: String,
    pub(crate) law: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) because: Option<String>,
    pub(crate) remedy: Option<String>,
    pub(crate) review: Option<Day>,
}

/// Lines that may stand more than once in a block.
pub(crate) const REPEATED: [&str; 17] = [
    "pins",
    "and",
    "attests",
    "countries",
    "country",
    "includes",
    "zones",
    "without",
    "clients",
    "detect",
    "given",
    "when",
    "people",
    "law",
    "source",
    "packs",
    "needs",
];

impl<'x, 's> Reader<'x, 's> {
    pub(crate) fn new(
        sources: &'x [Source],
        names: &'x Names<'x, 's>,
        catalogue: &'x Catalogue<'x>,
        problems: &'x mut Vec<Diagnostic>,
    ) -> Reader<'x, 's> {
        let ends = |source: &Source| source.text.match_indices('\n').map(|(at, _)| at).collect();
        let line_ends = sources.iter().map(ends).collect();
        Reader { sources, names, catalogue, problems, line_ends }
    }

    /// File and line, as in `rules/10-baseline.policy:12`.
    pub(crate) fn file_and_line(&self, at: &At) -> String {
        let ends = self.line_ends.get(at.source).map_or(&[][..], |ends| ends);
        let line = ends.partition_point(|end| *end < at.span.start) + 1;
        let path = self.sources.get(at.source).map_or("", |source| source.path.as_str());
        format!("{path}:{line}")
    }

    /// The key of a line: `text` for a sentence, or one of `keys`. A near miss is reported and then read
    /// as what was meant.
    pub(crate) fn key(
        &mut self,
        kind: &str,
        line: &Line<'_>,
        keys: &[&'static str],
        seen: &mut Vec<&'static str>,
    ) -> Option<&'static str> {
        let token = line.key();
        let at = At { source: line.source, span: token.span.clone() };
        let open = keys.iter().filter(|key| !seen.contains(key) || REPEATED.contains(key));
        open.for_each(|key| self.names.trail.expect_words(token.text, &[key]));
        let key = match token.shape {
            Shape::Text => "text",
            _ => match keys.iter().find(|key| **key == token.text) {
                Some(key) => key,
                None => {
                    let problem = Diagnostic::error(
                        "P003",
                        &at,
                        format!("a {kind} has no line `{}`", token.text),
                    )
                    .label("unknown line");
                    let near = nearest(token.text, keys.iter().copied());
                    self.problems.push(match near {
                        Some(near) => {
                            problem.help(format!("did you mean `{near}`?")).patch(at.span, near)
                        }
                        None => problem.help(format!("a {kind} can have: {}", keys.join(", "))),
                    });
                    return keys.iter().copied().find(|key| Some(*key) == near);
                }
            },
        };
        if seen.contains(&key) && !REPEATED.contains(&key) {
            self.twice(line, key);
            return None;
        }
        seen.push(key);
        Some(key)
    }

    /// Reports a line that is there already.
    pub(crate) fn twice(&mut self, line: &Line<'_>, key: &str) {
        let what = if key == "text" { "a sentence" } else { key };
        self.problems.push(
            Diagnostic::error("P004", &line.at(), format!("this block has {what} twice"))
                .label("said again here")
                .help(if key == "then" { "continue with `and`" } else { "keep one of them" }),
        );
    }

    /// Reads what follows the key of a line. Whatever `read` leaves is a mistake, unless it reported one itself: no word
    /// of a policy is ever passed over in silence.
    pub(crate) fn rest<T>(
        &mut self,
        line: &Line<'_>,
        read: impl FnOnce(&mut Self, &mut Cursor<'_, '_>) -> T,
    ) -> T {
        let after = line.tokens.first().map_or(0, |token| token.span.end);
        let tokens = line.tokens.get(1..).unwrap_or(&[]);
        self.whole(Cursor::new(line.source, tokens, after, self.names.trail), read)
    }

    /// Reads what follows the name in the head of a block; a sentence may end it.
    pub(crate) fn head<T>(
        &mut self,
        block: &Block<'_>,
        prose: &mut Prose,
        read: impl FnOnce(&mut Self, &mut Cursor<'_, '_>) -> T,
    ) -> T {
        let after = block.head.first().map_or(block.keyword.span.end, |token| token.span.end);
        let more = block.head.get(1..).unwrap_or(&[]);
        let cursor = Cursor::new(block.source, more, after, self.names.trail);
        self.whole(cursor, |reader, cursor| {
            let found = read(reader, cursor);
            if let Some(sentence) = cursor.take(Shape::Text) {
                prose.sentence = sentence.sentence();
            }
            found
        })
    }

    fn whole<T>(
        &mut self,
        mut cursor: Cursor<'_, '_>,
        read: impl FnOnce(&mut Self, &mut Cursor<'_, '_>) -> T,
    ) -> T {
        let before = self.problems.len();
        let found = read(self, &mut cursor);
        if self.problems.len() == before {
            cursor.finish(self.problems);
        }
        found
    }

    /// Takes a quoted text, or the rest of the line as it was written, with single spaces.
    pub(crate) fn free(&mut self, cursor: &mut Cursor<'_, '_>) -> String {
        if let Some(token) = cursor.take(Shape::Text) {
            return token.sentence();
        }
        if cursor.is_done() {
            self.problems.push(
                Diagnostic::error("P008", &cursor.here(), "this line says nothing")
                    .label("the line ends here")
                    .help("write what it is to say, or remove the line"),
            );
        }
        let written = self.words(cursor);
        cursor.skip_to_end();
        written
    }

    /// What is left of a line, as it was written, with single spaces.
    pub(crate) fn words(&self, cursor: &Cursor<'_, '_>) -> String {
        let source = self.sources.get(cursor.here().source);
        cursor.written(source.map_or("", |source| source.text.as_str()))
    }

    /// Reads a line that has no effect on decisions; false if it is not one.
    pub(crate) fn prose(&mut self, key: &str, line: &Line<'_>, prose: &mut Prose) -> bool {
        if !["text", "law", "source", "owner", "because", "remedy", "review"].contains(&key) {
            return false;
        }
        self.rest(line, |reader, cursor| match key {
            "text" => prose.sentence = line.key().sentence(),
            "law" => {
                let more = reader.free(cursor);
                prose.law = Some(match prose.law.take() {
                    Some(law) => format!("{law}; {more}"),
                    None => more,
                });
            }
            "source" => drop(reader.free(cursor)),
            "owner" => prose.owner = Some(reader.free(cursor)),
            "because" => prose.because = Some(reader.free(cursor)),
            "remedy" => prose.remedy = Some(reader.free(cursor)),
            _ => {
                prose.review = reader.day(cursor);
                if cursor.eat("by") {
                    reader.who(cursor);
                }
            }
        });
        true
    }

    /// Demands a person or an office: one word, or a quoted text.
    pub(crate) fn who(&mut self, cursor: &mut Cursor<'_, '_>) {
        if cursor.take(Shape::Text).is_none() {
            let _ = cursor.name("who it is", self.problems);
        }
    }

    /// What is attested. Such names are declared nowhere: whoever attests one brings it into being.
    pub(crate) fn attestation(&self, token: &Token<'_>, at: &At) -> String {
        self.names.trail.expect(token.text, || Expected::Name("attestation"));
        self.names.trail.name("attestation", token.text, at);
        token.text.to_owned()
    }

    /// Demands a day.
    pub(crate) fn day(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<Day> {
        let token = cursor.name("a day", self.problems)?;
        self.names.trail.expect(token.text, || Expected::Day);
        let day = Day::parse(token.text);
        if day.is_none() {
            self.problems.push(
                Diagnostic::error(
                    "P009",
                    &cursor.at(token),
                    format!("`{}` is not a day", token.text),
                )
                .label("not a day of the calendar")
                .help("write the year, month and day as in 2026-11-21"),
            );
        }
        day
    }

    /// `from D`, `until D`, both or neither; refuses a term that ends before it begins.
    pub(crate) fn term(&mut self, cursor: &mut Cursor<'_, '_>) -> Term {
        let start = cursor.here();
        let from = if cursor.eat("from") { self.day(cursor) } else { None };
        let until = if cursor.eat("until") { self.day(cursor) } else { None };
        let term = Term { from, until };
        self.ordered(&term, &start);
        term
    }

    pub(crate) fn ordered(&mut self, term: &Term, at: &At) {
        if let (Some(from), Some(until)) = (term.from, term.until)
            && until < from
        {
            self.problems.push(
                Diagnostic::error(
                    "P032",
                    at,
                    format!("this ends on {until}, before it begins on {from}"),
                )
                .label("the days are in the wrong order")
                .help("swap the two days"),
            );
        }
    }

    /// A country code, a zone or a group.
    pub(crate) fn area(&mut self, token: &Token<'_>, at: &At) -> Option<Area> {
        if let Some(group) = self.names.find("group", token.text) {
            self.names.trail.name("group", token.text, at);
            return Some(Area::Group(group));
        }
        let place = self.place_of(token, at);
        if place.is_none() {
            let problem = self.names.unknown(&["group", "zone"], token, at);
            let two = token.text.len() == 2 && token.text.bytes().all(|b| b.is_ascii_alphabetic());
            let upper = token.text.to_ascii_uppercase();
            self.problems.push(match country(&upper).or(reserved(&upper)) {
                Some(meant) if reserved(&upper) == Some(meant) => assigned(problem, meant, at),
                Some(known) if known.is_user_assigned() => problem.help(left_to_users(&upper)),
                _ if UNIONS.contains(&token.text) => union(problem),
                Some(_) if two && upper != token.text => problem
                    .help("country codes are written in capitals")
                    .patch(at.span.clone(), upper),
                None if two => problem
                    .help("this is no code of ISO 3166; a group must be declared with `group`"),
                _ => problem,
            });
        }
        place.map(Area::Place)
    }

    /// A country code or a zone, not a group.
    pub(crate) fn place(&mut self, token: &Token<'_>, at: &At) -> Option<Place> {
        let place = self.place_of(token, at);
        if place.is_none() {
            let problem = self.names.unknown(&["country", "zone"], token, at);
            self.problems.push(match (reserved(token.text), country(token.text)) {
                (Some(meant), _) => assigned(problem, meant, at),
                (None, Some(_)) => problem.help(left_to_users(token.text)),
                _ if UNIONS.contains(&token.text) => union(problem),
                (None, None) if self.names.find("group", token.text).is_some() => {
                    problem.help(format!(
                        "`{0}` is a group; where a group takes in another, write: includes {0}",
                        token.text
                    ))
                }
                (None, None) => {
                    problem.help("name a country by its ISO 3166 code, or declare a `zone`")
                }
            });
        }
        place
    }

    fn place_of(&self, token: &Token<'_>, at: &At) -> Option<Place> {
        if let Some(zone) = self.names.find("zone", token.text) {
            self.names.trail.name("zone", token.text, at);
            return Some(Place::Zone(zone));
        }
        let country = self.names.country(token.text)?;
        self.names.trail.name("country", token.text, at);
        Some(Place::Country(country))
    }

    /// A list of areas to the end of the line.
    pub(crate) fn areas(&mut self, cursor: &mut Cursor<'_, '_>) -> Vec<Area> {
        let tokens = cursor.list("a country, zone or group", &[], self.problems);
        tokens.iter().filter_map(|token| self.area(token, &cursor.at(token))).collect()
    }

    /// A list of places, up to a word in `stop`.
    pub(crate) fn places(&mut self, cursor: &mut Cursor<'_, '_>, stop: &[&str]) -> Vec<Place> {
        let tokens = cursor.list("a country or zone", stop, self.problems);
        tokens.iter().filter_map(|token| self.place(token, &cursor.at(token))).collect()
    }

    /// A list of declared names of one kind, up to a word in `stop`.
    pub(crate) fn numbers(
        &mut self,
        kind: &'static str,
        cursor: &mut Cursor<'_, '_>,
        stop: &[&str],
    ) -> Vec<u16> {
        let tokens = cursor.list(&format!("a {}", noun(kind)), stop, self.problems);
        tokens
            .iter()
            .filter_map(|token| self.names.need(kind, token, &cursor.at(token), self.problems))
            .collect()
    }

    /// `[possible|likely|confirmed] A, B`, up to a word in `stop`.
    pub(crate) fn class_list(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        stop: &[&str],
    ) -> (Level, ClassSet) {
        let level = level(cursor).unwrap_or(Level::Likely);
        let classes = self.numbers("class", cursor, stop).into_iter().map(ClassId);
        (level, classes.fold(ClassSet::default(), |set, class| set | ClassSet::one(class)))
    }

    /// Reports that a block lacks a line.
    pub(crate) fn missing(&mut self, block: &Block<'_>, what: &str, help: &str) {
        let name = block.head.first();
        let at = name.map_or(block.at(), |t| At { source: block.source, span: t.span.clone() });
        let kind = block.keyword.text;
        self.problems.push(
            Diagnostic::error("P005", &at, format!("this {kind} {what}"))
                .label("declared here")
                .help(help),
        );
    }
}

/// The mend of a code that is reserved for a country with another one.
pub(crate) fn assigned(problem: Diagnostic, meant: Country, at: &At) -> Diagnostic {
    problem
        .help(format!("the ISO 3166 code is `{}`", meant.as_str()))
        .patch(at.span.clone(), meant.as_str())
}

/// Groups of the pack `vocabulary`: ISO 3166 has no codes for unions of states.
pub(crate) const UNIONS: [&str; 6] = ["EU", "EEA", "NATO", "ASEAN", "GCC", "EAEU"];

/// The mend of the name of a union of states that is not declared.
fn union(problem: Diagnostic) -> Diagnostic {
    problem.help("a union of states is a group: declare it, or take it from a pack with `packs vocabulary` in the policy block; a group takes it in with `includes`")
}

/// How to mend a code that nobody declared.
fn left_to_users(code: &str) -> String {
    format!(
        "ISO 3166 leaves this code to its users; if it is no mistake, list it in a group: countries {code}"
    )
}

/// Takes a level word, if one stands here.
pub(crate) fn level(cursor: &mut Cursor<'_, '_>) -> Option<Level> {
    let words =
        [("possible", Level::Possible), ("likely", Level::Likely), ("confirmed", Level::Confirmed)];
    words.into_iter().find(|(word, _)| cursor.eat(word)).map(|(_, level)| level)
}

//! `test` blocks: one situation, one candidate, what is expected.
//!
//! The lines may be written like conditions (`given data includes health`, `and it goes to destination
//! X`) or shorter (`given data health`, `and to X`).

use super::Reader;
use super::conditions::CALLERS;
use super::names::noun;
use super::reader::{Prose, assigned, level};
use crate::diagnostic::{At, Diagnostic};
use crate::facts::ClassSet;
use crate::model::{Expectation, Model, Scenario, Told, Trait};
use crate::people::Listed;
use crate::place::{Country, Grade, Level, reserved};
use crate::syntax::{Block, Cursor, Shape};
use crate::texts::Said;
use crate::{
    Action, Candidate, ClassId, Client, Content, Day, DestinationId, Direction, Languages,
    Modality, Operation, PoolId, RoleId, RuleId, Situation,
};

/// What the lines of one test say.
struct Draft {
    situation: Situation,
    destination: Option<DestinationId>,
    /// A destination was named, rightly or wrongly.
    goes: bool,
    grade: Grade,
    found: Vec<Country>,
    place_known: bool,
    day: Option<Day>,
    expect: Option<Expectation>,
    texts: Vec<Said>,
    /// What the sender states, and where it stands.
    stated: Vec<(Trait, u16, At)>,
}

impl Draft {
    fn new() -> Draft {
        let situation = Situation::on(Day::UNIX);
        let grade = Grade::Unprovable;
        let (destination, found) = (None, Vec::new());
        Draft {
            situation,
            destination,
            goes: false,
            grade,
            found,
            place_known: true,
            day: None,
            expect: None,
            texts: Vec::new(),
            stated: Vec::new(),
        }
    }
}

impl Reader<'_, '_> {
    pub(crate) fn scenarios(&mut self, blocks: &[&Block<'_>], model: &Model) -> Vec<Scenario> {
        let mut tests: Vec<Scenario> = Vec::new();
        for block in blocks.iter().filter(|block| block.keyword.text == "test") {
            if let Some(test) = self.scenario(block, model) {
                if let Some(first) = tests.iter().find(|known| known.name == test.name) {
                    self.problems.push(
                        Diagnostic::error("P011", &test.at, "two tests have the same name")
                            .label("named again here")
                            .help("say what is different about this one")
                            .related(&first.at, "first named here"),
                    );
                }
                tests.push(test);
            }
        }
        tests
    }

    fn scenario(&mut self, block: &Block<'_>, model: &Model) -> Option<Scenario> {
        let Some(name) = block.head.first().filter(|token| token.shape == Shape::Text) else {
            self.missing(
                block,
                "has no name",
                "a test is named by a sentence: test \"What it shows\"",
            );
            return None;
        };
        let (mut draft, mut seen) = (Draft::new(), Vec::new());
        let more = block.head.get(1..).unwrap_or(&[]);
        Cursor::new(block.source, more, name.span.end, self.names.trail).finish(self.problems);
        for line in &block.lines {
            let keys = ["given", "and", "on", "expect", "law", "owner"];
            let Some(key) = self.key("test", line, &keys, &mut seen) else { continue };
            if self.prose(key, line, &mut Prose::default()) {
                continue;
            }
            self.rest(line, |reader, cursor| match key {
                "and" if draft.expect.is_some() => reader.expect_alert(cursor, &mut draft),
                "on" => draft.day = reader.day(cursor),
                "expect" => draft.expect = reader.expect(cursor),
                _ => reader.given(cursor, &mut draft, model),
            });
        }
        for (key, what, help) in [
            ("given", "describes no situation", "add a line such as: given data nothing"),
            ("on", "happens on no day", "add a line such as: on 2026-11-21"),
            ("expect", "expects nothing", "add a line such as: expect block by RULE"),
        ] {
            if !seen.contains(&key) {
                self.missing(block, what, help);
            }
        }
        if !draft.goes {
            self.missing(block, "goes nowhere", "add a line such as: and to DESTINATION");
        }
        self.settle_stated(&mut draft, model);
        let day = draft.day?;
        let situation = Situation { day, latest: day, ..draft.situation };
        let (grade, found, place_known) = (draft.grade, draft.found, draft.place_known);
        let candidate = Candidate { destination: draft.destination?, grade, found, place_known };
        let at = At { source: block.source, span: name.span.clone() };
        let (name, texts, expect) = (name.sentence(), draft.texts, draft.expect?);
        Some(Scenario { name, at, situation, candidate, expect, texts })
    }

    /// `from people A, …`, or with `not` before it; false if the line speaks of something else.
    fn given_people(&mut self, cursor: &mut Cursor<'_, '_>, draft: &mut Draft) -> bool {
        let openings = [
            (&["from", "people"][..], Listed::On),
            (&["it", "comes", "from", "people"], Listed::On),
            (&["not", "from", "people"], Listed::Off),
        ];
        let found = openings.iter().find(|(words, _)| cursor.eat_opening(words, "PEOPLE, …"));
        let Some((_, listed)) = found else { return false };
        for list in self.numbers("people", cursor, &[]) {
            draft.situation.people.set(list, *listed);
        }
        true
    }

    /// `the counter C is at BAND` or `is below BAND`; false if the line speaks of something else.
    fn given_counter(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        draft: &mut Draft,
        model: &Model,
    ) -> bool {
        if !cursor.eat_opening(&["the", "counter"], "COUNTER is at|below NUMBER") {
            return false;
        }
        if let Some((counter, reached)) = self.has_got(cursor, model) {
            draft.situation.counted.set(counter, Some(reached));
        }
        true
    }

    /// `the purpose is A` or `the legal basis is B`; false if the line speaks of something else.
    fn given_stated(&mut self, cursor: &mut Cursor<'_, '_>, draft: &mut Draft) -> bool {
        let of = if cursor.eat_all(&["the", "purpose", "is"]) {
            Trait::Purpose
        } else if cursor.eat_all(&["the", "legal", "basis", "is"]) {
            Trait::Basis
        } else {
            return false;
        };
        let kind = of.words().0;
        if let Some(token) = cursor.name(&format!("a {kind}"), self.problems) {
            let at = cursor.at(token);
            let named = self.names.need(kind, token, &at, self.problems);
            draft.stated.extend(named.map(|name| (of, name, at)));
        }
        true
    }

    /// A sender states what is declared of it, and nothing else.
    fn settle_stated(&mut self, draft: &mut Draft, model: &Model) {
        let client = draft.situation.client;
        for (of, name, at) in &draft.stated {
            let declared = model.declared(client, *of);
            if declared.contains(name) {
                draft.situation.stated = draft.situation.stated.with(*of, Some(*name));
                continue;
            }
            let kind = noun(of.words().0);
            let known = |name: &u16| model.traits[of.index()].get(usize::from(*name)).cloned();
            let known: Vec<String> = declared.iter().filter_map(known).collect();
            let problem = Diagnostic::error("P034", at, format!("the sender has no such {kind}"))
                .label("a request that states this is refused");
            self.problems.push(match known.is_empty() {
                true => {
                    problem.help(format!("leave the line out: no {kind} is declared of the sender"))
                }
                false => problem.help(format!("declared of the sender: {}", known.join(", "))),
            });
        }
    }

    /// What is asked, what it carries, how much and when; false if the line speaks of something else.
    fn given_content(&mut self, cursor: &mut Cursor<'_, '_>, draft: &mut Draft) -> bool {
        let s = &mut draft.situation;
        if cursor.eat_all(&["the", "operation", "is"]) {
            let word = cursor.demand(Operation::WORDS, self.problems);
            s.operation = word.and_then(Operation::named);
        } else if cursor.eat_all(&["it", "carries"]) {
            s.content = Content::default();
            let words: Vec<_> = Modality::WORDS.iter().copied().chain(["unknown"]).collect();
            for word in self.chosen(cursor, &words) {
                match Modality::named(word) {
                    Some(kind) => s.content.insert(kind),
                    None => s.content.unknown = true,
                }
            }
        } else if cursor.eat_all(&["the", "language", "is"]) {
            s.languages = self.given_languages(cursor);
        } else if cursor.eat_all(&["it", "has"]) {
            s.volume = self.bytes(cursor);
        } else if cursor.eat_all(&["it", "is", "sent", "at"]) {
            s.minute = self.minute(cursor);
        } else {
            return false;
        }
        true
    }

    /// Codes of languages, and `unknown`.
    fn given_languages(&mut self, cursor: &mut Cursor<'_, '_>) -> Languages {
        let mut languages = Languages::default();
        for token in cursor.list("a language or `unknown`", &[], self.problems) {
            if token.text == "unknown" {
                languages.unknown = true;
            } else if let Some(language) = self.language(token, &cursor.at(token)) {
                languages.insert(language);
            }
        }
        languages
    }

    /// One line of the situation.
    fn given(&mut self, cursor: &mut Cursor<'_, '_>, draft: &mut Draft, model: &Model) {
        if self.given_people(cursor, draft)
            || self.given_counter(cursor, draft, model)
            || self.given_stated(cursor, draft)
            || self.given_content(cursor, draft)
        {
            return;
        }
        for opening in [&["it", "is"][..], &["it", "goes"], &["it", "comes"], &["the"], &["it"]] {
            if cursor.eat_all(opening) {
                break;
            }
        }
        let words = ["data", "text", "about", "to", "from", "place", "a", "an", "evidence"];
        match cursor.demand(&words, self.problems) {
            Some("data") => self.given_data(cursor, draft),
            Some("text") => self.given_text(cursor, draft),
            Some("about") => self.given_subjects(cursor, draft),
            Some("to") => {
                draft.goes = true;
                cursor.eat("destination");
                if let Some(token) = cursor.name("a destination", self.problems) {
                    let at = cursor.at(token);
                    let named = self.names.need("destination", token, &at, self.problems);
                    draft.destination = named.map(DestinationId);
                }
            }
            Some("from") => self.given_client(cursor, draft),
            Some("place") => {
                cursor.eat("is");
                if cursor.eat("unknown") {
                    draft.place_known = false;
                } else if let Some(grade) = self.grade(cursor) {
                    draft.grade = grade;
                }
            }
            Some("evidence") => {
                cursor.eat("says");
                let tokens = cursor.list("a country", &[], self.problems);
                draft.found = tokens
                    .iter()
                    .filter_map(|token| self.country(token, &cursor.at(token)))
                    .collect();
            }
            Some(_) => {
                draft.situation.direction =
                    match cursor.demand(&["request", "answer"], self.problems) {
                        Some("answer") => Direction::Answer,
                        _ => Direction::Request,
                    };
            }
            None => {}
        }
    }

    /// `agency|department|application X` or `anonymous`: one caller.
    fn given_client(&mut self, cursor: &mut Cursor<'_, '_>, draft: &mut Draft) {
        let Some(kind) = cursor.demand(&CALLERS, self.problems) else { return };
        if kind == "anonymous" {
            draft.situation.client = Client::ANONYMOUS;
        } else if let Some(token) = cursor.name(&format!("a {kind}"), self.problems) {
            let named = self.names.need(kind, token, &cursor.at(token), self.problems);
            draft.situation.client = named.map_or(Client::ANONYMOUS, Client);
        }
    }

    /// `[includes] nothing` or `[LEVEL] A, [LEVEL] B`.
    fn given_data(&mut self, cursor: &mut Cursor<'_, '_>, draft: &mut Draft) {
        cursor.eat("includes");
        if cursor.eat("nothing") {
            return;
        }
        let mut sure = Level::Likely;
        loop {
            sure = level(cursor).unwrap_or(sure);
            let Some(token) = cursor.name("a class", self.problems) else { return };
            if let Some(class) = self.names.need("class", token, &cursor.at(token), self.problems) {
                draft.situation.classes.set(ClassId(class), sure);
            }
            if !cursor.eat_comma() {
                return;
            }
        }
    }

    /// `"…"`: one line of a text that detectors look at.
    fn given_text(&mut self, cursor: &mut Cursor<'_, '_>, draft: &mut Draft) {
        let said = cursor.take(Shape::Text).map(|token| (token.sentence(), cursor.at(token)));
        match said.filter(|(text, _)| !text.is_empty()) {
            Some((text, at)) => draft.texts.push(Said { text, at }),
            None => self.problems.push(
                Diagnostic::error("P008", &cursor.here(), "the text is missing here")
                    .label("should be a text in quotes")
                    .help(
                        "write what somebody would send: text \"Please call me on +49 30 901820\"",
                    ),
            ),
        }
    }

    /// `[residents of] CC, unknown`.
    fn given_subjects(&mut self, cursor: &mut Cursor<'_, '_>, draft: &mut Draft) {
        let _ = cursor.eat("residents") && cursor.eat("of");
        for token in cursor.list("a country or `unknown`", &[], self.problems) {
            if token.text == "unknown" {
                draft.situation.subjects.unknown = true;
            } else {
                let country = self.country(token, &cursor.at(token));
                draft.situation.subjects.countries.extend(country);
            }
        }
    }

    fn country(&mut self, token: &crate::syntax::Token<'_>, at: &At) -> Option<Country> {
        let country = self.names.country(token.text);
        if country.is_some() {
            self.names.trail.name("country", token.text, at);
        } else {
            let problem = Diagnostic::error("P010", at, format!("`{}` is no country", token.text))
                .label("not a code of ISO 3166");
            self.problems.push(match reserved(token.text) {
                Some(meant) => assigned(problem, meant, at),
                None => problem.help("write a code such as DE"),
            });
        }
        country
    }

    fn expect(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<Expectation> {
        let mut expect = Expectation {
            action: Action::Block,
            any_ask: false,
            redact: ClassSet::default(),
            method: None,
            pool: None,
            role: None,
            by: None,
            alert: None,
        };
        match cursor.demand(&["allow", "redact", "reroute", "ask", "block"], self.problems)? {
            "allow" => expect.action = Action::Allow,
            "block" => expect.action = Action::Block,
            "redact" => {
                expect.action = Action::Redact;
                if !cursor.is_done() && cursor.word_ahead() != "by" {
                    expect.redact = self.class_list(cursor, &["as", "by"]).1;
                    expect.method = if cursor.eat("as") { self.method(cursor) } else { None };
                }
            }
            "reroute" => {
                expect.action = Action::Reroute;
                if cursor.eat("to") {
                    let pool = cursor.name("a pool", self.problems)?;
                    expect.pool =
                        self.names.need("pool", pool, &cursor.at(pool), self.problems).map(PoolId);
                }
            }
            _ => self.expect_ask(cursor, &mut expect),
        }
        if cursor.eat("by") {
            let rule = cursor.name("a rule", self.problems)?;
            expect.by = self.names.need("rule", rule, &cursor.at(rule), self.problems).map(RuleId);
        }
        Some(expect)
    }

    fn expect_ask(&mut self, cursor: &mut Cursor<'_, '_>, expect: &mut Expectation) {
        expect.action = Action::AskJustification;
        if cursor.eat("approval") {
            expect.action = Action::AskApproval;
            if cursor.eat("of")
                && let Some(role) = cursor.name("a role", self.problems)
            {
                expect.role =
                    self.names.need("role", role, &cursor.at(role), self.problems).map(RoleId);
            }
        } else if !cursor.eat("justification") {
            expect.any_ask = true;
        }
    }

    fn expect_alert(&mut self, cursor: &mut Cursor<'_, '_>, draft: &mut Draft) {
        if cursor.eat("no") {
            let demanded = cursor.demand(&["alert"], self.problems);
            if let Some(expect) = draft.expect.as_mut().filter(|_| demanded.is_some()) {
                expect.alert = Some(Told::Nothing);
            }
            return;
        }
        if cursor.demand(&["alert"], self.problems).is_none()
            || cursor.demand(&["soc"], self.problems).is_none()
        {
            return;
        }
        let words = ["low", "high", "critical"];
        let severity = if cursor.is_done() { None } else { cursor.demand(&words, self.problems) };
        let told = match severity {
            None => Told::Something,
            Some("low") => Told::Of(crate::Severity::Low),
            Some("high") => Told::Of(crate::Severity::High),
            Some(_) => Told::Of(crate::Severity::Critical),
        };
        if let Some(expect) = &mut draft.expect {
            expect.alert = Some(told);
        }
    }
}

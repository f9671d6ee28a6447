//! Rules, exceptions and invariants.

use super::Reader;
use super::reader::Prose;
use crate::diagnostic::{At, Diagnostic};
use crate::info::RuleInfo;
use crate::model::{
    Condition, Demand, Directions, Effects, Exception, Form, Invariant, Mark, Model, Rule, Term,
};
use crate::syntax::{Block, Cursor, Line};
use crate::{Day, PoolId, RuleId};

const RULE: [&str; 13] = [
    "when", "and", "then", "law", "source", "owner", "because", "remedy", "from", "until", "mode",
    "review", "verify",
];
const EXCEPTION: [&str; 9] =
    ["to", "when", "and", "because", "owner", "granted", "until", "from", "law"];
const INVARIANT: [&str; 7] = ["when", "and", "then", "law", "source", "owner", "review"];

/// What the lines of one block say.
#[derive(Default)]
struct Draft {
    prose: Prose,
    conditions: Vec<Condition>,
    effects: Effects,
    demand: Option<Demand>,
    term: Term,
    /// The day on which an exception was granted: it works from then on, not before.
    granted: Option<Day>,
    monitor_until: Option<Day>,
    to: Option<RuleId>,
    mark: Option<Mark>,
    /// `then` was read: a further `and` is an action.
    acts: bool,
    seen: Vec<&'static str>,
}

impl Reader<'_, '_> {
    pub(crate) fn rules(&mut self, model: &Model) -> Vec<Rule> {
        let names = self.names;
        let mut rules = Vec::new();
        for (name, entry) in names.of("rule") {
            let Some(block) = entry.block else { continue };
            let draft = self.draft("rule", block, &RULE, model);
            if !draft.seen.contains(&"when") {
                self.missing(
                    block,
                    "does not say when it holds",
                    "add a line such as: when data includes CLASS",
                );
            }
            if !draft.acts {
                self.missing(block, "does not say what it does", "add a line such as: then block");
            }
            self.agree(&draft.effects, &entry.at);
            let directions = self.directed(&draft.conditions, Directions::REQUESTS, &entry.at);
            rules.push(Rule {
                info: self.rule_info(name, &entry.at, &draft),
                at: entry.at.clone(),
                directions,
                conditions: draft.conditions,
                effects: draft.effects,
                term: draft.term,
                mark: draft.mark,
            });
        }
        rules
    }

    fn rule_info(&self, name: &str, at: &At, draft: &Draft) -> RuleInfo {
        RuleInfo {
            name: name.to_owned(),
            sentence: draft.prose.sentence.clone(),
            law: draft.prose.law.clone(),
            owner: draft.prose.owner.clone(),
            because: draft.prose.because.clone(),
            remedy: draft.prose.remedy.clone(),
            from: draft.term.from,
            until: draft.term.until,
            monitor_until: draft.monitor_until,
            review: draft.prose.review,
            place: self.file_and_line(at),
        }
    }

    pub(crate) fn exceptions(&mut self, model: &Model) -> Vec<Exception> {
        let names = self.names;
        let mut exceptions = Vec::new();
        for (name, entry) in names.of("exception") {
            let Some(block) = entry.block else { continue };
            let draft = self.draft("exception", block, &EXCEPTION, model);
            for (key, what, help) in [
                ("to", "does not name the rule it suspends", "add a line such as: to rule NAME"),
                (
                    "when",
                    "does not say when it holds",
                    "add a line such as: when it comes from department NAME",
                ),
                (
                    "because",
                    "gives no reason",
                    "add a line such as: because \"Contract 114 forbids retention.\"",
                ),
                ("owner", "has no owner", "add a line such as: owner press@example.org"),
                (
                    "granted",
                    "was granted by nobody",
                    "add a line such as: granted 2026-09-01 by dpo@example.org",
                ),
            ] {
                if !draft.seen.contains(&key) {
                    self.missing(block, what, help);
                }
            }
            if !draft.seen.contains(&"until") {
                let message = format!("exception `{name}` has no end date");
                let problem = Diagnostic::error("P030", &entry.at, message);
                self.problems.push(
                    problem
                        .label("every exception ends")
                        .help("add a line such as: until 2027-02-28"),
                );
            }
            let directions = self.directed(&draft.conditions, Directions::BOTH, &entry.at);
            if let Some(to) = draft.to {
                let (name, at) = (name.clone(), entry.at.clone());
                let (conditions, term) = (draft.conditions, draft.term);
                exceptions.push(Exception { name, at, to, conditions, directions, term });
            }
        }
        exceptions
    }

    pub(crate) fn invariants(&mut self, model: &Model) -> Vec<Invariant> {
        let names = self.names;
        let mut invariants = Vec::new();
        for (name, entry) in names.of("invariant") {
            let Some(block) = entry.block else { continue };
            let draft = self.draft("invariant", block, &INVARIANT, model);
            if !draft.seen.contains(&"when") {
                self.missing(
                    block,
                    "does not say when it holds",
                    "add a line such as: when data includes CLASS",
                );
            }
            if !draft.acts {
                self.missing(
                    block,
                    "demands nothing",
                    "add a line such as: then it must never be sent",
                );
            }
            let directions = self.directed(&draft.conditions, Directions::REQUESTS, &entry.at);
            if let Some(demand) = draft.demand {
                invariants.push(Invariant {
                    name: name.clone(),
                    sentence: draft.prose.sentence,
                    law: draft.prose.law,
                    at: entry.at.clone(),
                    conditions: draft.conditions,
                    directions,
                    demand,
                });
            }
        }
        invariants
    }

    fn draft(
        &mut self,
        kind: &'static str,
        block: &Block<'_>,
        keys: &[&'static str],
        model: &Model,
    ) -> Draft {
        let mut draft = Draft::default();
        self.head(block, &mut draft.prose, |_, _| ());
        for line in &block.lines {
            let mut seen = std::mem::take(&mut draft.seen);
            let key = self.key(kind, line, keys, &mut seen);
            draft.seen = seen;
            if let Some(key) = key
                && !self.prose(key, line, &mut draft.prose)
            {
                self.rest(line, |reader, cursor| {
                    reader.draft_line(kind, key, line, cursor, &mut draft, model);
                });
            }
        }
        // What was granted later than it was meant to begin did not hold in between.
        draft.term.from = draft.term.from.max(draft.granted);
        let at = head_at(block);
        self.ordered(&draft.term, &at);
        draft
    }

    fn draft_line(
        &mut self,
        kind: &str,
        key: &str,
        line: &Line<'_>,
        cursor: &mut Cursor<'_, '_>,
        draft: &mut Draft,
        model: &Model,
    ) {
        match key {
            "when" => draft.conditions.extend(self.condition(cursor, model)),
            "and" if draft.acts && kind == "invariant" => self.second_demand(line),
            "and" if draft.acts => self.effect(cursor, &mut draft.effects),
            "and" => {
                if draft.seen.contains(&"when") {
                    draft.conditions.extend(self.condition(cursor, model));
                } else {
                    self.too_early(line);
                }
            }
            "then" => {
                draft.acts = true;
                if kind == "invariant" {
                    draft.demand = self.demand(cursor);
                } else {
                    self.effect(cursor, &mut draft.effects);
                }
            }
            "from" => self.from(line, cursor, draft),
            "until" => draft.term.until = self.day(cursor),
            "mode" => draft.monitor_until = self.monitor(line, cursor),
            "verify" => draft.mark = self.mark(line, cursor),
            "to" => draft.to = self.suspended(line, cursor),
            _ => {
                draft.granted = self.day(cursor);
                if draft.granted.is_some() && cursor.demand(&["by"], self.problems).is_some() {
                    self.who(cursor);
                }
            }
        }
    }

    /// `from D`, or the whole term on one line: `from D until D`.
    fn from(&mut self, line: &Line<'_>, cursor: &mut Cursor<'_, '_>, draft: &mut Draft) {
        draft.term.from = self.day(cursor);
        if !cursor.eat("until") {
            return;
        }
        if draft.seen.contains(&"until") {
            self.twice(line, "until");
        }
        draft.seen.push("until");
        draft.term.until = self.day(cursor);
    }

    fn second_demand(&mut self, line: &Line<'_>) {
        self.problems.push(
            Diagnostic::error("P008", &line.at(), "an invariant demands one thing")
                .label("demands a second one")
                .help(
                    "write another invariant for it; what is to happen to traffic is said by rules",
                ),
        );
    }

    fn too_early(&mut self, line: &Line<'_>) {
        let at = At { source: line.source, span: line.key().span.clone() };
        self.problems.push(
            Diagnostic::error("P008", &at, "`and` comes before `when`")
                .label("continues nothing")
                .help("begin the conditions with `when`")
                .patch(at.span.clone(), "when"),
        );
    }

    fn monitor(&mut self, line: &Line<'_>, cursor: &mut Cursor<'_, '_>) -> Option<Day> {
        cursor.demand(&["monitor"], self.problems)?;
        if cursor.eat("until") {
            return self.day(cursor);
        }
        let help = "write a day after it, such as: mode monitor until 2027-01-31";
        let problem =
            Diagnostic::error("P031", &line.at(), "a rule in monitor mode needs an end date");
        self.problems
            .push(problem.label("a rule that is only watched never becomes law").help(help));
        None
    }

    fn suspended(&mut self, line: &Line<'_>, cursor: &mut Cursor<'_, '_>) -> Option<RuleId> {
        if cursor.word_ahead() == "invariant" {
            return self.untouchable(&line.at());
        }
        cursor.demand(&["rule"], self.problems)?;
        let token = cursor.name("a rule", self.problems)?;
        let is = |kind| self.names.find(kind, token.text).is_some();
        if is("invariant") && !is("rule") {
            return self.untouchable(&cursor.at(token));
        }
        self.names.need("rule", token, &cursor.at(token), self.problems).map(RuleId)
    }

    fn untouchable(&mut self, at: &At) -> Option<RuleId> {
        self.problems.push(
            Diagnostic::error("P033", at, "an exception cannot touch an invariant")
                .label("an invariant holds whatever the rules and exceptions say")
                .help("name a rule: to rule NAME; or change the invariant with those who own it"),
        );
        None
    }

    /// `it must never be sent`, `it must always alert soc`, `it must only go to pool NAME`.
    fn demand(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<Demand> {
        cursor.demand(&["it"], self.problems)?;
        cursor.demand(&["must"], self.problems)?;
        let rest: &[&'static str] =
            match cursor.demand(&["never", "always", "only"], self.problems)? {
                "never" => &["be", "sent"],
                "always" => &["alert", "soc"],
                _ => &["go", "to", "pool"],
            };
        for word in rest {
            cursor.demand(&[word], self.problems)?;
        }
        Some(match rest.first() {
            Some(&"be") => Demand::NeverSent,
            Some(&"alert") => Demand::AlwaysAlert,
            _ => {
                let token = cursor.name("a pool", self.problems)?;
                let pool = self.names.need("pool", token, &cursor.at(token), self.problems)?;
                Demand::OnlyTo(PoolId(pool))
            }
        })
    }

    /// The directions a block speaks about: what its conditions say, or `silent` if they say nothing.
    fn directed(&mut self, conditions: &[Condition], silent: Directions, at: &At) -> Directions {
        let mut found: Option<Directions> = None;
        for condition in conditions {
            if let Form::Directed(directions) = condition.form {
                let before = found.unwrap_or(Directions::BOTH);
                found = Some(Directions {
                    request: before.request && directions.request,
                    answer: before.answer && directions.answer,
                });
            }
        }
        if found == Some(Directions { request: false, answer: false }) {
            self.problems.push(
                Diagnostic::error("P022", at, "nothing is a request and an answer at once")
                    .label("two of its conditions contradict each other")
                    .help("for both directions write: it is a request, an answer"),
            );
        }
        found.unwrap_or(silent)
    }
}

fn head_at(block: &Block<'_>) -> At {
    let token = block.head.first().unwrap_or(&block.keyword);
    At { source: block.source, span: token.span.clone() }
}

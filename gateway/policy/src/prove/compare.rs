//! Whether anything is decided otherwise: by two policies, or by one policy on two days.
//!
//! The solver answers over all situations at once. What it finds is made as plain as it can be and is then decided by the
//! interpreter of either policy, which shares no code with the tables.

use super::ground::{Countries, Ground};
use super::logic::Logic;
use super::outcome::{ACTIONS, Outcome};
use super::paste;
use super::side::Side;
use super::solver::{Answer, Lit, Solver};
use super::vocabulary::{Seen, Vocabulary};
use crate::explain::in_words;
use crate::testing::unexpected;
use crate::{
    Action, Candidate, Day, Decision, RecordedCandidate, RecordedDecision, RecordedSituation,
    Rulebook, Situation, interpreter,
};

/// A policy, and the days of one of its epochs: at least one, at most a week.
#[derive(Clone, Debug)]
pub(crate) struct Moment<'r> {
    pub(crate) rulebook: &'r Rulebook,
    pub(crate) days: Vec<Day>,
}

/// One situation that is decided otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What was decided.
    pub old: Action,
    /// What is decided now.
    pub new: Action,
    /// The situation, in words.
    pub situation: String,
    /// The destination, by name.
    pub destination: String,
    /// The old decision in one sentence.
    pub was: String,
    /// The new decision in one sentence.
    pub is: String,
    /// Rules that matched on the old side only, by name.
    pub rules_before: Vec<String>,
    /// Rules that match on the new side only, by name.
    pub rules_now: Vec<String>,
    /// A `test` block that holds before and fails after, to be pasted.
    pub test_before: String,
    /// A `test` block that holds after and fails before.
    pub test_now: String,
    /// The situation and candidate for the side that knows the destination, and what was decided before.
    record: Option<(RecordedSituation, RecordedCandidate, Option<RecordedDecision>)>,
    /// Whether a `test` block can expect what is decided before and not get it after.
    testable: bool,
    /// Whether the interpreters of both decide it so. It is false only if the compiler is wrong.
    pub confirmed: bool,
}

/// What came of a question.
#[derive(Debug)]
pub(crate) enum Found {
    Nothing,
    /// To say took too much work.
    Unknown,
    Something(Box<Difference>),
}

/// The decision of one side; none where it does not know the destination.
type Decided = Option<(Situation, Candidate, Decision)>;

/// Both sides over the same facts.
pub(crate) struct Compared<'r> {
    solver: Solver,
    ground: Ground<Lit>,
    moments: [Moment<'r>; 2],
    sides: [Side<'r, Lit>; 2],
    pub(crate) outcomes: [Outcome<Lit>; 2],
    differs: Lit,
}

impl<'r> Moment<'r> {
    /// A day with those after it in its epoch, or before it where that ends, at most a week: so that each day of the week that the
    /// epoch has is there, and what is to come before what was.
    pub(crate) fn of(rulebook: &'r Rulebook, day: Day) -> Moment<'r> {
        let alike = |other: &Day| rulebook.epoch(*other) == rulebook.epoch(day);
        let on = std::iter::successors(Some(day), |day| Some(day.next())).take_while(alike);
        let back = std::iter::successors(Some(day.previous()), |day| Some(day.previous()));
        let days = on.take(WEEK).chain(back.take_while(alike).take(WEEK)).take(WEEK);
        Moment { rulebook, days: days.collect() }
    }

    /// The last days before a day on which an epoch begins.
    pub(crate) fn until(rulebook: &'r Rulebook, day: Day) -> Moment<'r> {
        let last = day.previous();
        let back = std::iter::successors(Some(last), |day| Some(day.previous())).take(WEEK);
        let alike = |other: &Day| rulebook.epoch(*other) == rulebook.epoch(last);
        Moment { rulebook, days: back.take_while(alike).collect() }
    }
}

/// How many days have every day of the week among them.
const WEEK: usize = 7;

/// Facts, and of both sides the formulas and what they come to.
pub(crate) type Encoded<'r, Lit> = (Ground<Lit>, [Side<'r, Lit>; 2], [Outcome<Lit>; 2]);

/// The formulas of both sides, for whatever answers questions about them.
pub(crate) fn encode<'r, L: Logic>(
    logic: &mut L,
    moments: &[Moment<'r>; 2],
    countries: Countries,
) -> Encoded<'r, L::Lit> {
    let parts = || moments.iter().map(|m| (&m.rulebook.model, m.rulebook.table(m.day())));
    let vocabulary = Vocabulary::of(&parts().collect::<Vec<_>>());
    let ground = Ground::new(logic, vocabulary, countries);
    ground.on_a_known_day(logic);
    let both: Vec<Day> = moments[0]
        .days
        .iter()
        .filter(|day| moments[1].days.iter().any(|other| other.weekday() == day.weekday()))
        .copied()
        .collect();
    if !both.is_empty() {
        ground.on_days(logic, &both);
    }
    let side = |logic: &mut L, moment: &Moment<'r>| {
        Side::of(logic, &ground, &moment.rulebook.model, moment.rulebook.table(moment.day()))
    };
    let sides = [side(logic, &moments[0]), side(logic, &moments[1])];
    let outcome = |logic: &mut L, side: &Side<'r, L::Lit>| side.outcome(logic, &ground, &side.said);
    let outcomes = [outcome(logic, &sides[0]), outcome(logic, &sides[1])];
    (ground, sides, outcomes)
}

impl Difference {
    /// Whether [`Difference::test_before`] fails with the new policy.
    pub(crate) fn is_testable(&self) -> bool {
        self.testable
    }

    /// Whether another policy decides the situation as the old one did.
    pub(crate) fn is_decided_as_before(&self, by: &Rulebook) -> bool {
        let Some((situation, candidate, decision)) = &self.record else { return false };
        let (Ok(s), Ok(c)) = (by.situation(situation), by.candidate(candidate)) else {
            // It does not know the destination either.
            return decision.is_none();
        };
        Some(visible(by, &interpreter::decide(&by.model, &s, &c))) == *decision
    }

    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "old": self.old, "new": self.new, "situation": self.situation, "destination": self.destination,
            "was": self.was, "is": self.is, "rules_before": self.rules_before, "rules_now": self.rules_now,
            "test": self.test_now,
        })
    }
}

impl<'r> Compared<'r> {
    pub(crate) fn of(old: Moment<'r>, new: Moment<'r>) -> Compared<'r> {
        let mut solver = Solver::new();
        let moments = [old, new];
        let (ground, sides, outcomes) = encode(&mut solver, &moments, Countries::Any);
        let differs = outcomes[0].differs(&mut solver, &outcomes[1]);
        Compared { solver, ground, moments, sides, outcomes, differs }
    }

    /// Anything at all.
    pub(crate) fn anything(&mut self) -> Found {
        self.ask(self.differs, None)
    }

    /// Something that had this outcome and has that one. If they are the same: where less is taken out, asked for or told than
    /// before, if it is `looser`, or else where not.
    pub(crate) fn turned(&mut self, old: Action, new: Action, looser: bool) -> Found {
        let [before, after] = &self.outcomes;
        let same = old == new;
        let laxer = if same {
            let laxer = before.is_laxer_in(&mut self.solver, after);
            if looser { laxer } else { !laxer }
        } else {
            self.solver.truth()
        };
        let was = before.acts(&mut self.solver, |action| action == old);
        let is = after.acts(&mut self.solver, |action| action == new);
        let question = self.solver.all([self.differs, was, is, laxer]);
        self.ask(question, same.then_some(looser))
    }

    /// Something that goes to this destination.
    pub(crate) fn at_destination(&mut self, name: &str) -> Found {
        let at = self.ground.vocabulary.destinations.iter().position(|known| known == name);
        let goes = at.and_then(|at| self.ground.goes_to(at));
        let goes = goes.unwrap_or(!self.solver.truth());
        let question = self.solver.all([self.differs, goes]);
        self.ask(question, None)
    }

    /// `laxer`: with the same action, whether an example is to be looser or not.
    fn ask(&mut self, question: Lit, laxer: Option<bool>) -> Found {
        match self.solver.ask(question) {
            Answer::No => Found::Nothing,
            Answer::Unknown => Found::Unknown,
            Answer::Yes => Found::Something(Box::new(self.change(laxer))),
        }
    }

    /// What is seen, decided by the interpreter of either side.
    fn decided(&self, seen: &Seen) -> [Decided; 2] {
        [0, 1].map(|at| {
            let (side, moment) = (&self.sides[at], &self.moments[at]);
            let (s, c) = self.ground.vocabulary.situation(&side.names, seen, &moment.days)?;
            let decision = interpreter::decide(&moment.rulebook.model, &s, &c);
            Some((s, c, decision))
        })
    }

    /// The last answer.
    fn change(&self, laxer: Option<bool>) -> Difference {
        let seen = self.ground.seen(|lit| self.solver.is_true(lit));
        let wanted = [0, 1].map(|at| {
            let is = |lit: &Lit| self.solver.is_true(*lit);
            let at = self.outcomes[at].actions.iter().position(is).unwrap_or(ACTIONS.len() - 1);
            ACTIONS[at]
        });
        let still = |seen: &Seen| {
            let decided = self.decided(seen);
            let actions = [action(&decided[0]), action(&decided[1])];
            let [was, is] = [self.visible(&decided[0], 0), self.visible(&decided[1], 1)];
            let as_lax = laxer.is_none_or(|laxer| {
                was.as_ref().zip(is.as_ref()).is_some_and(|(was, is)| is_laxer(was, is) == laxer)
            });
            actions == wanted && was != is && as_lax
        };
        let confirmed = still(&seen);
        let seen = self.ground.vocabulary.plainest(seen, still);
        self.told(wanted, &self.decided(&seen), &seen, confirmed)
    }

    fn visible(&self, decided: &Decided, at: usize) -> Option<RecordedDecision> {
        let (_, _, decision) = decided.as_ref()?;
        Some(visible(self.moments[at].rulebook, decision))
    }

    fn told(
        &self,
        [old, new]: [Action; 2],
        decided: &[Decided; 2],
        seen: &Seen,
        confirmed: bool,
    ) -> Difference {
        let book = |at: usize| self.moments[at].rulebook;
        let alerts = [0, 1].map(|at| self.visible(&decided[at], at).map(|seen| seen.alerts));
        let alerts_differ = alerts[0] != alerts[1] && alerts.iter().all(Option::is_some);
        let verdict = |at: usize| match &decided[at] {
            Some((_, _, decision)) if alerts_differ => {
                let alerts = alerts[at].iter().flatten().map(|(severity, _)| severity.name());
                format!("{}; {}", book(at).verdict(decision), told_of(alerts.collect()))
            }
            Some((_, _, decision)) => book(at).verdict(decision),
            None => "block because the destination is not declared".to_owned(),
        };
        let rules = |at: usize| -> Vec<String> {
            let decision = decided[at].as_ref().map(|(_, _, decision)| decision);
            let names = decision.into_iter().flat_map(|d| d.rules.iter());
            names.filter_map(|id| Some(book(at).rule(id)?.name.clone())).collect()
        };
        let test = |at: usize| match &decided[at] {
            Some((s, c, decision)) => paste::pinned(&book(at).model, s, c, decision),
            None => String::new(),
        };
        let (before, now) = (rules(0), rules(1));
        // In words of the side that knows the destination.
        let told = [1, 0].into_iter().find_map(|at| Some((at, decided[at].as_ref()?)));
        let situation = told.map(|(at, (s, c, _))| in_words(&book(at).model, s, c));
        let destination = self.ground.vocabulary.destination(seen);
        let only = |of: &[String], other: &[String]| {
            of.iter().filter(|name| !other.contains(name)).cloned().collect()
        };
        let record = told.map(|(at, (s, c, _))| {
            let rulebook = book(at);
            let was = self.visible(&decided[0], 0);
            (rulebook.record_situation(s), rulebook.record_candidate(c), was)
        });
        let testable = match [&decided[0], &decided[1]] {
            [Some((_, _, was)), Some((_, _, is))] => {
                !unexpected(book(1), &paste::expectation(was), is).is_empty()
            }
            _ => false,
        };
        Difference {
            old,
            new,
            record,
            testable,
            situation: situation.unwrap_or_default(),
            destination,
            was: verdict(0),
            is: verdict(1),
            rules_before: only(&before, &now),
            rules_now: only(&now, &before),
            test_before: test(0),
            test_now: test(1),
            confirmed,
        }
    }
}

/// What a sender or a test can see of a decision.
pub(crate) fn visible(rulebook: &Rulebook, decision: &Decision) -> RecordedDecision {
    let mut all = rulebook.record_decision(decision);
    let severities = all.alerts.iter().map(|(severity, _)| (*severity, String::new()));
    all.alerts = severities.collect();
    all.alerts.sort_unstable();
    all.alerts.dedup();
    let (reason, rules) = (String::new(), Vec::new());
    let (unlicensed, would_have, violated) = (Vec::new(), Vec::new(), Vec::new());
    RecordedDecision { reason, rules, unlicensed, would_have, violated, ..all }
}

/// With the same action: whether less is taken out, asked for or told than before.
fn is_laxer(was: &RecordedDecision, is: &RecordedDecision) -> bool {
    let told = |decision: &RecordedDecision| decision.alerts.iter().map(|(s, _)| *s).max();
    let how = |class: &String| is.redact.iter().find(|(other, _)| other == class).map(|(_, m)| *m);
    told(is) < told(was)
        || was.asks.iter().any(|ask| !is.asks.contains(ask))
        || was.redact.iter().any(|(class, method)| how(class) < Some(*method))
}

/// Which alerts the SOC gets.
fn told_of(alerts: Vec<&str>) -> String {
    if alerts.is_empty() {
        "no alert".to_owned()
    } else {
        format!("alert soc {}", alerts.join(", "))
    }
}

fn action(decided: &Decided) -> Action {
    decided.as_ref().map_or(Action::Block, |(_, _, decision)| decision.action)
}

impl Moment<'_> {
    fn day(&self) -> Day {
        self.days.first().copied().unwrap_or(Day::UNIX)
    }
}

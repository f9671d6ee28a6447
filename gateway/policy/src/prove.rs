//! Proving invariants by looking at every situation, and seeing on the way which rules ever hold.
//!
//! Where there are too many situations a sample is drawn, and the proof says so. A counterexample is
//! shown only when the interpreter, which shares no code with the table, decides the same.

use std::ops::Range;

use crate::explain::in_words;
use crate::model::{Area, Demand, Form, Invariant, Model, Place};
use crate::recorded::{grade_name, level_name};
use crate::space::Space;
use crate::table::mentioned;
use crate::{Candidate, Day, Decision, Direction, Grade, Reason, Rulebook, Situation, interpreter};

/// What was found out about one invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds in every situation.
    Proved,
    /// It holds in every situation of the sample.
    Sampled,
    /// It guards nothing: no situation satisfies its condition, so its holding means nothing.
    Vacuous,
    /// It does not hold; the interpreter agrees.
    Violated {
        /// A situation in which the rules would send what must not be sent, in words.
        example: String,
        /// The same as a `test` block, to be pasted.
        test: String,
        /// In how many situations it happens.
        situations: u64,
    },
}

/// One invariant, what was found out, and over what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The name.
    pub invariant: String,
    /// What was found out.
    pub verdict: Verdict,
    /// In how many of the situations the invariant had something to say.
    pub guarded: u64,
    /// How many situations were decided.
    pub situations: u64,
    /// By name, the countries whose residents its conditions speak of; empty when it speaks of no residents.
    pub countries: Vec<String>,
}

/// What one walk over the situations shows.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) proofs: Vec<Proof>,
    /// Whether every situation was looked at.
    pub(crate) exhaustive: bool,
    pub(crate) situations: u64,
    /// By rule: ever held, monitored included.
    pub(crate) held: Vec<bool>,
    /// By exception: ever suspended something that held.
    pub(crate) suspended: Vec<bool>,
    /// A situation that rules reroute to different pools.
    pub(crate) conflict: Option<String>,
    /// Situations in which table and interpreter differ; always empty unless the compiler is wrong.
    pub(crate) disagreements: Vec<String>,
}

/// More situations than this are sampled.
const LIMIT: u64 = 2_000_000;
/// So many are drawn then.
const SAMPLE: u64 = 200_000;
/// Every so many situations the interpreter is asked too.
const REFEREE: u64 = 997;

struct Tally {
    guarded: u64,
    violations: u64,
    example: Option<(Situation, Candidate)>,
}

/// Looks at the situations of every epoch from `from` on.
pub(crate) fn walk(rulebook: &Rulebook, from: Option<Day>) -> Findings {
    let model = &rulebook.model;
    let spaces = spaces(rulebook, from);
    let total = spaces.iter().fold(0u64, |n, space| n.saturating_add(space.len()));
    let exhaustive = total <= LIMIT && !spaces.iter().any(|space| space.cut);
    let mut walker = Walker {
        rulebook,
        findings: Findings {
            exhaustive,
            held: vec![false; model.rules.len()],
            suspended: vec![false; model.exceptions.len()],
            ..Findings::default()
        },
        tallies: model
            .invariants
            .iter()
            .map(|_| Tally { guarded: 0, violations: 0, example: None })
            .collect(),
    };
    let share = SAMPLE / (spaces.len() as u64).max(1);
    for space in &spaces {
        for number in numbers(space.len(), exhaustive, share) {
            if let Some((situation, candidate)) = space.situation(number) {
                walker.visit(&situation, candidate);
            }
        }
    }
    walker.finish()
}

fn spaces(rulebook: &Rulebook, from: Option<Day>) -> Vec<Space> {
    let days = rulebook.model.days().into_iter();
    let least = from.map_or(0, |day| rulebook.epoch(day));
    days.filter(|day| rulebook.epoch(*day) >= least)
        .map(|day| Space::of(&rulebook.model, rulebook.table(day), day))
        .collect()
}

/// All numbers, or a fixed pseudo-random choice of them: the same every time, so a check is repeatable.
fn numbers(total: u64, all: bool, share: u64) -> Box<dyn Iterator<Item = u64>> {
    if all || total <= share {
        let range: Range<u64> = 0..total;
        return Box::new(range);
    }
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    Box::new((0..share).map(move |_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state ^ (state >> 29)) % total
    }))
}

struct Walker<'r> {
    rulebook: &'r Rulebook,
    findings: Findings,
    tallies: Vec<Tally>,
}

impl Walker<'_> {
    fn visit(&mut self, s: &Situation, c: &Candidate) {
        let model = &self.rulebook.model;
        let table = self.rulebook.table(s.day);
        self.findings.situations += 1;
        let mut bits = crate::table::Bits::new();
        table.raw_matches(s, c, &mut bits);
        for exception in table.suspensions(&bits) {
            self.findings.suspended[exception] = true;
        }
        table.suspend(&mut bits);
        let mut decision = Decision::closed();
        table.conclude(model, &mut bits, s, &mut decision);
        for rule in decision.rules.iter().chain(decision.would_have.iter()) {
            self.findings.held[rule.index()] = true;
        }
        if decision.reason == Reason::PoolsDiffer && self.findings.conflict.is_none() {
            self.findings.conflict = Some(in_words(model, s, c));
        }
        for id in table.guards(&bits) {
            let Some(tally) = self.tallies.get_mut(id.index()) else { continue };
            tally.guarded += 1;
        }
        for id in table.violated(model, &bits, &decision, s, c) {
            let Some(tally) = self.tallies.get_mut(id.index()) else { continue };
            tally.violations += 1;
            let known = tally.example.as_ref().map(|(s, c)| weight(s, c));
            if known.is_none_or(|known| weight(s, c) < known) {
                tally.example = Some((s.clone(), c.clone()));
            }
        }
        if self.findings.situations.is_multiple_of(REFEREE)
            && interpreter::by_rules(model, s, c) != decision
        {
            self.findings.disagreements.push(in_words(model, s, c));
        }
    }

    fn finish(mut self) -> Findings {
        let model = &self.rulebook.model;
        for (invariant, tally) in model.invariants.iter().zip(self.tallies) {
            let verdict = match tally.example {
                Some((s, c)) => {
                    let decision = interpreter::by_rules(model, &s, &c);
                    if !interpreter::violates(model, invariant, &decision, &s, &c) {
                        self.findings.disagreements.push(in_words(model, &s, &c));
                    }
                    Verdict::Violated {
                        example: format!(
                            "{} → {}",
                            in_words(model, &s, &c),
                            self.rulebook.verdict(&decision)
                        ),
                        test: as_test(model, invariant, &decision, &s, &c),
                        situations: tally.violations,
                    }
                }
                None if tally.guarded == 0 => Verdict::Vacuous,
                None if self.findings.exhaustive => Verdict::Proved,
                None => Verdict::Sampled,
            };
            self.findings.proofs.push(Proof {
                invariant: invariant.name.clone(),
                verdict,
                guarded: tally.guarded,
                situations: self.findings.situations,
                countries: spoken_of(model, invariant),
            });
        }
        self.findings
    }
}

/// The countries that satisfy every condition of an invariant on residents, on some day.
fn spoken_of(model: &Model, invariant: &Invariant) -> Vec<String> {
    let conditions = invariant.conditions.iter();
    let areas: Vec<&[Area]> = conditions
        .filter_map(|c| if let Form::About(areas) = &c.form { Some(&areas[..]) } else { None })
        .collect();
    let days = model.days();
    let lives =
        |place: Place| days.iter().any(|day| areas.iter().all(|a| model.inside(a, place, *day)));
    let countries = mentioned(model).into_iter().filter(|place| !areas.is_empty() && lives(*place));
    let name = |place| {
        if let Place::Country(country) = place { Some(country.as_str().to_owned()) } else { None }
    };
    countries.filter_map(name).collect()
}

/// How much there is to read in an example: the fewer facts the better.
fn weight(s: &Situation, c: &Candidate) -> usize {
    let odd = [
        !s.client.is_anonymous(),
        s.subjects.unknown,
        !c.place_known,
        c.grade != Grade::Unprovable,
    ];
    let odd = odd.iter().filter(|is| **is).count();
    s.classes.iter().count() + s.subjects.countries.len() + c.found.len() + odd
}

/// A situation as a `test` block that fails until the rules do what the invariant demands; `decision` is what they do now.
fn as_test(
    model: &Model,
    invariant: &Invariant,
    decision: &Decision,
    s: &Situation,
    c: &Candidate,
) -> String {
    let classes: Vec<String> = s
        .classes
        .iter()
        .filter_map(|(class, level)| Some((level, &model.classes.get(class.index())?.info.name)))
        .map(|(level, class)| format!("{} {class}", level_name(level)))
        .collect();
    let data = if classes.is_empty() { "nothing".to_owned() } else { classes.join(", ") };
    let mut lines = vec![
        format!("test \"Counterexample to {}\"", invariant.name),
        format!("  given  data {data}"),
    ];
    if s.direction == Direction::Answer {
        lines.push("  and    it is an answer".to_owned());
    }
    let mut about: Vec<&str> =
        s.subjects.countries.iter().map(|country| country.as_str()).collect();
    about.extend(s.subjects.unknown.then_some("unknown"));
    if !about.is_empty() {
        lines.push(format!("  and    about {}", about.join(", ")));
    }
    if let Some(node) = model.clients.get(s.client.index()).filter(|node| node.depth > 0) {
        let kind =
            ["anonymous", "agency", "department", "application"][usize::from(node.depth.min(3))];
        lines.push(format!("  and    from {kind} {}", node.name));
    }
    let to =
        model.destinations.get(c.destination.index()).map_or("?", |known| known.info.name.as_str());
    lines.push(format!("  and    to {to}"));
    if !c.place_known {
        lines.push("  and    place unknown".to_owned());
    }
    if c.grade != Grade::Unprovable {
        lines.push(format!("  and    place {}", grade_name(c.grade)));
    }
    if !c.found.is_empty() {
        let found: Vec<&str> = c.found.iter().map(|country| country.as_str()).collect();
        lines.push(format!("  and    evidence says {}", found.join(", ")));
    }
    lines.push(format!("  on     {}", s.day));
    match invariant.demand {
        Demand::AlwaysAlert => {
            let action = decision.action.name().split('-').next().unwrap_or_default();
            lines.push(format!("  expect {action}\n  and    alert soc"));
        }
        Demand::NeverSent | Demand::OnlyTo(_) => lines.push("  expect block".to_owned()),
    }
    lines.join("\n")
}

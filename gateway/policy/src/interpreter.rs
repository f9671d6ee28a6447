//! What the words mean, one condition at a time. Slow and plain: the table must agree with it.
//!
//! A condition on something unknown is read in two ways. [`Reading::Maybe`]: it holds if it may be true;
//! that is how a rule that restricts reads it. [`Reading::Surely`]: it holds only if it is known to be
//! true; that is how a rule that lets something through reads it.

use std::collections::BTreeMap;

use crate::areas::{Lies, Standing};
use crate::facts::{ClassSet, LEVELS};
use crate::model::{
    Area, Bond, Condition, Demand, Extent, Form, Invariant, Model, Place, Rule, named,
};
use crate::people::Listed;
use crate::stated::Sender;
use crate::{
    Action, Alert, Ask, Candidate, Cause, ClassId, Country, Day, Decision, InvariantId, Level,
    Method, Reason, RuleId, Severity, Situation,
};

/// How a condition is read when a fact is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// By obligations, invariants, and exceptions that suspend a licence.
    Maybe,
    /// By licences, and exceptions that suspend an obligation.
    Surely,
}

/// Whether one condition holds.
pub(crate) fn holds(
    model: &Model,
    form: &Form,
    reading: Reading,
    s: &Situation,
    c: &Candidate,
) -> bool {
    let sure = reading == Reading::Surely;
    let here = Here { model, s, c };
    let inside = |areas: &[Area], place: Place| {
        model.lies(areas, place, &here) >= if sure { Lies::Inside } else { Lies::Perhaps }
    };
    let outside = |areas: &[Area], place: Place| {
        model.lies(areas, place, &here) <= if sure { Lies::Outside } else { Lies::Perhaps }
    };
    let live = |country: &Country| Place::Country(*country);
    match form {
        Form::Data(level, classes) => {
            let classes = if sure { *classes } else { model.widen(*classes) };
            !(classes & s.classes.at_least(*level)).is_empty()
        }
        Form::Nothing => s.classes.present().is_empty(),
        Form::About(areas) if sure => {
            let subjects = &s.subjects;
            !subjects.unknown
                && !subjects.countries.is_empty()
                && subjects.countries.iter().all(|country| inside(areas, live(country)))
        }
        Form::About(areas) => {
            s.subjects.unknown || s.subjects.countries.iter().any(|c| inside(areas, live(c)))
        }
        Form::AboutUnknown => s.subjects.unknown && (!sure || s.subjects.countries.is_empty()),
        Form::Stays(areas) => {
            places(model, c).iter().all(|p| inside(areas, *p)) && (known(model, c) || !sure)
        }
        Form::Leaves(areas) => {
            places(model, c).iter().any(|p| outside(areas, *p)) || !known(model, c) && !sure
        }
        Form::Bound(bond, extent, areas) => {
            let (bound, known) = bound(model, *bond, c);
            match extent {
                Extent::Only => {
                    bound.iter().all(|p| inside(areas, *p)) && (!sure || known && !bound.is_empty())
                }
                Extent::Some => bound.iter().any(|p| inside(areas, *p)) || !sure && !known,
                Extent::Outside => bound.iter().any(|p| outside(areas, *p)) || !sure && !known,
            }
        }
        Form::GoesTo(destinations) => destinations.contains(&c.destination),
        Form::From(nodes) => nodes.iter().any(|node| {
            model.under(s.client, *node) || !sure && model.may_be_under(s.client, *node)
        }),
        Form::People(lists) => lists.iter().any(|list| match s.people.of(*list) {
            Listed::On => true,
            Listed::Perhaps => !sure,
            Listed::Off => false,
        }),
        Form::Reached(counter, band) => {
            s.counted.of(*counter).map_or(!sure, |reached| reached > *band)
        }
        Form::Sender(of, wanted) => {
            let sender = Sender { client: s.client, stated: s.stated };
            let (surely, perhaps) = model.has_trait(sender, *of, wanted);
            if sure { surely } else { perhaps }
        }
        Form::Has(what) => what.iter().all(|what| model.attests(c.destination, what, s.day)),
        Form::Lacks(what) => what.iter().any(|what| !model.attests(c.destination, what, s.day)),
        Form::Graded(grades) => grades.contains(&c.grade),
        Form::Directed(directions) => directions.include(s.direction),
        Form::Operation(named) => s.operation.map_or(!sure, |asked| named.contains(&asked)),
        Form::Carries(kinds) => several(&s.content.kinds, s.content.unknown, kinds, sure),
        Form::Written(named) => several(&s.languages.told, s.languages.unknown, named, sure),
        Form::Larger(than, is) => s.volume.map_or(!sure, |bytes| (bytes > *than) == *is),
        Form::Between(from, until) => s.minute.map_or(!sure, |at| at.is_between(*from, *until)),
        Form::On(days) => s.weekday().map_or(!sure, |day| days.contains(&day)),
    }
}

/// Whether what is there is among what is named: all of it and nothing else, or for `sure` false any of it.
fn several<T: PartialEq>(there: &[T], unknown: bool, named: &[T], sure: bool) -> bool {
    if sure {
        !unknown && !there.is_empty() && there.iter().all(|one| named.contains(one))
    } else {
        unknown || there.iter().any(|one| named.contains(one))
    }
}

/// What members of groups hang on, in one situation.
pub(crate) struct Here<'a> {
    pub(crate) model: &'a Model,
    pub(crate) s: &'a Situation,
    pub(crate) c: &'a Candidate,
}

impl Standing for Here<'_> {
    fn day(&self) -> Day {
        self.s.day
    }

    fn shows(&self, what: &str) -> bool {
        self.model.attests(self.c.destination, what, self.s.day)
    }

    fn found(&self, classes: ClassSet) -> Option<Level> {
        let there = |level: &Level| !(classes & self.s.classes.at_least(*level)).is_empty();
        LEVELS.into_iter().rev().find(there)
    }
}

/// The first condition that does not hold, if any.
pub(crate) fn first_failed<'m>(
    model: &Model,
    conditions: &'m [Condition],
    reading: Reading,
    s: &Situation,
    c: &Candidate,
) -> Option<&'m Condition> {
    conditions.iter().find(|condition| !holds(model, &condition.form, reading, s, c))
}

fn all_hold(
    model: &Model,
    conditions: &[Condition],
    reading: Reading,
    s: &Situation,
    c: &Candidate,
) -> bool {
    first_failed(model, conditions, reading, s, c).is_none()
}

/// Whether the place is known at all.
pub(crate) fn known(model: &Model, c: &Candidate) -> bool {
    c.place_known
        && model
            .destinations
            .get(c.destination.index())
            .is_some_and(|destination| destination.known)
}

/// The places of one bond, and whether they are all that there are. Where it is processed the evidence has a say.
fn bound(model: &Model, bond: Bond, c: &Candidate) -> (Vec<Place>, bool) {
    let declared = model.destinations.get(c.destination.index());
    let declared = declared.map_or(&[][..], |destination| &destination.bonds[bond.index()]);
    let mut places = declared.to_vec();
    let mut known = !places.is_empty();
    if bond == Bond::Processed {
        places.extend(evident(model, c));
        known &= c.place_known;
    }
    (places, known)
}

/// Every place that is declared for the candidate or that the evidence names.
fn places(model: &Model, c: &Candidate) -> Vec<Place> {
    let declared = model.destinations.get(c.destination.index());
    let declared = declared.into_iter().flat_map(|destination| destination.places.iter().copied());
    declared.chain(evident(model, c)).collect()
}

/// What the evidence names beside what is declared. Of a country it cannot tell a zone that lies in it.
fn evident(model: &Model, c: &Candidate) -> impl Iterator<Item = Place> {
    let around: Vec<Country> = model.around(c.destination).collect();
    let beside = c.found.iter().filter(move |country| !around.contains(country));
    beside.map(|country| Place::Country(*country))
}

/// The two sides of a rule in one situation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sides {
    pub(crate) obliges: bool,
    pub(crate) licenses: bool,
}

/// Which sides of a rule hold, exceptions applied; the term and monitor mode are not looked at.
pub(crate) fn sides(model: &Model, id: RuleId, rule: &Rule, s: &Situation, c: &Candidate) -> Sides {
    let directed = rule.directions.include(s.direction);
    let suspended = |reading| {
        model.exceptions.iter().any(|exception| {
            exception.to == id
                && exception.term.includes(s.day)
                && exception.directions.include(s.direction)
                && all_hold(model, &exception.conditions, reading, s, c)
        })
    };
    Sides {
        obliges: rule.effects.obliges()
            && directed
            && all_hold(model, &rule.conditions, Reading::Maybe, s, c)
            && !suspended(Reading::Surely),
        licenses: rule.licenses_on(s.day)
            && directed
            && all_hold(model, &rule.conditions, Reading::Surely, s, c)
            && !suspended(Reading::Maybe),
    }
}

/// Whether a decision does what an invariant forbids. Redacting all the data it speaks of is not sending.
pub(crate) fn violates(
    model: &Model,
    invariant: &Invariant,
    decision: &Decision,
    s: &Situation,
    c: &Candidate,
) -> bool {
    let guarded = named(&invariant.conditions, |classes| model.widen(classes));
    let speaks_of_data = guarded.iter().any(|classes| !classes.is_empty());
    let there = LEVELS.iter().zip(guarded).fold(ClassSet::default(), |all, (level, classes)| {
        all | (classes & s.classes.at_least(*level))
    });
    let redacted = decision
        .redact
        .iter()
        .fold(ClassSet::default(), |all, (class, _)| all | ClassSet::one(*class))
        .minus(model.kept());
    let sent = decision.sends() && !(speaks_of_data && there.minus(redacted).is_empty());
    match &invariant.demand {
        Demand::NeverSent => sent,
        Demand::AlwaysAlert => decision.alerts.is_empty(),
        Demand::OnlyTo(pool) => {
            let members = model.pools.get(pool.index()).map(|pool| &pool.info.members);
            sent && !members.is_some_and(|members| members.contains(&c.destination))
        }
    }
}

/// Whether an invariant has something to say.
pub(crate) fn guards(model: &Model, invariant: &Invariant, s: &Situation, c: &Candidate) -> bool {
    invariant.directions.include(s.direction)
        && all_hold(model, &invariant.conditions, Reading::Maybe, s, c)
}

/// Decides by the rules and asserts every invariant.
pub(crate) fn decide(model: &Model, s: &Situation, c: &Candidate) -> Decision {
    let mut decision = by_rules(model, s, c);
    let violated: Vec<InvariantId> = (0..)
        .map(InvariantId)
        .zip(&model.invariants)
        .filter(|(_, invariant)| {
            guards(model, invariant, s, c) && violates(model, invariant, &decision, s, c)
        })
        .map(|(id, _)| id)
        .collect();
    if let Some(first) = violated.first() {
        decision.action = Action::Block;
        decision.reason = Reason::Invariant(*first);
        decision.reroute = None;
        decision.redact.clear();
        decision.asks.clear();
    }
    for id in violated {
        decision.violated.push(id);
        decision.alerts.push(Alert { severity: Severity::Critical, cause: Cause::Invariant(id) });
    }
    decision
}

/// Decides by the rules alone.
pub(crate) fn by_rules(model: &Model, s: &Situation, c: &Candidate) -> Decision {
    let mut matched: Vec<(RuleId, &Rule, Sides)> = Vec::new();
    let mut decision = Decision::closed();
    for (id, rule) in (0..).map(RuleId).zip(&model.rules) {
        let sides = sides(model, id, rule, s, c);
        if !rule.term.includes(s.day) || !(sides.obliges || sides.licenses) {
            continue;
        }
        if rule.monitored(s.day) {
            decision.would_have.insert(id);
        } else {
            decision.rules.insert(id);
            matched.push((id, rule, sides));
        }
    }
    let mut licensed = ClassSet::default();
    let mut allowed = false;
    for (_, rule, _) in matched.iter().filter(|(_, _, sides)| sides.licenses) {
        licensed = licensed | rule.effects.redacted().minus(model.kept());
        if rule.effects.allow {
            allowed = true;
            for (level, classes) in LEVELS.iter().zip(rule.named()) {
                licensed = licensed | (classes & s.classes.at_least(*level));
            }
        }
    }
    let present = s.classes.present();
    decision.unlicensed = present.minus(licensed).iter().collect();
    let sendable = if present.is_empty() { allowed } else { decision.unlicensed.is_empty() };
    let obliged: Vec<_> = matched
        .iter()
        .filter(|(_, _, sides)| sides.obliges)
        .map(|(id, rule, _)| (*id, *rule))
        .collect();
    oblige(&mut decision, &obliged, s);
    settle(&mut decision, &obliged, sendable);
    decision
}

/// Collects what the rules oblige to.
fn oblige(decision: &mut Decision, obliged: &[(RuleId, &Rule)], s: &Situation) {
    let mut redact: BTreeMap<ClassId, Method> = BTreeMap::new();
    for (id, rule) in obliged {
        for (class, method) in &rule.effects.redact {
            if s.classes.at_least(rule.redact_level()).contains(*class) {
                let known = redact.entry(*class).or_insert(*method);
                *known = (*known).max(*method);
            }
        }
        if rule.effects.justify {
            decision.asks.push(Ask::Justification);
        }
        decision.asks.extend(rule.effects.approve.iter().map(|role| Ask::Approval(*role)));
        if let Some(severity) = rule.effects.alert {
            decision.alerts.push(Alert { severity, cause: Cause::Rule(*id) });
        }
    }
    decision.redact = redact.into_iter().collect();
    decision.asks.sort_unstable();
    decision.asks.dedup();
}

/// Strictest wins; what is sent must be licensed.
fn settle(decision: &mut Decision, obliged: &[(RuleId, &Rule)], sendable: bool) {
    let mut pools: Vec<_> = obliged.iter().filter_map(|(_, rule)| rule.effects.reroute).collect();
    pools.sort_unstable();
    pools.dedup();
    decision.reason = Reason::Rules;
    let asked = match decision.asks.last() {
        None => Action::Allow,
        Some(Ask::Justification) => Action::AskJustification,
        Some(Ask::Approval(_)) => Action::AskApproval,
    };
    let redacted = if decision.redact.is_empty() { Action::Allow } else { Action::Redact };
    decision.action = match (&pools[..], obliged.iter().any(|(_, rule)| rule.effects.block)) {
        (_, true) => Action::Block,
        ([], false) if sendable => asked.max(redacted),
        ([], false) => {
            let none = decision.rules.is_empty() || decision.unlicensed.is_empty();
            decision.reason = if none { Reason::NoRule } else { Reason::Unlicensed };
            Action::Block
        }
        ([pool], false) => {
            decision.reroute = Some(*pool);
            asked.max(Action::Reroute)
        }
        _ => {
            decision.reason = Reason::PoolsDiffer;
            Action::Block
        }
    };
    if decision.action == Action::Block {
        decision.asks.clear();
    }
    if decision.action == Action::Block || decision.reroute.is_some() {
        decision.redact.clear();
    }
}

//! What a candidate policy makes of decisions on record: the same facts, decided again.
//!
//! A record tells by name what was found, by which detector, who called and where it went. Another policy may sort detectors into
//! other classes, and know fewer callers and destinations. So classes are taken from the detectors, by the policy that decides;
//! a caller that it does not know is what stands above it, and a destination that it does not declare is closed. Each stand-in is
//! told.

mod report;
mod shift;
mod tally;

use std::collections::HashMap;

pub use shift::Shift;
pub use tally::{Origin, Tally};

use crate::prove::compare::Moment;
use crate::recorded::told::NOT_DECLARED;
use crate::resolve::UNCLASSED;
use crate::{
    Action, Catalogue, Day, RecordedCandidate, RecordedDecision, RecordedSituation, Rulebook,
    UnknownName,
};

/// A decision on record, with the facts to make it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnRecord {
    /// The facts of the request.
    pub situation: RecordedSituation,
    /// The destination.
    pub candidate: RecordedCandidate,
    /// What was decided.
    pub decision: RecordedDecision,
    /// What was found; none if the record does not list all of it.
    pub found: Option<Vec<Sighting>>,
}

/// One finding on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The id of the detector.
    pub detector: String,
    /// The class that it stood for, by the policy of that day.
    pub class: String,
    /// `possible`, `likely` or `confirmed`.
    pub level: String,
}

/// A decision made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// What is decided.
    pub decision: RecordedDecision,
    /// What the policy does not know, and what it took in its place, each in a sentence.
    pub stand_ins: Vec<String>,
}

/// A policy that decides again what is on record.
pub struct Replay<'r> {
    rulebook: &'r Rulebook,
    /// Number of each detector, by its id.
    detectors: HashMap<&'r str, u16>,
    /// The days to decide on in place of those on record; empty: those on record.
    days: Vec<Day>,
}

/// Classes of what nobody read, which no detector says.
const OF_NO_DETECTOR: [&str; 2] = ["unread", "opaque"];

impl<'r> Replay<'r> {
    /// A replay by a policy and the catalogue that it was compiled with. With `on` every decision is made as on that day, or on one of
    /// the days beside it on which the policy says the same, so that the day of the week is kept where that can be.
    #[must_use]
    pub fn new(rulebook: &'r Rulebook, catalogue: &Catalogue<'r>, on: Option<Day>) -> Self {
        let ids = catalogue.detectors.iter().map(|(id, _)| id.as_str());
        let days = on.map_or_else(Vec::new, |day| Moment::of(rulebook, day).days);
        Self { rulebook, detectors: ids.zip(0..).collect(), days }
    }

    /// Decides again.
    ///
    /// # Errors
    /// A country, level, grade or time of day on record that is none.
    pub fn decide(&self, on_record: &OnRecord) -> Result<Again, UnknownName> {
        let mut stand_ins = Vec::new();
        let mut facts = on_record.situation.clone();
        facts.classes = self.classes(on_record, &mut stand_ins);
        self.move_day(&mut facts);
        let destination = &on_record.candidate.destination;
        if self.rulebook.destination(destination).is_none() {
            stand_ins
                .push(format!("destination {destination} is not declared: it counts as closed"));
            return Ok(Again { decision: closed(), stand_ins });
        }
        let candidate = self.rulebook.candidate(&on_record.candidate)?;
        let situation = loop {
            match self.rulebook.situation(&facts) {
                Err(unknown) if unknown.kind == "client" => step_up(&mut facts, &mut stand_ins),
                Err(unknown) if unknown.kind == "counter" => {
                    facts.counters.retain(|known| known.counter != unknown.name);
                    let told = "is not declared: nothing asks for it";
                    stand_ins.push(format!("counter {} {told}", unknown.name));
                }
                found => break found?,
            }
        };
        let decision = self.rulebook.decide(&situation, &candidate);
        Ok(Again { decision: self.rulebook.record_decision(&decision), stand_ins })
    }

    /// The classes of what was found, as this policy sorts detectors into them.
    fn classes(&self, on_record: &OnRecord, stand_ins: &mut Vec<String>) -> Vec<(String, String)> {
        let recorded = on_record.situation.classes.iter();
        let Some(found) = &on_record.found else {
            let named =
                recorded.map(|(class, level)| (self.class(class, stand_ins), level.clone()));
            return named.collect();
        };
        let unread = recorded.filter(|(class, _)| OF_NO_DETECTOR.contains(&class.as_str()));
        let mut classes: Vec<(String, String)> = unread.cloned().collect();
        for Sighting { detector, class, level } in found {
            match self.detectors.get(detector.as_str()) {
                Some(number) => {
                    let of = self.rulebook.class_of(*number).iter();
                    let infos = of.filter_map(|id| self.rulebook.classes().get(id.index()));
                    classes.extend(infos.map(|info| (info.name.clone(), level.clone())));
                }
                None => classes.push((self.class(class, stand_ins), level.clone())),
            }
        }
        classes
    }

    /// A class by the name on record, for what no detector at hand tells.
    fn class(&self, name: &str, stand_ins: &mut Vec<String>) -> String {
        if self.rulebook.class(name).is_some() {
            return name.to_owned();
        }
        stand_ins.push(format!("class {name} is not declared: {UNCLASSED} stands in"));
        UNCLASSED.to_owned()
    }

    fn move_day(&self, facts: &mut RecordedSituation) {
        let alike = self.days.iter().find(|day| day.weekday() == facts.day.weekday());
        if let Some(day) = alike.or(self.days.first()) {
            (facts.day, facts.latest) = (*day, None);
        }
    }
}

impl Rulebook {
    /// Decides what is on record again, by names that are all its own: the policy of that day must decide as it did.
    ///
    /// # Errors
    /// The first name that it does not have.
    pub fn decide_again(&self, on_record: &OnRecord) -> Result<Again, UnknownName> {
        let situation = self.situation(&on_record.situation)?;
        let candidate = self.candidate(&on_record.candidate)?;
        let decision = self.record_decision(&self.decide(&situation, &candidate));
        Ok(Again { decision, stand_ins: Vec::new() })
    }
}

/// Takes what stands above a caller in its place.
fn step_up(facts: &mut RecordedSituation, stand_ins: &mut Vec<String>) {
    let levels = [
        ("application", &mut facts.application),
        ("department", &mut facts.department),
        ("agency", &mut facts.agency),
    ];
    let deepest = levels.into_iter().find_map(|(kind, name)| Some((kind, name.take()?)));
    if let Some((kind, name)) = deepest {
        stand_ins.push(format!("{kind} {name} is not declared: what stands above it calls"));
    }
}

/// What a policy decides of a destination that it does not declare.
fn closed() -> RecordedDecision {
    RecordedDecision {
        action: Action::Block,
        reason: NOT_DECLARED.to_owned(),
        rules: Vec::new(),
        redact: Vec::new(),
        reroute: None,
        asks: Vec::new(),
        alerts: Vec::new(),
        unlicensed: Vec::new(),
        would_have: Vec::new(),
        violated: Vec::new(),
        observed: None,
    }
}

//! Where in a request stands what keeps it from leaving, and what it is, for the person who sent it. Never what it says.

use std::collections::BTreeSet;

use dialect::refusal::{FoundAll, FoundAt};
use incident::PartPath;
use policy::{Action, ClassId, ClassLevels, Decision, Rulebook, Situation};

use crate::Inspected;

/// Most places that a refusal names.
const MOST: usize = 10;

/// Why it was decided so and what would be sent instead, for whoever has to look at it: a request or an answer that did not pass, or
/// one of which somebody is alerted. Of others nothing is told.
pub(crate) fn explained(
    rulebook: &Rulebook,
    decision: &Decision,
    situation: &Situation,
    candidate: &policy::Candidate,
) -> Vec<String> {
    let passes = matches!(decision.action, Action::Allow | Action::Redact | Action::Reroute);
    if passes && decision.alerts.is_empty() {
        return Vec::new();
    }
    rulebook.explain(situation, candidate).to_the_point()
}

impl Inspected {
    /// The places of what was found and of what was not read, first what would have led to the same decision alone; and what would be
    /// sent instead.
    pub(crate) fn told(
        &self,
        situation: &Situation,
        candidate: &policy::Candidate,
        decision: &Decision,
    ) -> Option<Box<FoundAll>> {
        let mut known = BTreeSet::new();
        let mut told = self.found_at();
        told.retain(|(_, at)| known.insert(at.clone()));
        let deciding: Vec<ClassId> = situation
            .classes
            .iter()
            .map(|(class, _)| class)
            .filter(|class| self.decides(*class, situation, candidate, decision))
            .collect();
        told.sort_by_key(|(classes, _)| !classes.iter().any(|class| deciding.contains(class)));
        let more = told.len().saturating_sub(MOST);
        let first: Vec<FoundAt> = told.into_iter().take(MOST).map(|(_, at)| at).collect();
        let book = &self.case.book;
        let known = |destination: &str| book.is_led_to(&self.case.listener, destination);
        let others = book.rulebook.alternatives(decision, situation, candidate);
        let instead = others.advice(known).unwrap_or_default();
        let says_nothing = first.is_empty() && instead.is_empty();
        (!says_nothing).then(|| Box::new(FoundAll { first, more, instead }))
    }

    /// All of them in the order of the request, with their classes.
    fn found_at(&self) -> Vec<(Vec<ClassId>, FoundAt)> {
        let book = &self.case.book;
        let mut paths = self.request.paths();
        let mut path = |part: Option<usize>| {
            let part = part.and_then(|part| self.request.parts().get(part));
            let path = part.map(|part| paths.of(part)).unwrap_or_default();
            PartPath::new(&path).as_str().to_owned()
        };
        let named = |class: Option<&ClassId>| {
            let info = class.and_then(|class| book.rulebook.classes().get(class.index()));
            info.map_or_else(String::new, |info| info.name.clone())
        };
        let standing = self.findings.iter().filter(|found| !found.finding.gave_way());
        let mut told: Vec<_> = standing
            .map(|found| {
                let classes = book.rulebook.class_of(found.finding.detector().0);
                let detector = book.search.known(found.finding.detector()).id.to_owned();
                let path = path(found.pieces.first().map(|spot| spot.part));
                let class = named(classes.first());
                (classes.to_vec(), FoundAt { path, class, detector, unread: String::new() })
            })
            .collect();
        told.extend(self.unlooked.iter().map(|unlooked| {
            let class = unlooked.class(&self.request, book);
            let (path, unread) = (path(unlooked.part), unlooked.why.to_owned());
            (
                vec![class],
                FoundAt { path, class: named(Some(&class)), detector: String::new(), unread },
            )
        }));
        told
    }

    /// Whether a class alone would have led to this decision.
    fn decides(
        &self,
        class: ClassId,
        situation: &Situation,
        candidate: &policy::Candidate,
        decision: &Decision,
    ) -> bool {
        let Some(level) = situation.classes.get(class) else { return false };
        let mut alone = Situation { classes: ClassLevels::none(), ..situation.clone() };
        alone.classes.set(class, level);
        let again = self.case.book.rulebook.decide(&alone, candidate);
        let is_same = (again.action, again.reason) == (decision.action, decision.reason);
        decision.unlicensed.contains(&class)
            || (is_same && again.rules.first() == decision.rules.first())
    }
}

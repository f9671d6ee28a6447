//! A policy to start from, drafted from what was seen: who called, where it went, which classes were in it.
//!
//! Declarations are taken over from the policy at hand, word for word; each class and destination that met gets one rule, in
//! monitor mode. The draft compiles and enforces nothing until its owner has decided.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::syntax::{self, Block};
use crate::{Country, Day, Direction, RecordedSituation, Rulebook, Source};

/// How long a draft only observes after the last day that was seen.
const TERM: usize = 30;

/// Kinds of blocks that others refer to: all of them are taken over.
const SHARED: [&str; 6] = ["zone", "people", "purpose", "basis", "sector", "criticality"];

/// How often a class met a destination, and by whom.
#[derive(Default)]
struct Met {
    times: usize,
    callers: BTreeSet<String>,
}

/// A draft that grows with what is noted.
pub struct Draft<'r> {
    at_hand: &'r Rulebook,
    times: usize,
    /// First and last day that was seen.
    days: Option<(Day, Day)>,
    met: BTreeMap<(String, String), Met>,
    /// Kind and name of what is needed.
    wanted: BTreeSet<(&'static str, String)>,
}

impl<'r> Draft<'r> {
    /// An empty draft over the policy at hand.
    #[must_use]
    pub fn new(at_hand: &'r Rulebook) -> Self {
        let (met, wanted) = (BTreeMap::new(), BTreeSet::new());
        Self { at_hand, times: 0, days: None, met, wanted }
    }

    /// The files of the policy; `None` if nothing was noted.
    #[must_use]
    pub fn sources(&self) -> Option<Vec<Source>> {
        let days = self.days?;
        let until = (0..TERM).fold(days.1, |day, _| day.next());
        let sources = [
            ("policy.policy", self.policy(days, until)),
            ("people.policy", self.taken_over(&["agency", "department", "application"])),
            ("vocabulary.policy", self.vocabulary()),
            ("destinations.policy", self.destinations()),
            ("rules.policy", self.rules(days, until)),
        ];
        let source = |(path, text): (&str, String)| {
            let written = Source { path: path.to_owned(), text };
            let text = crate::format(&written).unwrap_or(written.text);
            Source { path: path.to_owned(), text }
        };
        Some(sources.map(source).into_iter().filter(|source| !source.text.is_empty()).collect())
    }

    /// Notes one request: its facts, as they are on record, and the destination that was judged. Answers are passed over.
    pub fn note(&mut self, situation: &RecordedSituation, destination: &str) {
        if situation.direction == Direction::Answer {
            return;
        }
        let day = situation.day;
        let (first, last) = self.days.unwrap_or((day, day));
        self.days = Some((first.min(day), last.max(day)));
        self.times += 1;
        let callers = [
            ("agency", &situation.agency),
            ("department", &situation.department),
            ("application", &situation.application),
        ];
        let mut caller = "anonymous".to_owned();
        for (kind, name) in callers {
            if let Some(name) = name {
                self.wanted.insert((kind, name.clone()));
                name.clone_into(&mut caller);
            }
        }
        self.wanted.insert(("destination", destination.to_owned()));
        let mut classes: Vec<String> =
            situation.classes.iter().map(|(class, _)| class.clone()).collect();
        classes.iter().for_each(|class| self.want_class(class));
        if classes.is_empty() {
            classes.push("nothing".to_owned());
        }
        for class in classes {
            let met = self.met.entry((class, destination.to_owned())).or_default();
            met.times += 1;
            met.callers.insert(caller.clone());
        }
    }

    /// A class and those that it belongs to.
    fn want_class(&mut self, name: &str) {
        let is_new = self.wanted.insert(("class", name.to_owned()));
        let info = self.at_hand.class(name).and_then(|id| self.at_hand.classes().get(id.index()));
        let above = info.and_then(|info| info.kind).map(|(_, of)| of);
        let above = above.and_then(|of| self.at_hand.classes().get(of.index()));
        if let (true, Some(above)) = (is_new, above) {
            self.want_class(&above.name);
        }
    }

    fn policy(&self, (first, last): (Day, Day), until: Day) -> String {
        let owner = self.at_hand.owner().unwrap_or("somebody-to-be-named");
        format!(
            "policy drafted\n  \"Drafted from {} requests of {first} to {last}\"\n  owner \"{owner}\"\n \
             because \"Nothing is decided yet: the rules below only say what was seen.\"\n  default block\n \
             clock {}\n  mode observe until {}\n",
            self.times,
            self.at_hand.clock().name(),
            until,
        )
    }

    fn vocabulary(&self) -> String {
        let mut text = self.taken_over(&SHARED);
        text.push_str(&self.taken_over(&["class"]));
        for (_, name) in self.wanted.iter().filter(|(kind, _)| *kind == "class") {
            if self.at_hand.class(name).is_none() {
                let _ = writeln!(
                    text,
                    "class {name}\n  \"On record, and not declared in the policy at hand\"\n"
                );
            }
        }
        text
    }

    fn destinations(&self) -> String {
        let mut text = self.taken_over(&["destination"]);
        for (_, name) in self.wanted.iter().filter(|(kind, _)| *kind == "destination") {
            if self.at_hand.destination(name).is_none() {
                let _ = writeln!(
                    text,
                    "# destination {name} is on record, and not declared in the policy at hand\n"
                );
            }
        }
        let own = self.groups_of(&text);
        format!("{own}{text}")
    }

    fn rules(&self, (first, last): (Day, Day), until: Day) -> String {
        let mut text = String::new();
        for ((class, destination), met) in &self.met {
            if self.at_hand.destination(destination).is_none() {
                continue;
            }
            let callers: Vec<&str> = met.callers.iter().map(String::as_str).collect();
            let _ = writeln!(
                text,
                "rule {class}-to-{destination}\n  \"{class} went to {destination} in {} requests, by {}.\"\n \
                 when data includes {class}\n  and it goes to destination {destination}\n  then block\n \
                 because \"Drafted from records of {first} to {last}: allow, redact, reroute, ask or block?\"\n \
                 mode monitor until {}\n",
                met.times,
                callers.join(", "),
                until,
            );
        }
        text
    }

    /// The blocks of these kinds that are wanted, as they stand in the policy at hand.
    fn taken_over(&self, kinds: &[&str]) -> String {
        let wanted = |kind: &str, name: &str| {
            SHARED.contains(&kind)
                || self.wanted.iter().any(|(known, called)| *known == kind && called == name)
        };
        self.blocks(|block, _| {
            let name = block.head.first().map_or("", |token| token.text);
            kinds.contains(&block.keyword.text) && wanted(block.keyword.text, name)
        })
    }

    /// Groups that declare a code which ISO 3166 leaves to its users and which stands in a text.
    fn groups_of(&self, text: &str) -> String {
        let is_word = |c: char| !c.is_ascii_alphanumeric();
        let own =
            |word: &&str| Country::parse(word).is_ok_and(|country| country.is_user_assigned());
        let codes: BTreeSet<&str> = text.split(is_word).filter(own).collect();
        self.blocks(|block, written| {
            block.keyword.text == "group" && written.split(is_word).any(|word| codes.contains(word))
        })
    }

    /// All blocks of the policy at hand that are to be kept, word for word.
    fn blocks(&self, keep: impl Fn(&Block<'_>, &str) -> bool) -> String {
        let mut text = String::new();
        for (number, source) in self.at_hand.sources().iter().enumerate() {
            let document = syntax::parse(number, &source.text, &mut Vec::new());
            for block in &document.blocks {
                let head = block.head.last().unwrap_or(&block.keyword);
                let last = block.lines.last().and_then(|line| line.tokens.last()).unwrap_or(head);
                let written =
                    source.text.get(block.keyword.span.start..last.span.end).unwrap_or("");
                if keep(block, written) {
                    let _ = writeln!(text, "{written}\n");
                }
            }
        }
        text
    }
}

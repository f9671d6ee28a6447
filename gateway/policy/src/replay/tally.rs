//! What became of many decisions, in memory that does not grow with how many there were.

use std::collections::BTreeMap;

use super::{Again, OnRecord, Shift};
use crate::{Action, Day, RecordedDecision, RecordedSituation};

/// Most names of one kind that are counted one by one.
const NAMES: usize = 200;
/// Examples of each kind of change.
const EXAMPLES: usize = 3;

/// Where a record stands.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Its place, as in `entry 1/4711` or `line 12`.
    pub place: &'a str,
    /// Its id.
    pub id: &'a str,
    /// Nanoseconds since 1970-01-01 UTC.
    pub time: u64,
}

/// How often which names occur. Of names without end only the first are told apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) known: BTreeMap<String, u64>,
    pub(super) others: u64,
}

impl Names {
    fn count(&mut self, name: &str) {
        if let Some(times) = self.known.get_mut(name) {
            *times += 1;
        } else if self.known.len() < NAMES {
            self.known.insert(name.to_owned(), 1);
        } else {
            self.others += 1;
        }
    }

    pub(super) fn times(&self) -> u64 {
        self.known.values().sum::<u64>() + self.others
    }
}

/// One decision that came out otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Example {
    pub(super) place: String,
    pub(super) id: String,
    pub(super) time: u64,
    pub(super) situation: String,
    pub(super) was: String,
    pub(super) is: String,
}

/// All decisions that had one outcome and have another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) times: u64,
    pub(super) senders: Names,
    pub(super) destinations: Names,
    /// Rules that matched on record only.
    pub(super) rules_before: Names,
    /// Rules that match now only.
    pub(super) rules_now: Names,
    pub(super) examples: Vec<Example>,
}

/// What became of decisions on record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Decisions that were made again.
    pub judged: u64,
    /// Requests that were refused before any decision, which no policy changes.
    pub refused: u64,
    /// Decisions about answers, of which no record holds the situation.
    pub answers: u64,
    /// Decisions that were made again by the very policy that is on record for them.
    pub reproduced: u64,
    pub(super) cells: BTreeMap<(Shift, Action, Action), Cell>,
    /// Of the decisions that the policy on record made again: those that came out otherwise.
    pub(super) unlike: u64,
    pub(super) unlike_examples: Vec<Example>,
    pub(super) violated: Names,
    pub(super) stand_ins: Names,
    /// Records that could not be decided again, by the reason.
    pub(super) unjudged: Names,
    pub(super) days: Option<(Day, Day)>,
}

impl Tally {
    /// Counts a decision that another policy made again.
    pub fn take(&mut self, origin: Origin<'_>, on_record: &OnRecord, again: &Again) -> Shift {
        self.judge(on_record.situation.day, &again.decision);
        again.stand_ins.iter().for_each(|stand_in| self.stand_ins.count(stand_in));
        let shift = Shift::between(&on_record.decision, &again.decision);
        if shift == Shift::Same {
            return shift;
        }
        let (old, new) = (&on_record.decision, &again.decision);
        let cell = self.cells.entry((shift, old.action, new.action)).or_default();
        cell.times += 1;
        cell.senders.count(&sender(&on_record.situation));
        cell.destinations.count(&on_record.candidate.destination);
        only(old, new).for_each(|rule| cell.rules_before.count(rule));
        only(new, old).for_each(|rule| cell.rules_now.count(rule));
        if cell.examples.len() < EXAMPLES {
            cell.examples.push(Example::of(origin, on_record, new));
        }
        shift
    }

    /// Counts a decision that the policy on record made again; whether it came out the same in every respect.
    pub fn reproduce(
        &mut self,
        origin: Origin<'_>,
        on_record: &OnRecord,
        again: &RecordedDecision,
    ) -> bool {
        self.judge(on_record.situation.day, again);
        self.reproduced += 1;
        let alike = on_record.decision == *again;
        if !alike {
            self.unlike += 1;
            if self.unlike_examples.len() < EXAMPLES {
                self.unlike_examples.push(Example::of(origin, on_record, again));
            }
        }
        alike
    }

    /// Counts a record that could not be decided again.
    pub fn pass_over(&mut self, reason: &str) {
        self.unjudged.count(reason);
    }

    /// How many are decided otherwise by the candidate.
    #[must_use]
    pub fn changed(&self) -> u64 {
        self.cells.values().map(|cell| cell.times).sum()
    }

    /// How many of them are looser.
    #[must_use]
    pub fn looser(&self) -> u64 {
        let looser = self.cells.iter().filter(|((shift, ..), _)| *shift == Shift::Looser);
        looser.map(|(_, cell)| cell.times).sum()
    }

    /// How many records could not be decided again.
    #[must_use]
    pub fn unjudged(&self) -> u64 {
        self.unjudged.times()
    }

    /// The last day on record of what was decided again.
    #[must_use]
    pub fn last_day(&self) -> Option<Day> {
        self.days.map(|days| days.1)
    }

    /// Whether records and policies belong together: every decision of the policy on record came out the same, and no situation
    /// that really occurred would violate an invariant.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.unlike == 0 && self.violated.times() == 0
    }

    fn judge(&mut self, day: Day, again: &RecordedDecision) {
        self.judged += 1;
        let (first, last) = self.days.unwrap_or((day, day));
        self.days = Some((first.min(day), last.max(day)));
        again.violated.iter().for_each(|invariant| self.violated.count(invariant));
    }
}

impl Example {
    fn of(origin: Origin<'_>, on_record: &OnRecord, is: &RecordedDecision) -> Example {
        Example {
            place: origin.place.to_owned(),
            id: origin.id.to_owned(),
            time: origin.time,
            situation: in_words(on_record),
            was: on_record.decision.to_string(),
            is: is.to_string(),
        }
    }
}

/// Rules that match in the first decision and not in the second.
fn only<'d>(
    one: &'d RecordedDecision,
    other: &'d RecordedDecision,
) -> impl Iterator<Item = &'d String> {
    one.rules.iter().filter(|rule| !other.rules.contains(rule))
}

/// Who called, as far as it is on record.
fn sender(situation: &RecordedSituation) -> String {
    let known = [
        ("application", &situation.application),
        ("department", &situation.department),
        ("agency", &situation.agency),
    ];
    let deepest = known.into_iter().find_map(|(kind, name)| Some((kind, name.as_deref()?)));
    deepest.map_or("anonymous".to_owned(), |(kind, name)| format!("{kind} {name}"))
}

/// The facts that most rules ask for, in words.
fn in_words(on_record: &OnRecord) -> String {
    let situation = &on_record.situation;
    let classes: Vec<String> = (situation.classes.iter())
        .map(|(class, level)| match level.as_str() {
            "likely" => class.clone(),
            _ => format!("{level} {class}"),
        })
        .collect();
    let data = if classes.is_empty() { "nothing".to_owned() } else { classes.join(", ") };
    let mut about: Vec<&str> = situation.subjects.iter().map(String::as_str).collect();
    if situation.subjects_unknown {
        about.push("unknown");
    }
    let about =
        if about.is_empty() { String::new() } else { format!(" about {}", about.join(", ")) };
    let to = &on_record.candidate.destination;
    format!("data {data}{about} from {} to {to}", sender(situation))
}

//! What two policies have to say about one situation: their values side by side, matched by name.
//!
//! A value that only one of them knows is to the other what the gateway would make of it: an application that is not
//! declared is the department or agency above it, a class that is not declared is `unclassed`, and a destination that is not
//! declared is closed. One policy alone is the same with one list.

use std::collections::{BTreeMap, BTreeSet};

use crate::counter::Counter;
use crate::facts::LEVELS;
use crate::model::{Model, Place};
use crate::people::Listed;
use crate::resolve::UNCLASSED;
use crate::stated::Sender;
use crate::table::{GRADES, Single, Table};
use crate::{
    Candidate, ClassId, Client, Content, Country, Day, DestinationId, Direction, Grade, Language,
    Languages, Level, Minute, Operation, Situation, Subjects, Weekday,
};

/// The values that facts can have.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// Every country that is mentioned, and one that is not.
    pub(super) countries: Vec<Country>,
    callers: Vec<Caller>,
    /// The lists of people that are asked for, in alphabetical order.
    pub(super) lists: Vec<String>,
    /// The counters that are asked for, in alphabetical order, each with all bands that it has anywhere.
    pub(super) counters: Vec<(String, Vec<u64>)>,
    /// Every language that is named, and one that is not; none if none is.
    pub(super) languages: Vec<Language>,
    pub(super) destinations: Vec<String>,
    volumes: Vec<Option<u64>>,
    minutes: Vec<Option<Minute>>,
    /// One class of each kind.
    pub(super) classes: Vec<String>,
}

/// A caller by names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Caller {
    /// Its depth and name, then those of what is above it.
    line: Vec<(u8, String)>,
    /// What it states: purpose and legal basis.
    stated: [Option<String>; 2],
}

/// The numbers that one policy has for them.
#[derive(Debug)]
pub(crate) struct Names {
    senders: Vec<Sender>,
    /// By list of the policy: which one of the vocabulary it is.
    pub(super) lists: Vec<Option<usize>>,
    /// By counter of the policy: which one of the vocabulary it is, and what each of the states there is to the policy.
    pub(super) counters: Vec<Option<(usize, Vec<u16>)>>,
    destinations: Vec<Option<DestinationId>>,
    pub(super) classes: Vec<ClassId>,
}

/// The value of every fact in one situation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// By [`Single`]: which value.
    pub(super) single: [usize; Single::COUNT],
    /// By number in [`Vocabulary::classes`].
    pub(super) classes: Vec<(usize, Level)>,
    pub(super) content: Content,
    pub(super) languages: Languages,
    /// By number in [`Vocabulary::lists`].
    pub(super) people: Vec<Listed>,
    /// By number in [`Vocabulary::counters`]: how many bands are reached; none if nobody knows.
    pub(super) counted: Vec<Option<usize>>,
    pub(super) subjects: Subjects,
    pub(super) found: Vec<Country>,
    pub(super) place_known: bool,
}

/// A way to have one fact less.
type Plainer = Box<dyn Fn(&Seen) -> Seen>;

impl Vocabulary {
    pub(crate) fn of(sides: &[(&Model, &Table)]) -> Vocabulary {
        let models = || sides.iter().map(|(model, _)| *model);
        let callers: BTreeMap<_, Caller> = sides
            .iter()
            .flat_map(|(model, table)| {
                table.bands().senders().iter().map(|sender| caller(model, *sender))
            })
            .filter_map(|caller| {
                Some(((caller.line.first()?.clone(), caller.stated.clone()), caller))
            })
            .collect();
        let destinations: BTreeSet<String> = models()
            .flat_map(|model| model.destinations.iter().map(|known| known.info.name.clone()))
            .collect();
        let volumes: BTreeSet<u64> =
            sides.iter().flat_map(|(_, table)| table.bands().volumes()).collect();
        let minutes: BTreeSet<u16> = sides
            .iter()
            .flat_map(|(_, table)| table.bands().minutes())
            .map(|minute| minute.number())
            .collect();
        let minutes = minutes.into_iter().map(Minute::of_number);
        Vocabulary {
            countries: countries(models()),
            languages: languages(models()),
            lists: lists(models()),
            counters: counters(models()),
            callers: callers.into_values().collect(),
            destinations: destinations.into_iter().collect(),
            volumes: volumes.into_iter().map(Some).chain([None]).collect(),
            minutes: minutes.map(Some).chain([None]).collect(),
            classes: classes(sides),
        }
    }

    /// How many values each fact with one value has.
    pub(super) fn sizes(&self) -> [usize; Single::COUNT] {
        Single::ALL.map(|of| match of {
            Single::Direction => 2,
            Single::Client => self.callers.len(),
            Single::Grade => GRADES.len(),
            Single::Destination => self.destinations.len(),
            Single::Operation => Operation::ALL.len() + 1,
            Single::Volume => self.volumes.len(),
            Single::Minute => self.minutes.len(),
            Single::Weekday => Weekday::ALL.len() + 1,
        })
    }

    /// Where it goes.
    pub(crate) fn destination(&self, seen: &Seen) -> String {
        let at = seen.single[Single::Destination.index()];
        self.destinations.get(at).cloned().unwrap_or_default()
    }

    /// What these values are to one policy.
    pub(crate) fn names(&self, model: &Model) -> Names {
        let unclassed = class(model, UNCLASSED).unwrap_or(ClassId(0));
        Names {
            counters: model.counters.iter().map(|counter| self.states_of(counter)).collect(),
            lists: model.people.iter().map(|name| self.lists.binary_search(name).ok()).collect(),
            senders: self.callers.iter().map(|caller| sender(model, caller)).collect(),
            destinations: self.destinations.iter().map(|name| destination(model, name)).collect(),
            classes: self.classes.iter().map(|n| class(model, n).unwrap_or(unclassed)).collect(),
        }
    }

    /// Which counter of the vocabulary it is, and how many of its own bands are reached where so many of all are.
    fn states_of(&self, counter: &Counter) -> Option<(usize, Vec<u16>)> {
        let at = self.counters.binary_search_by(|(name, _)| name.cmp(&counter.info.name)).ok()?;
        let (_, bands) = self.counters.get(at)?;
        let own = bands.iter().map(|band| counter.reached(*band));
        Some((at, [0].into_iter().chain(own).collect()))
    }

    /// By value of a fact: its row in a table, if the policy knows it.
    pub(super) fn rows(&self, names: &Names, table: &Table, of: Single) -> Vec<Option<usize>> {
        let bands = table.bands();
        match of {
            Single::Client => {
                names.senders.iter().map(|sender| Some(bands.sender_row(*sender))).collect()
            }
            Single::Destination => {
                names.destinations.iter().map(|known| known.map(|known| known.index())).collect()
            }
            Single::Volume => self.volumes.iter().map(|v| Some(bands.volume_row(*v))).collect(),
            Single::Minute => self.minutes.iter().map(|m| Some(bands.minute_row(*m))).collect(),
            _ => (0..table.rows_of(of)).map(Some).collect(),
        }
    }

    /// What is seen, in the numbers of one policy; none if it does not know the destination. `days` are those that it may be.
    pub(crate) fn situation(
        &self,
        names: &Names,
        seen: &Seen,
        days: &[Day],
    ) -> Option<(Situation, Candidate)> {
        let value = |of: Single| seen.single[of.index()];
        let weekday = value(Single::Weekday);
        let first = days.first().copied().unwrap_or(Day::UNIX);
        let day = days.iter().find(|day| day.weekday().index() == weekday);
        let mut s = Situation::on(day.copied().unwrap_or(first));
        if weekday >= Weekday::ALL.len() {
            s.latest = s.day.next(); // A clock that ran backwards: nobody knows the day.
        }
        if value(Single::Direction) == 1 {
            s.direction = Direction::Answer;
        }
        for (at, level) in &seen.classes {
            s.classes.set(*names.classes.get(*at)?, *level);
        }
        s.subjects = seen.subjects.clone();
        let sender = *names.senders.get(value(Single::Client))?;
        (s.client, s.stated) = (sender.client, sender.stated);
        s.operation = Operation::ALL.get(value(Single::Operation)).copied();
        s.content = seen.content.clone();
        s.languages = seen.languages.clone();
        for (list, at) in (0..).zip(&names.lists) {
            if let Some(listed) = at.and_then(|at| seen.people.get(at)) {
                s.people.set(list, *listed);
            }
        }
        for (counter, known) in (0..).zip(&names.counters) {
            let state = known
                .as_ref()
                .and_then(|(at, states)| states.get((*seen.counted.get(*at)?)?).copied());
            s.counted.set(counter, state);
        }
        s.volume = self.volumes.get(value(Single::Volume)).copied().flatten();
        s.minute = self.minutes.get(value(Single::Minute)).copied().flatten();
        let destination = (*names.destinations.get(value(Single::Destination))?)?;
        let (found, place_known) = (seen.found.clone(), seen.place_known);
        let grade = GRADES.get(value(Single::Grade)).copied().unwrap_or(Grade::Unprovable);
        Some((s, Candidate { destination, grade, found, place_known }))
    }

    /// Leaves out, one by one, the facts without which it is `still` what it was found for.
    pub(crate) fn plainest(&self, seen: Seen, still: impl Fn(&Seen) -> bool) -> Seen {
        let mut known = seen;
        if !still(&known) {
            return known; // The caller reports that table and interpreter differ.
        }
        for plainer in self.plainer(&known) {
            let less = plainer(&known);
            if still(&less) {
                known = less;
            }
        }
        known
    }

    /// Ways to have one fact less.
    fn plainer(&self, seen: &Seen) -> Vec<Plainer> {
        let sizes = self.sizes();
        let plain = |of: Single| match of {
            Single::Grade => GRADES.iter().position(|grade| *grade == Grade::Unprovable),
            Single::Operation | Single::Volume | Single::Minute => sizes[of.index()].checked_sub(1),
            Single::Client => Some(0),
            _ => None,
        };
        let mut ways: Vec<Plainer> = Vec::new();
        for of in Single::ALL {
            let Some(value) = plain(of) else { continue };
            ways.push(Box::new(move |seen| {
                let mut seen = seen.clone();
                seen.single[of.index()] = value;
                seen
            }));
        }
        // The same caller that states nothing.
        let caller = self.callers.get(seen.single[Single::Client.index()]);
        let silent = caller.map(|caller| Caller { stated: [None, None], ..caller.clone() });
        let silent = self.callers.iter().position(|caller| Some(caller) == silent.as_ref());
        if let Some(silent) = silent {
            ways.push(Box::new(move |seen| {
                let mut seen = seen.clone();
                if seen.single[Single::Client.index()] != 0 {
                    seen.single[Single::Client.index()] = silent;
                }
                seen
            }));
        }
        ways.push(Box::new(|seen| Seen { place_known: true, ..seen.clone() }));
        ways.push(Box::new(|seen| Seen { found: Vec::new(), ..seen.clone() }));
        ways.push(Box::new(|seen| Seen { content: Content::unknown(), ..seen.clone() }));
        ways.push(Box::new(|seen| Seen { languages: Languages::unknown(), ..seen.clone() }));
        ways.push(Box::new(|seen| Seen { people: Vec::new(), ..seen.clone() }));
        for at in 0..seen.counted.len() {
            ways.push(Box::new(move |seen| {
                let mut seen = seen.clone();
                seen.counted[at] = None;
                seen
            }));
        }
        for (class, _) in seen.classes.clone() {
            ways.push(Box::new(move |seen| {
                let mut seen = seen.clone();
                seen.classes.retain(|(other, _)| *other != class);
                seen
            }));
        }
        for country in [&seen.subjects.countries[..], &seen.found[..]].concat() {
            ways.push(Box::new(move |seen| {
                let mut seen = seen.clone();
                seen.subjects.countries.retain(|other| *other != country);
                seen
            }));
            ways.push(Box::new(move |seen| {
                let mut seen = seen.clone();
                seen.found.retain(|other| *other != country);
                seen
            }));
        }
        ways.push(Box::new(|seen| {
            let mut seen = seen.clone();
            seen.subjects.unknown = false;
            seen
        }));
        ways
    }
}

fn countries<'m>(models: impl Iterator<Item = &'m Model>) -> Vec<Country> {
    let mut named: Vec<Country> = models
        .flat_map(Model::mentioned)
        .filter_map(|place| if let Place::Country(country) = place { Some(country) } else { None })
        .collect();
    named.sort_unstable();
    named.dedup();
    let other = Country::all().find(|country| !named.contains(country));
    named.extend(other);
    named
}

/// The lists of people that conditions of any policy ask for.
fn lists<'m>(models: impl Iterator<Item = &'m Model>) -> Vec<String> {
    let of = |model: &'m Model| {
        let named = model.asked_lists().into_iter();
        named.filter_map(|list| model.people.get(usize::from(list)).cloned())
    };
    let all: BTreeSet<String> = models.flat_map(of).collect();
    all.into_iter().collect()
}

/// The counters that conditions of any policy ask for, with the bands that they have in any.
fn counters<'m>(models: impl Iterator<Item = &'m Model>) -> Vec<(String, Vec<u64>)> {
    let mut all: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for model in models {
        let asked = model.asked_counters().into_iter();
        for counter in asked.filter_map(|number| model.counters.get(usize::from(number))) {
            let bands = all.entry(counter.info.name.clone()).or_default();
            bands.extend(&counter.info.bands);
        }
    }
    all.into_iter().map(|(name, bands)| (name, bands.into_iter().collect())).collect()
}

/// What several policies name, each once; of those that none names one stands for all.
fn languages<'m>(models: impl Iterator<Item = &'m Model>) -> Vec<Language> {
    let all: BTreeSet<Language> = models.flat_map(Model::languages).collect();
    all.into_iter().collect()
}

/// One class of each kind: two classes that every table treats alike are of one kind.
fn classes(sides: &[(&Model, &Table)]) -> Vec<String> {
    let all: BTreeSet<&String> = sides
        .iter()
        .flat_map(|(model, _)| model.classes.iter().map(|class| &class.info.name))
        .collect();
    let mut kinds = BTreeMap::new();
    for name in all {
        let kind: Vec<_> = sides
            .iter()
            .flat_map(|(model, table)| {
                let class = class(model, name).or_else(|| class(model, UNCLASSED));
                LEVELS.map(|level| class.map(|class| table.class_kind(class, level)))
            })
            .collect();
        kinds.entry(kind).or_insert_with(|| name.clone());
    }
    let mut names: Vec<String> = kinds.into_values().collect();
    names.sort_unstable();
    names
}

fn class(model: &Model, name: &str) -> Option<ClassId> {
    let at = model.classes.iter().position(|class| class.info.name == name)?;
    u16::try_from(at).ok().map(ClassId)
}

fn destination(model: &Model, name: &str) -> Option<DestinationId> {
    let at = model.destinations.iter().position(|known| known.info.name == name)?;
    u16::try_from(at).ok().map(DestinationId)
}

/// A caller and those above it.
fn line(model: &Model, client: Client) -> Vec<(u8, String)> {
    let node = |client: &Client| model.clients.get(client.index());
    let up = std::iter::successors(Some(client), |client| node(client)?.parent);
    up.filter_map(|client| node(&client)).map(|node| (node.depth, node.name.clone())).collect()
}

/// A caller and what it stated, by names.
fn caller(model: &Model, sender: Sender) -> Caller {
    let stated = model.stated_names(sender.stated).map(|name| name.map(str::to_owned));
    Caller { line: line(model, sender.client), stated }
}

/// What the caller is to a policy; of what it states counts what the policy declares of it.
fn sender(model: &Model, caller: &Caller) -> Sender {
    let client = client(model, &caller.line);
    let names = caller.stated.each_ref().map(Option::as_deref);
    Sender { client, stated: model.stated(client, names) }
}

/// The nearest of a line that the policy declares.
fn client(model: &Model, line: &[(u8, String)]) -> Client {
    let known = |(depth, name): &(u8, String)| {
        model.clients.iter().position(|node| node.depth == *depth && node.name == *name)
    };
    line.iter().find_map(known).map_or(Client::ANONYMOUS, |at| Client(at as u16))
}

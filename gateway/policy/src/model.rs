//! The policy with its names resolved: what the interpreter reads and the table is built from.
//!
//! Every list is in alphabetical order of names, rules by strictness before that, so that numbers do not depend on the order
//! of blocks.

use std::collections::BTreeSet;

use crate::areas::is_confirmed;
pub(crate) use crate::areas::{Area, Group, Mark, Member, Place, Territory, Zone};
use crate::counter::Counter;
use crate::diagnostic::At;
use crate::facts::ClassSet;
pub(crate) use crate::forms::{Bond, Condition, Directions, Extent, Form, Trait};
use crate::info::{ClassInfo, DestinationInfo, Person, PoolInfo, RuleInfo};
use crate::stated::Sender;
use crate::texts::Said;
use crate::{
    Action, ClassId, Client, Clock, Country, Day, DestinationId, Language, Level, Method, PoolId,
    RoleId, RuleId, Severity, Situation,
};

/// A whole policy.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) sentence: String,
    pub(crate) owner: Option<String>,
    pub(crate) clock: Clock,
    pub(crate) packs: Vec<Pack>,
    pub(crate) classes: Vec<Class>,
    pub(crate) territories: Vec<Territory>,
    pub(crate) zones: Vec<Zone>,
    pub(crate) groups: Vec<Group>,
    pub(crate) confirmations: Vec<Confirmation>,
    /// In alphabetical order.
    pub(crate) counters: Vec<Counter>,
    /// The first is the anonymous client.
    pub(crate) clients: Vec<ClientNode>,
    /// By [`Trait`]: the names that are declared, in alphabetical order.
    pub(crate) traits: [Vec<String>; 4],
    /// The names of the lists of people, in alphabetical order.
    pub(crate) people: Vec<String>,
    pub(crate) roles: Vec<Role>,
    /// The last day on which the whole policy is only watched.
    pub(crate) observed_until: Option<Observe>,
    pub(crate) destinations: Vec<Destination>,
    pub(crate) pools: Vec<Pool>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) invariants: Vec<Invariant>,
    pub(crate) tests: Vec<Scenario>,
}

/// A pack, which is all that stands in one file.
#[derive(Clone, Debug)]
pub(crate) struct Pack {
    pub(crate) name: String,
    pub(crate) source: usize,
}

/// A role, and who has it.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) people: Vec<Person>,
    pub(crate) at: At,
}

/// `mode observe until DAY` of the whole policy.
#[derive(Clone, Debug)]
pub(crate) struct Observe {
    pub(crate) until: Day,
    pub(crate) at: At,
}

impl Observe {
    /// Most days on which a policy is only watched.
    pub(crate) const LONGEST: i64 = 90;

    /// The first day: no more than [`Observe::LONGEST`] days up to the last. Before it the policy is enforced.
    pub(crate) fn from(&self) -> Day {
        (1..Self::LONGEST).fold(self.until, |day, _| day.previous())
    }

    pub(crate) fn includes(&self, day: Day) -> bool {
        self.from() <= day && day <= self.until
    }
}

/// What a person answers for: that a marked fact is so.
#[derive(Clone, Debug)]
pub(crate) struct Confirmation {
    pub(crate) name: String,
    pub(crate) of: Confirmed,
    pub(crate) term: Term,
    pub(crate) at: At,
}

/// What is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirmed {
    /// That the place is a member of the group.
    Member(u16, Place),
    Rule(RuleId),
}

#[derive(Clone, Debug)]
pub(crate) struct Class {
    pub(crate) info: ClassInfo,
    /// Itself and every class below it; what a restricting condition on it means.
    pub(crate) reach: ClassSet,
    /// Whether it may be sent once it was taken out.
    pub(crate) redaction_suffices: bool,
    pub(crate) at: At,
}

/// A stretch of days, both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) from: Option<Day>,
    pub(crate) until: Option<Day>,
}

/// A node of the tree agency, department, application.
#[derive(Clone, Debug)]
pub(crate) struct ClientNode {
    pub(crate) name: String,
    /// 0 anonymous, 1 agency, 2 department, 3 application.
    pub(crate) depth: u8,
    pub(crate) parent: Option<Client>,
    pub(crate) patterns: Vec<Pattern>,
    /// By [`Trait`]: what is declared here; what is above it holds where nothing is.
    pub(crate) traits: [Vec<u16>; 4],
    pub(crate) at: At,
}

/// How a caller is recognised. Ordered by how specific it is, least first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Pattern {
    Network(String),
    /// A SPIFFE id up to the `*`, longer is more specific.
    SpiffeUnder(usize, String),
    Key(String),
    Spiffe(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Destination {
    pub(crate) info: DestinationInfo,
    /// Declared places, by [`Bond`].
    pub(crate) bonds: [Vec<Place>; 6],
    /// Every declared place of law, processing, storage and keys, once.
    pub(crate) places: Vec<Place>,
    /// Whether operator's law and place of processing are both declared.
    pub(crate) known: bool,
    pub(crate) at: At,
}

#[derive(Clone, Debug)]
pub(crate) struct Pool {
    pub(crate) info: PoolInfo,
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) info: RuleInfo,
    pub(crate) at: At,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) directions: Directions,
    pub(crate) effects: Effects,
    pub(crate) term: Term,
    /// Until it is confirmed the rule permits nothing.
    pub(crate) mark: Option<Mark>,
}

#[derive(Clone, Debug)]
pub(crate) struct Exception {
    pub(crate) name: String,
    pub(crate) at: At,
    pub(crate) to: RuleId,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) directions: Directions,
    pub(crate) term: Term,
}

#[derive(Clone, Debug)]
pub(crate) struct Invariant {
    pub(crate) name: String,
    pub(crate) sentence: String,
    pub(crate) law: Option<String>,
    pub(crate) at: At,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) directions: Directions,
    pub(crate) demand: Demand,
}

/// What an invariant demands when its condition may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    NeverSent,
    AlwaysAlert,
    OnlyTo(PoolId),
}

/// One test block.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) at: At,
    pub(crate) situation: Situation,
    pub(crate) candidate: crate::Candidate,
    pub(crate) expect: Expectation,
    /// The lines of its text, of which the situation is what it claims.
    pub(crate) texts: Vec<Said>,
}

/// What a test expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expectation {
    pub(crate) action: Action,
    /// `ask` without saying which.
    pub(crate) any_ask: bool,
    pub(crate) redact: ClassSet,
    pub(crate) method: Option<Method>,
    pub(crate) pool: Option<PoolId>,
    pub(crate) role: Option<RoleId>,
    pub(crate) by: Option<RuleId>,
    pub(crate) alert: Option<Told>,
}

/// Which alert a test expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Nothing,
    Something,
    Of(Severity),
}

/// What a rule does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effects {
    pub(crate) allow: bool,
    pub(crate) block: bool,
    pub(crate) redact: Vec<(ClassId, Method)>,
    pub(crate) reroute: Option<PoolId>,
    pub(crate) justify: bool,
    pub(crate) approve: Vec<RoleId>,
    pub(crate) alert: Option<Severity>,
}

impl Effects {
    /// Whether the rule can license anything.
    pub(crate) fn permits(&self) -> bool {
        self.allow || !self.redact.is_empty()
    }

    /// Whether the rule can oblige to anything.
    pub(crate) fn obliges(&self) -> bool {
        self.block
            || self.reroute.is_some()
            || self.justify
            || !self.approve.is_empty()
            || self.alert.is_some()
            || !self.redact.is_empty()
    }

    /// The strictest action the rule can cause; what rules are ordered by.
    pub(crate) fn strictness(&self) -> Action {
        if self.block {
            Action::Block
        } else if !self.approve.is_empty() {
            Action::AskApproval
        } else if self.justify {
            Action::AskJustification
        } else if self.reroute.is_some() {
            Action::Reroute
        } else if !self.redact.is_empty() {
            Action::Redact
        } else {
            Action::Allow
        }
    }

    pub(crate) fn redacted(&self) -> ClassSet {
        self.redact.iter().fold(ClassSet::default(), |set, (class, _)| set | ClassSet::one(*class))
    }
}

impl Term {
    pub(crate) fn includes(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

impl Rule {
    /// Whether the rule is only watched on this day.
    pub(crate) fn monitored(&self, day: Day) -> bool {
        self.info.monitor_until.is_some_and(|until| day <= until)
    }

    /// Whether the rule may permit anything on this day.
    pub(crate) fn licenses_on(&self, day: Day) -> bool {
        self.effects.permits() && is_confirmed(self.mark.as_ref(), day)
    }

    /// Findings from this level on are taken out by the rule: likely, unless it speaks of possible ones.
    pub(crate) fn redact_level(&self) -> Level {
        let possible = |c: &Condition| matches!(c.form, Form::Data(Level::Possible, _));
        if self.conditions.iter().any(possible) { Level::Possible } else { Level::Likely }
    }

    /// The classes that `allow` licenses, by the level at which the rule speaks of them.
    pub(crate) fn named(&self) -> [ClassSet; 3] {
        named(&self.conditions, |set| set)
    }
}

/// The classes of the data conditions, by level, each mapped by `widen`.
pub(crate) fn named(
    conditions: &[Condition],
    widen: impl Fn(ClassSet) -> ClassSet,
) -> [ClassSet; 3] {
    let mut named = [ClassSet::default(); 3];
    for condition in conditions {
        if let Form::Data(level, classes) = &condition.form {
            let slot = &mut named[crate::facts::rank(*level)];
            *slot = *slot | widen(*classes);
        }
    }
    named
}

impl Model {
    /// Whether something stands in a pack. What a pack has for others too is no mistake where it has nothing to do.
    pub(crate) fn is_of_pack(&self, at: &At) -> bool {
        self.packs.iter().any(|pack| pack.source == at.source)
    }

    /// The conditions of all rules, exceptions and invariants.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let rules = self.rules.iter().flat_map(|rule| &rule.conditions);
        let exceptions = self.exceptions.iter().flat_map(|exception| &exception.conditions);
        let invariants = self.invariants.iter().flat_map(|invariant| &invariant.conditions);
        rules.chain(exceptions).chain(invariants)
    }

    /// The languages that conditions name, and one that they do not; none if they name none.
    pub(crate) fn languages(&self) -> Vec<Language> {
        let written = self.conditions().filter_map(|condition| match &condition.form {
            Form::Written(languages) => Some(languages),
            _ => None,
        });
        let named: BTreeSet<Language> = written.flatten().copied().collect();
        let other = Language::all().find(|one| !named.contains(one));
        let other = other.filter(|_| !named.is_empty());
        named.into_iter().chain(other).collect()
    }

    /// The classes that are not sent although they were taken out.
    pub(crate) fn kept(&self) -> ClassSet {
        let kept = self.classes.iter().filter(|class| !class.redaction_suffices);
        kept.fold(ClassSet::default(), |all, class| all | class.reach)
    }

    /// The same vocabulary with these rules and nothing else.
    pub(crate) fn with_rules(&self, rules: Vec<Rule>) -> Model {
        Model {
            name: self.name.clone(),
            sentence: String::new(),
            owner: None,
            clock: self.clock.clone(),
            classes: self.classes.clone(),
            groups: self.groups.clone(),
            zones: self.zones.clone(),
            territories: self.territories.clone(),
            packs: Vec::new(),
            confirmations: self.confirmations.clone(),
            counters: self.counters.clone(),
            clients: self.clients.clone(),
            traits: self.traits.clone(),
            people: self.people.clone(),
            roles: self.roles.clone(),
            observed_until: None,
            destinations: self.destinations.clone(),
            pools: self.pools.clone(),
            rules,
            exceptions: Vec::new(),
            invariants: Vec::new(),
            tests: Vec::new(),
        }
    }

    /// The name of an area, as policies write it.
    pub(crate) fn area_name(&self, area: Area) -> String {
        match area {
            Area::Place(Place::Country(country)) => country.as_str().to_owned(),
            Area::Place(Place::Zone(zone)) => {
                self.zones.get(usize::from(zone)).map_or(String::new(), |zone| zone.name.clone())
            }
            Area::Group(group) => {
                let known = self.groups.get(usize::from(group));
                known.map_or(String::new(), |group| group.name.clone())
            }
        }
    }

    /// A set of classes with everything that belongs to them.
    pub(crate) fn widen(&self, classes: ClassSet) -> ClassSet {
        classes
            .iter()
            .filter_map(|c| self.classes.get(c.index()))
            .fold(classes, |all, class| all | class.reach)
    }

    /// What belongs to a class that takes a member out of a group does so too; evidence for a country speaks for its zones.
    pub(crate) fn settle_places(&mut self) {
        let mut groups = std::mem::take(&mut self.groups);
        for member in groups.iter_mut().flat_map(|group| &mut group.members) {
            member.except = self.widen(member.except);
        }
        self.groups = groups;
        for number in 0..self.destinations.len() {
            let around: Vec<Country> = self.around(DestinationId(number as u16)).collect();
            let claimed = &mut self.destinations[number].info.claimed;
            claimed.extend(around);
            claimed.sort_unstable();
            claimed.dedup();
        }
    }

    /// Puts the rules, which are in alphabetical order, into the order in which decisions list them: strictest first.
    pub(crate) fn order_rules(&mut self) {
        let mut order: Vec<usize> = (0..self.rules.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(self.rules[*at].effects.strictness()));
        let mut renumbered = vec![RuleId(0); order.len()];
        for (new, old) in (0u16..).zip(&order) {
            renumbered[*old] = RuleId(new);
        }
        let moved = |rule: &mut RuleId| {
            if let Some(new) = renumbered.get(rule.index()) {
                *rule = *new;
            }
        };
        self.exceptions.iter_mut().for_each(|exception| moved(&mut exception.to));
        for confirmation in &mut self.confirmations {
            if let Confirmed::Rule(rule) = &mut confirmation.of {
                moved(rule);
            }
        }
        self.tests.iter_mut().filter_map(|test| test.expect.by.as_mut()).for_each(moved);
        self.rules.sort_by_key(|rule| std::cmp::Reverse(rule.effects.strictness()));
    }

    /// Whether `client` is `node` or below it.
    pub(crate) fn under(&self, client: Client, node: Client) -> bool {
        let mut at = Some(client);
        while let Some(here) = at {
            if here == node {
                return true;
            }
            at = self.clients.get(here.index()).and_then(|node| node.parent);
        }
        false
    }

    /// Whether a caller of whom no more is known than `client` may be `node` or below it: by leaving out its key a caller
    /// becomes its department, its agency, or anonymous.
    pub(crate) fn may_be_under(&self, client: Client, node: Client) -> bool {
        !node.is_anonymous() && (client.is_anonymous() || self.under(node, client))
    }

    /// What is declared of a node, there or above it.
    pub(crate) fn declared(&self, client: Client, of: Trait) -> &[u16] {
        let mut at = Some(client);
        while let Some(node) = at.and_then(|here| self.clients.get(here.index())) {
            match &node.traits[of.index()][..] {
                [] => at = node.parent,
                declared => return declared,
            }
        }
        &[]
    }

    /// Whether a caller of whom no more is known than `client` has one of `wanted`: surely, and perhaps. It may be any node below.
    /// What it stated counts alone wherever it is declared.
    pub(crate) fn has_trait(&self, sender: Sender, of: Trait, wanted: &[u16]) -> (bool, bool) {
        let Sender { client, stated } = sender;
        let stated = stated.of(of);
        let may_be = |node: Client| node == client || self.may_be_under(client, node);
        let nodes = (0..self.clients.len()).map(|node| Client(node as u16));
        let (mut surely, mut perhaps) = (true, false);
        for node in nodes.filter(|node| may_be(*node)) {
            let declared = self.declared(node, of);
            let chosen = stated.filter(|chosen| declared.contains(chosen));
            let declared = chosen.as_ref().map_or(declared, std::slice::from_ref);
            surely &= !declared.is_empty() && declared.iter().all(|one| wanted.contains(one));
            perhaps |= declared.is_empty() || declared.iter().any(|one| wanted.contains(one));
        }
        (surely, perhaps)
    }

    /// Whether a destination shows an attestation on this day.
    pub(crate) fn attests(&self, destination: DestinationId, what: &str, day: Day) -> bool {
        self.destinations.get(destination.index()).is_some_and(|destination| {
            destination.info.attests.iter().any(|(name, from, until)| {
                name == what && Term { from: *from, until: *until }.includes(day)
            })
        })
    }

    /// Every day on which something begins or has just ended, in order, without repetition.
    pub(crate) fn cuts(&self) -> Vec<Day> {
        let mut terms: Vec<Term> = Vec::new();
        terms.extend(self.groups.iter().flat_map(|g| g.members.iter().map(|m| m.term)));
        let members = self.groups.iter().flat_map(|g| &g.members);
        let marks = members.filter_map(|m| m.mark.as_ref());
        let marks = marks.chain(self.rules.iter().filter_map(|rule| rule.mark.as_ref()));
        terms.extend(marks.flat_map(|mark| &mark.confirmed));
        terms.extend(self.rules.iter().map(|r| r.term));
        terms.extend(self.rules.iter().map(|r| Term { from: None, until: r.info.monitor_until }));
        terms.extend(self.exceptions.iter().map(|e| e.term));
        terms.extend(
            self.observed_until
                .iter()
                .map(|watched| Term { from: Some(watched.from()), until: Some(watched.until) }),
        );
        terms.extend(self.destinations.iter().flat_map(|d| {
            d.info.attests.iter().map(|(_, from, until)| Term { from: *from, until: *until })
        }));
        let ends = |term: &Term| [term.from, term.until.map(Day::next)];
        let mut cuts: Vec<Day> = terms.iter().flat_map(ends).flatten().collect();
        cuts.sort_unstable();
        cuts.dedup();
        cuts
    }

    /// The first day of every epoch; of the first, the day before anything changes. Where nothing ever does any day will do, and
    /// one of these years reads best in an example.
    pub(crate) fn days(&self) -> Vec<Day> {
        let mut days = self.cuts();
        let any = || Day::parse("2026-01-01").unwrap_or(Day::UNIX);
        days.insert(0, days.first().map_or_else(any, |cut| cut.previous()));
        days
    }
}

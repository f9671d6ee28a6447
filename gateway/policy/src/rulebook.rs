//! The rulebook: sources compiled, with one table for each epoch.

use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Diagnostics, Gravity};
use crate::info::{ClassInfo, ClientInfo, DestinationInfo, Person, PoolInfo, RuleInfo};
use crate::lanes::Layout;
use crate::model::{Model, Pattern};
use crate::resolve::UNCLASSED;
use crate::table::{Effects, Table};
use crate::trail::Trail;
use crate::{
    Candidate, ClassId, Client, Clock, Day, Decision, DestinationId, Identity, InvariantId, PoolId,
    RoleId, RuleId, Situation, Tier, resolve, warn,
};

/// One policy file: its path, for messages, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Path, as it is to be shown.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// What the rest of the gateway can find. `detectors[i]` is the detector with number `i`.
#[derive(Clone, Copy, Debug)]
pub struct Catalogue<'a> {
    /// Id and family of each detector.
    pub detectors: &'a [(String, String)],
}

/// A compiled policy. Immutable; share it.
#[derive(Debug)]
pub struct Rulebook {
    pub(crate) model: Model,
    sources: Vec<Source>,
    warnings: Diagnostics,
    digest: [u8; 32],
    /// First day of each epoch but the first, in order.
    cuts: Vec<Day>,
    effects: Arc<Effects>,
    /// One more than `cuts`; each is built when its first day is asked for.
    tables: Vec<OnceLock<Table>>,
    /// Classes by detector number.
    classes_of: Vec<Box<[ClassId]>>,
    asks_for_languages: bool,
    unread: ClassId,
    opaque: ClassId,
    class_infos: Vec<ClassInfo>,
    rule_infos: Vec<RuleInfo>,
    destination_infos: Vec<DestinationInfo>,
    pool_infos: Vec<PoolInfo>,
}

impl Rulebook {
    /// Compiles a policy.
    ///
    /// # Errors
    /// Every mistake of every file at once, warnings among them, in the order of the files.
    pub fn compile(sources: &[Source], catalogue: &Catalogue<'_>) -> Result<Rulebook, Diagnostics> {
        let mut problems = Vec::new();
        let model = resolve::resolve(sources, catalogue, &Trail::default(), &mut problems);
        if problems.is_empty() {
            warn::refuse_reroute_conflicts(&model, &mut problems);
        }
        let failed = problems.iter().any(|problem: &Diagnostic| problem.severity == Gravity::Error);
        if !failed {
            // Doubts about a policy that does not compile would mostly be echoes of its mistakes.
            warn::warn(&model, &mut problems);
        }
        let diagnostics = Diagnostics::new(problems, sources);
        if failed {
            return Err(diagnostics);
        }
        Ok(Rulebook::assemble(model, sources, catalogue, diagnostics))
    }

    fn assemble(
        model: Model,
        sources: &[Source],
        catalogue: &Catalogue<'_>,
        warnings: Diagnostics,
    ) -> Rulebook {
        let cuts = model.cuts();
        let effects = Arc::new(Effects::of(&model, &Layout::of(&model)));
        let classes_of =
            catalogue.detectors.iter().map(|(id, family)| classes_of(&model, id, family)).collect();
        // INVARIANT: the resolver declares the built-in classes before any other, so both are there.
        let built_in =
            |name| ClassId(number(&model.classes, |class| &class.info.name, name).unwrap_or(0));
        Rulebook {
            unread: built_in("unread"),
            opaque: built_in("opaque"),
            class_infos: model.classes.iter().map(|class| class.info.clone()).collect(),
            rule_infos: model.rules.iter().map(|rule| rule.info.clone()).collect(),
            destination_infos: model.destinations.iter().map(|known| known.info.clone()).collect(),
            pool_infos: model.pools.iter().map(|pool| pool.info.clone()).collect(),
            asks_for_languages: !model.languages().is_empty(),
            digest: digest(sources),
            sources: sources.to_vec(),
            model,
            warnings,
            tables: cuts.iter().map(|_| OnceLock::new()).chain([OnceLock::new()]).collect(),
            cuts,
            effects,
            classes_of,
        }
    }

    /// The same policy with something changed, to be compared with it. Sources and digest stay those of this one.
    pub(crate) fn altered(&self, alter: impl FnOnce(&mut Model)) -> Rulebook {
        let mut model = self.model.clone();
        alter(&mut model);
        let catalogue = Catalogue { detectors: &[] };
        let mut altered =
            Rulebook::assemble(model, &self.sources, &catalogue, Diagnostics::default());
        altered.classes_of.clone_from(&self.classes_of);
        altered
    }

    /// SHA-256 over the sorted SHA-256 of each source's text. Neither the names of files nor their order change what a
    /// policy means, so the same policy has the same digest in every folder and on every node.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The name in the `policy` block.
    pub fn name(&self) -> &str {
        &self.model.name
    }

    /// The sentence in the `policy` block.
    pub fn sentence(&self) -> &str {
        &self.model.sentence
    }

    /// The owner in the `policy` block.
    pub fn owner(&self) -> Option<&str> {
        self.model.owner.as_deref()
    }

    /// The clock by which days are counted.
    pub fn clock(&self) -> &Clock {
        &self.model.clock
    }

    /// What it was compiled from.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Doubts that the compiler had.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// All classes, `opaque`, `unclassed` and `unread` among them, in alphabetical order.
    pub fn classes(&self) -> &[ClassInfo] {
        &self.class_infos
    }

    /// The number of a class.
    pub fn class(&self, name: &str) -> Option<ClassId> {
        number(&self.class_infos, |class| &class.name, name).map(ClassId)
    }

    /// The built-in class of content that could not be read.
    pub fn unread(&self) -> ClassId {
        self.unread
    }

    /// The built-in class of content that is not text.
    pub fn opaque(&self) -> ClassId {
        self.opaque
    }

    /// The classes that a detector's findings belong to: `unclassed` for a detector that no class names.
    pub fn class_of(&self, detector: u16) -> &[ClassId] {
        self.classes_of.get(usize::from(detector)).map_or(&[], |classes| classes)
    }

    /// All rules, strictest first, then in alphabetical order.
    pub fn rules(&self) -> &[RuleInfo] {
        &self.rule_infos
    }

    /// One rule. Numbers of this rulebook always exist.
    pub fn rule(&self, id: RuleId) -> Option<&RuleInfo> {
        self.rule_infos.get(id.index())
    }

    /// All destinations, in alphabetical order.
    pub fn destinations(&self) -> &[DestinationInfo] {
        &self.destination_infos
    }

    /// The number of a destination.
    pub fn destination(&self, name: &str) -> Option<DestinationId> {
        number(&self.destination_infos, |known| &known.name, name).map(DestinationId)
    }

    /// One destination.
    pub fn destination_info(&self, id: DestinationId) -> Option<&DestinationInfo> {
        self.destination_infos.get(id.index())
    }

    /// All pools, in alphabetical order.
    pub fn pools(&self) -> &[PoolInfo] {
        &self.pool_infos
    }

    /// One pool.
    pub fn pool(&self, id: PoolId) -> Option<&PoolInfo> {
        self.pool_infos.get(id.index())
    }

    /// The name and sentence of an invariant.
    pub fn invariant(&self, id: InvariantId) -> Option<(&str, &str)> {
        self.model
            .invariants
            .get(id.index())
            .map(|found| (found.name.as_str(), found.sentence.as_str()))
    }

    /// The law that an invariant rests on.
    pub fn invariant_law(&self, id: InvariantId) -> Option<&str> {
        self.model.invariants.get(id.index())?.law.as_deref()
    }

    /// The name of a role.
    pub fn role(&self, id: RoleId) -> Option<&str> {
        self.model.roles.get(id.index()).map(|role| role.name.as_str())
    }

    /// Who has a role.
    pub fn people(&self, role: RoleId) -> &[Person] {
        self.model.roles.get(role.index()).map_or(&[], |role| &role.people)
    }

    /// The number of a role.
    pub fn role_named(&self, name: &str) -> Option<RoleId> {
        number(&self.model.roles, |role| &role.name, name).map(RoleId)
    }

    /// Whether any condition asks for the language of a text: else nobody need tell it.
    pub fn asks_for_languages(&self) -> bool {
        self.asks_for_languages
    }

    /// The last day of the whole policy being only watched, if it is on this day.
    pub fn observed(&self, day: Day) -> Option<Day> {
        let observe = self.model.observed_until.as_ref()?;
        observe.includes(day).then_some(observe.until)
    }

    /// Agency, department and application of a client; all absent for an anonymous one.
    pub fn client_info(&self, client: Client) -> ClientInfo {
        let mut info = ClientInfo::default();
        let mut at = Some(client);
        while let Some(node) = at.and_then(|at| self.model.clients.get(at.index())) {
            let name = Some(node.name.clone());
            match node.depth {
                1 => info.agency = name,
                2 => info.department = name,
                3 => info.application = name,
                _ => {}
            }
            at = node.parent;
        }
        info
    }

    /// Who a caller is to the policy. The node of the greatest depth wins (application before department
    /// before agency), then the more specific pattern (id, key, id with `*`, network), then the name.
    pub fn client(&self, identity: &Identity) -> Client {
        let matched = |pattern: &Pattern| match pattern {
            Pattern::Network(name) => identity.networks.contains(name),
            Pattern::Key(name) => identity.key.as_ref() == Some(name),
            Pattern::Spiffe(id) => identity.spiffe.as_ref() == Some(id),
            Pattern::SpiffeUnder(_, prefix) => {
                identity.spiffe.as_ref().is_some_and(|id| id.starts_with(prefix.as_str()))
            }
        };
        let nodes = self.model.clients.iter().enumerate();
        let best = nodes
            .flat_map(|(number, node)| {
                node.patterns.iter().map(move |pattern| (node.depth, pattern, number))
            })
            .filter(|(_, pattern, _)| matched(pattern))
            .max_by_key(|(depth, pattern, number)| (*depth, *pattern, std::cmp::Reverse(*number)));
        best.map_or(Client::ANONYMOUS, |(_, _, number)| Client(number as u16))
    }

    /// Decides: the strictest of the decisions from the situation's day to the latest day that was seen, which is the
    /// same day unless the clock ran backwards; tightened if the policy has expired ([`crate::Validity`]). Pure. Does not allocate with up to 1,024 rules, apart from the first
    /// decision on the days of an epoch (see [`Rulebook::prepare`]).
    pub fn decide(&self, situation: &Situation, candidate: &Candidate) -> Decision {
        let first = self.epoch(situation.day);
        let mut decision = Decision::closed();
        self.table_of(first).decide(&self.model, situation, candidate, &mut decision);
        if situation.latest > situation.day {
            self.decide_later(first, situation, candidate, &mut decision);
        }
        if !situation.validity.is_current() {
            let tier = self.destination_info(candidate.destination).map(|info| info.tier);
            situation.validity.tighten(&mut decision, tier.unwrap_or(Tier::Market));
        }
        decision
    }

    /// Makes it the strictest of the decisions from an epoch to that of the latest day that was seen.
    #[cold]
    fn decide_later(&self, first: usize, s: &Situation, c: &Candidate, decision: &mut Decision) {
        for later in first + 1..=self.epoch(s.latest) {
            let mut other = Decision::closed();
            self.table_of(later).decide(&self.model, s, c, &mut other);
            *decision = std::mem::replace(decision, Decision::closed()).stricter(other);
        }
    }

    /// Decides as if the policy were not only watched: what its tests ask for.
    pub fn enforce(&self, situation: &Situation, candidate: &Candidate) -> Decision {
        let mut decision = self.decide(situation, candidate);
        decision.observed.take().map_or(decision, |enforced| *enforced)
    }

    /// Builds what decisions on this day need, and those after the next change, so that no request waits for it.
    pub fn prepare(&self, day: Day) {
        let epoch = self.epoch(day);
        for epoch in (epoch..=epoch + 1).filter(|epoch| *epoch <= self.cuts.len()) {
            self.table_of(epoch);
        }
    }

    /// First day of each epoch but the first: the days on which decisions may change by themselves.
    pub fn cuts(&self) -> &[Day] {
        &self.cuts
    }

    /// The number of the epoch of a day, from 0.
    pub(crate) fn epoch(&self, day: Day) -> usize {
        self.cuts.partition_point(|cut| *cut <= day)
    }

    /// The first days of the epoch that begins with `day`, at most a week. Before the first change it has no beginning.
    pub(crate) fn first_days(&self, day: Day) -> Vec<Day> {
        let (epoch, before) = (self.epoch(day), self.epoch(day) == 0);
        let step = |day: &Day| Some(if before { day.previous() } else { day.next() });
        let week = std::iter::successors(Some(day), step).take(7);
        week.take_while(|other| self.epoch(*other) == epoch).collect()
    }

    pub(crate) fn table(&self, day: Day) -> &Table {
        self.table_of(self.epoch(day))
    }

    fn table_of(&self, epoch: usize) -> &Table {
        // INVARIANT: there is one table more than there are cuts, and `epoch` counts cuts.
        self.tables[epoch].get_or_init(|| {
            let day = self.model.days().get(epoch).copied().unwrap_or(Day::UNIX);
            Table::build(&self.model, &self.effects, day)
        })
    }
}

/// The place of a name in a list that is in alphabetical order.
pub(crate) fn number<T>(list: &[T], name_of: impl Fn(&T) -> &String, name: &str) -> Option<u16> {
    let at = list.binary_search_by(|known| name_of(known).as_str().cmp(name)).ok()?;
    u16::try_from(at).ok()
}

/// The classes that name a detector or its family; if there is none, the class of what nobody named.
fn classes_of(model: &Model, id: &str, family: &str) -> Box<[ClassId]> {
    let ids = |wanted: &dyn Fn(&ClassInfo) -> bool| -> Box<[ClassId]> {
        let found = model.classes.iter().enumerate().filter(|(_, class)| wanted(&class.info));
        found.map(|(number, _)| ClassId(number as u16)).collect()
    };
    let named = ids(&|class| class.detect.iter().any(|name| name == id || name == family));
    if named.is_empty() { ids(&|class| class.name == UNCLASSED) } else { named }
}

fn digest(sources: &[Source]) -> [u8; 32] {
    let mut digests: Vec<[u8; 32]> =
        sources.iter().map(|source| Sha256::digest(source.text.as_bytes()).into()).collect();
    digests.sort_unstable();
    Sha256::digest(digests.concat()).into()
}

//! Blocks to model: names become numbers, and every mistake is reported with its mend.
//!
//! Reading goes on after a mistake: a line that cannot be read is left out, its block stays, so that one
//! mistake is one diagnostic.

mod conditions;
mod confirmations;
mod controls;
mod counters;
mod destinations;
mod effects;
mod groups;
mod names;
mod packs;
mod people;
mod quantities;
mod reader;
mod required;
mod roles;
mod rules;
mod scenarios;
mod vocabulary;

pub(crate) use conditions::conditions;
pub(crate) use effects::ACTIONS;
pub(crate) use names::Names;
pub use names::is_name;
use reader::Prose;
#[cfg(test)]
pub(crate) use reader::UNIONS;
pub(crate) use reader::{REPEATED, Reader};

use crate::diagnostic::{At, Diagnostic, Diagnostics};
use crate::model::{Model, Observe, Trait};
use crate::rulebook::Catalogue;
use crate::syntax::{self, Block, Cursor, Line};
use crate::trail::Trail;
use crate::{Clock, Source};

/// The built-in classes. None is licensed but by name.
pub(crate) const BUILT_IN: [(&str, &str); 3] = [
    ("opaque", "Content that is not text: images, sound, files"),
    (UNCLASSED, "What a detector found that belongs to no class of this policy"),
    ("unread", "Content that could not be read"),
];

/// The class of every detector that no `detect` line names: what is found is never nothing.
pub(crate) const UNCLASSED: &str = "unclassed";

/// Reads all sources. The model is usable only if `problems` holds no error afterwards.
pub(crate) fn resolve(
    sources: &[Source],
    catalogue: &Catalogue<'_>,
    trail: &Trail,
    problems: &mut Vec<Diagnostic>,
) -> Model {
    let documents: Vec<_> = sources
        .iter()
        .enumerate()
        .map(|(i, source)| syntax::parse(i, &source.text, problems))
        .collect();
    let blocks: Vec<&Block<'_>> = documents.iter().flat_map(|document| &document.blocks).collect();
    let names = Names::collect(&blocks, trail, problems);
    let mut reader = Reader::new(sources, &names, catalogue, problems);
    reader.traits();
    reader.named("people");
    let mut model = Model {
        name: "unnamed".to_owned(),
        sentence: String::new(),
        owner: None,
        clock: Clock::utc(),
        packs: reader.packs(&blocks),
        classes: reader.classes(),
        territories: reader.territories(),
        zones: reader.zones(),
        groups: reader.groups(),
        confirmations: reader.confirmations(),
        counters: reader.counters(),
        clients: reader.clients(),
        traits: Trait::ALL.map(|of| names.of(of.words().0).map(|(name, _)| name.clone()).collect()),
        people: names.of("people").map(|(name, _)| name.clone()).collect(),
        roles: reader.roles(),
        observed_until: None,
        destinations: reader.destinations(),
        pools: Vec::new(),
        rules: Vec::new(),
        exceptions: Vec::new(),
        invariants: Vec::new(),
        tests: Vec::new(),
    };
    model.pools = reader.pools();
    reader.settle_credentials(&mut model.destinations, &model.pools);
    reader.policy(&blocks, &mut model);
    model.rules = reader.rules(&model);
    model.exceptions = reader.exceptions(&model);
    model.invariants = reader.invariants(&model);
    model.tests = reader.scenarios(&blocks, &model);
    required::refuse_changes(&model, sources, reader.problems);
    required::refuse_borrowed(sources, catalogue, reader.problems);
    model.settle_places();
    confirmations::confirm(&model.confirmations, &mut model.groups, &mut model.rules);
    model.order_rules();
    model
}

/// What is wrong with files that are to mean something by themselves, whatever policy they come to stand beside.
#[must_use]
pub fn check_alone(sources: &[Source], catalogue: &Catalogue<'_>) -> Diagnostics {
    let mut sources = sources.to_vec();
    let is_policy = |source: &Source| {
        let document = syntax::parse(0, &source.text, &mut Vec::new());
        document.blocks.iter().any(|block| block.keyword.text == "policy")
    };
    if !sources.iter().any(is_policy) {
        // That of the policy beside which they will stand.
        sources.push(Source { path: "policy".to_owned(), text: "policy other\n".to_owned() });
    }
    let mut problems = Vec::new();
    resolve(&sources, catalogue, &Trail::default(), &mut problems);
    Diagnostics::new(problems, &sources)
}

/// The detectors and families that classes of required files name: what others than the policy's authors require to be looked for.
#[must_use]
pub fn required_detectors(sources: &[Source]) -> Vec<String> {
    let mut names: Vec<String> = sources.iter().flat_map(required::detectors).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The names of the destinations that sources declare, also if they hold mistakes that keep them from compiling.
#[must_use]
pub fn destination_names(sources: &[Source]) -> Vec<String> {
    let read = |(number, source): (usize, &Source)| {
        let document = syntax::parse(number, &source.text, &mut Vec::new());
        let blocks = document.blocks.iter().filter(|block| block.keyword.text == "destination");
        let names = blocks.filter_map(|block| block.head.first());
        names.map(|name| name.text.to_owned()).collect::<Vec<_>>()
    };
    sources.iter().enumerate().flat_map(read).collect()
}

impl Reader<'_, '_> {
    fn policy(&mut self, blocks: &[&Block<'_>], model: &mut Model) {
        let found: Vec<_> = blocks.iter().filter(|block| block.keyword.text == "policy").collect();
        if let Some(second) = found.get(1) {
            let first = found.first().map_or(second.at(), |block| block.at());
            self.problems.push(
                Diagnostic::error("P011", &second.at(), "there are two `policy` blocks")
                    .label("the second one")
                    .help("one policy has one name, one owner and one clock; remove one of them")
                    .related(&first, "the first one"),
            );
        }
        let Some(block) = found.first() else {
            let at = At { source: 0, span: 0..0 };
            self.problems.push(
                Diagnostic::error("P005", &at, "there is no `policy` block")
                    .label("in none of the files")
                    .help("add one, for example: policy my-agency \"What it is for\""),
            );
            return;
        };
        if let Some(name) = block.head.first() {
            model.name = name.text.to_owned();
        }
        let (mut prose, mut seen) = (Prose::default(), Vec::new());
        self.head(block, &mut prose, |_, _| ());
        for line in &block.lines {
            let keys = ["owner", "because", "default", "clock", "mode", "packs", "law", "review"];
            let Some(key) = self.key("policy", line, &keys, &mut seen) else { continue };
            if self.prose(key, line, &mut prose) {
                continue;
            }
            self.rest(line, |reader, cursor| match key {
                "default" => drop(cursor.demand(&["block"], reader.problems)),
                "mode" => model.observed_until = reader.observe(line, cursor),
                "packs" => drop(reader.numbers("pack", cursor, &[])),
                _ => model.clock = reader.clock(cursor).unwrap_or_else(Clock::utc),
            });
        }
        if model.observed_until.is_some() {
            for (is_there, what, help) in [
                (
                    prose.owner.is_some(),
                    "observes and has no owner",
                    "add a line such as: owner dpo@example.org",
                ),
                (
                    prose.because.is_some(),
                    "observes and gives no reason",
                    "add a line such as: because \"Three weeks to see who uses what.\"",
                ),
            ] {
                if !is_there {
                    self.missing(block, what, help);
                }
            }
        }
        (model.sentence, model.owner) = (prose.sentence, prose.owner);
    }

    /// `mode observe until DAY`.
    fn observe(&mut self, line: &Line<'_>, cursor: &mut Cursor<'_, '_>) -> Option<Observe> {
        cursor.demand(&["observe"], self.problems)?;
        if cursor.eat("until") {
            let at = cursor.here();
            return self.day(cursor).map(|until| Observe { until, at });
        }
        let help = "write a day after it, such as: mode observe until 2027-01-31";
        let message = "a policy that only observes needs an end date";
        let problem = Diagnostic::error("P031", &line.at(), message);
        self.problems.push(problem.label("what is only watched never becomes law").help(help));
        None
    }

    fn clock(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<Clock> {
        let zone = cursor.name("the time zone", self.problems)?;
        let clock = Clock::named(zone.text);
        if clock.is_none() {
            self.problems.push(
                Diagnostic::error("P009", &cursor.at(zone), "this time zone does not exist")
                    .label("not in the IANA database")
                    .help("write it as in `Europe/Vienna`, or `UTC`"),
            );
        }
        clock
    }
}

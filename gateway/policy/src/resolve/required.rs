//! Required files: what stands beside them cannot change what they say.
//!
//! Other keys signed them than those of the agency. Their blocks cannot be declared twice; the rest is here: they use no name that is
//! declared outside them, and nothing outside them excepts, confirms or widens what they declare. Zones and territories of other files reach their groups only perhaps
//! ([`Model::covers`]), which restricts and never permits.

use super::Reader;
use crate::Source;
use crate::diagnostic::{At, Diagnostic};
use crate::model::{Confirmed, Model};
use crate::rulebook::Catalogue;
use crate::syntax::{self, Shape};
use crate::trail::Trail;

/// The folder of a bundle in which required files stand.
const FOLDER: &str = "required/";

fn is_outside(source: &Source) -> bool {
    !source.path.starts_with(FOLDER)
}

fn is_required(sources: &[Source], at: &At) -> bool {
    sources.get(at.source).is_some_and(|source| !is_outside(source))
}

/// What the classes of a required file detect; nothing of another file.
pub(crate) fn detectors(source: &Source) -> Vec<String> {
    if is_outside(source) {
        return Vec::new();
    }
    let document = syntax::parse(0, &source.text, &mut Vec::new());
    let classes = document.blocks.iter().filter(|block| block.keyword.text == "class");
    let lines = classes.flat_map(|block| &block.lines).filter(|line| line.key().text == "detect");
    let words = lines.flat_map(|line| line.tokens.iter().skip(1));
    words.filter(|t| t.shape == Shape::Word).map(|t| t.text.to_owned()).collect()
}

impl Reader<'_, '_> {
    /// Whether a place declared here reaches every group surely: there are no required files, or it stands in one.
    pub(crate) fn is_settled(&self, at: &At) -> bool {
        is_required(self.sources, at) || self.sources.iter().all(is_outside)
    }
}

/// Refuses exceptions to required rules, confirmations of required facts, and classes that belong to required ones, where they
/// stand in other files.
pub(crate) fn refuse_changes(model: &Model, sources: &[Source], problems: &mut Vec<Diagnostic>) {
    let rule = |number: usize| model.rules.get(number).map(|rule| &rule.at);
    let exceptions = model.exceptions.iter().map(|e| (&e.at, rule(e.to.index()), "an exception"));
    let confirmations = model.confirmations.iter().map(|confirmation| {
        let of = match confirmation.of {
            Confirmed::Rule(number) => rule(number.index()),
            Confirmed::Member(group, _) => model.groups.get(usize::from(group)).map(|g| &g.at),
        };
        (&confirmation.at, of, "a confirmation")
    });
    let classes = model.classes.iter().map(|class| {
        let above = class.info.kind.and_then(|(_, of)| model.classes.get(of.index()));
        (&class.at, above.map(|above| &above.at), "a class that belongs to it")
    });
    for (at, of, what) in exceptions.chain(confirmations).chain(classes) {
        if let Some(of) = of.filter(|of| is_required(sources, of) && !is_required(sources, at)) {
            problems.push(
                Diagnostic::error("P071", at, "this would change what required files say")
                    .label(format!("{what}, outside the required files"))
                    .help("remove it, or ask whoever signs the required files to put it there")
                    .related(of, "required, as it stands here"),
            );
        }
    }
}

/// Refuses names in required files that other files declare: whoever writes those would say what they mean. Such a name is one that
/// is unknown only where the required files stand alone.
pub(crate) fn refuse_borrowed(
    sources: &[Source],
    catalogue: &Catalogue<'_>,
    problems: &mut Vec<Diagnostic>,
) {
    let others = sources.iter().any(|source| is_outside(source) && !source.text.is_empty());
    if !others || sources.iter().all(is_outside) {
        return;
    }
    // The others stay as empty files, so that a place is the same place.
    let alone = |source: &Source| match is_outside(source) {
        true => Source { text: String::new(), ..source.clone() },
        false => source.clone(),
    };
    let alone: Vec<Source> = sources.iter().map(alone).collect();
    let mut unknown = Vec::new();
    super::resolve(&alone, catalogue, &Trail::default(), &mut unknown);
    let told: Vec<At> = problems.iter().map(Diagnostic::at).collect();
    unknown.retain(|problem| problem.code == "P010" && !told.contains(&problem.at()));
    problems.extend(unknown.iter().map(|problem| {
        Diagnostic::error(
            "P071",
            &problem.at(),
            "required files use a name that they do not declare",
        )
        .label("declared in a file that anybody may change")
        .help("declare it in the required files, or ask whoever signs them to")
    }));
}

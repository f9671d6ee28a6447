//! Required files: what stands beside them cannot change what they say.
//!
//! Other keys signed them than those of the agency. Their blocks cannot be declared twice; the rest is here: nothing outside them
//! excepts, confirms or widens what they declare. Zones and territories of other files reach their groups only perhaps
//! ([`Model::covers`]), which restricts and never permits.

use super::Reader;
use crate::Source;
use crate::diagnostic::{At, Diagnostic};
use crate::model::{Confirmed, Model};

/// The folder of a bundle in which required files stand.
const FOLDER: &str = "required/";

fn is_required(sources: &[Source], at: &At) -> bool {
    sources.get(at.source).is_some_and(|source| source.path.starts_with(FOLDER))
}

impl Reader<'_, '_> {
    /// Whether a place declared here reaches every group surely: there are no required files, or it stands in one.
    pub(crate) fn is_settled(&self, at: &At) -> bool {
        is_required(self.sources, at)
            || !self.sources.iter().any(|source| source.path.starts_with(FOLDER))
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

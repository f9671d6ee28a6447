//! Data that no rule lets through, though somebody seems to have meant it to pass.

use crate::ClassId;
use crate::diagnostic::Diagnostic;
use crate::facts::ClassSet;
use crate::forms::Form;
use crate::model::{Class, Model, Rule};
use crate::resolve::BUILT_IN;

/// Classes with a detector in common of which one is let through and the other never; and rules that ask before what is never sent.
pub(super) fn warn(model: &Model, problems: &mut Vec<Diagnostic>) {
    let licensed = licensed(model);
    shared_detectors(model, licensed, problems);
    idle_questions(model, licensed, problems);
}

/// What some rule may let through.
fn licensed(model: &Model) -> ClassSet {
    let taken_out = model.rules.iter().map(|rule| rule.effects.redacted().minus(model.kept()));
    let allowed = model.rules.iter().filter(|rule| rule.effects.allow).flat_map(Rule::named);
    taken_out.chain(allowed).fold(ClassSet::default(), |all, set| all | set)
}

fn shared_detectors(model: &Model, licensed: ClassSet, problems: &mut Vec<Diagnostic>) {
    let classes = || (0u16..).map(ClassId).zip(&model.classes);
    for (refused, class) in classes().filter(|(number, _)| !licensed.contains(*number)) {
        if BUILT_IN.iter().any(|(name, _)| *name == class.info.name) || is_stopped(model, refused) {
            continue;
        }
        let passes = |(number, _): &(ClassId, &Class)| licensed.contains(*number);
        let found =
            classes().filter(passes).find_map(|(_, other)| Some((other, shared(class, other)?)));
        let Some((other, detector)) = found else { continue };
        let (name, other_name) = (&class.info.name, &other.info.name);
        let message = format!(
            "no rule lets class `{name}` through, but `{other_name}` has the same detector `{detector}`"
        );
        problems.push(
            Diagnostic::warning("P128", &class.at, message)
                .label(format!("what `{detector}` finds is of both classes, and so is always refused"))
                .help(format!("name `{name}` in the rules that let `{other_name}` through, or block it by name"))
                .related(&other.at, "the other class"),
        );
    }
}

/// The first name on a `detect` line of both.
fn shared<'m>(one: &'m Class, other: &Class) -> Option<&'m str> {
    one.info.detect.iter().find(|name| other.info.detect.contains(name)).map(String::as_str)
}

/// Whether a rule blocks a class wherever it is.
fn is_stopped(model: &Model, class: ClassId) -> bool {
    let only = |rule: &Rule| {
        let names = |form: &Form| matches!(form, Form::Data(_, classes) if classes.contains(class));
        rule.conditions.iter().all(|condition| names(&condition.form))
    };
    model.rules.iter().any(|rule| rule.effects.block && !rule.conditions.is_empty() && only(rule))
}

fn idle_questions(model: &Model, licensed: ClassSet, problems: &mut Vec<Diagnostic>) {
    for rule in &model.rules {
        let effects = &rule.effects;
        let asks = effects.justify || !effects.approve.is_empty();
        // What is only possible needs no licence.
        let [possible, likely, confirmed] = rule.named();
        let named = model.widen(likely | confirmed);
        let never = possible.is_empty() && !named.is_empty() && named.minus(licensed) == named;
        if asks && never && !effects.block && effects.reroute.is_none() {
            let message = format!("rule `{}` never asks", rule.info.name);
            problems.push(
                Diagnostic::warning("P129", &rule.at, message)
                    .label("no rule lets the data through that it names, so it is refused before anybody is asked")
                    .help("a rule that asks permits nothing: add one that allows this data, with the same conditions"),
            );
        }
    }
}

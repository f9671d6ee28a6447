//! Situations as `test` blocks, ready to be pasted into a policy.

use crate::facts::ClassSet;
use crate::model::{Expectation, Model, Told};
use crate::people::Listed;
use crate::recorded::{grade_name, level_name};
use crate::{Action, Ask, Candidate, Decision, Direction, Grade, Situation};

/// A `test` block; `expected` are its last lines.
pub(crate) fn block(
    model: &Model,
    name: &str,
    s: &Situation,
    c: &Candidate,
    expected: &str,
) -> String {
    let mut lines = vec![format!("test \"{name}\"")];
    lines.extend(given(model, s, c));
    lines.push(format!("  on     {}", s.day));
    lines.push(format!("  expect {expected}"));
    lines.join("\n")
}

/// A `test` block that expects what is decided.
pub(crate) fn pinned(model: &Model, s: &Situation, c: &Candidate, decision: &Decision) -> String {
    let name = crate::explain::in_words(model, s, c);
    block(model, &name, s, c, &in_words(model, &expectation(decision)))
}

/// What a test can expect of a decision.
pub(crate) fn expectation(decision: &Decision) -> Expectation {
    let methods: Vec<_> = decision.redact.iter().map(|(_, method)| *method).collect();
    let role = decision.asks.iter().find_map(|ask| match ask {
        Ask::Approval(role) => Some(*role),
        Ask::Justification => None,
    });
    let classes = decision.redact.iter().map(|(class, _)| ClassSet::one(*class));
    Expectation {
        action: decision.action,
        any_ask: false,
        redact: classes.fold(ClassSet::default(), |all, one| all | one),
        method: methods.first().copied().filter(|first| methods.iter().all(|m| m == first)),
        pool: decision.reroute,
        role,
        by: None,
        alert: decision.alerts.iter().map(|alert| alert.severity).max().map(Told::Of),
    }
}

/// The lines after `expect`.
fn in_words(model: &Model, expect: &Expectation) -> String {
    let role = expect.role.and_then(|role| model.roles.get(role.index()));
    let pool = expect.pool.and_then(|pool| model.pools.get(pool.index()));
    let mut text = match expect.action {
        Action::Allow => "allow".to_owned(),
        Action::Block => "block".to_owned(),
        Action::AskJustification => "ask justification".to_owned(),
        Action::AskApproval => {
            role.map_or("ask approval".to_owned(), |role| format!("ask approval of {}", role.name))
        }
        Action::Reroute => {
            pool.map_or("reroute".to_owned(), |pool| format!("reroute to {}", pool.info.name))
        }
        Action::Redact => {
            let classes = expect.redact.iter().filter_map(|class| model.classes.get(class.index()));
            let names: Vec<&str> = classes.map(|class| class.info.name.as_str()).collect();
            let method = expect.method.map_or(String::new(), |m| format!(" as {}", m.name()));
            format!("redact {}{method}", names.join(", "))
        }
    };
    if let Some(Told::Of(severity)) = expect.alert {
        text.push_str(&format!("\n  and    alert soc {}", severity.name()));
    }
    text
}

/// The lines that say what is the case, but for the day.
fn given(model: &Model, s: &Situation, c: &Candidate) -> Vec<String> {
    let classes: Vec<String> = s
        .classes
        .iter()
        .filter_map(|(class, level)| Some((level, &model.classes.get(class.index())?.info.name)))
        .map(|(level, class)| format!("{} {class}", level_name(level)))
        .collect();
    let data = if classes.is_empty() { "nothing".to_owned() } else { classes.join(", ") };
    let mut lines = vec![format!("  given  data {data}")];
    if s.direction == Direction::Answer {
        lines.push("  and    it is an answer".to_owned());
    }
    let mut about: Vec<&str> =
        s.subjects.countries.iter().map(|country| country.as_str()).collect();
    about.extend(s.subjects.unknown.then_some("unknown"));
    if !about.is_empty() {
        lines.push(format!("  and    about {}", about.join(", ")));
    }
    if let Some(node) = model.clients.get(s.client.index()).filter(|node| node.depth > 0) {
        let kind =
            ["anonymous", "agency", "department", "application"][usize::from(node.depth.min(3))];
        lines.push(format!("  and    from {kind} {}", node.name));
    }
    let off = model.lists(&s.people, Listed::Off);
    for (word, lists) in [("", model.lists(&s.people, Listed::On)), ("not ", off)] {
        if !lists.is_empty() {
            lines.push(format!("  and    {word}from people {}", lists.join(", ")));
        }
    }
    for (counter, reached) in model.counted_in_words(&s.counted) {
        lines.push(format!("  and    the counter {counter} is {reached}"));
    }
    let [purpose, basis] = model.stated_names(s.stated);
    lines.extend(purpose.map(|purpose| format!("  and    the purpose is {purpose}")));
    lines.extend(basis.map(|basis| format!("  and    the legal basis is {basis}")));
    lines.extend(s.operation.map(|asked| format!("  and    the operation is {}", asked.name())));
    let mut carried: Vec<&str> = s.content.kinds.iter().map(|kind| kind.name()).collect();
    if !carried.is_empty() {
        carried.extend(s.content.unknown.then_some("unknown"));
        lines.push(format!("  and    it carries {}", carried.join(", ")));
    }
    if !s.languages.told.is_empty() {
        let languages = crate::explain::languages(&s.languages);
        lines.push(format!("  and    the language is {languages}"));
    }
    lines.extend(s.volume.map(|bytes| format!("  and    it has {bytes} B")));
    lines.extend(s.minute.map(|at| format!("  and    it is sent at {at}")));
    let to =
        model.destinations.get(c.destination.index()).map_or("?", |known| known.info.name.as_str());
    lines.push(format!("  and    to {to}"));
    if !c.place_known {
        lines.push("  and    place unknown".to_owned());
    }
    if c.grade != Grade::Unprovable {
        lines.push(format!("  and    place {}", grade_name(c.grade)));
    }
    if !c.found.is_empty() {
        let found: Vec<&str> = c.found.iter().map(|country| country.as_str()).collect();
        lines.push(format!("  and    evidence says {}", found.join(", ")));
    }
    lines
}

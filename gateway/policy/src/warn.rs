//! What compiles but is probably not meant; and the one conflict between rules that is an error.

mod licences;

use crate::diagnostic::{At, Diagnostic};
use crate::facts::ClassSet;
use crate::model::{Area, Confirmed, Form, Model, Place, Rule};
use crate::near::nearest;
use crate::place::Grade;
use crate::resolve::BUILT_IN;
use crate::{
    Candidate, ClassId, ClassLevels, Client, Day, DestinationId, DestinationInfo, Direction, Level,
    Reason, RoleId, RuleId, Situation, Subjects, interpreter,
};

/// Adds warnings that need no date.
pub(crate) fn warn(model: &Model, problems: &mut Vec<Diagnostic>) {
    unmentioned_classes(model, problems);
    unused_groups(model, problems);
    unused_counters(model, problems);
    unlicensed_directions(model, problems);
    unknown_attestations(model, problems);
    idle_grades(model, problems);
    unsigned_roles(model, problems);
    licences::warn(model, problems);
    if let Some(observe) = &model.observed_until {
        let (from, until) = (observe.from(), observe.until);
        problems.push(
            Diagnostic::warning(
                "P127",
                &observe.at,
                format!("the whole policy only observes from {from} until {until}"),
            )
            .label("nothing is taken out or stopped on these days, but by an invariant")
            .help("take the line out to enforce the policy"),
        );
    }
    marks(model, problems);
    for exception in &model.exceptions {
        let rule = model.rules.get(exception.to.index());
        if rule.is_some_and(|rule| rule.info.monitor_until.is_some()) {
            let message = format!("exception `{}` suspends a rule in monitor mode", exception.name);
            problems.push(
                Diagnostic::warning("P110", &exception.at, message)
                    .label("until the monitoring ends there is nothing to suspend")
                    .help("add the exception when the rule comes into force"),
            );
        }
    }
}

/// Adds warnings about what has ended or will end within 30 days.
pub(crate) fn warn_dates(model: &Model, today: Day, problems: &mut Vec<Diagnostic>) {
    let mut judge = |what: String, until: Option<Day>, at: &At, expired: &str| {
        let Some(until) = until else { return };
        let left = until.days_since(today);
        if left < 0 {
            problems.push(
                Diagnostic::warning("P103", at, format!("{what} ended on {until}"))
                    .label(format!("{} days ago", -left))
                    .help(expired),
            );
        } else if left <= 30 {
            problems.push(
                Diagnostic::warning("P104", at, format!("{what} ends on {until}"))
                    .label(format!("in {left} days"))
                    .help("decide now whether it is to be renewed"),
            );
        }
    };
    for exception in &model.exceptions {
        let what = format!("exception `{}`", exception.name);
        judge(what, exception.term.until, &exception.at, "remove it; the record keeps its history");
    }
    for rule in &model.rules {
        let what = format!("rule `{}`", rule.info.name);
        judge(what, rule.term.until, &rule.at, "remove it, or give it a new term");
    }
    for confirmation in &model.confirmations {
        let what = format!("confirmation `{}`", confirmation.name);
        judge(
            what,
            confirmation.term.until,
            &confirmation.at,
            "look again and confirm it anew, or remove it",
        );
    }
    for destination in &model.destinations {
        for (name, _, until) in &destination.info.attests {
            let what = format!("attestation `{name}` of `{}`", destination.info.name);
            judge(what, *until, &destination.at, "ask the operator for a new one");
        }
    }
    for rule in &model.rules {
        if rule.info.review.is_some_and(|review| review < today) {
            let message = format!("rule `{}` was to be reviewed", rule.info.name);
            problems.push(
                Diagnostic::warning("P111", &rule.at, message)
                    .label("its review day has passed")
                    .help("review it and set the next day"),
            );
        }
    }
}

/// Roles whose approval is asked for, which have people, and none of them can give it. One without people is not staffed yet.
fn unsigned_roles(model: &Model, problems: &mut Vec<Diagnostic>) {
    for (number, role) in (0u16..).zip(&model.roles) {
        let is_asked =
            model.rules.iter().any(|rule| rule.effects.approve.contains(&RoleId(number)));
        let unsigned = role.people.iter().all(|person| person.key.is_none());
        if is_asked && !role.people.is_empty() && unsigned {
            let message = format!("nobody can approve as `{}`", role.name);
            problems.push(
                Diagnostic::warning("P126", &role.at, message)
                    .label("none of its people has a key")
                    .help("give one with: people NAME key BASE64; `seawall approvals key FILE` makes it"),
            );
        }
    }
}

/// Facts that nobody has confirmed, and confirmations of what bears no mark.
fn marks(model: &Model, problems: &mut Vec<Diagnostic>) {
    let members =
        model.groups.iter().flat_map(|group| group.members.iter().map(move |m| (group, m)));
    let members = members.filter_map(|(group, member)| {
        let mend = format!("of group {} country CC", group.name);
        Some((member.mark.as_ref()?, format!("a member of group `{}`", group.name), mend))
    });
    let rules = model.rules.iter().filter_map(|rule| {
        let name = &rule.info.name;
        Some((rule.mark.as_ref()?, format!("rule `{name}`"), format!("of rule {name}")))
    });
    for (mark, what, mend) in members.chain(rules).filter(|(mark, ..)| mark.confirmed.is_empty()) {
        problems.push(
            Diagnostic::warning(
                "P116",
                &mark.at,
                format!("{what} waits for a confirmation: {}", mark.what),
            )
            .label("until then it restricts and permits nothing")
            .help(format!(
                "when it is so, add: confirmation NAME, with the lines `{mend}` and `by WHO on DAY`"
            )),
        );
    }
    for confirmation in &model.confirmations {
        let marked = match confirmation.of {
            Confirmed::Rule(rule) => {
                model.rules.get(rule.index()).is_some_and(|rule| rule.mark.is_some())
            }
            Confirmed::Member(group, place) => {
                model.groups.get(usize::from(group)).is_some_and(|group| {
                    let meant = group.members.iter().filter(|m| m.area == Area::Place(place));
                    meant.into_iter().any(|member| member.mark.is_some())
                })
            }
        };
        if !marked {
            let message = format!("confirmation `{}` confirms nothing", confirmation.name);
            problems.push(
                Diagnostic::warning("P117", &confirmation.at, message)
                    .label("what it names bears no `verify`")
                    .help("remove it, or name the group and country, or the rule, that bears the mark"),
            );
        }
    }
}

fn unmentioned_classes(model: &Model, problems: &mut Vec<Diagnostic>) {
    let mut mentioned = ClassSet::default();
    for rule in &model.rules {
        mentioned = rule
            .named()
            .into_iter()
            .fold(mentioned | rule.effects.redacted(), |all, set| all | set);
    }
    for (number, class) in (0u16..).zip(&model.classes) {
        let built_in = BUILT_IN.iter().any(|(name, _)| *name == class.info.name);
        if !built_in && !mentioned.contains(ClassId(number)) {
            let message = format!("no rule mentions class `{}`", class.info.name);
            problems.push(
                Diagnostic::warning("P101", &class.at, message)
                    .label("so nothing that holds it is ever let through")
                    .help("add a rule with `data includes …` that says where it may go, or that blocks it by name"),
            );
        }
    }
}

fn unused_groups(model: &Model, problems: &mut Vec<Diagnostic>) {
    let in_conditions = model.conditions().flat_map(|condition| condition.form.areas());
    let in_groups =
        model.groups.iter().flat_map(|group| group.members.iter().map(|member| member.area));
    let in_counters = model.counters.iter().flat_map(|counter| counter.about.iter().copied());
    let used: Vec<Area> = in_conditions.copied().chain(in_groups).chain(in_counters).collect();
    for (number, group) in (0u16..).zip(&model.groups) {
        if !used.contains(&Area::Group(number)) && !model.is_of_pack(&group.at) {
            problems.push(
                Diagnostic::warning(
                    "P106",
                    &group.at,
                    format!("group `{}` is used nowhere", group.name),
                )
                .label("no condition and no other group names it")
                .help("use it or remove it"),
            );
        }
    }
}

fn unused_counters(model: &Model, problems: &mut Vec<Diagnostic>) {
    let asked = model.asked_counters();
    for (number, counter) in (0u16..).zip(&model.counters) {
        if !asked.contains(&number) && !model.is_of_pack(&counter.at) {
            let message = format!("no condition asks for counter `{}`", counter.info.name);
            problems.push(
                Diagnostic::warning("P130", &counter.at, message)
                    .label("it counts, and nothing follows from it")
                    .help(format!(
                        "ask for it: and the counter {} has reached {}",
                        counter.info.name,
                        counter.info.bands.first().copied().unwrap_or(1)
                    )),
            );
        }
    }
}

fn unlicensed_directions(model: &Model, problems: &mut Vec<Diagnostic>) {
    let Some(first) = model.rules.first() else {
        let at = At { source: 0, span: 0..0 };
        let problem =
            Diagnostic::warning("P102", &at, "there is no rule, so everything is blocked");
        problems
            .push(problem.label("in none of the files").help("add a rule that allows something"));
        return;
    };
    for (direction, what, line) in [
        (Direction::Request, "request", "when it is a request"),
        (Direction::Answer, "answer", "when it is an answer"),
    ] {
        let lets = |rule: &Rule| rule.effects.permits() && rule.directions.include(direction);
        if !model.rules.iter().any(lets) {
            problems.push(
                Diagnostic::warning("P102", &first.at, format!("no rule lets any {what} through"))
                    .label(format!("among the rules from here on, none licenses an {what}"))
                    .help(format!(
                        "a rule without a direction is about requests; begin one with: {line}"
                    )),
            );
        }
    }
}

fn unknown_attestations(model: &Model, problems: &mut Vec<Diagnostic>) {
    let attested: Vec<&str> = model
        .destinations
        .iter()
        .flat_map(|destination| destination.info.attests.iter().map(|(name, _, _)| name.as_str()))
        .collect();
    for rule in model.rules.iter().filter(|rule| !model.is_of_pack(&rule.at)) {
        for condition in &rule.conditions {
            let (Form::Lacks(what) | Form::Has(what)) = &condition.form else { continue };
            for name in what.iter().filter(|name| !attested.contains(&name.as_str())) {
                let message = format!("no destination attests `{name}`, so all lack it");
                let problem =
                    Diagnostic::warning("P107", &rule.at, message).label("asked for by this rule");
                let near = nearest(name, attested.iter().copied());
                problems.push(problem.help(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("add `attests {name} until DAY` where it is true"),
                }));
            }
        }
    }
}

/// Rules that wait for a grade which nothing gives: addresses can only refute a claim, agree with it, or say nothing.
fn idle_grades(model: &Model, problems: &mut Vec<Diagnostic>) {
    let any = |has: fn(&DestinationInfo) -> bool| model.destinations.iter().any(|d| has(&d.info));
    let declared = any(|info| info.inventory.is_some());
    let proven = any(DestinationInfo::is_pinned);
    let idle = |grade: &Grade| match grade {
        Grade::Declared => !declared,
        Grade::Proven => !proven,
        _ => false,
    };
    for rule in &model.rules {
        let waits = |form: &Form| matches!(form, Form::Graded(grades) if grades.iter().all(idle));
        if rule.conditions.iter().any(|condition| waits(&condition.form)) {
            let message =
                format!("rule `{}` waits for a grade that no evidence gives yet", rule.info.name);
            problems.push(
                Diagnostic::warning("P114", &rule.at, message)
                    .label("addresses say refuted, unprovable or consistent; no destination has what gives this grade")
                    .help("`pins FIELD to VALUE` gives `proven` and `inventory …` gives `declared`; or name another grade"),
            );
        }
    }
}

/// Two rules that reroute one situation to two pools: an error with a situation that shows it.
pub(crate) fn refuse_reroute_conflicts(model: &Model, problems: &mut Vec<Diagnostic>) {
    let rerouting: Vec<(RuleId, &Rule)> = (0..)
        .map(RuleId)
        .zip(&model.rules)
        .filter(|(_, rule)| rule.effects.reroute.is_some())
        .collect();
    let mut tries = 20_000usize;
    for (at, (first_id, first)) in rerouting.iter().enumerate() {
        for (second_id, second) in rerouting.iter().skip(at + 1) {
            if first.effects.reroute == second.effects.reroute {
                continue;
            }
            let shows = |s: &Situation, c: &Candidate| {
                let both = [(*first_id, *first), (*second_id, *second)];
                both.iter().all(|(id, rule)| interpreter::sides(model, *id, rule, s, c).obliges)
                    && {
                        let decision = interpreter::by_rules(model, s, c);
                        decision.reason == Reason::PoolsDiffer
                            && both.iter().all(|(id, _)| decision.rules.contains(*id))
                    }
            };
            if let Some((s, c)) = witness(model, [first, second], &mut tries, shows) {
                let names = (&first.info.name, &second.info.name);
                let message =
                    format!("rules `{}` and `{}` reroute to different pools", names.0, names.1);
                problems.push(
                    Diagnostic::error("P040", &second.at, message)
                        .label(format!(
                            "both hold, for example, {}",
                            crate::explain::in_words(model, &s, &c)
                        ))
                        .help("make their conditions exclude each other, or name the same pool")
                        .related(&first.at, "the other rule"),
                );
            }
        }
    }
}

/// Looks for a situation, built from what the two rules name, for which `shows` holds.
fn witness(
    model: &Model,
    rules: [&Rule; 2],
    tries: &mut usize,
    shows: impl Fn(&Situation, &Candidate) -> bool,
) -> Option<(Situation, Candidate)> {
    let forms = || {
        rules.into_iter().flat_map(|rule| rule.conditions.iter().map(|condition| &condition.form))
    };
    let found = forms().filter_map(|form| match form {
        Form::Data(_, named) => named.iter().next(),
        _ => None,
    });
    let mut classes = ClassLevels::none();
    found.for_each(|class| classes.set(class, Level::Confirmed));
    let direction = if rules.iter().all(|r| r.directions.request) {
        Direction::Request
    } else {
        Direction::Answer
    };
    let clients: Vec<Client> = forms()
        .filter_map(|form| if let Form::From(nodes) = form { nodes.first().copied() } else { None })
        .chain([Client::ANONYMOUS])
        .collect();
    let grades: Vec<Grade> = forms()
        .filter_map(
            |form| if let Form::Graded(grades) = form { grades.first().copied() } else { None },
        )
        .chain([Grade::Unprovable])
        .collect();
    let (days, subjects) = (model.days(), subjects(model));
    let destinations = (0..model.destinations.len()).map(|number| DestinationId(number as u16));
    for (day, destination) in days.iter().flat_map(|day| destinations.clone().map(|d| (*day, d))) {
        for subjects in &subjects {
            for (client, grade) in clients.iter().flat_map(|c| grades.iter().map(move |g| (*c, *g)))
            {
                *tries = tries.checked_sub(1)?;
                let subjects = subjects.clone();
                let situation =
                    Situation { direction, classes, subjects, client, ..Situation::on(day) };
                let candidate = Candidate { grade, ..Candidate::to(destination) };
                if shows(&situation, &candidate) {
                    return Some((situation, candidate));
                }
            }
        }
    }
    None
}

/// Nobody, somebody unknown, and somebody of each country that the policy mentions.
fn subjects(model: &Model) -> Vec<Subjects> {
    let countries = model.mentioned().into_iter().filter_map(|place| match place {
        Place::Country(country) => Some(Subjects { countries: vec![country], unknown: false }),
        Place::Zone(_) => None,
    });
    [Subjects::default(), Subjects::unknown()].into_iter().chain(countries).collect()
}

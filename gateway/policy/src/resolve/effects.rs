//! What a rule does.

use super::Reader;
use crate::diagnostic::{At, Diagnostic};
use crate::model::Effects;
use crate::near::nearest;
use crate::syntax::Cursor;
use crate::{ClassId, Method, PoolId, RoleId, Severity};

/// Every action, in the notation of [`crate::grammar`].
pub(crate) const ACTIONS: [&str; 7] = [
    "allow",
    "redact CLASS, … as token|mask|remove",
    "reroute to (pool) POOL",
    "ask justification",
    "ask approval of ROLE, …",
    "block",
    "alert soc [low|high|critical]",
];

/// How actions begin.
const KNOWN: [&str; 6] = ["allow", "block", "redact", "reroute", "ask", "alert"];

impl Reader<'_, '_> {
    /// Reads one action and adds it to what the rule does already.
    pub(crate) fn effect(&mut self, cursor: &mut Cursor<'_, '_>, effects: &mut Effects) {
        let start = cursor.clone();
        let word = cursor.word_ahead();
        self.names.trail.expect_words(word, &KNOWN);
        cursor.eat(word);
        match word {
            "allow" => effects.allow = true,
            "block" => effects.block = true,
            "redact" => self.redact(cursor, effects),
            "reroute" => {
                if cursor.demand(&["to"], self.problems).is_none() {
                    return;
                }
                cursor.eat("pool");
                let Some(token) = cursor.name("a pool", self.problems) else { return };
                let pool = self.names.need("pool", token, &cursor.at(token), self.problems);
                effects.reroute = pool.map(PoolId).or(effects.reroute);
            }
            "ask" => match cursor.demand(&["justification", "approval"], self.problems) {
                Some("justification") => effects.justify = true,
                Some(_) if cursor.is_done() => self.nobody_approves(cursor),
                Some(_) => {
                    if cursor.demand(&["of"], self.problems).is_none() {
                        return;
                    }
                    let roles = self.numbers("role", cursor, &[]);
                    effects.approve.extend(roles.into_iter().map(RoleId));
                }
                None => {}
            },
            "alert" => effects.alert = effects.alert.max(self.alert(cursor)),
            _ => self.no_action(&start),
        }
    }

    fn nobody_approves(&mut self, cursor: &Cursor<'_, '_>) {
        self.problems.push(
            Diagnostic::error("P008", &cursor.here(), "this does not say who is to approve")
                .label("the line ends here")
                .help("name a role: ask approval of ROLE; roles are declared with `role`"),
        );
    }

    /// `soc [low|high|critical]`; without a word the alert is high.
    pub(crate) fn alert(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<Severity> {
        cursor.demand(&["soc"], self.problems)?;
        if cursor.is_done() {
            return Some(Severity::High);
        }
        Some(match cursor.demand(&["low", "high", "critical"], self.problems)? {
            "low" => Severity::Low,
            "high" => Severity::High,
            _ => Severity::Critical,
        })
    }

    fn redact(&mut self, cursor: &mut Cursor<'_, '_>, effects: &mut Effects) {
        let tokens = cursor.list("a class", &["as"], self.problems);
        let mut classes = Vec::new();
        for token in tokens {
            let at = cursor.at(token);
            let Some(class) = self.names.need("class", token, &at, self.problems) else { continue };
            if ["opaque", "unread"].contains(&token.text) {
                self.problems.push(
                    Diagnostic::error(
                        "P023",
                        &at,
                        format!("`{}` content cannot be redacted", token.text),
                    )
                    .label("what cannot be read cannot be taken out in part")
                    .help("allow it by name where it may go, or leave it blocked"),
                );
                continue;
            }
            classes.push(ClassId(class));
        }
        if cursor.demand(&["as"], self.problems).is_none() {
            return;
        }
        let Some(method) = self.method(cursor) else { return };
        for class in classes {
            match effects.redact.iter_mut().find(|(known, _)| *known == class) {
                Some(known) => known.1 = known.1.max(method),
                None => effects.redact.push((class, method)),
            }
        }
    }

    /// `token`, `mask` or `remove`.
    pub(crate) fn method(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<Method> {
        Some(match cursor.demand(&["token", "mask", "remove"], self.problems)? {
            "token" => Method::Token,
            "mask" => Method::Mask,
            _ => Method::Remove,
        })
    }

    fn no_action(&mut self, cursor: &Cursor<'_, '_>) {
        let word = cursor.word_ahead();
        let problem = Diagnostic::error(
            "P021",
            &cursor.here(),
            format!("`{word}` is not something a rule can do"),
        )
        .label("unknown action");
        self.problems.push(match nearest(word, KNOWN.into_iter()).filter(|_| !word.is_empty()) {
            Some(near) => {
                problem.help(format!("did you mean `{near}`?")).patch(cursor.here().span, near)
            }
            None => problem.help(format!("a rule can: {}", ACTIONS.join(" · "))),
        });
    }

    /// Refuses a rule that says two things at once.
    pub(crate) fn agree(&mut self, effects: &Effects, at: &At) {
        let others = effects.permits()
            || effects.reroute.is_some()
            || effects.justify
            || !effects.approve.is_empty();
        let clash = if effects.block && others {
            "blocks and lets through"
        } else if effects.reroute.is_some() && effects.allow {
            "sends it here and elsewhere"
        } else {
            return;
        };
        self.problems.push(
            Diagnostic::error("P022", at, format!("this rule {clash} at once"))
                .label("its actions contradict each other")
                .help("keep one of them, or write two rules with different conditions"),
        );
    }
}

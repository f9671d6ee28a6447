//! Keeping a record below its bound: what goes first, and what is told of it.
//!
//! A record that fits is written as it is. One that does not is shortened step by step: findings are counted instead of
//! listed, long lists and texts are cut, and at last the values that the policy gave are replaced by their size. Each step
//! is named in `shortened`. The last step leaves a record whose size is bounded by arithmetic, whatever was put in.

use serde_json::json;

use crate::record::{
    Allowed, Body, Decision, Findings, Found, FoundGroup, Lifecycle, Outcome, Record,
};
use crate::verbatim::Verbatim;

/// The largest record in bytes: 60 KiB. An entry of the journal is at most 65,535 bytes.
pub const MAX_BYTES: usize = 60 * 1024;

/// What most records need, so that writing one seldom grows its buffer.
const USUAL_BYTES: usize = 2048;

/// How far to go: findings listed, list items kept, bytes of text kept (as JSON), bytes of a policy value kept.
struct Step {
    findings: usize,
    items: usize,
    text: usize,
    value: usize,
}

const STEPS: [Step; 4] = [
    Step { findings: 256, items: 256, text: 2048, value: 32 * 1024 },
    Step { findings: 64, items: 64, text: 512, value: 16 * 1024 },
    Step { findings: 16, items: 16, text: 256, value: 8 * 1024 },
    // 12 lists of at most 4 items, under 12 texts each, and some 50 texts beside: below 60 KiB with room.
    Step { findings: 4, items: 4, text: 64, value: 512 },
];

impl Record {
    /// The record as one line of JSON without the line feed, at most [`MAX_BYTES`] long.
    pub fn to_line(&self) -> Vec<u8> {
        let mut line = self.to_json();
        for step in &STEPS {
            if line.len() <= MAX_BYTES {
                break;
            }
            let mut shorter = self.clone();
            shorter.shorten(step);
            line = shorter.to_json();
        }
        line
    }

    fn to_json(&self) -> Vec<u8> {
        let mut line = Vec::with_capacity(USUAL_BYTES);
        // Strings, numbers and JSON texts only, into memory: this serialisation has no way to fail.
        let _ = serde_json::to_writer(&mut line, self);
        line
    }

    fn shorten(&mut self, step: &Step) {
        let mut cut = Cut { step, shortened: Vec::new() };
        cut.text("id", &mut self.id);
        cut.text("node", &mut self.node);
        cut.text("boot", &mut self.boot);
        match &mut self.body {
            Body::Decision(decision) => cut.decision(decision),
            Body::Outcome(outcome) => cut.outcome(outcome),
            Body::Lifecycle(event) => cut.lifecycle(event),
        }
        cut.shortened.sort_unstable();
        cut.shortened.dedup();
        self.shortened = cut.shortened.into_iter().map(str::to_owned).collect();
    }
}

struct Cut<'s> {
    step: &'s Step,
    shortened: Vec<&'static str>,
}

impl Cut<'_> {
    fn text(&mut self, name: &'static str, text: &mut String) {
        if let Some(end) = longer_than(text, self.step.text) {
            text.truncate(end);
            text.push('…');
            self.shortened.push(name);
        }
    }

    fn texts<'t>(&mut self, name: &'static str, texts: impl IntoIterator<Item = &'t mut String>) {
        texts.into_iter().for_each(|text| self.text(name, text));
    }

    fn list<T>(&mut self, name: &'static str, list: &mut Vec<T>) {
        if list.len() > self.step.items {
            list.truncate(self.step.items);
            self.shortened.push(name);
        }
    }

    fn value(&mut self, name: &'static str, value: &mut Verbatim) {
        let bytes = value.text().len();
        if bytes > self.step.value {
            *value = Verbatim::of(&json!({ "left_out_bytes": bytes }));
            self.shortened.push(name);
        }
    }

    fn decision(&mut self, d: &mut Decision) {
        self.findings(&mut d.findings);
        self.allowed(&mut d.allowed);
        self.list("unread", &mut d.unread);
        self.texts("unread", d.unread.iter_mut().flat_map(|u| [&mut u.kind, &mut u.why]));
        self.value("situation", &mut d.situation);
        self.value("decision", &mut d.decision);
        self.value("candidate.facts", &mut d.candidate.facts);
        if let Some(asked) = &mut d.asked {
            self.list("asked", &mut asked.asks);
            self.list("asked", &mut asked.verdicts);
            self.texts("asked", &mut asked.asks);
            self.texts(
                "asked",
                [&mut asked.state, &mut asked.id, &mut asked.matter, &mut asked.findings],
            );
            self.texts(
                "asked",
                [&mut asked.actor, &mut asked.why, &mut asked.justification].into_iter().flatten(),
            );
            let verdicts = asked.verdicts.iter_mut();
            self.texts(
                "asked",
                verdicts.flat_map(|v| [&mut v.verdict, &mut v.by, &mut v.role, &mut v.signature]),
            );
        }
        self.list("rules", &mut d.rules);
        self.list("explained", &mut d.explained);
        self.texts("explained", &mut d.explained);
        self.list("lost", &mut d.lost);
        self.list("candidate.addresses", &mut d.candidate.addresses);
        for rule in &mut d.rules {
            self.texts("rules", [&mut rule.id, &mut rule.law]);
        }
        for address in &mut d.candidate.addresses {
            self.list("candidate.addresses", &mut address.evidence);
            self.text("candidate.addresses", &mut address.address);
            self.texts("candidate.addresses", &mut address.country);
            self.texts("candidate.addresses", &mut address.evidence);
        }
        self.texts("candidate", [&mut d.candidate.destination, &mut d.candidate.grade]);
        self.texts("candidate", &mut d.candidate.unresolved);
        self.texts("candidate", &mut d.candidate.contradicted);
        let client = &mut d.client;
        let names = [&mut client.agency, &mut client.department, &mut client.application];
        self.texts("client", names.into_iter().flatten());
        for pseudonym in [&mut client.identity, &mut client.source].into_iter().flatten() {
            self.texts("client", [&mut pseudonym.key, &mut pseudonym.period, &mut pseudonym.mac]);
        }
        for body in [&mut d.received, &mut d.sent].into_iter().flatten() {
            self.text("body", &mut body.mac);
        }
        if let Some(keyed) = &mut d.keyed {
            self.texts("keyed", [&mut keyed.key, &mut keyed.period]);
        }
        self.trace(d.trace.as_mut());
        self.texts("model", &mut d.model);
        self.texts("refusal", &mut d.refusal);
        self.texts(
            "exchange",
            [&mut d.exchange, &mut d.listener, &mut d.dialect, &mut d.operation],
        );
        self.texts("policy", [&mut d.requested, &mut d.action, &mut d.policy, &mut d.detectors]);
    }

    fn outcome(&mut self, o: &mut Outcome) {
        self.findings(&mut o.findings);
        self.allowed(&mut o.allowed);
        self.value("decision", &mut o.decision);
        self.list("explained", &mut o.explained);
        self.texts("explained", &mut o.explained);
        self.texts("reason", &mut o.reason);
        self.texts("upstream", &mut o.upstream);
        self.texts("contradicted", &mut o.contradicted);
        self.texts("exchange", [&mut o.exchange, &mut o.action]);
        self.trace(o.trace.as_mut());
    }

    fn allowed(&mut self, allowed: &mut Vec<Allowed>) {
        self.list("allowed", allowed);
        self.texts("allowed", allowed.iter_mut().flat_map(|a| [&mut a.entry, &mut a.until]));
    }

    fn lifecycle(&mut self, event: &mut Lifecycle) {
        match event {
            Lifecycle::Start { version, policy, detectors } => {
                self.texts("event", [version, policy, detectors]);
            }
            Lifecycle::Stop { reason } => self.text("event", reason),
            Lifecycle::PolicyReloaded { previous, policy, detectors } => {
                self.texts("event", [previous, policy, detectors]);
            }
            Lifecycle::PolicyReloadFailed { policy, first, .. }
            | Lifecycle::ReloadFailed { policy, first, .. } => {
                self.texts("event", [policy, first]);
            }
            Lifecycle::BundleInstalled { digest, signers, .. } => {
                self.text("event", digest);
                signers.iter_mut().for_each(|signer| self.text("event", signer));
            }
            Lifecycle::BundleRefused { code, first, .. } => self.texts("event", [code, first]),
            Lifecycle::CountingFailed { why } => self.text("event", why),
            Lifecycle::TornTailRepaired { .. }
            | Lifecycle::PolicyExpires { .. }
            | Lifecycle::PolicyExpired { .. } => {}
        }
    }

    fn trace(&mut self, trace: Option<&mut crate::record::Trace>) {
        if let Some(trace) = trace {
            self.texts("trace", [&mut trace.trace, &mut trace.span]);
        }
    }

    /// Lists the first findings and counts the others by class; classes beyond the bound are counted together.
    fn findings(&mut self, findings: &mut Findings) {
        let before = findings.listed.len() + findings.counted.len();
        let keep = self.step.findings.min(findings.listed.len());
        let rest = findings.listed.split_off(keep);
        rest.iter().for_each(|found| count(&mut findings.counted, group_of(found)));
        if findings.counted.len() > self.step.items {
            let others = findings.counted.split_off(self.step.items);
            for mut group in others {
                "*".clone_into(&mut group.class);
                group.detector.clear();
                count(&mut findings.counted, group);
            }
        }
        for found in &mut findings.listed {
            if found.lengths.len() > 16 {
                found.lengths.truncate(16);
                self.shortened.push("findings.lengths");
            }
            let texts = [&mut found.detector, &mut found.class, &mut found.level, &mut found.role];
            self.texts("findings", texts);
            self.texts("findings", &mut found.value);
        }
        for group in &mut findings.counted {
            self.texts("findings", [&mut group.class, &mut group.detector, &mut group.level]);
        }
        if findings.listed.len() + findings.counted.len() < before {
            self.shortened.push("findings");
        }
    }
}

fn group_of(found: &Found) -> FoundGroup {
    let (class, level) = (found.class.clone(), found.level.clone());
    FoundGroup { class, detector: String::new(), level, count: found.count }
}

fn count(groups: &mut Vec<FoundGroup>, new: FoundGroup) {
    let alike =
        |group: &&mut FoundGroup| group.class == new.class && group.detector == new.detector;
    match groups.iter_mut().find(alike) {
        Some(group) => {
            group.count = group.count.saturating_add(new.count);
            if rank(&new.level) > rank(&group.level) {
                group.level = new.level;
            }
        }
        None => groups.push(new),
    }
}

fn rank(level: &str) -> u8 {
    match level {
        "confirmed" => 3,
        "likely" => 2,
        "possible" => 1,
        _ => 0,
    }
}

/// Where to cut a text whose JSON form is longer than a bound; `None` if it is not.
fn longer_than(text: &str, bound: usize) -> Option<usize> {
    let mut size = 0;
    for (at, c) in text.char_indices() {
        size += match c {
            '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
            c if c < ' ' => 6,
            c => c.len_utf8(),
        };
        if size > bound {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests;

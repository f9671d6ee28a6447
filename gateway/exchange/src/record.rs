//! Records of an exchange, built from its stages.

use std::collections::BTreeMap;

use incident::{
    Address, Asked, Body, BodyDigest, Decision as DecisionRecord, Domain, Findings, Found, Keyed,
    PartPath, Record, Rule, Unread, Verbatim, body_hash, keyed_hash,
};
use policy::{ClassLevels, Decision};

use crate::candidate::Candidate;
use crate::parsed::{Located as FoundIn, Spot, Unlooked};
use crate::{Case, Draft, Grant, Inspected, Located, Refusal, told};

/// The record of a decision that sends a draft.
pub(crate) fn sending(draft: &Draft, located: &Located) -> Vec<u8> {
    let mut record = located.describe(draft.attempt, &draft.candidate, &draft.decision);
    let received = located.inspected.request.body();
    // What goes as it came has one digest, which is not made twice.
    let unchanged = draft.body == *received;
    record.received =
        Some(if unchanged { draft.sent.clone() } else { draft.case.digest(received) });
    record.sent = Some(draft.sent.clone());
    record.asked = draft.granted.as_ref().map(Grant::told);
    record.lost = draft.lost.iter().map(|field| PartPath::new(field)).collect();
    draft.case.line(Body::Decision(Box::new(record)), draft.attempt, draft.case.arrived)
}

impl Case {
    /// The record of a request that was refused without a decision of the policy; `attempt` is 0 before the first.
    #[must_use]
    pub fn refused(&self, attempt: u32, refusal: &Refusal) -> Vec<u8> {
        let mut record = DecisionRecord { attempt, ..self.describe() };
        refuse(&mut record, refusal);
        self.line(Body::Decision(Box::new(record)), attempt, self.arrived)
    }

    /// What every decision record of this exchange says.
    fn describe(&self) -> DecisionRecord {
        let client = self.book.rulebook.client_info(self.client);
        DecisionRecord {
            exchange: self.id.clone(),
            client: incident::Client {
                agency: client.agency,
                department: client.department,
                application: client.application,
                identity: self.caller_pseudonym.clone(),
                source: Some(self.address_pseudonym.clone()),
            },
            listener: self.listener.clone(),
            requested: self
                .requested
                .map(|requested| self.book.destination(requested).name.clone())
                .unwrap_or_default(),
            policy: self.book.digests.policy.clone(),
            detectors: self.book.digests.detectors.clone(),
            keyed: Some(Keyed {
                key: self.book.keys.pseudonyms.id().to_owned(),
                period: self.period.clone(),
            }),
            trace: Some(self.trace()),
            ..DecisionRecord::default()
        }
    }

    pub(crate) fn trace(&self) -> incident::Trace {
        incident::Trace { trace: self.trace.trace_id.clone(), span: self.trace.span_id.clone() }
    }

    pub(crate) fn digest(&self, body: &[u8]) -> BodyDigest {
        BodyDigest {
            bytes: body.len() as u64,
            mac: body_hash(&self.book.keys.pseudonyms, &self.period, body),
        }
    }

    /// One line of the journal. Its id is the exchange's with the attempt and the kind, so a repeated record is known again.
    pub(crate) fn line(&self, body: Body, attempt: u32, time: u64) -> Vec<u8> {
        let kind = match body {
            Body::Outcome(_) => 'o',
            _ => 'd',
        };
        let id = format!("{}-{attempt}{kind}", self.id);
        let record = Record::new(id, time, self.node.as_str(), self.boot.as_str(), body);
        record.after(self.latest_reading).to_line()
    }
}

impl Located {
    /// The record of a decision by which nothing is sent to this candidate.
    #[must_use]
    pub fn unsent(
        &self,
        attempt: u32,
        candidate: &Candidate,
        decision: &Decision,
        refusal: Option<&Refusal>,
        asked: Option<Asked>,
    ) -> Vec<u8> {
        let mut record = self.describe(attempt, candidate, decision);
        record.asked = asked;
        record.received = Some(self.inspected.case.digest(self.inspected.request.body()));
        if let Some(refusal) = refusal {
            refuse(&mut record, refusal);
        }
        self.inspected.case.line(
            Body::Decision(Box::new(record)),
            attempt,
            self.inspected.case.arrived,
        )
    }

    fn describe(&self, attempt: u32, candidate: &Candidate, decision: &Decision) -> DecisionRecord {
        let inspected = &self.inspected;
        let rulebook = &inspected.case.book.rulebook;
        let (situation, _) = self.situation_for(candidate);
        DecisionRecord {
            attempt,
            dialect: inspected.dialect.name().to_owned(),
            operation: inspected.operation.name().to_owned(),
            model: inspected.model_for_the_record(),
            candidate: describe_candidate(inspected, candidate),
            findings: inspected.findings_for_the_record(),
            allowed: inspected.allowed.told(inspected.case.book.search.allowed()),
            unread: inspected.unread_for_the_record(),
            situation: Verbatim::of(&rulebook.record_situation(&situation)),
            action: decision.action.name().to_owned(),
            decision: Verbatim::of(&rulebook.record_decision(decision)),
            rules: decision.rules.iter().filter_map(|id| rulebook.rule(id)).map(cite).collect(),
            explained: told::explained(rulebook, decision, &situation, &candidate.facts),
            ..inspected.case.describe()
        }
    }
}

fn describe_candidate(inspected: &Inspected, candidate: &Candidate) -> incident::Candidate {
    let book = &inspected.case.book;
    let recorded = book.rulebook.record_candidate(&candidate.facts);
    incident::Candidate {
        destination: recorded.destination.clone(),
        grade: recorded.grade.clone(),
        addresses: candidate
            .sites
            .iter()
            .map(|site| Address {
                address: site.address.to_string(),
                country: site.country.map(|country| country.as_str().to_owned()),
                evidence: site
                    .evidence
                    .iter()
                    .map(|e| format!("{:?}: {}", e.source, e.says.as_deref().unwrap_or("nothing")))
                    .collect(),
            })
            .collect(),
        unresolved: candidate.unresolved.map(str::to_owned),
        contradicted: candidate.contradicted.clone(),
        database: book.atlas.build(),
        facts: Verbatim::of(&recorded),
    }
}

impl Inspected {
    /// The model's name if the policy knows it, else a keyed hash: a client could write anything there.
    fn model_for_the_record(&self) -> Option<String> {
        let model = self.request.model()?;
        let book = &self.case.book;
        let named = |info: &policy::DestinationInfo| info.model.as_deref() == Some(model);
        if book.rulebook.destinations().iter().any(named) {
            return Some(model.to_owned());
        }
        let period = &self.case.period;
        let hash = keyed_hash(&book.keys.pseudonyms, Domain::Model, period, model.as_bytes());
        Some(format!("keyed:{hash}"))
    }

    fn findings_for_the_record(&self) -> Findings {
        let mut paths = self.request.paths();
        let standing = self.standing();
        let told = self
            .findings
            .iter()
            .filter(|found| !found.finding.gave_way() || self.adds_to(&standing, found));
        let listed = told.map(|found| self.describe_finding(found, &mut paths));
        Findings { listed: listed.collect(), counted: Vec::new() }
    }

    /// The classes of what stands, with their levels.
    fn standing(&self) -> ClassLevels {
        let mut classes = ClassLevels::none();
        for found in self.findings.iter().filter(|found| !found.finding.gave_way()) {
            for class in self.case.book.rulebook.class_of(found.finding.detector().0) {
                classes.set(*class, found.finding.level());
            }
        }
        classes
    }

    /// Whether what gave way says a class that nothing that stands says as surely: it is why that class was judged.
    fn adds_to(&self, standing: &ClassLevels, found: &FoundIn) -> bool {
        let classes = self.case.book.rulebook.class_of(found.finding.detector().0);
        classes.iter().any(|class| standing.get(*class) < Some(found.finding.level()))
    }

    fn unread_for_the_record(&self) -> Vec<Unread> {
        let mut paths = self.request.paths();
        let mut told: BTreeMap<Unlooked, u64> = BTreeMap::new();
        for unlooked in &self.unlooked {
            *told.entry(*unlooked).or_default() += 1;
        }
        let told = told.into_iter().map(|(Unlooked { part, kind, why }, count)| {
            let part = part.and_then(|part| self.request.parts().get(part));
            let path = PartPath::new(&part.map(|part| paths.of(part)).unwrap_or_default());
            Unread { path, kind: kind.to_owned(), why: why.to_owned(), count }
        });
        told.collect()
    }

    fn describe_finding(&self, found: &FoundIn, paths: &mut dialect::Paths<'_>) -> Found {
        let book = &self.case.book;
        let known = book.search.known(found.finding.detector());
        let class = book.class_name(found.finding.detector());
        let value: String = found.pieces.iter().filter_map(|spot| self.text_at(spot)).collect();
        let first = found.pieces.first().and_then(|spot| self.request.parts().get(spot.part));
        Found {
            detector: known.id.to_owned(),
            class: class.to_owned(),
            level: found.finding.level().name().to_owned(),
            path: PartPath::new(&first.map(|part| paths.of(part)).unwrap_or_default()),
            role: first.map_or("", |part| part.role.name()).to_owned(),
            count: 1,
            value: Some(keyed_hash(
                &book.keys.pseudonyms,
                Domain::Value(class),
                &self.case.period,
                value.as_bytes(),
            )),
            lengths: found.pieces.iter().map(|spot| spot.span.len() as u64).collect(),
            gave_way: found.finding.gave_way(),
        }
    }

    pub(crate) fn text_at(&self, spot: &Spot) -> Option<&str> {
        let text = match spot.file {
            Some((file, text)) => &self.files.get(file)?.document.texts.get(text)?.text,
            None => self.request.text(self.request.parts().get(spot.part)?),
        };
        text.get(spot.span.start..spot.span.end)
    }
}

fn cite(rule: &policy::RuleInfo) -> Rule {
    Rule { id: rule.name.clone(), law: rule.law.clone().unwrap_or_default() }
}

fn refuse(record: &mut DecisionRecord, refusal: &Refusal) {
    if record.action.is_empty() {
        "refuse".clone_into(&mut record.action);
    }
    record.refusal = Some(refusal.code.name().to_owned());
}

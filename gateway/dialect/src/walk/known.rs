//! Reading along the rules of the table, and falling back where the body is not what a rule expects.

use super::free::Manner;
use super::{Around, Value, Walk, Walked};
use crate::json::{Kind, Node};
use crate::part::{Modality, Part, Place, Role};
use crate::table::{Flag, Rule, Side, Treatment, Who};
use crate::unreadable::Code;

/// Longest number, in bytes, of a known numeric field of a request that is structure: below a date of birth or any identifier
/// written with separators, above every sensible sampling parameter.
const PLAIN_NUMBER: usize = 7;

impl Walk<'_> {
    /// A value of the body and all within it.
    pub(super) fn known(&mut self, index: u32, rule: u32, around: Around) -> Walked {
        let (Some(node), Some(rule)) = (self.node(index), self.table.rule(rule)) else {
            return Ok(());
        };
        match (node.kind, rule.items) {
            (Kind::Object, _) if rule.has_members() => self.known_object(index, rule, around),
            (Kind::Array, Some(items)) => {
                let around = Around { fallback: fallback_of(rule, around), ..around };
                let mut at = index + 1;
                while at < node.next {
                    self.known(at, items, around)?;
                    at = self.node(at).map_or(u32::MAX, |item| item.next);
                }
                Ok(())
            }
            _ => {
                if node.kind == Kind::Array && self.block_words(rule).is_some() {
                    self.not_understood(index, around)?;
                }
                self.leaf(index, rule.treatment, around)
            }
        }
    }

    fn known_object(&mut self, object: u32, rule: &'static Rule, around: Around) -> Walked {
        let around = Around { fallback: fallback_of(rule, around), ..around };
        self.unknown_block(object, rule, around)?;
        let mut inside =
            Around { says: self.says(object, rule), outer_says: around.says, ..around };
        if rule.member("role").is_some() {
            inside.speaker = self.speaker(object).unwrap_or(around.speaker);
        }
        let end = self.node(object).map_or(0, |node| node.next);
        let mut at = object + 1;
        while at < end {
            let Some(name) = self.node(at) else { break };
            inside.label = self.decoded(0, at, name)?;
            match rule.member(self.document.str_at(inside.label)) {
                Some(member) => self.known(at + 1, member, inside)?,
                None => self.unnamed(at, rule, around.label, inside)?,
            }
            at = self.node(at + 1).map_or(u32::MAX, |value| value.next);
        }
        Ok(())
    }

    /// A member that no rule names: refused if it could be taken for one that a rule does name.
    fn unnamed(&mut self, at: u32, rule: &Rule, outer: Place, inside: Around) -> Walked {
        let label = inside.label;
        if rule.is_lookalike(self.document.str_at(label)) {
            let expected = "no other name that could be taken for this one";
            return Err(self.refuse(0, at, Code::TwoReadings, expected));
        }
        if self.is_other_case(rule, label) {
            let expected = "the name in the case that its dialect has";
            return Err(self.refuse(0, at, Code::TwoReadings, expected));
        }
        let role = inside.role(inside.fallback);
        let name = Value { layer: 0, index: at, role, label: outer };
        self.push(Part::text(role, name.origin(), label, outer))?;
        self.note_carried(name, label)?;
        self.free(Value { index: at + 1, label, ..name }, Manner::Free)
    }

    /// Whether a name of a request is one that the rule names, but for its case.
    fn is_other_case(&self, rule: &Rule, name: Place) -> bool {
        self.side == Side::Request && rule.has_other_case(self.document.str_at(name))
    }

    /// A value that no rule goes further into: what its treatment makes of it.
    fn leaf(&mut self, index: u32, treatment: Option<Treatment>, around: Around) -> Walked {
        use Treatment as T;
        let Some(node) = self.node(index) else { return Ok(()) };
        let value = |role| Value { layer: 0, index, role, label: around.label };
        let setting = value(Role::Setting);
        match (treatment, node.kind) {
            (Some(T::Refused), _) => {
                let expected = "nothing here: a provider might take it for `model`";
                Err(self.refuse(0, index, Code::TwoReadings, expected))
            }
            (Some(T::Model), _) => self.model(setting, node),
            (Some(T::Flag(flag)), _) => self.flag(index, node, flag),
            (_, Kind::Literal) => Ok(()),
            (Some(T::Text { who, flows }), Kind::String) => {
                self.text(value(around.role(who)), flows)
            }
            (Some(T::Sealed), Kind::String) => self.sealed(setting),
            (Some(T::Json(role)), Kind::String) => self.json_text(value(role)),
            (Some(T::Words(words) | T::Block(words)), Kind::String)
                if words.contains(&&*self.plain_text(node)) =>
            {
                Ok(())
            }
            (Some(T::Words(_) | T::Block(_) | T::Number), Kind::String) => {
                self.text(setting, false)
            }
            (Some(T::Number), Kind::Number) if self.is_plain_number(node) => Ok(()),
            (Some(T::Schema), _) => self.free(value(Role::Definition), Manner::Schema),
            (Some(T::Meter), _) => self.free(setting, Manner::Meter),
            (Some(T::Payload(modality)), Kind::String) => {
                self.payload(value(around.speaker), modality)
            }
            (Some(T::Source), Kind::String) => self.source(value(around.speaker), around),
            (Some(T::Locator(modality)), Kind::String) => {
                self.locator(value(around.speaker), modality, around)
            }
            (Some(T::Reference(modality)), Kind::String) => {
                self.opaque(setting, modality)?;
                self.plain(setting, false)
            }
            (Some(T::Attached(modality)), _) => {
                self.attached(value(around.role(around.fallback)), modality)
            }
            (Some(T::Bytes), Kind::Array) => self.opaque(value(around.speaker), Modality::Opaque),
            (treatment, _) => self.unexpected(index, node, treatment, around),
        }
    }

    /// A value that is not of the kind that its treatment is for, or that has none.
    fn unexpected(
        &mut self,
        index: u32,
        node: Node,
        treatment: Option<Treatment>,
        around: Around,
    ) -> Walked {
        let value = |role| Value { layer: 0, index, role, label: around.label };
        if let Some(modality) = treatment.and_then(|it| modality_in_place(it, node)) {
            self.opaque(value(around.speaker), modality)?;
        } else if matches!(treatment, Some(Treatment::Text { flows: true, .. }))
            && node.kind == Kind::Object
        {
            self.not_understood(index, around)?;
        }
        let who = treatment.and_then(who_of).unwrap_or(around.fallback);
        self.free(value(around.role(who)), Manner::Free)
    }

    /// A number of a field known to be one: what a sampling parameter needs, and too short to be anything else.
    fn is_plain_number(&self, node: Node) -> bool {
        self.side == Side::Answer || node.range().len() <= PLAIN_NUMBER
    }

    fn model(&mut self, value: Value, node: Node) -> Walked {
        if node.kind != Kind::String {
            return Err(self.refuse(0, value.index, Code::TwoReadings, "`model` as a string"));
        }
        let at = self.decoded(0, value.index, node)?;
        self.found.model = Some(at);
        self.found.model_part = Some(self.document.parts.len() as u32);
        self.push(Part::text(value.role, value.origin(), at, value.label))?;
        self.note_carried(value, at)
    }

    fn flag(&mut self, index: u32, node: Node, flag: Flag) -> Walked {
        let value = match (node.kind, self.raw_text(0, node)) {
            (Kind::Literal, "true") => true,
            (Kind::Literal, _) => false,
            _ => return Err(self.refuse(0, index, Code::TwoReadings, "true or false")),
        };
        match flag {
            Flag::Stream => self.found.stream = value,
            Flag::Store => self.found.store = value,
        }
        Ok(())
    }

    /// Who speaks, by the member `role` of a message.
    fn speaker(&self, object: u32) -> Option<Role> {
        let role = self.node(self.document.member(object, "role")?)?;
        Some(match &*self.plain_text(role) {
            "system" | "developer" => Role::System,
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "tool" | "function" => Role::Tool,
            _ => Role::Unknown,
        })
    }
}

fn fallback_of(rule: &Rule, around: Around) -> Who {
    match rule.treatment {
        Some(Treatment::Free(who)) => who,
        _ => around.fallback,
    }
}

/// The modality of what stands where a payload should, in whatever form: a list of numbers is bytes too.
fn modality_in_place(treatment: Treatment, node: Node) -> Option<Modality> {
    let is_container = matches!(node.kind, Kind::Object | Kind::Array);
    match treatment {
        Treatment::Payload(modality)
        | Treatment::Locator(modality)
        | Treatment::Reference(modality) => Some(modality),
        Treatment::Source => Some(Modality::File),
        _ => None,
    }
    .filter(|_| is_container)
}

fn who_of(treatment: Treatment) -> Option<Who> {
    match treatment {
        Treatment::Text { who, .. } | Treatment::Free(who) => Some(who),
        Treatment::Json(role) => Some(Who::Always(role)),
        Treatment::Words(_)
        | Treatment::Block(_)
        | Treatment::Number
        | Treatment::Sealed
        | Treatment::Reference(_) => Some(Who::Always(Role::Setting)),
        Treatment::Payload(_) | Treatment::Source | Treatment::Locator(_) => Some(Who::Speaker),
        _ => None,
    }
}

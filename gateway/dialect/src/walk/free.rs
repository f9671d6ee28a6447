//! Reading without rules: every name, string and number is a part.

use super::{Value, Walk, Walked};
use crate::json::Kind;
use crate::part::Part;
use crate::table::is_schema_word;

/// What is structure nevertheless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Nothing.
    Free,
    /// The words of the schema language.
    Schema,
    /// Names and numbers.
    Meter,
}

impl Walk<'_> {
    pub(super) fn free(&mut self, value: Value, manner: Manner) -> Walked {
        let Some(node) = self.node(value.index) else { return Ok(()) };
        match node.kind {
            Kind::Literal => Ok(()),
            Kind::Number if manner == Manner::Meter => Ok(()),
            Kind::Number | Kind::Name => {
                let text = self.document.raw(value.layer, node);
                self.push(Part::text(value.role, value.origin(), text, value.label))
            }
            Kind::String if manner == Manner::Schema && is_schema_word(&self.plain_text(node)) => {
                Ok(())
            }
            Kind::String => self.text(value, false),
            Kind::Array => {
                let mut at = value.index + 1;
                while at < node.next {
                    self.free(Value { index: at, ..value }, manner)?;
                    at = self.node(at).map_or(u32::MAX, |item| item.next);
                }
                Ok(())
            }
            Kind::Object => self.free_object(value, node.next, manner),
        }
    }

    fn free_object(&mut self, object: Value, end: u32, manner: Manner) -> Walked {
        let mut at = object.index + 1;
        while at < end {
            let Some(node) = self.node(at) else { break };
            let text = self.decoded(object.layer, at, node)?;
            let is_structure = match manner {
                Manner::Free => false,
                Manner::Schema => is_schema_word(self.document.str_at(text)),
                Manner::Meter => true,
            };
            if !is_structure {
                let name = Value { index: at, ..object };
                self.push(Part::text(name.role, name.origin(), text, name.label))?;
                self.note_carried(name, text)?;
            }
            self.free(Value { index: at + 1, label: text, ..object }, manner)?;
            at = self.node(at + 1).map_or(u32::MAX, |value| value.next);
        }
        Ok(())
    }
}

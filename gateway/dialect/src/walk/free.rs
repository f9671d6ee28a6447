//! Reading without rules: every name, string and number is a part.

use super::{Walk, Walked};
use crate::json::Kind;
use crate::part::{Modality, Origin, Place, Role};
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
    pub(super) fn free(
        &mut self,
        layer: u32,
        index: u32,
        manner: Manner,
        role: Role,
        label: Place,
    ) -> Walked {
        let Some(node) = self.node(index) else { return Ok(()) };
        match node.kind {
            Kind::Literal => Ok(()),
            Kind::Number if manner == Manner::Meter => Ok(()),
            Kind::Number | Kind::Name => {
                let text = self.document.raw(layer, node);
                self.push(
                    role,
                    Modality::Text,
                    false,
                    Origin::Json { layer, node: index },
                    text,
                    label,
                )
            }
            Kind::String if manner == Manner::Schema && is_schema_word(&self.plain_text(node)) => {
                Ok(())
            }
            Kind::String => self.text(layer, index, role, false, label),
            Kind::Array => {
                let mut at = index + 1;
                while at < node.next {
                    self.free(layer, at, manner, role, label)?;
                    at = self.node(at).map_or(u32::MAX, |item| item.next);
                }
                Ok(())
            }
            Kind::Object => self.free_object(layer, index, manner, role, label),
        }
    }

    fn free_object(
        &mut self,
        layer: u32,
        object: u32,
        manner: Manner,
        role: Role,
        label: Place,
    ) -> Walked {
        let end = self.node(object).map_or(0, |node| node.next);
        let mut at = object + 1;
        while at < end {
            let Some(name) = self.node(at) else { break };
            let inner = self.decoded(layer, at, name)?;
            let structure = match manner {
                Manner::Free => false,
                Manner::Schema => is_schema_word(self.document.str_at(inner)),
                Manner::Meter => true,
            };
            if !structure {
                self.push(
                    role,
                    Modality::Text,
                    false,
                    Origin::Json { layer, node: at },
                    inner,
                    label,
                )?;
            }
            self.free(layer, at + 1, manner, role, inner)?;
            at = self.node(at + 1).map_or(u32::MAX, |value| value.next);
        }
        Ok(())
    }
}

//! Objects (ISO 32000-2, 7.3), as the lexer reads them.

use super::{names, text_string};

/// One object. A stream is its dictionary; its bytes stand behind it.
#[derive(Clone, PartialEq)]
pub(super) enum Object {
    /// `null`, or what could not be read.
    Null,
    Number(f64),
    /// A string, decoded from its escapes.
    Text(Vec<u8>),
    Name(Vec<u8>),
    Array(Vec<Object>),
    Dict(Dict),
    /// The number of another object.
    Reference(u32),
    /// A keyword or operator.
    Word(Vec<u8>),
}

/// A dictionary, in the order of the file.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Dict(pub(super) Vec<(Vec<u8>, Object)>);

impl Dict {
    pub(super) fn get(&self, key: &[u8]) -> Option<&Object> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub(super) fn name(&self, key: &[u8]) -> Option<&[u8]> {
        self.get(key)?.name()
    }

    /// All strings in it, however deep, and names and keys that are not usual.
    pub(super) fn strings(self) -> Vec<Vec<u8>> {
        let key = |key: Vec<u8>| Some(key).filter(|key| !names::is_usual(key));
        self.0
            .into_iter()
            .flat_map(|(name, value)| key(name).into_iter().chain(value.strings()))
            .collect()
    }
}

impl Object {
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn integer(&self) -> Option<usize> {
        let number = self.number()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates, and is checked to be whole"
        )]
        (number >= 0.0 && number.fract() == 0.0).then_some(number as usize)
    }

    pub(super) fn name(&self) -> Option<&[u8]> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    pub(super) fn dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    /// The number of the object that it refers to.
    pub(super) fn reference(&self) -> Option<u32> {
        match self {
            Self::Reference(number) => Some(*number),
            _ => None,
        }
    }

    /// What a string says to people.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Text(bytes) => Some(text_string::decode(bytes)),
            _ => None,
        }
    }

    /// All strings in it, however deep, and names that are not usual.
    pub(super) fn strings(self) -> Vec<Vec<u8>> {
        match self {
            Self::Text(text) => vec![text],
            Self::Name(name) if !names::is_usual(&name) => vec![name],
            Self::Array(items) => items.into_iter().flat_map(Self::strings).collect(),
            Self::Dict(dict) => dict.strings(),
            _ => Vec::new(),
        }
    }
}

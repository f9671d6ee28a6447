//! A rule: what a detector is to the engine.

use crate::bits::Bits;
use crate::boundary::{in_escape, inside_identifier, may_begin};
use crate::check::Check;
use crate::guard::Guard;
use crate::rule_file::RawLevels;

/// How a value goes on beyond its pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extend {
    /// Letters, digits, `-`, `_`, `.`, `=`.
    Token,
    /// Both alphabets of base64: letters, digits, `+`, `/`, `-`, `_`, `=`.
    Base64,
    /// To the end marker of a PEM block.
    Pem,
}

impl Extend {
    /// As written in rule files.
    pub(super) const NAMES: &str = "token, base64, pem";

    /// The extension with a name.
    pub(super) fn named(name: &str) -> Option<Extend> {
        match name {
            "token" => Some(Extend::Token),
            "base64" => Some(Extend::Base64),
            "pem" => Some(Extend::Pem),
            _ => None,
        }
    }
}

/// Where values of a detector may start.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Starts {
    pub(crate) inside_identifier: bool,
    /// Any word may begin it, so the letter of an escape before it must not.
    pub(crate) anyhow: bool,
}

impl Starts {
    /// Whether a value may start here: not inside an ASCII word, but for a word of an identifier.
    #[inline]
    pub(crate) fn may_start(self, text: &[u8], at: usize) -> bool {
        let starts = may_begin(text, at) || self.inside_identifier && inside_identifier(text, at);
        starts && !(self.anyhow && in_escape(text, at))
    }
}

/// A detector as the engine uses it.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) level: RawLevels,
    pub(crate) check: Option<Check>,
    pub(crate) guard: Guard,
    pub(crate) extend: Option<Extend>,
    pub(crate) line_is_context: bool,
    pub(crate) split: bool,
    pub(crate) window: usize,
    pub(crate) positive: Bits,
    pub(crate) negative: Bits,
    pub(crate) rank: u8,
}

impl Rule {
    /// Whether it says nothing without a word. How far a value goes that is extended is not known before it is read, nor what stands behind it.
    pub(crate) fn asks(&self) -> bool {
        self.level.bare.is_none() && !self.line_is_context && self.extend.is_none()
    }
}

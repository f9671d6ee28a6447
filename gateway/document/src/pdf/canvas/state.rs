//! The graphics state, which `q` saves and `Q` brings back.

use std::rc::Rc;

use super::super::font::Font;
use super::super::matrix::Matrix;

/// The graphics state (ISO 32000-2, 8.4) as far as text needs it: how the plane is transformed, and the state of text (9.3).
#[derive(Clone)]
pub(super) struct GraphicsState {
    pub(super) matrix: Matrix,
    pub(super) font: Option<Rc<Font>>,
    pub(super) size: f64,
    /// What is added to the width of each character, and to that of each space.
    pub(super) char_spacing: f64,
    pub(super) word_spacing: f64,
    /// By how much glyphs are wider than their font has them.
    pub(super) scale: f64,
    pub(super) leading: f64,
}

impl Default for GraphicsState {
    fn default() -> Self {
        Self {
            matrix: Matrix::IDENTITY,
            font: None,
            size: 1.0,
            char_spacing: 0.0,
            word_spacing: 0.0,
            scale: 1.0,
            leading: 0.0,
        }
    }
}

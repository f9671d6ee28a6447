//! Colour for people: only on a terminal, never under NO_COLOR (no-color.org).

use std::io::IsTerminal;

/// Writes text in a colour, or plain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    colour: bool,
}

/// What a colour stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Headings.
    Bold,
    /// What is said beside.
    Faint,
    /// Passed.
    Green,
    /// Changed.
    Yellow,
    /// Stopped.
    Red,
    /// Went elsewhere.
    Blue,
    /// Tokens and places.
    Cyan,
    /// Health data.
    Magenta,
}

impl Style {
    /// For standard output as it is.
    pub(crate) fn of_stdout() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colour: wanted && std::io::stdout().is_terminal() }
    }

    /// Whether colours are written.
    pub(crate) fn colour(self) -> bool {
        self.colour
    }

    /// `text` in `ink`.
    pub(crate) fn paint(self, ink: Ink, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match ink {
            Ink::Bold => "1",
            Ink::Faint => "2",
            Ink::Green => "32",
            Ink::Yellow => "33",
            Ink::Red => "1;31",
            Ink::Blue => "34",
            Ink::Cyan => "36",
            Ink::Magenta => "35",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

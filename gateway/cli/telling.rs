//! How far long work is, for whoever looks.

use std::io::{self, IsTerminal, Write};

/// One line on standard error that tells how far it is, where somebody looks.
pub(super) struct Telling {
    shown: bool,
}

impl Telling {
    /// Tells only where a terminal is.
    pub(super) fn new() -> Telling {
        Telling { shown: io::stderr().is_terminal() }
    }

    /// Tells every 32,768 steps.
    pub(super) fn now_and_then(&self, stage: &str, done: u64) {
        if done.is_multiple_of(1 << 15) {
            self.say(stage, done, None);
        }
    }

    /// Tells how many are done, and of how many if that is known.
    pub(super) fn say(&self, stage: &str, done: u64, of: Option<u64>) {
        if self.shown {
            let of = of.map(|of| format!(" of {of}")).unwrap_or_default();
            let _ = write!(io::stderr(), "\r{stage}: {done}{of}\x1b[K");
        }
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

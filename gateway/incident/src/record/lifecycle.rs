//! What happened to the gateway itself.

use serde::{Deserialize, Serialize};

/// What happened to the gateway itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Lifecycle {
    /// The gateway started.
    Start {
        /// Its version.
        version: String,
        /// Digest of the rulebook it enforces.
        policy: String,
        /// Digest of its detectors.
        detectors: String,
    },
    /// The gateway is stopping.
    Stop {
        /// Why: a signal, an upgrade.
        reason: String,
    },
    /// A new rulebook is enforced.
    PolicyReloaded {
        /// Digest of the one before.
        previous: String,
        /// Digest of the new one.
        policy: String,
        /// Digest of the detectors with it.
        detectors: String,
    },
    /// A new rulebook was refused and the old one stays.
    PolicyReloadFailed {
        /// Digest of the one that stays.
        policy: String,
        /// How many problems it had.
        problems: u64,
        /// The first of them: place and message.
        first: String,
    },
    /// Something beside the rulebook (client keys, a database, a key file, a disk) kept a reload from being done, and
    /// all stays as it was.
    ReloadFailed {
        /// Digest of the rulebook that stays.
        policy: String,
        /// How many problems there were.
        problems: u64,
        /// The first of them: place and message.
        first: String,
    },
    /// The journal was found with a torn tail, which a crash leaves.
    TornTailRepaired {
        /// The epoch of the journal.
        epoch: u64,
        /// Bytes cut off.
        bytes: u64,
        /// Whole entries among them, which were kept.
        kept: u64,
    },
}

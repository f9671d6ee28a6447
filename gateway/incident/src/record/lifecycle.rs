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
    /// A bundle was verified, and its policy is in force from here on: at each start, and when another was proved, tried and taken over.
    BundleInstalled {
        /// Its version.
        version: u64,
        /// Digest of the file.
        digest: String,
        /// Who signed it, by the names of the root.
        signers: Vec<String>,
        /// When it expires, in seconds since 1970-01-01 UTC.
        expires: i64,
        /// How many of the newest recorded decisions it decides as before.
        same: u64,
        /// How many it decides more strictly.
        stricter: u64,
        /// How many it decides less strictly.
        looser: u64,
        /// How many name what it does not have.
        unknown: u64,
    },
    /// A bundle was refused, or could not be fetched or kept, and the installed one stays.
    BundleRefused {
        /// Version of the one that stays; 0 if none was ever installed.
        installed: u64,
        /// A stable word for the first reason.
        code: String,
        /// How many reasons there were.
        problems: u64,
        /// The first of them.
        first: String,
    },
    /// The installed bundle expires soon.
    PolicyExpires {
        /// Its version.
        version: u64,
        /// When, in seconds since 1970-01-01 UTC.
        expires: i64,
        /// At most this many days are left: 30, 7 or 1.
        days: u64,
    },
    /// The installed bundle has expired, and destinations are closed for it.
    PolicyExpired {
        /// Its version.
        version: u64,
        /// When, in seconds since 1970-01-01 UTC.
        expires: i64,
        /// The tiers that are closed.
        closed: Vec<String>,
    },
    /// Nobody knows any more how many persons were counted: what restricts by a counter holds, and whose data would leave is not sent.
    CountingFailed {
        /// Why, and what mends it.
        why: String,
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

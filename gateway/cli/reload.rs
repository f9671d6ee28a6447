//! A new policy without a dropped request: on SIGHUP, the book and the client keys are read anew and swapped, or the old
//! ones stay.

use std::io::{self, Write};
use std::sync::Arc;

use arc_swap::ArcSwap;
use exchange::{Book, Search};
use journal::Journal;
use proxy::Background;
use proxy::identity::Identities;
use proxy::meters::Meters;
use tokio::signal::unix::{SignalKind, signal};

use super::books::Faults;
use super::config::Config;
use super::lifecycle::Writer;
use super::secrets::{Absent, hex};
use super::{archive, books, holding_files, identities};

/// What a reload needs of the node.
#[derive(Clone)]
pub(crate) struct Reloader {
    pub(crate) config: Arc<Config>,
    pub(crate) book: Arc<ArcSwap<Book>>,
    pub(crate) identities: Arc<ArcSwap<Identities>>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) meters: Arc<Meters>,
    pub(crate) writer: Writer,
}

impl Reloader {
    /// Waits for SIGHUP until the gateway stops.
    pub(crate) fn watch(self) -> Background {
        Background::new("policy-reload", move |mut shutdown| async move {
            let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
            loop {
                tokio::select! {
                    _ = shutdown.changed() => return,
                    hangup = hangups.recv() => {
                        if hangup.is_none() {
                            return;
                        }
                        let reloader = self.clone();
                        // Compiling takes a while; the reload after the next must wait for it, requests must not.
                        let _ = tokio::task::spawn_blocking(move || reloader.reload()).await;
                    }
                }
            }
        })
    }

    /// Builds a new book. If anything in it is wrong the old one stays, and the failure is on record.
    fn reload(&self) {
        let current = self.book.load_full();
        let taken = self.candidate(&current).and_then(|(candidate, identities)| {
            archive::keep(&archive::beside(&self.config.journal.folder), &candidate)
                .and_then(|()| self.writer.policy_taken(&self.journal, &current, &candidate))
                .map_err(|problem| Faults { beside: vec![problem], ..Faults::default() })?;
            tell(&self.config, &current, &candidate);
            self.book.store(Arc::new(candidate));
            self.identities.store(Arc::new(identities));
            Ok(())
        });
        if let Err(faults) = &taken {
            let recorded = self.writer.reload_refused(&self.journal, &current, faults);
            for problem in faults.policy.iter().chain(&faults.beside) {
                super::complain(&format!("nothing was reloaded, all stays as it was: {problem}"));
            }
            if let Err(problem) = recorded {
                super::complain(&format!("that could not be recorded: {problem}"));
            }
        }
        self.meters.reloaded(taken.is_ok());
    }

    fn candidate(&self, current: &Book) -> Result<(Book, Identities), Faults> {
        let changed =
            |now: &Search| holding_files::changed_kinds(&self.config, &current.search, now);
        let book = books::open(&self.config, Absent::Refuse, changed);
        match (book, identities::open(&self.config)) {
            (Ok(book), Ok(identities)) => Ok((book, identities)),
            (book, identities) => {
                let mut faults = book.err().unwrap_or_default();
                faults.beside.extend(identities.err().unwrap_or_default());
                Err(faults)
            }
        }
    }
}

/// One line of what is in force now and what of it is new, and one for each file of holdings, for whoever asked for it.
fn tell(config: &Config, previous: &Book, book: &Book) {
    let (before, now) = (&previous.search, &book.search);
    let (old, new) = (previous.rulebook.digest(), book.rulebook.digest());
    let mut parts = vec![format!("{}, {}{}", book.rulebook.name(), short(&new), news(old == new))];
    let (old, new) = (before.detector().digest(), now.detector().digest());
    let count = now.detector().infos().len();
    parts.push(format!("{count} detectors, {}{}", short(&new), news(old == new)));
    let (old, new) = (before.allowances(), now.allowances());
    parts.push(format!("{} allowed{}", new.0, news(old == new)));
    let digests =
        |search: &Search| search.own().map(|(_, own)| own.holdings().digest()).collect::<Vec<_>>();
    let (old, new) = (digests(before), digests(now));
    parts.push(format!("{} holdings{}", new.len(), news(old == new)));
    // A gateway whose standard error is closed reloads all the same.
    let _ = writeln!(io::stderr(), "policy reloaded: {}", parts.join("; "));
    for line in holding_files::lines(before, now, SHOWN) {
        let _ = writeln!(io::stderr(), "{line}");
    }
    books::warn_of_doubts(config, book);
}

fn news(is_same: bool) -> &'static str {
    if is_same { " (the same as before)" } else { " (new)" }
}

fn short(digest: &[u8; 32]) -> String {
    hex(digest).chars().take(SHOWN).collect()
}

/// Digits of a digest that are shown.
const SHOWN: usize = 12;

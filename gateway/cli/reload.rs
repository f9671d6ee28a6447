//! A new policy without a dropped request: on SIGHUP, the book and the client keys are read anew and swapped, or the old
//! ones stay.

use std::sync::Arc;

use arc_swap::ArcSwap;
use exchange::Book;
use journal::Journal;
use proxy::Background;
use proxy::identity::Identities;
use proxy::meters::Meters;
use tokio::signal::unix::{SignalKind, signal};

use super::config::Config;
use super::lifecycle::Writer;
use super::secrets::Absent;
use super::{archive, books, identities};

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
        let taken = self.candidate().and_then(|(candidate, identities)| {
            archive::keep(&archive::beside(&self.config.journal.folder), &candidate)
                .and_then(|()| self.writer.policy_taken(&self.journal, &current, &candidate))
                .map_err(|problem| vec![problem])?;
            self.book.store(Arc::new(candidate));
            self.identities.store(Arc::new(identities));
            Ok(())
        });
        if let Err(problems) = &taken {
            for problem in problems {
                super::complain(&format!(
                    "the policy was not reloaded, the old one stays: {problem}"
                ));
            }
            if let Err(problem) = self.writer.policy_refused(&self.journal, &current, problems) {
                super::complain(&format!("that could not be recorded: {problem}"));
            }
        }
        self.meters.reloaded(taken.is_ok());
    }

    fn candidate(&self) -> Result<(Book, Identities), Vec<String>> {
        let candidate = books::open(&self.config, Absent::Refuse)?;
        books::check_routes(&self.config, &candidate)?;
        Ok((candidate, identities::open(&self.config)?))
    }
}

//! A new policy without a dropped request: on SIGHUP, the book is built anew and swapped as one, or the old one stays.

use std::sync::Arc;

use arc_swap::ArcSwap;
use exchange::Book;
use journal::Journal;
use proxy::Background;
use proxy::meters::Meters;
use tokio::signal::unix::{SignalKind, signal};

use super::config::Config;
use super::{books, lifecycle};

/// Waits for SIGHUP until the gateway stops.
pub(crate) fn watch(config: Arc<Config>, book: Arc<ArcSwap<Book>>, journal: Arc<Journal>, meters: Arc<Meters>) -> Background {
    Background::new("policy-reload", move |mut shutdown| async move {
        let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
        loop {
            tokio::select! {
                _ = shutdown.changed() => return,
                hangup = hangups.recv() => {
                    if hangup.is_none() {
                        return;
                    }
                    reload(&config, &book, &journal, &meters);
                }
            }
        }
    })
}

/// Builds a new book. If anything in it is wrong the old one stays, and the failure is on record.
pub(crate) fn reload(config: &Config, book: &ArcSwap<Book>, journal: &Journal, meters: &Meters) {
    let candidate = books::open(config).and_then(|candidate| books::check_routes(config, &candidate).map(|()| candidate));
    match candidate {
        Ok(candidate) => {
            let candidate = Arc::new(candidate);
            lifecycle::policy_taken(journal, config, &candidate);
            book.store(candidate);
            meters.reloaded(true);
        }
        Err(problems) => {
            lifecycle::policy_refused(journal, config, &book.load(), problems.len());
            for problem in &problems {
                super::complain(&format!("the policy was not reloaded; the old one stays: {problem}"));
            }
            meters.reloaded(false);
        }
    }
}

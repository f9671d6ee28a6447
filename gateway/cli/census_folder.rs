//! The folder of counted persons: what is wrong with it, and its care while a node runs.

use std::fs;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use census::{Census, Fault};
use exchange::Book;
use incident::Lifecycle;
use journal::Journal;
use policy::Day;
use proxy::Background;

use super::config::Config;
use super::lifecycle::Writer;

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// What is wrong with the folder, as far as it shows without making or changing anything.
pub(crate) fn problems(config: &Config) -> Vec<String> {
    let folder = config.census();
    let wrong = match fs::read_dir(&folder) {
        Ok(_) => return Vec::new(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            "is no folder; name another, or move the file away".to_owned()
        }
        Err(error) => {
            format!("cannot be read ({error}); give it to the user that runs the gateway")
        }
    };
    let problem = format!("{}: {wrong}", folder.display());
    config.places.named("census.folder", problem).into_iter().collect()
}

/// Makes the census ready for a policy before it is in force: opened if it has counters, read anew if it was open already, which mends
/// it where somebody has mended the disk. That it fails stops nothing: what restricts by a counter holds then.
pub(crate) fn make_ready(census: &Census, book: &Book) {
    if book.rulebook.counters().len() == 0 {
        return;
    }
    let today = today(book).number();
    if census.is_closed() { census.open(today) } else { census.renew(today) }
}

/// Tells when nobody knows any more how many were counted, tries again where another process had the file, and once a day takes out who
/// was seen too long ago.
pub(crate) fn watch(
    census: Arc<Census>,
    book: Arc<ArcSwap<Book>>,
    journal: Arc<Journal>,
    writer: Writer,
) -> Background {
    Background::new("census", move |mut shutdown| async move {
        let mut care = Care { census, writer, journal, told: None, cleared: None };
        loop {
            let book = book.load_full();
            if book.rulebook.counters().len() > 0 {
                // What panicked was told, and there is nothing that another second could make worse.
                let Ok(cared) = tokio::task::spawn_blocking(move || {
                    care.look(&book);
                    care
                })
                .await
                else {
                    return;
                };
                care = cared;
            }
            tokio::select! {
                _ = shutdown.changed() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    })
}

struct Care {
    census: Arc<Census>,
    journal: Arc<Journal>,
    writer: Writer,
    /// What was told last.
    told: Option<Fault>,
    /// On which day the old were taken out last.
    cleared: Option<Day>,
}

impl Care {
    fn look(&mut self, book: &Book) {
        let today = today(book);
        if self.census.is_closed() {
            self.census.open(today.number());
        } else if self.cleared.replace(today).is_some_and(|before| before != today) {
            self.census.renew(today.number());
        }
        self.tell();
    }

    /// Each fault once.
    fn tell(&mut self) {
        let fault = self.census.fault();
        if fault == self.told {
            return;
        }
        match &fault {
            Some(fault) => {
                let why = fault.to_string();
                super::complain(&format!("persons are not counted: {why}"));
                let event = Lifecycle::CountingFailed { why };
                if let Err(problem) = self.writer.event(&self.journal, event) {
                    super::complain(&format!("that could not be recorded: {problem}"));
                }
            }
            None => super::warn("persons are counted again"),
        }
        self.told = fault;
    }
}

/// The day as the policy counts days.
pub(crate) fn today(book: &Book) -> Day {
    let seconds = proxy::clock::unix_nanos() / 1_000_000_000;
    Day::from_unix(i64::try_from(seconds).unwrap_or(i64::MAX), book.rulebook.clock())
}

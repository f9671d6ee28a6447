//! A new policy without a dropped request: on SIGHUP, or when a source has a new bundle, the book and the client keys are read anew
//! and swapped, or the old ones stay.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use census::Census;
use delivery::Pace;
use exchange::{Book, Search};
use incident::Lifecycle;
use journal::Journal;
use proxy::Background;
use proxy::identity::Identities;
use proxy::meters::Meters;
use tokio::signal::unix::{SignalKind, signal};

use super::books::Faults;
use super::bundles::keeper::{Keeper, New};
use super::bundles::trial::{self, Passed};
use super::bundles::{self, Card, Installed, Rejection};
use super::config::Config;
use super::lifecycle::Writer;
use super::secrets::{Absent, hex};
use super::{archive, books, census_folder, holding_files, identities};

/// What a reload needs of the node.
#[derive(Clone)]
pub(crate) struct Reloader {
    pub(crate) config: Arc<Config>,
    pub(crate) book: Arc<ArcSwap<Book>>,
    pub(crate) identities: Arc<ArcSwap<Identities>>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) meters: Arc<Meters>,
    pub(crate) writer: Writer,
    /// Whom the node has counted.
    pub(crate) census: Arc<Census>,
    /// Where the policy comes as a bundle.
    pub(crate) keeper: Option<Arc<Keeper>>,
}

impl Reloader {
    /// Waits for SIGHUP, and for the time to ask for a new bundle, until the gateway stops.
    pub(crate) fn watch(self) -> Background {
        Background::new("policy-reload", move |mut shutdown| async move {
            let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
            let mut pace = self.pace();
            let mut pause = FIRST_ASK;
            loop {
                let asked = tokio::select! {
                    _ = shutdown.changed() => return,
                    hangup = hangups.recv() => match hangup {
                        Some(()) => true,
                        None => return,
                    },
                    () = tokio::time::sleep(pause), if pace.is_some() => false,
                };
                let reloader = self.clone();
                // Compiling takes a while; the reload after the next must wait for it, requests must not.
                let answered = tokio::task::spawn_blocking(move || reloader.act(asked)).await;
                if let Some(pace) = &mut pace {
                    pause = pace.next(answered.unwrap_or(false), fastrand::f64());
                }
            }
        })
    }

    /// When to ask for bundles; `None` if there is nobody to ask.
    fn pace(&self) -> Option<Pace> {
        let every = self.config.policy.bundle.as_ref()?.every;
        self.keeper.as_ref().filter(|keeper| keeper.asks()).map(|_| Pace::every(every.get()))
    }

    /// Asks for a new bundle; where a person asked for it or the store is ahead, and none came, all files are read anew. Says whether the source answered well.
    fn act(&self, by_hand: bool) -> bool {
        let came = match &self.keeper {
            Some(keeper) => self.ask(keeper),
            None => Ok(false),
        };
        let lags = self.keeper.as_ref().is_some_and(|keeper| keeper.lags());
        if (by_hand || lags) && !matches!(came, Ok(true)) {
            self.reload();
        }
        came.is_ok()
    }

    /// Asks for a bundle, and takes it over if it passes; a refusal is on record, and all stays as it was.
    fn ask(&self, keeper: &Keeper) -> Result<bool, ()> {
        let current = self.book.load_full();
        let found = keeper
            .candidate(&self.config, self.look(&current))
            .and_then(|new| new.map(|new| self.take_bundle(keeper, new, &current)).transpose());
        match found {
            Ok(taken) => {
                keeper.went_well(taken.is_some());
                Ok(taken.is_some())
            }
            Err(rejection) => {
                self.refuse(keeper, &rejection);
                Err(())
            }
        }
    }

    /// Keeps the bundle, records it, and swaps: in this order, so that nothing decides that a restart would not find.
    fn take_bundle(&self, keeper: &Keeper, new: New, current: &Book) -> Result<(), Rejection> {
        let beside = |code, problem: String| Rejection { code, problems: vec![problem] };
        let identities = identities::open(&self.config)
            .map_err(|problems| Rejection { code: "policy", problems })?;
        let folder = archive::beside(&self.config.journal.folder);
        archive::keep(&folder, &new.passed.book).map_err(|problem| beside("store", problem))?;
        keeper.keep(&new)?;
        let Passed { card, book, replay, .. } = new.passed;
        let event = card.installed(replay);
        self.writer
            .event(&self.journal, event)
            .and_then(|()| self.writer.policy_taken(&self.journal, current, &book))
            .map_err(|problem| beside("unrecorded", problem))?;
        tell(&self.config, current, &book);
        let _ = writeln!(
            io::stderr(),
            "bundle {} installed, signed by {}; of what was decided last {} the same, {} stricter, {} looser",
            card.header.version,
            card.signers.join(", "),
            replay.same,
            replay.stricter,
            replay.looser
        );
        census_folder::make_ready(&self.census, &book);
        self.book.store(book);
        self.identities.store(Arc::new(identities));
        keeper.card.store(Some(Arc::new(card)));
        self.meters.reloaded(true);
        Ok(())
    }

    /// Tells and records why a bundle was not taken, once as long as it is the same, and counts it each time.
    fn refuse(&self, keeper: &Keeper, rejection: &Rejection) {
        if keeper.is_new(rejection) {
            self.tell_refusal(keeper, rejection);
        }
        keeper.count_refused();
        self.meters.reloaded(false);
    }

    fn tell_refusal(&self, keeper: &Keeper, rejection: &Rejection) {
        let version = keeper.card.load().as_ref().map_or(0, |card| card.header.version);
        for problem in &rejection.problems {
            super::complain(&format!(
                "no bundle was installed, version {version} stays: {problem}"
            ));
        }
        let first = rejection.problems.first().and_then(|first| first.lines().next());
        let event = Lifecycle::BundleRefused {
            installed: version,
            code: rejection.code.to_owned(),
            problems: rejection.problems.len() as u64,
            first: first.unwrap_or_default().to_owned(),
        };
        if let Err(problem) = self.writer.event(&self.journal, event) {
            super::complain(&format!("that could not be recorded: {problem}"));
        }
    }

    /// What is asked of everything that is looked for, beside the policy.
    fn look<'r>(&'r self, current: &'r Book) -> impl FnOnce(&Search) -> Vec<String> + 'r {
        |now: &Search| holding_files::changed_kinds(&self.config, &current.search, now)
    }

    /// Builds a new book. If anything in it is wrong the old one stays, and the failure is on record.
    fn reload(&self) {
        let current = self.book.load_full();
        let taken = self.candidate(&current).and_then(|candidate| self.take(&current, candidate));
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

    /// Records what is new, and swaps.
    fn take(&self, current: &Book, candidate: Candidate) -> Result<(), Faults> {
        let Candidate { book, identities, card, event } = candidate;
        archive::keep(&archive::beside(&self.config.journal.folder), &book)
            .and_then(|()| event.map_or(Ok(()), |event| self.writer.event(&self.journal, event)))
            .and_then(|()| self.writer.policy_taken(&self.journal, current, &book))
            .map_err(|problem| Faults { beside: vec![problem], ..Faults::default() })?;
        tell(&self.config, current, &book);
        census_folder::make_ready(&self.census, &book);
        self.book.store(book);
        self.identities.store(Arc::new(identities));
        if let (Some(keeper), Some(card)) = (&self.keeper, card) {
            keeper.card.store(Some(Arc::new(card)));
        }
        Ok(())
    }

    /// A bundle that was installed by hand since is read from the store, and tried again here.
    fn candidate(&self, current: &Book) -> Result<Candidate, Faults> {
        let of_policy = |policy| Faults { policy, ..Faults::default() };
        let installed = bundles::installed(&self.config).map_err(of_policy)?;
        let book = books::open(&self.config, Absent::Refuse, self.look(current));
        let (book, identities) = match (book, identities::open(&self.config)) {
            (Ok(book), Ok(identities)) => (Arc::new(book), identities),
            (book, identities) => {
                let mut faults = book.err().unwrap_or_default();
                faults.beside.extend(identities.err().unwrap_or_default());
                return Err(faults);
            }
        };
        let tried = installed.as_ref().map(|found| self.tried(&book, found)).transpose();
        let event = tried.map_err(|rejection| of_policy(rejection.problems))?.flatten();
        Ok(Candidate { book, identities, card: installed.map(|found| found.card), event })
    }

    /// Tries what was found in the store; the record of it if it is another bundle than the one in force.
    fn tried(&self, book: &Arc<Book>, found: &Installed) -> Result<Option<Lifecycle>, Rejection> {
        trial::examine(book, &found.bundled.content)?;
        let in_force = self.keeper.as_ref().and_then(|keeper| keeper.card.load_full());
        if in_force.is_some_and(|card| card.digest == found.card.digest) {
            return Ok(None);
        }
        let replay = trial::replay(&self.config, book)?;
        Ok(Some(found.card.installed(replay)))
    }
}

/// What a reload made of all files.
struct Candidate {
    book: Arc<Book>,
    identities: Identities,
    /// The bundle that the book is made of.
    card: Option<Card>,
    /// What is recorded of it, if it is not in force yet.
    event: Option<Lifecycle>,
}

/// A gateway that has just started asks soon: what it has may be old.
const FIRST_ASK: Duration = Duration::from_secs(1);

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

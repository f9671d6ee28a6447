//! That a policy comes to its end is told before it happens, and when it does: 30, 7 and 1 days before, when the market closes, and when
//! allies close. Each once for a bundle and a run of the gateway. The time that counts is noted in the store on the way, whatever the
//! source of bundles says or whether there is one.

use std::sync::Arc;
use std::time::Duration;

use bundle::{Digest, Time};
use incident::Lifecycle;
use journal::Journal;
use policy::{ALLIES_STAY, Tier, Validity};
use proxy::Background;

use super::super::lifecycle::Writer;
use super::keeper::{Keeper, NOTED_EVERY};
use super::{Card, latest};

/// How often the clock is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Days before the end at which it is told, last first.
const DAYS: [u64; 3] = [1, 7, 30];

/// How near the end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// At most this many days are left.
    Days(u64),
    /// It has come.
    Over(Validity),
}

/// The stage of a policy with so many seconds left; `None` while there is time.
fn stage(left: i64) -> Option<Stage> {
    match left {
        ..=0 if left <= -ALLIES_STAY => Some(Stage::Over(Validity::LongExpired)),
        ..=0 => Some(Stage::Over(Validity::Expired)),
        _ => {
            let within = |days: &u64| left <= i64::try_from(*days).unwrap_or(i64::MAX) * 86_400;
            DAYS.into_iter().find(within).map(Stage::Days)
        }
    }
}

/// Tells as the end of what is in force comes near, and keeps the time in the store.
pub(crate) fn watch(keeper: Arc<Keeper>, journal: Arc<Journal>, writer: Writer) -> Background {
    Background::new("policy-expiry", move |mut shutdown| async move {
        let mut told: Option<(Digest, Stage)> = None;
        let mut noted: Option<Time> = None;
        loop {
            if noted.is_none_or(|noted| latest().since(noted) >= NOTED_EVERY) {
                noted = Some(latest());
                let keeper = Arc::clone(&keeper);
                let _ = tokio::task::spawn_blocking(move || note(&keeper)).await;
            }
            let due = keeper.card.load_full().and_then(|card| {
                let stage = stage(card.header.left(latest()))?;
                (told != Some((card.digest, stage))).then_some((card, stage))
            });
            if let Some((card, stage)) = due {
                told = Some((card.digest, stage));
                let (journal, writer) = (Arc::clone(&journal), writer.clone());
                let told =
                    tokio::task::spawn_blocking(move || tell(&card, stage, &journal, &writer));
                let _ = told.await;
            }
            tokio::select! {
                _ = shutdown.changed() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    })
}

/// What cannot be noted now is noted the next time.
fn note(keeper: &Keeper) {
    if let Err(problem) = keeper.note_time() {
        super::super::complain(&problem);
    }
}

fn tell(card: &Card, stage: Stage, journal: &Journal, writer: &Writer) {
    let (version, end): (u64, Time) = (card.header.version, card.header.expires);
    let expires = end.unix();
    let event = match stage {
        Stage::Days(days) => {
            super::super::warn(&format!(
                "the policy, bundle {version}, expires on {end}; install a new one before"
            ));
            Lifecycle::PolicyExpires { version, expires, days }
        }
        Stage::Over(validity) => {
            let tiers =
                [Tier::Market, Tier::Allied].into_iter().filter(|tier| validity.closes(*tier));
            let closed: Vec<String> = tiers.map(|tier| tier.name().to_owned()).collect();
            super::super::complain(&format!(
                "the policy, bundle {version}, expired on {end}; closed until a new one is installed: {}",
                closed.join(", ")
            ));
            Lifecycle::PolicyExpired { version, expires, closed }
        }
    };
    if let Err(problem) = writer.event(journal, event) {
        super::super::complain(&format!("that could not be recorded: {problem}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_thirty_seven_and_one_day_before_and_at_each_end() {
        let cases = [
            (31 * 86_400, None),
            (30 * 86_400, Some(Stage::Days(30))),
            (7 * 86_400 + 1, Some(Stage::Days(30))),
            (7 * 86_400, Some(Stage::Days(7))),
            (86_400, Some(Stage::Days(1))),
            (1, Some(Stage::Days(1))),
            (0, Some(Stage::Over(Validity::Expired))),
            (1 - ALLIES_STAY, Some(Stage::Over(Validity::Expired))),
            (-ALLIES_STAY, Some(Stage::Over(Validity::LongExpired))),
        ];
        for (left, expected) in cases {
            assert_eq!(stage(left), expected, "{left} seconds before the end");
        }
    }
}

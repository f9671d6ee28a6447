//! Named crash points: a hook for tests that kill the process at an exact line.
//!
//! With `SEAWALL_CRASH_AT=<point>[:n]` in the environment the process kills itself, as kill -9 would, when it passes the
//! point for the n-th time (default 1); with `SEAWALL_CRASH_AT=panic@<point>[:n]` it panics there instead, to show what a
//! defect does. The variable is read once, when the process begins ([`arm_crash_points`]) or its first journal is opened; unset,
//! a point costs one relaxed load. The points of the journal are listed in [`POINTS`]; the gateway marks its own with
//! [`crash_point`].

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The points that the journal itself marks, in the order in which a record passes them.
pub const POINTS: &[&str] = &[
    "journal.epoch.created",
    "journal.open.repaired",
    "journal.segment.created",
    "journal.write.before",
    "journal.write.torn",
    "journal.write.after",
    "journal.sync.after",
    "journal.ack.after",
    "journal.tile.before",
    "journal.tile.written",
    "journal.partial.written",
    "journal.checkpoint.before",
    "journal.checkpoint.written",
    "journal.checkpoint.renamed",
    "journal.prune.before",
    "journal.prune.after",
];

struct Plan {
    point: String,
    panics: bool,
    passes: AtomicU64,
}

static ARMED: AtomicBool = AtomicBool::new(false);
static PLAN: OnceLock<Option<Plan>> = OnceLock::new();

/// Kills the process here if the environment asked for it; otherwise does nothing. A test hook.
#[inline]
pub fn crash_point(name: &str) {
    if ARMED.load(Ordering::Relaxed) && is_due(name) {
        if PLAN.get().and_then(Option::as_ref).is_some_and(|plan| plan.panics) {
            defect();
        }
        log::error!("killed at crash point {name}, as SEAWALL_CRASH_AT asks");
        die();
    }
}

/// Counts a pass of the point and says whether the process should die now; the caller first makes its mess.
#[inline]
pub(crate) fn crash_is_due(name: &str) -> bool {
    ARMED.load(Ordering::Relaxed) && is_due(name)
}

/// Ends the process by SIGKILL: nothing of it runs any more.
pub(crate) fn die() -> ! {
    // A process may kill itself. Should the system not let it, it still ends here.
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort();
}

/// Reads the environment, once for the process: commands that open no journal pass points, too.
pub fn arm_crash_points() {
    let plan = PLAN.get_or_init(|| std::env::var("SEAWALL_CRASH_AT").ok().and_then(|v| parse(&v)));
    ARMED.store(plan.is_some(), Ordering::Relaxed);
}

fn parse(value: &str) -> Option<Plan> {
    let (point, passes) = match value.rsplit_once(':') {
        Some((point, n)) => (point, n.parse().ok().filter(|n| *n > 0)?),
        None => (value, 1),
    };
    let (panics, point) = match point.strip_prefix("panic@") {
        Some(point) => (true, point),
        None => (false, point),
    };
    (!point.is_empty()).then(|| Plan {
        point: point.to_owned(),
        panics,
        passes: AtomicU64::new(passes),
    })
}

#[cold]
#[expect(clippy::panic, reason = "this is what the test asked for")]
fn defect() -> ! {
    panic!("a defect, as SEAWALL_CRASH_AT asks");
}

#[cold]
fn is_due(name: &str) -> bool {
    match PLAN.get() {
        Some(Some(plan)) if plan.point == name => plan.passes.fetch_sub(1, Ordering::Relaxed) == 1,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_may_be_to_panic() {
        let plan = parse("panic@proxy.judgement:2");
        let told = plan.map(|plan| (plan.panics, plan.point));
        assert_eq!(told, Some((true, "proxy.judgement".to_owned())));
    }

    #[test]
    fn plans_are_read() {
        let check = |value, expect: Option<(&str, u64)>| {
            let plan = parse(value).map(|plan| (plan.point.clone(), plan.passes.into_inner()));
            assert_eq!(plan, expect.map(|(point, n)| (point.to_owned(), n)), "{value}");
        };
        check("journal.write.after", Some(("journal.write.after", 1)));
        check("journal.write.after:30", Some(("journal.write.after", 30)));
        check("journal.write.after:0", None);
        check("journal.write.after:x", None);
        check("", None);
    }
}

//! `seawall rules install`: a bundle that was brought by hand, tried on this gateway and kept.

use std::io::{self, Write};
use std::path::PathBuf;

use bundle::Root;
use delivery::{Delivery, Fault, Fetched, Wanted};

use super::super::bundles::keeper::{self, New};
use super::super::bundles::{self, Rejection, trial};
use super::super::config::{BundleConfig, Config};
use super::super::records;
use super::super::secrets::Absent;
use super::super::{Failure, Outcome, Result};

/// Options of `rules install`.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    /// The bundle; its signatures and the statement of required invariants lie beside it. Absent: the newest from policy.bundle.from.
    bundle: Option<PathBuf>,
    /// The configuration of the gateway.
    #[arg(long, value_name = "FILE", default_value = "seawall.toml")]
    config: PathBuf,
}

/// Tries and keeps a bundle, as a running gateway does with one that it fetched; the answer is no if it is refused.
///
/// # Errors
/// If configuration, store or bundle cannot be read.
pub(super) fn run(options: &Options) -> Result {
    let config = Config::load(&options.config).map_err(Failure::Usage)?;
    let Some(own) = &config.policy.bundle else {
        let mend = "add [policy.bundle] with `store`";
        return Err(Failure::Usage(vec![format!(
            "{}: names no store; {mend}",
            options.config.display()
        )]));
    };
    let latest = records::latest_on_record(&config).map_err(Failure::Broken)?;
    // What expired by the journal's time is not taken because the clock was set back since.
    let _ = proxy::clock::latest(latest);
    let store = bundles::store(own);
    let kept = store.read().map_err(usage)?;
    let trusted = bundles::trusted(&kept).map_err(Failure::Usage)?;
    let delivery = match &options.bundle {
        Some(path) => delivery::read_bundle(path, &trusted.0).map_err(usage)?,
        None => fetch(own, &trusted.0)?,
    };
    let tried =
        trial::install(&config, (&trusted.0, &trusted.1), &delivery, Absent::Pass, |_| Vec::new());
    let new = tried.map(|passed| New { passed, delivery, tag: None });
    match new.and_then(|new| keeper::keep(&store, &new).map(|()| new)) {
        Ok(new) => {
            let (card, replay) = (&new.passed.card, new.passed.replay);
            writeln!(
                io::stdout(),
                "bundle {} is installed, signed by {}; of what was decided last {} the same, {} stricter, {} looser, {} \
                 not known\na gateway that runs takes it over when it gets SIGHUP",
                card.header.version,
                card.signers.join(", "),
                replay.same,
                replay.stricter,
                replay.looser,
                replay.unknown
            )?;
            Ok(Outcome::Fine)
        }
        Err(Rejection { problems, .. }) => {
            problems.iter().for_each(|problem| super::super::complain(problem));
            Ok(Outcome::No)
        }
    }
}

/// The newest bundle of the source that a configuration names.
fn fetch(own: &BundleConfig, root: &Root) -> std::result::Result<Delivery, Failure> {
    let Some(source) = bundles::source(own).map_err(|problem| Failure::Usage(vec![problem]))?
    else {
        let mend = "name a bundle, or where to fetch one in policy.bundle.from";
        return Err(Failure::Usage(vec![format!("there is nothing to install: {mend}")]));
    };
    let wanted = Wanted { root, known: None, now: bundles::latest().unix() };
    match source.fetch(wanted) {
        Ok(Fetched::Delivery(delivery, _)) => Ok(*delivery),
        // Nothing is known, so nothing can be the same.
        Ok(Fetched::Same) => Err(Failure::Broken("the source gave nothing".to_owned())),
        Err(fault) => Err(Failure::Broken(fault.message)),
    }
}

fn usage(fault: Fault) -> Failure {
    Failure::Usage(vec![fault.message])
}

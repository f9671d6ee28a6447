//! `seawall rules trust`: the root of a gateway, put in place by whoever stands at the machine.

use std::io::{self, Write};
use std::path::PathBuf;

use bundle::{Root, State, rotate};
use delivery::{Kept, Store, read_signed};

use super::super::{Failure, Outcome, Result, bundles};
use super::pack::refusal;

/// The largest root. Bytes.
const MAX_ROOT: usize = 1 << 20;

/// Options of `rules trust`.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    /// The root. The first is believed as it is; the signatures of a later one lie beside it.
    root: PathBuf,
    /// Folder of the gateway's store, as in policy.bundle.store.
    #[arg(long, value_name = "DIR")]
    store: PathBuf,
}

/// Begins a store with a root, or takes the next root into it.
///
/// # Errors
/// What is wrong with the root, its signatures or the store; then all is as it was.
pub(super) fn run(options: &Options) -> Result {
    let fault = |fault: delivery::Fault| Failure::Usage(vec![fault.message]);
    let store = Store::at(&options.store, journal::crash_point);
    let next = read_signed(&options.root, MAX_ROOT).map_err(fault)?;
    let locked = store.lock().map_err(fault)?;
    let (root, kept) = if store.is_begun() {
        let kept = store.read().map_err(fault)?;
        let (installed, state) = bundles::trusted(&kept).map_err(Failure::Usage)?;
        let rotated = next.lend(|next| rotate(&installed, next, &state));
        let (root, state) = rotated.map_err(|refused| refusal(&refused))?;
        (root, Kept { root: next.bytes, state: state.to_json(), delivery: kept.delivery })
    } else {
        let root = Root::read(&next.bytes).map_err(|refused| refusal(&refused))?;
        let state = State::new(&root, bundles::now()).to_json();
        (root, Kept { root: next.bytes, state, delivery: None })
    };
    locked.replace(&kept).map_err(fault)?;
    let mut out = io::stdout().lock();
    let mark = root.mark();
    writeln!(
        out,
        "root {} of {} for {}, sha256 {}",
        mark.version,
        root.name(),
        root.audience(),
        mark.digest
    )?;
    for (name, role) in root.roles() {
        writeln!(out, "{name}: {} of {}", role.threshold, role.keys.join(", "))?;
    }
    Ok(Outcome::Fine)
}

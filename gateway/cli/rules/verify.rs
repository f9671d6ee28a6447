//! `seawall rules verify`: the verdict of a gateway, on any machine.

use std::io::{self, Write};
use std::path::PathBuf;

use bundle::{Refused, Signing, State, Trust, Verified};
use serde_json::json;

use super::super::{Failure, Format, Outcome, Result, bundles};
use super::pack::read_root;

/// Options of `rules verify`.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    /// The bundle; its signatures and the statement of required invariants lie beside it.
    bundle: PathBuf,
    /// The root: whose signatures count.
    #[arg(long, value_name = "FILE")]
    root: PathBuf,
    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Verifies; the answer is no if it is refused. What only a gateway's state can tell, whether it is new there, is left out.
///
/// # Errors
/// If root or bundle cannot be read.
pub(super) fn run(options: &Options) -> Result {
    let root = read_root(&options.root)?;
    let delivery = delivery::read_bundle(&options.bundle, &root)
        .map_err(|fault| Failure::Usage(vec![fault.message]))?;
    let (now, gateway) = (bundles::now(), bundles::release().map_err(Failure::Broken)?);
    let state = State::new(&root, now);
    let verdict = delivery.install(&Trust { root: &root, state: &state, now, gateway: &gateway });
    match options.format {
        Format::Json => {
            let text = serde_json::to_string_pretty(&to_json(&verdict)).unwrap_or_default();
            writeln!(io::stdout(), "{text}")?;
        }
        Format::Pretty => match &verdict {
            Ok(verified) => tell(verified)?,
            Err(refused) => {
                bundles::told(refused).iter().for_each(|line| super::super::complain(line))
            }
        },
    }
    Ok(if verdict.is_ok() { Outcome::Fine } else { Outcome::No })
}

fn tell(verified: &Verified) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let header = &verified.bundle.header;
    writeln!(out, "{} {} for {}", header.name, header.version, header.audience)?;
    writeln!(out, "sha256   {}", verified.bundle.digest)?;
    writeln!(out, "holds    {} to {}", header.not_before, header.expires)?;
    for Signing { signer, key, comment } in &verified.signers {
        writeln!(out, "signed   {signer} ({key}) {}", policy::shown(comment))?;
    }
    for Signing { signer, key, comment } in &verified.required_signers {
        writeln!(out, "required {signer} ({key}) {}", policy::shown(comment))?;
    }
    for file in verified.bundle.sources() {
        writeln!(out, "file     {} ({} bytes)", file.name, file.bytes.len())?;
    }
    Ok(())
}

fn to_json(verdict: &std::result::Result<Verified, Vec<Refused>>) -> serde_json::Value {
    match verdict {
        Ok(verified) => json!({
            "fine": true, "header": verified.bundle.header, "sha256": verified.bundle.digest,
            "signers": verified.signers.iter().map(signing).collect::<Vec<_>>(),
            "required": verified.required_signers.iter().map(signing).collect::<Vec<_>>(),
        }),
        Err(refused) => {
            let line = |problem: &Refused| json!({ "code": problem.code(), "problem": problem.to_string(), "mend": problem.mend() });
            json!({ "fine": false, "refused": refused.iter().map(line).collect::<Vec<_>>() })
        }
    }
}

fn signing(of: &Signing) -> serde_json::Value {
    json!({ "signer": of.signer, "key": of.key.to_string(), "comment": of.comment })
}

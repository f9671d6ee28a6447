//! `seawall rules …`: the rule author's tools, one file a command under `rules/`.

mod bundle_keys;
mod calendar;
mod catalogue;
mod certificate;
mod check;
mod clean;
mod coverage;
mod diff;
mod doc;
mod draft;
mod explain;
mod fmt;
mod install;
mod junit;
mod lsp;
mod mutate;
mod pack;
mod packs;
mod replay;
mod report;
mod revert;
mod sign;
mod test;
mod trust;
mod twin;
mod verify;

use std::path::PathBuf;

use detect::Detector;
use exchange::{Holding, Search};
use policy::{Catalogue, Rulebook, Source};

use super::nameable::Nameable;
use super::style::Style;
use super::{Failure, Format, Result, allow_files, books};

/// What to do with rules.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Names, dates, conflicts and invariants of a policy folder; the examples of its detectors.
    Check {
        #[command(flatten)]
        options: report::Options,
        /// Ask also of every rule, condition and exception whether anything would be decided otherwise without it.
        #[arg(long)]
        deep: bool,
        /// Write what was proved to this file, with digests of all that it was proved of; only if everything holds.
        #[arg(long, value_name = "FILE", conflicts_with = "against")]
        certificate: Option<PathBuf>,
        /// Prove nothing: say whether what this certificate says still holds, or what is otherwise than then.
        #[arg(long, value_name = "FILE", conflicts_with = "deep")]
        against: Option<PathBuf>,
    },
    /// Run the test blocks of a policy folder.
    Test(report::Options),
    /// Say for one situation what each rule makes of it, and why.
    Explain {
        #[command(flatten)]
        options: Options,
        /// How to write it.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        /// The situation, as the lines of a test block's `given`, e.g. `--given "data health" --given "to openai"`.
        #[arg(long, value_name = "WORDS", required_unless_present = "test")]
        given: Vec<String>,
        /// The sentence of a test block in the policy, in place of `--given`.
        #[arg(long, value_name = "SENTENCE", conflicts_with = "given")]
        test: Option<String>,
        /// On this day; none: the test's, or today by the clock of the policy.
        #[arg(long, value_name = "DAY")]
        on: Option<String>,
    },
    /// Write a policy to start from, out of decision records.
    Draft(draft::Options),
    /// Write the policy as a book for those who sign it: rules, exceptions, destinations, groups, proofs.
    Doc(doc::Options),
    /// Serve an editor: the language server, on standard input and output.
    Lsp(lsp::Options),
    /// Say what will be decided otherwise by itself, because a date of the policy comes.
    Calendar(calendar::Options),
    /// Say what another policy decides otherwise, with counts and examples, looser first, and which edit makes it so.
    Diff(diff::Options),
    /// Say what another policy would have decided of the requests on record, looser first, with counts and examples.
    Replay(replay::Options),
    /// Say which mistakes in the policy no test would notice, each with a test that would.
    Mutate(mutate::Options),
    /// Say what the tests look at: rules, conditions, outcomes, destinations.
    Coverage(coverage::Options),
    /// List the detectors that a policy may name, with their families, checks and sources.
    Detectors(catalogue::Options),
    /// Write policy files in their one canonical form.
    Fmt(fmt::Options),
    /// Print the JSON twin of a policy: all blocks as structured data, without comments.
    Export(twin::Export),
    /// Write the policy files of a JSON twin.
    Import(twin::Import),
    /// Print the JSON Schema of the twin.
    Schema,
    /// List the packs that a policy may name, with their laws, review days and what waits to be confirmed.
    Packs(packs::Options),
    /// Make a signer's key pair, in the forms of minisign.
    Keygen(bundle_keys::Keygen),
    /// Write a root: whose signatures count, in which role, and how many of them.
    Root(bundle_keys::RootFile),
    /// Write the statement of required invariants, which the keys of the role `invariants` sign.
    Require(bundle_keys::Require),
    /// Check a policy folder and pack it into one file that is ready to be signed; docs/bundles.md is the guide.
    Pack(pack::Options),
    /// Sign a bundle, a root or a statement: the signature is a file beside it, in minisign's form.
    Sign(sign::Options),
    /// Verify a bundle with its signatures, as a gateway would.
    Verify(verify::Options),
    /// Put a root in place on a gateway, out of band; or the next one, which the keys of the old must have signed.
    Trust(trust::Options),
    /// Try a bundle on this gateway and install it.
    Install(install::Options),
    /// Pack the content of an old bundle as the newest version, to be signed again.
    Revert(revert::Options),
}

/// Where the rules are, and what they may name.
#[derive(clap::Args)]
pub(super) struct Options {
    /// Policy folder or one policy file; none: the embedded default policy.
    folder: Option<PathBuf>,
    /// Folder of more detector files, beside the embedded ones; `detectors` in the policy folder if there is one.
    #[arg(long, value_name = "DIR")]
    detectors: Option<PathBuf>,
    /// Folder of packs, in the place of embedded ones of the same name.
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Folder of .txt files without anything sensitive, on which detectors should be silent (`check`), beside the embedded ones.
    #[arg(long, value_name = "DIR")]
    clean: Option<PathBuf>,
    /// Holdings that the policy names, as a node's configuration would: a name, a colon, and dictionary, records or documents.
    #[arg(long, value_name = "NAME:KIND")]
    holdings: Vec<String>,
    /// File of values that are known to be harmless (`check`); may stand several times.
    #[arg(long, value_name = "FILE")]
    allowed: Vec<PathBuf>,
}

impl Options {
    /// Those of a command that has others beside them.
    fn of_folder(
        folder: Option<PathBuf>,
        detectors: Option<PathBuf>,
        packs: Option<PathBuf>,
        holdings: Vec<String>,
    ) -> Self {
        Self { folder, detectors, packs, clean: None, holdings, allowed: Vec::new() }
    }

    /// A policy that is named otherwise than by these options.
    fn of(folder: &std::path::Path, packs: Option<PathBuf>, holdings: Vec<String>) -> Self {
        Self {
            folder: Some(folder.to_owned()),
            detectors: None,
            packs,
            clean: None,
            holdings,
            allowed: Vec::new(),
        }
    }

    /// Everything that the policy may name.
    fn nameable(
        &self,
        detector: Option<&Detector>,
        texts: &books::Texts,
    ) -> std::result::Result<Nameable, Failure> {
        let mut nameable = Nameable::of(detector, texts);
        nameable.add(holdings(&self.holdings)?);
        Ok(nameable)
    }

    /// The policy with the packs that it names.
    fn sources(&self) -> std::result::Result<Vec<Source>, Vec<String>> {
        books::sources_with(self.folder.as_deref(), self.packs.as_deref())
    }

    /// The folder of more detectors: as named, or `detectors` in the policy folder.
    fn detectors(&self) -> Option<PathBuf> {
        let beside = self
            .folder
            .as_ref()
            .map(|folder| folder.join("detectors"))
            .filter(|folder| folder.is_dir());
        self.detectors.clone().or(beside)
    }
}

/// Holdings as they are named on the command line.
fn holdings(given: &[String]) -> std::result::Result<Vec<(String, String)>, Failure> {
    let entry = |given: &String| {
        let (name, kind) = given.split_once(':')?;
        Holding::entry(name, kind)
    };
    let what = "expected NAME:KIND, where KIND is dictionary, records or documents";
    let wrong = given.iter().filter(|given| entry(given).is_none());
    let wrong: Vec<_> = wrong.map(|given| format!("--holdings {given}: {what}")).collect();
    if !wrong.is_empty() {
        return Err(Failure::Usage(wrong));
    }
    Ok(given.iter().filter_map(entry).collect())
}

pub(super) fn run(command: &Command) -> Result {
    match command {
        Command::Check { options, against: Some(file), .. } => {
            certificate::compare(&options.rules, file, options.format)
        }
        Command::Check { options, deep, certificate, .. } => {
            check::run(options, *deep, certificate.as_deref())
        }
        Command::Test(options) => test::run(options),
        Command::Explain { options, format, given, test, on } => {
            explain::run(options, *format, (given, test.as_deref()), on.as_ref())
        }
        Command::Draft(options) => draft::run(options),
        Command::Doc(options) => doc::run(options),
        Command::Lsp(options) => lsp::run(options),
        Command::Calendar(options) => calendar::run(options),
        Command::Diff(options) => diff::run(options),
        Command::Replay(options) => replay::run(options),
        Command::Mutate(options) => mutate::run(options),
        Command::Coverage(options) => coverage::run(options),
        Command::Detectors(options) => catalogue::list(options),
        Command::Fmt(options) => fmt::run(options),
        Command::Export(options) => twin::export(options),
        Command::Import(options) => twin::import(options),
        Command::Schema => twin::schema(),
        Command::Packs(options) => packs::list(options),
        Command::Keygen(options) => bundle_keys::keygen(options),
        Command::Root(options) => bundle_keys::root(options),
        Command::Require(options) => bundle_keys::require(options),
        Command::Pack(options) => pack::run(options),
        Command::Sign(options) => sign::run(options),
        Command::Verify(options) => verify::run(options),
        Command::Trust(options) => trust::run(options),
        Command::Install(options) => install::run(options),
        Command::Revert(options) => revert::run(options),
    }
}

fn rulebook(options: &Options) -> std::result::Result<Rulebook, Failure> {
    rulebook_with(options, Vec::new())
}

/// A policy that is to be used, not checked.
fn rulebook_with(options: &Options, more: Vec<Source>) -> std::result::Result<Rulebook, Failure> {
    compiled(options, more).map(|(rulebook, _)| rulebook)
}

/// A policy with what is looked for in texts: the detectors, less what allow-lists let through. Holdings are known by name only.
fn searching(options: &Options) -> std::result::Result<(Rulebook, Search), Failure> {
    let (rulebook, detector) = compiled(options, Vec::new())?;
    let mut search = Search::new(detector);
    allow_files::add(&mut search, &options.allowed, |_, problem| Some(problem))
        .map_err(Failure::Usage)?;
    Ok((rulebook, search))
}

fn compiled(
    options: &Options,
    more: Vec<Source>,
) -> std::result::Result<(Rulebook, Detector), Failure> {
    let (texts, unread) = books::detector_texts(options.detectors().as_deref(), true);
    let detector = books::compile_detector(&texts, unread);
    let nameable = options.nameable(detector.as_ref().ok(), &texts)?;
    let mut problems = detector.as_ref().err().cloned().unwrap_or_default();
    let mut sources = options.sources().unwrap_or_else(|found| {
        problems.extend(found);
        Vec::new()
    });
    let is_read = !sources.is_empty();
    sources.extend(more);
    let names = nameable.for_policy(&sources);
    match (Rulebook::compile(&sources, &Catalogue { detectors: &names }), detector) {
        (Ok(rulebook), Ok(detector)) if problems.is_empty() => return Ok((rulebook, detector)),
        (Err(diagnostics), _) if is_read => problems.push(format!(
            "the policy has mistakes\n{}",
            diagnostics.render(Style::of_stdout().colour())
        )),
        _ => {}
    }
    Err(Failure::Usage(problems))
}

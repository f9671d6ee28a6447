//! A ministry with its keys, its root and a delivery that is taken.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use semver::Version;
use serde_json::{Value, json};

use crate::{
    Digest, File, Header, KeyId, PROOF, Refused, Required, Root, Signed, SigningKey, State, Time,
    Trust, Verified, install, open, pack, required_digest, sign,
};

/// What the root names: root 2 of 3, authors 1 of 3, dpo 1 of 2, invariants 1 of 2.
const SIGNERS: [&str; 10] =
    ["olga", "paul", "rita", "anna", "ben", "cleo", "dora", "emil", "ida", "jon"];

/// The key of a signer, made of the name; `stranger` and whoever else have one too.
pub(super) fn key(signer: &str) -> SigningKey {
    let seed = Digest::of(signer.as_bytes()).0;
    let mut id = [0; 8];
    id.copy_from_slice(&seed[..8]);
    SigningKey::from_seed(KeyId(id), &seed)
}

pub(super) fn public(signer: &str) -> String {
    key(signer).public().to_string()
}

/// `root.json` of version 1, to be changed by a test.
pub(super) fn root_json() -> Value {
    let keys: BTreeMap<&str, String> = SIGNERS.iter().map(|name| (*name, public(name))).collect();
    json!({
        "name": "ministry", "audience": "xm.interior", "version": 1, "keys": keys, "in_two_roles": [],
        "roles": {
            "root": { "threshold": 2, "keys": ["olga", "paul", "rita"] },
            "authors": { "threshold": 1, "keys": ["anna", "ben", "cleo"] },
            "dpo": { "threshold": 1, "keys": ["dora", "emil"] },
            "invariants": { "threshold": 1, "keys": ["ida", "jon"] },
        },
    })
}

/// The same without the role `invariants`, for tests that are not about it.
pub(super) fn plain_root() -> Value {
    let mut root = root_json();
    root["roles"].as_object_mut().unwrap().remove("invariants");
    for name in ["ida", "jon"] {
        root["keys"].as_object_mut().unwrap().remove(name);
    }
    root
}

pub(super) fn root(json: &Value) -> Root {
    Root::read(json.to_string().as_bytes()).unwrap()
}

/// 2026-11-22T10:00:00Z: when all that is taken holds.
pub(super) fn noon() -> Time {
    Time::parse("2026-11-22T10:00:00Z").unwrap()
}

pub(super) fn days(n: i64) -> i64 {
    n * 86_400
}

pub(super) fn files() -> Vec<File> {
    vec![
        File::new("rules/10-baseline.policy", "policy \"ministry\"\n"),
        File::new("required/national.policy", "invariant \"no secret leaves\"\n"),
        File::new("detectors/se.toml", "[[detector]]\n"),
        File::new(PROOF, "{}"),
    ]
}

pub(super) fn header(files: &[File]) -> Header {
    Header {
        name: "ministry".into(),
        audience: "xm.interior".into(),
        version: 1,
        previous: None,
        created: noon().plus(days(-2)),
        not_before: noon().plus(days(-1)),
        expires: noon().plus(days(300)),
        min_gateway: Version::new(0, 1, 0),
        required_invariants: required_digest(files),
        proof: files.iter().find(|f| f.name == PROOF).map(|f| Digest::of(&f.bytes)).unwrap(),
    }
}

/// Made once: signing is slow where nothing is optimised.
static GOOD: LazyLock<Delivery> = LazyLock::new(|| Delivery::of(&header(&files())));

/// A delivery and the gateway that it comes to.
#[derive(Clone)]
pub(super) struct Delivery {
    pub(super) bytes: Vec<u8>,
    pub(super) signatures: Vec<Vec<u8>>,
    pub(super) required: Option<(Vec<u8>, Vec<Vec<u8>>)>,
    pub(super) root: Root,
    pub(super) state: State,
    pub(super) now: Time,
    pub(super) gateway: Version,
}

impl Delivery {
    /// Taken by a gateway with [`plain_root`], signed by an author and a DPO.
    pub(super) fn good() -> Self {
        GOOD.clone()
    }

    /// A delivery of the usual files under this header.
    pub(super) fn of(header: &Header) -> Self {
        let root = root(&plain_root());
        let mut delivery = Self {
            bytes: pack(header, &files()).unwrap(),
            signatures: Vec::new(),
            required: None,
            state: State::new(&root, noon()),
            root,
            now: noon(),
            gateway: Version::new(0, 1, 0),
        };
        delivery.sign(&["anna", "dora"]);
        delivery
    }

    /// The same to a gateway that asks for required invariants, with their statement.
    pub(super) fn with_required(statement: &Required, signers: &[&str]) -> Self {
        let mut delivery = Self::good();
        delivery.root = root(&root_json());
        delivery.state = State::new(&delivery.root, noon());
        let bytes = statement.to_json();
        let signatures = signers.iter().map(|name| signature(name, &bytes)).collect();
        delivery.required = Some((bytes, signatures));
        delivery
    }

    pub(super) fn sign(&mut self, signers: &[&str]) {
        self.signatures = signers.iter().map(|name| signature(name, &self.bytes)).collect();
    }

    pub(super) fn install(&self) -> Result<Verified, Vec<Refused>> {
        self.give(install)
    }

    pub(super) fn open(&self) -> Result<Verified, Vec<Refused>> {
        self.give(open)
    }

    fn give(&self, verdict: Verdict) -> Result<Verified, Vec<Refused>> {
        let lists: Vec<&[u8]> = self.signatures.iter().map(Vec::as_slice).collect();
        let statement = self.required.as_ref().map(|(bytes, list)| (bytes, slices(list)));
        let required =
            statement.as_ref().map(|(bytes, list)| Signed { bytes, signatures: list.as_slice() });
        let trust =
            Trust { root: &self.root, state: &self.state, now: self.now, gateway: &self.gateway };
        verdict(&Signed { bytes: &self.bytes, signatures: &lists }, required.as_ref(), &trust)
    }

    /// Checks that it is refused with exactly these codes, and that each says what to do.
    #[track_caller]
    pub(super) fn check(&self, expected: &[&str]) {
        check(self.install(), expected);
    }
}

type Verdict = fn(&Signed<'_>, Option<&Signed<'_>>, &Trust<'_>) -> Result<Verified, Vec<Refused>>;

#[track_caller]
pub(super) fn check<T: std::fmt::Debug>(verdict: Result<T, Vec<Refused>>, expected: &[&str]) {
    let problems = verdict.err().unwrap_or_default();
    let codes: Vec<&str> = problems.iter().map(Refused::code).collect();
    assert_eq!(codes, expected, "{problems:?}");
    for problem in &problems {
        assert!(!problem.mend().is_empty() && !problem.to_string().contains('\n'), "{problem}");
    }
}

pub(super) fn slices(list: &[Vec<u8>]) -> Vec<&[u8]> {
    list.iter().map(Vec::as_slice).collect()
}

pub(super) fn signature(signer: &str, bytes: &[u8]) -> Vec<u8> {
    sign(&key(signer), bytes, "signed on a Sunday").unwrap().into_bytes()
}

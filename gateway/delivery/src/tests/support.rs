//! A ministry with an author, a DPO and a key for required invariants, and what it delivers.

use bundle::{
    Digest, File, Header, KeyId, PROOF, REQUIRED, Required, Root, SigningKey, Time, pack,
    required_digest, sign, signature_name,
};
use semver::Version;
use serde_json::json;

/// The name that version 1 has.
pub(super) const NAME: &str = "ministry-000001.policy-bundle";

pub(super) fn key(signer: &str) -> SigningKey {
    let seed = Digest::of(signer.as_bytes()).0;
    let mut id = [0; 8];
    id.copy_from_slice(&seed[..8]);
    SigningKey::from_seed(KeyId(id), &seed)
}

pub(super) fn root() -> Root {
    let names = ["olga", "anna", "dora", "ida"];
    let keys: std::collections::BTreeMap<_, _> =
        names.map(|name| (name, key(name).public().to_string())).into();
    let role = |name: &str| json!({ "threshold": 1, "keys": [name] });
    let root = json!({
        "name": "ministry", "audience": "xm.interior", "version": 1, "keys": keys, "in_two_roles": [],
        "roles": { "root": role("olga"), "authors": role("anna"), "dpo": role("dora"), "invariants": role("ida") },
    });
    Root::read(root.to_string().as_bytes()).unwrap()
}

pub(super) fn noon() -> Time {
    Time::parse("2026-11-22T10:00:00Z").unwrap()
}

/// All files of a mirror that holds version 1: `latest`, the bundle, the statement and their signatures.
pub(super) fn mirror() -> Vec<(String, Vec<u8>)> {
    let files = [
        File::new("rules/baseline.policy", "policy \"ministry\"\n"),
        File::new(format!("{REQUIRED}national.policy"), "invariant \"none\"\n"),
        File::new(PROOF, "{}"),
    ];
    let header = Header {
        name: "ministry".into(),
        audience: "xm.interior".into(),
        version: 1,
        previous: None,
        created: noon(),
        not_before: noon(),
        expires: noon().plus(86_400),
        min_gateway: Version::new(0, 1, 0),
        required_invariants: required_digest(&files),
        proof: Digest::of(b"{}"),
    };
    let bytes = pack(&header, &files).unwrap();
    let audience = vec!["xm.interior".to_owned()];
    let statement =
        Required { version: 1, audience, invariants: header.required_invariants }.to_json();
    let signed = |file: &str, signer: &str, bytes: &[u8]| {
        (signature_name(file, signer), sign(&key(signer), bytes, "").unwrap().into_bytes())
    };
    vec![
        ("latest".into(), format!("{NAME}\n").into_bytes()),
        signed(NAME, "anna", &bytes),
        signed(NAME, "dora", &bytes),
        signed("required.json", "ida", &statement),
        (NAME.into(), bytes),
        ("required.json".into(), statement),
    ]
}

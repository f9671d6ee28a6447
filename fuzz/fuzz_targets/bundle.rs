//! A bundle, a root, a statement, a state and signatures that somebody hands in: refused unless the keys signed them; signed or not,
//! never a panic, and of one content one file.
#![no_main]

use bundle::{
    Bundle, Header, KeyId, PublicKey, Required, Root, Signature, Signed, SigningKey, State, Time,
    Trust, install, pack,
};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

/// Good bundles of two sizes, as a beginning.
static SEEDS: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    [1, 900].map(|size| {
        let files = [
            bundle::File::new("rules/a.policy", vec![b'x'; size]),
            bundle::File::new("required/b.policy", "b"),
            bundle::File::new(bundle::PROOF, "{}"),
        ];
        let header = Header::read(HEADER.as_bytes()).unwrap();
        let header = Header {
            required_invariants: bundle::required_digest(&files),
            proof: bundle::Digest::of(b"{}"),
            ..header
        };
        pack(&header, &files).unwrap()
    })
});

const HEADER: &str = r#"{"name": "a", "audience": "b", "version": 1, "previous": null, "created": "2026-01-01T00:00:00Z",
"not_before": "2026-01-01T00:00:00Z", "expires": "2026-06-01T00:00:00Z", "min_gateway": "0.1.0",
"required_invariants": "0000000000000000000000000000000000000000000000000000000000000000",
"proof": "0000000000000000000000000000000000000000000000000000000000000000"}"#;

static ROOT: LazyLock<Root> = LazyLock::new(|| {
    let key = |n: u8| SigningKey::from_seed(KeyId([n; 8]), &[n; 32]).public();
    let text = format!(
        r#"{{"name": "a", "audience": "b", "version": 1, "in_two_roles": [], "keys": {{"r": "{}", "s": "{}"}},
        "roles": {{"root": {{"threshold": 1, "keys": ["r"]}}, "authors": {{"threshold": 1, "keys": ["s"]}}}}}}"#,
        key(1),
        key(2)
    );
    Root::read(text.as_bytes()).unwrap()
});

/// The first byte chooses a good bundle; then come changes of three bytes each: where (two), what. A first byte above that takes the
/// rest as a whole file.
fn file(bytes: &[u8]) -> Vec<u8> {
    let Some((first, rest)) = bytes.split_first() else { return Vec::new() };
    let Some(seed) = SEEDS.get(usize::from(*first)) else { return rest.to_vec() };
    let mut file = seed.clone();
    for change in rest.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % file.len();
        file[at] = change[2];
    }
    file
}

fuzz_target!(|bytes: &[u8]| {
    let file = file(bytes);
    let (now, gateway) = (Time::from_unix(1_770_000_000), semver::Version::new(0, 1, 0));
    let state = State::new(&ROOT, now);
    let trust = Trust { root: &ROOT, state: &state, now, gateway: &gateway };
    let signed = Signed { bytes: &file, signatures: &[bytes] };
    assert!(install(&signed, None, &trust).is_err(), "a signature was forged");
    if let Ok(bundle) = Bundle::read(&file) {
        // Only the white space of its header can be another.
        let again = pack(&bundle.header, &bundle.files).expect("what was read can be packed");
        assert_eq!(
            Bundle::read(&again).map(|b| (b.header, b.files)),
            Ok((bundle.header, bundle.files))
        );
    }
    let _ = (Header::read(bytes), Required::read(bytes), Root::read(bytes), State::read(bytes));
    let _ = Signature::parse(bytes, 1);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = (PublicKey::parse(text), SigningKey::parse(text));
    }
});

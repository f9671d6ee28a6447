//! Registries, honest and not.

use bundle::Digest;
use serde_json::json;

use super::server::{Answered, Asked, serve};
use super::support::{NAME, mirror, noon, root};
use crate::{Access, Fault, Fetched, Source, Wanted};

/// What a registry does otherwise than it should.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lie {
    No,
    Blob,
    Size,
    Titles,
    Realm,
}

fn manifest(lie: Lie) -> Vec<u8> {
    let layer = |(name, bytes): &(String, Vec<u8>)| {
        let size = if lie == Lie::Size { 1 << 40 } else { bytes.len() as u64 };
        let title = if lie == Lie::Titles { "other" } else { name };
        json!({
            "mediaType": "application/octet-stream", "digest": format!("sha256:{}", Digest::of(bytes)), "size": size,
            "annotations": { "org.opencontainers.image.title": title },
        })
    };
    let layers: Vec<_> = mirror().iter().map(layer).collect();
    json!({ "schemaVersion": 2, "layers": layers }).to_string().into_bytes()
}

/// A registry that gives tokens to everybody, and asks for them.
fn registry(lie: Lie) -> String {
    let stranger = serve(|_| Answered(200, Vec::new(), Some(b"{\"token\":\"t\"}".to_vec())));
    serve(move |asked: &Asked| {
        if asked.path.starts_with("/token?") {
            assert!(
                asked.path.contains("scope=repository%3Anorth%2Fpolicy%3Apull"),
                "{}",
                asked.path
            );
            return Answered(200, Vec::new(), Some(b"{\"token\":\"good\"}".to_vec()));
        }
        if asked.header("authorization") != Some("Bearer good") {
            let own = asked.header("host").unwrap_or_default();
            let realm = if lie == Lie::Realm { &stranger } else { own };
            let challenge = format!("Bearer realm=\"http://{realm}/token\",service=\"here\"");
            return Answered(401, vec![("www-authenticate", challenge)], Some(Vec::new()));
        }
        if asked.path == "/v2/north/policy/manifests/stable" {
            return Answered(200, Vec::new(), Some(manifest(lie)));
        }
        let digest = asked.path.rsplit(':').next().unwrap_or("");
        let blob = mirror().into_iter().find(|(_, bytes)| Digest::of(bytes).to_string() == digest);
        match blob {
            Some((_, bytes)) => {
                let bytes = if lie == Lie::Blob { b"other".to_vec() } else { bytes };
                Answered(200, Vec::new(), Some(bytes))
            }
            None => Answered(404, Vec::new(), Some(Vec::new())),
        }
    })
}

fn fetch(address: &str, known: Option<&str>, credentials: Option<&str>) -> Result<Fetched, Fault> {
    let access = Access { credentials: credentials.map(str::to_owned), ..Access::default() };
    let source =
        Source::new(&format!("oci+http://{address}/north/policy:stable"), &access).unwrap();
    source.fetch(Wanted { root: &root(), known, now: noon().unix() })
}

#[test]
fn a_registry_gives_what_was_signed_after_a_token() {
    let address = registry(Lie::No);
    let Fetched::Delivery(delivery, tag) = fetch(&address, None, None).unwrap() else {
        panic!("nothing came")
    };
    let wanted = mirror().into_iter().find(|(name, _)| name == NAME).unwrap().1;
    assert_eq!(delivery.bundle.bytes, wanted);
    assert_eq!(delivery.bundle.signatures.len(), 2);
    assert_eq!(delivery.required.unwrap().signatures.len(), 1);
    assert!(matches!(fetch(&address, tag.as_deref(), Some("me:word")), Ok(Fetched::Same)));
}

#[test]
fn a_registry_that_lies_gives_nothing() {
    let cases = [
        (Lie::Blob, None, "form"),
        (Lie::Size, None, "too-large"),
        (Lie::Titles, None, "absent"),
        (Lie::Realm, Some("me:word"), "redirected"),
    ];
    for (lie, credentials, code) in cases {
        let fault = fetch(&registry(lie), None, credentials).unwrap_err();
        assert_eq!(fault.code, code, "{fault}");
        assert!(!fault.message.contains("word"), "{fault}");
    }
}

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a failed test should stop here")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde_json::json;

use super::*;

const NOW: i64 = 1_795_219_200;
const ISSUER: &str = "https://login.gov.example";

/// An identity provider with a key of each kind that can be made here.
struct Provider {
    edwards: Ed25519KeyPair,
    point: EcdsaKeyPair,
}

impl Provider {
    fn new() -> Self {
        let random = SystemRandom::new();
        let edwards = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let point = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self {
            edwards: Ed25519KeyPair::from_pkcs8(edwards.as_ref()).unwrap(),
            point: EcdsaKeyPair::from_pkcs8(algorithm, point.as_ref(), &random).unwrap(),
        }
    }

    fn keys(&self) -> Value {
        let point = self.point.public_key().as_ref();
        json!({ "keys": [
            { "kty": "OKP", "crv": "Ed25519", "kid": "ed", "use": "sig", "alg": "EdDSA", "x": coded(self.edwards.public_key().as_ref()) },
            { "kty": "EC", "crv": "P-256", "kid": "ec", "x": coded(&point[1..33]), "y": coded(&point[33..]) },
            { "kty": "AKP", "kid": "of tomorrow", "alg": "ML-DSA-44", "pub": "AA" },
            { "kty": "RSA", "kid": "for secrets", "use": "enc", "n": "AA", "e": "AQAB" },
        ] })
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        let message = format!(
            "{}.{}",
            coded(header.to_string().as_bytes()),
            coded(claims.to_string().as_bytes())
        );
        let signature = match header["alg"].as_str() {
            Some("ES256") => {
                let signed = self.point.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
                signed.as_ref().to_vec()
            }
            _ => self.edwards.sign(message.as_bytes()).as_ref().to_vec(),
        };
        format!("{message}.{}", coded(&signature))
    }

    fn trusted(&self) -> Trusted {
        let keys = Keys::read(&self.keys().to_string()).unwrap();
        let lists = BTreeMap::from([("cleared".to_owned(), BTreeSet::from(["g7".to_owned()]))]);
        Trusted { lists, ..Trusted::new("X-Token", ISSUER, "seawall", keys) }
    }
}

fn coded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn claims(more: &Value) -> Value {
    let mut claims = json!({ "iss": ISSUER, "aud": "seawall", "sub": "anna", "groups": ["g1", "g7"], "exp": NOW + 300 });
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

fn check(header: &Value, more: &Value, expect: Result<Option<&str>, Unfit>) {
    let provider = Provider::new();
    let token = provider.signed(header, &claims(more));
    let read = provider.trusted().bearer([("x-token", &*token)].into_iter(), NOW);
    let person = read.map(|bearer| bearer.and_then(|bearer| bearer.person));
    assert_eq!(person, expect.map(|person| person.map(str::to_owned)), "{header} {more}");
}

fn edwards() -> Value {
    json!({ "alg": "EdDSA", "kid": "ed" })
}

#[test]
fn a_token_of_the_provider_is_believed() {
    check(&edwards(), &json!({}), Ok(Some("anna")));
    check(&json!({ "alg": "ES256", "kid": "ec" }), &json!({}), Ok(Some("anna")));
    check(&json!({ "alg": "ES256" }), &json!({ "aud": ["other", "seawall"] }), Ok(Some("anna")));
    check(&edwards(), &json!({ "sub": null, "exp": NOW as f64 + 0.5 }), Err(Unfit::Claims));
    check(&edwards(), &json!({ "groups": "g7", "nbf": NOW + 30 }), Ok(Some("anna")));
}

#[test]
fn a_token_that_is_not_for_now_and_here_is_not_believed() {
    check(&edwards(), &json!({ "exp": NOW - 61 }), Err(Unfit::Expired));
    check(&edwards(), &json!({ "exp": NOW - 30 }), Ok(Some("anna")));
    check(&edwards(), &json!({ "exp": "never" }), Err(Unfit::Claims));
    check(&edwards(), &json!({ "nbf": NOW + 61 }), Err(Unfit::Early));
    check(&edwards(), &json!({ "iss": "https://login.gov.example/" }), Err(Unfit::Issuer));
    check(&edwards(), &json!({ "iss": [ISSUER] }), Err(Unfit::Issuer));
    check(&edwards(), &json!({ "aud": "seawall2" }), Err(Unfit::Audience));
    check(&edwards(), &json!({ "aud": null }), Err(Unfit::Audience));
    check(&edwards(), &json!({ "groups": { "g7": true } }), Err(Unfit::Claims));
    check(&edwards(), &json!({ "sub": "an\nna" }), Err(Unfit::Claims));
}

#[test]
fn a_token_that_is_signed_otherwise_is_not_believed() {
    check(&json!({ "alg": "EdDSA", "kid": "ec" }), &json!({}), Err(Unfit::Signature));
    check(&json!({ "alg": "EdDSA", "kid": "none of them" }), &json!({}), Err(Unfit::Signature));
    check(&json!({ "alg": "HS256" }), &json!({}), Err(Unfit::Signature));
    check(&json!({ "alg": "RS256" }), &json!({}), Err(Unfit::Signature));
    check(&json!({ "alg": "none" }), &json!({}), Err(Unfit::Form));
    check(&json!({ "alg": "EdDSA", "crit": ["b64"], "b64": false }), &json!({}), Err(Unfit::Form));
}

#[test]
fn what_is_no_token_is_refused_and_none_is_nobody() {
    let provider = Provider::new();
    let trusted = provider.trusted();
    let token = provider.signed(&edwards(), &claims(&json!({})));
    let read = |headers: &[(&str, &str)]| trusted.bearer(headers.iter().copied(), NOW);
    assert_eq!(read(&[("other", "x")]), Ok(None));
    assert!(read(&[("x-token", &format!("bearer {token}"))]).unwrap().is_some());
    for broken in [
        "",
        "x",
        "a.b",
        &token[..token.len() - 9],
        &format!("{token}.{token}"),
        &format!("Basic {token}"),
    ] {
        assert!(read(&[("x-token", broken)]).is_err(), "{broken}");
    }
    assert_eq!(read(&[("x-token", &token), ("x-token", &token)]), Err(Unfit::Form));
    // Somebody else's claims under this signature.
    let (head, rest) = token.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    let others = coded(claims(&json!({ "sub": "root" })).to_string().as_bytes());
    assert_eq!(
        read(&[("x-token", &format!("{head}.{others}.{signature}"))]),
        Err(Unfit::Signature)
    );
}

#[test]
fn lists_are_those_of_the_groups() {
    let provider = Provider::new();
    let trusted = provider.trusted();
    let on = |groups: Value| {
        let token = provider.signed(&edwards(), &claims(&json!({ "groups": groups })));
        let bearer = trusted.bearer([("x-token", &*token)].into_iter(), NOW).unwrap();
        trusted.lists(bearer.as_ref())
    };
    let cleared = |is_on| vec![("cleared".to_owned(), is_on)];
    assert_eq!(on(json!(["g7"])), cleared(true));
    assert_eq!(on(json!(["g70", "G7"])), cleared(false));
    assert_eq!(on(json!(null)), cleared(false));
    assert_eq!(trusted.lists(None), []);
}

#[test]
fn a_set_of_keys_that_cannot_be_used_is_told() {
    let told = |text: &str| Keys::read(text).err().unwrap_or_default();
    assert!(told("{}").contains("expected the identity provider's key set"));
    assert!(told(r#"{"keys":[]}"#).contains("no key that signatures can be verified by"));
    assert!(told(r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#).contains("keys[0] is a secret key"));
    let other =
        r#"{"keys":[{"kty":"AKP","pub":"AA"},{"kty":"RSA","use":"enc","n":"AA","e":"AQAB"}]}"#;
    assert!(told(other).contains("no key that signatures"));
}

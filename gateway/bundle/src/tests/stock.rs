//! Other implementations of minisign read what we write, and we read what they write.

use std::path::Path;
use std::process::{Command, Stdio};

use minisign_verify as theirs;

use super::support::*;
use crate::signature::prehash;
use crate::{KeyError, PublicKey, Signature, SigningKey, sign};

#[test]
fn the_verifier_of_minisigns_author_takes_our_signatures_and_keys() {
    let ours = key("anna");
    for bytes in [&b""[..], b"test", &[0xff; 4096]] {
        let text = sign(&ours, bytes, "a comment\twith tabs").unwrap();
        let signature = theirs::Signature::decode(&text).unwrap();
        let public = theirs::PublicKey::decode(&ours.public().to_text()).unwrap();
        assert!(public.verify(bytes, &signature, false).is_ok());
        assert!(public.verify(b"other", &signature, false).is_err());
        assert_eq!(signature.trusted_comment(), "a comment\twith tabs");
    }
}

/// Key and signature published with rust-minisign-verify, made by the tool.
#[test]
fn a_published_signature_is_taken() {
    let key = PublicKey::parse(
        "untrusted comment: minisign public key E7620F1842B4E81F\nRWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3\n",
    )
    .unwrap();
    assert_eq!(key.id().to_string(), "E7620F1842B4E81F");
    let text = "untrusted comment: signature from minisign secret key
RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=
trusted comment: timestamp:1556193335\tfile:test
y/rUw2y8/hOUYjZU71eHp/Wo1KZ40fGy2VJEDl34XMJM+TX48Ss/17u3IvIfbVR1FkZZSNCisQbuQY+bHwhEBg==
";
    let signature = Signature::parse(text.as_bytes(), 1).unwrap();
    assert_eq!(signature.verify(&key, &prehash(b"test"), 1), Ok(()));
    assert!(signature.verify(&key, &prehash(b"Test"), 1).is_err());
    // The same file signed the old way, which verifies, is refused.
    let legacy = "untrusted comment: signature from minisign secret key
RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=
trusted comment: timestamp:1555779966\tfile:test
QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==
";
    assert_eq!(Signature::parse(legacy.as_bytes(), 1).unwrap_err().code(), "signature-legacy");
}

#[test]
fn keys_are_read_as_they_are_written_and_no_other() {
    let ours = key("anna");
    let text = ours.to_text();
    assert_eq!(SigningKey::parse(&text).unwrap().public(), ours.public());
    assert_eq!(PublicKey::parse(&ours.public().to_text()), Ok(ours.public()));
    assert_eq!(PublicKey::parse(&ours.public().to_string()), Ok(ours.public()));
    assert!(!format!("{ours:?}").contains(text.lines().nth(1).unwrap()));
    let line = text.lines().nth(1).unwrap();
    let password = text.replace("RWQAAEIy", "RWRTY0Iy");
    assert!(SigningKey::parse(&password).unwrap_err().to_string().contains("has a password"));
    // A checksum, public half or length that is wrong.
    for at in [120, 150, 205] {
        let mut changed = line.to_owned().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = text.replace(line, std::str::from_utf8(&changed).unwrap());
        assert!(SigningKey::parse(&changed).is_err(), "{at}");
    }
    for text in ["", "RWQ", "untrusted comment: x\n", "untrusted comment: x\nRWQA\n", line] {
        assert!(SigningKey::parse(text).is_err());
        assert!(PublicKey::parse(text).is_err());
    }
    // The neutral element verifies anything that nobody signed, where it is let in.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let weak: Result<PublicKey, KeyError> = PublicKey::from_bytes(ours.public().id(), &neutral);
    assert!(weak.is_err());
}

/// Runs the tool in a folder; `None` if it is not installed. Whether it said yes.
fn minisign(folder: &Path, arguments: &[&str]) -> Option<bool> {
    let mut command = Command::new("minisign");
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command.output().ok().map(|output| output.status.success())
}

#[expect(clippy::print_stderr, reason = "a test that proves nothing must say so")]
fn is_installed(folder: &Path) -> bool {
    let there = minisign(folder, &["-v"]).is_some();
    if !there {
        eprintln!("skipped: the tool minisign is not installed (apt-get install minisign)");
    }
    there
}

#[test]
fn the_stock_tool_verifies_what_we_sign() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    if !is_installed(dir) {
        return;
    }
    let delivery = Delivery::good();
    std::fs::write(dir.join("b"), &delivery.bytes).unwrap();
    std::fs::write(dir.join("b.minisig"), &delivery.signatures[0]).unwrap();
    let public = public("anna");
    assert_eq!(minisign(dir, &["-V", "-H", "-m", "b", "-P", &public]), Some(true));
    std::fs::write(dir.join("b"), "other").unwrap();
    assert_eq!(minisign(dir, &["-V", "-H", "-m", "b", "-P", &public]), Some(false));
    // It signs with a key that we wrote.
    std::fs::write(dir.join("k"), key("anna").to_text().as_bytes()).unwrap();
    assert_eq!(minisign(dir, &["-S", "-W", "-s", "k", "-m", "b"]), Some(true));
    assert_eq!(minisign(dir, &["-V", "-H", "-m", "b", "-P", &public]), Some(true));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "small files that the test itself made")]
fn what_the_stock_tool_signs_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    if !is_installed(dir) {
        return;
    }
    let mut delivery = Delivery::good();
    std::fs::write(dir.join("b"), &delivery.bytes).unwrap();
    assert_eq!(minisign(dir, &["-G", "-W", "-p", "p", "-s", "s"]), Some(true));
    assert_eq!(minisign(dir, &["-S", "-s", "s", "-W", "-m", "b", "-t", "reviewed"]), Some(true));
    let read = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap();
    let key = SigningKey::parse(&read("s")).unwrap();
    assert_eq!(PublicKey::parse(&read("p")), Ok(key.public()));
    let mut json = plain_root();
    json["keys"]["emil"] = key.public().to_string().into();
    delivery.root = root(&json);
    delivery.state.root = delivery.root.mark();
    delivery.signatures[1] = std::fs::read(dir.join("b.minisig")).unwrap();
    let taken = delivery.install().unwrap();
    assert!(taken.signers.iter().any(|s| s.signer == "emil" && s.comment == "reviewed"));
    // Signed the old way it verifies for the tool, and is refused here.
    assert_eq!(minisign(dir, &["-S", "-l", "-W", "-s", "s", "-m", "b"]), Some(true));
    delivery.signatures[1] = std::fs::read(dir.join("b.minisig")).unwrap();
    delivery.check(&["signature-legacy"]);
}

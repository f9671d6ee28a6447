//! Folders, web servers and buckets, honest and not.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bundle::{State, Trust};
use semver::Version;

use super::server::{Answered, Asked, serve};
use super::support::{NAME, mirror, noon, root};
use crate::{Access, Fault, Fetched, Source, Wanted};

/// An honest mirror: what it has, with a tag for `latest`.
fn honest(asked: &Asked) -> Answered {
    let name = asked.path.rsplit('/').next().unwrap_or("").split('?').next().unwrap_or("");
    if name == "latest" && asked.header("if-none-match") == Some("\"one\"") {
        return Answered(304, vec![("etag", "\"one\"".into())], Some(Vec::new()));
    }
    match mirror().into_iter().find(|(known, _)| known == name) {
        Some((_, bytes)) => Answered(200, vec![("etag", "\"one\"".into())], Some(bytes)),
        None => Answered(404, Vec::new(), Some(Vec::new())),
    }
}

fn source(address: &str) -> Source {
    let access = Access { deadline: Duration::from_millis(1500), ..Access::default() };
    Source::new(&format!("http://{address}/policy"), &access).unwrap()
}

fn fetch(source: &Source, known: Option<&str>) -> Result<Fetched, Fault> {
    source.fetch(Wanted { root: &root(), known, now: noon().unix() })
}

/// What is fetched is what was signed.
#[track_caller]
fn check(fetched: Result<Fetched, Fault>) -> Option<String> {
    let Fetched::Delivery(delivery, tag) = fetched.unwrap() else { panic!("nothing came") };
    let root = root();
    let (state, gateway) = (State::new(&root, noon()), Version::new(0, 1, 0));
    let trust = Trust { root: &root, state: &state, now: noon(), gateway: &gateway };
    assert_eq!(delivery.install(&trust).unwrap().bundle.header.version, 1);
    tag
}

/// It is refused with this code, and what is told names this and nothing that a server said.
#[track_caller]
fn refused(fetched: Result<Fetched, Fault>, code: &str, told: &str) {
    let fault = fetched.unwrap_err();
    assert_eq!(fault.code, code, "{fault}");
    assert!(fault.message.contains(told) && !fault.message.contains("xxxx"), "{fault}");
}

#[test]
fn a_folder_gives_its_newest_bundle_and_no_links() {
    let folder = tempfile::tempdir().unwrap();
    let source = Source::new(folder.path().to_str().unwrap(), &Access::default()).unwrap();
    refused(fetch(&source, None), "absent", NAME);
    for (name, bytes) in mirror() {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    assert_eq!(check(fetch(&source, None)), None);
    std::fs::write(folder.path().join("ministry-2.policy-bundle"), "").unwrap();
    std::fs::write(folder.path().join("other-000009.policy-bundle"), "").unwrap();
    check(fetch(&source, None));
    let link = folder.path().join("ministry-000002.policy-bundle");
    std::os::unix::fs::symlink("/etc/hostname", &link).unwrap();
    refused(fetch(&source, None), "form", "regular file");
    std::fs::remove_file(&link).unwrap();
    std::fs::File::create(&link).unwrap().set_len(65 << 20).unwrap();
    refused(fetch(&source, None), "too-large", "67108864");
}

#[test]
fn a_web_server_is_asked_by_tag_and_gives_what_was_signed() {
    let address = serve(honest);
    let source = source(&address);
    let tag = check(fetch(&source, None));
    assert_eq!(tag.as_deref(), Some("\"one\""));
    assert!(matches!(fetch(&source, tag.as_deref()), Ok(Fetched::Same)));
    check(fetch(&source, Some("\"older\"")));
}

#[test]
fn other_bytes_under_the_same_tag_are_looked_at() {
    let address = serve(|asked| {
        // It says that nothing is new by its tag, and sends something else all the same.
        if asked.path.ends_with("latest") {
            return Answered(
                200,
                vec![("etag", "\"one\"".into())],
                Some(format!("{NAME}\n").into_bytes()),
            );
        }
        if asked.path.ends_with(".policy-bundle") {
            return Answered(200, Vec::new(), Some(b"not what was signed".to_vec()));
        }
        honest(asked)
    });
    let Fetched::Delivery(delivery, _) = fetch(&source(&address), Some("\"one\"")).unwrap() else {
        panic!("the bytes count, not the tag")
    };
    let root = root();
    let (state, gateway) = (State::new(&root, noon()), Version::new(0, 1, 0));
    let trust = Trust { root: &root, state: &state, now: noon(), gateway: &gateway };
    let refused = delivery.install(&trust).unwrap_err();
    assert!(
        refused
            .iter()
            .any(|problem| problem.code() == "wrong-signature"
                || problem.code().contains("signature")),
        "{refused:?}"
    );
}

#[test]
fn a_mirror_that_names_anything_but_a_bundle_leads_nowhere() {
    for name in [
        "../../etc/passwd",
        "http://127.0.0.1/x",
        "other-000001.policy-bundle",
        "",
        "ministry-1.policy-bundle",
        "ministry-000001.policy-bundle\nmore",
    ] {
        let asked = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&asked);
        let address = serve(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            Answered(200, Vec::new(), Some(name.as_bytes().to_vec()))
        });
        refused(fetch(&source(&address), None), "form", "latest");
        assert_eq!(asked.load(Ordering::Relaxed), 1, "nothing was asked for under {name:?}");
    }
}

#[test]
fn endless_huge_and_slow_answers_are_cut_and_redirects_not_followed() {
    let endless = serve(|_| Answered(200, Vec::new(), None));
    refused(fetch(&source(&endless), None), "too-large", "256 bytes");
    let huge = serve(|asked| {
        if asked.path.ends_with("latest") {
            return honest(asked);
        }
        Answered(200, vec![("content-length", "99999999999".into())], None)
    });
    refused(fetch(&source(&huge), None), "too-large", "67108864");
    let slow = serve(|_| {
        std::thread::sleep(Duration::from_secs(4));
        Answered(200, Vec::new(), Some(Vec::new()))
    });
    refused(fetch(&source(&slow), None), "slow", "deadline");
    let target = serve(honest);
    let redirect = serve(move |asked| {
        let to = format!("http://{target}{}", asked.path);
        Answered(302, vec![("location", to)], Some(b"xxxx".to_vec()))
    });
    refused(fetch(&source(&redirect), None), "redirected", "127.0.0.1");
    let broken = serve(|_| Answered(500, Vec::new(), Some(b"xxxx".to_vec())));
    refused(fetch(&source(&broken), None), "status", "500");
    refused(fetch(&source("127.0.0.1:9"), None), "unreachable", "127.0.0.1");
}

#[test]
fn a_password_goes_to_the_server_as_a_header_and_to_s3_as_a_signature() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let address = serve(move |asked| {
        let by_header = asked.header("authorization").unwrap_or("").to_owned();
        noted.lock().unwrap().push(format!("{by_header} {}", asked.path));
        honest(asked)
    });
    let access = Access {
        credentials: Some("me:word".into()),
        endpoint: Some(format!("http://{address}")),
        region: Some("eu-north-1".into()),
        ..Access::default()
    };
    check(fetch(&Source::new(&format!("http://{address}/policy"), &access).unwrap(), None));
    assert!(seen.lock().unwrap().drain(..).all(|line| line.starts_with("Basic bWU6d29yZA==")));
    check(fetch(&Source::new("s3://bucket/policies/north", &access).unwrap(), None));
    let seen = seen.lock().unwrap();
    assert!(
        seen.iter()
            .all(|line| line.starts_with(" /bucket/policies/north/") && !line.contains("word"))
    );
    let scope = "X-Amz-Credential=me%2F20261122%2Feu-north-1%2Fs3%2Faws4_request";
    assert!(
        seen.iter().all(|line| line.contains(scope) && line.contains("X-Amz-Signature=")),
        "{seen:?}"
    );
    assert!(!format!("{access:?}").contains("word"));
}

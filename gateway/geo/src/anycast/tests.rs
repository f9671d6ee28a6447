//! The list itself, and against what its owners publish.

#![expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]

use std::io::Write as _;

use super::*;

fn check(address: &str, expect: Option<&str>) {
    assert_eq!(address.parse().ok().and_then(network), expect, "{address}");
}

#[test]
fn knows_the_large_networks() {
    check("104.18.32.1", Some("Cloudflare"));
    check("162.159.140.245", Some("Cloudflare"));
    check("2606:4700::6810:1", Some("Cloudflare"));
    check("151.101.1.6", Some("Fastly"));
    check("142.250.74.106", Some("Google front ends"));
    check("34.117.59.81", Some("Google front ends"));
    check("13.32.1.1", Some("AWS global"));
    check("75.2.60.5", Some("AWS global"));
    check("13.107.246.40", Some("Azure Front Door"));
    check("160.79.104.10", None);
    check("51.15.0.1", None);
    check("2a01:4f8::1", None);
}

#[test]
fn the_list_is_well_formed() {
    let all: Vec<&Prefix> = KNOWN.iter().flat_map(|(_, blocks)| blocks.iter()).collect();
    for (at, block) in all.iter().enumerate() {
        let (address, length) = block.parts();
        assert_eq!(Prefix::new(address, length), Ok(**block));
        assert!(
            !all.iter().enumerate().any(|(other, b)| other != at && b.contains(address)),
            "{block} twice"
        );
    }
}

/// Each block lies inside what its owner publishes as global. Skipped without the published files.
#[test]
#[expect(clippy::unwrap_used, reason = "a failed test should stop here")]
fn the_list_agrees_with_the_owners() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/eval/ranges/");
    let read = |name: &str| std::fs::read_to_string(format!("{folder}{name}")).ok();
    let Some(aws) = read("aws-ip-ranges.json") else {
        // Past the harness, which keeps what a passed test prints.
        std::io::stderr()
            .write_all(b"skipped: no published ranges beside the repository\n")
            .unwrap();
        return;
    };
    let quoted =
        |text: &str| text.split('"').filter_map(|t| t.parse().ok()).collect::<Vec<Prefix>>();
    let global = |text: &str, mark: &str| -> Vec<Prefix> {
        text.split('}').filter(|entry| entry.contains(mark)).flat_map(quoted).collect()
    };
    let front_door = read("azure.json").unwrap_or_default();
    let front_door = front_door
        .split("\"id\": \"")
        .find(|t| t.starts_with("AzureFrontDoor.Frontend\""))
        .map(quoted);
    let cloudflare = read("cloudflare-v4-ip-ranges.txt").unwrap_or_default();
    let published = [
        (&CLOUDFLARE[..15], cloudflare.lines().filter_map(|l| l.parse().ok()).collect()),
        (&FASTLY[..], quoted(&read("fastly-ip-ranges.json").unwrap_or_default())),
        (
            &GOOGLE[20..],
            global(&read("google-cloud-ip-ranges.json").unwrap_or_default(), "\"global\""),
        ),
        (&AWS[..], global(&aws, "\"GLOBAL\"")),
        (&AZURE[..], front_door.unwrap_or_default()),
    ];
    for (ours, theirs) in &published {
        for block in *ours {
            assert!(
                covered(*block, theirs),
                "{block} is not in its owner's list of {}",
                theirs.len()
            );
        }
    }
}

/// Whether the published blocks fill the whole block, alone or several together.
fn covered(block: Prefix, published: &[Prefix]) -> bool {
    let (first, length) = block.parts();
    if published.iter().any(|b| b.contains(first) && b.parts().1 <= length) {
        return true;
    }
    if !published.iter().any(|b| block.contains(b.parts().0)) {
        return false;
    }
    // A longer block begins inside, so this one can be halved.
    let middle = match first {
        IpAddr::V4(v4) => IpAddr::from((v4.to_bits() | 1 << (31 - length)).to_be_bytes()),
        IpAddr::V6(v6) => IpAddr::from((v6.to_bits() | 1 << (127 - length)).to_be_bytes()),
    };
    published.iter().any(|b| block.contains(b.parts().0))
        && [first, middle]
            .iter()
            .all(|half| Prefix::new(*half, length + 1).is_ok_and(|h| covered(h, published)))
}

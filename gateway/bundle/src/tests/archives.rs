//! Signed files of another form than the one that is written: each is refused, whoever signed it.

use tar::{EntryType, Header as Block};

use super::support::*;
use crate::{Bundle, File, HEADER, MAX_BUNDLE, MAX_FILE, MAX_FILES, PROOF, Refused, pack};

/// An entry as somebody else would write it.
struct Entry {
    name: Vec<u8>,
    kind: EntryType,
    claims: u64,
    bytes: Vec<u8>,
    change: fn(&mut Block),
}

fn entry(name: &str, bytes: &[u8]) -> Entry {
    Entry {
        name: name.into(),
        kind: EntryType::Regular,
        claims: bytes.len() as u64,
        bytes: bytes.to_vec(),
        change: |_| (),
    }
}

impl Entry {
    fn write(&self, out: &mut Vec<u8>) {
        let mut block = Block::new_ustar();
        block.as_old_mut().name[..self.name.len()].copy_from_slice(&self.name);
        block.set_entry_type(self.kind);
        block.set_size(self.claims);
        block.set_mode(0o644);
        block.set_uid(0);
        block.set_gid(0);
        block.set_mtime(0);
        (self.change)(&mut block);
        block.set_cksum();
        out.extend(block.as_bytes());
        out.extend(&self.bytes);
        out.resize(out.len().next_multiple_of(512), 0);
    }
}

/// The entries of a good bundle; [`archive`] of them is the bundle itself.
fn entries() -> Vec<Entry> {
    let bundle = Delivery::good().install().unwrap().bundle;
    let mut entries = vec![entry(HEADER, &bundle.header.to_json())];
    entries.extend(bundle.files.iter().map(|file| entry(&file.name, &file.bytes)));
    entries
}

fn archive(entries: &[Entry]) -> Vec<u8> {
    let mut out = Vec::new();
    entries.iter().for_each(|entry| entry.write(&mut out));
    out.resize(out.len() + 1024, 0);
    out
}

/// The verdict over these bytes, signed by all who must.
#[track_caller]
fn check_bytes(bytes: Vec<u8>, expected: &[&str]) {
    let mut delivery = Delivery::good();
    delivery.bytes = bytes;
    delivery.sign(&["anna", "dora"]);
    delivery.check(expected);
}

/// The verdict over the good entries with one more before the proof.
#[track_caller]
fn check_with(more: Entry, expected: &[&str]) {
    let mut all = entries();
    all.insert(all.len() - 1, more);
    check_bytes(archive(&all), expected);
}

#[test]
fn of_one_content_there_is_one_file() {
    let good = Delivery::good().bytes;
    assert_eq!(archive(&entries()), good);
    let mut other_order = files();
    other_order.reverse();
    assert_eq!(pack(&header(&files()), &other_order).unwrap(), good);
}

#[test]
fn the_usual_reader_reads_it_too() {
    let good = Delivery::good().bytes;
    let mut names = Vec::new();
    for entry in tar::Archive::new(good.as_slice()).entries().unwrap() {
        names.push(entry.unwrap().path().unwrap().display().to_string());
    }
    let expected = [
        HEADER,
        "detectors/se.toml",
        "required/national.policy",
        "rules/10-baseline.policy",
        PROOF,
    ];
    assert_eq!(names, expected);
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let names = [
        "../up.policy",
        "rules/../../up.policy",
        "rules/..",
        "/etc/abs.policy",
        "rules\\win.policy",
        "C:\\win.policy",
        "C:win.policy",
        "rules//x.policy",
        "./x.policy",
        "rules/./x.policy",
        "rules/.hidden.policy",
        "rules/-o.policy",
        "rules/end./x.policy",
        "rules/x.policy/",
        "rules/x y.policy",
        "rules/x\ny.policy",
        "rules/x\u{1b}.policy",
        "rules/\u{e5}.policy",
        "rules/a.policy%2f..",
        "",
    ];
    for name in names {
        check_with(entry(name, b"x"), &["entry-name"]);
        let mut named = files();
        named.push(File::new(name, "x"));
        check(pack(&header(&files()), &named), &["entry-name"]);
    }
    let long = format!("rules/{}.policy", "x".repeat(90));
    check(pack(&header(&files()), &[files(), vec![File::new(long, "")]].concat()), &["entry-name"]);
}

#[test]
fn only_policies_and_toml_are_sources() {
    for name in
        ["rules/x", "rules/x.json", "x.so", "policy", "toml", "rules/x.policy.gz", "rules/X.POLICY"]
    {
        check_with(entry(name, b"x"), &["entry-name"]);
    }
    check_with(entry("Required/x.policy", b"x"), &["entry-name"]);
}

#[test]
fn only_regular_files_are_taken() {
    for kind in *b"12345670LKxgSVM\0" {
        let kind = EntryType::new(kind);
        if kind == EntryType::Regular {
            continue;
        }
        let mut link = entry("rules/z.policy", b"");
        link.kind = kind;
        link.change = |block| block.set_link_name_literal("/etc/passwd").unwrap();
        check_with(link, &["not-a-file"]);
    }
    // What pax and GNU say of the entry behind them is never read.
    let mut long = entry("././@LongLink", b"../../up.policy\0");
    long.kind = EntryType::GNULongName;
    check_with(long, &["not-a-file"]);
    let mut pax = entry("pax", b"20 path=../x.policy\n");
    pax.kind = EntryType::XHeader;
    check_with(pax, &["not-a-file"]);
}

#[test]
fn two_entries_never_have_one_name() {
    check_with(entry("rules/10-baseline.policy", b"other"), &["duplicate"]);
    check_with(entry("rules/10-BASELINE.policy", b"other"), &["duplicate"]);
    check_with(entry("rules/10-baseline.policy/x.policy", b"other"), &["duplicate"]);
    check_with(entry("rules/10-Baseline.policy/x.policy", b"other"), &["duplicate"]);
    let same = [files(), vec![File::new("rules/10-Baseline.policy", "")]].concat();
    check(pack(&header(&files()), &same), &["duplicate"]);
}

#[test]
fn two_headers_or_two_proofs_are_refused() {
    let bundle = Delivery::good().install().unwrap().bundle;
    check_with(entry(HEADER, &bundle.header.to_json()), &["duplicate"]);
    check_with(entry("Header.json", &bundle.header.to_json()), &["duplicate"]);
    check_with(entry(PROOF, b"{}"), &["duplicate"]);
}

#[test]
fn header_first_sources_by_name_proof_last() {
    let mut swapped = entries();
    swapped.swap(1, 2);
    check_bytes(archive(&swapped), &["order"]);
    let mut late = entries();
    late.swap(0, 1);
    check_bytes(archive(&late), &["order", "no-header"]);
    let mut early = entries();
    let proof = early.pop().unwrap();
    early.insert(1, proof);
    check_bytes(archive(&early), &["no-proof", "order"]);
    check_bytes(archive(&entries()[1..]), &["no-header"]);
    check_bytes(archive(&entries()[..4]), &["no-proof"]);
    check_bytes(archive(&[]), &["no-proof", "no-header"]);
}

#[test]
fn a_claimed_size_is_not_believed() {
    for (claims, code) in [
        (1 << 20, "form"),
        (MAX_FILE as u64, "form"),
        (MAX_FILE as u64 + 1, "entry-too-large"),
        (u64::MAX, "entry-too-large"),
    ] {
        let mut huge = entry("rules/z.policy", b"small");
        huge.claims = claims;
        check_with(huge, &[code]);
    }
    let mut octal = entry("rules/z.policy", b"small");
    octal.change = |block| block.as_old_mut().size = *b"no number   ";
    check_with(octal, &["form"]);
    // One that claims less leaves bytes that are no header.
    let mut less = entry("rules/z.policy", &[b'x'; 600]);
    less.claims = 5;
    check_with(less, &["spelling", "form"]);
}

#[test]
fn what_is_truly_huge_is_refused() {
    check_with(entry("rules/z.policy", &vec![b'x'; MAX_FILE + 1]), &["entry-too-large"]);
    let many: Vec<Entry> =
        (0..=MAX_FILES).map(|n| entry(&format!("rules/{n:05}.policy"), b"")).collect();
    check_bytes(archive(&many), &["too-many-entries"]);
    check(Bundle::read(&vec![0; MAX_BUNDLE + 1]), &["too-large"]);
}

#[test]
fn nothing_stands_behind_the_end() {
    let good = Delivery::good().bytes;
    for more in [1, 512, 9 * 1024] {
        let mut longer = good.clone();
        longer.resize(good.len() + more, 0);
        check_bytes(longer, &["trailing"]);
    }
    check_bytes([good.clone(), good.clone()].concat(), &["trailing"]);
    check_bytes([&good[..good.len() - 512], &[1; 512]].concat(), &["trailing"]);
    check_bytes(good[..good.len() - 512].to_vec(), &["form"]);
    check_bytes(good[..good.len() - 1024].to_vec(), &["form"]);
    check_bytes(good[..700].to_vec(), &["form"]);
    check_bytes(Vec::new(), &["form"]);
}

#[test]
fn a_header_block_has_one_spelling() {
    let changes: [fn(&mut Block); 12] = [
        |block| block.set_mode(0o755),
        |block| block.set_uid(1),
        |block| block.set_gid(1),
        |block| block.set_mtime(1),
        |block| block.as_ustar_mut().unwrap().uname[0] = b'r',
        |block| block.as_ustar_mut().unwrap().gname[0] = b'r',
        |block| block.as_ustar_mut().unwrap().prefix[..2].copy_from_slice(b".."),
        |block| block.as_ustar_mut().unwrap().dev_major[0] = b'1',
        |block| block.as_ustar_mut().unwrap().pad[0] = b'1',
        |block| block.as_old_mut().linkname[0] = b'x',
        |block| block.as_old_mut().name[99] = b'x',
        |block| block.as_mut_bytes()[257..265].copy_from_slice(b"ustar  \0"),
    ];
    for change in changes {
        let mut odd = entry("rules/z.policy", b"x");
        odd.change = change;
        check_with(odd, &["spelling"]);
    }
    let mut padded = Delivery::good().bytes;
    let end = padded.len() - 1024;
    padded[end - 1] = 1;
    check_bytes(padded, &["spelling"]);
}

#[test]
fn all_problems_of_form_are_told_at_once_and_name_no_content() {
    let mut all = entries();
    let mut link = entry("secret-name.policy", b"");
    link.kind = EntryType::Symlink;
    all.push(link);
    all.push(entry("../secret-name.policy", b""));
    all.push(entry("rules/10-baseline.policy", b""));
    let mut longer = archive(&all);
    longer.push(b'x');
    let problems = Bundle::read(&longer).unwrap_err();
    let codes: Vec<_> = problems.iter().map(Refused::code).collect();
    assert_eq!(codes, ["not-a-file", "entry-name", "trailing", "duplicate"]);
    assert!(!format!("{problems:?}").contains("secret"));
}

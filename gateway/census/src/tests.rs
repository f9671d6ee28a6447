#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a failed test should stop here; its files are its own"
)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::entry::LEN;

/// No day of these tests is too long before it to be remembered.
const TODAY: i32 = 0;

fn person(number: u8) -> Person {
    Person([number; 16])
}

fn question(first: i32, persons: &[u8]) -> Question {
    let persons = persons.iter().map(|number| person(*number)).collect();
    Question { counter: Tag::of("seen"), first, persons }
}

fn ask(census: &Arc<Census>, first: i32, persons: &[u8]) -> Asked {
    census.ask(vec![question(first, persons)])
}

/// How many are counted from a day on.
fn count(census: &Arc<Census>, first: i32) -> Option<u64> {
    ask(census, first, &[]).counts()[0]
}

/// Counts these persons on a day, durably.
fn keep(census: &Arc<Census>, day: i32, persons: &[u8]) {
    try_keep(census, day, persons).unwrap();
}

fn try_keep(census: &Arc<Census>, day: i32, persons: &[u8]) -> Result<(), Fault> {
    let asked = ask(census, 0, persons);
    let leaving: Vec<Vec<Person>> =
        asked.questions.iter().map(|asked| asked.persons.clone()).collect();
    asked.keep(day, &leaving)
}

fn at(folder: &Path) -> Arc<Census> {
    let census = Census::at(folder);
    census.open(TODAY);
    census
}

#[test]
fn a_person_counts_once_and_from_the_day_on_which_it_was_seen_last() {
    let folder = tempfile::tempdir().unwrap();
    let census = at(folder.path());
    keep(&census, 10, &[1, 2, 2]);
    keep(&census, 20, &[2, 3]);
    keep(&census, 15, &[3]);
    assert_eq!([0, 11, 20, 21].map(|first| count(&census, first)), [3, 2, 2, 0].map(Some));
    let other = Question { counter: Tag::of("other"), ..question(0, &[1]) };
    assert_eq!(census.ask(vec![other]).counts(), [Some(1)]);
}

#[test]
fn a_request_counts_with_its_own_persons_and_those_that_are_not_settled() {
    let folder = tempfile::tempdir().unwrap();
    let census = at(folder.path());
    keep(&census, 10, &[1]);
    let first = ask(&census, 0, &[1, 2, 2]);
    assert_eq!(first.counts(), [Some(2)]);
    let second = ask(&census, 0, &[2, 3]);
    assert_eq!(second.counts(), [Some(3)]);
    drop(first);
    assert_eq!(count(&census, 0), Some(3), "2 is expected by the second, too");
    drop(second);
    assert_eq!(count(&census, 0), Some(1), "nothing of either has left");
}

#[test]
fn only_those_whose_data_leaves_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let census = at(folder.path());
    let asked = ask(&census, 0, &[1, 2, 3]);
    asked.keep(10, &[vec![person(1), person(3)]]).unwrap();
    drop(asked);
    assert_eq!(count(&census, 0), Some(2));
    assert_eq!(fs::metadata(folder.path().join("persons")).unwrap().len(), 2 * LEN as u64);
}

#[test]
fn what_was_kept_is_there_after_a_start_and_nothing_is_written_twice_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let census = at(folder.path());
    keep(&census, 10, &[1, 2]);
    keep(&census, 10, &[1, 2]);
    drop(census);
    assert_eq!(fs::metadata(folder.path().join("persons")).unwrap().len(), 2 * LEN as u64);
    assert_eq!(count(&at(folder.path()), 0), Some(2));
}

/// Wherever a crash cuts what is written, whole entries count and the rest goes; what comes behind stands in its place.
#[test]
fn a_torn_end_is_dropped_wherever_it_is_torn() {
    for cut in 0..=3 * LEN {
        let folder = tempfile::tempdir().unwrap();
        keep(&at(folder.path()), 10, &[1, 2, 3]);
        let path = folder.path().join("persons");
        let bytes = fs::read(&path).unwrap();
        // Bytes that never reached the disk are not there, or read as nothing.
        for torn in [bytes[..cut].to_vec(), [&bytes[..cut], &vec![0; 3 * LEN - cut][..]].concat()] {
            fs::write(&path, torn).unwrap();
            let census = at(folder.path());
            let whole = (cut / LEN) as u64;
            assert_eq!(count(&census, 0), Some(whole), "{cut}");
            keep(&census, 11, &[9]);
            drop(census);
            assert_eq!(count(&at(folder.path()), 0), Some(whole + 1), "{cut}");
        }
    }
}

#[test]
fn a_damaged_entry_before_others_makes_the_reading_unknown() {
    for byte in 0..LEN {
        let folder = tempfile::tempdir().unwrap();
        keep(&at(folder.path()), 10, &[1, 2, 3]);
        let path = folder.path().join("persons");
        let mut bytes = fs::read(&path).unwrap();
        bytes[LEN + byte] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let census = at(folder.path());
        assert_eq!((count(&census, 0), census.fault()), (None, Some(Fault::Broken(1))));
        assert!(try_keep(&census, 10, &[4]).is_err());
        assert_eq!(fs::read(&path).unwrap(), bytes, "left for somebody to look at");
        bytes[LEN + byte] ^= 1;
        fs::write(&path, &bytes).unwrap();
        census.renew(TODAY);
        assert_eq!((count(&census, 0), census.fault()), (Some(3), None));
    }
}

#[test]
fn what_cannot_be_written_makes_the_reading_unknown_and_nothing_is_counted_as_kept() {
    let folder = tempfile::tempdir().unwrap();
    let census = at(folder.path());
    keep(&census, 10, &[1]);
    // A device that takes nothing, in the place of the file.
    let full = fs::OpenOptions::new().append(true).open("/dev/full").unwrap();
    census.store().as_mut().unwrap().replace(full);
    assert!(matches!(try_keep(&census, 10, &[2]), Err(Fault::Io("writing", _))));
    assert_eq!(count(&census, 0), None);
    assert!(census.fault().is_some_and(|fault| fault.to_string().contains("writing")));
    assert!(try_keep(&census, 10, &[3]).is_err());
    let waits = ask(&census, 0, &[7]);
    census.renew(TODAY);
    assert_eq!(count(&census, 0), Some(2), "1 is kept, and 7 is not settled");
    drop(waits);
    assert_eq!((count(&census, 0), census.fault()), (Some(1), None));
    keep(&census, 10, &[2]);
    assert_eq!(count(&census, 0), Some(2));
}

#[test]
fn a_folder_that_cannot_be_made_makes_the_reading_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "no folder").unwrap();
    let census = at(&path.join("persons"));
    assert_eq!(count(&census, 0), None);
    assert!(matches!(census.fault(), Some(Fault::Io("making its folder", _))));
    assert!(!census.is_closed(), "it is not tried again by every request");
}

#[test]
fn nothing_is_opened_before_somebody_asks_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let census = Census::at(&folder.path().join("census"));
    assert_eq!((count(&census, 0), census.fault()), (None, None));
    assert!(try_keep(&census, 10, &[1]).is_err());
    census.renew(TODAY);
    assert!(census.is_closed() && !folder.path().join("census").exists());
}

#[test]
fn many_that_keep_at_once_are_all_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let census = at(folder.path());
    std::thread::scope(|scope| {
        for number in 0..64 {
            let census = &census;
            scope.spawn(move || keep(census, 10, &[number, number / 2]));
            if number % 16 == 0 {
                scope.spawn(|| census.renew(TODAY));
            }
        }
    });
    assert_eq!(count(&census, 0), Some(64));
    drop(census);
    assert_eq!(count(&at(folder.path()), 0), Some(64));
}

#[test]
fn only_its_owner_reads_what_is_counted() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("census");
    keep(&at(&folder), 10, &[1]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!([mode(&folder.join("persons")), mode(&folder.join("lock"))], [0o600; 2]);
}

#[test]
fn while_another_process_has_the_file_nobody_knows_and_then_it_is_had() {
    let folder = tempfile::tempdir().unwrap();
    let first = at(folder.path());
    let second = at(folder.path());
    assert_eq!((count(&second, 0), second.fault()), (None, Some(Fault::Taken)));
    keep(&first, 10, &[1, 2]);
    drop(first);
    assert!(second.is_closed(), "so that it is tried again");
    second.open(TODAY);
    assert_eq!((count(&second, 0), second.fault()), (Some(2), None));
}

#[test]
fn who_was_seen_long_ago_is_forgotten_and_the_file_stays_small() {
    let folder = tempfile::tempdir().unwrap();
    let census = at(folder.path());
    for day in 0..200 {
        keep(&census, day, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
    keep(&census, 5, &[99]);
    let path = folder.path().join("persons");
    assert!(fs::metadata(&path).unwrap().len() > 1_900 * LEN as u64);
    census.renew(199);
    assert_eq!((count(&census, 0), count(&census, 6)), (Some(11), Some(10)));
    assert_eq!(fs::metadata(&path).unwrap().len(), 11 * LEN as u64);
    keep(&census, 5 + KEPT, &[1]);
    census.renew(5 + KEPT);
    assert_eq!(count(&census, 0), Some(11), "as far back as is kept");
    keep(&census, 6 + KEPT, &[1]);
    census.renew(6 + KEPT);
    assert_eq!(count(&census, 0), Some(10));
    assert_eq!(fs::metadata(&path).unwrap().len(), 10 * LEN as u64, "nothing of 99 is on disk");
    assert!(!folder.path().join("persons.new").exists());
}

#[test]
fn a_clock_that_is_wrong_by_years_makes_nobody_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    keep(&at(folder.path()), 20_000, &[1, 2]);
    for today in [40_000, 0] {
        let census = Census::at(folder.path());
        census.open(today);
        assert_eq!(count(&census, 0), Some(2), "{today}");
    }
}

#[test]
fn a_person_shows_nothing_of_itself() {
    assert_eq!(format!("{:?}", person(7)), "Person(..)");
}

mod properties {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn counts_are_those_of_counting(kept in prop::collection::vec((0i32..30, 0u8..20), 0..60), first in 0i32..30) {
            let folder = tempfile::tempdir().unwrap();
            let census = at(folder.path());
            let mut last: BTreeMap<u8, i32> = BTreeMap::new();
            for (day, number) in kept {
                keep(&census, day, &[number]);
                let seen = last.entry(number).or_insert(day);
                *seen = day.max(*seen);
            }
            let expect = last.values().filter(|day| **day >= first).count() as u64;
            prop_assert_eq!(count(&census, first), Some(expect));
            drop(census);
            prop_assert_eq!(count(&at(folder.path()), first), Some(expect));
        }
    }
}

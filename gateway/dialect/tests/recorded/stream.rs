//! Recorded streams of many providers, when they are at hand: the same events however they are cut, byte for byte.

use dialect::stream::{Channel, Event, Reader, Splitter};
use dialect::{Dialect, Limits};

use super::recordings;

/// An event as far as a caller can see it.
type Seen = (Vec<u8>, Vec<(Channel, String)>, Vec<u32>, bool, bool);

fn seen(event: &Event) -> Seen {
    let deltas = event.deltas().map(|delta| (delta.channel, delta.text.to_owned())).collect();
    (event.raw().to_vec(), deltas, event.finished().to_vec(), event.is_done(), event.is_unread())
}

fn reader(dialect: Dialect) -> Reader {
    Reader::new(dialect, 4 << 20, Limits::default())
}

/// Whether the pieces give the expected events; stops at the first difference.
fn same(mut reader: Reader, pieces: &mut dyn Iterator<Item = &[u8]>, expect: &[Seen]) -> bool {
    let mut number = 0;
    for piece in pieces {
        reader.feed(piece);
        while let Ok(Some(event)) = reader.next() {
            if expect.get(number) != Some(&seen(&event)) {
                return false;
            }
            number += 1;
        }
    }
    let tail = reader.finish();
    number + usize::from(tail.is_some()) == expect.len()
        && tail.is_none_or(|event| Some(&seen(&event)) == expect.last())
}

/// Frames are compared from the first to the last for every cut. Whole events are, too, from a reader that stands before
/// the event that is cut to the event after it: a reader keeps nothing of the events before the one it reads.
fn every_position(dialect: Dialect, bytes: &[u8], expect: &[Seen]) {
    for cut in 0..=bytes.len() {
        let (one, two) = bytes.split_at(cut);
        let mut splitter = Splitter::new(4 << 20);
        let mut frames = expect.iter().map(|event| event.0.as_slice());
        for piece in [one, two] {
            splitter.feed(piece);
            while let Ok(Some(frame)) = splitter.next() {
                assert_eq!(Some(frame.as_slice()), frames.next(), "cut at {cut}");
            }
        }
        assert_eq!(splitter.finish().as_deref(), frames.next(), "cut at {cut}");
    }
    let mut before = reader(dialect);
    for (number, event) in expect.iter().enumerate() {
        let frame = event.0.as_slice();
        let near = &expect[number..expect.len().min(number + 2)];
        let next = near.get(1).map_or(&[][..], |event| event.0.as_slice());
        for cut in 0..=frame.len() {
            let (one, two) = frame.split_at(cut);
            let mut pieces = [one, two, next].into_iter();
            assert!(same(before.clone(), &mut pieces, near), "event {number} cut at {cut}");
        }
        before.feed(frame);
        while let Ok(Some(_)) = before.next() {}
        assert!(number + 1 == expect.len() || before.held() == 0, "event {number} is kept");
    }
}

fn read(dialect: Dialect, bytes: &[u8]) -> Vec<Seen> {
    let mut reader = reader(dialect);
    reader.feed(bytes);
    let mut events = Vec::new();
    while let Ok(Some(event)) = reader.next() {
        events.push(seen(&event));
    }
    events.extend(reader.finish().as_ref().map(seen));
    events
}

#[test]
fn cuts_do_not_matter() {
    for recording in recordings::answers("sse") {
        let (dialect, bytes) = (recording.dialect, recording.bytes.as_slice());
        let expect = read(dialect, bytes);
        assert_eq!(
            expect.iter().flat_map(|event| event.0.clone()).collect::<Vec<u8>>(),
            bytes,
            "{}",
            recording.name
        );
        assert!(
            same(reader(dialect), &mut bytes.chunks(1), &expect),
            "{} byte by byte",
            recording.name
        );
        if bytes.len() <= 32 << 10 {
            every_position(dialect, bytes, &expect);
            continue;
        }
        let mut seed = 0x9e37_79b9_u64;
        let mut cuts: Vec<usize> =
            (0..500).map(|_| recordings::random(&mut seed) % bytes.len()).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let mut pieces = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]);
        assert!(same(reader(dialect), &mut pieces, &expect), "{} in 500 cuts", recording.name);
    }
}

#[test]
fn every_recorded_event_is_read() {
    let mut unreadable = Vec::new();
    for recording in recordings::answers("sse") {
        for event in read(recording.dialect, &recording.bytes) {
            if event.4 {
                unreadable.push(recording.name.clone());
            }
        }
    }
    assert_eq!(unreadable, Vec::<String>::new());
}

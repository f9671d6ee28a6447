//! A stream of events in both dialects: nothing of it is lost, and the events are the same however it is cut.
#![no_main]

use dialect::stream::{Event, Reader};
use dialect::{Dialect, Limits};
use libfuzzer_sys::fuzz_target;

const SIZE: usize = 1 << 16;

/// What is told of each event, or that one is larger than allowed.
type Told = Result<Vec<(Vec<u8>, Vec<String>, bool, bool)>, ()>;

fn told(event: &Event) -> (Vec<u8>, Vec<String>, bool, bool) {
    let deltas = event.deltas().map(|delta| format!("{:?} {}", delta.channel, delta.text)).collect();
    (event.raw().to_vec(), deltas, event.is_unread(), event.is_opaque())
}

fn read<'p>(dialect: Dialect, pieces: impl Iterator<Item = &'p [u8]>) -> Told {
    let mut reader = Reader::new(dialect, SIZE, Limits::default());
    let mut events = Vec::new();
    for piece in pieces {
        reader.feed(piece);
        while let Some(event) = reader.next().map_err(drop)? {
            events.push(told(&event));
        }
    }
    events.extend(reader.finish().as_ref().map(told));
    Ok(events)
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, stream) = input;
    for dialect in [Dialect::OpenAiChat, Dialect::AnthropicMessages] {
        let whole = read(dialect, std::iter::once(stream));
        if let Ok(events) = &whole {
            let raw: Vec<u8> = events.iter().flat_map(|event| event.0.iter().copied()).collect();
            assert_eq!(raw, stream);
        }
        assert_eq!(read(dialect, stream.chunks(usize::from(size) + 1)), whole);
    }
});

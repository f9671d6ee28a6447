//! Events in their order, each held until all its texts are settled.

use std::collections::VecDeque;

use dialect::stream::{Channel, Event};

use super::flow::{Flowing, Piece, Settled, Work};
use crate::Refusal;

/// An event that waits for some of its texts.
struct Waiting {
    event: Event,
    open: usize,
    changed: Vec<(usize, String)>,
}

/// Everything of a stream that is held.
#[derive(Default)]
pub(super) struct Queue {
    waiting: VecDeque<Waiting>,
    /// The number of the event at the front.
    first: u64,
    channels: Vec<(Channel, Flowing)>,
}

impl Queue {
    /// Adds an event and settles the texts that it settles; with `last`, all texts.
    ///
    /// # Errors
    /// The refusal of an answer that the policy does not let in; what was settled before it is still let out.
    pub(super) fn take(
        &mut self,
        event: Option<Event>,
        last: bool,
        work: &mut Work<'_>,
    ) -> Result<(), Refusal> {
        let mut touched = Vec::new();
        if let Some(event) = event {
            self.add(event, last, &mut touched, work)?;
        }
        if last {
            touched = self.channels.iter().map(|(channel, _)| (*channel, true)).collect();
        }
        for (channel, ended) in touched {
            self.settle(channel, ended, work)?;
        }
        Ok(())
    }

    /// Bytes of all events that wait.
    pub(super) fn held(&self) -> usize {
        self.waiting.iter().map(|waiting| waiting.event.raw().len()).sum()
    }

    /// The next event that is ready: as it came, or with the changed texts spliced in.
    pub(super) fn ready(&mut self) -> Option<Vec<u8>> {
        self.waiting.front().filter(|waiting| waiting.open == 0)?;
        let waiting = self.waiting.pop_front()?;
        self.first += 1;
        let texts: Vec<(usize, &str)> =
            waiting.changed.iter().map(|(delta, text)| (*delta, text.as_str())).collect();
        Some(if texts.is_empty() {
            waiting.event.raw().to_vec()
        } else {
            waiting.event.with(&texts)
        })
    }

    fn add(
        &mut self,
        event: Event,
        last: bool,
        touched: &mut Vec<(Channel, bool)>,
        work: &mut Work<'_>,
    ) -> Result<(), Refusal> {
        let number = self.first + self.waiting.len() as u64;
        let mut single = Vec::new();
        let mut open = 0;
        for (delta, piece) in event.deltas().enumerate() {
            open += 1;
            let place = Piece { event: number, delta, len: piece.text.len() };
            if piece.channel.kind.grows() {
                self.flowing(piece.channel).push(place, piece.text);
                note(touched, piece.channel, false);
            } else {
                let mut alone = Flowing::new(false);
                alone.push(place, piece.text);
                single.push((alone, piece.label.to_owned()));
            }
        }
        for channel in event.ends() {
            note(touched, *channel, true);
        }
        if last || event.is_done() {
            touched.extend(self.channels.iter().map(|(channel, _)| (*channel, true)));
        }
        self.waiting.push_back(Waiting { event, open, changed: Vec::new() });
        for (mut alone, label) in single {
            let settled = alone.settle(&label, true, work)?;
            self.apply(settled);
        }
        Ok(())
    }

    fn flowing(&mut self, channel: Channel) -> &mut Flowing {
        let at = match self.channels.iter().position(|(known, _)| *known == channel) {
            Some(at) => at,
            None => {
                self.channels.push((channel, Flowing::new(channel.kind.is_json_text())));
                self.channels.len() - 1
            }
        };
        &mut self.channels[at].1
    }

    fn settle(
        &mut self,
        channel: Channel,
        ended: bool,
        work: &mut Work<'_>,
    ) -> Result<(), Refusal> {
        let Some(at) = self.channels.iter().position(|(known, _)| *known == channel) else {
            return Ok(());
        };
        let settled = self.channels[at].1.settle("", ended, work)?;
        if ended {
            self.channels.swap_remove(at);
        }
        self.apply(settled);
        Ok(())
    }

    fn apply(&mut self, settled: Vec<Settled>) {
        for (piece, text) in settled {
            let Some(waiting) = self.waiting.get_mut((piece.event - self.first) as usize) else {
                continue;
            };
            waiting.open -= 1;
            waiting.changed.extend(text.map(|text| (piece.delta, text)));
        }
    }
}

/// Notes that a channel must be settled, once, and whether it has ended.
fn note(touched: &mut Vec<(Channel, bool)>, channel: Channel, ended: bool) {
    match touched.iter_mut().find(|(known, _)| *known == channel) {
        Some((_, known)) => *known |= ended,
        None => touched.push((channel, ended)),
    }
}

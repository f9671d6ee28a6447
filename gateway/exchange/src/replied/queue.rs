//! Events, each held until all its texts are settled, and let out in the order in which they came.
//!
//! Invariants: first in, first out; an event that waits holds all behind it, of whichever choice they are, so a clean
//! answer leaves byte for byte. No text waits beyond the end of the stream. What is held is bounded by what a whole
//! answer may take; beyond that the answer is cut.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use detect::Text;
use dialect::stream::{Change, Channel, Event, Kind};

use super::flow::{Ending, Flowing, Piece, Settled};
use super::work::Work;
use crate::{Code, Refusal};

/// Most texts that may grow at one time.
const MAX_CHANNELS: usize = 1024;

/// Short texts that are remembered as clean, and how long one may be.
const FAMILIAR: usize = 256;
const FAMILIAR_BYTES: usize = 96;

/// An event that waits for some of its texts.
struct Waiting {
    number: u64,
    event: Event,
    open: usize,
    changes: Vec<Change>,
    /// Bytes that it takes, changes included.
    footprint: usize,
}

/// Everything of a stream that is held.
#[derive(Default)]
pub(super) struct Queue {
    waiting: VecDeque<Waiting>,
    /// The number of the next event.
    next: u64,
    channels: Vec<Growing>,
    /// By kind, the end of the text that ended last: a block of an answer may go on where the one before ended.
    ended: BTreeMap<Kind, String>,
    /// By label, texts in which nothing was found: ids and names that every event repeats.
    familiar: BTreeMap<String, BTreeSet<String>>,
    known: usize,
    footprint: usize,
    /// Something was taken out of this answer.
    masked: bool,
}

struct Growing {
    channel: Channel,
    flowing: Flowing,
    /// Text came that was not looked at yet.
    fresh: bool,
}

impl Queue {
    /// Bytes held, near enough for a budget.
    pub(super) fn footprint(&self) -> usize {
        self.footprint + self.channels.iter().map(|g| g.flowing.footprint()).sum::<usize>()
    }

    /// Whether no event waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes an event, and settles the texts that end or pause with it.
    ///
    /// # Errors
    /// The refusal of an answer that the policy does not let in, or that must be held beyond its bound; what was settled
    /// before it is still let out.
    pub(super) fn take(&mut self, event: Event, work: &mut Work<'_>) -> Result<(), Refusal> {
        work.judge.note_unlooked(work.case, event.is_unread(), event.is_opaque())?;
        let changes = self.complete(&event, work)?;
        let number = self.next;
        self.next += 1;
        let mut open = 0;
        for (delta, text) in event.deltas().enumerate().filter(|(_, d)| d.channel.kind.grows()) {
            open += 1;
            let growing = self.growing(text.channel)?;
            growing.flowing.push(Piece { event: number, delta, len: text.text.len() }, text.text);
            growing.fresh = true;
        }
        let endings = self.endings(&event);
        let footprint = event.footprint() + size_of_changes(&changes);
        self.footprint += footprint;
        self.waiting.push_back(Waiting { number, event, open, changes, footprint });
        for (channel, ending) in endings {
            self.settle(channel, ending, work)?;
        }
        let bound = work.case.book.bounds.answer;
        if self.footprint() > bound {
            let why = format!("more than {bound} bytes of it would have to be held back");
            return Err(Refusal::because(Code::AnswerUnreadable, why));
        }
        Ok(())
    }

    /// Settles what can be settled of the texts that came since the last time; with `last`, all texts.
    ///
    /// # Errors
    /// As [`Queue::take`].
    pub(super) fn settle_all(&mut self, last: bool, work: &mut Work<'_>) -> Result<(), Refusal> {
        let due = self.channels.iter().filter(|growing| growing.fresh || last);
        let due: Vec<Channel> = due.map(|growing| growing.channel).collect();
        let ending = if last { Ending::End } else { Ending::Open };
        due.into_iter().try_for_each(|channel| self.settle(channel, ending, work))
    }

    /// The next event that is ready: as it came, or with what changes in it.
    ///
    /// # Errors
    /// `answer-unreadable` if the changes cannot be made, which would be a fault of ours.
    pub(super) fn ready(&mut self) -> Result<Option<Vec<u8>>, Refusal> {
        let first = self.waiting.pop_front_if(|waiting| waiting.open == 0);
        let Some(waiting) = first else { return Ok(None) };
        self.footprint -= waiting.footprint;
        if waiting.changes.is_empty() && !self.masked {
            return Ok(Some(waiting.event.raw().to_vec()));
        }
        let edited = waiting.event.edited(&waiting.changes, self.masked);
        edited.map(Some).ok_or_else(|| Refusal::new(Code::AnswerUnreadable))
    }

    /// Judges the texts of an event that are complete in themselves.
    fn complete(&mut self, event: &Event, work: &mut Work<'_>) -> Result<Vec<Change>, Refusal> {
        let (mut texts, mut deltas) = (Vec::new(), Vec::new());
        for (delta, text) in event.deltas().enumerate().filter(|(_, d)| !d.channel.kind.grows()) {
            if !self.familiar.get(text.label).is_some_and(|known| known.contains(text.text)) {
                texts.push(Text::alone(text.label, text.text));
                deltas.push(delta);
            }
        }
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let done = work.complete(&texts)?;
        if done.clean {
            texts.iter().for_each(|text| self.remember(text.label, text.body));
        }
        self.masked |= done.edits.iter().any(|(_, edit)| edit.masks);
        let changes = done.edits.into_iter().map(|(at, edit)| Change {
            delta: deltas[at],
            span: (edit.start, edit.end),
            with: edit.with,
        });
        Ok(changes.collect())
    }

    fn remember(&mut self, label: &str, text: &str) {
        if self.known < FAMILIAR && label.len() + text.len() <= FAMILIAR_BYTES {
            self.known += 1;
            self.familiar.entry(label.to_owned()).or_default().insert(text.to_owned());
        }
    }

    fn growing(&mut self, channel: Channel) -> Result<&mut Growing, Refusal> {
        let at = match self.channels.iter().position(|known| known.channel == channel) {
            Some(at) => at,
            None if self.channels.len() >= MAX_CHANNELS => {
                return Err(Refusal::new(Code::AnswerUnreadable));
            }
            None => {
                let before = self.ended.get(&channel.kind).cloned().unwrap_or_default();
                let flowing = Flowing::new(channel.kind.is_json_text(), before);
                self.channels.push(Growing { channel, flowing, fresh: false });
                self.channels.len() - 1
            }
        };
        Ok(&mut self.channels[at])
    }

    /// The texts that an event ends, or that seem complete because of it: the model has gone on to speak of something
    /// else in the same choice, or the choice is called finished. A tool call is not taken for complete because another
    /// begins, since parallel calls may come interleaved; its brackets tell.
    fn endings(&self, event: &Event) -> Vec<(Channel, Ending)> {
        let mut endings = Vec::new();
        for channel in self.channels.iter().map(|growing| growing.channel) {
            if event.is_done() || event.ended_block() == Some(channel.index) {
                endings.push((channel, Ending::End));
                continue;
            }
            if event.deltas().any(|delta| delta.channel == channel) {
                continue;
            }
            let passed = channel.kind != Kind::ToolArguments
                && event.deltas().any(|delta| {
                    delta.channel.index == channel.index
                        && !matches!(delta.channel.kind, Kind::Whole | Kind::Other)
                });
            if passed || event.finished().contains(&channel.index) {
                endings.push((channel, Ending::Pause));
            }
        }
        endings
    }

    fn settle(
        &mut self,
        channel: Channel,
        ending: Ending,
        work: &mut Work<'_>,
    ) -> Result<(), Refusal> {
        let Some(at) = self.channels.iter().position(|known| known.channel == channel) else {
            return Ok(());
        };
        self.channels[at].fresh = false;
        let settled = self.channels[at].flowing.settle(ending, work)?;
        if ending == Ending::End {
            let ended = self.channels.swap_remove(at);
            if matches!(channel.kind, Kind::Text | Kind::Reasoning | Kind::Refusal) {
                self.ended.insert(channel.kind, ended.flowing.into_end(&work.case.book.search));
            }
        }
        settled.into_iter().for_each(|settled| self.apply(settled));
        Ok(())
    }

    fn apply(&mut self, settled: Settled) {
        self.masked |= settled.masked;
        let found = self.waiting.binary_search_by_key(&settled.piece.event, |w| w.number);
        if let Some(waiting) = found.ok().and_then(|at| self.waiting.get_mut(at)) {
            waiting.open -= 1;
            let more = size_of_changes(&settled.changes);
            waiting.footprint += more;
            self.footprint += more;
            waiting.changes.extend(settled.changes);
        }
    }
}

fn size_of_changes(changes: &[Change]) -> usize {
    changes.iter().map(|change| size_of::<Change>() + change.with.len()).sum()
}

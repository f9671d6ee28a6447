//! What the console sees of the node.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use console::{Before, Card, Observing};
use exchange::Book;
use journal::reader::{Position, Reader};
use proxy::meters::Counter;
use serde_json::Value;

use super::metrics::Sources;
use super::secrets;

/// The node as [`console::Node`].
pub(crate) struct NodeCard {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) book: Arc<ArcSwap<Book>>,
    pub(crate) sources: Sources,
}

impl NodeCard {
    /// By the latest reading of the clock: a clock that was set back does not bring the mode back.
    fn observing(&self, book: &Book) -> Option<Observing> {
        let now = proxy::clock::latest(proxy::clock::unix_nanos()) / 1_000_000_000;
        let today = policy::Day::from_unix(i64::try_from(now).ok()?, book.rulebook.clock());
        let until = book.rulebook.observed(today)?;
        let counts = &self.sources.meters.observed;
        let passed = counts.iter().map(Counter::get).sum();
        let alike = counts.first().map_or(0, Counter::get);
        Some(Observing { until: until.to_string(), passed, would_differ: passed - alike })
    }
}

impl console::Node for NodeCard {
    fn unready(&self) -> Vec<String> {
        self.sources
            .journal
            .refusal()
            .map(|refusal| format!("journal: {refusal}"))
            .into_iter()
            .collect()
    }

    fn metrics(&self) -> String {
        self.sources.page()
    }

    fn card(&self) -> Card {
        let book = self.book.load();
        let reader = Reader::open(&self.folder);
        Card {
            node: self.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            policy: book.rulebook.name().to_owned(),
            policy_digest: secrets::hex(&book.rulebook.digest()),
            records: reader.and_then(|reader| reader.lag(Position::default())).unwrap_or_default(),
            observing: self.observing(&book),
        }
    }

    fn records(&self, before: Option<Before>, limit: usize) -> Result<Vec<Value>, String> {
        let reader = Reader::open(&self.folder).map_err(|error| error.to_string())?;
        let newest = self.sources.journal.epoch();
        let from = before.unwrap_or(Before { epoch: newest, index: u64::MAX });
        let mut found = Vec::new();
        // An upgrade or a new key begins an epoch: older records go on in the one before.
        for epoch in (1..=from.epoch.min(newest)).rev() {
            let before = (epoch == from.epoch).then_some(from.index);
            let more = super::records::newest(&reader, epoch, before, limit - found.len());
            found.extend(more.map_err(|error| error.to_string())?);
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }
}

//! Packs: what their blocks say, and whose names stand in their files.

use super::Reader;
use super::reader::Prose;
use crate::diagnostic::{At, Diagnostic};
use crate::model::Pack;
use crate::syntax::Block;

/// What is called by the pack and a dot, so that it says in every record where it comes from.
const PREFIXED: [&str; 3] = ["rule", "exception", "invariant"];

impl Reader<'_, '_> {
    /// Reads the `pack` blocks, and refuses names that hide which pack they are of.
    pub(crate) fn packs(&mut self, blocks: &[&Block<'_>]) -> Vec<Pack> {
        let mut packs: Vec<Pack> = Vec::new();
        for block in blocks.iter().filter(|block| block.keyword.text == "pack") {
            let (mut prose, mut seen) = (Prose::default(), Vec::new());
            self.head(block, &mut prose, |_, _| ());
            for line in &block.lines {
                let keys = ["needs", "law", "source", "owner", "review"];
                if let Some(key) = self.key("pack", line, &keys, &mut seen)
                    && !self.prose(key, line, &mut prose)
                {
                    self.rest(line, |reader, cursor| drop(reader.numbers("pack", cursor, &[])));
                }
            }
            let Some(name) = block.head.first() else { continue };
            if packs.iter().any(|pack| pack.source == block.source) {
                let problem = Diagnostic::error("P070", &block.at(), "a file holds one pack");
                let problem = problem.label("the second one of this file");
                self.problems.push(problem.help("put it into a file of its own"));
            }
            packs.push(Pack { name: name.text.to_owned(), source: block.source });
        }
        for block in blocks.iter().filter(|block| PREFIXED.contains(&block.keyword.text)) {
            self.prefixed(block, &packs);
        }
        packs
    }

    fn prefixed(&mut self, block: &Block<'_>, packs: &[Pack]) {
        let Some(pack) = packs.iter().find(|pack| pack.source == block.source) else { return };
        let Some(name) = block.head.first() else { return };
        let (kind, prefix) = (block.keyword.text, format!("{}.", pack.name));
        if name.text.starts_with(&prefix) {
            return;
        }
        let at = At { source: block.source, span: name.span.clone() };
        let message =
            format!("{kind} `{}` does not say that it is of pack `{}`", name.text, pack.name);
        self.problems.push(
            Diagnostic::error("P070", &at, message)
                .label("records and refusals name it, and a reader should see where it comes from")
                .help("begin its name with the pack's and a dot")
                .patch(at.span.clone(), format!("{prefix}{}", name.text)),
        );
    }
}

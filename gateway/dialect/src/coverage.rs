//! The coverage statement, generated from the tables that the parser runs on.

use std::sync::LazyLock;

use crate::operation::{Dialect, Operation};
use crate::part::Modality;
use crate::table::{Side, Treatment, table};

/// What happens to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Covered {
    /// Text there is a part; an edit of it would break what the provider needs (a signature, the model's name), so it is
    /// for rules to stop, not to replace.
    Inspected,
    /// Text there is a part and can be replaced in place.
    Protected,
    /// A body with it is refused.
    Refused,
    /// A part without text: its presence is known, its content is not inspected.
    Opaque,
}

impl Covered {
    /// The stable name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Covered::Inspected => "inspected",
            Covered::Protected => "protected",
            Covered::Refused => "refused",
            Covered::Opaque => "opaque",
        }
    }
}

/// One line: a field of a dialect and operation, and what happens to content of a modality there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageLine {
    /// The wire format.
    pub dialect: Dialect,
    /// What is asked.
    pub operation: Operation,
    /// Request or answer.
    pub side: Side,
    /// The field: `messages[].content[].text`. `.**` stands for anything below, `~name` for every spelling that a
    /// lenient reader could take for the name, `~*` for every other case of a name that has a line there, `path[]`, `query.*` and `header.*` for the head.
    pub field: String,
    /// Of what kind of content the line speaks.
    pub modality: Modality,
    /// What happens to it.
    pub treatment: Covered,
}

/// All lines, in the order of the tables.
pub fn coverage() -> &'static [CoverageLine] {
    &COVERAGE
}

static COVERAGE: LazyLock<Vec<CoverageLine>> = LazyLock::new(generate);

/// The bodies that have a table.
const TABLES: [(Dialect, Operation); 5] = [
    (Dialect::OpenAiChat, Operation::Chat),
    (Dialect::OpenAiChat, Operation::ListModels),
    (Dialect::AnthropicMessages, Operation::Chat),
    (Dialect::AnthropicMessages, Operation::CountTokens),
    (Dialect::Unknown, Operation::Unknown),
];

fn generate() -> Vec<CoverageLine> {
    let mut lines = Vec::new();
    for (dialect, operation) in TABLES {
        for side in [Side::Request, Side::Answer] {
            let mut line = |field: String, modality, treatment| {
                lines.push(CoverageLine { dialect, operation, side, field, modality, treatment });
            };
            for (pattern, treatment) in &table(dialect, operation, side).lines {
                for (below, modality, covered) in told(*treatment) {
                    let field = format!("{pattern}{below}").trim_start_matches('.').to_owned();
                    line(field, *modality, *covered);
                }
                if let (Treatment::Block(_), Side::Request) = (treatment, side) {
                    // A block of a type that is not known.
                    let block = pattern.trim_end_matches("type").trim_end_matches('.');
                    line(block.to_owned(), Modality::Opaque, Covered::Opaque);
                }
            }
            let has_unknown_fields =
                !matches!(operation, Operation::ListModels | Operation::Unknown);
            if has_unknown_fields {
                // Whatever no row names.
                line("**".into(), Modality::Text, Covered::Protected);
            }
            if has_unknown_fields && side == Side::Request {
                // A string that carries bytes, wherever it stands; a known name in another case.
                line("**".into(), Modality::Opaque, Covered::Opaque);
                line("**.~*".into(), Modality::Text, Covered::Refused);
            }
            if operation == Operation::Unknown
                || (operation == Operation::ListModels && side == Side::Request)
            {
                line(String::new(), Modality::Opaque, Covered::Opaque);
            }
            if side == Side::Request {
                head_lines(operation, &mut line);
            }
        }
    }
    lines
}

fn head_lines(operation: Operation, line: &mut impl FnMut(String, Modality, Covered)) {
    if matches!(operation, Operation::ListModels | Operation::Unknown) {
        line("path[]".into(), Modality::Text, Covered::Protected);
    } else {
        for name in crate::reading::SINGLE {
            line(format!("query.~{name}"), Modality::Text, Covered::Refused);
        }
    }
    line("query.*".into(), Modality::Text, Covered::Protected);
    line("header.*".into(), Modality::Text, Covered::Protected);
}

/// What a treatment promises: suffix of the field, modality, what happens.
fn told(treatment: Treatment) -> &'static [(&'static str, Modality, Covered)] {
    use Covered::{Inspected, Opaque, Protected, Refused};
    use Modality::{Audio, File, Image, Text};
    const TEXT: (&str, Modality, Covered) = ("", Text, Protected);
    match treatment {
        Treatment::Use(_) => &[],
        Treatment::Text { .. } | Treatment::Words(_) | Treatment::Block(_) | Treatment::Number => {
            &[TEXT]
        }
        Treatment::Sealed | Treatment::Model => &[("", Text, Inspected)],
        Treatment::Json(_) => &[TEXT, (".**", Text, Protected)],
        Treatment::Free(_) | Treatment::Schema | Treatment::Meter => &[(".**", Text, Protected)],
        Treatment::Payload(Image) | Treatment::Locator(Image) | Treatment::Reference(Image) => {
            &[TEXT, ("", Image, Opaque)]
        }
        Treatment::Payload(Audio) | Treatment::Locator(Audio) | Treatment::Reference(Audio) => {
            &[TEXT, ("", Audio, Opaque)]
        }
        Treatment::Payload(_)
        | Treatment::Locator(_)
        | Treatment::Reference(_)
        | Treatment::Source => &[TEXT, ("", File, Opaque)],
        Treatment::Attached(_) => &[("", File, Opaque), (".**", Text, Protected)],
        Treatment::Bytes => &[("", Modality::Opaque, Opaque)],
        Treatment::Flag(_) | Treatment::Refused => &[("", Text, Refused)],
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop here")]
mod tests;

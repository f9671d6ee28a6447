//! What is asked of the provider and of what kinds a request is, in the words of the policy.

use dialect::{Modality, Operation, Request};
use policy::Content;

/// None for what is not understood.
pub(super) fn operation(asked: Operation) -> Option<policy::Operation> {
    match asked {
        Operation::Chat => Some(policy::Operation::Chat),
        Operation::CountTokens => Some(policy::Operation::CountTokens),
        Operation::ListModels => Some(policy::Operation::ListModels),
        Operation::Unknown => None,
    }
}

/// The kinds of all parts. What is opaque may be of any.
pub(super) fn kinds(request: &Request) -> Content {
    let mut content = Content::default();
    for part in request.parts() {
        match part.modality {
            Modality::Text => content.insert(policy::Modality::Text),
            Modality::Image => content.insert(policy::Modality::Image),
            Modality::Audio => content.insert(policy::Modality::Audio),
            Modality::File => content.insert(policy::Modality::File),
            Modality::Opaque => content.unknown = true,
        }
    }
    content
}

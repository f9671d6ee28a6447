//! The promise that nobody's data leaves uncounted: a draft that holds persons to a counter gets no permit before a [`Register`] has them.

use std::future::Future;
use std::pin::Pin;

use crate::{Code, Draft, Person, Refusal};

/// The persons could not be kept. Who is not kept does not leave; why it failed the register itself tells the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uncounted;

/// The future of keeping.
pub type Kept<'a> = Pin<Box<dyn Future<Output = Result<(), Uncounted>> + Send + 'a>>;

/// Where the persons of one request are counted; the outer world implements it.
pub trait Register: Send + Sync {
    /// Keeps persons, by counter of the policy in alphabetical order, and resolves when they are on disk. Who is kept already is
    /// not counted again.
    fn keep(&self, leaving: Vec<Vec<Person>>) -> Kept<'_>;
}

/// Keeps the persons of whom a draft would send something; asks nobody if there are none, or if that was done.
///
/// # Errors
/// `uncounted` if they could not be kept: the draft gets no permit then.
pub async fn count(register: &dyn Register, draft: &mut Draft) -> Result<(), Refusal> {
    if !draft.is_uncounted() {
        return Ok(());
    }
    let kept = register.keep(draft.uncounted.clone()).await;
    kept.map_err(|Uncounted| Refusal::new(Code::Uncounted))?;
    draft.uncounted.clear();
    Ok(())
}

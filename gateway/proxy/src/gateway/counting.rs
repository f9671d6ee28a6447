//! Counters of persons: what they come to with a request is asked before it is judged, and of whom data leaves is kept before it does.

use std::sync::Arc;

use census::{Asked, Person, Question, Tag};
use exchange::register::{Kept, Uncounted};
use exchange::{Inspected, Refusal, Register, guarded};

use super::Open;

/// The persons of one request at the census, until it is settled. Nothing if the policy has no counters.
#[derive(Default)]
pub(super) struct Counting {
    asked: Option<Arc<Asked>>,
    /// On which day they are seen.
    day: i32,
}

impl Open<'_> {
    /// Asks what the counters of the policy come to with the persons of the request. Where nobody knows, the situation says so.
    pub(super) async fn count(
        &self,
        inspected: Inspected,
    ) -> Result<(Inspected, Counting), Refusal> {
        if self.case.book.rulebook.counters().len() == 0 {
            return Ok((inspected, Counting::default()));
        }
        let questions = guarded(|| Ok(self.questions(inspected.persons())))?;
        self.open_census().await;
        let asked = self.gateway.census.ask(questions);
        let inspected = guarded(|| Ok(inspected.with_counts(asked.counts())))?;
        // A clock that was set back makes nobody forgotten sooner.
        let day = self.case.latest.number();
        Ok((inspected, Counting { asked: Some(Arc::new(asked)), day }))
    }

    /// Each counter looks back from the day; after a clock was set back that is the longer stretch.
    fn questions(&self, persons: Vec<Vec<exchange::Person>>) -> Vec<Question> {
        let counters = self.case.book.rulebook.counters().zip(persons);
        let question = |(counter, persons): (&policy::CounterInfo, Vec<_>)| Question {
            counter: Tag::of(&counter.name),
            first: counter.window.first(self.case.day).number(),
            persons: persons.into_iter().map(Person).collect(),
        };
        counters.map(question).collect()
    }

    /// The node opens it when the policy is loaded; what is left is that another process had the file then.
    async fn open_census(&self) {
        if self.gateway.census.is_closed() {
            let (census, today) = (Arc::clone(&self.gateway.census), self.case.day.number());
            // If that thread does not come back nobody knows how many were counted, which is an answer.
            let _ = tokio::task::spawn_blocking(move || census.open(today)).await;
        }
    }
}

impl Register for Counting {
    fn keep(&self, leaving: Vec<Vec<exchange::Person>>) -> Kept<'_> {
        let Some(asked) = self.asked.clone() else {
            return Box::pin(async { Err(Uncounted) });
        };
        let day = self.day;
        let persons = |persons: Vec<exchange::Person>| persons.into_iter().map(Person).collect();
        let leaving: Vec<Vec<Person>> = leaving.into_iter().map(persons).collect();
        Box::pin(async move {
            let kept = tokio::task::spawn_blocking(move || asked.keep(day, &leaving)).await;
            kept.map_err(|_| Uncounted)?.map_err(|_| Uncounted)
        })
    }
}

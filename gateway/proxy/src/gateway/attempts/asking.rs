//! A decision that asks for something first: a challenge is given out, or what came with one is looked at.
//!
//! Each of these is on record before the client hears of it, and a challenge is used up, durably, before anything is sent.

use std::sync::Arc;

use ask::{APPROVAL_TERM, Approval, Challenge, Matter, REASON_TERM, Request};
use exchange::asks::{self, Checked, DeskFailure, Waits};
use exchange::{Candidate, Code, Grant, Refusal, guarded};
use incident::Asked;
use policy::Decision;

use super::{Attempts, Tried};
use crate::call::Call;
use crate::gateway::scratch;

impl Attempts<'_, '_> {
    /// Goes on with what was asked for, or tells the client what that is.
    pub(super) async fn ask(
        &mut self,
        call: &mut Call<'_>,
        candidate: &Arc<Candidate>,
        decision: Decision,
        refusal: Refusal,
    ) -> Tried {
        match self.asked(candidate, &decision, refusal).await {
            Ok(checked) => self.granted(call, candidate, decision, checked).await,
            Err(waits) => self.waits(candidate, &decision, waits).await,
        }
    }

    /// The same for a member of a pool: it is asked of the client under that member's name.
    pub(super) async fn ask_for_member(
        &mut self,
        call: &mut Call<'_>,
        candidate: &Arc<Candidate>,
        decision: Decision,
        refusal: Refusal,
    ) -> Tried {
        match self.asked(candidate, &decision, refusal).await {
            Ok(checked) => self.send_to(call, candidate, decision, Some(checked)).await,
            Err(waits) => self.waits(candidate, &decision, waits).await,
        }
    }

    async fn granted(
        &mut self,
        call: &mut Call<'_>,
        candidate: &Arc<Candidate>,
        decision: Decision,
        checked: Checked,
    ) -> Tried {
        let Some(pool) = decision.reroute else {
            return self.send_to(call, candidate, decision, Some(checked)).await;
        };
        let grant = match self.spend(checked).await {
            Ok(grant) => grant,
            Err(waits) => return self.waits(candidate, &decision, waits).await,
        };
        match self.record_unsent(candidate, &decision, None, Some(grant.told())).await {
            Ok(()) => self.reroute(call, pool).await,
            Err(refusal) => Tried::Over(refusal),
        }
    }

    /// Uses up what was asked for.
    pub(super) async fn spend(&self, checked: Checked) -> Result<Grant, Waits> {
        let told = checked.told(Code::ChallengeUsed);
        let now = self.open.case.latest_second();
        let spent = asks::spend(&*self.open.gateway.desk, checked, now).await;
        let grant = spent.map_err(|refusal| {
            let why = Some(refusal.code.name().to_owned());
            Box::new((refusal, Some(Asked { why, ..told })))
        })?;
        self.open.gateway.meters.granted();
        journal::crash_point("proxy.challenge.used");
        Ok(grant)
    }

    /// Records that it waits, and why.
    pub(super) async fn waits(
        &self,
        candidate: &Candidate,
        decision: &Decision,
        waits: Waits,
    ) -> Tried {
        let (refusal, told) = *waits;
        match self.record_unsent(candidate, decision, Some(&refusal), told).await {
            Ok(()) => Tried::NotReached(refusal),
            Err(refusal) => Tried::Over(refusal),
        }
    }

    async fn asked(
        &self,
        candidate: &Candidate,
        decision: &Decision,
        refusal: Refusal,
    ) -> Result<Checked, Waits> {
        let located = &self.located;
        let key = self.open.gateway.desk.key();
        let seen = guarded(|| {
            let matter = located.matter(candidate, decision);
            let presented = located.presented(&matter, key);
            Ok((matter, presented))
        });
        let (matter, presented) = seen.map_err(untold)?;
        match presented {
            None => Err(self.issue(refusal, matter).await),
            Some(Err(why)) => {
                let refusal = asks::unfit(why);
                let unknown = Challenge { id: String::new(), until: 0 };
                let why = Some(refusal.code.name().to_owned());
                let state = "refused".to_owned();
                let told = Asked { state, why, ..located.issued(&matter, &unknown) };
                Err(Box::new((refusal, Some(told))))
            }
            Some(Ok(challenge)) => {
                let verdicts = self.verdicts(&matter, &challenge).await?;
                let checked = self.check(&matter, &challenge, verdicts).await?;
                checked.map_err(|waits| {
                    let (refusal, told) = *waits;
                    if refusal.code == Code::ApprovalDenied {
                        return Box::new((refusal, told));
                    }
                    Box::new((located.asking(refusal, &matter, &challenge, key), told))
                })
            }
        }
    }

    /// Gives a challenge out. A request that waits for approval is listed once; if it was denied, that is told.
    async fn issue(&self, refusal: Refusal, matter: Matter) -> Waits {
        let case = &self.open.case;
        let now = case.latest_second();
        let wants_approval = matter.wants_approval();
        let term = if wants_approval { APPROVAL_TERM } else { REASON_TERM };
        let mut challenge = Challenge { id: case.id.clone(), until: now.saturating_add(term) };
        if wants_approval && matter.actor.is_some() {
            let request = Request {
                schema: Request::SCHEMA.to_owned(),
                id: challenge.id,
                since: now,
                until: challenge.until,
                node: case.node.clone(),
                matter: matter.clone(),
            };
            challenge = match self.open.gateway.desk.register(request).await {
                Ok(listed) => listed.challenge(),
                Err(failure) => return failed(failure),
            };
            let verdicts = match self.verdicts(&matter, &challenge).await {
                Ok(verdicts) => verdicts,
                Err(waits) => return waits,
            };
            match self.check(&matter, &challenge, verdicts).await {
                Ok(Err(denied)) if denied.0.code == Code::ApprovalDenied => return denied,
                Ok(_) => {}
                Err(waits) => return waits,
            }
        }
        let located = &self.located;
        let told = located.issued(&matter, &challenge);
        let key = self.open.gateway.desk.key();
        Box::new((located.asking(refusal, &matter, &challenge, key), Some(told)))
    }

    async fn verdicts(
        &self,
        matter: &Matter,
        challenge: &Challenge,
    ) -> Result<Vec<Approval>, Waits> {
        if !matter.wants_approval() {
            return Ok(Vec::new());
        }
        self.open.gateway.desk.verdicts(challenge.id.clone()).await.map_err(failed)
    }

    async fn check(
        &self,
        matter: &Matter,
        challenge: &Challenge,
        verdicts: Vec<Approval>,
    ) -> Result<Result<Checked, Waits>, Waits> {
        let (located, matter) = (Arc::clone(&self.located), matter.clone());
        let challenge = challenge.clone();
        let checked = scratch::off_thread(false, move |scratch| {
            guarded(|| Ok(located.check(&matter, &challenge, &verdicts, scratch)))
        });
        checked.await.and_then(|checked| checked).map_err(untold)
    }
}

fn untold(refusal: Refusal) -> Waits {
    Box::new((refusal, None))
}

fn failed(failure: DeskFailure) -> Waits {
    untold(Refusal::new(match failure {
        DeskFailure::TooMany => Code::TooManyWaiting,
        DeskFailure::Broken(_) => Code::Unrecorded,
    }))
}

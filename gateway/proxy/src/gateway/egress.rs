//! The one way out: turns a [`Permit`] into bytes on the network.
//!
//! INVARIANT: nothing else in the gateway sends to a provider (`tests/tidy.rs`).

use exchange::Permit;

use super::Gateway;
use crate::engine::{Peer, Protocols, RequestHead};
use crate::{Reply, SendError, trace};

impl Gateway {
    /// Sends what was permitted, to the address that was judged, once.
    ///
    /// # Errors
    /// What the network says; [`SendError::may_have_left`] tells whether any byte may have left.
    pub(super) async fn send(&self, permit: Permit) -> Result<Reply, SendError> {
        journal::crash_point("proxy.permit.opened");
        let outgoing = permit.open();
        let mut headers = outgoing.headers;
        if self.trace_upstream {
            let fresh = ("traceparent".to_owned(), trace::fresh());
            headers = headers.iter().cloned().chain([fresh]).collect();
        }
        let peer = Peer {
            address: outgoing.address,
            tls: outgoing.tls_name,
            // Connections are shared only within one destination, so that one is never reused for another's place.
            trust: outgoing.trust,
            protocols: Protocols::Either,
        };
        let head = RequestHead {
            method: &outgoing.method,
            host: &outgoing.authority,
            target: &outgoing.target,
            headers: &headers,
        };
        self.engine.send(&peer, &head, outgoing.body, &self.deadlines).await
    }
}

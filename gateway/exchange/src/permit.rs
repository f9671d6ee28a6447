//! The only value from which bytes can be sent upstream.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;

use crate::{Code, Draft, Receipt, Refusal};

/// Leave for exactly these bytes to go to exactly this address, once. It is neither `Clone` nor constructible
/// outside this module; another address needs another decision.
pub struct Permit {
    outgoing: Outgoing,
}

/// What goes on the wire, taken out of a [`Permit`] by the code that sends it.
pub struct Outgoing {
    /// The address that was judged.
    pub address: SocketAddr,
    /// The name for the `Host` header, with its port where that is not the scheme's own.
    pub authority: String,
    /// For TLS: the name that the certificate must be valid for. `None`: plain HTTP.
    pub tls_name: Option<String>,
    /// Connections are shared only between requests with the same number.
    pub trust: u64,
    /// The request method.
    pub method: String,
    /// The request target in origin form.
    pub target: String,
    /// All headers but `host`, `content-length` and those of the connection.
    pub headers: Arc<[(String, String)]>,
    /// The final bytes.
    pub body: Bytes,
}

impl Permit {
    /// Binds a draft to an address that was judged with it and to the receipt of its decision.
    ///
    /// # Errors
    /// `judgement-failed` if the receipt is for another draft, the address was not among those judged, something was asked for
    /// and not granted, or persons of whom it sends something are not kept: defects of the caller, and nothing may leave then.
    pub fn new(draft: &Draft, address: IpAddr, receipt: Receipt) -> Result<Self, Refusal> {
        let judged = draft.candidate.sites.iter().any(|site| site.address == address);
        if !receipt.is_for(draft) || !judged || draft.still_waits() || draft.is_uncounted() {
            return Err(Refusal::new(Code::JudgementFailed));
        }
        let endpoint = draft.case.book.endpoint(draft.candidate.facts.destination);
        let outgoing = Outgoing {
            address: SocketAddr::new(address, endpoint.port),
            authority: endpoint.authority.clone(),
            tls_name: endpoint.tls.then(|| endpoint.host.clone()),
            trust: endpoint.trust,
            method: draft.case.method.clone(),
            target: draft.target.clone(),
            headers: Arc::clone(&draft.headers),
            body: draft.body.clone(),
        };
        Ok(Self { outgoing })
    }

    /// Where it may go.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.outgoing.address
    }

    /// Bytes of the body that may leave.
    #[must_use]
    pub fn body_len(&self) -> usize {
        self.outgoing.body.len()
    }

    /// Uses the permit up.
    #[must_use]
    pub fn open(self) -> Outgoing {
        self.outgoing
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permit({} bytes)", self.outgoing.body.len())
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outgoing({} to {}, {} bytes)", self.method, self.address, self.body.len())
    }
}

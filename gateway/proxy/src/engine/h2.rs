//! One exchange on a stream of an HTTP/2 connection. Dropped before the end, the stream is reset.

use std::time::Instant;

use bytes::Bytes;
use h2::SendStream;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, Version, header};
use pingora_core::protocols::http::v2::client::Http2Session;
use pingora_error::Error;
use pingora_http::RequestHeader;
use pingora_timeout::timeout;

use super::error::{Fault, SendErrorKind};
use super::reply::{Reply, Source};
use super::{Clock, Order, Peer, RequestHead};
use crate::headers::returning;

/// A stream whose answer is being read.
pub(super) struct Exchange {
    session: Http2Session,
    upload: Upload,
    clock: Clock,
}

/// Sends a request and reads the head of its answer.
pub(super) async fn exchange(mut session: Http2Session, order: Order<'_>) -> Result<Reply, Fault> {
    let Order { peer, head, body, clock, most_head } = order;
    let request = request(peer, head, body.len())?;
    let write_fault = |_| Fault::unanswered(SendErrorKind::Write, true);
    session.write_request_header(Box::new(request), body.is_empty()).map_err(write_fault)?;
    let upload = Upload {
        stream: session.take_request_body_writer().filter(|_| !body.is_empty()),
        rest: body,
    };
    let mut exchange = Exchange { session, upload, clock };
    exchange.head().await?;
    let answer =
        exchange.session.response_header().ok_or(Fault::answered(SendErrorKind::BadResponse))?;
    let status = answer.status.as_u16();
    let headers = returning(answer.headers.clone());
    if size(&headers) > most_head {
        return Err(Fault::answered(SendErrorKind::HeadTooLarge));
    }
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let source = Source::H2(Box::new(exchange));
    Ok(Reply {
        status,
        headers,
        length,
        address: peer.address,
        version: Version::HTTP_2,
        reused: false,
        source,
    })
}

impl Exchange {
    async fn head(&mut self) -> Result<(), Fault> {
        let mut answer_by = None;
        loop {
            if answer_by.is_none() && self.upload.is_over() {
                answer_by = Some(crate::clock::now() + self.clock.deadlines.first_byte);
            }
            let (phase, silence) = match answer_by {
                Some(by) => (
                    Instant::saturating_duration_since(&by, crate::clock::now()),
                    SendErrorKind::FirstByteTimeout,
                ),
                None => (self.clock.deadlines.between_reads, SendErrorKind::Write),
            };
            let Exchange { session, upload, .. } = self;
            let turn = async {
                tokio::select! {
                    biased;
                    read = session.read_response_header() => Some(read),
                    () = upload.step(), if !upload.is_over() => None,
                }
            };
            match timeout(self.clock.left(phase), turn).await {
                Ok(Some(Ok(()))) => return Ok(()),
                Ok(Some(Err(error))) => return Err(unanswered(&error)),
                Ok(None) => {}
                Err(_) => return Err(Fault::unanswered(self.clock.over(silence), true)),
            }
        }
    }

    /// The next piece of the body. Nothing is lost if the future is dropped.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        loop {
            let Exchange { session, upload, .. } = self;
            let turn = async {
                tokio::select! {
                    biased;
                    read = session.read_response_body() => Some(read),
                    () = upload.step(), if !upload.is_over() => None,
                }
            };
            match timeout(self.clock.left(self.clock.deadlines.between_reads), turn).await {
                // An empty DATA frame is no news.
                Ok(Some(Ok(Some(data)))) if data.is_empty() => {}
                Ok(Some(Ok(data))) => return Ok(data),
                Ok(Some(Err(_))) => return Err(Fault::answered(SendErrorKind::Closed)),
                Ok(None) => {}
                Err(_) => return Err(Fault::answered(self.clock.over(SendErrorKind::ReadTimeout))),
            }
        }
    }
}

/// The rest of a request body.
struct Upload {
    stream: Option<SendStream<Bytes>>,
    rest: Bytes,
}

impl Upload {
    fn is_over(&self) -> bool {
        self.stream.is_none()
    }

    /// Sends as much as flow control allows now. Nothing is lost if the future is dropped.
    async fn step(&mut self) {
        let Some(stream) = &mut self.stream else { return };
        stream.reserve_capacity(self.rest.len().min(PIECE_BYTES));
        let granted = std::future::poll_fn(|context| stream.poll_capacity(context)).await;
        let sent = match granted {
            Some(Ok(count)) => {
                let piece = self.rest.split_to(count.min(self.rest.len()));
                stream.send_data(piece, self.rest.is_empty())
            }
            // The provider wants no more of it; its answer says why.
            Some(Err(_)) | None => {
                self.stream = None;
                return;
            }
        };
        if sent.is_err() || self.rest.is_empty() {
            self.stream = None;
        }
    }
}

fn request(peer: &Peer, head: &RequestHead<'_>, length: usize) -> Result<RequestHeader, Fault> {
    let refused = Fault::clean(SendErrorKind::Head);
    let scheme = if peer.tls.is_some() { "https" } else { "http" };
    let target = Uri::builder()
        .scheme(scheme)
        .authority(head.host)
        .path_and_query(head.target)
        .build()
        .map_err(|_| refused)?;
    let path = head.target.as_bytes();
    let mut request = RequestHeader::build_no_case(head.method, path, Some(head.headers.len() + 2))
        .map_err(|_| refused)?;
    request.set_uri(target);
    request.set_version(Version::HTTP_2);
    for (name, value) in head.headers {
        let name = HeaderName::from_lowercase(name.as_bytes()).map_err(|_| refused)?;
        let value = HeaderValue::from_str(value).map_err(|_| refused)?;
        request.append_header(name, value).map_err(|_| refused)?;
    }
    request
        .insert_header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"))
        .map_err(|_| refused)?;
    if length > 0 {
        request
            .insert_header(header::CONTENT_LENGTH, HeaderValue::from(length))
            .map_err(|_| refused)?;
    }
    Ok(request)
}

fn unanswered(error: &Error) -> Fault {
    let cause = error.root_cause().downcast_ref::<h2::Error>();
    // A stream that the provider reset for a reason of its own was alive; trying again would not be a retry of a dead one.
    let was_reset = cause.is_some_and(|cause| {
        cause.is_reset() && cause.reason() != Some(h2::Reason::REFUSED_STREAM)
    });
    if was_reset {
        Fault::answered(SendErrorKind::Closed)
    } else {
        Fault::unanswered(SendErrorKind::Closed, true)
    }
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

const PIECE_BYTES: usize = 64 * 1024;

//! The documented API, one handler a path.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, map_response};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;

use crate::host::Hosts;
use crate::{Before, Card, Node, page};

/// Most records in one answer.
const MAX_RECORDS: usize = 500;

type Shared = Arc<dyn Node>;

pub(crate) fn router(node: Shared, hosts: Hosts) -> Router {
    let hosts = Arc::new(hosts);
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/api/v1/node", get(card))
        .route("/api/v1/records", get(records))
        .route("/", get(async || page::html()))
        .route("/console.css", get(async || page::css()))
        .route("/console.js", get(async || page::script()))
        .layer(from_fn(move |request: Request, next: Next| {
            known_host(Arc::clone(&hosts), request, next)
        }))
        .layer(map_response(guard))
        .with_state(node)
}

/// A page of another site may have its own name resolve to this address (DNS rebinding); its requests carry that name.
async fn known_host(hosts: Arc<Hosts>, request: Request, next: Next) -> Response {
    let header = request.headers().get(header::HOST).map(|host| host.to_str().unwrap_or(""));
    let target = request.uri().authority().map(|authority| authority.as_str());
    if [header, target].into_iter().flatten().all(|host| hosts.allow(host)) {
        return next.run(request).await;
    }
    let problem =
        "this name is not one of this listener's; use its address, or add the name to admin.hosts";
    (StatusCode::MISDIRECTED_REQUEST, Json(json!({ "error": problem }))).into_response()
}

/// Headers that keep a browser from loading or leaking anything elsewhere.
async fn guard(mut response: Response) -> Response {
    const HEADERS: [(HeaderName, &str); 5] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let headers: &mut HeaderMap = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn ready(State(node): State<Shared>) -> Response {
    let reasons = node.unready();
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": reasons.is_empty(), "reasons": reasons }))).into_response()
}

async fn metrics(State(node): State<Shared>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], node.metrics()).into_response()
}

async fn card(State(node): State<Shared>) -> Json<Card> {
    Json(node.card())
}

#[derive(Deserialize)]
struct Page {
    epoch: Option<u64>,
    before: Option<u64>,
    limit: Option<usize>,
}

impl Page {
    /// An index alone does not say where it is: each epoch counts from 0.
    fn place(&self) -> Result<Option<Before>, &'static str> {
        match (self.epoch, self.before) {
            (None, None) => Ok(None),
            (Some(epoch), index) => Ok(Some(Before { epoch, index: index.unwrap_or(u64::MAX) })),
            (None, Some(_)) => Err("`before` is an index of an epoch: give `epoch` too"),
        }
    }
}

async fn records(State(node): State<Shared>, Query(page): Query<Page>) -> Response {
    let limit = page.limit.unwrap_or(100).clamp(1, MAX_RECORDS);
    let before = match page.place() {
        Ok(before) => before,
        Err(problem) => {
            return (StatusCode::BAD_REQUEST, Json(json!({ "error": problem }))).into_response();
        }
    };
    // Reading the journal is file work; it must not hold up this listener.
    let read = tokio::task::spawn_blocking(move || node.records(before, limit)).await;
    match read {
        Ok(Ok(records)) => Json(json!({ "records": records })).into_response(),
        Ok(Err(problem)) => {
            (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error": problem }))).into_response()
        }
        Err(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            Json(json!({ "error": "the journal could not be read" })),
        )
            .into_response(),
    }
}

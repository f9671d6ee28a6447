//! The page: one document, one style sheet, one script, all embedded.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

pub(crate) fn html() -> Response {
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], include_str!("page/console.html"))
        .into_response()
}

pub(crate) fn css() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("page/console.css")).into_response()
}

pub(crate) fn script() -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("page/console.js"))
        .into_response()
}

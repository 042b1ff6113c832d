//! One request over HTTP: what is not the protocol's is answered here, the rest goes to the wire.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, ORIGIN, SERVER,
};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};

use super::request_id::RequestIds;
use super::{BODY_BYTES_MAX, BODY_TIME_MAX, auth};
use crate::wire::{self, Answer, Wire};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const CRC32: HeaderName = HeaderName::from_static("x-amz-crc32");
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

const HEALTH: &str = "healthy: dynamodb.us-east-1.amazonaws.com ";
const UNKNOWN_OPERATION: &str = "<UnknownOperationException/>\n";
const PLAIN_JSON: &str = "application/json";

/// How much of a body that is too large is taken in, so that clients that send it all hear the answer.
const REFUSED_BYTES_MAX: usize = 4 * BODY_BYTES_MAX;

/// Answers requests, of all connections.
#[derive(Debug)]
pub(super) struct Handler {
    wire: Wire,
    ids: RequestIds,
    pub(super) allows_cors: bool,
    pub(super) requires_auth: bool,
}

/// Why a body could not be read.
enum Unreadable {
    TooLarge,
    Broken,
}

impl Handler {
    pub(super) fn new(wire: Wire) -> Self {
        Self { wire, ids: RequestIds::default(), allows_cors: false, requires_auth: false }
    }

    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let has_origin = request.headers().contains_key(ORIGIN);
        let mut response = self.respond(request).await;
        let headers = response.headers_mut();
        headers.insert(SERVER, HeaderValue::from_static("Server"));
        if let Ok(id) = HeaderValue::try_from(self.ids.next()) {
            headers.insert(REQUEST_ID, id);
        }
        if self.allows_cors && has_origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            let exposed = HeaderValue::from_static("x-amzn-requestid, x-amz-crc32, x-amzn-errortype");
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
        Ok(response)
    }

    async fn respond(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        if self.allows_cors && head.method == Method::OPTIONS {
            return preflight(&head.headers);
        }
        if head.uri.path() == "/" && matches!(head.method, Method::GET | Method::HEAD) {
            return text(StatusCode::OK, HEALTH);
        }
        let content_type = content_type(&head.headers);
        if head.uri.path() != "/" || head.method != Method::POST {
            return text(StatusCode::NOT_FOUND, UNKNOWN_OPERATION);
        }
        let body = match tokio::time::timeout(BODY_TIME_MAX, read(body)).await {
            Ok(Ok(body)) => body,
            Ok(Err(Unreadable::TooLarge)) => return closing(StatusCode::PAYLOAD_TOO_LARGE),
            Ok(Err(Unreadable::Broken)) => return closing(StatusCode::BAD_REQUEST),
            Err(_) => return closing(StatusCode::REQUEST_TIMEOUT),
        };
        let Some(content_type) = content_type else {
            return text(StatusCode::NOT_FOUND, UNKNOWN_OPERATION);
        };
        if self.requires_auth
            && let Err(unsigned) = auth::check(&head.headers)
        {
            return json(content_type, wire::service_error(unsigned.exception, &unsigned.message));
        }
        let target = head.headers.get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
        json(content_type, self.wire.answer(target, &body))
    }
}

/// The content type of the answer, if the request's is one that the service knows. Its parameters do not count.
fn content_type(headers: &HeaderMap) -> Option<&'static str> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or_default().trim();
    [wire::CONTENT_TYPE, PLAIN_JSON].into_iter().find(|known| essence.eq_ignore_ascii_case(known))
}

/// Reads a body up to its limit, mostly without a copy.
async fn read(mut body: Incoming) -> Result<Bytes, Unreadable> {
    let mut first = Bytes::new();
    let mut all: Vec<u8> = Vec::new();
    let mut n_bytes = 0_usize;
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > REFUSED_BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unreadable::Broken)?.into_data() else { continue };
        n_bytes = n_bytes.saturating_add(data.len());
        if n_bytes > REFUSED_BYTES_MAX {
            return Err(Unreadable::TooLarge);
        }
        if n_bytes > BODY_BYTES_MAX {
            all = Vec::new();
            first = Bytes::new();
        } else if n_bytes == data.len() {
            first = data;
        } else {
            if all.is_empty() {
                all.reserve(announced.min(BODY_BYTES_MAX));
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&data);
        }
    }
    match n_bytes {
        _ if n_bytes > BODY_BYTES_MAX => Err(Unreadable::TooLarge),
        _ if all.is_empty() => Ok(first),
        _ => Ok(all.into()),
    }
}

fn json(content_type: &'static str, answer: Answer) -> Response<Full<Bytes>> {
    let Answer { status, body } = answer;
    let checksum = crc32fast::hash(body.as_bytes());
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(CRC32, checksum.into());
    response
}

fn text(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(CRC32, crc32fast::hash(body.as_bytes()).into());
    response
}

/// An answer to a request that was not read to its end, after which the connection is of no use.
fn closing(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = text(status, "");
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The answer to a browser that asks what it may send.
fn preflight(headers: &HeaderMap) -> Response<Full<Bytes>> {
    let mut response = text(StatusCode::OK, "");
    let allowed = response.headers_mut();
    for (asked, answered) in [
        (ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_ALLOW_HEADERS),
        (ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_ALLOW_METHODS),
    ] {
        if let Some(value) = headers.get(asked) {
            allowed.insert(answered, value.clone());
        }
    }
    allowed.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("172800"));
    response
}

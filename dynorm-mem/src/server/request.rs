//! One request over HTTP: what is not the protocol's is answered here, the rest goes to the wire.

use std::convert::Infallible;

use bytes::Bytes;
use dynorm::backend::Backend as _;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue,
    ORIGIN, SERVER,
};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};

use super::auth::{Access, Refused};
use super::body::Unreadable;
use super::{BODY_TIME_MAX, body, compression};
use crate::Faults;
use crate::request_id::{self, RequestIds};
use crate::wire::{self, Answer, Wire};

const REQUEST_ID: HeaderName = HeaderName::from_static(request_id::HEADER);
const CRC32: HeaderName = HeaderName::from_static("x-amz-crc32");
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

const HEALTH: &str = "healthy: dynamodb.us-east-1.amazonaws.com ";
const UNKNOWN_OPERATION: &str = "<UnknownOperationException/>\n";
const PLAIN_JSON: &str = "application/json";

/// Answers requests, of all connections.
#[derive(Debug)]
pub(super) struct Handler {
    wire: Wire,
    ids: RequestIds,
    pub(super) allows_cors: bool,
    pub(super) access: Access,
}

impl Handler {
    pub(super) fn new(wire: Wire) -> Self {
        Self { wire, ids: RequestIds::default(), allows_cors: false, access: Access::default() }
    }

    pub(super) fn with_faults(self, faults: Faults) -> Self {
        Self { wire: self.wire.with_faults(faults), ..self }
    }

    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let asks_for_cors = self.allows_cors && request.headers().contains_key(ORIGIN);
        let mut response = self.respond(request).await;
        let headers = response.headers_mut();
        headers.insert(SERVER, HeaderValue::from_static("Server"));
        if let Ok(id) = HeaderValue::from_bytes(&self.ids.next()) {
            headers.insert(REQUEST_ID, id);
        }
        if asks_for_cors {
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
        if head.uri.path() != "/" || head.method != Method::POST {
            return text(StatusCode::NOT_FOUND, UNKNOWN_OPERATION);
        }
        let sent = match tokio::time::timeout(BODY_TIME_MAX, body::read(body)).await {
            Ok(Ok(body)) => body,
            Ok(Err(Unreadable::TooLarge)) => return closing(StatusCode::PAYLOAD_TOO_LARGE),
            Ok(Err(Unreadable::Broken)) => return closing(StatusCode::BAD_REQUEST),
            Err(_) => return closing(StatusCode::REQUEST_TIMEOUT),
        };
        let Some(content_type) = content_type(&head.headers, &sent) else {
            return text(StatusCode::NOT_FOUND, UNKNOWN_OPERATION);
        };
        let body = match compression::inflated(&head.headers, sent.clone()) {
            Ok(body) => body,
            Err(Unreadable::TooLarge) => return text(StatusCode::PAYLOAD_TOO_LARGE, ""),
            Err(Unreadable::Broken) => {
                let message = "The body is not compressed as its header Content-Encoding says";
                return json(&head.headers, content_type, wire::internal_error(message));
            }
        };
        let target = head.headers.get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
        let answer = match self.access.check(&head, &sent, || self.wire.backend().now()) {
            Ok(()) => self.wire.answer(target, &body),
            Err(Refused { exception, message }) => {
                // The service reads the text and the target before it looks at signatures.
                Wire::unreadable(target, &body).unwrap_or_else(|| wire::service_error(exception, &message))
            }
        };
        json(&head.headers, content_type, answer)
    }
}

/// The content type of the answer, if the request's is one that the service knows. Its parameters do not count;
/// a request without a body needs none.
fn content_type(headers: &HeaderMap, body: &[u8]) -> Option<&'static str> {
    let Some(value) = headers.get(CONTENT_TYPE) else { return body.is_empty().then_some(PLAIN_JSON) };
    let essence = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    [wire::CONTENT_TYPE, PLAIN_JSON].into_iter().find(|known| essence.eq_ignore_ascii_case(known.as_bytes()))
}

/// The answer as the client wants it. The checksum is of the bytes that are sent, compressed or not: that is what
/// clients check.
///
/// Source: the package documentation of the DynamoDB customizations in the AWS SDK for Go.
fn json(asked: &HeaderMap, content_type: &'static str, answer: Answer) -> Response<Full<Bytes>> {
    let Answer { status, body } = answer;
    let mut body = body.into_bytes();
    let coding = compression::wanted(asked, body.len());
    let coding = coding.filter(|coding| {
        let deflated = compression::deflated(*coding, &body).map(|deflated| body = deflated);
        deflated.is_ok()
    });
    let checksum = crc32fast::hash(&body);
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CRC32, checksum.into());
    if let Some(coding) = coding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    }
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

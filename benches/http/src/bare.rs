//! The floor: a server of the same library with the same settings that answers everything with the same bytes.
//!
//! Its arguments are a port and how many bytes. It reads the whole request, as any server must.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::Response;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::TcpListener;

/// The settings of `dynorm-mem`.
const HEAD_BYTES_MAX: usize = 64 * 1024;
const IDLE_MAX: std::time::Duration = std::time::Duration::from_mins(1);

#[tokio::main]
async fn main() {
    let number = |at| std::env::args().nth(at).and_then(|text| text.parse::<u16>().ok()).expect("a number");
    let body = Bytes::from(vec![b'x'; number(2).into()]);
    let listener = TcpListener::bind(("127.0.0.1", number(1))).await.expect("a free port");
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        let body = body.clone();
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let body = body.clone();
            async move {
                let _ = request.into_body().collect().await;
                let mut response = Response::new(Full::new(body));
                response
                    .headers_mut()
                    .insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
                Ok::<_, Infallible>(response)
            }
        });
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(IDLE_MAX).max_buf_size(HEAD_BYTES_MAX);
        tokio::spawn(builder.serve_connection(TokioIo::new(stream), service).into_owned());
    }
}

//! Compressed requests and answers.
//!
//! Source: ScyllaDB's `test_compressed_request.py` and `test_compressed_response.py`, which run against the service.

use std::io::{Read as _, Write as _};

use dynorm_mem::server::BODY_BYTES_MAX;
use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};

use crate::kit::{Response, Running, TABLE, request, request_with};

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn zlib(body: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

async fn answer(server: &Running, operation: &str, coding: &str, body: &[u8]) -> Response {
    let headers = format!("content-type: application/x-amz-json-1.0\r\ncontent-encoding: {coding}\r\n");
    server.answer(&request_with(operation, &headers, body)).await
}

#[tokio::test]
async fn compressed_requests_are_carried_out() {
    let server = Running::plain().await;
    let table = TABLE.as_bytes();
    let (one, other) = table.split_at(10);
    assert_eq!(answer(&server, "CreateTable", "gzip", &[gzip(one), gzip(other)].concat()).await.status, 200);
    let put = br#"{"TableName":"users","Item":{"id":{"S":"ann"}}}"#;
    assert_eq!(answer(&server, "PutItem", "gzip", &gzip(put)).await.text(), "{}");
    assert_eq!(answer(&server, "PutItem", "deflate", &zlib(put)).await.text(), "{}");
    assert_eq!(answer(&server, "PutItem", "identity", put).await.text(), "{}");
    let scan = server.answer(&request("Scan", r#"{"TableName":"users","Select":"COUNT"}"#)).await;
    assert_eq!(scan.text(), r#"{"Count":1,"ScannedCount":1}"#);
}

#[tokio::test]
async fn what_is_not_compressed_as_it_says_is_an_internal_error() {
    let server = Running::plain().await;
    let mut connection = server.connect().await;
    let whole = gzip(b"{}");
    let cut = &whole[..whole.len() - 1];
    let junk = [&whole[..], b"junk"].concat();
    for (coding, body) in
        [("gzip", &b"{}"[..]), ("gzip", b""), ("gzip", cut), ("gzip", &junk), ("garbage", b"{}")]
    {
        let headers = format!("content-type: application/x-amz-json-1.0\r\ncontent-encoding: {coding}\r\n");
        let refused = connection.answer(&request_with("ListTables", &headers, body)).await;
        assert_eq!(refused.status, 500, "{coding} {body:?}");
        assert!(refused.text().contains("v20120810#InternalServerError"), "{}", refused.text());
    }
    assert_eq!(connection.answer(&request("ListTables", "{}")).await.status, 200);
}

#[tokio::test]
async fn a_small_body_that_inflates_beyond_16_mib_is_refused() {
    let server = Running::plain().await;
    let fits = format!("{{{}}}", " ".repeat(BODY_BYTES_MAX - 2));
    assert_eq!(answer(&server, "ListTables", "gzip", &gzip(fits.as_bytes())).await.status, 200);
    let bomb = gzip(&vec![b' '; 4 * BODY_BYTES_MAX]);
    assert!(bomb.len() < 100_000);
    assert_eq!(answer(&server, "ListTables", "gzip", &bomb).await.status, 413);
    assert_eq!(
        answer(&server, "ListTables", "deflate", &zlib(&vec![b' '; BODY_BYTES_MAX + 1])).await.status,
        413
    );
}

#[tokio::test]
async fn large_answers_are_compressed_for_who_accepts_it() {
    let server = Running::plain().await;
    let mut connection = server.connect().await;
    assert_eq!(connection.answer(&request("CreateTable", TABLE)).await.status, 200);
    let long = "x".repeat(5000);
    let put = format!(r#"{{"TableName":"users","Item":{{"id":{{"S":"ann"}},"long":{{"S":"{long}"}}}}}}"#);
    assert_eq!(connection.answer(&request("PutItem", put)).await.status, 200);
    let get = r#"{"TableName":"users","Key":{"id":{"S":"ann"}}}"#;
    let plain = connection.answer(&request("GetItem", get)).await;
    assert_eq!(plain.header("content-encoding"), None);
    for (accepted, coding) in [("gzip", "gzip"), ("gzip;q=0.5, deflate", "deflate")] {
        let headers = format!("content-type: application/x-amz-json-1.0\r\naccept-encoding: {accepted}\r\n");
        let small = connection.answer(&request_with("GetItem", &headers, get)).await;
        assert_eq!(small.header("content-encoding"), Some(coding));
        assert!(small.body.len() < 500);
        // Clients check what came over the wire, before they inflate it.
        let checksum = crc32fast::hash(&small.body).to_string();
        assert_eq!(small.header("x-amz-crc32"), Some(checksum.as_str()));
        let mut inflated = Vec::new();
        match coding {
            "gzip" => GzDecoder::new(&small.body[..]).read_to_end(&mut inflated).unwrap(),
            _ => ZlibDecoder::new(&small.body[..]).read_to_end(&mut inflated).unwrap(),
        };
        assert_eq!(inflated, plain.body);
    }
    let headers = "content-type: application/x-amz-json-1.0\r\naccept-encoding: gzip\r\n";
    let small = connection.answer(&request_with("ListTables", headers, "{}")).await;
    assert_eq!((small.header("content-encoding"), small.text()), (None, r#"{"TableNames":["users"]}"#));
}

//! Signatures: those of botocore, and what is refused, in the service's order.

use std::time::{Duration, UNIX_EPOCH};

use dynorm_mem::server::{Credentials, Server};
use dynorm_mem::{ManualClock, MemBackend};

use crate::kit::{Running, request, request_with};

/// 2026-01-02 03:04:05, when the requests below were signed.
const SIGNED_SECONDS: u64 = 1_767_323_045;
const MINUTE: u64 = 60;

/// botocore 1.44.8 signed this with the secret below for eu-west-1.
const HEADERS: &str = "content-type: application/x-amz-json-1.0\r\nX-Note:   two   spaces \r\n\
     X-Amz-Date: 20260102T030405Z\r\n\
     Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/dynamodb/aws4_request, \
     SignedHeaders=content-type;host;x-amz-date;x-amz-target;x-note, \
     Signature=56531d7dd864b7f53117e54f07c5db086b1f849ae18798dabc80649ebfb60668\r\n";
const BODY: &str = r#"{"Limit":3}"#;

/// The same in the query, for an hour and without a body.
const QUERY: &str = "Limit=3&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Feu-west-1\
     %2Fdynamodb%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=content-type\
     %3Bhost%3Bx-amz-target%3Bx-note&X-Amz-Signature=b0b48a5acb9027822f943ce403bec201cd6ce3d712a01472cece251f07f50f6b";

fn credentials() -> [Credentials; 2] {
    [
        Credentials::new("OTHER", "secret"),
        Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
    ]
}

async fn start_at(seconds: u64) -> Running {
    let clock = ManualClock::at(UNIX_EPOCH + Duration::from_secs(seconds));
    Running::start_with(MemBackend::new().with_clock(clock), |server| server.with_credentials(credentials()))
        .await
}

/// The exception and the message of a refusal.
async fn refusal(server: &Running, headers: &str, body: &str) -> (String, String) {
    let answer = server.answer(&request_with("ListTables", headers, body)).await;
    let refusal: serde_json::Value = serde_json::from_str(answer.text()).unwrap();
    assert_eq!(answer.status, 400, "{refusal}");
    let text = |name: &str| refusal[name].as_str().unwrap_or_default().to_owned();
    let exception = text("__type");
    (exception.strip_prefix("com.amazon.coral.service#").unwrap_or(&exception).to_owned(), text("message"))
}

async fn check_refused(server: &Running, headers: &str, exception: &str, message: &str) {
    let (found, words) = refusal(server, headers, BODY).await;
    assert_eq!(found, exception, "{headers}");
    assert!(words.starts_with(message), "{words}");
}

#[tokio::test]
async fn right_signatures_are_let_through() {
    let server = start_at(SIGNED_SECONDS).await;
    let answer = server.answer(&request_with("ListTables", HEADERS, BODY)).await;
    assert_eq!((answer.status, answer.text()), (200, r#"{"TableNames":[]}"#));
    let without_spaces =
        HEADERS.replace(", SignedHeaders", ",SignedHeaders").replace(", Signature", ",Signature");
    assert_eq!(server.answer(&request_with("ListTables", &without_spaces, BODY)).await.status, 200);
}

#[tokio::test]
async fn the_signature_covers_the_headers_and_the_body() {
    const WORDS: &str = "The request signature we calculated does not match the signature you provided. Check your \
        AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical \
        String for this request should have been\n'POST\n/\n\ncontent-type:";
    let server = start_at(SIGNED_SECONDS).await;
    for headers in [
        HEADERS.replace("two   spaces", "one space"),
        HEADERS.replace("=56531d", "=56531e"),
        HEADERS.replace("=56531d", "=zz"),
        HEADERS.replace("eu-west-1", "eu-west-2"),
    ] {
        check_refused(&server, &headers, "InvalidSignatureException", WORDS).await;
    }
    let (exception, _) = refusal(&server, HEADERS, r#"{"Limit":4}"#).await;
    assert_eq!(exception, "InvalidSignatureException");
    let wrong = [Credentials::new("AKIDEXAMPLE", "another")];
    let clock = ManualClock::at(UNIX_EPOCH + Duration::from_secs(SIGNED_SECONDS));
    let backend = MemBackend::new().with_clock(clock);
    let server = Running::start_with(backend, |server| server.with_credentials(wrong)).await;
    check_refused(&server, HEADERS, "InvalidSignatureException", WORDS).await;
}

#[tokio::test]
async fn signatures_expire() {
    for seconds in [SIGNED_SECONDS - 15 * MINUTE, SIGNED_SECONDS + 15 * MINUTE] {
        let server = start_at(seconds).await;
        assert_eq!(server.answer(&request_with("ListTables", HEADERS, BODY)).await.status, 200);
    }
    let late = start_at(SIGNED_SECONDS + 15 * MINUTE + 1).await;
    let message = "Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z (20260102T031906Z - 15 min.)";
    check_refused(&late, HEADERS, "InvalidSignatureException", message).await;
    let early = start_at(SIGNED_SECONDS - 15 * MINUTE - 1).await;
    let message = "Signature not yet current: 20260102T030405Z is still later than 20260102T030404Z (20260102T024904Z + 15 min.)";
    check_refused(&early, HEADERS, "InvalidSignatureException", message).await;
}

#[tokio::test]
async fn what_is_missing_or_malformed_is_named() {
    let server = start_at(SIGNED_SECONDS).await;
    let json = "content-type: application/x-amz-json-1.0\r\n";
    let missing = ("MissingAuthenticationTokenException", "Request is missing Authentication Token");
    check_refused(&server, json, missing.0, missing.1).await;
    check_refused(&server, &HEADERS.replace("AWS4-", "Basic "), missing.0, missing.1).await;
    let incomplete = "IncompleteSignatureException";
    for (from, to, message) in [
        (
            "Signature=",
            "S=",
            "Authorization header requires 'Signature' parameter. Authorization=AWS4-HMAC-SHA256",
        ),
        (
            "X-Amz-Date",
            "X-Date",
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4",
        ),
        (
            "20260102T030405Z",
            "2026",
            "Date must be in ISO-8601 'basic format'. Got '2026'. See http://en.wikipedia.org/wiki/ISO_8601",
        ),
        ("SHA256", "SHA1", "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1' (only AWS4-HMAC-SHA256 for now). "),
        (
            "/aws4_request",
            "",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
             'AKIDEXAMPLE/20260102/eu-west-1/dynamodb'",
        ),
    ] {
        check_refused(&server, &HEADERS.replace(from, to), incomplete, message).await;
    }
    let invalid = "InvalidSignatureException";
    let unsigned = "'Host' must be a 'SignedHeader' in the AWS Authorization.";
    check_refused(&server, &HEADERS.replace("host;", ""), invalid, unsigned).await;
    let scope = "Credential should be scoped to correct service: 'dynamodb'. Credential should be scoped with a valid \
        terminator: 'aws4_request', not 'aws5'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version \
        of date from HTTP: '20260103' != '20260102', from '20260102T030405Z'.";
    let elsewhere = HEADERS.replace("20260102/eu-west-1/dynamodb/aws4_request", "20260103/eu-west-1/s3/aws5");
    check_refused(&server, &elsewhere, invalid, scope).await;
    let unknown = "The security token included in the request is invalid.";
    check_refused(&server, &HEADERS.replace("AKID", "BKID"), "UnrecognizedClientException", unknown).await;
}

#[tokio::test]
async fn targets_and_texts_are_read_before_signatures() {
    let server = start_at(SIGNED_SECONDS).await;
    let unknown = r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#;
    assert_eq!(server.answer(&request("Fly", "{}")).await.text(), unknown);
    let serialization = r#"{"__type":"com.amazon.coral.service#SerializationException"}"#;
    assert_eq!(server.answer(&request("ListTables", "{")).await.text(), serialization);
}

#[tokio::test]
async fn signatures_in_the_query_are_verified() {
    let ask = |query: &str, headers: &str| {
        format!(
            "POST /?{query} HTTP/1.1\r\nhost: localhost\r\nx-amz-target: DynamoDB_20120810.ListTables\r\n\
             content-type: application/x-amz-json-1.0\r\nx-note: two spaces\r\ncontent-length: 0\r\n{headers}\r\n"
        )
    };
    // An empty body is no request, which shows that the signature was taken for right.
    let through = "SerializationException";
    for (seconds, query, headers, expected) in [
        (SIGNED_SECONDS, QUERY.to_owned(), "", through),
        (SIGNED_SECONDS + 60 * MINUTE, QUERY.to_owned(), "", through),
        (SIGNED_SECONDS + 60 * MINUTE + 1, QUERY.to_owned(), "", "Signature expired: 20260102T030405Z"),
        (
            SIGNED_SECONDS,
            QUERY.replace("Limit=3", "Limit=4"),
            "",
            "does not match the signature you provided",
        ),
        (
            SIGNED_SECONDS,
            QUERY.replace("3600", "999999999999"),
            "",
            "does not match the signature you provided",
        ),
        (
            SIGNED_SECONDS,
            QUERY.replace("X-Amz-Date", "X-Date"),
            "",
            "AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.",
        ),
        (
            SIGNED_SECONDS,
            QUERY.to_owned(),
            "authorization: AWS4-HMAC-SHA256 Credential=a\r\n",
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
        ),
    ] {
        let server = start_at(seconds).await;
        let answer = server.answer(ask(&query, headers).as_bytes()).await;
        assert!(answer.text().contains(expected), "{query} {headers}: {}", answer.text());
    }
}

#[tokio::test]
async fn any_signature_is_good_if_no_key_is_known() {
    let server = Running::start(Server::with_required_auth).await;
    let (exception, _) = refusal(&server, "content-type: application/x-amz-json-1.0\r\n", BODY).await;
    assert_eq!(exception, "MissingAuthenticationTokenException");
    let (exception, _) = refusal(&server, &HEADERS.replace("Signature=", "S="), BODY).await;
    assert_eq!(exception, "IncompleteSignatureException");
    // Neither right nor of this century.
    let wrong = HEADERS.replace("=56531d", "=0").replace("20260102T", "19990102T");
    assert_eq!(server.answer(&request_with("ListTables", &wrong, BODY)).await.status, 200);
}

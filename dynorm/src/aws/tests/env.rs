//! The backend of the environment. A process has one environment, so that each test is a process of its own.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use super::least;
use crate::aws::AwsBackend;
use crate::backend::Backend;

/// What the other test runs as a process.
#[tokio::test]
#[ignore = "sends a call to where its environment says"]
async fn one_call() {
    let reply = AwsBackend::from_env().await.get(least::get()).await.unwrap();
    assert_eq!(reply.item, None);
}

#[test]
fn credentials_region_and_endpoint_are_those_of_the_environment() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "aws::tests::env::one_call", "--ignored"])
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", "AKIDENV")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", "eu-north-1")
        .env("AWS_ENDPOINT_URL_DYNAMODB", url)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    let (mut request, mut buffer) = (String::new(), [0; 4096]);
    while !request.contains('}') {
        let n_bytes = stream.read(&mut buffer).unwrap();
        assert!(n_bytes > 0, "{request}");
        request.push_str(std::str::from_utf8(&buffer[..n_bytes]).unwrap());
    }
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: 2\r\n\r\n{}";
    stream.write_all(answer.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(request.contains("DynamoDB_20120810.GetItem"), "{request}");
    assert!(request.contains("Credential=AKIDENV/"), "{request}");
    assert!(request.contains("/eu-north-1/dynamodb/aws4_request"), "{request}");
}
